// What needs somebody first, the most urgent on top, each with the way to where it can be dealt with.

import { h } from "../core/dom.js";
import { link as anchor, notice } from "../core/parts.js";
import { moment, t } from "../core/texts.js";

// The ages at which the alarms of the deployment ring, too (docs/operations.md).
const MINUTE_MS = 60_000;
const TOO_OLD_MS = { high: 10 * MINUTE_MS, normal: 120 * MINUTE_MS, update: 25 * 1440 * MINUTE_MS };

/** `status` of the API; `paused` {number, complete}. */
export function attention(status, paused) {
  const found = [...switchedOff(status), ...ages(status), ...works(status, paused)];
  if (!found.length) return notice("good", t("admin.attention.none"), t("admin.attention.none_text"), [], { key: "fine" });
  return h("ul.plain-list.stack.attention", { key: "found" }, found.map(({ key, kind, text, more, href, to }) => h("li", { key }, notice(kind, text, more, href ? [anchor(href, to)] : []))));
}

function switchedOff(status) {
  const toSwitches = { href: "#/admin/switches", to: t("admin.overview.to_switches") };
  const found = [];
  if (!status.write_enabled) found.push({ key: "write", kind: "warn", text: t("admin.attention.write_off"), more: t("admin.attention.write_off_text"), ...toSwitches });
  if (!status.search_enabled) found.push({ key: "search", kind: "info", text: t("admin.attention.search_off"), more: t("admin.attention.search_off_text"), ...toSwitches });
  // The switch is on and the gate shut: it opens with the next change of the configuration.
  if (status.write_enabled && !status.pauses.writing) found.push({ key: "gate", kind: "bad", text: t("admin.attention.gate"), more: t("admin.attention.gate_text"), ...toSwitches });
  if (status.pauses.paused_until) found.push({ key: "slow", kind: "info", text: t("admin.attention.slow", { until: moment(status.pauses.paused_until) }), more: t("admin.attention.slow_text") });
  return found;
}

function ages(status) {
  const now = Date.parse(status.at);
  const old = (since, limit) => since !== null && now - Date.parse(since) > limit;
  const found = status.queues
    .filter(({ lane, oldest_due_at: since }) => status.write_enabled && old(since, TOO_OLD_MS[lane]))
    .map(({ lane, oldest_due_at: since }) => ({ key: `old-${lane}`, kind: "bad", text: t(`admin.attention.old_${lane}`, { since: moment(since) }), more: t("admin.attention.old_text") }));
  if (old(status.oldest_waiting_update_at, TOO_OLD_MS.update)) {
    found.push({ key: "old-update", kind: "bad", text: t("admin.attention.old_update", { since: moment(status.oldest_waiting_update_at) }), more: t("admin.attention.old_update_text"), href: "#/admin/works?state=waiting_update", to: t("admin.attention.to_updates") });
  }
  return found;
}

function works(status, paused) {
  const { held, failed, unmatched } = status.works;
  const found = [];
  const add = (name, count, kind, href) => {
    const values = { count: count.number };
    const text = count.complete ? t(`admin.attention.${name}`, values) : t("admin.attention.at_least", { text: t(`admin.attention.${name}`, values) });
    if (count.number) found.push({ key: name, kind, text, more: t(`admin.attention.${name}_text`), href, to: t(`admin.attention.${name}_to`) });
  };
  add("held", held, "bad", "#/admin/held");
  add("failed", failed, "warn", "#/admin/works?state=failed");
  // With the switch off every link is paused: that is said above.
  if (paused && status.write_enabled) add("paused", paused, "warn", "#/admin/users?state=paused");
  add("unmatched", unmatched, "info", "#/admin/works?state=unmatched");
  return found;
}
