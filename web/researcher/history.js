// What was tried with one publication, newest first (R63).

import { get, query } from "../core/api.js";
import { openDialog } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { badge, button, failure, skeleton } from "../core/parts.js";
import { has, moment, t } from "../core/texts.js";

const GOOD = ["created", "updated", "removed", "adopted", "gone"];

/** Show it in a dialog; `path` is the publication's in the API. */
export function showHistory(path, title) {
  const list = { items: null, next: null, error: null };
  return openDialog({
    title: t("history.title"),
    wide: true,
    content: (_, redraw) => {
      const load = async () => {
        try {
          const { body } = await get(`${path}/history${query({ limit: 50, cursor: list.next })}`);
          Object.assign(list, { items: [...(list.items ?? []), ...body.items], next: body.next, error: null });
        } catch (error) {
          list.error = error;
        }
        redraw();
      };
      if (list.items === null && !list.error && !list.begun) {
        list.begun = true;
        load();
      }
      return [h("p.soft", {}, title), list.error ? failure(list.error, load) : list.items === null ? skeleton(4) : attempts(list, load)];
    },
  });
}

function attempts(list, load) {
  if (!list.items.length) return h("p", {}, t("history.none"));
  return h(
    "div.stack",
    {},
    h("p.hint", {}, t("history.hint")),
    h("ol.plain-list.attempts", {}, list.items.map((attempt, at) => h("li", { key: `${attempt.at}-${at}` }, row(attempt)))),
    list.next ? button({ key: "more-history", text: t("list.more"), run: load }) : null,
  );
}

function row({ at, operation, outcome, message, put_code: putCode }) {
  const known = has(`outcome.${outcome}`) ? t(`outcome.${outcome}`) : outcome;
  return [
    h("p.small.soft", {}, h("time", { datetime: at }, moment(at)), putCode ? ` · ${t("history.put_code", { code: String(putCode) })}` : ""),
    h("p", {}, h("span", {}, has(`operation.${operation}`) ? t(`operation.${operation}`) : operation, " "), badge(GOOD.includes(outcome) ? "good" : "bad", known)),
    message ? h("p.small", {}, t("history.message", { message })) : null,
  ];
}
