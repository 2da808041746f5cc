// Begins: texts, configuration, session, then the page that the address asks for. Areas are loaded when they are needed.

import { whenSignedOut } from "./core/api.js";
import { h, update } from "./core/dom.js";
import { button, notice, skeleton } from "./core/parts.js";
import { otherwise, route, start } from "./core/router.js";
import { beginSignIn, completeSignIn, config, hasExpired, loadConfiguration, signedIn, SignInError } from "./core/session.js";
import { askToSignIn, frame, notFound, plainPage } from "./core/shell.js";
import { loadTexts, t } from "./core/texts.js";

/** A page of an area whose module is loaded when it is opened first. */
function lazily(load, name) {
  return (container, parameters, query) => {
    let page = null;
    let left = false;
    update(container, skeleton(6));
    const begun = async () => {
      const area = await load();
      if (area.ready) await area.ready();
      if (!left) page = area[name](container, parameters, query);
    };
    begun().catch((error) => {
      console.error(error);
      update(container, notice("bad", t("error.title"), t("error.area"), [button({ key: "reload", text: t("action.reload"), run: () => location.reload() })]));
    });
    return {
      leave: () => {
        left = true;
        page?.leave?.();
      },
      follow: (next, asked) => page?.follow?.(next, asked),
    };
  };
}

function routes() {
  const researcher = () => import("./researcher/area.js");
  const administrators = () => import("./admin/area.js");
  const person = lazily(researcher, "researcherPage");
  for (const whose of ["", "/users/{user}"]) {
    for (const depth of ["", "/orcid/{orcid}", "/orcid/{orcid}/{tab}"]) route(whose + depth || "/", person);
  }
  const admin = lazily(administrators, "adminPage");
  for (const depth of ["", "/{page}", "/{page}/{item}", "/{page}/{item}/{part}"]) route(`/admin${depth}`, admin);
  otherwise(notFound);
}

function welcome(container, error) {
  const framed = window.top !== window;
  const actions = framed
    ? [h("a.button.primary", { href: location.href, target: "_blank", rel: "noopener" }, t("sign_in.own_window"))]
    : [button({ key: "sign-in", kind: "primary", text: t("sign_in.in"), run: signIn(container) })];
  plainPage(container, {
    heading: t("sign_in.title"),
    text: [error ? notice("bad", null, t(`sign_in.error.${error}`)) : null, h("p.lead", {}, t("sign_in.text")), framed ? t("sign_in.framed") : null].filter(Boolean),
    actions,
  });
}

/** Errors of the provider are shown on the page itself. */
function signIn(container) {
  return () => beginSignIn().catch((error) => welcome(container, error instanceof SignInError ? error.code : "unreachable"));
}

async function begin() {
  await loadTexts((language) => import(`./texts/${language}.js`));
  let error = null;
  try {
    await loadConfiguration();
    if (config().client_id) await completeSignIn();
  } catch (caught) {
    error = caught instanceof SignInError ? caught.code : "unreachable";
  }
  routes();
  if (!config()) return only(() => ({ heading: t("error.title"), text: t("error.start"), actions: [button({ key: "reload", kind: "primary", text: t("action.reload"), run: () => location.reload() })] }));
  if (!config().client_id) return only(() => ({ heading: t("sign_in.unconfigured.title"), text: t("sign_in.unconfigured.text") }));
  whenSignedOut(askToSignIn);
  let told = error;
  start((open, parameters, query, moved) => {
    const why = told ?? (hasExpired() ? "over" : null);
    const shown = signedIn() && !told ? open : (container) => welcome(container, why);
    told = null;
    return frame(shown, parameters, query, moved);
  });
}

/** Whatever the address asks for, there is this to say. */
function only(says) {
  start((_, __, ___, moved) => frame((container) => plainPage(container, says()), {}, null, moved));
}

begin();
