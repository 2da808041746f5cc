// Which page the address asks for: `#/a/b?c=d`. A page is a function that draws into a container and may say how it ends.

const routes = [];
let fallback = null;
let current = { open: null, page: null };
let shown = null;
let show = () => {};

/**
 * `pattern` like `/users/{user}/orcid/{iD}`. `open(container, parameters, query)` may return `{leave(), follow(parameters,
 * query)}`: `follow` is asked when the next address leads to the same `open`, and says whether it took it over; then the
 * page stays as it is, focus included.
 */
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

/** Write into the address what the page shows already, a filter for one: nothing is opened. */
export function note(address) {
  history.replaceState(null, "", `#${address}`);
  shown = location.hash;
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
  shown = null;
  current.open = null;
  open();
}

function open() {
  const address = location.hash;
  if (address === shown) return;
  const moved = shown !== null;
  shown = address;
  const { path, query } = here();
  const found = routes.map((known) => ({ known, match: known.expression.exec(path) })).find(({ match }) => match);
  const values = found ? found.known.names.map((name, at) => [name, decoded(found.match[at + 1])]) : [];
  const parameters = Object.fromEntries(values);
  const next = found ? found.known.open : fallback;
  if (next === current.open && current.page?.follow?.(parameters, query)) return;
  current.page?.leave?.();
  current = { open: next, page: null };
  current.page = show(next, parameters, query, moved) ?? null;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // somebody's own typing
  }
}
