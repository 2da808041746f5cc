"""Visits one ORCID record: takes the lease, lets the visit do its rounds, and reports (DESIGN 2, 3)."""

from __future__ import annotations

from dataclasses import dataclass

from orcid_sync.domain.links import Lane
from orcid_sync.services.run_visit import run_visit
from orcid_sync.services.visit import Visit, VisitReport, VisitStores

# Nothing of an invocation runs past its time-out; the lease outlives it by this much for clocks that differ (DESIGN
# 3.1).
LEASE_MARGIN_MS = 30_000


@dataclass(frozen=True, slots=True)
class SyncRecord:
    """One instance serves many visits."""

    stores: VisitStores

    def visit(self, orcid_id: str, *, lane: Lane, deadline_ms: int, visit_id: str) -> VisitReport:
        """Bring one record to the wanted state as far as time allows; what is left over makes the link due again.

        `deadline_ms`: when the invocation ends. A message that meets a living lease does nothing: its holder sees the
        wake.
        """
        stores = self.stores
        now_ms = stores.clock.now_ms()
        until_ms = deadline_ms + LEASE_MARGIN_MS
        leased = stores.writers.lease(orcid_id, lease_id=visit_id, now_ms=now_ms, until_ms=until_ms)
        if leased is None:
            return self._met_lease(orcid_id, now_ms)
        state, unclean = leased
        stores.telemetry.log("visit_began", orcid_id=orcid_id, lane=lane.value, unclean=int(unclean))
        report = run_visit(Visit(stores, state, unclean=unclean, lane=lane, deadline_ms=deadline_ms))
        stores.telemetry.log(
            "visit_ended", orcid_id=orcid_id, lane=lane.value, ended=report.ended, calls=report.calls, **report.counts
        )
        for what, number in report.counts.items():
            stores.telemetry.count("Works" + what.title().replace("_", ""), number)
        return report

    def _met_lease(self, orcid_id: str, now_ms: int) -> VisitReport:
        """Somebody else is writing: should they die, the link is due when their lease ends."""
        state = self.stores.writers.get(orcid_id)
        if state is None:
            return VisitReport(orcid_id, "unknown")
        self.stores.writers.postpone(orcid_id, due_ms=max(now_ms, state.lease_until_ms) + 1000)
        return VisitReport(orcid_id, "met_lease")
