// A list that comes in pages and may be filtered: what is known of it, and how more is fetched.

import { get, query } from "../core/api.js";
import { h } from "../core/dom.js";
import { announce, button, failure, skeleton } from "../core/parts.js";
import { t } from "../core/texts.js";

const TYPING_MS = 350;
// A page may be short, even empty, although more follows: so many are asked for before the reader is asked.
const ROUNDS = 6;

/**
 * `{items, next, error, busy, filter, load, more, reload, set, type}`. `path` of the API; `filter` goes into its query;
 * `noted(filter)` is told of each change. `set(changes)` filters at once, `type(changes)` when typing pauses.
 */
export function pagedList({ path, redraw, filter = {}, limit = 50, noted = () => {}, asked = (chosen) => chosen }) {
  const list = { items: null, next: null, error: null, busy: false, filter };
  let turn = 0;
  let typing = null;

  async function fetchPages(mine, items, cursor) {
    const wanted = items.length + limit / 2;
    for (let round = 0; round < ROUNDS; round += 1) {
      const { body } = await get(`${path}${query({ ...asked(list.filter), limit, cursor })}`);
      if (mine !== turn) return null;
      items.push(...body.items);
      cursor = body.next;
      if (cursor === null || items.length >= wanted) break;
    }
    return { items, next: cursor };
  }

  async function load({ more = false, quiet = false } = {}) {
    const mine = (turn += 1);
    Object.assign(list, { busy: true, error: null });
    if (!more && !quiet) Object.assign(list, { items: null, next: null });
    redraw();
    try {
      const found = await fetchPages(mine, more ? [...list.items] : [], more ? list.next : null);
      if (!found) return;
      Object.assign(list, found);
      if (!quiet) announce(t(found.next ? "admin.list.found_some" : "admin.list.found", { count: found.items.length }));
    } catch (error) {
      if (mine !== turn) return;
      list.error = error;
    }
    list.busy = false;
    redraw();
  }

  list.load = () => load();
  list.more = () => load({ more: true });
  list.reload = () => load({ quiet: list.items !== null });
  list.set = (changes) => {
    clearTimeout(typing);
    list.filter = { ...list.filter, ...changes };
    noted(list.filter);
    return load();
  };
  list.type = (changes) => {
    list.filter = { ...list.filter, ...changes };
    clearTimeout(typing);
    typing = setTimeout(() => list.set({}), TYPING_MS);
  };
  list.leave = () => {
    turn += 1;
    clearTimeout(typing);
  };
  return list;
}

/** Whether anything is filtered. */
export const isFiltered = (list) => Object.values(list.filter).some((value) => value !== "" && value !== null && value !== undefined);

/** What there is of a list: a placeholder, an error, the `rows(items)`, or `empty`; and the way to more. */
export function listed(list, { rows, empty, lines = 6 }) {
  if (list.error && !list.items) return failure(list.error, list.load);
  if (list.items === null) return skeleton(lines);
  const more = list.next ? button({ key: "more", text: t(list.items.length ? "list.more" : "admin.list.go_on"), run: list.more }) : null;
  return h(
    "div.stack",
    { key: "listed", "aria-busy": String(list.busy) },
    list.items.length ? rows(list.items) : h("div.empty", { key: "empty" }, list.next ? t("admin.list.none_yet") : empty),
    list.error ? failure(list.error, list.more) : null,
    more ? h("div.actions", {}, more) : null,
  );
}

/** Buttons of which one is chosen: `options` [[value, text, count]]. */
export function chips({ label, options, chosen, choose }) {
  const one = ([value, text, count]) => h("button.chip", { type: "button", key: `chip-${value}`, "aria-pressed": String(value === chosen), on: { click: () => choose(value) } }, text, count ? h("span.chip-count", {}, count) : null);
  return h("div.chips", { role: "group", "aria-label": label, key: "chips" }, options.map(one));
}
