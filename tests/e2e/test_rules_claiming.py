"""Automatic claiming in its awkward cases, over HTTP (R41, R43), and the reason that an institution setting gives (R12,
R21).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack, Reply
from tests.e2e.scenes import Scene, Wait, scene
from tests.e2e.scholar import Scholar, record

pytestmark = pytest.mark.stack


class Author(Scholar):
    """A scholar whose iD stands in the metadata of what is fed for them; nothing of it is claimed in the RIS."""

    def appears_in(self, *names: str, role: str = "authors") -> None:
        people: dict[str, Any] = {
            role: [{"family": "Jones", "given": "Ada", "orcid_id": f"https://orcid.org/{self.orcid_id}"}]
        }
        for name in names:
            given = record(title=f"The matter of {name}, again", **people)
            self.stack.feed(self.publication(name, given))

    def here(self, method: str, path: str, body: Any = None) -> Reply:
        """A call below the user."""
        return self.stack.call(method, f"/v1/users/me{path}", body, token=self.stack.token(self.user_id))

    def chooses(self, claiming: str) -> None:
        reply = self.here("PATCH", f"/claiming/{self.orcid_id}", {"claiming": claiming})
        assert (reply.status, reply.json["claiming"]) == (200, claiming)

    def suggested(self) -> set[str]:
        items = self.here("GET", "/suggestions?limit=500").json["items"]
        assert {(item["origin"], item["matched_by"]) for item in items} <= {("orcid_id", self.orcid_id)}
        return {self.short(item["publication_id"]) for item in items}

    def answers(self, name: str, *, accept: bool) -> int:
        items = self.here("GET", "/suggestions?limit=500").json["items"]
        (found,) = [item["suggestion_id"] for item in items if item["publication_id"] == self.id_of(name)] or ["none"]
        return self.here("POST", f"/suggestions/{found}", {"accept": accept}).status

    def offered(self, since: str = "") -> list[dict[str, Any]]:
        """What the RIS is offered of this user's."""
        token = self.stack.token("ris", scope="orcid-feed")
        page = self.stack.call("GET", f"/v1/feed/claims?limit=500{since}", token=token).json
        assert page["next"] is None
        return [item for item in page["items"] if item["user_id"] == self.user_id]

    def claimed_here(self) -> set[str]:
        return {self.short(item["publication_id"]) for item in self.offered()}


@scene
def test_r41_publications_before_and_after_the_claim_are_suggested_and_a_rejection_is_for_good(
    stack: LocalStack,
) -> Scene:
    wim = Author(stack, "claims-wim", 6201, claimed=False)
    wim.appears_in("before", "never")
    wim.appears_in("edited", role="editors")
    yield Wait.QUIET
    assert wim.suggested() == set(), "the iD is nobody's yet"
    assert wim.here("POST", "/orcid", {"orcid_id": wim.orcid_id}).status == 201
    wim.appears_in("after")
    yield Wait.QUIET
    # Claim-only, never connected: it works all the same.
    assert wim.suggested() == {"before", "never", "edited", "after"}
    assert wim.claimed_here() == set()
    assert wim.answers("before", accept=True) == 204
    assert wim.answers("never", accept=False) == 204
    assert wim.answers("before", accept=True) == 404, "answered once"
    wim.agrees(claimed=1, waiting_add=1)
    wim.relate("edited", status="rejected")  # in the RIS
    wim.chooses("auto")
    yield Wait.QUIET
    assert (wim.suggested(), wim.claimed_here()) == (set(), {"before", "after"})
    # Rejected here or in the RIS, whatever is changed and chosen later.
    wim.appears_in("never", "edited", "auto")
    wim.chooses("suggest")
    wim.chooses("auto")
    yield Wait.QUIET
    assert (wim.suggested(), wim.claimed_here()) == (set(), {"before", "after", "auto"})
    wim.agrees(claimed=3)
    last = max(item["claimed_at"] for item in wim.offered())
    assert {item["publication_id"] for item in wim.offered(f"&since={last}")} == {wim.id_of("auto")}
    # Every later item of the feed for the pair decides: rejected, pending, claimed, deleted.
    wim.relate("before", status="pending")
    wim.relate("after", deleted=True)
    wim.relate("auto", status="claimed")
    wim.chooses("ignore")
    wim.appears_in("ignored")
    yield Wait.QUIET
    assert (wim.suggested(), wim.claimed_here()) == ({"before"}, set()), "overruled is not claimed again, only asked"
    assert wim.names() == {"auto"}
    assert wim.answers("before", accept=True) == 204
    wim.chooses("suggest")
    yield Wait.QUIET
    assert (wim.suggested(), wim.claimed_here()) == ({"ignored"}, {"before"})
    # With the claim goes what was suggested by it; what was claimed stays.
    assert wim.call("DELETE", "?unclaim=true").status == 204
    yield Wait.QUIET
    assert (wim.suggested(), wim.claimed_here()) == (set(), {"before"})


@scene
def test_r43_claiming_goes_on_through_connecting_writing_and_disconnecting(stack: LocalStack) -> Scene:
    xia = Author(stack, "claims-xia", 6202)
    xia.chooses("auto")
    xia.appears_in("unconnected")
    yield Wait.QUIET
    stack.connect(xia.user_id, xia.orcid_id, "read")
    xia.appears_in("reading")
    yield Wait.QUIET
    assert xia.claimed_here() == {"unconnected", "reading"}
    xia.write()
    xia.appears_in("writing")
    yield Wait.SYNCED
    assert xia.on_record() == {"unconnected", "reading", "writing"}, "claims made here count at once"
    xia.agrees(claimed=3, sent=3)
    xia.relate("reading", status="rejected")
    yield Wait.QUIET  # what is no longer claimed goes first, no schedule is needed
    assert xia.on_record() == {"unconnected", "writing"}
    assert xia.change(mode="claim-only").status == 200
    xia.appears_in("left")
    yield Wait.QUIET
    assert xia.call("DELETE").status == 204
    xia.appears_in("disconnected")
    yield Wait.QUIET
    (choice,) = xia.here("GET", "/claiming").json["items"]
    assert choice == {"orcid_id": xia.orcid_id, "claiming": "auto", "connection": "none"}
    assert xia.claimed_here() == {"unconnected", "writing", "left", "disconnected"}


def test_r21_r12_what_is_not_verified_is_counted_and_listed(stack: LocalStack) -> None:
    yan = Scholar(stack, "claims-yan", 6203)
    yan.bring("unverified")
    stack.feed(
        yan.publication("verified", record("crossref"), record("manual", verified=True, title="By hand")),
        yan.publication("unverified-hand", record("manual", title="By hand"), record("crossref")),
        yan.publication("hidden", record("crossref")),
        *(yan.relation(name) for name in ("verified", "unverified-hand")),
        yan.relation("hidden", hidden=True),
    )
    yan.agrees(claimed=4, eligible=3, not_verified=0, hidden=1)
    token = stack.token(yan.user_id)
    try:
        stack.configure(only_verified=True)
        yan.agrees(claimed=4, eligible=1, not_verified=2, hidden=1)
        assert yan.names("&reason=not_verified") == {"unverified", "unverified-hand"}
        notices = stack.call("GET", "/v1/users/me/orcid", token=token).json["notices"]
        assert [notice["code"] for notice in notices] == ["only_verified"]
    finally:
        stack.configure(only_verified=False)
    assert stack.call("GET", "/v1/users/me/orcid", token=token).json["notices"] == []
    yan.agrees(eligible=3, not_verified=0)
