// A CSV of the type mapping in the browser: chosen or dropped, read as text, and reported on at its lines.

import { h, icon } from "../core/dom.js";
import { button, notice } from "../core/parts.js";
import { number, t } from "../core/texts.js";
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
export function mappingFile({ name, label, hint, file, take }) {
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
  const input = h("input", { type: "file", id: name, accept: ".csv,.txt,.tsv,text/csv,text/plain", "aria-describedby": `${name}-hint`, on: { change: (event) => {
    chosen(event.target.files);
    event.target.value = ""; // the same file again, after it was corrected
  } } });
  return h(
    "div.drop",
    { key: `drop-${name}`, on: { dragover: stop, dragleave: stop, drop: dropped } },
    icon("out"),
    h("div.drop-text", {}, h("label", { for: name }, label), h("p.hint", { id: `${name}-hint` }, hint ?? t("admin.file.hint"))),
    input,
    file ? h("p.drop-file", { role: "status" }, h("strong", {}, file.name), h("span.soft", {}, ` ${t("admin.file.lines", { count: file.lines.filter((line) => line.trim()).length })} `), button({ key: `drop-${name}-file`, kind: "link", text: t("admin.file.forget"), run: () => take(null) })) : null,
  );
}

/** Why a file was refused, at its lines. */
export function refusal(errors, file) {
  const about = t("admin.file.refused_text");
  return h("div.stack", { key: "refusal", role: "alert" }, notice("bad", t("admin.file.refused", { count: errors.length }), about), remarks({ id: "errors", title: t("admin.file.errors"), found: errors, file }));
}

/** Errors or warnings with the text of the lines that they are about. */
export function remarks({ id, title, found, file }) {
  if (!found.length) return null;
  const row = ({ line, value, message }, at) => h(
    "tr",
    { key: `${id}-${at}` },
    h("td.number", {}, line === null ? t("admin.file.whole") : number(line)),
    h("td", {}, value ? h("code", {}, value) : h("span.soft", {}, t("admin.file.empty"))),
    h("td", {}, english(message)),
    h("td", {}, line !== null && file?.lines[line - 1] !== undefined ? h("code.line", {}, file.lines[line - 1] || " ") : h("span.soft", {}, "–")),
  );
  return h(
    "div",
    { key: id },
    h("h3", { id: `${id}-title` }, title),
    h(
      "div.table-wrap",
      { tabindex: "0", role: "region", "aria-labelledby": `${id}-title` },
      h("table.remarks", {}, h("thead", {}, h("tr", {}, ["line", "value", "reason", "text"].map((name) => h("th", { scope: "col", class: name === "line" ? "number" : null }, t(`admin.file.${name}`))))), h("tbody", {}, found.slice(0, MOST_LINES_SHOWN).map(row))),
    ),
    found.length > MOST_LINES_SHOWN ? h("p.soft", {}, t("admin.file.more", { count: found.length - MOST_LINES_SHOWN })) : null,
  );
}
