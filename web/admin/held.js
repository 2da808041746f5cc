// Removals that the guard against mass removal holds (R55): by user, to approve or to refuse.

import { get, post, query } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { h, mount } from "../core/dom.js";
import { button, failure, notice, progress, skeleton, tell } from "../core/parts.js";
import { number, t } from "../core/texts.js";
import { reasonWords } from "./errors.js";
import { heading, person, record, when } from "./pieces.js";

const PAGE = 500;
// More than these are decided all together, or come when the first are decided.
const MOST_READ = 5_000;

/** The page `#/admin/held`. */
export function page(holder) {
  const model = { groups: null, more: false, error: null, chosen: new Set(), deciding: null };
  const redraw = mount(holder, () => [...heading("held"), draw(model, { load, decide, choose })]);

  async function load() {
    const found = [];
    let cursor = null;
    try {
      do {
        const { body } = await get(`/v1/admin/held-removals${query({ limit: PAGE, cursor })}`);
        found.push(...body.items);
        cursor = body.next;
      } while (cursor !== null && found.length < MOST_READ);
      Object.assign(model, { groups: grouped(found), more: cursor !== null, error: null });
      model.chosen = new Set([...model.chosen].filter((orcid) => model.groups.some((group) => group.orcid === orcid)));
    } catch (error) {
      model.error = error;
    }
    redraw();
  }

  function choose(orcid, on) {
    if (on) model.chosen.add(orcid);
    else model.chosen.delete(orcid);
    redraw();
  }

  /** `groups` null: all, also those that were not read. */
  async function decide(approve, groups) {
    const meant = groups ?? model.groups;
    const values = { count: meant.reduce((sum, group) => sum + group.items.length, 0), people: t("admin.held.people", { count: meant.length }) };
    const way = approve ? "approve" : "refuse";
    const sure = await confirmed({
      title: t(`admin.held.${way}_title`, values),
      body: [
        h("p", {}, t(`admin.held.${way}_text`, values)),
        groups === null && model.more ? h("p", {}, t("admin.held.and_more")) : null,
        meant.length <= 10 ? h("ul", {}, meant.map((group) => h("li", {}, t("admin.held.group", { name: group.user_name || group.user_id || group.orcid, count: group.items.length })))) : null,
      ].filter(Boolean),
      confirm: t(`admin.held.${way}_do`, values),
      danger: approve,
    });
    if (!sure) return;
    const wanted = groups === null ? { approve, all: true } : { approve, orcid_ids: groups.map((group) => group.orcid) };
    Object.assign(model, { deciding: { done: 0, all: values.count } });
    redraw();
    try {
      for (let remaining = true; remaining; redraw()) {
        const { body } = await post("/v1/admin/held-removals", wanted);
        model.deciding.done += body.removals;
        remaining = body.remaining;
      }
      tell(t(`admin.held.${way}d`, { count: model.deciding.done }));
    } finally {
      model.deciding = null;
      await load();
    }
    document.querySelector("#held-title, .admin-page h1")?.focus();
  }
  load();
  return null;
}

/** One for each record, the longest held first, as they come. */
function grouped(items) {
  const groups = new Map();
  for (const item of items) {
    if (!groups.has(item.orcid_id)) groups.set(item.orcid_id, { orcid: item.orcid_id, user_id: item.user_id, user_name: item.user_name, since: item.since, items: [] });
    groups.get(item.orcid_id).items.push(item);
  }
  return [...groups.values()];
}

function draw(model, deeds) {
  if (model.error) return failure(model.error, deeds.load);
  if (model.groups === null) return h("div.card", { key: "loading" }, skeleton(6));
  if (model.deciding) return h("div.card", { key: "deciding" }, progress(model.deciding.done, model.deciding.all, t("admin.held.deciding", { done: model.deciding.done, all: model.deciding.all })));
  if (!model.groups.length) return notice("good", t("admin.held.none"), t("admin.held.none_text"), [], { key: "none" });
  const count = model.groups.reduce((sum, group) => sum + group.items.length, 0);
  return h(
    "section.card",
    { key: "held", "aria-labelledby": "held-title" },
    h("h2", { id: "held-title", tabindex: "-1" }, t(model.more ? "admin.held.count_more" : "admin.held.count", { count, people: t("admin.held.people", { count: model.groups.length }) })),
    h("p.hint", {}, t("admin.held.hint")),
    bar(model, deeds),
    h("ul.plain-list.entries", {}, model.groups.map((group) => h("li.entry", { key: group.orcid }, one(group, model, deeds)))),
  );
}

function bar(model, deeds) {
  const chosen = model.groups.filter((group) => model.chosen.has(group.orcid));
  const many = chosen.length > 0;
  const text = (way) => t(many ? `admin.held.${way}_chosen` : `admin.held.${way}_all`, { count: chosen.length });
  return h(
    "div.actions",
    { key: "bar" },
    button({ key: "approve", kind: "danger", text: text("approve"), run: () => deeds.decide(true, many ? chosen : null) }),
    button({ key: "refuse", text: text("refuse"), run: () => deeds.decide(false, many ? chosen : null) }),
  );
}

function one(group, model, deeds) {
  const name = group.user_name || group.user_id || group.orcid;
  const id = `choose-${group.orcid}`;
  const reasons = new Map();
  for (const { reason } of group.items) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const words = [...reasons].map(([reason, count]) => t("admin.held.by_reason", { reason: reasonWords(reason), count })).join(", ");
  return [
    h("input", { type: "checkbox", id, checked: model.chosen.has(group.orcid), "aria-label": t("admin.held.choose", { name }), on: { change: (event) => deeds.choose(group.orcid, event.target.checked) } }),
    h(
      "div.entry-main",
      {},
      h("div.entry-head", {}, h("h3", {}, group.user_id ? person(group) : name), record(group.orcid)),
      h("p", {}, h("strong", {}, t("admin.held.works", { count: group.items.length })), ` – ${words} · `, when(group.since)),
      h("details", {}, h("summary", {}, t("admin.held.which")), h("ul", {}, group.items.map((item) => h("li", { key: item.publication_id }, item.title || item.publication_id, h("span.soft", {}, ` – ${reasonWords(item.reason)}${item.put_code ? ` · ${t("history.put_code", { code: String(item.put_code) })}` : ""}`))))),
      h(
        "div.actions",
        {},
        button({ key: `approve-${group.orcid}`, kind: "small danger", text: t("admin.held.approve"), label: `${t("admin.held.approve")}: ${name}, ${number(group.items.length)}`, run: () => deeds.decide(true, [group]) }),
        button({ key: `refuse-${group.orcid}`, kind: "small", text: t("admin.held.refuse"), label: `${t("admin.held.refuse")}: ${name}, ${number(group.items.length)}`, run: () => deeds.decide(false, [group]) }),
      ),
    ),
  ];
}
