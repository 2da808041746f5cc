// The page: the list of operations, the one that the address names, and as whom it is tried.

import { h, prose } from "./dom.js";
import { operationView } from "./operation.js";
import { resolver } from "./schema.js";

const [description, people] = await Promise.all(["/docs/openapi.json", "/docs/people.json"].map((address) => fetch(address).then((answer) => answer.json())));
const resolve = resolver(description);
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })));
const [list, main, filter, choice, other] = ["list", "content", "filter", "person", "other"].map((id) => document.getElementById(id));

const person = () => (choice.value === "" ? other.value || "nobody" : choice.value);

function showList() {
  const wanted = filter.value.trim().toLowerCase();
  const fits = (one) => `${one.method} ${one.path} ${one.summary} ${one.operationId}`.toLowerCase().includes(wanted);
  list.replaceChildren(...description.tags.map(({ name }) => {
    const found = operations.filter((one) => one.tags.includes(name) && fits(one));
    return found.length ? h("section", {}, h("h2", {}, name), h("ul", {}, found.map(entry))) : "";
  }));
}

function entry(one) {
  const here = location.hash === `#${one.operationId}`;
  return h("li", {}, h("a", { href: `#${one.operationId}`, "aria-current": here ? "page" : null, title: `${one.method.toUpperCase()} ${one.path}` },
    h("span", { class: `method ${one.method}` }, one.method.toUpperCase()), h("span", {}, one.operationId.replaceAll("_", " "))));
}

function show() {
  const one = operations.find((each) => location.hash === `#${each.operationId}`);
  document.title = one ? `${one.summary} - the API` : "ORCID sync: the API";
  const welcome = () => [h("h1", {}, description.info.title), prose(description.info.description),
    h("h2", {}, "Parts"), h("ul", {}, description.tags.map((tag) => h("li", {}, h("strong", {}, tag.name), `: ${tag.description}`)))];
  main.replaceChildren(...(one ? operationView(one, resolve, person) : welcome()).flat(Infinity).filter(Boolean));
  showList();
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

for (const { id, name, note } of people) choice.append(h("option", { value: id }, note ? `${name} (${note})` : name));
choice.append(h("option", { value: "" }, "another user ..."));
other.hidden = choice.value !== "";
choice.addEventListener("change", () => {
  other.hidden = choice.value !== "";
  if (other.hidden) show();
  else other.focus();
});
other.addEventListener("change", show);
filter.addEventListener("input", showList);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) {
    event.preventDefault();
    filter.focus();
  }
});
window.addEventListener("hashchange", () => {
  show();
  main.focus();
  window.scrollTo(0, 0);
});
show();
