// Connected users and where their links stand; one of them with everything that can be done for them.

import { path, post, query } from "../core/api.js";
import { h, mount } from "../core/dom.js";
import { button, field, link as anchor, select, tell } from "../core/parts.js";
import { note } from "../core/router.js";
import { t } from "../core/texts.js";
import { isFiltered, listed, pagedList } from "./list.js";
import { english, facts, heading, pauseReason, person, record, standing, when } from "./pieces.js";
import { userPage } from "./user.js";

const STATES = ["idle", "queued", "syncing", "removing", "paused"];
const CONNECTIONS = ["write", "read", "revoked", "none"];
// Their sentence says all that ORCID's words say.
const SAID = ["revoked", "deprecated", "locked"];
const EMPTY = { q: "", state: "", connection: "" };

/** The page `#/admin/users`, or that of one user. */
export function page(holder, { item }, asked) {
  return item ? userPage(holder, item) : usersPage(holder, asked);
}

function usersPage(holder, asked) {
  const chosen = Object.fromEntries(Object.keys(EMPTY).map((name) => [name, asked.get(name) ?? ""]));
  let redraw = () => {};
  const list = pagedList({ path: "/v1/admin/links", redraw: () => redraw(), filter: chosen, noted: (filter) => note(`/admin/users${query(filter)}`) });
  redraw = mount(holder, () => [
    ...heading("users"),
    h("section.card", { key: "list", "aria-labelledby": "list-title" }, h("h2.hidden-text", { id: "list-title" }, t("admin.list.title")), filters(list), listed(list, { rows: (items) => rows(items, list), empty: empty(list), lines: 9 })),
  ]);
  list.load();
  return { leave: list.leave };
}

function filters(list) {
  const options = (names, prefix, any) => [["", any], ...names.map((name) => [name, t(`${prefix}.${name}`)])];
  return h(
    "div.row.filters",
    { key: "filters", role: "search", "aria-label": t("admin.users.filter") },
    h("div.grow", {}, field({ name: "q", label: t("admin.users.search"), value: list.filter.q, input: (q) => list.type({ q }), attributes: { type: "search", autocomplete: "off", maxlength: "100", placeholder: t("admin.users.search_hint") } })),
    select({ name: "state", label: t("admin.users.state"), value: list.filter.state, change: (state) => list.set({ state }), options: options(STATES, "admin.state", t("admin.users.any_state")) }),
    select({ name: "connection", label: t("admin.users.permission"), value: list.filter.connection, change: (connection) => list.set({ connection }), options: options(CONNECTIONS, "admin.permission", t("admin.users.any_connection")) }),
  );
}

function empty(list) {
  if (!isFiltered(list)) return t("admin.users.none");
  const { q } = list.filter;
  // Those who never connected, and those erased, are found by their id alone.
  const byId = /^[A-Za-z0-9._~:@-]{1,64}$/.test(q.trim()) ? anchor(`#/admin/users/${encodeURIComponent(q.trim())}`, t("admin.users.open_id", { user: q.trim() })) : null;
  return [h("p", {}, t("admin.users.none_filtered")), h("div.actions", {}, button({ key: "clear", kind: "small", text: t("list.clear"), run: () => list.set({ ...EMPTY }) }), byId)];
}

function rows(items, list) {
  return h("ul.plain-list.entries", {}, items.map((link) => h("li.entry", { key: `${link.user_id} ${link.orcid_id}` }, summary(link), deeds(link, list.reload))));
}

/** Who, which record, where it stands and why. */
export function summary(link, { named = true } = {}) {
  const reason = pauseReason(link);
  const shared = link.holder && link.holder !== link.user_id;
  return h(
    "div.entry-main",
    {},
    named ? h("h3", {}, person(link)) : null,
    h("div.entry-head", {}, standing(link), record(link.orcid_id), reason ? h("span", {}, reason) : null),
    link.last_error && !SAID.includes(link.state_reason) ? h("p.small.soft", {}, t("admin.users.last_error"), " ", english(link.last_error)) : null,
    facts([
      [t("admin.users.permission"), t(`admin.permission.${link.connection}`)],
      [t("admin.users.last_sync"), link.last_synced_at ? when(link.last_synced_at) : null],
      [t("admin.users.next_check"), link.next_check_at && link.state === "idle" ? when(link.next_check_at) : null],
      [t("admin.users.holder"), shared ? anchor(`#/admin/users/${encodeURIComponent(link.holder)}`, link.holder) : null],
    ]),
  );
}

function deeds(link, reload) {
  const name = link.user_name || link.user_id;
  return h(
    "div.actions.deeds",
    {},
    anchor(actAddress(link), [t("admin.users.act"), h("span.hidden-text", {}, ` (${name}, ${link.orcid_id})`)]),
    canSync(link) ? syncButton(link, reload) : null,
  );
}

/** The researcher's own page, for an administrator who acts for them. */
export const actAddress = ({ user_id: user, orcid_id: orcid }) => `#${path`/users/${user}`}${orcid ? `/orcid/${orcid}` : ""}`;

/** Whether a sync could do anything: it also looks whether a locked record is open again (R54). */
export const canSync = (link) => link.mode === "write" && link.connection === "write" && !["user_inactive", "institution_off", "deprecated", "no_longer_claimed"].includes(link.state_reason);

/** To the front with this record. */
export function syncButton(link, reload) {
  const run = async () => {
    const { body } = await post("/v1/admin/sync", { orcid_ids: [link.orcid_id], priority: "high" });
    tell(t(body.queued === 0 ? "admin.users.not_queued" : "admin.users.queued", { orcid: link.orcid_id }));
    await reload();
  };
  return button({ key: `sync-${link.user_id}-${link.orcid_id}`, kind: "small", text: t("admin.users.sync"), label: `${t("admin.users.sync")}: ${link.user_name || link.user_id}, ${link.orcid_id}`, glyph: "sync", run });
}
