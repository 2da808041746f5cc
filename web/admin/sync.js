// Sync on demand (R40): whom, with what care, and first what it would do.

import { post } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { h, mount } from "../core/dom.js";
import { button, choices, field, notice, tell, toggle } from "../core/parts.js";
import { has, number, t } from "../core/texts.js";
import { card, english, heading, pauseReason, record, showCard } from "./pieces.js";
import { rehearsing } from "./rehearsing.js";

const WHOM = ["users", "orcid_ids", "all"];
const MOST_NAMES = 10_000;
const ORCID = /^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/;
const ID = /^[A-Za-z0-9._~:@-]{1,64}$/;

/** The page `#/admin/sync`. */
export function page(holder) {
  const model = { whom: "users", names: "", reconcile: false, urgent: false, error: null, plans: null, silent: [], queued: undefined };
  let redraw = () => {};
  const rehearsal = rehearsing(() => redraw());

  function change(changes) {
    Object.assign(model, changes, { error: null, plans: null, queued: undefined });
    rehearsal.forget();
    redraw();
  }
  async function send(how) {
    const names = namesOf(model);
    model.error = wrong(model, names);
    redraw();
    if (model.error) {
      document.getElementById("names")?.focus();
      return null;
    }
    try {
      return await post("/v1/admin/sync", { ...(model.whom === "all" ? { all: true } : { [model.whom]: names }), ...how });
    } catch (error) {
      if (error.type !== "not-found") throw error;
      model.error = english(error.problem.detail); // it names them
      redraw();
      return null;
    }
  }
  async function plan() {
    const done = await send({ dry_run: true });
    if (!done) return;
    model.queued = undefined;
    if (done.body.rehearsal_id) rehearsal.watch(done.body.rehearsal_id);
    else {
      model.plans = done.body.plans;
      model.silent = namesOf(model).filter((name) => !model.plans.some((one) => one.user_id === name || one.orcid_id === name));
    }
    redraw();
    showCard("plan");
  }
  async function run() {
    if (model.whom === "all" && !(await confirmed({ title: t("admin.sync.everybody_title"), body: [h("p", {}, t("admin.sync.everybody_text")), model.reconcile ? h("p", {}, t("admin.sync.everybody_reconcile")) : null].filter(Boolean), confirm: t("admin.sync.everybody_do") }))) return;
    const done = await send({ reconcile: model.reconcile, priority: model.urgent ? "high" : "normal" });
    if (!done) return;
    Object.assign(model, { queued: done.body.queued, plans: null });
    rehearsal.forget();
    redraw();
    tell(queuedWords(done.body.queued));
  }
  redraw = mount(holder, () => [...heading("sync"), form(model, { change, plan, run }), outcome(model, rehearsal)]);
  return { leave: () => rehearsal.leave() };
}

const namesOf = (model) => [...new Set(model.names.split(/[\s,;]+/).map((name) => name.replace(/^https?:\/\/[^/]*orcid\.org\//i, "")).filter(Boolean))];
const queuedWords = (queued) => (queued === null ? t("admin.sync.handed_on") : t("admin.sync.queued", { count: queued }));

function wrong(model, names) {
  if (model.whom === "all") return null;
  if (!names.length) return t("admin.sync.nobody");
  if (names.length > MOST_NAMES) return t("admin.sync.too_many", { count: MOST_NAMES });
  const form_ = model.whom === "users" ? ID : ORCID;
  const odd = names.filter((name) => !form_.test(name));
  return odd.length ? t(`admin.sync.odd_${model.whom}`, { names: odd.slice(0, 5).join(", ") }) : null;
}

function form(model, { change, plan, run }) {
  return h(
    "section.card.stack-wide",
    { key: "form", "aria-label": t("admin.title.sync") },
    choices({ name: "whom", legend: t("admin.sync.whom"), chosen: model.whom, choose: (whom) => change({ whom, names: "" }), options: WHOM.map((value) => ({ value, title: t(`admin.sync.${value}`), text: t(`admin.sync.${value}_text`) })) }),
    model.whom === "all" ? null : field({ name: "names", label: t(`admin.sync.${model.whom}_label`), hint: t("admin.sync.names_hint"), value: model.names, error: model.error, input: (names) => change({ names }), tag: "textarea", attributes: { rows: "3", spellcheck: "false", autocomplete: "off" } }),
    h(
      "fieldset.choices",
      { key: "how" },
      h("legend", {}, t("admin.sync.how")),
      toggle({ name: "urgent", title: t("admin.sync.urgent"), text: t("admin.sync.urgent_text"), on: model.urgent, change: (urgent) => change({ urgent }) }),
      toggle({ name: "reconcile", title: t("admin.sync.reconcile"), text: t("admin.sync.reconcile_text"), on: model.reconcile, change: (reconcile) => change({ reconcile }) }),
    ),
    h("div.actions", {}, button({ key: "dry-run", kind: "primary", text: t("admin.sync.dry_run"), run: plan }), button({ key: "sync-now", text: t("admin.sync.now"), glyph: "sync", run })),
  );
}

function outcome(model, rehearsal) {
  if (rehearsal.model.id) return card("plan", t("admin.sync.plan"), rehearsal.draw());
  if (model.queued !== undefined) return card("plan", t("admin.sync.begun"), notice("good", null, queuedWords(model.queued)), h("p.hint", {}, t("admin.sync.begun_hint")));
  if (!model.plans) return null;
  if (!model.plans.length) return card("plan", t("admin.sync.plan"), h("p", {}, t("admin.sync.no_links")));
  const count = model.plans.reduce((sum, plan) => sum + plan.operations.length, 0);
  return card("plan", t("admin.sync.plan"), h("p", {}, t("admin.sync.would", { count, records: t("admin.sync.records", { count: model.plans.length }) })), h("ul.plain-list.entries", {}, model.plans.map((plan) => h("li.entry", { key: `${plan.user_id} ${plan.orcid_id}` }, planned(plan)))), model.silent.length ? h("p.soft", { key: "silent" }, t("admin.sync.silent", { names: model.silent.join(", ") })) : null);
}

function planned(plan) {
  const sums = ["add", "update", "remove"].map((operation) => [operation, plan.operations.filter((one) => one.operation === operation)]).filter(([, found]) => found.length);
  return h(
    "div.entry-main",
    {},
    h("div.entry-head", {}, h("h3", {}, plan.user_id), record(plan.orcid_id)),
    plan.paused ? h("p.soft", {}, pauseReason({ state_reason: plan.paused, primary_orcid_id: t("admin.sync.another_record") })) : null,
    sums.length ? h("p", {}, sums.map(([operation, found]) => t(`effect.${operation}`, { count: found.length })).join(" · ")) : h("p.soft", {}, t("admin.sync.nothing")),
    sums.length ? h("details", {}, h("summary", {}, t("effect.which")), sums.map(([operation, found]) => h("div", { key: operation }, h("h4", {}, `${t(`operation.${operation}`)} (${number(found.length)})`), h("ul", {}, found.map((one) => h("li", { key: one.publication_id }, one.title || one.publication_id, one.reason && has(`admin.reason.${one.reason}`) ? h("span.soft", {}, ` – ${t(`admin.reason.${one.reason}`)}`) : null)))))) : null,
  );
}
