"""A world in which writers are killed, messages get lost and the registry fails; and what must be true of it then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.catalogue import ClaimStatus, Privacy, Publication
from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import Position, State
from orcid_sync.domain.links import Lane
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.domain.work import Work
from orcid_sync.domain.work_builder import OwnEntry, build_work
from orcid_sync.services.plan_record import Look
from orcid_sync.services.schedule import Schedule
from orcid_sync.services.sync_record import SyncRecord
from orcid_sync.services.wake import Wake

from tests.builders import ORCID_ID, OTHER_ORCID_ID
from tests.fakes.registry import Call
from tests.unit.services.page import Page

IDS = {"u1": ORCID_ID, "u2": OTHER_ORCID_ID}
OWNERS = {orcid_id: user_id for user_id, orcid_id in IDS.items()}
HOUR_S, DAY_S = 3600, 86_400
INVOCATION_MS = 300_000
_WRITES = frozenset({Operation.ADD, Operation.ADD_BULK, Operation.UPDATE})


class KilledError(BaseException):
    """The invocation is killed from outside: nothing is caught, nothing is released."""


class Fate:
    """When to die: before or after the effect of one of the next calls of a port."""

    def __init__(self) -> None:
        self.steps_left: int | None = None

    def step(self) -> None:
        if self.steps_left is not None:
            self.steps_left -= 1
            if self.steps_left < 0:
                self.steps_left = None
                raise KilledError


class Mortal:
    """A port whose user may be killed before or after each call."""

    def __init__(self, port: Any, fate: Fate) -> None:
        self._port, self._fate = port, fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fate.step()
            result = found(*args, **kwargs)
            self._fate.step()
            return result

        return call


class Turbulence:
    """`page` with its world; the schedule and the writers are mortal, what people do is not."""

    def __init__(self) -> None:
        self.page = Page()
        self.world = world = self.page.world
        self.fate, self.publications = Fate(), dict[str, Publication]()
        self.deleted_by_owner: set[int] = set()
        self.foreign: dict[int, Work] = {}
        self.meanwhile: Callable[[], None] | None = None
        self.seconds_per_call, self.changed, self.redelivers = 0.0, False, True
        self.allowed_at_start: dict[str, frozenset[str]] = {}
        stores = world.sync.stores
        ports = ("catalogue", "claims", "writers", "ledger", "institution", "gate", "queues", "registry", "vault")
        mortal: dict[str, Any] = {name: Mortal(getattr(stores, name), self.fate) for name in ports}
        finish = Mortal(self.page.disconnect, self.fate).finish
        world.sync = SyncRecord(replace(stores, **mortal, finish_disconnect=finish))
        wake = Wake(mortal["writers"], mortal["queues"], world.clock)
        world.schedule = Schedule(
            mortal["writers"], mortal["queues"], world.institution, world.gate, wake, world.clock, world.telemetry
        )
        world.registry.before_call = self._arrives

    # What goes on

    def deliver(self) -> None:
        """Hand every waiting message to a writer; that of a killed one comes again or is lost."""
        for lane in (Lane.HIGH, Lane.NORMAL):
            while (message := self.world.queues.receive(lane)) is not None:
                self.allowed_at_start = {user_id: self.allowed(user_id) for user_id in IDS}
                self.changed = False
                try:
                    self.world.visit(message[0], lane)
                except KilledError:
                    if self.redelivers:
                        self.world.queues.waiting[lane].append(message)

    def minutes(self, count: int) -> None:
        """Let the schedule tick and the writers work for some minutes."""
        for _ in range(count):
            self.tick()
            self.deliver()
            self.world.clock.advance(60)

    def tick(self) -> None:
        try:
            self.world.schedule.tick()
        except KilledError:
            return

    def days(self, count: float) -> None:
        """Let days pass, from one due time to the next."""
        end_ms = self.world.clock.now_ms() + round(count * DAY_S * 1000)
        self.minutes(2)
        while self.world.clock.now_ms() < end_ms:
            due = [state.due_ms for state in self.world.writers.items.values() if state.due_ms is not None]
            next_ms = min([end_ms, *(max(due_ms, self.world.gate.paused_until()) for due_ms in due)])
            self.world.clock.advance(max(60, (next_ms - self.world.clock.now_ms()) / 1000))
            self.minutes(1)

    def calm(self) -> None:
        """No more faults: the institution is on, the records answer, nobody is killed."""
        self.fate.steps_left, self.meanwhile, self.seconds_per_call = None, None, 0.0
        self.world.registry.faults.clear()
        self.world.registry.capacity = 10_000
        for orcid_id in OWNERS:
            self.world.registry.set_state(orcid_id, None)
        self.institution(write_enabled=True)

    def institution(self, **changes: Any) -> None:
        """An administrator changes the configuration; every link is woken where that says what is sent."""
        current = self.world.institution.current
        self.world.institution.current = stored = replace(current, **changes, rev=current.rev + 1)
        self.world.gate.allow_writing(stored.write_enabled, config_rev=stored.rev)
        for user_id, orcid_id in IDS.items():
            self.world.wake.link(user_id, orcid_id, lane=Lane.NORMAL)

    # What is seen at every call

    def _arrives(self, call: Call) -> None:
        if self.meanwhile is not None:
            change, self.meanwhile = self.meanwhile, None
            change()
            self.changed = True
        self._check_call(call, changed=self.changed)
        self.world.clock.advance(self.seconds_per_call)

    def _check_call(self, call: Call, *, changed: bool) -> None:
        """What changed while the visit went on may reach it with its next look only."""
        user_id = OWNERS[call.orcid_id]
        claim = self.world.claims.get(user_id, call.orcid_id)
        assert claim is not None
        assert changed or self.world.institution.current.write_enabled, "R10: called while writing is off"
        if call.operation not in _WRITES:
            return
        allowed = self.allowed(user_id) | (self.allowed_at_start[user_id] if changed else frozenset())
        for work in call.works:
            assert own_id(work) in allowed, f"{own_id(work)} is sent although it is left out"
        assert claim.mode is Mode.WRITE or changed, "R15: sent outside write"

    def allowed(self, user_id: str) -> frozenset[str]:
        """What may be sent for a user, told from rules R17-R19 anew; duplicates and deletions left out of account."""
        user = self.world.catalogue.user(user_id)
        claim = self.world.claims.get(user_id, IDS[user_id])
        if claim is None or not user.is_active or not (user.orcid_ids or claim.claimed_here_ms):
            return frozenset()
        return frozenset(
            p
            for p, publication in self.publications.items()
            if p not in claim.excluded and self._qualifies(user_id, publication)
        )

    def _qualifies(self, user_id: str, publication: Publication) -> bool:
        relationship = self.world.catalogue.relationships.get((user_id, publication.publication_id))
        claim = self.world.claims.get(user_id, IDS[user_id])
        assert claim is not None
        if relationship is None or relationship.deleted or relationship.status is not ClaimStatus.CLAIMED:
            return False
        if relationship.hidden or publication.deleted or not publication.records:
            return False
        chosen = claim.settings
        metadata = publication.records[0].metadata
        private = {relationship.privacy, publication.privacy} & {Privacy.PRIVATE, Privacy.INTERNAL}
        unpublished = publication.type == "journal-article" and metadata.publication_status != "Published"
        return bool(metadata.title) and not (
            (private and not chosen.include_private)
            or (unpublished and chosen.published_only)
            or (chosen.favourites_only and not relationship.favourite)
        )

    # What must be true at every moment

    def check_records(self) -> None:
        for orcid_id in OWNERS:
            ours = [own_id(work) for work in self.world.registry.ours(orcid_id).values()]
            assert len(ours) == len(set(ours)), f"a publication stands twice on the record: {sorted(ours)}"
        for put_code, work in self.foreign.items():
            there = [r.works[put_code] for r in self.world.registry.records.values() if put_code in r.works]
            assert [stored.work for stored in there] == [work], "a work of another source was touched"

    def check_counts(self) -> None:
        """The equations of the settings page (API.md, R21)."""
        for user_id, orcid_id in IDS.items():
            counts = self.page.show.show(self.page.find.one(user_id, orcid_id)).counts
            left_out = sum(counts.left_out.values()) - counts.left_out[Reason.NOT_CLAIMED]
            assert counts.claimed == counts.eligible + left_out
            assert counts.eligible == counts.sent + counts.waiting_add + counts.waiting_update + counts.failed

    # What must come of it

    def look(self, user_id: str) -> Look:
        link = self.page.find.one(user_id, IDS[user_id])
        return self.page.show.look(link)

    def living(self) -> list[str]:
        """The users for whom something may be sent."""
        found: list[str] = []
        for user_id, orcid_id in IDS.items():
            user, claim = self.world.catalogue.user(user_id), self.world.claims.get(user_id, orcid_id)
            assert claim is not None
            ready = claim.mode is Mode.WRITE and claim.connection is Connection.WRITE
            if ready and user.is_active and (user.orcid_ids or claim.claimed_here_ms):
                found.append(user_id)
        return found

    def check_settled(self) -> None:
        """Nobody is writing, nothing is left over; ledger and record agree for what may be written."""
        for orcid_id, state in self.world.writers.items.items():
            assert state.lease_id is None, "still leased"
            assert state.reconcile or self.world.ledger.intent(orcid_id) is None, "an intent is left"
        for user_id in self.living():
            self._check_record(user_id)

    def check_rest(self) -> None:
        """A further day costs no call and hardly a visit (R36)."""
        visits = self.world.visits
        self.world.calls()
        self.days(1)
        assert self.world.calls() == [], "nothing is left to do, and the registry is called"
        assert self.world.visits - visits <= 2 * len(IDS), "a record is visited again and again"

    def _check_record(self, user_id: str) -> None:
        orcid_id, found = IDS[user_id], self.look(user_id)
        record = {own_id(work): (code, work) for code, work in self.world.registry.ours(orcid_id).items()}
        there = {p: e.put_code for p, e in found.entries.items() if e.put_code not in {None, *self.deleted_by_owner}}
        assert there == {p: code for p, (code, _) in record.items()}, "ledger and record disagree"
        allowed = self.allowed(user_id)
        for publication_id, position in found.positions.items():
            if position.state is State.FAILED:
                assert position.decision.work_type == "newest-type", f"{publication_id}: {position}"
            elif position.decision.send and position.put_code not in self.deleted_by_owner:
                assert position.state is State.SENT, f"{publication_id}: {position}"
                assert record[publication_id][1] == self._built(position, found.own), f"{publication_id} is out of date"
            elif not position.decision.send:
                assert position.state is State.LEFT_OUT or position.put_code in self.deleted_by_owner, f"{position}"
        decided = {p for p, position in found.positions.items() if position.decision.send}
        assert decided <= allowed, "sent although it is left out"
        for publication_id in allowed - decided:
            reason = found.positions[publication_id].decision.reason
            assert reason in (Reason.DUPLICATE, Reason.DELETED_AT_ORCID), f"{publication_id} is missing: {reason}"

    def _built(self, position: Position, own: OwnEntry) -> Work:
        publication = self.publications[position.decision.publication_id]
        built = build_work(
            publication.records[0].metadata,
            publication_id=publication.publication_id,
            publication_type=publication.type,
            work_type=position.decision.work_type,
            own=own,
        )
        assert not isinstance(built, tuple) and hasattr(built, "work")
        return built.work


def own_id(work: Work) -> str:
    """The publication that a work of ours is of."""
    (found,) = [item.value for item in work.external_ids if item.type == "source-work-id"]
    return found
