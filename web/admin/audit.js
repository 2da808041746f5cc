// Who changed what, for whom, when (R46), with what it was before and what it is now.

import { query } from "../core/api.js";
import { h, mount } from "../core/dom.js";
import { button, field, link as anchor } from "../core/parts.js";
import { note } from "../core/router.js";
import { moment, has, t } from "../core/texts.js";
import { difference } from "./difference.js";
import { isFiltered, listed, pagedList } from "./list.js";
import { heading, record } from "./pieces.js";

const EMPTY = { user: "", from: "", to: "" };
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The page `#/admin/audit`. */
export function page(holder, _, asked) {
  const chosen = Object.fromEntries(Object.keys(EMPTY).map((name) => [name, asked.get(name) ?? ""]));
  let redraw = () => {};
  const list = pagedList({ path: "/v1/admin/audit", redraw: () => redraw(), filter: chosen, asked: toApi, noted: (filter) => note(`/admin/audit${query(filter)}`) });
  redraw = mount(holder, () => [
    ...heading("audit"),
    h("section.card", { key: "list", "aria-labelledby": "list-title" }, h("h2.hidden-text", { id: "list-title" }, t("admin.list.title")), filters(list), listed(list, { rows, lines: 10, empty: isFiltered(list) ? [h("p", {}, t("admin.audit.none_filtered")), h("div.actions", {}, button({ key: "clear", kind: "small", text: t("list.clear"), run: () => list.set({ ...EMPTY }) }))] : t("admin.audit.none") })),
  ]);
  list.load();
  return { leave: list.leave };
}

/** Days are the reader's own: from the beginning of one to the end of the other. */
function toApi({ user, from, to }) {
  const begin = DAY.test(from) ? new Date(`${from}T00:00`).toISOString() : "";
  const end = DAY.test(to) ? new Date(new Date(`${to}T00:00`).getTime() + 86_400_000).toISOString() : "";
  return { user: user.trim(), from: begin, to: end };
}

function filters(list) {
  const dayField = (name) => field({ name, label: t(`admin.audit.${name}`), value: list.filter[name], input: (value) => (value === "" || DAY.test(value)) && list.set({ [name]: value }), attributes: { type: "date" } });
  return h(
    "div.row.filters",
    { key: "filters", role: "search", "aria-label": t("admin.audit.filter") },
    h("div.grow", {}, field({ name: "user", label: t("admin.audit.user"), value: list.filter.user, input: (user) => list.type({ user }), attributes: { type: "search", autocomplete: "off", maxlength: "64", placeholder: t("admin.audit.user_hint") } })),
    dayField("from"),
    dayField("to"),
  );
}

const rows = (items) => h("ol.plain-list.entries.audit", {}, items.map((entry, at) => h("li.entry", { key: `${entry.at} ${entry.action} ${entry.user_id} ${at}` }, row(entry))));

function row(entry) {
  const words = has(`admin.action.${entry.action}`) ? t(`admin.action.${entry.action}`) : entry.action;
  const themselves = entry.by === entry.user_id;
  const who = [h("span", {}, h("strong", {}, entry.by)), entry.user_id && !themselves ? h("span", {}, ` ${t("admin.audit.for")} `, anchor(`#/admin/users/${encodeURIComponent(entry.user_id)}`, entry.user_id)) : null, entry.orcid_id ? h("span", {}, " · ", record(entry.orcid_id)) : null];
  return [
    h("p.small.soft.entry-time", {}, h("time", { datetime: entry.at }, moment(entry.at))),
    h("div.entry-main", {}, h("h3", {}, words), h("p.small", {}, who), difference(entry.before, entry.after)),
  ];
}
