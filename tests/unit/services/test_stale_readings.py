"""Eventually consistent readings may be seconds old: nothing is sent, lost or left alone because of one (R31, R37)."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace

import pytest
from orcid_sync.domain.catalogue import Header, Privacy
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Lane, PauseReason
from orcid_sync.ports.catalogue import UserCatalogue
from orcid_sync.services.visit import READS_SETTLE_MS

from tests.builders import ORCID_ID, a_publication, a_relationship, a_user
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.ledger import FakeLedger
from tests.world import Stores, World, fake_stores

DAY_S = 86_400


class LateCatalogue(FakeCatalogue):
    """Eventually consistent readings show `old`, if there is one, and the index of users what it knew (`indexed`)."""

    old: FakeCatalogue | None = None
    indexed: frozenset[str] | None = None

    def users_of(self, publication_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        found = super().users_of(publication_ids)
        return {p: users if self.indexed is None or p in self.indexed else () for p, users in found.items()}

    def user_catalogue(self, user_id: str, *, consistent: bool) -> UserCatalogue:
        if self.old is None or consistent:
            return super().user_catalogue(user_id, consistent=consistent)
        return self.old.user_catalogue(user_id, consistent=False)

    def headers(self, publication_ids: Iterable[str], *, consistent: bool) -> dict[str, Header]:
        if self.old is None or consistent:
            return super().headers(publication_ids, consistent=consistent)
        return self.old.headers(publication_ids, consistent=False)


class LateLedger(FakeLedger):
    """As LateCatalogue."""

    old: FakeLedger | None = None

    def entries(self, orcid_id: str, *, consistent: bool) -> dict[str, LedgerEntry]:
        if self.old is None or consistent:
            return super().entries(orcid_id, consistent=consistent)
        return self.old.entries(orcid_id, consistent=False)


def late_stores(world: World) -> Stores:
    return replace(fake_stores(world), catalogue=LateCatalogue(), ledger=LateLedger())


@pytest.fixture
def world() -> World:
    """Three works on the record, and a week has passed: the systematic check is due."""
    world = World(late_stores)
    world.connect()
    world.publish(3)
    world.settle()
    world.calls()
    world.clock.advance(8 * DAY_S)
    return world


def remember(world: World) -> None:
    """From now on eventually consistent readings show what is there at this moment."""
    world.catalogue.old = world.ledger.old = None
    world.catalogue.old, world.ledger.old = deepcopy(world.catalogue), deepcopy(world.ledger)


def check(world: World) -> str:
    """The systematic check, by the schedule."""
    world.schedule.tick()
    (report,) = world.deliver()
    return report.ended


def store_unnoticed(world: World, relationship: object) -> None:
    """What the RIS says is stored, and the stream is late."""
    world.catalogue.put_relationship(relationship)


def test_r31_a_work_hidden_before_the_check_is_not_sent_because_an_old_answer_shows_it(world):
    new = a_publication("p4", doi="10.5555/p4")
    world.catalogue.put_publication(new, digest_publication(new))
    store_unnoticed(world, a_relationship("p4"))
    remember(world)
    store_unnoticed(world, a_relationship("p4", version=2, hidden=True))
    assert check(world) == "done"
    assert world.calls() == []
    assert "p4" not in world.on_record()


def test_r31_what_an_old_answer_shows_to_be_missing_is_not_taken_off(world):
    store_unnoticed(world, a_relationship("p3", version=2, hidden=True))
    remember(world)
    store_unnoticed(world, a_relationship("p3", version=3))
    assert check(world) == "done"
    assert world.calls() == []
    assert set(world.on_record()) == {"p1", "p2", "p3"}


def test_r36_a_check_that_finds_nothing_reads_eventually_consistent_alone(world):
    remember(world)
    seen = len(world.catalogue.old.header_reads)
    world.catalogue.header_reads.clear()
    assert check(world) == "done"
    assert world.catalogue.header_reads == []
    assert len(world.catalogue.old.header_reads) == seen + 1


def test_r59_a_link_is_not_left_to_itself_because_an_old_answer_shows_a_user_who_had_left(world):
    world.catalogue.put_user(a_user(version=2, is_current=False, orcid_ids=world.catalogue.users["u1"].orcid_ids))
    remember(world)
    world.catalogue.put_user(a_user(version=3, orcid_ids=world.catalogue.users["u1"].orcid_ids))
    assert check(world) == "done"
    assert world.writers.get(ORCID_ID).due_ms is not None


def test_r14_a_link_is_not_left_to_itself_because_an_old_answer_shows_an_id_unclaimed(world):
    claimed = world.catalogue.users["u1"].orcid_ids
    world.catalogue.put_user(a_user(version=2, orcid_ids=()))
    remember(world)
    world.catalogue.put_user(a_user(version=3, orcid_ids=claimed))
    assert check(world) == "done"
    assert world.writers.get(ORCID_ID).due_ms is not None


def test_r60_a_message_that_comes_twice_does_not_forget_what_the_first_visit_left_for_tomorrow(world):
    remember(world)
    world.feed(a_publication("p2", doi="10.5555/p2", version=2, publication_status="accepted"))
    assert check(world) == "done"
    due_ms = world.writers.get(ORCID_ID).due_ms
    assert due_ms - world.clock.now_ms() <= DAY_S * 1000
    assert world.visit().ended == "done"
    assert world.writers.get(ORCID_ID).due_ms == due_ms


def test_a_minute_after_a_visit_its_ledger_is_taken_for_readable_everywhere(world):
    world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
    world.deliver()
    remember(world)
    world.catalogue.header_reads.clear()
    world.visit()
    assert len(world.catalogue.header_reads) == 1
    world.clock.advance(READS_SETTLE_MS / 1000)
    world.visit()
    assert len(world.catalogue.header_reads) == 1


def test_r39_a_record_is_compared_with_a_strong_reading_of_the_ledger_alone(world):
    """An old answer would show a work that was removed since, and have it taken for one that its owner deleted."""
    remember(world)
    world.feed(a_relationship("p3", version=2, hidden=True))
    world.settle()
    world.clock.advance(8 * DAY_S)
    state = world.writers.get(ORCID_ID)
    world.writers.items[ORCID_ID] = replace(state, pause=PauseReason.LOCKED)
    world.calls()
    assert check(world) == "done"
    assert world.calls() == ["read"]
    world.feed(a_relationship("p3", version=3))
    world.settle()
    assert "p3" in world.on_record()


@pytest.mark.parametrize("meanwhile", ["nothing", "Run sync"])
def test_r31_what_is_made_private_before_the_index_shows_its_user_is_off_the_record_in_a_minute(world, meanwhile):
    """The change wakes nobody; that there was something new has the link looked at again when the index has settled."""
    world.catalogue.indexed = frozenset({"p1", "p2", "p3"})
    world.publish(1, start=4)
    assert check(world) == "done"
    if meanwhile == "Run sync":
        world.clock.advance(1)
        world.wake.link("u1", ORCID_ID, lane=Lane.HIGH)
        world.deliver()
    assert "p4" in world.on_record()
    private = replace(a_publication("p4", doi="10.5555/p4", version=2), privacy=Privacy.PRIVATE)
    world.feed(private)
    assert world.deliver() == [], "the index told of the user"
    world.clock.advance(60)
    assert check(world) == "done"
    assert "p4" not in world.on_record()
    assert world.writers.get(ORCID_ID).due_ms > world.clock.now_ms() + 4 * DAY_S * 1000


def test_r53_a_look_after_the_index_has_settled_is_not_followed_by_another(world):
    world.publish(1, start=4)
    world.clock.advance(60)
    assert check(world) == "done"
    assert world.writers.get(ORCID_ID).due_ms > world.clock.now_ms() + 4 * DAY_S * 1000
