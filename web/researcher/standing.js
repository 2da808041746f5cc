// How things stand with an iD, at a glance: one sentence, a bar with its numbers, and the one thing to do next.

import { post } from "../core/api.js";
import { h, icon } from "../core/dom.js";
import { badge, button, link as anchor, notice, progress } from "../core/parts.js";
import { config } from "../core/session.js";
import { has, moment, number, relative, t } from "../core/texts.js";
import { leftOut, waiting } from "./model.js";

const CONNECTION_KINDS = { none: "off", read: "good", write: "good", revoked: "bad" };

/** The card at the top. `connecting` starts ORCID's authorisation (connection.js). */
export function standingCard(model, { connect, filter, switchOn }) {
  const { link } = model;
  const { kind, key, values } = headline(link);
  return h(
    "section.card.standing",
    { "aria-labelledby": "standing-title", key: "standing" },
    h("div.page-head", {}, h("p.orcid-line", {}, recordLink(link.orcid_id), connectionBadge(link))),
    h("h2.standing-title", { id: "standing-title", class: kind }, icon({ good: "check", wait: "clock", bad: "warning", off: "pause", moving: "sync" }[kind]), h("span", {}, t(key, values))),
    explanation(link),
    moving(model),
    link.counts.claimed + link.counts.on_orcid > 0 ? counts(link, filter) : h("p.soft", {}, t("standing.no_publications", { ris: risName() })),
    facts(link),
    actions(model, connect, switchOn),
  );
}

/** Whether we may read or write. */
export const connectionBadge = ({ connection }) => badge(CONNECTION_KINDS[connection], t(`connection.${connection}`));

/** The name of the research information system. */
export const risName = () => config().ris_name || t("ris.name");

/** A link to the record at ORCID. */
export function recordLink(orcid) {
  return anchor(`${config().orcid_url}/${orcid}`, [h("span.hidden-text", {}, "ORCID "), h("span.orcid", {}, orcid)], { external: true });
}

function headline(link) {
  const { counts } = link;
  if (link.state_reason === "held") return { kind: "wait", key: "standing.held" };
  if (link.state === "paused") return { kind: "bad", key: "standing.paused" };
  if (link.state === "removing") return { kind: "moving", key: "standing.removing" };
  if (link.mode === "claim-only") return { kind: "off", key: "standing.claim_only" };
  if (link.mode === "read") return { kind: "off", key: "standing.read" };
  if (["queued", "syncing"].includes(link.state)) return { kind: "moving", key: "standing.moving" };
  if (waiting(counts)) return { kind: "wait", key: "standing.waiting", values: { count: waiting(counts) } };
  if (counts.failed) return { kind: "bad", key: "standing.failed", values: { count: counts.failed } };
  return { kind: "good", key: "standing.good" };
}

function explanation(link) {
  const { counts } = link;
  if (link.state === "paused") return null; // the notice above says it
  if (link.mode !== "write" && counts.on_orcid) return h("p", {}, t("standing.stay", { count: counts.on_orcid }));
  if (link.mode !== "write" && counts.eligible) return h("p", {}, t("standing.would", { count: counts.eligible }));
  return null;
}

function moving(model) {
  const { link, removalFrom } = model;
  const left = link.counts.on_orcid;
  if (link.state === "removing" && !link.state_reason) return progress(Math.max(0, removalFrom - left), removalFrom || 1, t("progress.removing", { count: left }));
  if (!["queued", "syncing"].includes(link.state)) return null;
  const open = waiting(link.counts);
  if (link.state === "queued" || !open) return progress(null, null, t(link.state === "queued" ? "progress.queued" : "progress.checking"));
  return h("p", { key: "progress" }, t("progress.syncing", { count: open })); // the bar below moves
}

/** The numbers, as a bar for the eye and as buttons that show the list behind them. */
function counts(link, filter) {
  const { counts: found } = link;
  if (link.state === "removing") return null; // all of them go, whatever they count as
  const parts = [
    ["sent", found.sent, "sent"],
    [link.mode === "write" ? "waiting" : "would", found.waiting_add + found.waiting_update, found.waiting_add ? "waiting_add" : "waiting_update"],
    ["removing", found.waiting_remove, "waiting_remove"],
    ["failed", found.failed, "failed"],
    ["left", leftOut(found), "left_out"],
  ];
  const shown = parts.filter(([name, count]) => count > 0 || name === "sent");
  return h(
    "div.counts",
    { key: "counts" },
    bar(shown),
    h("ul.plain-list.legend", {}, shown.map(([name, count, state]) => h("li", { key: name }, h("button.legend-item", { type: "button", on: { click: () => filter(state) } }, h("span.dot", { class: name, "aria-hidden": "true" }), h("strong", {}, number(count)), h("span", {}, t(`count.${name}`, { count })))))),
  );
}

function bar(parts) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ class: "bar-chart", viewBox: "0 0 1000 14", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(name, value);
  const all = parts.reduce((sum, [, count]) => sum + count, 0) || 1;
  let from = 0;
  for (const [name, count] of parts) {
    const width = (count / all) * 1000;
    const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [attribute, value] of Object.entries({ class: `part ${name}`, x: from, y: 0, width: Math.max(0, width - (from + width < 999 ? 4 : 0)), height: 14 })) part.setAttribute(attribute, String(value));
    svg.append(part);
    from += width;
  }
  return svg;
}

function facts(link) {
  const one = (key, iso) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, h("time", { datetime: iso, title: moment(iso) }, relative(iso))));
  const rows = [
    link.last_synced_at ? one("fact.last_synced", link.last_synced_at) : null,
    link.mode === "write" && link.state === "idle" && link.next_check_at ? one("fact.next_check", link.next_check_at) : null,
  ].filter(Boolean);
  return rows.length ? h("dl.facts", { key: "facts" }, rows) : null;
}

function actions(model, connect, switchOn) {
  const { link } = model;
  if (link.frozen) return null;
  const run = async () => {
    await post(`${model.linkPath()}/sync`);
    await model.refresh();
    model.watch(true);
  };
  const ways = [];
  if (link.mode === "write" && link.connection === "write" && !["user_inactive", "institution_off", "no_longer_claimed"].includes(link.state_reason)) {
    ways.push(button({ key: "run-sync", kind: link.state === "idle" && (waiting(link.counts) || link.counts.failed) ? "primary" : "", text: t("action.run_sync"), glyph: "sync", run }));
  }
  if (link.connection === "none" && model.user === null && link.state_reason !== "no_longer_claimed") ways.push(button({ key: "connect", kind: "primary", text: t("action.connect"), run: () => connect(link.orcid_id) }));
  if (link.mode === "read" && link.connection === "write" && link.state === "idle") ways.push(button({ key: "switch-on", kind: "primary", text: t("action.switch_on"), run: switchOn }));
  return ways.length ? h("div.actions", { key: "standing-actions" }, ways) : null;
}

/** What hinders, and what to do about it. */
export function hindrance(model, { connect, claim }) {
  const { link } = model;
  const reason = link.state_reason;
  if (!reason) return null;
  const values = { primary: link.primary_orcid_id ?? "", ris: risName(), orcid: link.orcid_id };
  const special = link.state === "removing" ? `pause.${reason}.removing` : reason === "deprecated" && !link.primary_orcid_id ? "pause.deprecated.unknown" : null;
  const key = special && has(special) ? special : `pause.${reason}.text`;
  const ways = {
    revoked: model.user === null ? [button({ key: "reconnect", kind: "primary", text: t("action.reconnect"), run: () => connect(link.orcid_id, link.mode === "write" ? "write" : "read") })] : [],
    deprecated: model.user === null && link.primary_orcid_id ? [button({ key: "connect-primary", kind: "primary", text: t("action.connect_primary", values), run: () => connect(link.primary_orcid_id, "write") })] : [],
    no_longer_claimed: [button({ key: "claim-again", kind: "primary", text: t("action.claim_again"), run: () => claim(link.orcid_id) })],
  };
  const body = [h("p", {}, t(has(key) ? key : "pause.other.text", values)), link.last_error ? h("p.small.soft", {}, t("pause.orcid_says", { message: link.last_error })) : null];
  return notice(["held", "registry_unavailable", "institution_off", "user_inactive"].includes(reason) ? "warn" : "bad", t(has(`pause.${reason}.title`) ? `pause.${reason}.title` : "standing.paused", values), body, ways[reason] ?? [], { key: "hindrance" });
}
