"""Publications that are one work: twins in the RIS, and those that the RIS merged into another (R56)."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from orcid_sync.domain.catalogue import ClaimStatus, Identifier, Privacy, Publication
from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import State

from tests.builders import a_publication, a_relationship
from tests.unit.services.page import ADA, Page

DAY_S = 86_400
DOI, OTHER_DOI = "10.5555/one", "10.5555/other"


@pytest.fixture
def page() -> Page:
    page = Page()
    page.writing()
    return page


def has(publication_id: str, *dois: str, version: int = 1) -> Publication:
    identifiers = tuple(Identifier("doi", doi) for doi in dois)
    return a_publication(publication_id, version=version, identifiers=identifiers)


def merged(publication_id: str, into: str | None, version: int = 9) -> Publication:
    return Publication(publication_id, version, "journal-article", deleted=True, merged_into=into)


def brings(page: Page, *publications: Publication, claimed: bool = True) -> None:
    page.world.feed(*publications)
    if claimed:
        page.world.feed(*(a_relationship(p.publication_id) for p in publications))


def synced(page: Page, days: int = 0) -> list[str]:
    """The writing calls of a sync, now or some days later."""
    page.world.calls()
    page.world.clock.advance(days * DAY_S)
    page.world.settle()
    return [call for call in page.world.calls() if call != "read"]


def put_code(page: Page, publication_id: str) -> int:
    entry = page.world.entry(publication_id)
    assert entry is not None
    assert entry.put_code is not None
    return entry.put_code


def reasons(page: Page) -> dict[str, Reason | None]:
    positions = page.show.look(page.find.one("u1", "0000-0002-1825-0097")).positions
    return {p: position.decision.reason for p, position in positions.items()}


@pytest.mark.parametrize("between_is_related", [True, False])
@pytest.mark.parametrize("same_doi", [True, False])
def test_r56_a_chain_of_merges_ends_in_one_update_of_the_work(
    page: Page, between_is_related: bool, same_doi: bool
) -> None:
    brings(page, has("p1", DOI))
    synced(page)
    before = put_code(page, "p1")
    brings(page, merged("p2", "p3"), claimed=between_is_related)
    page.world.feed(has("p3", DOI if same_doi else OTHER_DOI), merged("p1", "p2"))
    page.world.feed(a_relationship("p3"))
    assert synced(page) == ["update"]
    assert put_code(page, "p3") == before
    assert page.world.on_record().keys() == {"p3"}
    assert page.world.entry("p1") is None


def test_r56_merges_in_a_ring_end_as_a_removal_after_the_grace_period(page: Page) -> None:
    brings(page, has("p1", DOI))
    synced(page)
    brings(page, merged("p2", "p1"), merged("p1", "p2"))
    assert synced(page) == []
    assert synced(page, days=1) == ["remove"]


def test_r56_r60_merged_into_one_that_the_user_claims_in_time_or_not_at_all(page: Page) -> None:
    brings(page, has("p1", DOI), has("q1", OTHER_DOI))
    synced(page)
    before = put_code(page, "p1")
    brings(page, has("p2", "10.5555/another"), has("q2", "10.5555/more"), claimed=False)
    page.world.feed(merged("p1", "p2"), merged("q1", "q2"))
    assert synced(page) == []
    page.world.feed(a_relationship("p2"))
    assert synced(page) == ["update"]
    assert put_code(page, "p2") == before
    assert synced(page, days=1) == ["remove"]
    assert page.world.on_record().keys() == {"p2"}


def test_r56_r60_merged_into_one_that_is_on_the_record_already_goes_after_the_grace_period(page: Page) -> None:
    brings(page, has("p1", DOI), has("p2", OTHER_DOI))
    synced(page)
    before = put_code(page, "p2")
    page.world.feed(merged("p1", "p2"))
    assert synced(page) == []
    assert synced(page, days=1) == ["remove"]
    assert page.world.on_record().keys() == {"p2"}
    assert put_code(page, "p2") == before


def test_r56_merged_and_then_hidden_leaves_nothing_at_once(page: Page) -> None:
    brings(page, has("p1", DOI))
    synced(page)
    brings(page, has("p2", DOI))
    page.world.feed(merged("p1", "p2"))
    assert synced(page) == ["update"]
    page.world.feed(a_relationship("p2", version=2, hidden=True))
    assert synced(page) == ["remove"]
    assert page.world.on_record() == {}


PRIVATE = {"privacy": Privacy.PRIVATE}


@pytest.mark.parametrize(
    "wish",
    [{"hidden": True}, {"status": ClaimStatus.REJECTED}, PRIVATE],
    ids=["hidden", "rejected", "private"],
)
def test_r56_r60_merged_into_one_that_its_owner_keeps_off_the_record_goes_at_once(
    page: Page, wish: dict[str, Any]
) -> None:
    brings(page, has("p1", DOI))
    synced(page)
    page.world.feed(has("p2", OTHER_DOI), a_relationship("p2", **wish))
    page.world.feed(merged("p1", "p2"))
    assert synced(page) == ["remove"], "its survivor is not to be seen, so it is not either"


WISHES: list[dict[str, Any]] = [{"hidden": True}, {"status": ClaimStatus.REJECTED}, PRIVATE, {"deleted": True}]


@pytest.mark.parametrize("wish", WISHES, ids=["hidden", "rejected", "private", "unclaimed"])
@pytest.mark.parametrize("meanwhile", [True, False], ids=["in the grace period", "with the deletion"])
def test_r60_what_its_owner_wants_gone_does_not_wait_because_the_ris_has_deleted_it_too(
    page: Page, wish: dict[str, Any], meanwhile: bool
) -> None:
    brings(page, has("p1", DOI))
    synced(page)
    page.world.feed(merged("p1", None))
    if meanwhile:
        assert synced(page) == []
    page.world.feed(a_relationship("p1", version=2, **wish))
    assert synced(page) == ["remove"]


def test_r60_one_merged_and_waiting_goes_at_once_when_its_survivor_turns_out_to_be_hidden(page: Page) -> None:
    brings(page, has("p1", DOI))
    synced(page)
    brings(page, has("p2", OTHER_DOI), claimed=False)
    page.world.feed(merged("p1", "p2"))
    assert synced(page) == []
    page.world.feed(a_relationship("p2", hidden=True))
    assert synced(page) == ["remove"]


def test_r62_a_work_left_out_goes_at_once_although_the_ris_has_deleted_it(page: Page) -> None:
    brings(page, has("p1", DOI))
    synced(page)
    page.world.feed(merged("p1", None))
    assert synced(page) == []
    page.single_works.exclude(ADA, "u1", "0000-0002-1825-0097", "p1")
    assert synced(page) == ["remove"]


def test_r56_twins_that_part_are_two_works(page: Page) -> None:
    brings(page, has("p1", DOI), has("p2", DOI))
    synced(page)
    assert reasons(page) == {"p1": None, "p2": Reason.DUPLICATE}
    page.world.feed(has("p2", OTHER_DOI, version=2))
    assert synced(page) == ["add_bulk"]
    assert page.world.on_record().keys() == {"p1", "p2"}


def test_r56_a_twin_that_keeps_the_identifier_of_one_sent_under_it_comes_with_the_same_sync(page: Page) -> None:
    brings(page, has("p1", DOI), has("p2", DOI))
    synced(page)
    page.world.feed(has("p1", OTHER_DOI, version=2))
    assert synced(page) == ["add_bulk", "update", "add_bulk"]
    assert page.world.on_record().keys() == {"p1", "p2"}
    assert [e["publication_id"] for e in page.world.events.of_type("Work Failed")] == []


def test_r56_twins_that_meet_later_become_one_work(page: Page) -> None:
    brings(page, has("p1", DOI), has("p2", OTHER_DOI))
    synced(page)
    page.world.feed(has("p2", OTHER_DOI, DOI, version=2))
    assert synced(page) == ["remove", "update"], "both were sent at once, so the richer record stays"
    assert page.world.on_record().keys() == {"p2"}
    assert reasons(page) == {"p1": Reason.DUPLICATE, "p2": None}


@pytest.mark.parametrize("leaving", list(permutations(["p1", "p2", "p3"])), ids="-".join)
def test_r56_of_three_twins_one_is_sent_whichever_goes(page: Page, leaving: tuple[str, ...]) -> None:
    brings(page, *(has(p, DOI) for p in ("p1", "p2", "p3")))
    assert synced(page) == ["add_bulk"]
    before = put_code(page, "p1")
    left = ["p1", "p2", "p3"]
    for publication_id in leaving:
        was_sent = set(page.world.on_record()) == {publication_id}
        page.world.feed(a_relationship(publication_id, version=2, hidden=True))
        left.remove(publication_id)
        calls = synced(page)
        if not left:
            assert calls == ["remove"]
            break
        assert calls == (["update"] if was_sent else [])
        (sent,) = page.world.on_record()
        assert sent in left
        assert put_code(page, sent) == before
    assert page.world.on_record() == {}


def test_r56_a_bridge_between_two_works_is_left_out_and_does_not_join_them(page: Page) -> None:
    """p2 has the identifiers of both; p1 and p3 share none."""
    brings(page, has("p1", DOI), has("p3", OTHER_DOI))
    synced(page)
    brings(page, has("p2", DOI, OTHER_DOI))
    assert synced(page) == []
    assert reasons(page) == {"p1": None, "p2": Reason.DUPLICATE, "p3": None}


def test_r56_r62_leaving_out_the_twin_that_is_sent_sends_the_other_and_leaving_out_both_none(page: Page) -> None:
    brings(page, has("p1", DOI), has("p2", DOI))
    synced(page)
    before = put_code(page, "p1")
    page.single_works.exclude(ADA, "u1", "0000-0002-1825-0097", "p2")
    assert synced(page) == []
    assert reasons(page)["p2"] is Reason.EXCLUDED
    page.single_works.include(ADA, "u1", "0000-0002-1825-0097", "p2")
    page.single_works.exclude(ADA, "u1", "0000-0002-1825-0097", "p1")
    assert synced(page) == ["update"]
    assert put_code(page, "p2") == before
    page.single_works.exclude(ADA, "u1", "0000-0002-1825-0097", "p2")
    assert synced(page) == ["remove"]
    positions = page.show.look(page.find.one("u1", "0000-0002-1825-0097")).positions
    assert {position.state for position in positions.values()} == {State.LEFT_OUT}
