// Rehearsals (R57): begin one for what is in force, or with a mapping; look at one again.

import { get } from "../core/api.js";
import { h, mount } from "../core/dom.js";
import { badge, button, failure, link as anchor, skeleton } from "../core/parts.js";
import { go } from "../core/router.js";
import { moment, t } from "../core/texts.js";
import { difference } from "./difference.js";
import { isMapping, mappingFile, refusal } from "./mapping_file.js";
import { card, heading, risName } from "./pieces.js";
import { rehearsing } from "./rehearsing.js";

/** The page `#/admin/rehearsals`, or `#/admin/rehearsals/{id}`. */
export function page(holder, { item }) {
  return item ? one(holder, item) : all(holder);
}

function one(holder, id) {
  let redraw = () => {};
  const rehearsal = rehearsing(() => redraw());
  redraw = mount(holder, () => {
    const { found } = rehearsal.model;
    return [
      ...heading("rehearsals", { text: t("admin.rehearsal.one"), intro: null, beside: anchor("#/admin/rehearsals", t("admin.rehearsal.all")) }),
      found ? card("tried", t("admin.rehearsal.tried"), h("p", {}, t("admin.rehearsal.by", { by: found.requested_by, at: moment(found.requested_at) })), tried(found)) : null,
      card("sums", t("admin.rehearsal.sums"), rehearsal.draw()),
    ];
  });
  rehearsal.watch(id);
  return { leave: () => rehearsal.leave() };
}

/** What was tried in place of what is in force. */
function tried(found) {
  const { configuration = {}, type_mapping: mapping, users, orcid_ids: ids } = found.tried;
  const given = difference(null, Object.keys(configuration).length ? configuration : {});
  return [
    given,
    mapping ? h("p", {}, t("admin.rehearsal.with_mapping", { rows: mapping.rows, count: mapping.changes })) : null,
    !given && !mapping ? h("p", {}, t("admin.rehearsal.in_force")) : null,
    users || ids ? h("p", {}, t("admin.rehearsal.named", { users: users ?? 0, ids: ids ?? 0 })) : null,
  ];
}

function all(holder) {
  const model = { items: null, error: null, file: null, errors: null };
  let redraw = () => {};
  async function load() {
    try {
      const { body } = await get("/v1/admin/rehearsals");
      Object.assign(model, { items: body.items, error: null });
    } catch (error) {
      model.error = error;
    }
    redraw();
  }
  const rehearsal = rehearsing(() => redraw());
  const begin = async () => {
    model.errors = null;
    try {
      const id = await rehearsal.begin(model.file ? { type_mapping: model.file.text } : {});
      rehearsal.leave();
      go(`/admin/rehearsals/${encodeURIComponent(id)}`);
    } catch (error) {
      if (!isMapping(error)) throw error;
      model.errors = error.problem.errors;
      redraw();
    }
  };
  redraw = mount(holder, () => [
    ...heading("rehearsals"),
    card(
      "begin",
      t("admin.rehearsal.begin"),
      h("p", {}, t("admin.rehearsal.begin_text", { ris: risName() })),
      mappingFile({ name: "mapping", label: t("admin.rehearsal.file"), file: model.file, take: (file) => {
        Object.assign(model, { file, errors: null });
        redraw();
      } }),
      model.errors ? refusal(model.errors, model.file) : null,
      h("div.actions", {}, button({ key: "begin", kind: "primary", text: t(model.file ? "admin.rehearsal.start_mapping" : "admin.rehearsal.start"), run: begin }), anchor("#/admin/switches", t("admin.rehearsal.to_switches"))),
    ),
    card("earlier", t("admin.rehearsal.earlier"), earlier(model, load)),
  ]);
  load();
  return { leave: () => rehearsal.leave() };
}

function earlier(model, load) {
  if (model.error) return failure(model.error, load);
  if (model.items === null) return skeleton(4);
  if (!model.items.length) return h("p.soft", {}, t("admin.rehearsal.none"));
  const kinds = { running: ["wait", "clock"], done: ["good", "check"], failed: ["bad", "warning"] };
  const row = (item) => h(
    "li.entry",
    { key: item.id },
    h(
      "div.entry-main",
      {},
      h("div.entry-head", {}, h("h3", {}, anchor(`#/admin/rehearsals/${encodeURIComponent(item.id)}`, moment(item.requested_at))), badge(kinds[item.state][0], t(`admin.rehearsal.${item.state}`), kinds[item.state][1])),
      h("p.small.soft", {}, t("admin.rehearsal.for", { by: item.requested_by })),
      tried(item),
      item.totals ? h("p", {}, t("admin.rehearsal.short", { add: item.totals.add, update: item.totals.update, remove: item.totals.remove })) : null,
    ),
  );
  return h("ul.plain-list.entries", {}, model.items.map(row));
}
