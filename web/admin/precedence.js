// The order in which sources are preferred (R26), to be changed with keyboard or mouse.

import { h } from "../core/dom.js";
import { announce, button } from "../core/parts.js";
import { t } from "../core/texts.js";

const LONGEST = 100;
const MOST = 100;

/** `sources` in order; `change(sources)` gets another order. */
export function precedence({ sources, change }) {
  const move = (at, to) => {
    if (to < 0 || to >= sources.length) return;
    const moved = [...sources];
    const [source] = moved.splice(at, 1);
    moved.splice(to, 0, source);
    change(moved);
    announce(t("admin.order.moved", { source, place: to + 1, all: sources.length }));
    // What was moved lost the focus with it.
    document.querySelector(`[data-key="${CSS.escape(`${to < at ? "up" : "down"}-${source}`)}"]`)?.focus();
  };
  const drop = (at) => {
    change(sources.filter((_, place) => place !== at));
    announce(t("admin.order.removed", { source: sources[at] }));
    const next = sources[at + 1] ?? sources[at - 1];
    (next ? document.querySelector(`[data-key="${CSS.escape(`drop-${next}`)}"]`) : document.getElementById("new-source"))?.focus();
  };
  const keys = (at) => (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    move(at, event.key === "ArrowUp" ? at - 1 : at + 1);
  };
  const tool = (way, source, run, glyph, disabled = false) => button({ key: `${way}-${source}`, kind: "quiet small", text: t(`admin.order.${way}`), label: t(`admin.order.${way}_label`, { source }), glyph, disabled, run });
  const one = (source, at) => h(
    "li",
    { key: source, on: { keydown: keys(at) } },
    h("span.order-name", {}, h("code", {}, source), source === "verified-manual" ? h("span.soft.small", {}, ` ${t("admin.order.verified")}`) : null),
    h("span.order-tools", {}, tool("up", source, () => move(at, at - 1), "up", at === 0), tool("down", source, () => move(at, at + 1), "down", at === sources.length - 1), tool("drop", source, () => drop(at), "cross")),
  );
  return h("div.stack", { key: "precedence" }, h("ol.order", {}, sources.map(one)), sources.length ? null : h("p.soft", {}, t("admin.order.none")), sources.length < MOST ? adding(sources, change) : null);
}

function adding(sources, change) {
  const add = () => {
    const input = document.getElementById("new-source");
    const source = input.value.trim();
    if (source && !sources.includes(source)) {
      change([...sources, source]);
      announce(t("admin.order.added", { source, place: sources.length + 1 }));
    }
    input.value = "";
    input.focus();
  };
  const pressed = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  };
  return h("div.row.adding", { key: "adding" }, h("div.field.grow", {}, h("label", { for: "new-source" }, t("admin.order.new")), h("input", { id: "new-source", type: "text", maxlength: String(LONGEST), autocomplete: "off", spellcheck: "false", on: { keydown: pressed } })), button({ key: "add-source", text: t("admin.order.add"), run: add }));
}
