// Small plots, drawn as SVG without any library; the numbers always stand beside or behind them as text.

import { h } from "../core/dom.js";
import { currentLanguage, number, t } from "../core/texts.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const HEIGHT = 110;

/** The time of day, to the second: samples lie close together. */
const clock = (iso) => new Date(iso).toLocaleTimeString(currentLanguage());

function svg(name, attributes, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  element.append(...children.filter(Boolean));
  return element;
}

/**
 * Bars in a table: what screen readers read is the table, the bars repeat it for the eye.
 * `rows`: [{key, label, value, text, kind}]; `columns`: the two headings; `most`: the length of a whole bar.
 */
export function barTable({ caption, columns, rows, most = Math.max(1, ...rows.map((row) => row.value)) }) {
  const one = ({ key, label, value, text = number(value), kind = "" }) =>
    h("tr", { key }, h("th", { scope: "row" }, label), h("td.bar-cell", { "aria-hidden": "true" }, bar(value / most, kind)), h("td.number", {}, text));
  return h(
    "table.bars",
    {},
    h("caption.hidden-text", {}, caption),
    h("thead.hidden-text", {}, h("tr", {}, h("th", { scope: "col" }, columns[0]), h("td", { "aria-hidden": "true" }), h("th", { scope: "col" }, columns[1]))),
    h("tbody", {}, rows.map(one)),
  );
}

function bar(share, kind) {
  const width = share > 0 ? Math.max(1.5, Math.min(1, share) * 100) : 0;
  return svg("svg", { class: `meter ${kind}`, viewBox: "0 0 100 8", preserveAspectRatio: "none", focusable: "false" }, svg("rect", { class: "meter-ground", x: 0, y: 0, width: 100, height: 8 }), width ? svg("rect", { class: "meter-value", x: 0, y: 0, width, height: 8 }) : null);
}

/**
 * A line over time, with its table behind it. `samples`: [{at (ISO), value}], the oldest first.
 * `describe({first, last, most})` gives the words for those who do not see it.
 */
export function linePlot({ title, samples, columns, describe }) {
  const most = Math.max(1, ...samples.map(({ value }) => value));
  const [first, last] = [samples[0], samples.at(-1)];
  const words = describe({ first: first.value, last: last.value, most });
  return h(
    "figure.plot",
    { key: "line" },
    h("figcaption", {}, title),
    h("div.plot-frame", {}, h("span.plot-most", { "aria-hidden": "true" }, number(most)), lineOf(samples, most, words), h("span.plot-from", { "aria-hidden": "true" }, clock(first.at)), h("span.plot-to", { "aria-hidden": "true" }, t("time.now"))),
    h("details", {}, h("summary", {}, t("admin.plot.table")), h("div.table-wrap.plot-table", { tabindex: "0", role: "group", "aria-label": title }, h("table", {}, h("thead", {}, h("tr", {}, columns.map((name, at) => h("th", { scope: "col", class: at ? "number" : null }, name)))), h("tbody", {}, [...samples].reverse().map(({ at, value }) => h("tr", { key: at }, h("td", {}, clock(at)), h("td.number", {}, number(value)))))))),
  );
}

function lineOf(samples, most, words) {
  const begin = Date.parse(samples[0].at);
  const length = Math.max(1, Date.parse(samples.at(-1).at) - begin);
  const x = (at) => ((Date.parse(at) - begin) / length) * WIDTH;
  const y = (value) => HEIGHT - 4 - (value / most) * (HEIGHT - 10);
  const points = samples.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
  return svg(
    "svg",
    { class: "line-plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": words },
    svg("line", { class: "plot-axis", x1: 0, x2: WIDTH, y1: HEIGHT - 4, y2: HEIGHT - 4 }),
    svg("line", { class: "plot-axis faint", x1: 0, x2: WIDTH, y1: 6, y2: 6 }),
    svg("polygon", { class: "plot-area", points: `0,${HEIGHT - 4} ${points.join(" ")} ${WIDTH},${HEIGHT - 4}` }),
    svg("polyline", { class: "plot-line", points: points.join(" ") }),
  );
}
