// How the whole is doing: first what needs somebody, then queues, works, failures and the registry's pace.

import { get } from "../core/api.js";
import { h, mount } from "../core/dom.js";
import { announce, badge, button, failure, link as anchor, notice, skeleton } from "../core/parts.js";
import { poll } from "../core/poll.js";
import { number, relative, t } from "../core/texts.js";
import { attention } from "./attention.js";
import { reasonWords } from "./errors.js";
import { card, facts, heading, when } from "./pieces.js";
import { barTable, linePlot } from "./plots.js";

const LOOK_MS = 10_000;
const PAUSED_COUNTED = 100;
const PAUSED_EVERY = 6;
const MOST_SAMPLES = 240;
const BUSY_AHEAD_MS = 10_000;
// What was seen since the tab was opened; nothing older is known to anybody but the dashboard.
const samples = [];

/** The page `#/admin`. */
export function page(holder) {
  const model = { status: null, paused: null, error: null, looks: 0 };
  const redraw = mount(holder, () => [...heading("overview", { beside: beside(model, look) }), body(model, look)]);

  async function look() {
    try {
      const [status, paused] = await Promise.all([get("/v1/admin/status"), model.looks % PAUSED_EVERY === 0 ? countPaused() : model.paused]);
      Object.assign(model, { status: status.body, paused, error: null, looks: model.looks + 1 });
      remember(status.body);
    } catch (error) {
      model.error = error;
    }
    redraw();
    return true;
  }
  look();
  const looking = poll(look, { first: LOOK_MS, longest: LOOK_MS });
  return { leave: () => looking.stop() };
}

async function countPaused() {
  const { body } = await get(`/v1/admin/links?state=paused&limit=${PAUSED_COUNTED}`);
  return { number: body.items.length, complete: body.next === null };
}

function remember(status) {
  const value = status.queues.reduce((sum, lane) => sum + lane.queued + lane.due.number, 0);
  if (samples.length && Date.parse(samples.at(-1).at) >= Date.parse(status.at)) samples.length = 0; // another clock
  samples.push({ at: status.at, value });
  if (samples.length > MOST_SAMPLES) samples.shift();
}

function beside(model, look) {
  const again = async () => {
    model.looks = 0;
    await look();
    announce(t("admin.overview.looked"));
  };
  return h("div.row.beside", {}, model.status ? h("span.soft.small", {}, t("admin.overview.as_of", { when: relative(model.status.at) })) : null, button({ key: "look-again", kind: "quiet", text: t("admin.overview.again"), glyph: "sync", run: again }));
}

function body(model, look) {
  const { status, error } = model;
  if (!status) return error ? failure(error, look) : h("div.card", { key: "loading" }, skeleton(9));
  return h(
    "div.stack-wide",
    { key: "body" },
    error ? notice("warn", t("admin.overview.stale"), error.text) : null,
    card("attention", t("admin.attention.title"), attention(status, model.paused)),
    h("div.columns", {}, card("switches", t("admin.overview.switches"), switches(status)), card("pace", t("admin.overview.pace"), pace(status))),
    card("queues", t("admin.overview.queues"), queues(status)),
    h("div.columns", {}, card("works", t("admin.overview.works"), works(status)), card("failures", t("admin.overview.failures"), failures(status))),
  );
}

/** A count that may go on beyond what was counted. */
const counted = ({ number: found, complete }) => (complete ? number(found) : t("admin.more_than", { count: found }));

function switches(status) {
  const one = (name, on) => [t(`admin.switch.${name}`), badge(on ? "good" : "off", t(on ? "admin.on" : "admin.off"), on ? "check" : "pause")];
  return [facts([one("search_enabled", status.search_enabled), one("write_enabled", status.write_enabled)]), h("p", {}, anchor("#/admin/switches", t("admin.overview.to_switches")))];
}

function pace(status) {
  const { requests_per_second: most, slots_given_ahead_ms: ahead } = status.rate;
  const until = status.pauses.paused_until;
  return [
    barTable({
      caption: t("admin.overview.pace"),
      columns: [t("admin.overview.measure"), t("admin.overview.value")],
      most: BUSY_AHEAD_MS,
      rows: [{ key: "ahead", label: t("admin.overview.ahead"), value: ahead, text: t("admin.seconds", { count: Math.round(ahead / 100) / 10 }), kind: ahead > BUSY_AHEAD_MS / 2 ? "wait" : "" }],
    }),
    h("p.hint", {}, t("admin.overview.rate", { rate: most })),
    until ? h("p", {}, badge("warn", t("admin.overview.slowed"), "pause"), " ", when(until, Date.parse(status.at))) : null,
  ];
}

function queues(status) {
  const rows = status.queues.flatMap((lane) => [
    { key: `${lane.lane}-due`, label: t(`admin.lane.${lane.lane}.due`), value: lane.due.number, text: counted(lane.due), kind: lane.lane },
    { key: `${lane.lane}-queued`, label: t(`admin.lane.${lane.lane}.queued`), value: lane.queued, kind: lane.lane },
  ]);
  const now = Date.parse(status.at);
  const oldest = status.queues.map((lane) => [t(`admin.lane.${lane.lane}.oldest`), lane.oldest_due_at ? when(lane.oldest_due_at, now) : t("admin.nothing_waits")]);
  return [
    h("p.hint", {}, t("admin.overview.queues_hint")),
    barTable({ caption: t("admin.overview.queues"), columns: [t("admin.overview.what"), t("admin.overview.links")], rows, most: Math.max(10, ...rows.map(({ value }) => value)) }),
    facts([...oldest, [t("admin.overview.oldest_update"), status.oldest_waiting_update_at ? when(status.oldest_waiting_update_at, now) : t("admin.nothing_waits")]]),
    samples.length > 1
      ? linePlot({ title: t("admin.overview.since"), samples, columns: [t("admin.overview.time"), t("admin.overview.links")], describe: (found) => t("admin.overview.since_words", found) })
      : h("p.hint.plot-place", { key: "no-line" }, t("admin.overview.since_soon")),
  ];
}

function works(status) {
  const kinds = { failed: "bad", held: "warn", waiting_remove: "wait", waiting_update: "wait", unmatched: "off" };
  const rows = Object.entries(kinds).map(([state, kind]) => ({
    key: state,
    label: anchor(state === "held" ? "#/admin/held" : `#/admin/works?state=${state}`, t(`admin.concern.${state}`)),
    value: status.works[state].number,
    text: counted(status.works[state]),
    kind,
  }));
  return [h("p.hint", {}, t("admin.overview.works_hint")), barTable({ caption: t("admin.overview.works"), columns: [t("admin.overview.state"), t("admin.overview.works_column")], rows, most: Math.max(10, ...rows.map(({ value }) => value)) })];
}

function failures(status) {
  if (!status.failures.length) return h("p.soft", { key: "none" }, t("admin.overview.no_failures"));
  const rows = status.failures.map(({ reason, works: value }) => ({ key: reason, label: anchor(`#/admin/works?state=failed&reason=${encodeURIComponent(reason)}`, reasonWords(reason)), value, kind: "bad" }));
  return [h("p.hint", {}, t("admin.overview.failures_hint")), barTable({ caption: t("admin.overview.failures"), columns: [t("admin.overview.reason"), t("admin.overview.works_column")], rows })];
}
