// Claiming an iD by entering it. Loaded when it is asked for.

import { post } from "../core/api.js";
import { openDialog } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { button, field } from "../core/parts.js";
import { t } from "../core/texts.js";

/** Whether a text is an ORCID iD with a good check digit (ISO 7064, mod 11-2): the iD, else null. */
function readOrcidId(text) {
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
