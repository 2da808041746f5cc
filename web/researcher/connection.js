// Connecting an iD through ORCID's own page, and coming back.

import { post } from "../core/api.js";
import { openDialog } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { announce, button, choices, notice } from "../core/parts.js";
import { pageAddress } from "../core/session.js";
import { t } from "../core/texts.js";

const WISH = "orcid-sync.wish";

/** Ask what the connection is for, unless `access` says it, and send the browser to ORCID. */
export async function connect(model, orcid, access) {
  const wanted = access ?? (await askAccess(orcid));
  if (!wanted) return;
  // The address that ORCID's answer comes back to; what was wished is kept beside it, in this tab.
  const back = pageAddress() + `#${orcid ? model.address(orcid, wanted === "write" ? "settings" : "") : "/"}`;
  const { body } = await post(`${model.base}/orcid/connect`, { access: wanted, return_url: back, ...(orcid ? { orcid_id: orcid } : {}) });
  sessionStorage.setItem(WISH, JSON.stringify({ access: wanted }));
  location.assign(body.authorize_url);
  await new Promise(() => {}); // the button stays busy until the page is gone
}

function askAccess(orcid) {
  let chosen = "write";
  const options = ["write", "read"].map((value) => ({ value, title: t(`connect.${value}.title`), text: t(`connect.${value}.text`) }));
  return openDialog({
    title: t("connect.title"),
    content: (close, redraw) => [
      h("p", {}, t("connect.text")),
      choices({
        name: "access", legend: t("connect.legend"), options, chosen,
        choose: (value) => {
          chosen = value;
          redraw();
        },
      }),
      orcid ? null : h("p.hint", {}, t("connect.register")),
      h("div.actions", {}, button({ key: "go-to-orcid", kind: "primary", text: t("connect.go"), run: () => close(chosen) }), button({ key: "cancel", text: t("action.cancel"), run: () => close() })),
    ],
  });
}

/** What ORCID sent along, taken out of the address: `{code, state}`, `{status}` or null. */
export function takeAnswer() {
  const asked = new URLSearchParams(location.search);
  if (!asked.has("orcid_code") && !asked.has("orcid_status")) return null;
  history.replaceState(null, "", location.pathname + location.hash);
  if (asked.has("orcid_status")) return { status: asked.get("orcid_status") };
  return { code: asked.get("orcid_code"), state: asked.get("orcid_state") };
}

/** Finish connecting. Returns `{link, notice}`: the link if it is connected, and what to show. */
export async function complete(model, answer) {
  const wish = JSON.parse(sessionStorage.getItem(WISH) ?? "{}");
  sessionStorage.removeItem(WISH);
  if (answer.status) {
    const kind = answer.status === "denied" ? "denied" : "failed";
    return { link: null, notice: notice("warn", t(`connect.${kind}.title`), t(`connect.${kind}.text`), [], { key: "connect-answer" }) };
  }
  try {
    const { body } = await post(`${model.base}/orcid/connect/complete`, { code: answer.code, state: answer.state });
    return { link: body, wish: wish.access, notice: connected(body, wish.access) };
  } catch (error) {
    const detail = ["orcid-id-mismatch", "invalid"].includes(error.type) ? error.problem.detail : null;
    return { link: null, notice: notice("bad", t("connect.failed.title"), [h("p", {}, error.text ?? t("error.unexpected")), detail && detail !== error.text ? h("p.small.soft", {}, detail) : null], [], { key: "connect-answer" }) };
  }
}

function connected(link, access) {
  const values = { orcid: link.orcid_id };
  if (access === "write" && link.connection !== "write") return notice("warn", t("connect.read_only.title"), t("connect.read_only.text"), [], { key: "connect-answer" });
  const next = access === "write" && link.mode !== "write" ? "connect.done.next" : `connect.done.${link.mode === "write" ? "write" : "read"}`;
  announce(t("connect.done.title", values));
  return notice("good", t("connect.done.title", values), t(next), [], { key: "connect-answer" });
}
