// Publications that may be the user's: theirs or not (R41, R42).

import { get, path, post, query } from "../core/api.js";
import { h } from "../core/dom.js";
import { button, failure, link as anchor, skeleton, tell } from "../core/parts.js";
import { day, has, t } from "../core/texts.js";
import { risName } from "./standing.js";

const ADDRESSES = {
  doi: (value) => `https://doi.org/${encodeURI(value)}`,
  pmid: (value) => `https://pubmed.ncbi.nlm.nih.gov/${encodeURIComponent(value)}/`,
  pmc: (value) => `https://www.ncbi.nlm.nih.gov/pmc/articles/${encodeURIComponent(value)}/`,
  arxiv: (value) => `https://arxiv.org/abs/${encodeURI(value.replace(/^arxiv:/i, ""))}`,
};

/** `{draw, load, count}`: how many are known to be open, "50+" when more follow, null before the first look. */
export function suggestionsTab(model, redraw) {
  const list = { items: null, next: null, error: null };

  async function load(more = false) {
    list.error = null;
    try {
      const { body } = await get(`${model.base}/suggestions${query({ limit: 50, cursor: more ? list.next : null })}`);
      Object.assign(list, { items: more ? [...list.items, ...body.items] : body.items, next: body.next });
      // A page may be short, even empty, and still more may follow.
      if (!list.items.length && list.next) return load(true);
    } catch (error) {
      list.error = error;
    }
    return redraw();
  }

  async function answer(item, accept) {
    try {
      await post(`${model.base}${path`/suggestions/${item.suggestion_id}`}`, { accept });
    } catch (error) {
      if (error.type !== "not-found") throw error; // answered somewhere else meanwhile
    }
    const at = list.items.indexOf(item);
    list.items = list.items.filter((known) => known !== item);
    tell(t(accept ? "suggestion.accepted" : "suggestion.rejected"));
    redraw();
    const next = list.items[Math.min(at, list.items.length - 1)];
    (document.querySelector(next ? `[data-key="accept-${CSS.escape(next.suggestion_id)}"]` : "#suggestions-title"))?.focus();
    if (accept && model.link) {
      await model.refresh().catch(() => {}); // shown at the next look
      model.watch(true);
    }
  }

  return {
    load,
    count: () => (list.items === null ? null : `${list.items.length}${list.next ? "+" : ""}`),
    draw: () => [
      h(
        "section.card",
        { "aria-labelledby": "suggestions-title", key: "suggestions" },
        h("h2", { id: "suggestions-title", tabindex: "-1" }, t("suggestions.title")),
        h("p.hint", {}, t("suggestions.hint", { ris: risName() })),
        list.error ? failure(list.error, () => load()) : list.items === null ? skeleton(5) : results(list, load, answer),
      ),
    ],
  };
}

function results(list, load, answer) {
  if (!list.items.length) return h("p.empty", { key: "empty" }, t("suggestions.none"));
  return h(
    "div",
    { key: "results" },
    h("ul.plain-list.works", {}, list.items.map((item) => suggestion(item, answer))),
    list.next ? h("div.actions", {}, button({ key: "more-suggestions", text: t("list.more"), run: () => load(true) })) : null,
  );
}

function suggestion(item, answer) {
  const title = item.title || t("work.untitled");
  const found = has(`origin.${item.origin}`) ? t(`origin.${item.origin}`, { by: item.matched_by }) : t("origin.other", { by: item.matched_by });
  return h(
    "li.work",
    { key: item.suggestion_id },
    h("h3", {}, title),
    h("p.small.soft", {}, `${found} · ${day(item.created_at)}`),
    item.identifiers.length ? h("ul.plain-list.identifiers.small", {}, item.identifiers.map((one) => h("li", {}, identifier(one)))) : null,
    h(
      "div.actions",
      {},
      button({ key: `accept-${item.suggestion_id}`, kind: "small", text: t("suggestion.accept"), label: `${t("suggestion.accept")}: ${title}`, glyph: "check", run: () => answer(item, true) }),
      button({ key: `reject-${item.suggestion_id}`, kind: "small quiet", text: t("suggestion.reject"), label: `${t("suggestion.reject")}: ${title}`, run: () => answer(item, false) }),
    ),
  );
}

function identifier({ type, value }) {
  const text = `${type.toUpperCase()} ${value}`;
  return type in ADDRESSES ? anchor(ADDRESSES[type](value), text, { external: true }) : text;
}
