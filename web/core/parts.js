// What pages are made of: buttons that show that they work, notices, badges, choices, placeholders while something loads.

import { ApiError } from "./api.js";
import { freshId, h, icon } from "./dom.js";
import { t } from "./texts.js";

const busy = new Set();

/**
 * A button that does something and shows it. `key` names it on its page; `run` may be asynchronous; while it runs, a
 * second press does nothing. An error is told (`fail`) unless `run` handles it.
 * `kind`: primary, danger, quiet, link. `label`: a longer name for screen readers.
 */
export function button({ key, text, run, kind = "", glyph, label, disabled = false, describedby, pressed, expanded }) {
  const press = async function () {
    if (busy.has(key) || this.getAttribute("aria-disabled") === "true") return;
    busy.add(key);
    this.setAttribute("aria-busy", "true");
    try {
      await run();
    } catch (error) {
      fail(error);
    } finally {
      busy.delete(key);
      this.setAttribute("aria-busy", "false");
    }
  };
  // aria-disabled, not disabled: the button keeps the focus, and screen readers still find it.
  const state = { "aria-busy": String(busy.has(key)), "aria-disabled": disabled ? "true" : null };
  const meaning = { "aria-label": label ?? null, "aria-describedby": describedby ?? null, "aria-pressed": pressed ?? null, "aria-expanded": expanded ?? null };
  return h(
    "button.button",
    { type: "button", key, class: kind, "data-key": key, ...state, ...meaning, on: { click: press } },
    glyph ? icon(glyph) : null,
    h("span", {}, text),
  );
}

/** A link that looks like a link; to another site it says so and opens a tab of its own. */
export function link(href, text, { external = false, kind = "" } = {}) {
  const outside = external ? { target: "_blank", rel: "noopener noreferrer" } : {};
  return h("a", { href, class: kind || null, ...outside }, external ? [withIcon(text), h("span.hidden-text", {}, ` ${t("link.new_tab")}`)] : text);
}

/** The icon stays with the last word: alone on a line it would look lost. */
function withIcon(text) {
  const [, head, last] = typeof text === "string" ? /^(.*\s)?(\S{1,20})$/.exec(text) ?? [] : [];
  return last ? [head, h("span.nowrap", {}, last, icon("out"))] : [text, icon("out")];
}

/** A notice within the page. `kind`: info, good, warn, bad. `title` optional; `actions` are buttons or links. */
export function notice(kind, title, body, actions = [], { key } = {}) {
  const glyphs = { info: "info", good: "check", warn: "warning", bad: "warning" };
  return h(
    "div.notice",
    { class: kind, key },
    icon(glyphs[kind]),
    h("div.notice-text", {}, title ? h("p.notice-title", {}, title) : null, body ? h("div", {}, body) : null, [actions].flat().length ? h("div.actions", {}, actions) : null),
  );
}

/** A notice about an error, with a way to try again if that may help. */
export function failure(error, retry) {
  const text = error instanceof ApiError ? error.text : t("error.unexpected");
  return notice("bad", t("error.title"), text, retry ? [button({ key: "retry", text: t("action.retry"), run: retry, glyph: "sync" })] : []);
}

/** A word in a coloured pill; the colour only repeats what the word says. `kind`: good, wait, bad, off. */
export const badge = (kind, text, glyph) => h("span.badge", { class: kind }, glyph ? icon(glyph) : null, text);

/** What stands where something will be: as many lines as are to be expected, so that nothing jumps. */
export function skeleton(lines = 3, text = t("state.loading")) {
  const drawn = Array.from({ length: lines }, (_, at) => h("span.skeleton-line", { class: ["long", "middle", "short"][at % 3] }));
  return h("div.skeleton", { role: "status", key: "skeleton" }, h("span.hidden-text", {}, text), drawn);
}

/** A progress bar with its words; `max` null: nobody knows how long. */
export function progress(value, max, text) {
  const id = freshId("progress");
  return h("div.progress", { key: "progress" }, h("p", { id }, text), h("progress", { "aria-labelledby": id, max: max ?? null, value: max ? String(value) : null }));
}

/** One choice of several. `options`: [{value, title, text, disabled, extra}]; `choose(value)`. */
export function choices({ name, legend, hint, options, chosen, choose, disabled = false, hiddenLegend = false }) {
  const one = (option) => {
    const id = `${name}-${option.value}`;
    return h(
      "div.choice",
      { key: id, class: option.value === chosen ? "chosen" : null },
      h("input", {
        type: "radio", id, name, value: option.value, checked: option.value === chosen, disabled: disabled || Boolean(option.disabled),
        "aria-describedby": option.text ? `${id}-text` : null, on: { change: () => choose(option.value) },
      }),
      h("div", {}, h("label", { for: id }, option.title), option.text ? h("p.hint", { id: `${id}-text` }, option.text) : null, option.extra),
    );
  };
  return h("fieldset.choices", { key: name }, h("legend", { class: hiddenLegend ? "hidden-text" : null }, legend), hint ? h("p.hint", {}, hint) : null, options.map(one));
}

/** A setting that is on or off. */
export function toggle({ name, title, text, on, change, disabled = false, extra }) {
  return h(
    "div.choice",
    { key: name, class: on ? "chosen" : null },
    h("input", { type: "checkbox", id: name, checked: on, disabled, "aria-describedby": `${name}-text`, on: { change: (event) => change(event.target.checked) } }),
    h("div", {}, h("label", { for: name }, title), h("p.hint", { id: `${name}-text` }, text), extra),
  );
}

/** A labelled field. `error` is told with it. `attributes` go to the input. */
export function field({ name, label, hint, error, value, input, attributes = {}, tag = "input", children = [] }) {
  const described = [hint ? `${name}-hint` : "", error ? `${name}-error` : ""].filter(Boolean).join(" ");
  const events = { input: (event) => input(event.target.value) };
  return h(
    "div.field",
    { key: `field-${name}` },
    h("label", { for: name }, label),
    hint ? h("p.hint", { id: `${name}-hint` }, hint) : null,
    h(tag, { id: name, name, value: value ?? "", "aria-describedby": described || null, "aria-invalid": error ? "true" : null, on: events, ...attributes }, children),
    error ? h("p.field-error", { id: `${name}-error` }, icon("warning"), error) : null,
  );
}

/** A choice from a list. `options`: [[value, text]]. */
export function select({ name, label, value, options, change, hiddenLabel = false }) {
  return h(
    "div.field",
    { key: `field-${name}` },
    h("label", { for: name, class: hiddenLabel ? "hidden-text" : null }, label),
    h("select", { id: name, value, on: { change: (event) => change(event.target.value) } }, options.map(([key, text]) => h("option", { value: key }, text))),
  );
}

/** Say something to those who do not see it happen. */
export function announce(text) {
  const region = document.getElementById("polite");
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/** Say that something worked; seen for a while, and heard. */
export function tell(text) {
  announce(text);
  show("good", text, 7_000);
}

/** Say that something went wrong; stays until it is closed. */
export function fail(error) {
  if (error instanceof ApiError && error.type === "signed-out") return;
  if (!(error instanceof ApiError)) console.error(error);
  const text = error instanceof ApiError ? error.text : t("error.unexpected");
  document.getElementById("urgent").textContent = text;
  show("bad", text, null);
}

function show(kind, text, lasts) {
  document.getElementById("toast")?.remove();
  const close = h("button.icon-button", { type: "button", "aria-label": t("action.close") }, icon("cross"));
  const toast = h("section.toast", { id: "toast", class: kind, "aria-label": t("shell.message") }, icon(kind === "bad" ? "warning" : "check"), h("p", {}, text), close);
  const gone = () => {
    toast.remove();
    document.getElementById("urgent").textContent = "";
  };
  close.addEventListener("click", gone);
  // Above an open dialog, or it could be neither seen nor reached.
  (document.querySelector("dialog[open]") ?? document.body).append(toast);
  if (lasts) setTimeout(gone, lasts);
}
