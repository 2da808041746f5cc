// Dialogs: the browser's own <dialog>, which keeps focus inside, closes on Escape and gives focus back.

import { freshId, h, icon, nodes, update } from "./dom.js";
import { t } from "./texts.js";

/**
 * Open a dialog. `content(close, redraw)` gives its nodes and is called at each redraw; `close(value)` ends it.
 * Returns a promise of the value (undefined when it was closed otherwise).
 */
export function openDialog({ title, content, wide = false }) {
  return new Promise((settle) => {
    const id = freshId("dialog");
    const body = h("div.dialog-body");
    const dialog = h(
      "dialog.dialog",
      { "aria-labelledby": id, class: wide ? "wide" : null },
      h(
        "div.dialog-head",
        {},
        h("h2", { id, tabindex: "-1" }, title),
        h("button.icon-button", { type: "button", "aria-label": t("action.close"), on: { click: () => close() } }, icon("cross")),
      ),
      body,
    );
    let value;
    const close = (given) => {
      value = given;
      dialog.close();
    };
    const redraw = () => update(body, content(close, redraw));
    dialog.addEventListener("close", () => {
      dialog.remove();
      settle(value);
    });
    dialog.addEventListener("click", (event) => event.target === dialog && close());
    document.body.append(dialog);
    redraw();
    dialog.showModal();
    dialog.querySelector("h2").focus();
  });
}

/** Ask for a yes. `body`: nodes that say what will happen; `confirm` names the deed. Returns a promise of true or false. */
export async function confirmed({ title, body, confirm, danger = false, cancel = t("action.cancel") }) {
  const answer = await openDialog({
    title,
    content: (close) => [
      ...nodes(body),
      h(
        "div.actions",
        {},
        h("button.button", { type: "button", class: danger ? "danger" : "primary", on: { click: () => close(true) } }, confirm),
        h("button.button", { type: "button", on: { click: () => close(false) } }, cancel),
      ),
    ],
  });
  return answer === true;
}
