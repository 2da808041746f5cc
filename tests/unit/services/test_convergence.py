"""Whatever happens in whatever order, once it is over every record is as it should be (R10, R15, R20, R31-R39, R56).

A hypothesis machine plays the RIS, the users, ORCID's faults and killed writers. HYPOTHESIS_PROFILE=soak plays long.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.actor import Actor
from orcid_sync.domain.catalogue import ClaimStatus, Identifier, Privacy, Publication, Relationship
from orcid_sync.domain.errors import OrcidSyncError
from orcid_sync.domain.links import Lane
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.settings import DeletedAtOrcid, Mode
from orcid_sync.services.settings import SettingsChange

from tests.builders import a_publication, a_user
from tests.unit.services.turbulence import IDS, Turbulence

SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
SIZES: dict[str, Any] = (
    {"max_examples": int(os.environ.get("HYPOTHESIS_EXAMPLES", "3000")), "stateful_step_count": 60}
    if SOAK
    else {"max_examples": 200, "stateful_step_count": 45, "derandomize": True}
)

users = st.sampled_from(sorted(IDS))
publication_ids = st.sampled_from([f"p{n}" for n in range(1, 9)])
# Few of them, so that publications become twins, chains of twins, and strangers again.
self_ids = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=2, unique=True).map(sorted)
minutes = st.sampled_from([0, 0, 1, 8])
mostly = st.sampled_from([True, True, True, False])
seldom = st.sampled_from([False, False, False, True])
privacies = st.sampled_from([None, Privacy.PUBLIC, Privacy.INTERNAL, Privacy.PRIVATE])
publication_changes = st.one_of(
    st.fixed_dictionaries({"title": st.sampled_from(["One", "Two", "Three", ""])}),
    st.fixed_dictionaries({"self_ids": self_ids}),
    st.fixed_dictionaries({"status": st.sampled_from(["Published", "Accepted"])}),
    st.fixed_dictionaries({"privacy": privacies}),
    st.fixed_dictionaries({"type": st.sampled_from(["journal-article", "dataset"])}),
)
relationship_changes = st.one_of(
    st.fixed_dictionaries({"status": st.sampled_from(ClaimStatus)}),
    st.fixed_dictionaries({"hidden": st.booleans()}),
    st.fixed_dictionaries({"favourite": st.booleans()}),
    st.fixed_dictionaries({"privacy": privacies}),
    st.fixed_dictionaries({"deleted": st.booleans()}),
)
setting_changes = st.one_of(
    st.builds(SettingsChange, published_only=st.booleans()),
    st.builds(SettingsChange, include_private=st.booleans()),
    st.builds(SettingsChange, favourites_only=st.booleans()),
    st.builds(SettingsChange, mode=st.sampled_from([Mode.WRITE, Mode.WRITE, Mode.READ])),
)
institution_changes = st.one_of(
    st.fixed_dictionaries({"write_enabled": st.booleans()}),
    st.fixed_dictionaries({"deleted_at_orcid": st.sampled_from(DeletedAtOrcid)}),
)
faults = st.sampled_from(
    [
        Answer(Outcome.NO_ANSWER),
        Answer(Outcome.SERVER_ERROR, status=500),
        Answer(Outcome.SLOW_DOWN, status=503),
        Answer(Outcome.SLOW_DOWN, status=429, retry_after_seconds=90),
        Answer(Outcome.UNAUTHORISED, status=401, code="invalid_token"),
        Answer(Outcome.UNKNOWN, status=418),
    ]
)
RECORD_STATES = [None, Outcome.LOCKED, Outcome.DEACTIVATED, Outcome.UNCLAIMED, Outcome.DEPRECATED]


class Convergence(RuleBasedStateMachine):
    """Everything that may happen to two links; `version` grows with every item that the RIS sends."""

    def __init__(self) -> None:
        super().__init__()
        self.turbulence = Turbulence()
        self.page, self.world = self.turbulence.page, self.turbulence.world
        self.version = 1

    @initialize()
    def two_users_write(self) -> None:
        self.world.feed(a_user("u2", name="Ivan Petrov", orcid_ids=self._ids("u2")))
        for user_id, orcid_id in IDS.items():
            self.page.writing(Actor(user_id), orcid_id)
            for publication_id in ("p1", "p2", "p3", "p4"):
                self._relate(user_id, publication_id, {})
        for publication_id in ("p1", "p2", "p3", "p4"):
            self._publish(publication_id, {"self_ids": [f"only-{publication_id}"]})
        self.turbulence.minutes(2)

    # The RIS

    @rule(publication_id=publication_ids, changes=publication_changes, then=minutes)
    def ris_changes_a_publication(self, publication_id: str, changes: dict[str, Any], then: int) -> None:
        self._publish(publication_id, changes)
        self.turbulence.minutes(then)

    @rule(one=publication_ids, other=publication_ids, ids=self_ids)
    def ris_makes_twins(self, one: str, other: str, ids: list[str]) -> None:
        self._publish(one, {"self_ids": ids})
        self._publish(other, {"self_ids": ids})

    @rule(one=publication_ids, other=publication_ids)
    def ris_swaps_the_identifiers_of_two(self, one: str, other: str) -> None:
        before = {p: self._self_ids(p) for p in (one, other)}
        self._publish(one, {"self_ids": before[other]})
        self._publish(other, {"self_ids": before[one]})

    @rule(publication_id=publication_ids, into=publication_ids, merged=st.booleans(), then=minutes)
    def ris_deletes_or_merges(self, publication_id: str, into: str, merged: bool, then: int) -> None:
        target = into if merged and into != publication_id else None
        self._feed_publication(Publication(publication_id, self._next(), "", deleted=True, merged_into=target))
        self.turbulence.minutes(then)

    @rule(user_id=users, publication_id=publication_ids, changes=relationship_changes, then=minutes)
    def ris_changes_a_relationship(self, user_id: str, publication_id: str, changes: dict[str, Any], then: int) -> None:
        self._relate(user_id, publication_id, changes)
        self.turbulence.minutes(then)

    @rule(user_id=users, current=mostly, listed=mostly, then=minutes)
    def a_user_leaves_or_returns(self, user_id: str, current: bool, listed: bool, then: int) -> None:
        self._feed_user(user_id, current=current, listed=listed)
        self.turbulence.minutes(then)

    # The user's and the administrator's wishes

    @rule(user_id=users, change=setting_changes, then=minutes)
    def a_user_changes_settings(self, user_id: str, change: SettingsChange, then: int) -> None:
        self._try(lambda: self.page.settings.change(Actor(user_id), user_id, IDS[user_id], change))
        self.turbulence.minutes(then)

    @rule(user_id=users, publication_id=publication_ids, wish=st.sampled_from(["exclude", "include", "resend"]))
    def a_user_leaves_out_or_sends_again(self, user_id: str, publication_id: str, wish: str) -> None:
        act = getattr(self.page.single_works, wish)
        self._try(lambda: act(Actor(user_id), user_id, IDS[user_id], publication_id))

    @rule(user_id=users)
    def a_user_runs_a_sync(self, user_id: str) -> None:
        self._try(lambda: self.page.run_sync.run(Actor(user_id), user_id, IDS[user_id]))

    @rule(user_id=users, sure=seldom)
    def a_user_removes_everything(self, user_id: str, sure: bool) -> None:
        if sure:
            self._try(lambda: self.page.remove_works.begin(Actor(user_id), user_id, IDS[user_id]))

    @rule(user_id=users, remove=st.booleans(), sure=seldom)
    def a_user_disconnects(self, user_id: str, remove: bool, sure: bool) -> None:
        act = self.page.disconnect.disconnect
        if sure:
            self._try(lambda: act(Actor(user_id), user_id, IDS[user_id], remove=remove, unclaim=False))

    @rule(changes=institution_changes)
    def an_administrator_changes_the_configuration(self, changes: dict[str, Any]) -> None:
        self.turbulence.institution(**changes)

    @rule(mapping=st.sampled_from([None, {"dataset": "newest-type"}, {"dataset": "report"}]))
    def an_administrator_changes_the_mapping(self, mapping: dict[str, str] | None) -> None:
        self.world.institution.mapping = mapping
        self.turbulence.institution()

    # The owner at ORCID, and others there

    @rule(user_id=users, which=st.integers(0, 7))
    def the_owner_deletes_a_work_of_ours(self, user_id: str, which: int) -> None:
        put_codes = sorted(self.world.registry.ours(IDS[user_id]))
        if put_codes:
            put_code = put_codes[which % len(put_codes)]
            self.world.registry.owner_deletes(IDS[user_id], put_code)
            self.turbulence.deleted_by_owner.add(put_code)

    @rule(user_id=users, noticed=minutes)
    def the_owner_revokes_and_connects_again(self, user_id: str, noticed: int) -> None:
        self.world.registry.owner_revokes(IDS[user_id])
        self.turbulence.minutes(noticed)
        self._reconnect(user_id)

    @rule(user_id=users, sure=seldom)
    def the_owner_revokes(self, user_id: str, sure: bool) -> None:
        if sure:
            self.world.registry.owner_revokes(IDS[user_id])

    @rule(user_id=users)
    def the_owner_connects_and_writes(self, user_id: str) -> None:
        self._reconnect(user_id)
        self._write(user_id)

    @rule(user_id=users)
    def another_source_adds_the_same_works(self, user_id: str) -> None:
        works = list(self.world.registry.ours(IDS[user_id]).values())
        put_codes = self.world.registry.put_from("APP-SOMEBODYELSE0001", IDS[user_id], *works)
        self.turbulence.foreign.update(zip(put_codes, works, strict=True))

    # Faults

    @rule(
        answer=faults,
        operation=st.sampled_from([None, *Operation]),
        times=st.sampled_from([1, 1, 2, 4]),
        skip=st.integers(0, 3),
        takes_effect=st.booleans(),
        then=minutes,
    )
    def the_registry_fails(
        self, answer: Answer, operation: Operation | None, times: int, skip: int, takes_effect: bool, then: int
    ) -> None:
        lost = takes_effect and answer.outcome in (Outcome.NO_ANSWER, Outcome.SERVER_ERROR)
        self.world.registry.plan(answer, operation=operation, times=times, skip=skip, takes_effect=lost)
        self.turbulence.minutes(then)

    @rule(user_id=users, state=st.sampled_from(RECORD_STATES), then=minutes)
    def a_record_is_locked_or_back(self, user_id: str, state: Outcome | None, then: int) -> None:
        self.world.registry.set_state(IDS[user_id], state)
        self.turbulence.minutes(then)

    @rule(capacity=st.sampled_from([0, 3, 10_000]))
    def records_are_full_or_not(self, capacity: int) -> None:
        self.world.registry.capacity = capacity

    @rule(seconds=st.sampled_from([0.0, 2.0, 60.0]))
    def the_registry_is_slow(self, seconds: float) -> None:
        self.turbulence.seconds_per_call = seconds

    @rule(steps=st.integers(0, 60), redelivered=st.booleans(), then=st.sampled_from([0, 1, 8]))
    def a_writer_is_killed(self, steps: int, redelivered: bool, then: int) -> None:
        self.turbulence.fate.steps_left = steps
        self.turbulence.redelivers = redelivered
        self.turbulence.tick()
        self.turbulence.deliver()
        self.turbulence.minutes(then)

    @rule(user_id=users, publication_id=publication_ids, steps=st.integers(10, 50), regretted=st.booleans())
    def a_writer_is_killed_at_a_work_that_comes_or_goes(
        self, user_id: str, publication_id: str, steps: int, regretted: bool
    ) -> None:
        relationship = self.world.catalogue.relationships.get((user_id, publication_id))
        hidden = relationship is not None and not relationship.hidden
        self._relate(user_id, publication_id, {"hidden": hidden})
        self.turbulence.fate.steps_left = steps
        self.turbulence.tick()
        self.turbulence.deliver()
        if regretted:
            self._relate(user_id, publication_id, {"hidden": not hidden})

    @rule(lane=st.sampled_from(Lane), doubled=st.booleans())
    def messages_are_lost_or_doubled(self, lane: Lane, doubled: bool) -> None:
        waiting = self.world.queues.waiting[lane]
        self.world.queues.waiting[lane] = [*waiting, *waiting] if doubled else []

    @rule(user_id=users, kept=st.sets(publication_ids), then=minutes)
    def a_ledger_is_restored_from_a_backup(self, user_id: str, kept: set[str], then: int) -> None:
        rows = self.world.ledger.rows[IDS[user_id]]
        for publication_id in set(rows) - kept:
            del rows[publication_id]
        self.world.wake.link(user_id, IDS[user_id], lane=Lane.NORMAL, reconcile=True)
        self.turbulence.minutes(then)

    @rule(
        user_id=users,
        publication_id=publication_ids,
        change=st.one_of(relationship_changes, setting_changes, publication_changes),
    )
    def something_changes_during_the_next_call(self, user_id: str, publication_id: str, change: Any) -> None:
        def happens() -> None:
            if isinstance(change, SettingsChange):
                self._try(lambda: self.page.settings.change(Actor(user_id), user_id, IDS[user_id], change))
            elif set(change) & {"hidden", "favourite", "deleted"} or isinstance(change.get("status"), ClaimStatus):
                self._relate(user_id, publication_id, change)
            else:
                self._publish(publication_id, change)

        self.turbulence.meanwhile = happens

    # Time

    @rule(then=st.sampled_from([1, 3, 8]))
    def minutes_pass(self, then: int) -> None:
        self.turbulence.minutes(then)

    @rule()
    def messages_arrive(self) -> None:
        self.turbulence.deliver()

    @rule(days=st.sampled_from([0.05, 0.3, 1.0, 2.0]))
    def days_pass(self, days: float) -> None:
        self.turbulence.days(days)

    # What must hold

    @invariant()
    def records_hold_no_work_twice_and_foreign_ones_untouched(self) -> None:
        self.turbulence.check_records()

    @invariant()
    def counts_add_up(self) -> None:
        self.turbulence.check_counts()

    def teardown(self) -> None:
        self.turbulence.calm()
        self.turbulence.days(5)
        self.turbulence.check_settled()
        for user_id in IDS:
            self._feed_user(user_id, current=True, listed=True)
            self._reconnect(user_id)
            self._write(user_id)
        self.turbulence.days(5)
        assert self.turbulence.living() == sorted(IDS)
        self.turbulence.check_settled()
        for user_id, orcid_id in IDS.items():
            self.world.wake.link(user_id, orcid_id, lane=Lane.NORMAL, reconcile=True)
        self.turbulence.days(3)
        self.turbulence.deleted_by_owner.clear()
        self.turbulence.check_settled()
        self.turbulence.check_records()
        self.turbulence.check_counts()
        self.turbulence.check_rest()

    # Small things

    def _next(self) -> int:
        self.version += 1
        return self.version

    def _ids(self, user_id: str) -> tuple[Any, ...]:
        known = a_user().orcid_ids[0]
        return (replace(known, orcid_id=IDS[user_id]),)

    def _feed_user(self, user_id: str, *, current: bool, listed: bool) -> None:
        before = self.world.catalogue.user(user_id)
        ids = self._ids(user_id) if listed else ()
        self.world.feed(replace(before, version=self._next(), is_current=current, orcid_ids=ids))

    def _relate(self, user_id: str, publication_id: str, changes: dict[str, Any]) -> None:
        key = (user_id, publication_id)
        before = self.world.catalogue.relationships.get(
            key, Relationship(user_id, publication_id, 0, ClaimStatus.CLAIMED)
        )
        self.world.feed(replace(before, version=self._next(), **changes))

    def _publish(self, publication_id: str, changes: dict[str, Any]) -> None:
        """Feed the publication with one thing changed; one that was deleted comes back."""
        before = self.turbulence.publications.get(publication_id)
        if before is None or not before.records:
            before = a_publication(publication_id, title=f"On {publication_id}")
        (record,) = before.records
        metadata = record.metadata
        if "title" in changes:
            metadata = replace(metadata, title=changes["title"])
        if "self_ids" in changes:
            identifiers = tuple(Identifier("doi", f"10.5555/{name}") for name in changes["self_ids"])
            metadata = replace(metadata, identifiers=identifiers)
        if "status" in changes:
            metadata = replace(metadata, publication_status=changes["status"])
        outer = {name: changes[name] for name in ("privacy", "type") if name in changes}
        records = (replace(record, metadata=metadata),)
        self._feed_publication(replace(before, version=self._next(), records=records, **outer))

    def _self_ids(self, publication_id: str) -> list[str]:
        known = self.turbulence.publications.get(publication_id)
        found = known.records[0].metadata.identifiers if known is not None and known.records else ()
        return [item.value.removeprefix("10.5555/") for item in found]

    def _feed_publication(self, publication: Publication) -> None:
        self.turbulence.publications[publication.publication_id] = publication
        self.world.feed(publication)

    def _reconnect(self, user_id: str) -> None:
        self._try(lambda: self.page.granted(actor=Actor(user_id), orcid_id=IDS[user_id]))

    def _write(self, user_id: str) -> None:
        change = SettingsChange(mode=Mode.WRITE)
        self._try(lambda: self.page.settings.change(Actor(user_id), user_id, IDS[user_id], change))

    def _try(self, act: Callable[[], object]) -> None:
        """What the product refuses is no harm done."""
        try:
            act()
        except OrcidSyncError:
            return


TestConvergence = Convergence.TestCase
TestConvergence.settings = settings(
    deadline=None,
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    **SIZES,
)
