// The researcher's pages; loaded when one of them is opened.

import { plainPage } from "../core/shell.js";
import { t } from "../core/texts.js";

/** One's own. */
export function ownPage(container) {
  plainPage(container, { heading: t("shell.own"), text: "" });
}

/** An administrator acting for a user. */
export const userPage = ownPage;
