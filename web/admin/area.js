// The administrators' pages: their navigation, and the page that the address names; each is loaded when it is opened.

import { h, mount, update } from "../core/dom.js";
import { button, fail, link as anchor, notice, skeleton } from "../core/parts.js";
import { signedIn } from "../core/session.js";
import { plainPage, title } from "../core/shell.js";
import { addTexts, has, t } from "../core/texts.js";

// Each module exports `page(holder, {item, part}, query)` and may return `{leave(), follow({item, part}, query)}` as core/router.js has it.
const GROUPS = [
  { overview: () => import("./overview.js") },
  { users: () => import("./users.js"), works: () => import("./works.js"), why: () => import("./why.js"), held: () => import("./held.js") },
  { switches: () => import("./switches.js"), mapping: () => import("./mapping.js") },
  { sync: () => import("./sync.js"), rehearsals: () => import("./rehearsals.js") },
  { audit: () => import("./audit.js") },
];
const PAGES = Object.assign({}, ...GROUPS);

const texts = (language) => import(`./texts/${language}.js`);

/** Texts and look, before the first page. */
export function ready() {
  begun ??= Promise.all([addTexts(texts), loadStyle()]).catch((error) => {
    begun = null;
    throw error;
  });
  return begun;
}
let begun = null;

function loadStyle() {
  const href = new URL("./style.css", import.meta.url).pathname;
  if (document.querySelector(`link[href="${CSS.escape(href)}"]`)) return Promise.resolve();
  return new Promise((settle) => {
    // A page without its look is better than none.
    document.head.append(h("link", { rel: "stylesheet", href, on: { load: settle, error: settle } }));
  });
}

/** Draws the page that `parameters.page` names. */
export function adminPage(container, parameters, query) {
  if (!signedIn()?.administrator) {
    plainPage(container, { heading: t("admin.forbidden.title"), text: t("admin.forbidden.text"), actions: [anchor("#/", t("not_found.home"))] });
    return null;
  }
  const frame = { name: null, page: null, expanded: false, turn: 0 };
  const navigation = h("div.admin-nav-place");
  container.classList.add("admin");
  const redraw = mount(navigation, () => menu(frame, () => {
    frame.expanded = !frame.expanded;
    redraw();
  }));

  async function show(next, asked, moved) {
    const name = next.page ?? "overview";
    if (name === frame.name && frame.page?.follow?.(next, asked)) return;
    frame.page?.leave?.();
    const mine = (frame.turn += 1);
    Object.assign(frame, { name, page: null, expanded: false });
    redraw();
    // A place of its own: what a page that was left learns late is drawn where nobody sees it.
    const holder = h("div.page.admin-page");
    container.replaceChildren(navigation, holder);
    if (!PAGES[name]) return nowhere(holder);
    title(t(`admin.title.${name}`), { silent: !moved });
    update(holder, h("div.page-head", { key: "heading" }, h("h1", { tabindex: "-1" }, t(`admin.title.${name}`))), skeleton(8));
    if (moved) {
      scrollTo(0, 0);
      holder.querySelector("h1").focus({ preventScroll: true });
    }
    try {
      const { page } = await PAGES[name]();
      if (mine === frame.turn) frame.page = page(holder, next, asked) ?? null;
    } catch (error) {
      console.error(error);
      update(holder, notice("bad", t("error.title"), t("error.area"), [button({ key: "reload", text: t("action.reload"), run: () => location.reload() })]));
    }
  }
  show(parameters, query, false).catch(fail);
  return {
    leave: () => {
      frame.turn += 1;
      frame.page?.leave?.();
    },
    follow: (next, asked) => {
      show(next, asked, true).catch(fail);
      return true;
    },
  };
}

function menu(frame, toggle) {
  const one = (name) => h("li", { key: name }, h("a", { href: name === "overview" ? "#/admin" : `#/admin/${name}`, "aria-current": name === frame.name ? "page" : null }, t(`admin.nav.${name}`)));
  const current = has(`admin.nav.${frame.name}`) ? t(`admin.nav.${frame.name}`) : t("shell.admin");
  return h(
    "nav.admin-nav",
    { "aria-label": t("admin.nav"), class: frame.expanded ? "expanded" : null },
    h("button.button.admin-menu", { type: "button", "aria-expanded": String(frame.expanded), "aria-controls": "admin-pages", on: { click: toggle } }, h("span.hidden-text", {}, `${t("admin.nav")}: `), h("span", {}, current)),
    h("div", { id: "admin-pages", class: "admin-groups" }, GROUPS.map((group, at) => h("ul.plain-list", { key: `group-${at}` }, Object.keys(group).map(one)))),
  );
}

function nowhere(holder) {
  plainPage(holder, { heading: t("not_found.title"), text: t("not_found.text"), actions: [anchor("#/admin", t("admin.nav.overview"))] });
}
