// What the page knows of a user's ORCID iDs, and how it learns it: the list once, the iD looked at again and again.

import { get, path } from "../core/api.js";
import { poll } from "../core/poll.js";

const MOVING = ["queued", "syncing", "removing"];

/**
 * `user` is an id, or null for oneself. `changed()` is called whenever something is to be drawn anew, `lost()` when the
 * iD looked at is no longer theirs.
 */
export function openModel(user, changed, lost) {
  const base = user === null ? "/v1/users/me" : path`/v1/users/${user}`;
  let looking = null;
  const model = {
    user,
    base,
    links: null,
    notices: [],
    /** `write-integration-disabled` is a state of the page, all else is shown with a way to try again. */
    error: null,
    link: null,
    etag: null,
    /** Works on the record when a removal began to be watched. */
    removalFrom: 0,

    /** The path of the iD looked at. */
    linkPath: () => `${base}/orcid/${model.link.orcid_id}`,

    /** The address of a tab of this page. */
    address: (orcid, tab) => `${user === null ? "" : path`/users/${user}`}${orcid ? `/orcid/${orcid}` : ""}${tab ? `/${tab}` : ""}` || "/",

    /** Load the list; errors are kept in `error`. */
    async load() {
      model.error = null;
      try {
        const { body } = await get(`${base}/orcid`);
        model.links = body.items;
        model.notices = body.notices;
      } catch (error) {
        model.error = error;
      }
      changed();
    },

    /** Look at an iD of the list, or at the first; returns whether there is such a one. */
    select(orcid) {
      const link = orcid ? model.links.find((known) => known.orcid_id === orcid) : model.links[0];
      if (!link) return false;
      if (link.orcid_id !== model.link?.orcid_id) Object.assign(model, { link, etag: null, removalFrom: link.counts.on_orcid });
      model.watch();
      return true;
    },

    /** Read the iD anew, with its version. */
    async refresh() {
      const orcid = model.link.orcid_id;
      const { body, etag } = await get(`${base}/orcid/${orcid}`);
      if (model.link?.orcid_id === orcid) model.take(body, etag);
      return body;
    },

    /** Take over an iD as the API has just given it. */
    take(link, etag) {
      model.link = link;
      model.etag = etag ?? null;
      model.links = model.links.map((known) => (known.orcid_id === link.orcid_id ? link : known));
      model.removalFrom = link.state === "removing" ? Math.max(model.removalFrom, link.counts.on_orcid) : link.counts.on_orcid;
      changed();
    },

    /** Whether something goes on that one can watch. */
    moving: () => model.link !== null && MOVING.includes(model.link.state),

    /** Look again and again while something goes on; `soon`: something was begun just now. */
    watch(soon = false) {
      looking?.stop();
      if (!soon && !model.moving()) return;
      let quiet = soon ? 0 : 3;
      looking = poll(async () => {
        try {
          await model.refresh();
        } catch (error) {
          if (error.type === "not-found") return lost(); // a removal was the last that was to be done with it
          throw error;
        }
        quiet = model.moving() ? 0 : quiet + 1;
        // What was begun needs a moment until it can be seen.
        return quiet < 4;
      });
    },

    leave: () => looking?.stop(),
  };
  return model;
}

/** Every publication of the list, those too that are no longer claimed and still on ORCID. */
export const listed = (counts) => counts.claimed + counts.left_out.not_claimed;
/** Those left out and not on ORCID; `counts.left_out` has also those that are still to be removed there. */
export const leftOut = (counts) => listed(counts) - counts.sent - waiting(counts) - counts.failed;
export const waiting = (counts) => counts.waiting_add + counts.waiting_update + counts.waiting_remove;
