// A rehearsal (R57) as a part of any page: begin one, watch it, show its sums, fetch its CSV.

import { ApiError, get, path, post } from "../core/api.js";
import { h } from "../core/dom.js";
import { announce, button, failure, link as anchor, notice, progress, skeleton } from "../core/parts.js";
import { poll } from "../core/poll.js";
import { moment, number, t } from "../core/texts.js";
import { english, facts } from "./pieces.js";
import { barTable } from "./plots.js";

const REASONS = ["not_claimed", "hidden", "excluded", "private", "not_verified", "not_published", "not_favourite", "invalid", "duplicate", "deleted_at_orcid"];
const FIRST_LOOK_MS = 1_000;

/** `{begin(body), watch(id), draw(), leave(), id}`. `begin` throws what the API says to what is to be tried. */
export function rehearsing(redraw) {
  const model = { id: null, found: null, error: null };
  let looking = null;

  async function look() {
    const id = model.id;
    try {
      const { body } = await get(path`/v1/admin/rehearsals/${id}`);
      if (id !== model.id) return false;
      Object.assign(model, { found: body, error: null });
    } catch (error) {
      if (!(error instanceof ApiError) || !error.passing || !model.found) model.error = error;
      redraw();
      return Boolean(error.passing);
    }
    redraw();
    if (model.found.state === "running") return true;
    announce(t(`admin.rehearsal.is_${model.found.state}`));
    return false;
  }
  function watch(id) {
    looking?.stop();
    Object.assign(model, { id, found: null, error: null });
    redraw();
    look().then((more) => {
      if (more && model.id === id) looking = poll(look, { first: FIRST_LOOK_MS, longest: 8_000 });
    });
  }
  return {
    model,
    watch,
    async begin(body) {
      const { body: begun } = await post("/v1/admin/rehearsals", body);
      watch(begun.id);
      return begun.id;
    },
    forget() {
      looking?.stop();
      Object.assign(model, { id: null, found: null, error: null });
    },
    leave: () => looking?.stop(),
    draw: () => (model.id === null ? null : shown(model, look)),
  };
}

function shown(model, look) {
  if (model.error) return failure(model.error, look);
  if (!model.found) return skeleton(4);
  const { state, users_done: done, users_total: all, reason } = model.found;
  if (state === "running") return progress(done, all, all === null ? t("admin.rehearsal.beginning") : t("admin.rehearsal.progress", { done, count: all }));
  return h("div.stack", { key: "rehearsal" }, state === "failed" ? notice("bad", t("admin.rehearsal.failed"), [reason ? h("p", {}, english(reason)) : null, missing(model.found)].filter(Boolean)) : null, model.found.totals ? totals(model.found.totals) : null, download(model.found));
}

function missing({ missing_users: users }) {
  return users.length ? h("p", {}, t("admin.rehearsal.missing"), " ", users.join(", ")) : null;
}

function totals(sums) {
  const figure = (name) => h("li", { key: name, class: name }, h("strong", {}, number(sums[name])), h("span", {}, t(`admin.rehearsal.${name}`)));
  const left = REASONS.filter((reason) => sums[reason] > 0);
  return [
    h("p", {}, t("admin.rehearsal.people", { count: sums.users, links: sums.links })),
    h("ul.plain-list.figures", {}, ["add", "update", "remove"].map(figure)),
    facts([
      [t("admin.rehearsal.remove_held"), sums.remove_held ? number(sums.remove_held) : null],
      [t("admin.rehearsal.remove_later"), sums.remove_later ? number(sums.remove_later) : null],
      [t("admin.rehearsal.on_orcid"), number(sums.on_orcid)],
      [t("admin.rehearsal.eligible"), number(sums.eligible)],
      [t("admin.rehearsal.failed_works"), sums.failed ? number(sums.failed) : null],
    ]),
    left.length ? h("div.left-out", {}, h("h3", {}, t("admin.rehearsal.left_out")), barTable({ caption: t("admin.rehearsal.left_out"), columns: [t("admin.overview.reason"), t("admin.overview.works_column")], rows: left.map((reason) => ({ key: reason, label: t(`admin.reason.${reason}`), value: sums[reason], kind: "off" })) })) : null,
    h("p.hint", {}, t("admin.rehearsal.if_write", { add: sums.add_if_write, update: sums.update_if_write, remove: sums.remove_if_write })),
  ];
}

function download(found) {
  if (!found.csv_url) return null;
  const fetchIt = async () => {
    // The address works for an hour, so a fresh one is asked for.
    const { body } = await get(path`/v1/admin/rehearsals/${found.id}`);
    h("a", { href: body.csv_url, download: `rehearsal-${found.id}.csv`, rel: "noopener" }).click();
  };
  return h(
    "div.actions",
    {},
    button({ key: "download-rehearsal", text: t("admin.rehearsal.download"), glyph: "download", run: fetchIt }),
    anchor(`#/admin/rehearsals/${encodeURIComponent(found.id)}`, t("admin.rehearsal.link")),
    h("span.soft.small", {}, t("admin.rehearsal.kept", { until: moment(found.expires_at) })),
  );
}
