// What surrounds every page: header, footer, title, focus after a change of page, and what happens when a session is over.

import { openDialog } from "./dialog.js";
import { h, update } from "./dom.js";
import { announce, button, link } from "./parts.js";
import { go, here, reopen } from "./router.js";
import { beginSignIn, config, signedIn, signOut } from "./session.js";
import { chooseLanguage, currentLanguage, LANGUAGES, t } from "./texts.js";

const main = () => document.getElementById("main");
let asking = false;

/** Draw header and footer for whoever is signed in. */
function drawShell() {
  const skip = document.getElementById("skip");
  update(skip, t("shell.skip"));
  skip.onclick = (event) => {
    event.preventDefault();
    main().focus();
  };
  update(document.getElementById("header"), header());
  update(document.getElementById("footer"), footer());
}

/** Give a page its container and call its `open`; returns what it returns (router.js), its header kept up to date. */
export function frame(open, parameters, query, moved) {
  const container = h("div.page", {});
  main().replaceChildren(container);
  drawShell();
  document.getElementById("toast")?.remove();
  if (moved) scrollTo(0, 0);
  const page = open(container, parameters, query);
  if (moved) requestAnimationFrame(() => (container.querySelector("h1") ?? main()).focus({ preventScroll: true }));
  return page;
}

/** The title of the window, and what screen readers hear of a new page. */
export function title(text, { silent = false } = {}) {
  document.title = [text, config()?.institution || "ORCID"].join(" – ");
  if (!silent) announce(text);
}

/** Ask to sign in again; the page stays where it is behind the question. */
export async function askToSignIn() {
  if (asking) return;
  asking = true;
  const again = await openDialog({
    title: t("sign_in.over.title"),
    content: (close) => [
      h("p", {}, t("sign_in.over.text")),
      h("div.actions", {}, button({ key: "sign-in-again", kind: "primary", text: t("sign_in.again"), run: () => close(true) })),
    ],
  });
  asking = false;
  if (again) await beginSignIn();
}

function header() {
  const person = signedIn();
  const institution = config()?.institution;
  return [
    h(
      "div.bar",
      {},
      h("a.brand", { href: "#/" }, h("img", { src: new URL("../icon.svg", import.meta.url).pathname, alt: "", width: "28", height: "28" }), h("span", {}, h("strong", {}, t("shell.product")), institution ? h("small", {}, institution) : null)),
      h("div.bar-end", {}, languageSwitch(), person ? whoIsIt(person) : null),
    ),
    person?.administrator ? h("nav.areas", { "aria-label": t("shell.areas") }, h("div.areas-list", {}, area("#/", t("shell.own")), area("#/admin", t("shell.admin")))) : null,
  ];
}

function area(href, text) {
  const current = here().path;
  const within = href === "#/admin" ? /^\/(admin|users)/.test(current) : !/^\/(admin|users)/.test(current);
  return h("a", { href, "aria-current": within ? "true" : null }, text);
}

function whoIsIt(person) {
  return h("div.who", {}, h("span", {}, h("span.hidden-text", {}, `${t("shell.signed_in")} `), person.name), button({ key: "sign-out", kind: "quiet", text: t("sign_in.out"), run: signOut }));
}

function languageSwitch() {
  const choose = async (language) => {
    await chooseLanguage(language);
    reopen();
    document.querySelector(`.languages [lang="${language}"]`)?.focus();
  };
  const one = ([language, name]) => h("button", { type: "button", lang: language, title: name, "aria-pressed": String(language === currentLanguage()), on: { click: () => choose(language) } }, h("span", { "aria-hidden": "true" }, language.toUpperCase()), h("span.hidden-text", {}, name));
  return h("div.languages", { role: "group", "aria-label": t("shell.language") }, Object.entries(LANGUAGES).map(one));
}

function footer() {
  const help = config()?.help_url;
  return h(
    "div.foot",
    {},
    h("p", {}, t("shell.about")),
    h("p.foot-links", {}, help ? link(help, t("shell.help"), { external: /^https?:/.test(help) }) : null, link("https://info.orcid.org/what-is-orcid/", t("shell.what_is_orcid"), { external: true })),
  );
}

/** A page that says one thing: `{heading, text, actions}`. */
export function plainPage(container, { heading, text, actions = [] }) {
  title(heading);
  update(container, h("div.plain", {}, h("h1", { tabindex: "-1" }, heading), [text].flat().map((line) => (line instanceof Node ? line : h("p", {}, line))), actions.length ? h("div.actions", {}, actions) : null));
}

/** For a page without an address of ours. */
export function notFound(container) {
  plainPage(container, { heading: t("not_found.title"), text: t("not_found.text"), actions: [button({ key: "home", kind: "primary", text: t("not_found.home"), run: () => go("/") })] });
}
