// Claiming an iD, connecting it through ORCID's own page and coming back, disconnecting, removing everything.

import { get, post, query, remove } from "../core/api.js";
import { confirmed, openDialog } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { announce, button, choices, field, notice, tell, toggle } from "../core/parts.js";
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

/** Whether a text is an ORCID iD with a good check digit (ISO 7064, mod 11-2): the iD, else null. */
export function readOrcidId(text) {
  const found = /^(?:https?:\/\/(?:[a-z]+\.)?orcid\.org\/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])\/?$/i.exec(text.trim());
  if (!found) return null;
  const digits = found.slice(1).join("").toUpperCase();
  const total = [...digits.slice(0, 15)].reduce((sum, digit) => (sum + Number(digit)) * 2, 0);
  const check = (12 - (total % 11)) % 11;
  return digits[15] === (check === 10 ? "X" : String(check)) ? digits.match(/.{4}/g).join("-") : null;
}

/** Ask for an iD and claim it; `done(orcid)` afterwards. */
export function askToClaim(model, done) {
  const state = { text: "", error: null };
  const check = () => {
    const bare = state.text.replace(/[^0-9Xx]/g, "");
    if (!state.text.trim()) return t("claim.empty");
    return readOrcidId(state.text) ? null : t(bare.length < 16 ? "claim.short" : "claim.wrong");
  };
  return openDialog({
    title: t("claim.title"),
    content: (close, redraw) => {
      const submit = async () => {
        state.error = check();
        redraw();
        if (state.error) return document.getElementById("claim-id").focus();
        const orcid = readOrcidId(state.text);
        try {
          await post(`${model.base}/orcid`, { orcid_id: orcid });
        } catch (error) {
          if (!["already-claimed", "invalid"].includes(error.type)) throw error;
          state.error = error.text;
          return redraw();
        }
        close();
        return done(orcid);
      };
      const typed = (text) => {
        state.text = text;
        // Told at once, but not while the sixteen characters are still being typed.
        state.error = text.replace(/[^0-9Xx]/g, "").length >= 16 ? check() : null;
        redraw();
      };
      const attributes = { autocomplete: "off", inputmode: "text", spellcheck: "false", placeholder: "0000-0000-0000-0000", class: "orcid-input" };
      return [
        h("p", {}, t("claim.text")),
        h("form.stack", { on: { submit: (event) => {
          event.preventDefault();
          document.querySelector("[data-key=claim-it]").click();
        } } }, field({ name: "claim-id", label: t("claim.label"), hint: t("claim.hint"), error: state.error, value: state.text, input: typed, attributes })),
        h("div.actions", {}, button({ key: "claim-it", kind: "primary", text: t("claim.do"), run: submit }), button({ key: "cancel", text: t("action.cancel"), run: () => close() })),
      ];
    },
  });
}

/** Remove from ORCID, after a yes. */
export async function removeEverything(model) {
  const { link } = model;
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
  const { link } = model;
  const state = { works: "leave", unclaim: link.connection === "none" };
  const works = ["leave", "remove"].map((value) => ({ value, title: t(`disconnect.${value}.title`, { count: link.counts.on_orcid }), text: t(`disconnect.${value}.text`) }));
  const bare = link.connection === "none";
  const chosen = await openDialog({
    title: t(bare ? "disconnect.unclaim_title" : "disconnect.title", { orcid: link.orcid_id }),
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

/** The iDs with their choice of claiming; goes on while the write integration is off. */
export const listClaiming = (model) => get(`${model.base}/claiming`).then(({ body }) => body.items);
