// The type mapping (R1-R8): what is in force, another one tried before it is put in force, and the history.

import { get, put } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { h, mount } from "../core/dom.js";
import { badge, button, fail, failure, notice, skeleton, tell } from "../core/parts.js";
import { has, t } from "../core/texts.js";
import { isMapping, mappingFile, refusal, remarks } from "./mapping_file.js";
import { historyOf } from "./mapping_history.js";
import { card, heading, risName, showCard } from "./pieces.js";
import { rehearsing } from "./rehearsing.js";

const MAPPING = "/v1/admin/type-mapping";

/** The page `#/admin/mapping`. */
export function page(holder) {
  const model = { rows: null, types: [], uploadId: null, etag: null, error: null, file: null, report: null, refused: null, trying: false, stale: false };
  let redraw = () => {};
  const rehearsal = rehearsing(() => redraw());
  const history = historyOf({ redraw: () => redraw(), model, restored });

  async function load() {
    try {
      const [mapping, types] = await Promise.all([get(MAPPING), get("/v1/admin/publication-types")]);
      Object.assign(model, { rows: mapping.body.items, uploadId: mapping.body.upload_id, etag: mapping.etag, types: types.body.items, error: null });
    } catch (error) {
      model.error = error;
    }
    redraw();
  }
  async function restored() {
    await Promise.all([load(), history.load()]);
  }

  /** A dry run of the file; the mapping in force is what it was compared with. */
  async function tryOut(file, { stale = false } = {}) {
    rehearsal.forget();
    Object.assign(model, { file, report: null, refused: null, stale, trying: file !== null });
    redraw();
    if (!file) return;
    try {
      const { body } = await put(`${MAPPING}?dry_run=true`, undefined, { raw: file.raw });
      model.report = body;
    } catch (error) {
      if (!isMapping(error)) fail(error);
      model.refused = isMapping(error) ? error.problem.errors : null;
      if (!model.refused) model.file = null;
    }
    model.trying = false;
    redraw();
    if (model.report || model.refused) showCard("tried");
  }
  async function upload() {
    const { changes } = model.report;
    const sure = await confirmed({ title: t("admin.mapping.upload_title", { name: model.file.name }), body: [h("p", {}, t("admin.mapping.changes", { count: changes.length })), h("p", {}, t("admin.mapping.upload_text"))], confirm: t("admin.mapping.upload") });
    if (!sure) return;
    try {
      await put(MAPPING, undefined, { raw: model.file.raw, etag: model.etag });
    } catch (error) {
      if (error.type === "stale") {
        await Promise.all([load(), history.load()]);
        return tryOut(model.file, { stale: true });
      }
      if (isMapping(error)) {
        Object.assign(model, { report: null, refused: error.problem.errors });
        await history.load();
        return redraw();
      }
      throw error;
    }
    tell(t("admin.mapping.uploaded"));
    Object.assign(model, { file: null, report: null, stale: false });
    rehearsal.forget();
    await restored();
    showCard("in-force");
    return undefined;
  }
  const rehearse = () => rehearsal.begin({ type_mapping: model.file.text });
  redraw = mount(holder, () => [...heading("mapping"), body({ model, load, tryOut, upload, rehearse, rehearsal, history })]);
  load();
  history.load();
  return { leave: () => rehearsal.leave() };
}

function body({ model, load, tryOut, upload, rehearse, rehearsal, history }) {
  if (model.error) return failure(model.error, load);
  return h(
    "div.stack-wide",
    { key: "body" },
    card("replace", t("admin.mapping.replace"), h("p.hint", {}, t("admin.mapping.replace_hint")), mappingFile({ name: "mapping", label: t("admin.mapping.file"), file: model.file, take: tryOut }), model.trying ? skeleton(3, t("admin.mapping.trying")) : null),
    model.report || model.refused ? tried({ model, tryOut, upload, rehearse, rehearsal }) : null,
    card("in-force", t("admin.mapping.in_force"), model.rows === null ? skeleton(12) : inForce(model, history)),
    card("history", t("admin.mapping.history"), history.draw()),
  );
}

function tried({ model, tryOut, upload, rehearse, rehearsal }) {
  const { file, report, refused } = model;
  const discard = button({ key: "discard", text: t("admin.mapping.discard"), run: () => tryOut(null) });
  if (refused) return card("tried", t("admin.mapping.refused_title", { name: file.name }), refusal(refused, file), h("div.actions", {}, discard));
  return card(
    "tried",
    t("admin.mapping.tried", { name: file.name }),
    model.stale ? notice("warn", t("admin.mapping.stale"), t("admin.mapping.stale_text")) : null,
    h("p", {}, t("admin.mapping.rows", { count: report.rows }), " ", t("admin.mapping.changes", { count: report.changes.length })),
    report.changes.length ? changesTable(report.changes) : null,
    remarks({ id: "warnings", title: t("admin.mapping.warnings", { count: report.warnings.length }), found: report.warnings, file }),
    h("div.actions", {}, button({ key: "upload", kind: "primary", text: t("admin.mapping.upload"), run: upload }), button({ key: "rehearse", text: t("admin.rehearse"), run: rehearse }), discard),
    rehearsal.model.id ? h("div.panel", { key: "rehearsal", "aria-live": "polite" }, h("h3", {}, t("admin.rehearsal.of_mapping")), rehearsal.draw()) : h("p.hint", {}, t("admin.mapping.rehearse_hint")),
  );
}

/** What is sent as another work type than before. */
export function changesTable(changes) {
  return h(
    "div.table-wrap",
    { tabindex: "0", role: "group", "aria-label": t("admin.mapping.changes_caption") },
    h(
      "table",
      {},
      h("caption.hidden-text", {}, t("admin.mapping.changes_caption")),
      h("thead", {}, h("tr", {}, ["type", "before", "after"].map((name) => h("th", { scope: "col" }, t(`admin.mapping.${name}`))))),
      h("tbody", {}, changes.map((change) => h("tr", { key: change.type }, h("th", { scope: "row" }, h("code", {}, change.type)), h("td.before", {}, h("code", {}, change.before)), h("td.after", {}, h("code", {}, change.after))))),
    ),
  );
}

function inForce(model, history) {
  const names = new Map(model.types.map(({ id, name }) => [id, name]));
  const mapped = new Set(model.rows.map((row) => row.elements_type));
  const missing = model.types.filter(({ id }) => !mapped.has(id)).map(({ id }) => ({ elements_type: id, orcid_type: "other", left: true }));
  // What the upload in force was warned of (R5): types that ORCID is not known to have.
  const strange = new Set((history.current()?.report.warnings ?? []).filter(({ line }) => line !== null).map(({ value }) => value));
  const row = ({ elements_type: type, orcid_type: sent, left }) => h("tr", { key: type }, h("th", { scope: "row" }, h("code", {}, type)), h("td", {}, names.get(type) || (has(`type.${type}`) ? t(`type.${type}`) : "")), h("td", {}, h("code", {}, sent), left ? [" ", badge("off", t("admin.mapping.left_out"))] : null, strange.has(sent) ? [" ", badge("warn", t("admin.mapping.strange"), "warning")] : null));
  const download = async () => {
    const { body } = await get(MAPPING, { accept: "text/csv" });
    const address = URL.createObjectURL(new Blob([body], { type: "text/csv;charset=utf-8" }));
    h("a", { href: address, download: "type-mapping.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  return [
    h("p.hint", {}, t(model.uploadId === null ? "admin.mapping.is_default" : "admin.mapping.is_uploaded", { ris: risName() })),
    h("div.actions", {}, button({ key: "download", text: t("admin.mapping.download"), glyph: "download", run: download })),
    h("div.table-wrap", { tabindex: "0", role: "group", "aria-labelledby": "in-force-title" }, h("table.mapping", {}, h("thead", {}, h("tr", {}, ["type", "name", "sent_as"].map((name) => h("th", { scope: "col" }, t(`admin.mapping.${name}`))))), h("tbody", {}, [...model.rows, ...missing].map(row)))),
  ];
}
