// One user: their records, what can be done for them, and their erasure.

import { get, path, post, remove } from "../core/api.js";
import { confirmed, openDialog } from "../core/dialog.js";
import { h, mount } from "../core/dom.js";
import { badge, button, choices, failure, link as anchor, notice, progress, skeleton, tell } from "../core/parts.js";
import { poll } from "../core/poll.js";
import { moment, t } from "../core/texts.js";
import { card, heading, record } from "./pieces.js";
import { actAddress, canSync, summary, syncButton } from "./users.js";

const LINKS_READ = 500;
const ROUNDS = 20;

/** The page `#/admin/users/{user}`. */
export function userPage(holder, user) {
  const model = { user, known: null, links: null, erasure: null, error: null };
  let looking = null;
  const redraw = mount(holder, () => draw(model, { load, erase: () => erase(model, watch), readmit: () => readmit(model, load), release: (link) => release(link, load) }));

  async function load() {
    try {
      const [links, known, erasure] = await Promise.all([linksOf(user), exists(user), erasureOf(user)]);
      Object.assign(model, { links, known, erasure, error: null });
    } catch (error) {
      model.error = error;
    }
    redraw();
    if (model.erasure?.state === "erasing") watch();
  }
  function watch() {
    looking?.stop();
    looking = poll(async () => {
      model.erasure = await erasureOf(user);
      redraw();
      if (model.erasure?.state === "erasing") return true;
      load();
      return false;
    });
    model.erasure ??= { state: "erasing", works_left: [], requested_at: new Date().toISOString() };
    redraw();
  }
  load();
  return { leave: () => looking?.stop() };
}

/** Every link of the user that has something stored; the search finds parts of ids, so the rest is sorted out here. */
async function linksOf(user) {
  const found = [];
  let cursor = null;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { body } = await get(`/v1/admin/links?limit=${LINKS_READ}&q=${encodeURIComponent(user)}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    found.push(...body.items.filter((link) => link.user_id === user));
    cursor = body.next;
    if (cursor === null) break;
  }
  return found;
}

/** Whether the catalogue knows them; with the write integration off too. */
const exists = (user) => orNull(get(`${path`/v1/users/${user}`}/claiming`)).then((answer) => answer !== null);
const erasureOf = (user) => orNull(get(`${path`/v1/admin/users/${user}`}/erasure`)).then((answer) => answer?.body ?? null);
const orNull = (asked) => asked.catch((error) => {
  if (error.type === "not-found") return null;
  throw error;
});

function draw(model, deeds) {
  const { user, links, error } = model;
  const name = links?.find((link) => link.user_name)?.user_name;
  const head = heading("users", { text: name ? t("admin.user.title", { name, user }) : user, intro: null, beside: anchor("#/admin/users", t("admin.user.back")) });
  if (error) return [...head, failure(error, deeds.load)];
  if (links === null) return [...head, h("div.card", { key: "loading" }, skeleton(6))];
  const gone = model.erasure !== null;
  if (!model.known && !links.length && !gone) return [...head, notice("info", t("admin.user.unknown"), t("admin.user.unknown_text", { user }))];
  return [
    ...head,
    gone ? erasing(model, deeds) : null,
    card("records", t("admin.user.records"), links.length ? h("ul.plain-list.entries", {}, links.map((link) => h("li.entry.stacked", { key: link.orcid_id }, summary(link, { named: false }), ways(link, deeds)))) : h("p.soft", {}, t("admin.user.no_records"))),
    card("elsewhere", t("admin.user.elsewhere"), h("ul.plain-list.stack-small", {}, [
      model.known ? [actAddress({ user_id: user }), t("admin.user.act")] : null,
      [`#/admin/why?who=${encodeURIComponent(user)}`, t("admin.user.why")],
      [`#/admin/audit?user=${encodeURIComponent(user)}`, t("admin.user.audit")],
    ].filter(Boolean).map(([href, text]) => h("li", {}, anchor(href, text))))),
    gone ? null : card("erase", t("admin.erase.heading"), h("p", {}, t("admin.erase.hint")), h("div.actions", {}, button({ key: "erase", kind: "danger", text: t("admin.erase.begin"), run: deeds.erase }))),
  ];
}

function ways(link, deeds) {
  return h(
    "div.actions.deeds",
    {},
    canSync(link) ? syncButton(link, deeds.load) : null,
    anchor(actAddress(link), [t("admin.users.act"), h("span.hidden-text", {}, ` (${link.orcid_id})`)]),
    anchor(`#/admin/works?orcid_id=${link.orcid_id}`, [t("admin.user.works"), h("span.hidden-text", {}, ` (${link.orcid_id})`)]),
    link.holder === link.user_id ? button({ key: `release-${link.orcid_id}`, kind: "link", text: t("admin.release.begin"), label: `${t("admin.release.begin")}: ${link.orcid_id}`, run: () => deeds.release(link) }) : null,
  );
}

async function release(link, load) {
  const sure = await confirmed({
    title: t("admin.release.title", { orcid: link.orcid_id }),
    body: [h("p", {}, t("admin.release.text", { name: link.user_name || link.user_id })), h("ul", {}, ["ends", "stay", "next"].map((key) => h("li", {}, t(`admin.release.${key}`))))],
    confirm: t("admin.release.do"),
    danger: true,
  });
  if (!sure) return;
  const { body } = await post(`${path`/v1/admin/links/${link.orcid_id}`}/release`);
  tell(t("admin.release.done", { orcid: link.orcid_id, count: body.works }));
  await load();
}

async function erase(model, watch) {
  const onOrcid = model.links.length > 0;
  let works = "leave";
  const option = (value) => ({ value, title: t(`admin.erase.${value}`), text: t(`admin.erase.${value}_text`) });
  const sure = await openDialog({
    title: t("admin.erase.title", { user: model.user }),
    content: (close, redraw) => [
      h("p", {}, t("admin.erase.text")),
      h("ul", {}, ["goes", "audit", "feed"].map((key) => h("li", {}, t(`admin.erase.${key}`)))),
      onOrcid ? choices({ name: "works", legend: t("admin.erase.works"), chosen: works, options: [option("leave"), option("remove")], choose: (value) => {
        works = value;
        redraw();
      } }) : null,
      h("div.actions", {}, button({ key: "erase-now", kind: "danger", text: t("admin.erase.do"), run: () => close(true) }), button({ key: "erase-not", text: t("action.cancel"), run: () => close(false) })),
    ],
  });
  if (!sure) return;
  const { body } = await remove(`${path`/v1/admin/users/${model.user}`}?works=${works}`);
  model.erasure = body;
  tell(t("admin.erase.begun"));
  watch();
}

function erasing({ erasure, user }, deeds) {
  if (erasure.state === "erasing") {
    return card("erasure", t("admin.erasure.running"), progress(null, null, t("admin.erasure.progress", { since: moment(erasure.requested_at) })), left(erasure), h("p.hint", {}, t("admin.erasure.running_hint")));
  }
  return card(
    "erasure",
    t("admin.erasure.done"),
    h("p", {}, badge("good", t("admin.erasure.erased"), "check"), " ", erasure.finished_at ? moment(erasure.finished_at) : null),
    left(erasure),
    h("p", {}, t("admin.erasure.ignored", { user })),
    h("div.actions", {}, button({ key: "readmit", text: t("admin.readmit.begin"), run: deeds.readmit })),
  );
}

function left({ works_left: works }) {
  if (!works.length) return null;
  return notice("warn", t("admin.erasure.left"), [h("p", {}, t("admin.erasure.left_text")), h("ul", {}, works.map(({ orcid_id: orcid, put_codes: codes }) => h("li", { key: orcid }, record(orcid), ": ", codes.join(", "))))]);
}

async function readmit(model, load) {
  const sure = await confirmed({ title: t("admin.readmit.title", { user: model.user }), body: h("p", {}, t("admin.readmit.text")), confirm: t("admin.readmit.do") });
  if (!sure) return;
  await post(`${path`/v1/admin/users/${model.user}`}/readmission`);
  tell(t("admin.readmit.done"));
  await load();
}
