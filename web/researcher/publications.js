// The list behind the numbers: every publication with where it stands, why, and what can be done about it.

import { get, path, post, put, query, remove } from "../core/api.js";
import { h } from "../core/dom.js";
import { announce, badge, button, failure, field, link as anchor, select, skeleton, tell } from "../core/parts.js";
import { day, has, number, relative, rich, t } from "../core/texts.js";
import { leftOut, listed } from "./model.js";

const PAGE = 50;
const STATES = ["sent", "waiting_add", "waiting_update", "waiting_remove", "failed", "left_out"];
const REASONS = ["not_claimed", "hidden", "excluded", "private", "not_verified", "not_published", "not_favourite", "invalid", "duplicate", "deleted_at_orcid"];
const KINDS = { sent: "good", waiting_add: "wait", waiting_update: "wait", waiting_remove: "wait", failed: "bad", left_out: "off" };
const GLYPHS = { sent: "check", waiting_add: "clock", waiting_update: "clock", waiting_remove: "clock", failed: "warning", left_out: "leave" };
const SEARCH_MS = 350;

/** `{draw, show, reload}` of the tab; `noted(query)` writes the filter into the address. */
export function publicationsTab(model, redraw, noted) {
  const list = { items: null, next: null, total: 0, error: null, busy: false, filter: emptyFilter() };
  let asked = 0;
  let typing = null;

  async function load({ more = false, quiet = false } = {}) {
    const mine = (asked += 1);
    list.busy = !quiet;
    list.error = null;
    if (!more && !quiet) list.items = null;
    redraw();
    try {
      const shown = more ? 0 : Math.max(PAGE, quiet ? (list.items?.length ?? 0) : 0);
      const limit = more ? PAGE : Math.min(500, shown);
      const { body } = await get(`${model.linkPath()}/publications${query({ ...apiFilter(list.filter), limit, cursor: more ? list.next : null })}`);
      if (mine !== asked) return;
      Object.assign(list, { items: more ? [...list.items, ...body.items] : body.items, next: body.next, total: body.total });
      if (!quiet) announce(t("list.found", { count: list.total }));
    } catch (error) {
      if (mine === asked && !quiet) list.error = error;
    }
    if (mine !== asked) return;
    list.busy = false;
    redraw();
  }

  const show = (changes, { keep = false } = {}) => {
    list.filter = keep ? { ...list.filter, ...changes } : { ...emptyFilter(), ...changes };
    noted(query(list.filter));
    return load();
  };
  const search = (text) => {
    list.filter.q = text;
    clearTimeout(typing);
    typing = setTimeout(() => show({ q: text }, { keep: true }), SEARCH_MS);
  };
  const changed = async () => {
    await Promise.all([load({ quiet: true }), model.refresh()]);
    model.watch(true);
  };

  return {
    list,
    show,
    reload: () => load({ quiet: list.items !== null }),
    open: (asked_) => {
      list.filter = { ...emptyFilter(), ...Object.fromEntries([...asked_].filter(([name]) => name in emptyFilter())) };
      return load();
    },
    draw: () => [
      h("section.card.publications", { "aria-labelledby": "publications-title", key: "publications" }, h("h2", { id: "publications-title" }, t("list.title")), h("p.hint", {}, model.link.mode === "write" ? t("list.hint") : t("list.hint_off")), filters(model, list, show, search), results(model, list, load, show, changed)),
    ],
  };
}

const emptyFilter = () => ({ state: "", reason: "", review: "", q: "" });

function apiFilter({ state, reason, review, q }) {
  const reviews = { favourites: { favourite: true }, others: { favourite: false }, private: { privacy: "private" }, internal: { privacy: "internal" } };
  return { state, reason, q: q.trim(), ...reviews[review] };
}

function filters(model, list, show, search) {
  const { counts } = model.link;
  const numbers = { sent: counts.sent, waiting_add: counts.waiting_add, waiting_update: counts.waiting_update, waiting_remove: counts.waiting_remove, failed: counts.failed, left_out: leftOut(counts) };
  const chip = (state, count) =>
    h("button.chip", { type: "button", key: `chip-${state}`, "aria-pressed": String(list.filter.state === state && !list.filter.reason), on: { click: () => show({ state, reason: "" }, { keep: true }) } }, t(model.link.mode !== "write" && state === "waiting_add" ? "state.would" : `chip.${state || "all"}`), h("span.chip-count", {}, number(count)));
  const reasons = REASONS.filter((reason) => counts.left_out[reason] > 0 || list.filter.reason === reason);
  return h(
    "div.filters.stack",
    { key: "filters", role: "search", "aria-label": t("list.filter") },
    h("div.chips", { role: "group", "aria-label": t("list.by_state") }, chip("", listed(counts)), STATES.filter((state) => numbers[state] > 0 || list.filter.state === state).map((state) => chip(state, numbers[state]))),
    h(
      "div.row",
      {},
      h("div.grow", {}, field({ name: "search", label: t("list.search"), value: list.filter.q, input: search, attributes: { type: "search", autocomplete: "off", placeholder: t("list.search_hint") } })),
      reasons.length ? select({ name: "reason", label: t("list.reason"), value: list.filter.reason, change: (reason) => show({ reason, state: "" }, { keep: true }), options: [["", t("list.any_reason")], ...reasons.map((reason) => [reason, `${t(`reason.${reason}.short`)} (${number(counts.left_out[reason])})`])] }) : null,
      select({ name: "review", label: t("list.review"), value: list.filter.review, change: (review) => show({ review }, { keep: true }), options: ["", "favourites", "others", "private", "internal"].map((key) => [key, t(`review.${key || "all"}`)]) }),
    ),
  );
}

function results(model, list, load, show, changed) {
  if (list.error) return failure(list.error, () => load());
  if (list.items === null) return skeleton(9);
  if (!list.items.length) return nothing(list, show);
  const titles = new Map(list.items.map((item) => [item.publication_id, item.title]));
  return h(
    "div",
    { key: "results" },
    h("p.small.soft", {}, t("list.shown", { shown: list.items.length, count: list.total })),
    h("ul.plain-list.works", {}, list.items.map((item) => work(model, item, twinOf(item, titles, show), changed))),
    list.next ? h("div.actions", {}, button({ key: "more", text: t("list.more"), run: () => load({ more: true }) })) : null,
  );
}

function nothing(list, show) {
  const filtered = Object.values(list.filter).some(Boolean);
  return h("div.empty", { key: "empty" }, h("p", {}, t(filtered ? "list.none_filtered" : "list.none")), filtered ? h("div.actions", {}, button({ key: "clear", text: t("list.clear"), run: () => show({}) })) : null);
}

/** The twin of a duplicate, as a button that looks it up; its title where we have it. */
function twinOf(item, titles, show) {
  const id = item.duplicate_of;
  return id ? button({ key: `twin-${item.publication_id}`, kind: "link", text: titles.get(id) || id, run: () => show({ q: id }) }) : "";
}

function work(model, item, twin, changed) {
  const title = item.title || t("work.untitled");
  return h(
    "li.work",
    { key: item.publication_id },
    h("div.work-head", {}, h("h3", {}, item.ris_url ? anchor(item.ris_url, title, { external: true }) : title), standing(model, item)),
    h("p.small.soft.work-meta", {}, meta(item)),
    why(item, twin),
    item.held ? h("p.small", {}, t("work.held")) : null,
    item.warnings.length ? h("details.small", {}, h("summary", {}, t("work.warnings", { count: item.warnings.length })), h("ul", {}, item.warnings.map((code) => h("li", {}, has(`warning.${code}`) ? t(`warning.${code}`) : code)))) : null,
    deeds(model, item, title, changed),
  );
}

/** Outside `write` nothing waits: it is what sending would do. */
function standing(model, item) {
  const would = model.link.mode !== "write" && ["waiting_add", "waiting_update"].includes(item.state);
  return would ? badge("off", t("state.would")) : badge(KINDS[item.state], t(`state.${item.state}`), GLYPHS[item.state]);
}

function meta(item) {
  const type = has(`type.${item.type}`) ? t(`type.${item.type}`) : item.type;
  const facts = [type, item.favourite ? t("work.favourite") : null, item.privacy !== "public" ? t(`privacy.${item.privacy}`) : null, item.sent_at && item.on_orcid ? t("work.sent", { day: day(item.sent_at) }) : null, new Date(item.due_at) > new Date() && item.state.startsWith("waiting") ? t("work.due", { when: relative(item.due_at) }) : null];
  return facts.filter(Boolean).join(" · ");
}

/** Why it is not (or no longer to be) on the record, in words that say what to do. */
function why(item, twin) {
  if (item.decision === "leave_out") {
    const key = item.reason === "invalid" && has(`reason.invalid.${item.detail}`) ? `reason.invalid.${item.detail}` : `reason.${item.reason}.text`;
    const going = item.state === "waiting_remove" ? h("p.small", {}, t("work.going")) : null;
    return [h("p.small", {}, rich(key, { twin })), going, item.error ? h("p.small.error-text", {}, t("work.removal_failed", { message: item.error })) : null];
  }
  if (item.state === "failed") return h("p.small.error-text", {}, t("work.failed", { message: item.error ?? t("error.unexpected") }));
  return null;
}

function deeds(model, item, title, changed) {
  const own = `${model.linkPath()}${path`/publications/${item.publication_id}`}`;
  const about = (text) => `${text}: ${title}`;
  const frozen = model.link.frozen;
  const leave = async () => {
    await put(`${own}/exclusion`);
    tell(t(item.on_orcid ? "work.left_out_removed" : "work.left_out"));
    await changed();
  };
  const back = async () => {
    await remove(`${own}/exclusion`);
    tell(t("work.taken_back"));
    await changed();
  };
  const again = async () => {
    await post(`${own}/resend`);
    tell(t("work.again"));
    await changed();
  };
  const make = (key, text, glyph, run) => button({ key: `${key}-${item.publication_id}`, kind: "link", text, label: about(text), run, disabled: frozen });
  return h(
    "div.actions.deeds",
    {},
    item.decision === "send" && !frozen ? make("leave", t("action.leave_out"), "leave", leave) : null,
    item.reason === "excluded" && !frozen ? make("back", t("action.take_back"), "check", back) : null,
    item.state === "failed" && model.link.mode === "write" && !frozen ? make("again", t("action.send_again"), "sync", again) : null,
    item.reason === "deleted_at_orcid" && model.link.mode === "write" && !frozen ? make("again", t("action.send_again"), "sync", again) : null,
    button({ key: `history-${item.publication_id}`, kind: "link", text: t("action.history"), label: about(t("action.history")), run: () => import("./history.js").then(({ showHistory }) => showHistory(own, title)) }),
  );
}
