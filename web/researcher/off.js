// The page while the institution's write integration is off: a clear word, and what goes on (R10, R43).

import { get, remove } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { button, failure, notice, skeleton, tell } from "../core/parts.js";
import { rich, t } from "../core/texts.js";
import { claimingChoice } from "./claiming.js";
import { connectionBadge, recordLink } from "./standing.js";

/** `{load, draw}`. */
export function switchedOff(model, redraw, { connect, claim, suggestions }) {
  const state = { items: null, error: null };
  const load = async () => {
    state.error = null;
    try {
      state.items = (await get(`${model.base}/claiming`)).body.items;
    } catch (error) {
      state.error = error;
    }
    redraw();
  };
  const end = async (link) => {
    const sure = await confirmed({ title: rich("disconnect.title", { orcid: h("span.orcid", {}, link.orcid_id) }), body: h("p", {}, t("off.disconnect")), confirm: t("disconnect.do"), danger: true });
    if (!sure) return;
    await remove(`${model.base}/orcid/${link.orcid_id}`);
    tell(t("disconnect.done"));
    await load();
  };
  const ways = (link) => [
    model.user === null && link.connection !== "write" && link.connection !== "read" ? button({ key: `connect-${link.orcid_id}`, text: t("action.connect_read"), run: () => connect(link.orcid_id, "read") }) : null,
    link.connection !== "none" ? button({ key: `end-${link.orcid_id}`, kind: "quiet", text: t("action.disconnect"), run: () => end(link) }) : null,
  ];
  const one = (link) => [
    h("section.card", { key: `off-${link.orcid_id}` }, h("div.page-head", {}, h("h2", {}, recordLink(link.orcid_id)), connectionBadge(link)), h("div.actions", {}, ways(link))),
    claimingChoice(model, redraw, link),
  ];
  return {
    load,
    draw: () => [
      notice("warn", t("off.title"), t("off.text"), [], { key: "off" }),
      state.error ? failure(state.error, load) : state.items === null ? skeleton(5) : state.items.map(one),
      state.items ? h("div.actions", { key: "off-claim" }, button({ key: "claim", text: t("action.claim"), run: claim })) : null,
      suggestions.draw(),
    ],
  };
}
