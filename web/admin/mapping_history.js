// Every upload of a type mapping, with its report; an earlier version can be put back (R8).

import { get, path, post, query } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { badge, button, failure, notice, skeleton, tell } from "../core/parts.js";
import { moment, t } from "../core/texts.js";
import { changesTable } from "./mapping.js";
import { isMapping, remarks } from "./mapping_file.js";

const PAGE = 20;

/** `{load, draw}`; `model` has what is in force, `restored()` is called when that is another. */
export function historyOf({ redraw, model, restored }) {
  const list = { items: null, next: null, error: null, refused: null };

  async function load(more = false) {
    try {
      const { body } = await get(`/v1/admin/type-mapping/uploads${query({ limit: PAGE, cursor: more ? list.next : null })}`);
      Object.assign(list, { items: more ? [...list.items, ...body.items] : body.items, next: body.next, error: null });
    } catch (error) {
      list.error = error;
    }
    redraw();
  }
  async function restore(id, name) {
    list.refused = null;
    const sure = await confirmed({ title: t("admin.mapping.restore_title"), body: [h("p", {}, name), h("p", {}, t("admin.mapping.upload_text"))], confirm: t("admin.mapping.restore_do") });
    if (!sure) return;
    try {
      const { body } = await post(`${path`/v1/admin/type-mapping/uploads/${id}`}/restore`, {}, { etag: model.etag });
      tell(t("admin.mapping.restored", { count: body.changes.length }));
    } catch (error) {
      if (!isMapping(error) && error.type !== "stale") throw error;
      list.refused = error;
    }
    await restored();
  }
  return {
    load: () => load(),
    /** The upload in force, if it is known. */
    current: () => list.items?.find((item) => item.upload_id === model.uploadId) ?? null,
    draw: () => [
      h("p.hint", {}, t("admin.mapping.history_hint")),
      list.refused ? refused(list.refused) : null,
      list.error ? failure(list.error, () => load()) : list.items === null ? skeleton(3) : uploads(list, model, restore, load),
    ],
  };
}

function refused(error) {
  const stale = error.type === "stale";
  return h("div", { key: "refused" }, notice(stale ? "warn" : "bad", t(stale ? "admin.mapping.stale" : "admin.mapping.restore_refused"), stale ? t("admin.mapping.stale_restore") : null), stale ? null : remarks({ id: "restore-errors", title: t("admin.file.errors"), found: error.problem.errors, file: null }));
}

function uploads(list, model, restore, load) {
  const standard = h(
    "li.entry",
    { key: "default" },
    h("div.entry-main", {}, h("div.entry-head", {}, h("h3", {}, t("admin.mapping.default")), model.uploadId === null && model.rows ? badge("good", t("admin.mapping.current"), "check") : null), h("p.small.soft", {}, t("admin.mapping.default_text")), model.uploadId !== null ? h("div.actions.deeds", {}, button({ key: "restore-default", kind: "link", text: t("admin.mapping.restore"), label: `${t("admin.mapping.restore")}: ${t("admin.mapping.default")}`, run: () => restore("default", t("admin.mapping.default")) })) : null),
  );
  return h(
    "div",
    { key: "uploads" },
    h("ol.plain-list.entries", {}, list.items.map((item) => h("li.entry", { key: item.upload_id }, upload(item, model, restore))), list.next ? null : standard),
    list.next ? h("div.actions", {}, button({ key: "more-uploads", text: t("list.more"), run: () => load(true) })) : null,
  );
}

function upload(item, model, restore) {
  const current = item.upload_id === model.uploadId;
  const { errors, warnings, changes } = item.report;
  const when = moment(item.at);
  const state = current ? badge("good", t("admin.mapping.current"), "check") : item.accepted ? badge("off", t("admin.mapping.accepted")) : badge("bad", t("admin.mapping.refused"), "warning");
  const counts = [t("admin.mapping.rows", { count: item.rows }), item.accepted ? t("admin.mapping.changes", { count: changes.length }) : t("admin.mapping.error_count", { count: errors.length }), warnings.length ? t("admin.mapping.warning_count", { count: warnings.length }) : null];
  const details = errors.length || warnings.length || changes.length;
  return h(
    "div.entry-main",
    {},
    h("div.entry-head", {}, h("h3", {}, when), state),
    h("p.small.soft", {}, t("admin.mapping.by", { by: item.by }), " · ", t(`admin.mapping.via.${item.via}`), item.file ? ` · ${item.file}` : ""),
    h("p", {}, counts.filter(Boolean).join(" ")),
    details ? h("details", {}, h("summary", {}, t("admin.mapping.report"), h("span.hidden-text", {}, ` ${when}`)), changes.length ? changesTable(changes) : null, remarks({ id: `errors-${item.upload_id}`, title: t("admin.file.errors"), found: errors, file: null }), remarks({ id: `warnings-${item.upload_id}`, title: t("admin.mapping.warnings", { count: warnings.length }), found: warnings, file: null })) : null,
    item.accepted && !current ? h("div.actions.deeds", {}, button({ key: `restore-${item.upload_id}`, kind: "link", text: t("admin.mapping.restore"), label: `${t("admin.mapping.restore")}: ${when}`, run: () => restore(item.upload_id, t("admin.mapping.restore_from", { at: when, by: item.by })) })) : null,
  );
}
