"""Brings researchers of the sample institution into every state that their page can show, for looking at."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from local.sample_data import feed_items, researchers
from tests.e2e.local_stack import LocalStack

ORCID_OF = {one.user_id: one.orcid_ids[0] for one in researchers() if one.orcid_ids}
REVOKED, LOCKED, MOVED, SILENT, HELD = "u-zhang", "u-baptiste", "u-volkova", "u-papadaki", "u-eriksen"
REMOVING, SYNCING, SUGGESTED, FAILING = "u-mutasa", "u-alrashidi", "u-nakagawa", "u-adeyemi"
PRIMARY = "0009-0012-2014-667X"
_WAIT_SECONDS = 120.0
_LATER = 1000  # a version above the sample data's


class States:
    """`stack` runs with the sample data, the first sync done. What was done by an earlier run is not done again."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack

    def arrange(self) -> None:
        """Everything that lasts; returns when the pages can show it."""
        self._suggest()
        for user_id, order in {
            REVOKED: ("revocation", {"by": "client"}),
            LOCKED: ("record", {"state": "locked"}),
            MOVED: ("record", {"state": "deprecated", "primary": PRIMARY}),
        }.items():
            self.stack.registry("POST", f"/_control/{order[0]}", {"orcid": ORCID_OF[user_id], **order[1]})
        self._fault(SILENT, kind="status", status=500, times=60)
        self._fault(FAILING, kind="status", status=400, times=9, method="PUT")
        self._retitle(FAILING)
        for user_id in (REVOKED, LOCKED, MOVED, SILENT):
            self._leave_out(user_id, 2)
        self._hide_most(HELD)
        paused = {REVOKED: "revoked", LOCKED: "locked", MOVED: "deprecated", SILENT: "registry_unavailable"}
        self._until(FAILING, lambda link: link["counts"]["failed"] == 1)
        for user_id, reason in {**paused, HELD: "held"}.items():
            self._until(user_id, lambda link, reason=reason: link["state_reason"] == reason)  # type: ignore[misc]  # bound

    def begin_syncing(self) -> None:
        """A sync that takes its time."""
        self._fault(SYNCING, kind="slow", seconds=8, times=40)
        self._leave_out(SYNCING, 4)
        self._until(SYNCING, lambda link: link["state"] == "syncing")

    def begin_removing(self) -> None:
        """A removal that takes its time."""
        self._fault(REMOVING, kind="slow", seconds=8, times=60, skip=4)
        status = self._call(REMOVING, "POST", "/removal", {"confirm": True}).status
        assert status == 202
        self._until(REMOVING, lambda link: link["state"] == "removing" and link["counts"]["on_orcid"] < 18)

    def link(self, user_id: str) -> dict[str, Any]:
        return dict(self._call(user_id, "GET").json)

    def _call(self, user_id: str, method: str, path: str = "", body: Any = None) -> Any:
        address = f"/v1/users/{user_id}/orcid/{ORCID_OF[user_id]}{path}"
        return self.stack.call(method, address, body, token=self.stack.token(user_id))

    def _fault(self, user_id: str, **fault: Any) -> None:
        self.stack.registry("POST", "/_control/faults", {"orcid": ORCID_OF[user_id], **fault})

    def _leave_out(self, user_id: str, count: int) -> None:
        """Removals are asked of ORCID at once: so it is noticed at once what it answers."""
        sent = self._call(user_id, "GET", f"/publications?state=sent&limit={count}").json["items"]
        for item in sent:
            self._call(user_id, "PUT", f"/publications/{item['publication_id']}/exclusion")

    def _hide_most(self, user_id: str) -> None:
        mine = [item for item in feed_items() if item.get("user_id") == user_id and item.get("status") == "claimed"]
        self.stack.feed(*({**item, "version": _LATER, "hidden": True} for item in mine[: len(mine) * 4 // 5]))

    def _retitle(self, user_id: str) -> None:
        sent = {item["publication_id"] for item in self._call(user_id, "GET", "/publications?state=sent").json["items"]}
        item = next(item for item in feed_items() if item["kind"] == "publication" and item["id"] in sent)
        for record in item["records"]:
            record["data"]["title"] += ", second edition"
        self.stack.feed({**item, "version": _LATER})

    def _suggest(self) -> None:
        """Publications whose metadata carry the iD of somebody who did not claim them."""
        person = {"family": "Nakagawa", "given": "Haruka", "orcid_id": ORCID_OF[SUGGESTED]}
        for name in ("p-turing-1950", "p-shannon-1948", "p-lamport-1978", "p-codd-1970"):
            for item in feed_items():
                if item["kind"] == "publication" and item["id"] == name:
                    for record in item["records"]:
                        record["data"]["authors"] = [*record["data"].get("authors", []), person]
                    self.stack.feed({**item, "version": _LATER})

    def _until(self, user_id: str, seen: Callable[[dict[str, Any]], bool]) -> None:
        until = time.monotonic() + _WAIT_SECONDS
        link = self.link(user_id)
        while not seen(link):
            assert time.monotonic() < until, f"{user_id} is {link['state']}, {link['state_reason']}"
            with suppress(AssertionError):  # others of the stack may be busy for longer than one look waits
                self.stack.settle()
            link = self.link(user_id)
