// Before and after, as people read them: only what differs, what was beside what is.

import { h } from "../core/dom.js";
import { has, number, t } from "../core/texts.js";
import { facts } from "./pieces.js";

const MOST_SHOWN = 12;

/** The difference of two flat objects of JSON (either may be null); null when there is nothing to show. */
export function difference(before, after) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const changed = names.filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]));
  if (!changed.length) return null;
  // Something that begins or ends has no other side.
  const both = before !== null && after !== null;
  const shown = changed.flatMap((name) => unfolded(name, before?.[name], after?.[name]));
  if (!both) return oneSide(shown.map(([name, old, now]) => [name, after === null ? old : now]));
  const rows = shown.slice(0, MOST_SHOWN).map(([name, old, now]) => h("tr", { key: name }, h("th", { scope: "row" }, fieldWords(name)), h("td.before", {}, words(name, old)), h("td.after", {}, words(name, now))));
  const table = h(
    "table.difference",
    {},
    h("caption.hidden-text", {}, t("admin.difference.caption")),
    h("thead", {}, h("tr", {}, ["what", "before", "after"].map((name) => h("th", { scope: "col" }, t(`admin.difference.${name}`))))),
    h("tbody", {}, rows),
  );
  return h("div.difference-wrap", {}, table, shown.length > MOST_SHOWN ? h("p.small.soft", {}, t("admin.difference.more", { count: shown.length - MOST_SHOWN })) : null);
}

/** What began or ended, in a line; what is not set says nothing. */
function oneSide(pairs) {
  const told = pairs.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== 0 && value !== "" && !(Array.isArray(value) && !value.length));
  return told.length ? facts(told.slice(0, MOST_SHOWN).map(([name, value]) => [fieldWords(name), words(name, value)])) : null;
}

/** Objects within are shown field by field: the types of a mapping, the configuration that was tried. */
function unfolded(name, old, now) {
  const inner = [old, now].some((value) => value !== null && typeof value === "object" && !Array.isArray(value));
  if (!inner) return [[name, old, now]];
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])];
  return names.filter((key) => JSON.stringify(old?.[key]) !== JSON.stringify(now?.[key])).map((key) => [name === "types" ? `types.${key}` : key, old?.[key], now?.[key]]);
}

function fieldWords(name) {
  const plain = name.replace(/^types\./, "");
  if (name !== plain) return has(`type.${plain}`) ? t(`type.${plain}`) : plain;
  for (const key of [`admin.field.${name}`, `admin.switch.${name}`, `option.${name}.title`]) if (has(key)) return t(key);
  return name;
}

function words(name, value) {
  if (value === null || value === undefined) return h("span.soft", {}, t("admin.difference.nothing"));
  if (value === true || value === false) return t(value ? "admin.yes" : "admin.no");
  if (typeof value === "number") return name.endsWith("share") ? t("admin.percent", { count: Math.round(value * 100) }) : number(value);
  if (name === "priority" && has(`admin.queue.${value}`)) return t(`admin.queue.${value}`);
  if (Array.isArray(value)) return value.length ? value.map(String).join(", ") : h("span.soft", {}, t("admin.difference.nothing"));
  if (name === "mode" && has(`mode.${value}.title`)) return t(`admin.mode.${value}`);
  if (name === "connection" && has(`connection.${value}`)) return t(`connection.${value}`);
  if (name === "claiming" && has(`claiming.${value}.title`)) return t(`claiming.${value}.title`);
  return String(value);
}
