// Which page the address asks for: `#/a/b?c=d`. A page is a function that draws into a container and may say how it ends.

const routes = [];
let fallback = null;
let leave = null;
let shown = "";
let show = () => {};

/** `pattern` like `/users/{user}/orcid/{iD}`; `open(container, parameters, query)` returns a function for leaving, or nothing. */
export function route(pattern, open) {
  const names = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const parts = pattern.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "([^/]+)");
  routes.push({ names, expression: new RegExp(`^${parts}$`), open });
}

/** What to open when no route fits. */
export function otherwise(open) {
  fallback = open;
}

/** Where we are: `{path, query}`. */
export function here() {
  const [path, search = ""] = location.hash.replace(/^#/, "").split("?");
  return { path: path || "/", query: new URLSearchParams(search) };
}

/** Go to an address of ours; `replace` leaves no step in the history. */
export function go(address, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", `#${address}`);
  else history.pushState(null, "", `#${address}`);
  open();
}

/** Begin: `frame(open, parameters, query)` gives pages their container (shell.js). */
export function start(frame) {
  show = frame;
  addEventListener("hashchange", () => location.hash !== "#main" && open());
  addEventListener("popstate", () => location.hash !== "#main" && open());
  open();
}

/** Draw the page of the address again, as after a change of language. */
export function reopen() {
  shown = "";
  open();
}

function open() {
  const address = location.hash;
  if (address === shown) return;
  const moved = shown !== "";
  shown = address;
  const { path, query } = here();
  const found = routes.map((known) => ({ known, match: known.expression.exec(path) })).find(({ match }) => match);
  leave?.();
  leave = null;
  const values = found ? found.known.names.map((name, at) => [name, decodeURIComponent(found.match[at + 1])]) : [];
  leave = show(found ? found.known.open : fallback, Object.fromEntries(values), query, moved) ?? null;
}
