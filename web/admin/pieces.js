// What the administrators' pages share: headings, cards, people, records, words that only come in English.

import { h } from "../core/dom.js";
import { badge, link as anchor } from "../core/parts.js";
import { config } from "../core/session.js";
import { currentLanguage, has, moment, relative, t } from "../core/texts.js";

/** The head of a page: its one h1, what it is for, and what stands beside it. */
export function heading(name, { text = t(`admin.title.${name}`), intro = t(`admin.intro.${name}`), beside = null } = {}) {
  return [
    h("div.page-head", { key: "heading" }, h("h1", { tabindex: "-1" }, text), beside),
    intro ? h("p.intro", { key: "intro" }, intro) : null,
  ];
}

/** A card with a heading; `id` names it on its page. */
export function card(id, title, ...children) {
  return h("section.card", { key: `card-${id}`, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title`, tabindex: "-1" }, title), children);
}

/** Give the focus to the heading of a card that has just come, and bring it into view. */
export function showCard(id) {
  const title = document.getElementById(`${id}-title`);
  title?.focus({ preventScroll: true });
  title?.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

/** Words of the API or of ORCID, which come in English alone: marked so that they are read aloud as such. */
export const english = (text) => h("span", { lang: currentLanguage() === "en" ? null : "en" }, text);

/** A link to a user's page. */
export function person({ user_id: id, user_name: name }) {
  return h("span.person", {}, anchor(`#/admin/users/${encodeURIComponent(id)}`, name || id), name ? h("span.soft.small", {}, ` ${id}`) : null);
}

/** A link to the record at ORCID. */
export function record(orcid) {
  return anchor(`${config().orcid_url}/${orcid}`, [h("span.hidden-text", {}, "ORCID "), h("span.orcid", {}, orcid)], { external: true });
}

/** The name of the research information system. */
export const risName = () => config().ris_name || t("ris.name");

/** A moment as words, the exact one as a tip. */
export const when = (iso, now) => h("time", { datetime: iso, title: moment(iso) }, relative(iso, now));

/** A pill for the state of a link; `reason` says why it is paused. */
export function standing({ state, mode, state_reason: reason }) {
  const kinds = { idle: mode === "write" ? "good" : "off", queued: "wait", syncing: "wait", removing: "wait", paused: "bad" };
  const glyphs = { idle: mode === "write" ? "check" : "leave", queued: "clock", syncing: "sync", removing: "remove", paused: "pause" };
  const soft = ["institution_off", "user_inactive"].includes(reason);
  const text = state === "idle" ? t(`admin.mode.${mode}`) : t(`admin.state.${state}`);
  return badge(state === "paused" && soft ? "off" : kinds[state], text, glyphs[state]);
}

/** Why a link is paused, in a sentence; null when it is not. */
export function pauseReason({ state_reason: reason, primary_orcid_id: primary }) {
  if (!reason) return null;
  const key = `admin.pause.${reason}`;
  return has(key) ? t(key, { primary: primary ?? "" }) : t("admin.pause.other", { reason });
}

/** A list of facts: [[name, value]]; values null are left away. */
export function facts(rows) {
  return h("dl.facts", {}, rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}
