// The institution's switches (R9-R12, R39, R55, R60): said in words before they are put in force, and rehearsed if wished.

import { get, patch } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { h, mount } from "../core/dom.js";
import { button, choices, failure, field, notice, skeleton, tell, toggle } from "../core/parts.js";
import { t } from "../core/texts.js";
import { effectsOf } from "./effects.js";
import { card, english, heading, showCard } from "./pieces.js";
import { precedence } from "./precedence.js";
import { rehearsing } from "./rehearsing.js";

const PATH = "/v1/admin/configuration";
const LIMITS = { removal_grace_hours: [0, 720], mass_removal_share: [0, 100], mass_removal_minimum: [1, 1_000_000] };
const REHEARSED = ["only_verified", "source_precedence", "removal_grace_hours", "mass_removal_share", "mass_removal_minimum", "deleted_at_orcid", "write_enabled", "search_enabled", "batch_create_used", "show_verification"];

/** The page `#/admin/switches`. */
export function page(holder) {
  const form = { base: null, etag: null, draft: {}, numbers: {}, error: null, stale: false };
  let redraw = () => {};
  const rehearsal = rehearsing(() => redraw());
  const state = {
    wanted: () => ({ ...form.base, ...form.draft }),
    changes: () => Object.fromEntries(Object.entries(form.draft).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(form.base[name]))),
    /** Switching on needs a word on batch create (R11): what is known already is sent along. */
    unanswered: () => state.changes().write_enabled === true && form.draft.batch_create_used === undefined && form.base.batch_create_used === "unknown",
    faults: () => Object.entries(form.numbers).filter(([name, text]) => fault(name, text)).map(([name]) => name),
  };

  async function load() {
    try {
      const { body, etag } = await get(PATH);
      Object.assign(form, { base: body, etag, error: null });
    } catch (error) {
      form.error = error;
    }
    redraw();
  }
  function change(name, value) {
    form.draft[name] = value;
    form.stale = false;
    rehearsal.forget();
    redraw();
  }
  function typed(name, text) {
    form.numbers[name] = text;
    if (!fault(name, text)) change(name, name === "mass_removal_share" ? Number(text) / 100 : Number(text));
    else redraw();
  }
  function undo() {
    Object.assign(form, { draft: {}, numbers: {}, stale: false });
    rehearsal.forget();
    redraw();
  }
  function ready() {
    if (state.unanswered()) {
      document.querySelector("[name=batch_create_used]")?.focus();
      tell(t("admin.switches.batch_needed"));
      return false;
    }
    if (state.faults().length) {
      document.getElementById(state.faults()[0])?.focus();
      return false;
    }
    return true;
  }
  async function save() {
    if (!ready()) return;
    const changes = state.changes();
    const effects = effectsOf(form.base, state.wanted());
    const off = changes.write_enabled === false;
    const sure = await confirmed({ title: t(off ? "admin.switches.off_title" : changes.write_enabled ? "admin.switches.on_title" : "admin.switches.save_title"), body: h("ul", {}, effects.map((text) => h("li", {}, text))), confirm: t(off ? "admin.switches.off_do" : changes.write_enabled ? "admin.switches.on_do" : "admin.switches.save"), danger: off });
    if (!sure) return;
    try {
      const { body, etag } = await patch(PATH, changes, { etag: form.etag });
      Object.assign(form, { base: body, etag, draft: {}, numbers: {}, stale: false });
      rehearsal.forget();
      redraw();
      tell(t("admin.switches.saved"));
      document.querySelector(".admin-page h1")?.focus();
    } catch (error) {
      if (error.type !== "stale") throw error;
      await load();
      form.stale = true;
      redraw();
    }
  }
  async function rehearse() {
    if (!ready()) return;
    const changes = state.changes();
    await rehearsal.begin({ configuration: Object.fromEntries(REHEARSED.filter((name) => name in changes).map((name) => [name, changes[name]])) });
    redraw();
    showCard("rehearsal");
  }
  redraw = mount(holder, () => [...heading("switches"), body({ form, state, change, typed, load, save, rehearse, undo, rehearsal })]);
  load();
  return { leave: () => rehearsal.leave() };
}

function fault(name, text) {
  const [least, most] = LIMITS[name];
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most ? null : t("admin.switches.number", { least, most });
}

function body(all) {
  const { form, state, change, typed, load, rehearsal } = all;
  if (form.error) return failure(form.error, load);
  if (!form.base) return h("div.card", { key: "loading" }, skeleton(12));
  const wanted = state.wanted();
  return h(
    "div.stack-wide",
    { key: "body" },
    form.stale ? notice("warn", t("admin.switches.stale"), t("admin.switches.stale_text")) : null,
    warnings(form.base),
    card("main", t("admin.switches.main"), main({ form, state, wanted, change })),
    card("sent", t("admin.switches.sent"), sent(wanted, change)),
    card("order", t("admin.switch.source_precedence"), h("p.hint", {}, t("admin.switches.order_hint")), precedence({ sources: wanted.source_precedence, change: (sources) => change("source_precedence", sources) })),
    card("guards", t("admin.switches.guards"), guards({ form, wanted, typed })),
    Object.keys(state.changes()).length ? pending(all) : null,
    rehearsal.model.id ? card("rehearsal", t("admin.rehearsal.of_switches"), rehearsal.draw()) : null,
  );
}

/** The API's warnings; the one that it has at present in the reader's language. */
function warnings(base) {
  const known = base.only_verified && !base.show_verification;
  return base.warnings.map((text, at) => notice("warn", null, known && at === 0 ? t("admin.switches.unseen") : english(text), [], { key: `warning-${at}` }));
}

function main({ form, state, wanted, change }) {
  const one = (name, disabled, key) => toggle({ name, title: t(`admin.switch.${name}`), text: t(key ?? `admin.switches.${name}`), on: wanted[name], disabled, change: (on) => change(name, on) });
  const enabling = wanted.write_enabled && !form.base.write_enabled;
  const answers = ["no", "yes", "unknown"].map((value) => ({ value, title: t(`admin.batch.${value}`), text: t(`admin.batch.${value}_text`) }));
  const chosen = form.draft.batch_create_used ?? (form.base.batch_create_used === "unknown" ? null : form.base.batch_create_used);
  return [
    h("div.choices", {}, one("search_enabled", wanted.write_enabled, wanted.write_enabled ? "admin.switches.search_needed" : null), one("write_enabled", !wanted.search_enabled, wanted.search_enabled ? null : "admin.switches.search_first")),
    enabling ? h("div.panel", { key: "batch" }, choices({ name: "batch_create_used", legend: t("admin.batch.question"), hint: t(state.unanswered() ? "admin.batch.needed" : "admin.batch.hint"), options: answers, chosen, choose: (value) => change("batch_create_used", value) })) : null,
  ];
}

function sent(wanted, change) {
  const one = (name) => toggle({ name, title: t(`admin.switch.${name}`), text: t(`admin.switches.${name}`), on: wanted[name], change: (on) => change(name, on) });
  const ways = ["respect", "resend"].map((value) => ({ value, title: t(`admin.deleted.${value}`), text: t(`admin.deleted.${value}_text`) }));
  return [
    h("div.choices", {}, one("only_verified"), one("show_verification")),
    wanted.only_verified && !wanted.show_verification ? h("p.field-error", { role: "status" }, t("admin.switches.unseen")) : null,
    choices({ name: "deleted_at_orcid", legend: t("admin.switch.deleted_at_orcid"), options: ways, chosen: wanted.deleted_at_orcid, choose: (value) => change("deleted_at_orcid", value) }),
  ];
}

function guards({ form, wanted, typed }) {
  const one = (name, value) => field({ name, label: t(`admin.switch.${name}`), hint: t(`admin.switches.${name}`), value: form.numbers[name] ?? String(value), error: form.numbers[name] === undefined ? null : fault(name, form.numbers[name]), input: (text) => typed(name, text), attributes: { inputmode: "numeric", autocomplete: "off", class: "short" } });
  return [h("p.hint", {}, t("admin.switches.guards_hint")), one("removal_grace_hours", wanted.removal_grace_hours), one("mass_removal_share", Math.round(wanted.mass_removal_share * 100)), one("mass_removal_minimum", wanted.mass_removal_minimum)];
}

function pending({ form, state, save, rehearse, undo }) {
  const effects = effectsOf(form.base, state.wanted());
  return h(
    "section.card.unsaved",
    { key: "pending", "aria-labelledby": "pending-title" },
    h("h2", { id: "pending-title" }, t("admin.switches.pending", { count: Object.keys(state.changes()).length })),
    h("details", { key: "effects", open: effects.length <= 2 }, h("summary", {}, t("admin.switches.what")), h("ul.effects", {}, effects.map((text) => h("li", {}, text)))),
    h("div.actions", {}, button({ key: "save", kind: "primary", text: t("admin.switches.save"), run: save }), button({ key: "rehearse", text: t("admin.rehearse"), run: rehearse }), button({ key: "undo", kind: "quiet", text: t("settings.undo"), run: undo })),
  );
}
