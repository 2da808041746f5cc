// "Why is this not on ORCID?": a person and a publication, answered in a sentence, with what was tried.

import { get, path, query } from "../core/api.js";
import { h, mount } from "../core/dom.js";
import { badge, failure, field, link as anchor, skeleton } from "../core/parts.js";
import { note } from "../core/router.js";
import { day, has, moment, relative, t } from "../core/texts.js";
import { english, facts, heading, pauseReason, person, record, risName } from "./pieces.js";
import { actAddress } from "./users.js";

const FOUND = 10;
const TOLD = 4;
const ID = /^[A-Za-z0-9._~:@-]{1,64}$/;

/** The page `#/admin/why`; `?who=&what=` asks at once. */
export function page(holder, _, asked) {
  const model = { who: asked.get("who") ?? "", what: asked.get("what") ?? "", answer: null, busy: false, error: null };
  let turn = 0;
  const redraw = mount(holder, () => [...heading("why"), form(model, ask), h("div.stack-wide", { key: "answer", "aria-live": "polite" }, answer(model, ask))]);

  async function ask() {
    const mine = (turn += 1);
    if (!model.who.trim()) return document.getElementById("who").focus();
    note(`/admin/why${query({ who: model.who.trim(), what: model.what.trim() })}`);
    Object.assign(model, { busy: true, answer: null, error: null });
    redraw();
    try {
      const found = await look(model.who.trim(), model.what.trim());
      if (mine === turn) model.answer = found;
    } catch (error) {
      if (mine === turn) model.error = error;
    }
    if (mine !== turn) return undefined;
    model.busy = false;
    return redraw();
  }
  if (model.who) ask();
  return {
    leave: () => (turn += 1),
    follow: (next, query_) => {
      Object.assign(model, { who: query_.get("who") ?? "", what: query_.get("what") ?? "", answer: null });
      redraw();
      if (model.who) ask();
      return true;
    },
  };
}

function form(model, ask) {
  return h(
    "form.card.row",
    { key: "form", role: "search", "aria-label": t("admin.title.why"), on: { submit: (event) => {
      event.preventDefault();
      ask();
    } } },
    h("div.grow", {}, field({ name: "who", label: t("admin.why.who"), value: model.who, input: (who) => (model.who = who), attributes: { type: "search", autocomplete: "off", maxlength: "100", placeholder: t("admin.why.who_hint") } })),
    h("div.grow", {}, field({ name: "what", label: t("admin.why.what"), value: model.what, input: (what) => (model.what = what), attributes: { type: "search", autocomplete: "off", maxlength: "200", placeholder: t("admin.why.what_hint") } })),
    h("button.button.primary", { type: "submit", "aria-busy": String(model.busy) }, h("span", {}, t("admin.why.ask"))),
  );
}

/** Who is meant, and then what: `{sentence}` or `{people}` or `{links, works}`. */
async function look(who, what) {
  const people = await peopleOf(who);
  if (people.sentence || people.length !== 1) return people.sentence ? people : { people, what };
  const [user] = people;
  let links;
  try {
    ({ body: { items: links } } = await get(`${path`/v1/users/${user.user_id}`}/orcid`));
  } catch (error) {
    if (error.type === "write-integration-disabled") return { sentence: t("admin.why.switched_off"), href: "#/admin/switches", to: t("admin.overview.to_switches") };
    throw error;
  }
  if (!links.length) return { sentence: t("admin.why.no_record", { name: user.user_name ?? user.user_id }), user };
  const asked = links.filter((link) => !user.orcid || link.orcid_id === user.orcid);
  const works = (await Promise.all(asked.map((link) => worksOf(user, link, what)))).flat();
  if (!works.length) return { sentence: t(what ? "admin.why.not_his" : "admin.why.none", { name: user.user_name ?? user.user_id, what, ris: risName() }), user };
  works.sort((one, other) => exact(other, what) - exact(one, what));
  if (works.length <= TOLD) await Promise.all(works.map(tell));
  return { user, works };
}

const exact = ({ work }, what) => Number(work.publication_id === what);

async function peopleOf(who) {
  const orcid = /\d{4}-?\d{4}-?\d{4}-?\d{3}[\dXx]/.exec(who)?.[0].replaceAll("-", "").toUpperCase().match(/.{4}/g).join("-");
  if (!orcid && ID.test(who)) {
    const known = await get(`${path`/v1/users/${who}`}/claiming`).catch((error) => {
      if (error.type !== "not-found") throw error;
      return null;
    });
    if (known) return [{ user_id: who, user_name: null }];
  }
  const { body } = await get(`/v1/admin/links${query({ q: orcid ?? who, limit: 500 })}`);
  const people = new Map(body.items.map((link) => [`${link.user_id}${orcid ?? ""}`, { user_id: link.user_id, user_name: link.user_name, orcid }]));
  if (!people.size) return { sentence: t(orcid ? "admin.why.unknown_orcid" : "admin.why.unknown", { who: orcid ?? who, ris: risName() }) };
  return [...people.values()];
}

async function worksOf(user, link, what) {
  const base = `${path`/v1/users/${user.user_id}/orcid/${link.orcid_id}`}/publications`;
  const { body } = await get(`${base}${query({ q: what, limit: what ? FOUND : 500 })}`);
  // Without a word on the publication: those that are not on ORCID as they should be.
  const found = what ? body.items : body.items.filter(({ state }) => state !== "sent").slice(0, FOUND);
  return found.map((work) => ({ link, work, path: `${base}/${encodeURIComponent(work.publication_id)}`, history: null }));
}

async function tell(found) {
  const { body } = await get(`${found.path}/history?limit=5`);
  found.history = body.items;
}

function answer(model, ask) {
  if (model.busy) return h("div.card", { key: "busy" }, skeleton(4, t("admin.why.looking")));
  if (model.error) return failure(model.error, ask);
  if (!model.answer) return null;
  const { sentence, people, works, user, href, to } = model.answer;
  if (sentence) return h("section.card", { key: "sentence" }, h("p.sentence", {}, sentence), h("div.actions", {}, href ? anchor(href, to) : null, user ? anchor(`#/admin/users/${encodeURIComponent(user.user_id)}`, t("admin.why.to_user")) : null));
  if (people) return choosing(model, people);
  return works.length > TOLD ? several(user, works) : works.map(({ link, work, history }) => told(user, link, work, history));
}

function choosing(model, people) {
  const one = (found) => h("li", { key: found.user_id }, anchor(`#/admin/why${query({ who: found.user_id, what: model.answer.what })}`, found.user_name || found.user_id), h("span.soft.small", {}, ` ${found.user_id}`));
  return h("section.card", { key: "people", "aria-labelledby": "people-title" }, h("h2", { id: "people-title" }, t("admin.why.which")), h("ul.plain-list.stack-small", {}, people.slice(0, 50).map(one)));
}

/** Too many to tell all of each: a sentence each, and the way to the rest. */
function several(user, works) {
  const row = ({ link, work }) => h(
    "li.entry",
    { key: `${link.orcid_id}-${work.publication_id}` },
    h("div.entry-main", {}, h("div.entry-head", {}, h("h3", {}, work.title || t("work.untitled")), stateBadge(work)), h("p", {}, whyNot(link, work)), h("div.actions.deeds", {}, anchor(`#/admin/why${query({ who: user.user_id, what: work.publication_id })}`, [t("admin.why.ask_one"), h("span.hidden-text", {}, ` ${work.title || work.publication_id}`)]))),
  );
  return h("section.card", { key: "several", "aria-labelledby": "several-title" }, h("h2", { id: "several-title" }, t("admin.why.several", { count: works.length })), h("p", {}, person(user)), h("ul.plain-list.entries", {}, works.map(row)));
}

function stateBadge(work) {
  const [kind, glyph] = { sent: ["good", "check"], failed: ["bad", "warning"], left_out: ["off", "leave"] }[work.state] ?? ["wait", "clock"];
  return badge(kind, t(`state.${work.state}`), glyph);
}

function told(user, link, work, history) {
  const key = `${link.orcid_id}-${work.publication_id}`;
  const title = work.title || t("work.untitled");
  return h(
    "section.card",
    { key, "aria-labelledby": `work-${key}` },
    h("div.entry-head", {}, h("h2", { id: `work-${key}` }, title), stateBadge(work)),
    h("p.sentence", {}, whyNot(link, work)),
    work.error ? h("p.small", {}, t("admin.works.orcid_says"), " ", english(work.error)) : null,
    facts([
      [t("admin.works.user"), person(user)],
      [t("admin.works.record"), record(link.orcid_id)],
      [t("admin.why.id"), work.ris_url ? anchor(work.ris_url, work.publication_id, { external: true }) : work.publication_id],
      [t("admin.works.put_code"), work.put_code ? String(work.put_code) : null],
    ]),
    attempts(history),
    h("div.actions.deeds", {}, anchor(`${actAddress({ user_id: user.user_id, orcid_id: link.orcid_id })}/publications?q=${encodeURIComponent(work.title ?? "")}`, t("admin.users.act"))),
  );
}

/** The one sentence. */
export function whyNot(link, work) {
  const twin = work.duplicate_of ?? "";
  const because = () => t(has(`admin.why.reason.${work.reason}`) ? `admin.why.reason.${work.reason}` : "admin.why.reason.other", { twin, ris: risName(), reason: work.reason ?? "" });
  if (work.state === "sent") return t("admin.why.sent", { day: day(work.sent_at) });
  if (link.state === "removing") return t("admin.why.removing");
  if (link.mode !== "write") return `${t(`admin.why.${link.mode}`)}${work.decision === "leave_out" ? ` ${t("admin.why.besides", { because: because() })}` : ""}`;
  if (work.held) return t("admin.why.held", { because: because() });
  if (link.state === "paused" && link.state_reason !== "held") return `${t("admin.why.paused", { because: pauseReason(link) })}${work.reason && work.state !== "failed" ? ` ${t("admin.why.besides", { because: because() })}` : ""}`;
  if (work.state === "left_out") return t("admin.why.left_out", { because: because() });
  if (work.state === "waiting_remove") return t(work.due_at ? "admin.why.leaves_at" : "admin.why.leaves", { because: because(), when: work.due_at ? relative(work.due_at) : "" });
  if (work.state === "failed") return t("admin.why.failed");
  if (work.state === "waiting_update") return t("admin.why.waiting_update");
  return work.due_at ? t("admin.why.waiting_until", { when: relative(work.due_at) }) : t("admin.why.waiting_add");
}

function attempts(history) {
  if (history === null) return null;
  if (!history.length) return h("p.small.soft", {}, t("history.none"));
  const row = (attempt) => h("tr", { key: attempt.at }, h("td.nowrap", {}, h("time", { datetime: attempt.at }, moment(attempt.at))), h("td", {}, has(`operation.${attempt.operation}`) ? t(`operation.${attempt.operation}`) : attempt.operation, ": ", has(`outcome.${attempt.outcome}`) ? t(`outcome.${attempt.outcome}`) : attempt.outcome), h("td", {}, attempt.message ? english(attempt.message) : ""));
  return h(
    "div.table-wrap",
    { tabindex: "0", role: "group", "aria-label": t("admin.why.history") },
    h("table", {}, h("caption", {}, t("admin.why.history")), h("thead", {}, h("tr", {}, ["time", "attempt", "message"].map((name) => h("th", { scope: "col" }, t(`admin.why.${name}`))))), h("tbody", {}, history.map(row))),
  );
}
