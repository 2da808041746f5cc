"""What administrators look through over all links, and releasing an iD (R11, R22)."""

from __future__ import annotations

from typing import Any

import pytest
from orcid_sync.domain.actor import Actor
from orcid_sync.domain.catalogue import ClaimedId, ClaimStatus
from orcid_sync.domain.errors import ConflictError, FrozenError, InvalidError, NotFoundError
from orcid_sync.domain.ledger import Hold
from orcid_sync.domain.link_state import LinkState
from orcid_sync.domain.links import Claim, Lane
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.services.all_links import AllLinks, LinkFilters, ListedLink
from orcid_sync.services.all_works import AllWorks, ConcernedWork, WorkFilters, WorkState
from orcid_sync.services.release import Release

from tests.builders import ORCID_ID, OTHER_ORCID_ID, a_publication, a_relationship, a_user
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.listings import FakeListings
from tests.fakes.registry import OUR_CLIENT
from tests.unit.services.test_concerns import an_old_work
from tests.world import World

BOSS = Actor("boss", administrator=True)
THIRD_ORCID_ID = "0000-0001-5000-0007"


class Office:
    def __init__(self) -> None:
        self.world: Any = World()
        world: Any = self.world
        self.audit = FakeAuditTrail()
        self.listings = FakeListings(world.claims, world.writers, world.ledger)
        self.links = AllLinks(self.listings, world.catalogue, world.institution, world.clock)
        self.works = AllWorks(self.listings, world.ledger, world.catalogue)
        self.release = Release(world.claims, world.writers, world.ledger, world.catalogue, self.audit, world.clock)

    def listed(self, **filters: Any) -> list[ListedLink]:
        return self.links.page(LinkFilters(**filters), limit=50, cursor=None)[0]

    def concerned(self, **filters: Any) -> list[ConcernedWork]:
        return self.works.page(WorkFilters(**filters), limit=50, cursor=None)[0]


@pytest.fixture
def office() -> Office:
    return Office()


def users(listed: list[ListedLink]) -> list[str]:
    return [one.claim.user_id for one in listed]


# Links


@pytest.fixture
def three(office: Office) -> Office:
    """u1 writes, u2 reads the same iD, u3 writes to another and has left."""
    office.world.connect()
    office.world.feed(a_user("u2", name="Boris Petrov", orcid_ids=(ClaimedId(ORCID_ID, 0),)))
    office.world.claims.put(Claim("u2", ORCID_ID, mode=Mode.READ, connection=Connection.READ))
    office.world.connect("u3", OTHER_ORCID_ID)
    office.world.settle()
    office.world.feed(a_user("u3", version=2, is_current=False, orcid_ids=(ClaimedId(OTHER_ORCID_ID, 0),)))
    return office


def test_links_are_listed_with_where_they_stand_and_who_holds_the_id(three: Office) -> None:
    listed = three.listed()
    assert users(listed) == ["u3", "u1", "u2"]
    assert [one.standing.state for one in listed] == [LinkState.PAUSED, LinkState.IDLE, LinkState.IDLE]
    assert [one.writer.owner for one in listed if one.writer is not None] == ["u3", "u1", "u1"]
    assert [one.own_writer is not None for one in listed] == [True, True, False]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"state": LinkState.PAUSED}, ["u3"]),
        ({"connection": Connection.READ}, ["u2"]),
        ({"q": ORCID_ID[:9]}, ["u1", "u2"]),
        ({"q": "petro"}, ["u2"]),
        ({"q": "U3"}, ["u3"]),
        ({"q": "u1", "connection": Connection.READ}, []),
    ],
)
def test_links_are_found_by_state_connection_id_and_name(three: Office, filters: Any, expected: list[str]) -> None:
    assert users(three.listed(**filters)) == expected


def test_r55_a_link_with_held_removals_is_paused_for_them(office: Office) -> None:
    office.world.connect()
    office.world.publish(30)
    office.world.settle()
    office.world.feed(*(a_relationship(f"p{n}", version=2, status=ClaimStatus.REJECTED) for n in range(1, 26)))
    office.world.settle()
    (listed,) = office.listed()
    assert (listed.standing.state, listed.standing.reason) == (LinkState.PAUSED, "held")
    assert {work.hold for work in office.concerned(state=WorkState.HELD)} == {Hold.HELD}


def test_a_page_of_links_reads_a_bounded_number_and_goes_on_where_it_ended(office: Office) -> None:
    for number in range(60):
        office.world.claims.put(Claim(f"u{number}", ORCID_ID))
    office.world.feed(a_user("u58", name="Rare"))
    page, cursor = office.links.page(LinkFilters(q="rare"), limit=5, cursor=None)
    assert (page, cursor is not None) == ([], True)
    assert office.listings.pages_read == 11  # ten of links, one of what is held
    rest, end = office.links.page(LinkFilters(q="rare"), limit=5, cursor=cursor)
    assert (users(rest), end) == (["u58"], None)


# Releasing


def test_r22_a_released_id_is_free_and_the_next_owner_adopts_its_works(office: Office) -> None:
    world = office.world
    world.connect()
    world.publish(2)
    world.settle()
    before = set(world.registry.ours(ORCID_ID))
    released = office.release.release(BOSS, ORCID_ID)
    assert (released.user_id, released.user_name, released.works) == ("u1", "Ada Jones", 2)
    assert world.claims.get("u1", ORCID_ID).mode is Mode.READ
    assert world.writers.get(ORCID_ID) is None
    assert world.entry("p1") is None
    (entry,) = office.audit.entries
    assert (entry.action, entry.user_id, (entry.after or {})["works"]) == ("released", "u1", 2)
    world.feed(a_user("u2", orcid_ids=(ClaimedId(ORCID_ID, 0),)), a_relationship("p1", "u2"))
    world.connect("u2", ORCID_ID)
    world.calls()
    world.settle()
    assert world.calls() == ["read", "update"]
    assert set(world.registry.ours(ORCID_ID)) == before
    assert world.entry("p1").on_orcid
    assert [work.put_code for work in office.concerned(state=WorkState.UNMATCHED)] == [max(before)]


def test_r22_what_nobody_holds_cannot_be_released(office: Office) -> None:
    with pytest.raises(NotFoundError):
        office.release.release(BOSS, ORCID_ID)


def test_r22_a_removal_under_way_is_not_cut_off_by_a_release(office: Office) -> None:
    office.world.connect()
    office.world.change_claim(removing_since_ms=5)
    with pytest.raises(FrozenError):
        office.release.release(BOSS, ORCID_ID)
    assert office.world.writers.get(ORCID_ID).owner == "u1"


def test_r22_a_release_during_a_visit_ends_writing_and_asks_to_repeat(office: Office) -> None:
    world = office.world
    world.connect()
    world.publish(1)
    refused: list[str] = []

    def release_meanwhile(_: object) -> None:
        if not refused:
            with pytest.raises(ConflictError) as error:
                office.release.release(BOSS, ORCID_ID)
            refused.append(str(error.value))

    world.registry.before_call = release_meanwhile
    world.settle()
    assert "repeat" in refused[0]
    assert world.claims.get("u1", ORCID_ID).mode is Mode.READ
    assert world.on_record() == {}
    assert office.release.release(BOSS, ORCID_ID).works == 0


def test_r22_a_holder_who_switches_writing_on_again_meanwhile_keeps_the_id(office: Office) -> None:
    world = office.world
    world.connect()
    world.settle()
    drop = world.writers.drop

    def back_on(orcid_id: str, **how: Any) -> None:
        drop(orcid_id, **how)
        world.change_claim(mode=Mode.WRITE)

    world.writers.drop = back_on
    office.release.release(BOSS, ORCID_ID)
    assert world.writers.get(ORCID_ID).owner == "u1"
    assert world.writers.get(ORCID_ID).due_ms is not None


# Works


@pytest.fixture
def troubled(office: Office) -> Office:
    """One failed add, one removal in its grace period, one unmatched work."""
    world = office.world
    world.connect()
    world.registry.put_from(OUR_CLIENT, ORCID_ID, an_old_work("x1"))
    world.publish(2)
    world.settle()
    world.feed(a_publication("p1", doi="10.5555/p1", version=2, publication_status="Accepted"))
    world.settle()
    world.registry.plan(Answer(Outcome.REFUSED, status=400, code="9001", message="No, thanks"), times=9)
    world.publish(1, start=3)
    world.settle()
    return office


def test_works_of_concern_are_listed_for_everybody_with_reason_title_and_owner(troubled: Office) -> None:
    listed = troubled.concerned()
    assert [(work.state, work.publication_id) for work in listed] == [
        (WorkState.FAILED, "p3"),
        (WorkState.WAITING_REMOVE, "p1"),
        (WorkState.UNMATCHED, None),
    ]
    failed, waiting, unmatched = listed
    assert (failed.reasons, failed.message, failed.title, failed.user_id) == (("9001",), "No, thanks", "On p3", "u1")
    assert waiting.reasons == ("not_published",)
    assert waiting.due_ms is not None
    assert unmatched.title == "Old x1"


@pytest.mark.parametrize("orcid_id", [None, ORCID_ID])
def test_works_are_found_by_state_and_reason_for_all_or_for_one_id(troubled: Office, orcid_id: str | None) -> None:
    def found(**filters: Any) -> list[str | None]:
        return [work.publication_id for work in troubled.concerned(orcid_id=orcid_id, **filters)]

    assert found(state=WorkState.WAITING) == found(state=WorkState.WAITING_REMOVE) == ["p1"]
    assert found(state=WorkState.WAITING_UPDATE) == []
    assert found(reason="9001") == ["p3"]
    assert found(reason="not_published") == ["p1"]
    assert found(state=WorkState.UNMATCHED) == [None]


@pytest.mark.parametrize("orcid_id", [None, ORCID_ID])
def test_pages_of_works_go_on_where_they_ended(troubled: Office, orcid_id: str | None) -> None:
    seen: list[str | None] = []
    cursor: str | None = None
    for _ in range(9):
        page, cursor = troubled.works.page(WorkFilters(orcid_id=orcid_id), limit=1, cursor=cursor)
        seen.extend(work.publication_id for work in page)
        if cursor is None:
            break
    assert sorted(map(str, seen)) == ["None", "p1", "p3"]


@pytest.mark.parametrize("orcid_id", [None, ORCID_ID])
@pytest.mark.parametrize("cursor", ["nonsense", "sent.", "held", ""])
def test_a_cursor_of_something_else_is_refused(troubled: Office, orcid_id: str | None, cursor: str) -> None:
    if orcid_id is None and cursor == "held":
        return  # where the list of held works begins
    with pytest.raises(InvalidError):
        troubled.works.page(WorkFilters(orcid_id=orcid_id), limit=1, cursor=cursor)


def test_another_id_has_nothing_of_concern(troubled: Office) -> None:
    troubled.world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    assert troubled.concerned(orcid_id=THIRD_ORCID_ID) == []
