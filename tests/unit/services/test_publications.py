"""The list and its counts, which always agree, and the preview (R21, R63, R64)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from orcid_sync.api.views import NO_IDENTIFIER, publication
from orcid_sync.domain.catalogue import ClaimStatus, Privacy
from orcid_sync.domain.counts import count
from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import Operation, State
from orcid_sync.domain.links import Claim
from orcid_sync.domain.settings import InstitutionSettings, Mode
from orcid_sync.services.connect import Access
from orcid_sync.services.publications import Filters
from orcid_sync.services.settings import SettingsChange

from tests.builders import ORCID_ID, a_publication, a_relationship, a_user
from tests.unit.services.page import ADA, READ, Page

EVERYTHING = Filters()


@pytest.fixture
def page() -> Page:
    return Page()


def listed(page: Page, filters: Filters = EVERYTHING) -> list[str]:
    found = page.publications.page("u1", ORCID_ID, filters, limit=500, after=None)
    return [position.decision.publication_id for position in found.positions]


def test_r21_pages_follow_one_another_by_title(page: Page) -> None:
    page.world.publish(5)
    first = page.publications.page("u1", ORCID_ID, EVERYTHING, limit=3, after=None)
    second = page.publications.page("u1", ORCID_ID, EVERYTHING, limit=3, after=first.next)
    ids = [p.decision.publication_id for p in (*first.positions, *second.positions)]
    assert ids == ["p1", "p2", "p3", "p4", "p5"]
    assert second.next is None


def test_r21_words_are_looked_for_in_title_id_and_identifiers(page: Page) -> None:
    page.world.feed(a_publication("p1", doi="10.1234/Abc", title="On Ångström units"), a_relationship("p1"))
    page.world.feed(a_publication("p2", title="On other units"), a_relationship("p2"))
    assert listed(page, Filters(text="UNITS ångström")) == ["p1"]
    assert listed(page, Filters(text="p2")) == ["p2"]
    assert listed(page, Filters(text="10.1234/ABC")) == ["p1"]
    assert listed(page, Filters(text="angle")) == []
    assert len(listed(page, Filters(text="  "))) == 2


def test_r21_a_page_tells_how_many_the_whole_list_has(page: Page) -> None:
    page.world.publish(5)
    found = page.publications.page("u1", ORCID_ID, EVERYTHING, limit=2, after=None)
    assert (len(found.positions), found.total) == (2, 5)
    assert found.next is not None
    rest = page.publications.page("u1", ORCID_ID, EVERYTHING, limit=2, after=found.next)
    assert rest.total == 5


def test_r21_filters_go_by_state_decision_favourite_and_privacy(page: Page) -> None:
    page.writing()
    page.world.publish(1)
    page.world.settle()
    page.world.feed(a_publication("p2"), a_relationship("p2", favourite=True))
    page.world.feed(a_publication("p3"), a_relationship("p3", privacy=Privacy.PRIVATE))
    assert listed(page, Filters(state=State.SENT)) == ["p1"]
    assert listed(page, Filters(state=State.WAITING_ADD)) == ["p2"]
    assert listed(page, Filters(reason=Reason.PRIVATE)) == ["p3"]
    assert listed(page, Filters(favourite=True)) == ["p2"]
    assert listed(page, Filters(privacy=Privacy.PRIVATE)) == ["p3"]
    assert listed(page, Filters(state=State.SENT, reason=Reason.PRIVATE)) == []


def test_r21_what_is_no_longer_claimed_is_listed_only_while_on_orcid(page: Page) -> None:
    page.writing()
    page.world.publish(2)
    page.world.settle()
    page.world.feed(a_relationship("p1", version=2, status=ClaimStatus.REJECTED))
    assert listed(page, Filters(reason=Reason.NOT_CLAIMED, state=State.WAITING_REMOVE)) == ["p1"]
    counts = page.link().counts
    assert (counts.claimed, counts.on_orcid, counts.waiting_remove) == (1, 2, 1)
    page.world.settle()
    assert listed(page) == ["p2"]


def test_r21_outside_write_decisions_are_those_that_write_would_give(page: Page) -> None:
    page.world.publish(1)
    assert page.link().link.claim.mode is Mode.CLAIM_ONLY
    assert listed(page, Filters(state=State.WAITING_ADD)) == ["p1"]


def test_r22_another_users_ledger_is_not_shown(page: Page) -> None:
    page.writing()
    page.world.publish(1)
    page.world.settle()
    page.world.feed(a_user("u2", orcid_ids=()))
    page.world.claims.put(Claim("u2", ORCID_ID, claimed_here_ms=1))
    assert page.publications.page("u2", ORCID_ID, EVERYTHING, limit=9, after=None).positions == ()
    assert page.publications.history("u2", ORCID_ID, "p1", limit=9, cursor=None) == ([], None)
    attempts, _ = page.publications.history("u1", ORCID_ID, "p1", limit=9, cursor=None)
    assert [(attempt.operation, attempt.outcome) for attempt in attempts] == [("add", "created")]


def test_r64_a_preview_tries_settings_without_storing_them(page: Page) -> None:
    page.writing()
    page.world.publish(2)
    page.world.settle()
    page.world.feed(a_publication("p3"), a_relationship("p3", privacy=Privacy.INTERNAL))
    now = page.publications.preview("u1", ORCID_ID, SettingsChange())
    assert now.totals == {Operation.REMOVE: 0, Operation.ADD: 0, Operation.UPDATE: 0}
    more = page.publications.preview("u1", ORCID_ID, SettingsChange(include_private=True))
    assert more.totals[Operation.ADD] == 1
    fewer = page.publications.preview("u1", ORCID_ID, SettingsChange(favourites_only=True))
    assert fewer.totals[Operation.REMOVE] == 2
    assert [p.decision.reason for p in fewer.positions] == [Reason.NOT_FAVOURITE] * 2
    assert page.link().link.claim.settings.favourites_only is False
    assert page.link().counts.on_orcid == 2


def test_r15_a_preview_of_leaving_write_moves_nothing(page: Page) -> None:
    page.writing()
    page.world.publish(2)
    left = page.publications.preview("u1", ORCID_ID, SettingsChange(mode=Mode.READ))
    assert left.positions == ()
    assert set(left.totals.values()) == {0}


def test_r28_a_work_without_identifier_carries_a_warning(page: Page) -> None:
    page.world.feed(a_publication("p1"), a_relationship("p1"))
    (position,) = page.publications.page("u1", ORCID_ID, EVERYTHING, limit=9, after=None).positions
    shown = publication(position, "https://ris.example.org/p/{publication_id}")
    assert NO_IDENTIFIER in shown.warnings
    assert shown.ris_url == "https://ris.example.org/p/p1"
    assert publication(position, "").ris_url is None


def test_r10_lists_previews_and_history_are_refused_while_writing_is_off(page: Page) -> None:
    page.granted(READ, access=Access.READ)
    page.world.institution.put_settings(InstitutionSettings(rev=1))
    for call in (
        lambda: page.publications.page("u1", ORCID_ID, EVERYTHING, limit=9, after=None),
        lambda: page.publications.preview("u1", ORCID_ID, SettingsChange()),
        lambda: page.publications.history("u1", ORCID_ID, "p1", limit=9, cursor=None),
    ):
        with pytest.raises(Exception, match="switched the ORCID write integration off"):
            call()


relationships: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    status=st.sampled_from(ClaimStatus),
    hidden=st.booleans(),
    favourite=st.booleans(),
    privacy=st.sampled_from([None, *Privacy]),
)
publications: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    doi=st.sampled_from([None, "10.5555/a", "10.5555/b", "10.5555/c"]),
    title=st.sampled_from(["On it", ""]),
    publication_status=st.sampled_from(["Published", "Accepted", ""]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    before=st.lists(st.tuples(publications, relationships), max_size=8),
    after=st.lists(st.tuples(publications, relationships), max_size=8),
    excluded=st.sets(st.integers(0, 7), max_size=3),
    trying=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_r21_the_equations_hold_whatever_happens(
    before: list[tuple[dict[str, Any], dict[str, Any]]],
    after: list[tuple[dict[str, Any], dict[str, Any]]],
    excluded: set[int],
    trying: tuple[bool, bool, bool],
) -> None:
    page = Page()
    page.writing()
    for version, generation in enumerate((before, after), start=1):
        for number, (work, relation) in enumerate(generation):
            page.world.feed(a_publication(f"p{number}", version=version, **work))
            page.world.feed(a_relationship(f"p{number}", version=version, **relation))
        if version == 1:
            page.world.settle()
    claim = page.world.claims.get("u1", ORCID_ID)
    assert claim is not None
    page.world.claims.put(replace(claim, excluded=frozenset(f"p{number}" for number in excluded)))
    page.settings.change(ADA, "u1", ORCID_ID, SettingsChange(None, *trying))
    positions = page.publications.page("u1", ORCID_ID, EVERYTHING, limit=500, after=None).positions
    counts = page.link().counts
    assert counts == count(positions), "the list and the counts are of the same look"
    assert counts.claimed == counts.eligible + sum(counts.left_out.values()) - counts.left_out[Reason.NOT_CLAIMED]
    assert counts.eligible == counts.sent + counts.waiting_add + counts.waiting_update + counts.failed
    assert counts.on_orcid == sum(
        1 for entry in page.world.ledger.entries(ORCID_ID, consistent=True).values() if entry.on_orcid
    )
    for state in State:
        assert len(listed(page, Filters(state=state))) == sum(position.state is state for position in positions)
    for reason, number in counts.left_out.items():
        assert len(listed(page, Filters(reason=reason))) == number
