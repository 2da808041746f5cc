"""Automatic claiming and suggestions: what an iD in a publication's metadata leads to (R41, R43, R58)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from orcid_sync.domain.catalogue import ClaimedId, ClaimStatus, MadeHere, Person, Publication, Relationship
from orcid_sync.domain.catalogue_changes import ClaimantNoted, IdsChanged, RelationshipChanged, UserChanged
from orcid_sync.domain.claiming import ClaimMade, SuggestionState
from orcid_sync.domain.errors import NotFoundError
from orcid_sync.domain.settings import Claiming, Connection, Mode
from orcid_sync.services.answer_suggestions import ShownSuggestion

from tests.builders import ORCID_ID, OTHER_ORCID_ID, a_publication, a_relationship, a_user
from tests.unit.services.page import ADA, BOSS, Page

PENDING, REJECTED = ClaimStatus.PENDING, ClaimStatus.REJECTED


@pytest.fixture
def page() -> Page:
    return Page()


def of_ada(publication_id: str = "p1", *, version: int = 1, orcid_id: str = ORCID_ID) -> Publication:
    """A publication in whose metadata the iD stands."""
    author = Person("Jones", "Ada", f"https://orcid.org/{orcid_id}")
    return a_publication(publication_id, doi=f"10.5555/{publication_id}", version=version, authors=(author,))


def choose(page: Page, claiming: Claiming, orcid_id: str = ORCID_ID) -> None:
    page.settings.choose_claiming(ADA, "u1", orcid_id, claiming)
    page.world.follow()


def relationship(page: Page, publication_id: str = "p1", user_id: str = "u1") -> Relationship | None:
    found: Relationship | None = page.world.catalogue.relationships.get((user_id, publication_id))
    return found


def claimed(page: Page, user_id: str = "u1") -> list[str]:
    """Ids of the publications claimed here."""
    known = page.world.catalogue.user_catalogue(user_id, consistent=True).relationships
    return [r.publication_id for r in known if r.made_here is not None and r.status is ClaimStatus.CLAIMED]


def suggested(page: Page, user_id: str = "u1") -> list[str]:
    shown = page.suggestions.page(user_id, limit=50, after=None).items
    return [one.suggestion.publication_id for one in shown if isinstance(one, ShownSuggestion)]


def answer(page: Page, publication_id: str, *, accept: bool) -> None:
    page.suggestions.answer(ADA, "u1", f"pub:{publication_id}", accept=accept)
    page.world.follow()


def offered(page: Page) -> list[tuple[str, str]]:
    claims = page.world.claim_log.since(0, limit=100, cursor=None)[0]
    return [(claim.user_id, claim.publication_id) for claim in claims if isinstance(claim, ClaimMade)]


# What each choice leads to, whichever comes first


def test_r41_suggest_is_the_default(page: Page) -> None:
    page.world.feed(of_ada(), a_publication("p2"))
    assert (suggested(page), claimed(page)) == (["p1"], [])


@pytest.mark.parametrize(
    ("claiming", "expected"),
    [(Claiming.AUTO, ([], ["p1"])), (Claiming.SUGGEST, (["p1"], [])), (Claiming.IGNORE, ([], []))],
)
def test_r41_a_publication_that_arrives_is_claimed_suggested_or_left_alone(page, claiming, expected):
    choose(page, claiming)
    page.world.feed(of_ada())
    assert (suggested(page), claimed(page)) == expected


@pytest.mark.parametrize(
    ("claiming", "expected"),
    [(Claiming.AUTO, ([], ["p1"])), (Claiming.SUGGEST, (["p1"], [])), (Claiming.IGNORE, ([], []))],
)
def test_r41_a_choice_changed_reaches_what_arrived_before(page, claiming, expected):
    page.world.feed(of_ada())
    choose(page, claiming)
    assert (suggested(page), claimed(page)) == expected


def test_r41_an_id_claimed_here_later_finds_what_arrived_before(page):
    page.world.feed(of_ada(orcid_id=OTHER_ORCID_ID))
    assert suggested(page) == []
    page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    page.world.follow()
    assert suggested(page) == ["p1"]


def test_r41_an_id_claimed_in_the_ris_later_finds_what_arrived_before(page):
    page.world.feed(of_ada(orcid_id=OTHER_ORCID_ID))
    page.world.feed(a_user(version=2, orcid_ids=(ClaimedId(ORCID_ID, 0), ClaimedId(OTHER_ORCID_ID, 0))))
    assert suggested(page) == ["p1"]


def test_r41_an_id_that_came_by_connecting_finds_what_arrived_before(page):
    page.world.feed(of_ada(orcid_id=OTHER_ORCID_ID))
    page.granted(orcid_id=OTHER_ORCID_ID)
    page.world.follow()
    assert suggested(page) == ["p1"]


def test_r41_an_id_that_a_record_shows_only_later_counts_then(page):
    choose(page, Claiming.AUTO)
    page.world.feed(a_publication("p1", doi="10.5555/p1"))
    assert claimed(page) == []
    page.world.feed(of_ada(version=2))
    assert claimed(page) == ["p1"]


def test_r41_users_who_share_an_id_are_each_treated_by_their_own_choice(page):
    choose(page, Claiming.AUTO)
    page.world.feed(a_user("u2"), of_ada())
    assert (claimed(page), claimed(page, "u2"), suggested(page, "u2")) == (["p1"], [], ["p1"])


def test_r41_of_two_ids_in_one_publication_automatic_counts(page):
    page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    choose(page, Claiming.AUTO, OTHER_ORCID_ID)
    both = (Person("Jones", "Ada", ORCID_ID), Person("Jones", "A.", OTHER_ORCID_ID))
    page.world.feed(a_publication("p1", authors=both))
    found = relationship(page)
    assert found is not None and found.made_here is not None
    assert found.made_here.orcid_id == OTHER_ORCID_ID


def test_r41_nothing_is_claimed_for_a_user_who_was_deleted_or_does_not_claim_the_id(page):
    choose(page, Claiming.AUTO)
    page.world.feed(a_user(version=2, orcid_ids=()))
    page.world.feed(of_ada("p1"))
    page.world.feed(a_user(version=3, is_current=False, login_allowed=False, deleted=True))
    page.world.feed(of_ada("p2"))
    assert (claimed(page), page.world.suggestions.stored) == ([], {})


def test_r59_a_user_who_was_deleted_finds_on_return_what_arrived_meanwhile(page):
    page.world.feed(a_user(version=2, orcid_ids=()))
    page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    page.world.feed(of_ada("p1", orcid_id=OTHER_ORCID_ID))
    page.world.feed(a_user(version=3, is_current=False, login_allowed=False, orcid_ids=(), deleted=True))
    assert suggested(page) == []
    page.world.feed(of_ada("p2", orcid_id=OTHER_ORCID_ID))
    page.world.feed(a_user(version=4, orcid_ids=()))
    assert suggested(page) == ["p1", "p2"]


# What a suggestion goes through


def test_r41_a_suggestion_whose_reason_is_gone_is_withdrawn(page):
    page.world.feed(of_ada("p1"), of_ada("p2"), of_ada("p3"))
    page.world.feed(a_publication("p1", version=2), Publication("p2", 2, "", deleted=True))
    assert suggested(page) == ["p3"]
    choose(page, Claiming.IGNORE)
    assert page.world.suggestions.stored == {}


def test_r61_unclaiming_an_id_withdraws_what_was_suggested_by_it(page):
    page.settings.claim(ADA, "u1", OTHER_ORCID_ID)
    page.world.feed(of_ada(orcid_id=OTHER_ORCID_ID))
    assert suggested(page) == ["p1"]
    page.disconnect.disconnect(ADA, "u1", OTHER_ORCID_ID, remove=False, unclaim=True)
    page.world.follow()
    assert suggested(page) == []


def test_r41_accepting_claims_and_the_work_reaches_orcid(page):
    page.world.feed(of_ada())
    page.writing()
    page.world.settle()
    assert page.world.on_record() == {}
    answer(page, "p1", accept=True)
    page.world.settle()
    assert (suggested(page), claimed(page), list(page.world.on_record())) == ([], ["p1"], ["p1"])
    with pytest.raises(NotFoundError):
        answer(page, "p1", accept=True)


def test_r41_a_rejected_suggestion_is_never_suggested_or_claimed_again(page):
    page.world.feed(of_ada())
    answer(page, "p1", accept=False)
    page.world.feed(a_publication("p1", version=2))
    page.world.feed(of_ada(version=3))
    choose(page, Claiming.AUTO)
    page.world.feed(a_relationship(status=PENDING))
    page.world.feed(of_ada(version=4))
    choose(page, Claiming.SUGGEST)
    assert (suggested(page), claimed(page)) == ([], [])
    with pytest.raises(NotFoundError):
        answer(page, "p1", accept=True)


def test_r41_what_the_ris_claims_is_suggested_no_longer(page):
    page.world.feed(of_ada("p1"), of_ada("p2"))
    page.world.feed(a_relationship("p1"))
    assert suggested(page) == ["p2"]
    assert ("u1", "pub:p1") not in page.world.suggestions.stored


def test_r41_accepting_what_the_ris_has_rejected_meanwhile_is_refused(page):
    page.world.feed(of_ada())
    page.world.catalogue.put_relationship(a_relationship(status=REJECTED))
    assert suggested(page) == []
    with pytest.raises(NotFoundError):
        answer(page, "p1", accept=True)
    assert claimed(page) == []


def test_r46_answers_are_audited_with_who_and_for_whom(page):
    page.world.feed(of_ada("p1"), of_ada("p2"))
    page.suggestions.answer(BOSS, "u1", "pub:p1", accept=True)
    page.suggestions.answer(ADA, "u1", "pub:p2", accept=False)
    told = [(entry.by, entry.action, entry.user_id, entry.orcid_id, entry.after) for entry in page.audit.entries]
    assert told == [
        ("boss", "suggestion_accepted", "u1", ORCID_ID, {"publication_id": "p1", "origin": "orcid_id"}),
        ("u1", "suggestion_rejected", "u1", ORCID_ID, {"publication_id": "p2", "origin": "orcid_id"}),
    ]


def test_suggestions_come_in_pages_the_newest_first(page):
    for number in range(5):
        page.world.feed(of_ada(f"p{number}"))
        page.world.clock.advance(1)
    seen, after = [], None
    for _ in range(3):
        found = page.suggestions.page("u1", limit=2, after=after)
        seen += [shown.suggestion.publication_id for shown in found.items]
        after = found.next
    assert (seen, after) == (["p4", "p3", "p2", "p1", "p0"], None)


# What the RIS says, and what it is told


@pytest.mark.parametrize("version", [0, 1, 9])
def test_r41_a_claim_made_here_yields_to_the_feed_and_is_never_made_again(page, version):
    choose(page, Claiming.AUTO)
    page.world.feed(of_ada())
    assert offered(page) == [("u1", "p1")]
    page.world.feed(a_relationship(version=version, status=REJECTED))
    assert (claimed(page), offered(page)) == ([], [])
    page.world.feed(a_publication("p1", version=2))
    page.world.feed(of_ada(version=3))
    choose(page, Claiming.SUGGEST)
    choose(page, Claiming.AUTO)
    assert (claimed(page), suggested(page)) == ([], [])


def test_r41_a_relationship_deleted_in_the_ris_counts_as_rejected(page):
    choose(page, Claiming.AUTO)
    page.world.feed(of_ada())
    page.world.feed(a_relationship(status=REJECTED, deleted=True))
    page.world.feed(a_publication("p1", version=2))
    page.world.feed(of_ada(version=3))
    assert (claimed(page), suggested(page)) == ([], [])


def test_r41_what_was_rejected_is_not_claimed_when_the_ris_has_it_pending_later(page):
    page.world.feed(a_relationship(status=REJECTED))
    choose(page, Claiming.AUTO)
    page.world.feed(of_ada(), a_relationship(version=2, status=PENDING))
    page.world.feed(a_publication("p1", version=2))
    page.world.feed(of_ada(version=3))
    assert (claimed(page), suggested(page)) == ([], [])


def test_r41_a_pending_relationship_is_claimed_automatically(page):
    choose(page, Claiming.AUTO)
    page.world.feed(a_relationship(status=PENDING, favourite=True), of_ada())
    found = relationship(page)
    assert found is not None and found.made_here is not None
    assert found == a_relationship(favourite=True, made_here=found.made_here)
    page.world.feed(a_relationship(status=PENDING))
    assert claimed(page) == ["p1"], "the same item once more is no later one"


def test_r41_a_claim_that_the_ris_makes_pending_becomes_a_suggestion(page):
    choose(page, Claiming.AUTO)
    page.world.feed(of_ada())
    page.world.feed(a_relationship(status=PENDING))
    page.world.feed(a_publication("p1", version=2))
    page.world.feed(of_ada(version=3))
    assert (claimed(page), suggested(page)) == ([], ["p1"])
    assert page.world.suggestions.stored["u1", "pub:p1"].state is SuggestionState.YIELDED
    answer(page, "p1", accept=True)
    assert (claimed(page), suggested(page)) == (["p1"], [])


def test_r41_what_the_feed_answers_is_offered_no_longer(page):
    choose(page, Claiming.AUTO)
    page.world.feed(of_ada("p1"), of_ada("p2"))
    page.world.feed(a_relationship("p1"))
    assert offered(page) == [("u1", "p2")]
    assert relationship(page, "p1") == a_relationship("p1")


def test_r58_a_claim_made_here_is_told_once_with_ids_only(page):
    choose(page, Claiming.AUTO)
    page.world.feed(of_ada())
    page.world.feed(of_ada(version=2))
    at_ms = page.world.clock.now_ms()
    ids = {"user_id": "u1", "orcid_id": ORCID_ID, "publication_id": "p1"}
    assert page.world.events.of_type("Publication Claimed") == [{"at_ms": at_ms, **ids}]
    page.world.feed(a_relationship())
    assert len(page.world.events.of_type("Publication Claimed")) == 1


# Whatever the links are used for


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("connection", list(Connection))
def test_r41_r43_claiming_goes_on_in_every_mode_with_any_connection_and_with_writing_off(page, mode, connection):
    choose(page, Claiming.AUTO)
    claim = page.world.claims.get("u1", ORCID_ID)
    page.world.claims.put(replace(claim, mode=mode, connection=connection))
    for write_enabled in (False, True, False):
        settings = page.world.institution.settings()
        page.world.institution.put_settings(replace(settings, write_enabled=write_enabled))
        page.world.feed(of_ada(f"p{settings.rev}"))
    choose(page, Claiming.SUGGEST)
    page.world.feed(of_ada("last"))
    assert len(claimed(page)) == 3
    answer(page, "last", accept=True)
    assert len(claimed(page)) == 4


def test_r41_a_claim_made_here_reaches_orcid_by_itself(page):
    page.writing()
    choose(page, Claiming.AUTO)
    page.world.feed(of_ada())
    page.world.settle()
    assert list(page.world.on_record()) == ["p1"]
    page.world.feed(a_relationship(status=REJECTED))
    page.world.settle()
    assert page.world.on_record() == {}


def test_a_batch_that_comes_twice_changes_nothing_more(page):
    choose(page, Claiming.AUTO)
    page.world.feed(a_user("u2"))
    seen = []
    notice = page.world.claim_automatically.notice
    page.world.feed(of_ada())
    stored = dict(page.world.catalogue.relationships), dict(page.world.suggestions.stored)
    for _ in range(2):
        seen.append(notice([IdsChanged("p1", (), (ORCID_ID,)), ClaimantNoted(ORCID_ID, "u1")]))
    assert seen == [0, 0]
    assert (page.world.catalogue.relationships, page.world.suggestions.stored) == stored


def test_a_change_that_comes_late_claims_nothing_that_no_longer_stands_there(page):
    choose(page, Claiming.AUTO)
    page.world.feed(a_publication("p1"))
    page.world.claim_automatically.notice([IdsChanged("p1", (), (ORCID_ID,))])
    assert (claimed(page), page.world.index.publications(ORCID_ID)) == ([], ())


def test_r48_what_the_stream_still_tells_of_an_erased_user_does_not_bring_their_name_back(page: Page) -> None:
    user = page.world.catalogue.user("u1")
    page.world.catalogue.forget_user("u1")
    page.world.index.claiming.clear()
    page.world.claim_automatically.notice([UserChanged("u1", None, user), UserChanged("u1", user, None)])
    assert page.world.index.claiming == {}


def test_r58_a_claim_is_told_once_also_when_the_stream_delivers_it_twice(page: Page) -> None:
    world = page.world
    made = a_relationship("p1", version=-1, made_here=MadeHere(5, ORCID_ID))
    change = RelationshipChanged("u1", "p1", None, made)
    for _ in range(2):
        world.notice_claims.notice([change])
    assert len(world.events.of_type("Publication Claimed")) == 1
    world.notice_claims.notice([RelationshipChanged("u1", "p1", made, a_relationship("p1", version=0))])
    assert world.claim_log.claims == []
