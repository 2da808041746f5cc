// Texts in the reader's language, and dates and numbers as that language writes them.

import { nodes } from "./dom.js";

export const LANGUAGES = { en: "English", de: "Deutsch" };
const STORED = "orcid-sync.language";
let language = "en";
// How dates and numbers are written: English ones by whose English it is.
let region = "en";
let texts = {};
let loaders = [];
let plural = new Intl.PluralRules("en");

/** The language in use: "en" or "de". */
export const currentLanguage = () => language;

/** Choose by switch, else by what the browser asks for, and load the texts: the page's own (`load`) and any added. */
export async function loadTexts(load) {
  if (load) loaders.push(load);
  const wanted = [sessionStorage.getItem(STORED), ...navigator.languages].map((tag) => (tag ?? "").slice(0, 2));
  language = wanted.find((tag) => tag in LANGUAGES) ?? "en";
  region = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
  plural = new Intl.PluralRules(language);
  document.documentElement.lang = language;
  for (const load of loaders) await take(load);
}

/** More texts: `load(language)` imports a module of them; their keys join the others. The same `load` again does nothing. */
export async function addTexts(load) {
  if (loaders.includes(load)) return;
  loaders.push(load);
  await take(load);
}

async function take(load) {
  texts = { ...texts, ...(await load(language)).default };
}

/** Change the language; the caller draws the page anew. Kept until the tab is closed. */
export async function chooseLanguage(chosen) {
  sessionStorage.setItem(STORED, chosen);
  await loadTexts();
}

/** The text of a key, `{name}` replaced. A text with `one` and `other` goes by `values.count`. */
export function t(key, values = {}) {
  return pattern(key, values).replace(/\{(\w+)\}/g, (all, name) => (name in values ? shown(values[name]) : all));
}

/** Whether there is such a text. */
export const has = (key) => key in texts;

/** As `t`, with nodes as values: a list of nodes. */
export function rich(key, values = {}) {
  const parts = pattern(key, values).split(/(\{\w+\})/);
  return nodes(parts.map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name !== undefined && name in values ? (values[name] instanceof Node ? values[name] : shown(values[name])) : part;
  }));
}

function pattern(key, values) {
  const found = texts[key];
  if (found === undefined) return key;
  return typeof found === "string" ? found : found[values.count === 0 && "zero" in found ? "zero" : plural.select(values.count)] ?? found.other;
}

const shown = (value) => (typeof value === "number" ? number(value) : String(value));

/** A whole number or share as the language writes it. */
export const number = (value, options) => new Intl.NumberFormat(region, options).format(value);

/** A moment (ISO text): date and time. */
export function moment(iso) {
  return new Intl.DateTimeFormat(region, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** A day (ISO text). */
export const day = (iso) => new Intl.DateTimeFormat(region, { dateStyle: "medium" }).format(new Date(iso));

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

/** How long ago, or in how long: "3 minutes ago", "tomorrow"; beyond a month the date. */
export function relative(iso, now = Date.now()) {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  if (Math.abs(seconds) > 30 * 86400) return day(iso);
  if (Math.abs(seconds) < 45) return t(seconds > 0 ? "time.soon" : "time.now");
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.round(seconds / length), unit);
}
