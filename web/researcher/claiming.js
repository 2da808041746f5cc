// What happens when an iD appears in a publication's metadata (R41).

import { patch } from "../core/api.js";
import { h } from "../core/dom.js";
import { choices, fail, tell } from "../core/parts.js";
import { t } from "../core/texts.js";
import { risName } from "./standing.js";

const CHOICES = ["auto", "suggest", "ignore"];

/** The card with the choice; it is saved at once. */
export function claimingChoice(model, redraw, link = model.link) {
  const choose = async (claiming) => {
    const before = link.claiming;
    link.claiming = claiming;
    redraw();
    try {
      await patch(`${model.base}/claiming/${link.orcid_id}`, { claiming });
      tell(t("claiming.saved"));
      if (model.link?.orcid_id === link.orcid_id && model.etag) await model.refresh();
    } catch (error) {
      link.claiming = before;
      fail(error);
    }
    redraw();
  };
  const options = CHOICES.map((value) => ({ value, title: t(`claiming.${value}.title`), text: t(`claiming.${value}.text`, { ris: risName() }) }));
  const name = `claiming-${link.orcid_id}`;
  return h(
    "section.card",
    { "aria-labelledby": `${name}-title`, key: name },
    h("h2", { id: `${name}-title` }, t("claiming.title")),
    h("p.hint", {}, t("claiming.hint")),
    choices({ name, legend: t("claiming.legend"), hiddenLegend: true, options, chosen: link.claiming, choose }),
  );
}
