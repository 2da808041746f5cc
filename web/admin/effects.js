// What a change of the configuration does, in sentences, before it is put in force.

import { t } from "../core/texts.js";

// So many sources of the order are named.
const SHOWN = 4;

/** One sentence for each thing that differs. */
export function effectsOf(base, wanted) {
  const differs = (...names) => names.some((name) => JSON.stringify(base[name]) !== JSON.stringify(wanted[name]));
  const found = [];
  for (const name of ["search_enabled", "write_enabled", "only_verified", "show_verification"]) {
    if (differs(name)) found.push(t(`admin.effect.${name}.${wanted[name] ? "on" : "off"}`));
  }
  if (differs("batch_create_used")) found.push(t(`admin.effect.batch.${wanted.batch_create_used}`));
  if (differs("source_precedence")) found.push(t("admin.effect.source_precedence", { sources: wanted.source_precedence.slice(0, SHOWN).join(", ") || "–" }));
  if (differs("deleted_at_orcid")) found.push(t(`admin.effect.deleted.${wanted.deleted_at_orcid}`));
  if (differs("removal_grace_hours")) found.push(t(wanted.removal_grace_hours ? "admin.effect.grace" : "admin.effect.no_grace", { count: wanted.removal_grace_hours, before: base.removal_grace_hours }));
  if (differs("mass_removal_share", "mass_removal_minimum")) found.push(t("admin.effect.mass", { share: t("admin.percent", { count: Math.round(wanted.mass_removal_share * 100) }), minimum: wanted.mass_removal_minimum }));
  return found;
}
