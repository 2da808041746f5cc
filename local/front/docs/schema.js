// Shows a schema of the description as a table of its fields, with what they refer to.

import { h, words } from "./dom.js";

const DEEPEST = 6;

export function resolver(document) {
  return (part) => {
    let found = part;
    while (found && found.$ref) found = found.$ref.slice(2).split("/").reduce((at, step) => at[step], document);
    return found || {};
  };
}

export function fieldTable(schema, resolve) {
  const rows = [];
  collect(schema, resolve, 0, rows, []);
  if (!rows.length) return h("p", {}, kindOf(schema, resolve));
  const head = h("tr", {}, ["Field", "Value", "Meaning"].map((title) => h("th", { scope: "col" }, title)));
  return h("table", {}, h("thead", {}, head), h("tbody", {}, rows));
}

function collect(given, resolve, depth, rows, above) {
  const schema = resolve(given);
  if (depth > DEEPEST || above.includes(schema)) return;
  const within = [...above, schema];
  for (const choice of schema.oneOf || schema.anyOf || schema.allOf || []) collect(choice, resolve, depth, rows, within);
  if (schema.type === "array") collect(schema.items, resolve, depth, rows, within);
  const needed = new Set(schema.required || []);
  const kind = schema.properties?.kind?.const;
  if (kind) rows.push(h("tr", {}, h("th", { colspan: 3, scope: "colgroup" }, words(schema.description || kind))));
  for (const [name, field] of Object.entries(schema.properties || {})) {
    const label = [h("span", { class: "depth" }, "\u00a0\u00a0".repeat(depth)), h("code", {}, name)];
    const optional = needed.has(name) ? [] : h("span", { class: "soft" }, " optional");
    const meaning = words(field.description || resolve(field).description || "");
    rows.push(h("tr", {}, h("td", {}, label, optional), h("td", {}, kindOf(field, resolve)), h("td", {}, meaning)));
    collect(field, resolve, depth + 1, rows, within);
  }
}

export function kindOf(given, resolve) {
  const schema = resolve(given);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.oneOf || schema.anyOf;
  if (choices) return [...new Set(choices.map((choice) => kindOf(choice, resolve)))].join(" | ");
  if (schema.type === "array") return `list of ${kindOf(schema.items || {}, resolve)}`;
  const limits = [
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && `to ${schema.maximum}`,
    schema.maxLength !== undefined && `at most ${schema.maxLength} characters`,
    schema.maxItems !== undefined && `at most ${schema.maxItems}`,
    schema.pattern && `like ${schema.pattern}`,
    schema.default !== undefined && schema.default !== null && `unless given ${JSON.stringify(schema.default)}`,
  ].filter(Boolean);
  const type = [schema.type || "anything"].flat().join(" | ");
  return [schema.format ? `${type} (${schema.format})` : type, ...limits].join(", ");
}
