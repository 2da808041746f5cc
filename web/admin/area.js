// The administrators' pages; loaded when one of them is opened.

import { plainPage } from "../core/shell.js";
import { t } from "../core/texts.js";

/** Draws the page that `parameters.page` names. */
export function adminPage(container) {
  plainPage(container, { heading: t("shell.admin"), text: "" });
}
