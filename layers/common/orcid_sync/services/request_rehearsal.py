"""Begins a rehearsal and says how far it is; the work itself is done in parts by `rehearse` (R57)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orcid_sync.domain.errors import ConflictError, NotFoundError, TooLargeError
from orcid_sync.domain.rehearsal import (
    KEPT_MS,
    OVERDUE_MS,
    Rehearsal,
    RehearsalState,
    Result,
    Trial,
    parts_of,
    users_of,
)
from orcid_sync.domain.type_mapping import known_types
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.rehearsals import RehearsalFiles, RehearsalQueue, Rehearsals
from orcid_sync.services.administer import changed
from orcid_sync.services.on_demand import LinkPlan, OnDemand, WantedLinks
from orcid_sync.services.type_mapping import checked_mapping, report_on

MOST_RUNNING = 3
CSV_URL_SECONDS = 3600
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """What to try: changes of the configuration, a type mapping as CSV; for whom (everybody unless named)."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    mapping_csv: bytes | None = None
    links: WantedLinks = field(default_factory=lambda: WantedLinks(everybody=True))


@dataclass(frozen=True, slots=True)
class Progress:
    """A rehearsal as it is now. `csv_url` may be used by whoever knows it, for an hour."""

    rehearsal: Rehearsal
    state: RehearsalState
    reason: str | None
    missing_users: tuple[str, ...]
    csv_url: str | None


@dataclass(frozen=True, slots=True)
class RequestRehearsal:
    """Checks what is to be tried as the calls that would put it in force do, and starts working it out."""

    rehearsals: Rehearsals
    files: RehearsalFiles
    queue: RehearsalQueue
    institution: Institution
    catalogue: Catalogue
    audit: AuditTrail
    clock: Clock
    new_id: Callable[[], str]

    def begin(self, by: str, wish: Wish) -> Rehearsal:
        """Start one. Raises what `Administer.change` and `AdministerTypeMapping.upload` raise, NotFoundError for users
        that the catalogue does not know, and ConflictError while too many others run.
        """
        trial, tried = self._trial(wish)
        now_ms = self.clock.now_ms()
        self._check_room(now_ms)
        # Ids sort by time, so the newest are found without an index.
        rehearsal = Rehearsal(f"{now_ms:013d}-{self.new_id()}", now_ms, by, tried)
        self.files.put_trial(rehearsal.rehearsal_id, trial)
        self.rehearsals.put(rehearsal)
        self._send(rehearsal)
        self.audit.record(
            at_ms=now_ms,
            by=by,
            action="rehearsal_requested",
            user_id=None,
            orcid_id=None,
            before=None,
            after={"rehearsal_id": rehearsal.rehearsal_id, **tried},
        )
        return rehearsal

    def progress(self, rehearsal_id: str) -> Progress:
        """How far it is. Raises NotFoundError, also when it has expired."""
        rehearsal = self.rehearsals.get(rehearsal_id)
        if rehearsal is None:
            raise NotFoundError("There is no such rehearsal (any more): they are kept for seven days.")
        now_ms = self.clock.now_ms()
        state, result = rehearsal.state(now_ms), rehearsal.result
        missing = result.missing_users if result is not None else ()
        if result is None and state is RehearsalState.FAILED and rehearsal.division is not None:
            links = self.files.links(rehearsal_id, rehearsal.division.links_file)
            missing = users_of(parts_of(links), without=rehearsal.done)
        return Progress(rehearsal, state, rehearsal.reason(now_ms), missing, self._csv_url(rehearsal))

    def recent(self) -> list[Progress]:
        """Those that are kept, the newest first; whom an unfinished one lacks is only told of it alone."""
        now_ms = self.clock.now_ms()
        return [
            Progress(
                rehearsal,
                rehearsal.state(now_ms),
                rehearsal.reason(now_ms),
                rehearsal.result.missing_users if rehearsal.result is not None else (),
                self._csv_url(rehearsal),
            )
            for rehearsal in self.rehearsals.since(now_ms - KEPT_MS)[:MOST_LISTED]
        ]

    def _csv_url(self, rehearsal: Rehearsal) -> str | None:
        if rehearsal.result is None or rehearsal.result.csv_file is None:
            return None
        return self.files.csv_url(rehearsal.rehearsal_id, rehearsal.result.csv_file, seconds=CSV_URL_SECONDS)

    def _send(self, rehearsal: Rehearsal) -> None:
        """One that nobody will work out takes no room."""
        try:
            self.queue.send_begin(rehearsal.rehearsal_id)
        except Exception:
            self.rehearsals.finish(rehearsal, Result(self.clock.now_ms(), {}, None, "It could not be begun."))
            raise

    def _trial(self, wish: Wish) -> tuple[Trial, dict[str, object]]:
        """What is tried, complete, and what of it was given, for people to read."""
        settings = changed(self.institution.settings(), wish.changes).settings
        mapping = self.institution.type_mapping()
        given: dict[str, object] = {"configuration": _plain(wish.changes)}
        if wish.mapping_csv is not None:
            reading = checked_mapping(wish.mapping_csv, known_types(self.catalogue.publication_types()))
            report = report_on(reading, mapping)
            mapping = reading.mapping
            given["type_mapping"] = {"rows": report.rows, "changes": len(report.changes)}
        links = wish.links
        if links.users:
            self._check_known(links.users)
        counted = {"users": len(links.users), "orcid_ids": len(links.orcid_ids), "all": links.everybody}
        return Trial(settings, mapping, frozenset(links.users), frozenset(links.orcid_ids)), {**given, **counted}

    def _check_known(self, users: tuple[str, ...]) -> None:
        known = self.catalogue.known_users(users)
        unknown = [user_id for user_id in dict.fromkeys(users) if user_id not in known]
        if unknown:
            names = ", ".join(unknown[:10])
            raise NotFoundError(f"The catalogue does not know {names}; the RIS has to send them first.")

    def _check_room(self, now_ms: int) -> None:
        """Each reads the whole catalogue, so a few at a time are enough."""
        begun = self.rehearsals.since(now_ms - OVERDUE_MS)
        running = [r.rehearsal_id for r in begun if r.state(now_ms) is RehearsalState.RUNNING]
        if len(running) >= MOST_RUNNING:
            raise ConflictError(
                f"{len(running)} rehearsals are running ({', '.join(running[:MOST_RUNNING])}); wait for one of them."
            )


@dataclass(frozen=True, slots=True)
class DryRun:
    """A dry run of a sync: plans at once for a few users, a rehearsal for more (R40)."""

    on_demand: OnDemand
    request: RequestRehearsal

    def run(self, by: str, wanted: WantedLinks) -> tuple[LinkPlan, ...] | Rehearsal:
        """The plans, or the rehearsal that works them out. Raises NotFoundError for unknown users."""
        try:
            return self.on_demand.plan(wanted)
        except TooLargeError:
            return self.request.begin(by, Wish(links=wanted))


def _plain(changes: Mapping[str, Any]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in changes.items()}
