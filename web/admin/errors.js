// Why works fail or have to go, in words: the registry's error codes and our own reasons.

import { has, t } from "../core/texts.js";

/** Short words for a removal's reason or an error code of the registry; unknown ones as they are. */
export function reasonWords(reason) {
  if (has(`admin.reason.${reason}`)) return t(`admin.reason.${reason}`);
  return has(`admin.code.${reason}`) ? t("admin.code", { code: reason, words: t(`admin.code.${reason}`) }) : t("admin.code.plain", { code: reason });
}

/** What to do about an error code, or null. */
export const remedy = (code) => (has(`admin.remedy.${code}`) ? t(`admin.remedy.${code}`) : null);
