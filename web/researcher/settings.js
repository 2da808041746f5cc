// What an iD is used for and which publications go: choices are tried first (R64), then saved.

import { patch, post } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { h, icon } from "../core/dom.js";
import { button, choices, failure, notice, skeleton, tell, toggle } from "../core/parts.js";
import { has, t } from "../core/texts.js";
import { claimingChoice } from "./claiming.js";
import { recordLink, risName } from "./standing.js";

const OPTIONS = ["published_only", "include_private", "favourites_only"];
const MODES = ["write", "read", "claim-only"];
const TRY_MS = 250;
const leaving = () => import("./leaving.js");
const draftKey = (orcid) => `orcid-sync.draft.${orcid}`;

/** `{draw, open, wish}` of the tab. `wish(mode)` chooses a mode without saving it, as after coming back from ORCID. */
export function settingsTab(model, redraw, { connect, gone, saved: whenSaved }) {
  const form = { orcid: null, draft: {}, effect: null, error: null, stale: false };
  let trying = null;
  let asked = 0;

  const saved = () => ({ mode: model.link.mode, ...Object.fromEntries(OPTIONS.map((name) => [name, model.link[name]])) });
  const wanted = () => ({ ...saved(), ...form.draft });
  const changes = () => Object.fromEntries(Object.entries(form.draft).filter(([name, value]) => value !== saved()[name]));
  const isChanged = () => Object.keys(changes()).length > 0;

  const keep = () => {
    const mine = changes();
    if (Object.keys(mine).length) sessionStorage.setItem(draftKey(model.link.orcid_id), JSON.stringify(mine));
    else sessionStorage.removeItem(draftKey(model.link.orcid_id));
  };
  const choose = (name, value) => {
    form.draft[name] = value;
    keep();
    tryOut();
  };
  /** What saving would do, a moment after the last choice. */
  function tryOut() {
    const mine = (asked += 1);
    clearTimeout(trying);
    form.error = null;
    form.effect = null;
    redraw();
    if (!isChanged() || needsConnection()) return;
    trying = setTimeout(async () => {
      try {
        const { body } = await post(`${model.linkPath()}/preview`, wanted());
        if (mine === asked) form.effect = body;
      } catch (error) {
        if (mine === asked) form.error = error;
      }
      if (mine === asked) redraw();
    }, TRY_MS);
  }
  /** The access that the chosen mode lacks: "read", "write", or null. */
  function needsConnection() {
    const { mode } = wanted();
    const { connection } = model.link;
    if (mode === "write" && connection !== "write") return "write";
    return mode === "read" && !["read", "write"].includes(connection) ? "read" : null;
  }
  async function save() {
    const many = form.effect && form.effect.remove > 0;
    if (many && !(await confirmed({ title: t("save.remove_title", { count: form.effect.remove }), body: h("p", {}, t("save.remove_text")), confirm: t("save.do") }))) return;
    const before = model.link.mode;
    try {
      const { body, etag } = await patch(`${model.linkPath()}/settings`, changes(), { etag: model.etag });
      forget();
      whenSaved();
      model.take(body, etag);
      tell(t(body.mode === "write" ? (before === "write" ? "save.done" : "save.done_write") : "save.done_plain"));
      model.watch(body.mode === "write");
      document.getElementById("settings-title")?.focus();
    } catch (error) {
      if (error.type !== "stale") throw error;
      await model.refresh();
      form.stale = true;
      tryOut();
    }
  }
  function forget() {
    Object.assign(form, { draft: {}, effect: null, error: null, stale: false });
    sessionStorage.removeItem(draftKey(model.link.orcid_id));
  }

  return {
    /** Begin for the iD looked at; choices not saved yet, of this tab, are there again. */
    async open() {
      if (form.orcid !== model.link.orcid_id) {
        forgetOther(form, model.link.orcid_id);
        redraw();
      }
      if (model.etag === null) await model.refresh();
      if (isChanged()) tryOut();
    },
    wish: (mode) => {
      sessionStorage.setItem(draftKey(model.link.orcid_id), JSON.stringify({ mode }));
      form.orcid = null;
    },
    draw: () => [
      settingsForm({ model, form, wanted: wanted(), isChanged: isChanged(), needs: needsConnection(), choose, connect, save, tryOut, undo: () => (forget(), redraw()) }),
      claimingChoice(model, redraw),
      connectionCard(model, { connect, gone }),
    ],
  };
}

function forgetOther(form, orcid) {
  let draft = {};
  try {
    draft = JSON.parse(sessionStorage.getItem(draftKey(orcid))) ?? {};
  } catch {
    // somebody else's text under our name: begin anew
  }
  Object.assign(form, { orcid, draft, effect: null, error: null, stale: false });
}

function settingsForm({ model, form, wanted, isChanged, needs, choose, connect, save, undo, tryOut }) {
  const { link } = model;
  const mode = (value) => ({ value, title: t(`mode.${value}.title`), text: t(`mode.${value}.text`, { ris: risName() }) });
  const option = (name) => toggle({ name, title: t(`option.${name}.title`), text: t(`option.${name}.text`, { ris: risName() }), on: wanted[name], disabled: link.frozen, change: (on) => choose(name, on) });
  return h(
    "section.card.settings",
    { "aria-labelledby": "settings-title", key: "settings" },
    h("h2", { id: "settings-title", tabindex: "-1" }, t("settings.title")),
    link.frozen ? notice("info", t("settings.frozen"), t("settings.frozen_text")) : null,
    form.stale ? notice("warn", t("settings.stale"), t("settings.stale_text")) : null,
    choices({ name: "mode", legend: t("settings.mode"), options: MODES.map(mode), chosen: wanted.mode, disabled: link.frozen, choose: (value) => choose("mode", value) }),
    h("fieldset.choices", { key: "options" }, h("legend", {}, t("settings.options")), wanted.mode === "write" ? null : h("p.hint", {}, t("settings.options_later")), OPTIONS.map(option)),
    isChanged ? pending({ model, form, needs, wanted, connect, save, undo, tryOut }) : null,
  );
}

/** What waits to be saved: the effect, and the buttons. */
function pending({ model, form, needs, wanted, connect, save, undo, tryOut }) {
  const undoing = button({ key: "undo", text: t("settings.undo"), run: undo });
  const begin = (heading, body, buttons) => h("div.pending", { key: "pending", role: "region", "aria-label": t("settings.pending") }, h("p.notice-title", {}, heading), body, h("div.actions", {}, buttons, undoing));
  if (needs) {
    if (model.user !== null) return begin(t("settings.needs_title"), h("p", {}, t("settings.needs_own")), []);
    const text = t(model.link.connection === "none" || model.link.connection === "revoked" ? `settings.needs_${needs}` : "settings.needs_renewal");
    return begin(t("settings.needs_title"), h("p", {}, text), button({ key: "connect-for", kind: "primary", text: t(model.link.connection === "none" ? "action.connect" : "action.reconnect"), run: () => connect(model.link.orcid_id, needs) }));
  }
  // Nothing is saved before its effect was to be seen (unless that cannot be had).
  const saving = button({ key: "save", kind: "primary", text: t("settings.save"), run: save, disabled: !form.effect && !form.error });
  if (form.error) return begin(t("settings.not_saved"), failure(form.error, tryOut), saving);
  return begin(t("settings.not_saved"), effect(model, form.effect, wanted), saving);
}

function effect(model, found, wanted) {
  if (!found) return skeleton(2, t("effect.working"));
  const { link } = model;
  if (wanted.mode !== "write") return h("p", { role: "status" }, link.counts.on_orcid ? t("effect.stay", { count: link.counts.on_orcid }) : t("effect.nothing"));
  const parts = ["add", "update", "remove"].filter((operation) => found[operation] > 0);
  if (!parts.length) return h("p", { role: "status" }, t("effect.nothing"));
  return h(
    "div",
    {},
    h("div", { role: "status" }, h("ul.plain-list.effect", {}, parts.map((operation) => h("li", { key: operation, class: operation }, icon({ add: "check", update: "sync", remove: "remove" }[operation]), t(`effect.${operation}`, { count: found[operation] }))))),
    h("details", {}, h("summary", {}, t("effect.which")), parts.map((operation) => effectList(found, operation))),
  );
}

function effectList(found, operation) {
  const items = found.items.filter((item) => item.operation === operation);
  const hidden = found[operation] - items.length;
  return h(
    "div.effect-list",
    { key: `list-${operation}` },
    h("h3", {}, t(`effect.${operation}`, { count: found[operation] })),
    h("ul", {}, items.map((item) => h("li", { key: item.publication_id }, item.title || t("work.untitled"), item.reason && has(`reason.${item.reason}.short`) ? h("span.soft", {}, ` – ${t(`reason.${item.reason}.short`)}`) : null))),
    hidden > 0 ? h("p.soft", {}, t("effect.more", { count: hidden })) : null,
  );
}

function connectionCard(model, { connect, gone }) {
  const { link } = model;
  const living = link.connection === "read" || link.connection === "write";
  const own = model.user === null;
  const ways = [
    own && living ? button({ key: "renew", text: t("action.reconnect"), run: () => connect(link.orcid_id, link.connection === "write" ? "write" : null) }) : null,
    own && !living ? button({ key: "connect-card", text: t(link.connection === "none" ? "action.connect" : "action.reconnect"), run: () => connect(link.orcid_id) }) : null,
    link.connection !== "none" ? button({ key: "disconnect", text: t("action.disconnect"), run: () => leaving().then(({ disconnect }) => disconnect(model, gone)) }) : null,
    link.connection === "none" && link.claimed_in === "here" ? button({ key: "unclaim", text: t("action.unclaim"), run: () => leaving().then(({ disconnect }) => disconnect(model, gone)) }) : null,
  ].filter(Boolean);
  return h(
    "section.card",
    { "aria-labelledby": "connection-title", key: "connection" },
    h("h2", { id: "connection-title" }, t("connection.title")),
    h("p", {}, recordLink(link.orcid_id), " – ", t(`connection.${link.connection}.text`)),
    h("p.hint", {}, t(link.claimed_in === "ris" ? "connection.claimed_ris" : "connection.claimed_here", { ris: risName() })),
    link.frozen ? null : h("div.actions", {}, ways),
    link.counts.on_orcid > 0 && !link.frozen
      ? h("div.danger-zone", {}, h("h3", {}, t("removal.heading")), h("p.hint", {}, t("removal.hint", { count: link.counts.on_orcid })), h("div.actions", {}, button({ key: "remove-all", kind: "danger", text: t("action.remove_all"), run: () => leaving().then(({ removeEverything }) => removeEverything(model)) })))
      : null,
  );
}
