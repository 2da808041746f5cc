// A researcher's page: their own, or that of the user for whom an administrator acts.

import { post } from "../core/api.js";
import { h, mount } from "../core/dom.js";
import { badge, button, fail, failure, link as anchor, notice, skeleton, tell } from "../core/parts.js";
import { go, note } from "../core/router.js";
import { signedIn } from "../core/session.js";
import { title } from "../core/shell.js";
import { t } from "../core/texts.js";
import { complete, connect, takeAnswer } from "./connection.js";
import { openModel } from "./model.js";
import { publicationsTab } from "./publications.js";
import { settingsTab } from "./settings.js";
import { hindrance, risName, standingCard } from "./standing.js";
import { suggestionsTab } from "./suggestions.js";

const TABS = ["publications", "settings", "suggestions"];
const enter = (model, done) => import("./entering.js").then(({ askToClaim }) => askToClaim(model, done));

/** The page for `parameters` {user, orcid, tab}; all may be missing. */
export function researcherPage(container, parameters, query) {
  // One's own page under one's own id is one's own page.
  const user = parameters.user && parameters.user !== signedIn()?.subject ? parameters.user : null;
  const page = { tab: null, answer: null, off: null, drawn: null };
  const redraw = () => page.drawn?.();
  const changed = () => {
    redraw();
    page.seen?.();
  };
  const model = openModel(user, changed, () => reload().then(() => false));
  const start = (orcid, access) => connect(model, orcid, access);
  const reload = async () => {
    const known = model.link?.orcid_id;
    Object.assign(model, { link: null, etag: null });
    await model.load();
    if (model.links) await settle({ orcid: model.links.some((one) => one.orcid_id === known) ? known : undefined, tab: page.tab }, new URLSearchParams());
  };
  const claim = async (orcid) => {
    await post(`${model.base}/orcid`, { orcid_id: orcid });
    await reload();
  };
  const publications = publicationsTab(model, redraw, (filter) => note(`${model.address(model.link.orcid_id, page.tab)}${filter}`));
  const settings = settingsTab(model, redraw, { connect: start, gone: reload, saved: () => (page.answer = null) });
  const suggestions = suggestionsTab(model, redraw);
  const tabs = { publications, settings, suggestions };
  let numbers = "";
  const numbersNow = () => JSON.stringify([model.link.orcid_id, model.link.counts]);

  /** Show what the address asks for; returns false when there is no such iD. */
  async function settle({ orcid, tab }, asked) {
    const before = model.link?.orcid_id;
    if (!model.links.length) return redraw();
    if (!model.select(orcid)) return redraw();
    const fallback = model.link.mode === "write" || model.link.counts.claimed ? "publications" : "settings";
    const same = before === model.link.orcid_id && page.tab === (TABS.includes(tab) ? tab : fallback);
    page.tab = TABS.includes(tab) ? tab : fallback;
    redraw();
    if (numbers === "") numbers = numbersNow();
    if (page.tab === "publications" && (!same || publications.list.items === null || [...asked].length)) await publications.open(asked);
    if (page.tab === "settings") await settings.open();
    return true;
  }

  /** When the iD's numbers are not those that its list was read with, the list is read again. */
  page.seen = () => {
    if (!model.link || page.tab !== "publications") return;
    const now = numbersNow();
    if (numbers && numbers !== now && publications.list.items !== null) publications.reload();
    numbers = now;
  };

  async function begin() {
    const answer = user === null ? takeAnswer() : null;
    if (answer) {
      const done = await complete(model, answer);
      page.answer = done.notice;
      if (done.link) {
        parameters.orcid = done.link.orcid_id;
        if (done.wish === "write" && done.link.connection === "write" && done.link.mode !== "write") page.wish = true;
        note(model.address(done.link.orcid_id, page.wish ? "settings" : ""));
        parameters.tab = page.wish ? "settings" : undefined; // as the address says
      }
    }
    await model.load();
    if (model.error?.type === "write-integration-disabled") {
      const { switchedOff } = await import("./off.js");
      page.off = switchedOff(model, redraw, { connect: start, claim: () => enter(model, claimed), suggestions });
      await Promise.all([page.off.load(), suggestions.load()]);
      return;
    }
    if (!model.links) return;
    if (page.wish && model.select(parameters.orcid)) settings.wish("write");
    await Promise.all([settle(parameters, query), suggestions.load()]);
  }
  const claimed = async (orcid) => {
    tell(t("claim.done", { orcid }));
    if (page.off) return page.off.load();
    await model.load();
    return go(model.address(orcid, ""));
  };
  const filter = (state) => {
    if (page.tab === "publications") return publications.show({ state }).then(() => document.getElementById("publications-title")?.scrollIntoView({ block: "nearest" }));
    return go(`${model.address(model.link.orcid_id, "publications")}?state=${state}`);
  };

  const switchOn = () => {
    settings.wish("write");
    if (page.tab === "settings") return settings.open().then(() => document.getElementById("settings-title").focus());
    return go(model.address(model.link.orcid_id, "settings"));
  };

  const unavailable = () => (model.error.type === "forbidden" || model.error.type === "not-found" ? unknownUser(model) : failure(model.error, reload));
  page.drawn = mount(container, () => {
    if (page.off) return [heading(model), acting(model), page.off.draw()];
    if (model.error) return [heading(model), acting(model), unavailable()];
    if (model.links === null) return [heading(model), acting(model), h("div.card", { key: "loading" }, skeleton(7))];
    const said = [page.answer, ...model.notices.map((one) => notice("info", null, t(`institution.${one.code}`) === `institution.${one.code}` ? one.message : t(`institution.${one.code}`), [], { key: `institution-${one.code}` }))];
    if (!model.links.length) return [heading(model), acting(model), said, nobody(model, start, claimed), suggestions.count() && suggestions.count() !== "0" ? suggestions.draw() : null];
    if (!model.link) return [heading(model), acting(model), said, notFoundHere(model)];
    return [
      heading(model, () => enter(model, claimed)),
      acting(model),
      said,
      chooser(model),
      hindrance(model, { connect: start, claim }),
      standingCard(model, { connect: start, filter, switchOn }),
      tabBar(model, page.tab, suggestions.count()),
      h("div.tab.stack-wide", { key: `tab-${page.tab}-${model.link.orcid_id}` }, tabs[page.tab].draw()),
    ];
  });
  title(t("shell.own"), { silent: true });
  begin().catch(fail);
  return {
    leave: () => model.leave(),
    follow: (next, asked) => {
      const other = (next.user && next.user !== signedIn()?.subject ? next.user : null) !== user;
      if (other || page.off || !model.links) return false;
      page.answer = null;
      settle(next, asked).catch(fail);
      return true;
    },
  };
}

function heading(model, add) {
  return h(
    "div.page-head",
    { key: "heading" },
    h("h1", { tabindex: "-1" }, model.user === null ? t("page.title") : t("page.title_for", { user: model.user })),
    add && model.links?.length ? button({ key: "add-id", kind: "quiet", text: t("action.add_id"), run: add }) : null,
  );
}

function acting(model) {
  if (model.user === null) return null;
  return notice("warn", t("acting.title", { user: model.user }), t("acting.text"), [anchor("#/admin", t("acting.back"))], { key: "acting" });
}

function unknownUser(model) {
  const text = model.user === null ? t("unknown_user.own", { ris: risName() }) : t("unknown_user.other", { user: model.user });
  return notice("warn", t("unknown_user.title"), text, signedIn()?.administrator ? [anchor("#/admin", t("unknown_user.admin"))] : [], { key: "unknown" });
}

function nobody(model, start, claimed) {
  return h(
    "section.card.welcome",
    { key: "nobody", "aria-labelledby": "nobody-title" },
    h("h2", { id: "nobody-title" }, t("nobody.title")),
    h("p", {}, t(model.user === null ? "nobody.text" : "nobody.text_for")),
    h(
      "div.actions",
      {},
      model.user === null ? button({ key: "connect-first", kind: "primary", text: t("action.connect"), run: () => start(null) }) : null,
      button({ key: "claim-first", text: t("action.claim"), run: () => enter(model, claimed) }),
    ),
    h("p.hint", {}, t("nobody.none"), " ", anchor("https://orcid.org/register", t("nobody.register"), { external: true })),
  );
}

function notFoundHere(model) {
  return notice("warn", t("no_such_id.title"), t("no_such_id.text"), model.links.map((link) => anchor(`#${model.address(link.orcid_id, "")}`, link.orcid_id)));
}

function chooser(model) {
  if (model.links.length < 2) return null;
  const one = (link) =>
    h("li", { key: link.orcid_id }, h("a.id-card", { href: `#${model.address(link.orcid_id, "")}`, "aria-current": link.orcid_id === model.link.orcid_id ? "true" : null }, h("span.orcid", {}, link.orcid_id), badge(link.state === "paused" ? "bad" : link.mode === "write" ? "good" : "off", link.state === "paused" ? t("standing.paused") : t(`mode.${link.mode}.badge`))));
  return h("nav", { key: "chooser", "aria-label": t("chooser.label") }, h("ul.plain-list.chooser", {}, model.links.map(one)));
}

function tabBar(model, current, suggested) {
  const one = (tab) =>
    h("a", { href: `#${model.address(model.link.orcid_id, tab)}`, key: tab, "aria-current": tab === current ? "page" : null }, t(`tab.${tab}`), tab === "suggestions" && suggested && suggested !== "0" ? h("span.tab-count", {}, h("span.hidden-text", {}, " "), suggested) : null);
  return h("nav.tabs", { key: "tabs", "aria-label": t("tab.label") }, TABS.map(one));
}
