// Removing everything from ORCID, disconnecting, giving up a claim. Loaded when it is asked for.

import { post, query, remove } from "../core/api.js";
import { confirmed, openDialog } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { button, choices, tell, toggle } from "../core/parts.js";
import { rich, t } from "../core/texts.js";

/** Remove from ORCID, after a yes. Read anew first: what the page shows may be minutes old. */
export async function removeEverything(model) {
  const link = await model.refresh();
  if (link.frozen || !link.counts.on_orcid) return;
  const after = link.connection === "write" || link.connection === "read" ? "read" : "claim_only";
  const body = [
    h("p", {}, t("removal.text", { count: link.counts.on_orcid })),
    h("ul", {}, ["others", "frozen", after, "kept"].map((key) => h("li", {}, t(`removal.${key}`)))),
  ];
  if (!(await confirmed({ title: t("removal.title"), body, confirm: t("removal.confirm", { count: link.counts.on_orcid }), danger: true }))) return;
  model.removalFrom = link.counts.on_orcid;
  await post(`${model.linkPath()}/removal`, { confirm: true });
  await model.refresh();
  model.watch(true);
  tell(t("removal.begun"));
  scrollTo({ top: 0 });
}

/** Disconnect, with works left or removed, and perhaps the claim given up; `done()` afterwards. */
export async function disconnect(model, done) {
  const link = await model.refresh();
  if (link.frozen) return;
  const state = { works: "leave", unclaim: link.connection === "none" };
  const works = ["leave", "remove"].map((value) => ({ value, title: t(`disconnect.${value}.title`, { count: link.counts.on_orcid }), text: t(`disconnect.${value}.text`) }));
  const bare = link.connection === "none";
  const chosen = await openDialog({
    title: rich(bare ? "disconnect.unclaim_title" : "disconnect.title", { orcid: h("span.orcid", {}, link.orcid_id) }),
    content: (close, redraw) => [
      h("p", {}, t(bare ? "disconnect.unclaim_text" : "disconnect.text")),
      link.counts.on_orcid ? choices({ name: "works", legend: t("disconnect.legend"), options: works, chosen: state.works, choose: (value) => (state.works = value, redraw()) }) : null,
      link.claimed_in === "here" && !bare ? toggle({ name: "unclaim", title: t("disconnect.unclaim"), text: t("disconnect.unclaim_hint"), on: state.unclaim, change: (on) => (state.unclaim = on, redraw()) }) : null,
      h("div.actions", {}, button({ key: "disconnect-it", kind: "danger", text: t(bare ? "disconnect.unclaim_do" : "disconnect.do"), run: () => close(state) }), button({ key: "cancel", text: t("action.cancel"), run: () => close() })),
    ],
  });
  if (!chosen) return;
  const { status } = await remove(`${model.linkPath()}${query({ works: chosen.works, unclaim: chosen.unclaim && link.claimed_in === "here" })}`);
  tell(t(status === 202 ? "removal.begun" : bare ? "disconnect.unclaimed" : "disconnect.done"));
  await done();
}
