// One operation: what it is, a form to try it, what it answers.

import { candidates, send } from "./calls.js";
import { h, prose, shown, words } from "./dom.js";
import { fieldTable, kindOf } from "./schema.js";

const RIGHTS = { user: "the user", administrator: "an administrator", feed: "the RIS feed", nobody: "nobody (no token)" };

export function operationView(operation, resolve, person) {
  const rights = operation.security.map((scheme) => Object.keys(scheme)[0]);
  return [
    h("h1", {}, words(operation.summary)),
    h("p", { class: "path" }, h("span", { class: `method ${operation.method}` }, operation.method.toUpperCase()), " ", operation.path),
    prose(operation.description),
    h("p", {}, (rights.length ? rights : ["nobody"]).map((right) => h("span", { class: "badge" }, RIGHTS[right]))),
    tryForm(operation, resolve, rights, person),
    operation.requestBody && bodyDescription(operation.requestBody, resolve),
    h("h2", {}, "Answers"),
    Object.entries(operation.responses).map(([status, answer]) => answerDescription(status, resolve(answer), resolve)),
  ];
}

function tryForm(operation, resolve, rights, person) {
  const result = h("div", { "aria-live": "polite" });
  const button = h("button", { type: "submit" }, "Send");
  const form = h("form", {}, h("h2", {}, "Try it"));
  form.append(rightField(rights));
  form.append(...operation.parameters.map((parameter) => parameterField(parameter, resolve)));
  if (operation.requestBody) form.append(bodyField(operation.requestBody));
  form.append(h("div", { class: "row" }, button, h("span", { class: "soft" }, "or Ctrl + Enter")), result);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const call = callOf(operation, form, person());
      result.replaceChildren(...answerShown(call, await send(call)));
      result.scrollIntoView({ block: "nearest" });
    } catch (error) {
      result.replaceChildren(h("p", { class: "status bad" }, String(error)));
    } finally {
      button.disabled = false;
    }
  });
  suggest(form, person());
  return form;
}

function rightField(rights) {
  const first = rights[0] || "nobody";
  const choices = Object.entries(RIGHTS).map(([right, label]) => h("option", { value: right, selected: right === first }, label));
  return h("div", { class: "field" }, h("label", { for: "right" }, "As"), h("select", { id: "right", name: "right" }, choices));
}

function parameterField(parameter, resolve) {
  const schema = resolve(parameter.schema);
  const id = `${parameter.in}.${parameter.name}`;
  const optional = parameter.required ? "" : " optional";
  const where = parameter.in === "path" ? "" : ` ${parameter.in}`;
  const label = h("label", { for: id }, parameter.name, h("span", { class: "soft" }, where, optional));
  const limits = schema.enum || schema.type === "string" && !schema.maxLength ? "" : ` (${kindOf(schema, resolve)})`;
  return h("div", { class: "field" }, label, h("p", {}, words((parameter.description || "") + limits)), control(parameter, schema, id));
}

function control(parameter, schema, id) {
  const value = parameter.name === "user_id" && parameter.example === undefined ? "me" : parameter.in === "path" ? parameter.example ?? "" : "";
  const choices = schema.enum || (schema.type === "boolean" ? ["true", "false"] : parameter.name === "Accept" ? ["text/csv", "application/json"] : null);
  if (choices) return h("select", { id, name: id }, ["", ...choices].map((choice) => h("option", { value: choice }, choice || "(left away)")));
  const list = h("datalist", { id: `${id}.list` });
  const input = h("input", { id, name: id, value, required: parameter.required, list: list.id, autocomplete: "off", spellcheck: "false", placeholder: parameter.in === "query" ? parameter.example : null });
  return h("span", {}, input, list);
}

function bodyField(body) {
  const types = Object.keys(body.content);
  const [type, content] = Object.entries(body.content)[0];
  const examples = Object.values(content.examples || {});
  const text = h("textarea", { id: "body", name: "body", spellcheck: "false", rows: 12 });
  text.value = examples.length ? shown(examples[0].value) : "";
  const label = h("label", { for: "body" }, "Body", h("span", { class: "soft" }, ` ${type}${body.required ? "" : " optional"}`));
  const choose = (event) => { text.value = event.target.value === "" ? "" : shown(examples[event.target.value].value); };
  const options = [...examples.map((example, at) => h("option", { value: at }, example.summary)), h("option", { value: "" }, "(empty)")];
  const chosen = h("select", { "aria-label": "Example to begin with", onchange: choose }, options);
  const kind = types.length > 1 ? h("select", { name: "type", "aria-label": "Media type" }, types.map((each) => h("option", {}, each))) : h("input", { type: "hidden", name: "type", value: type });
  return h("div", { class: "field" }, label, h("p", {}, words(body.description || "")), h("div", { class: "row" }, chosen, kind), text);
}

// Offer what this user has, and put the first in place of an example that is none of theirs.
async function suggest(form, user) {
  for (const name of ["orcid_id", "suggestion_id", "publication_id"]) {
    const input = form.elements[`path.${name}`];
    if (!input) continue;
    const found = await candidates(name, user, form.elements["path.orcid_id"]?.value).catch(() => []);
    input.list.replaceChildren(...found.map(([value, label]) => h("option", { value }, label)));
    if (found.length && !found.some(([value]) => value === input.value)) input.value = found[0][0];
  }
}

function callOf(operation, form, user) {
  const values = new FormData(form);
  let address = operation.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { name, in: where } of operation.parameters) {
    const value = values.get(`${where}.${name}`) ?? "";
    if (where === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== "" && where === "query") query.append(name, value);
    else if (value !== "") headers[name] = value;
  }
  const body = values.get("body");
  if (body) headers["content-type"] = values.get("type");
  const method = operation.method.toUpperCase();
  return { method, address: address + (query.size ? `?${query}` : ""), right: values.get("right"), user, headers, body: body || undefined };
}

function answerShown(call, answer) {
  const as = call.right === "user" ? call.user : RIGHTS[call.right];
  const status = answer.redirected ? "a redirection, which the browser does not show" : answer.status;
  const good = answer.redirected || answer.status < 400;
  const json = answer.headers.some(([name, value]) => name === "content-type" && value.includes("json"));
  return [
    h("h3", {}, h("span", { class: `status ${good ? "good" : "bad"}` }, String(status)), h("span", { class: "soft" }, ` ${answer.took} ms, as ${as}`)),
    h("p", { class: "soft" }, `${call.method} ${call.address}`),
    answer.text ? h("pre", { tabindex: 0, "aria-label": "Answer" }, json ? shown(JSON.parse(answer.text)) : answer.text) : h("p", {}, "No body."),
    h("details", {}, h("summary", {}, "Headers"), h("pre", {}, answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n"))),
  ];
}

function bodyDescription(body, resolve) {
  const [, content] = Object.entries(body.content)[0];
  return h("section", {}, h("h2", {}, "Body"), prose(resolve(content.schema).description), fieldTable(content.schema, resolve));
}

function answerDescription(status, answer, resolve) {
  const headers = Object.entries(answer.headers || {});
  const examples = Object.entries(answer.content || {}).flatMap(([type, content]) =>
    Object.values(content.examples || {}).map((example) => [type, resolve(example)]));
  const types = answer.content?.["application/problem+json"]?.schema.allOf?.[1].properties.type.enum || [];
  const schema = Object.entries(answer.content || {}).find(([type]) => type === "application/json" && status < "300");
  return h("details", {},
    h("summary", {}, h("strong", { class: `status ${status < "400" ? "good" : "bad"}` }, status), " ", words(answer.description), " ", types.map((type) => [h("code", {}, type), " "])),
    headers.length > 0 && h("p", {}, "Headers: ", headers.map(([name, header]) => [h("code", {}, name), ` ${header.description} `])),
    schema && fieldTable(schema[1].schema, resolve),
    examples.map(([type, example]) => [h("h3", {}, example.summary, h("span", { class: "soft" }, ` ${type}`)), h("pre", { tabindex: 0 }, shown(example.value))]));
}
