// A CSV of the type mapping in the browser: chosen or dropped, read as text, and reported on at its lines.

import { h } from "../core/dom.js";
import { button, notice } from "../core/parts.js";
import { t } from "../core/texts.js";
import { english } from "./pieces.js";

const MOST_LINES_SHOWN = 200;

/** Whether the API refused a mapping, line by line. */
export const isMapping = (error) => Array.isArray(error.problem?.errors) && error.problem.errors.some((one) => "line" in one);

/** A file as the API takes it: `{name, size, text, lines, raw: {type, content}}`. */
export async function readFile(file) {
  const content = await file.arrayBuffer();
  const bytes = new Uint8Array(content);
  const text = decoded(bytes);
  const utf8 = text.encoding === "utf-8";
  return {
    name: file.name,
    size: file.size,
    text: text.text,
    lines: text.text.split(/\r\n|\r|\n/),
    // A gateway takes text/csv for UTF-8 and would spoil what is not.
    raw: { type: utf8 ? "text/csv" : "application/octet-stream", content: new Blob([content]) },
  };
}

function decoded(bytes) {
  const [first, second] = bytes;
  const encoding = (first === 0xff && second === 0xfe) || second === 0 ? "utf-16le" : (first === 0xfe && second === 0xff) || first === 0 ? "utf-16be" : "utf-8";
  try {
    return { encoding, text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    return { encoding: "windows-1252", text: new TextDecoder("windows-1252").decode(bytes) };
  }
}

/** Where a file is chosen or dropped. `file` is what was read, `take(file or null)` gets another. */
export function mappingFile({ name, label, file, take }) {
  const chosen = async (files) => {
    if (files.length) take(await readFile(files[0]));
  };
  const stop = (event) => {
    event.preventDefault();
    event.currentTarget.classList.toggle("over", event.type === "dragover");
  };
  const dropped = (event) => {
    stop(event);
    chosen(event.dataTransfer.files);
  };
  const input = h("input.hidden-text", { type: "file", id: name, accept: ".csv,.txt,.tsv,text/csv,text/plain", "aria-describedby": `${name}-hint`, on: { change: (event) => {
    chosen(event.target.files);
    event.target.value = ""; // the same file again, after it was corrected
  } } });
  return h(
    "div.drop",
    { key: `drop-${name}`, on: { dragover: stop, dragleave: stop, drop: dropped } },
    h("p.drop-ways", {}, input, h("label.button", { for: name }, label), h("span.soft", {}, t("admin.file.drop"))),
    h("p.hint", { id: `${name}-hint` }, t("admin.file.hint")),
    file ? h("p.drop-file", { role: "status" }, h("strong", {}, file.name), h("span.soft", {}, ` ${t("admin.file.lines", { count: file.lines.filter((line) => line.trim()).length })} `), button({ key: `drop-${name}-file`, kind: "link", text: t("admin.file.forget"), run: () => take(null) })) : null,
  );
}

/** Why a file was refused, at its lines. */
export function refusal(errors, file) {
  const about = t("admin.file.refused_text");
  return h("div.stack", { key: "refusal", role: "alert" }, notice("bad", t("admin.file.refused", { count: errors.length }), about), remarks({ id: "errors", title: t("admin.file.errors"), found: errors, file }));
}

/** What is said of the whole file in the same words about many values becomes one remark about all of them. */
function gathered(found) {
  const whole = new Map();
  for (const { line, value, message } of found) if (line === null) whole.set(message, [...(whole.get(message) ?? []), value]);
  const lines = found.filter(({ line }) => line !== null);
  return [...lines, ...[...whole].map(([message, values]) => ({ line: null, message, value: values.filter(Boolean).join(", ") }))];
}

/** Errors or warnings with the text of the lines that they are about. */
export function remarks({ id, title, found, file }) {
  if (!found.length) return null;
  const told = gathered(found);
  const text = (line) => (line === null ? undefined : file?.lines[line - 1]);
  const row = ({ line, value, message }, at) => h(
    "li",
    { key: `${id}-${at}` },
    h("p.remark-line", {}, h("strong", {}, line === null ? t("admin.file.whole") : t("admin.file.line", { line })), text(line) === undefined ? null : h("code.line", {}, text(line) || " ")),
    h("p", {}, value ? [h("code", {}, value), " – "] : null, english(message)),
  );
  return h(
    "div",
    { key: id },
    h("h3", { id: `${id}-title` }, title),
    h("ul.plain-list.remarks", { "aria-labelledby": `${id}-title` }, told.slice(0, MOST_LINES_SHOWN).map(row)),
    told.length > MOST_LINES_SHOWN ? h("p.soft", {}, t("admin.file.more", { count: told.length - MOST_LINES_SHOWN })) : null,
  );
}
