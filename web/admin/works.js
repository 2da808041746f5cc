// Works of everybody that failed, wait, are held, or match no publication.

import { get, query } from "../core/api.js";
import { h, mount } from "../core/dom.js";
import { badge, button, field, link as anchor, notice, select } from "../core/parts.js";
import { note } from "../core/router.js";
import { number, t } from "../core/texts.js";
import { showHistory } from "../researcher/history.js";
import { remedy, reasonWords } from "./errors.js";
import { chips, listed, pagedList } from "./list.js";
import { english, facts, heading, record, when } from "./pieces.js";

const STATES = ["failed", "held", "waiting_remove", "waiting_update", "unmatched"];
const REASONS = ["not_claimed", "hidden", "excluded", "private", "not_verified", "not_published", "not_favourite", "invalid", "duplicate"];
const KINDS = { failed: ["bad", "warning"], held: ["warn", "pause"], waiting_remove: ["wait", "clock"], waiting_update: ["wait", "clock"], unmatched: ["off", "info"] };
// Failed ones first of all: held ones have a page of their own, and the rest goes on by itself.
const EMPTY = { state: "failed", reason: "", orcid_id: "" };
const ALL = { state: "all", reason: "", orcid_id: "" };

/** The page `#/admin/works`. */
export function page(holder, _, asked) {
  const chosen = Object.fromEntries(Object.keys(EMPTY).map((name) => [name, asked.get(name) ?? EMPTY[name]]));
  const model = { status: null, typed: chosen.orcid_id };
  let redraw = () => {};
  const found = pagedList({ path: "/v1/admin/works", redraw: () => redraw(), filter: chosen, asked: ({ state, ...rest }) => ({ state: state === "all" ? "" : state, ...rest }), noted: (filter) => note(`/admin/works${query(filter)}`) });
  redraw = mount(holder, () => [
    ...heading("works", { beside: anchor("#/admin/why", t("admin.works.to_why")) }),
    h("section.card", { key: "list", "aria-labelledby": "list-title" }, h("h2.hidden-text", { id: "list-title" }, t("admin.list.title")), filters(model, found), listed(found, { rows, empty: empty(found, model), lines: 8 })),
  ]);
  found.load();
  // The numbers on the buttons are a help; without them the page works all the same.
  get("/v1/admin/status").then(({ body }) => {
    model.status = body;
    redraw();
  }, () => {});
  return { leave: found.leave };
}

function empty(list, model) {
  const { state, reason, orcid_id: orcid } = list.filter;
  if (!reason && !orcid) return state === "all" ? t("admin.works.none") : t(`admin.works.none_${state}`);
  const all = () => {
    model.typed = "";
    return list.set({ ...ALL });
  };
  return [h("p", {}, t("admin.works.none_filtered")), h("div.actions", {}, button({ key: "clear", kind: "small", text: t("list.clear"), run: all }))];
}

function filters(model, list) {
  const count = (state) => {
    const found = model.status?.works[state];
    return found ? `${number(found.number)}${found.complete ? "" : "+"}` : null;
  };
  const codes = (model.status?.failures ?? []).map(({ reason }) => reason);
  const known = [...new Set([...codes, ...REASONS, list.filter.reason].filter(Boolean))];
  const input = (typed) => {
    model.typed = typed;
    const found = /\d{4}-?\d{4}-?\d{4}-?\d{3}[\dXx]/.exec(typed)?.[0].replaceAll("-", "").toUpperCase();
    if (found) list.set({ orcid_id: found.match(/.{4}/g).join("-") });
    else if (!typed.trim() && list.filter.orcid_id) list.set({ orcid_id: "" });
  };
  return h(
    "div.stack.filters",
    { key: "filters", role: "search", "aria-label": t("admin.works.filter") },
    chips({ label: t("admin.works.by_state"), chosen: list.filter.state, choose: (state) => list.set({ state, reason: "" }), options: [...STATES.map((state) => [state, t(`admin.concern.${state}`), count(state)]), ["all", t("chip.all"), null]] }),
    h(
      "div.row",
      {},
      h("div.grow", {}, field({ name: "orcid", label: t("admin.works.orcid"), value: model.typed, input, attributes: { type: "search", autocomplete: "off", inputmode: "numeric", placeholder: "0000-0000-0000-0000" } })),
      h("div.grow", {}, select({ name: "reason", label: t("admin.works.reason"), value: list.filter.reason, change: (reason) => list.set({ reason }), options: [["", t("admin.works.any_reason")], ...known.map((reason) => [reason, reasonWords(reason)])] })),
    ),
  );
}

/** What to do about a failure is said once, above the works that it concerns. */
function rows(items) {
  const codes = [...new Set(items.filter((work) => work.state === "failed").map((work) => work.reason))].filter(remedy);
  const advice = codes.map((code) => notice("info", reasonWords(code), remedy(code), [], { key: `remedy-${code}` }));
  return h("div.stack", {}, advice, list(items));
}

const list = (items) => h("ul.plain-list.entries", {}, items.map((work) => h("li.entry", { key: `${work.orcid_id} ${work.publication_id ?? work.put_code}` }, entry(work))));

function entry(work) {
  const [kind, glyph] = KINDS[work.state] ?? ["off", "info"];
  const title = work.title || t("work.untitled");
  const asPath = work.publication_id && work.user_id ? `/v1/users/${encodeURIComponent(work.user_id)}/orcid/${work.orcid_id}/publications/${encodeURIComponent(work.publication_id)}` : null;
  return [h(
    "div.entry-main",
    {},
    h("div.entry-head", {}, h("h3", {}, title), badge(kind, t(`admin.concern.${work.state}`), glyph)),
    h("p", {}, t(`admin.works.says_${work.state}`, { reason: work.reason ? reasonWords(work.reason) : t("admin.works.no_reason") })),
    work.error ? h("p.small", {}, t("admin.works.orcid_says"), " ", english(work.error)) : null,
    facts([
      [t("admin.works.user"), work.user_id ? anchor(`#/admin/users/${encodeURIComponent(work.user_id)}`, work.user_id) : null],
      [t("admin.works.record"), record(work.orcid_id)],
      [t("admin.works.since"), when(work.since)],
      [t("admin.works.due"), work.due_at ? when(work.due_at) : null],
      [t("admin.works.attempts"), work.attempts > 1 ? number(work.attempts) : null],
      [t("admin.works.put_code"), work.put_code ? String(work.put_code) : null],
    ]),
  ), asPath
      ? h("div.actions.deeds", {}, button({ key: `history-${work.orcid_id}-${work.publication_id}`, kind: "link", text: t("action.history"), label: `${t("action.history")}: ${title}`, run: () => showHistory(asPath, title) }), anchor(`#/admin/why?who=${work.orcid_id}&what=${encodeURIComponent(work.publication_id)}`, [t("admin.works.why"), h("span.hidden-text", {}, ` (${title})`)]))
      : null];
}
