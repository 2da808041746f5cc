"""Who caused a removal and when it may go: at once, after the grace period (R60), or only with an
administrator's word (R55).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orcid_sync.domain.decide import Decision, Reason
from orcid_sync.domain.ledger import Cause, Hold, LedgerEntry, PendingRemoval
from orcid_sync.domain.links import GuardWindow

HOUR_MS = 3_600_000
GUARD_WINDOW_MS = 24 * HOUR_MS
# R60: what may come back by itself. Everything else goes at once.
_MAY_COME_BACK = frozenset({Reason.NOT_PUBLISHED, Reason.NOT_VERIFIED, Reason.INVALID})


@dataclass(frozen=True, slots=True)
class EarlierDecisions:
    """What today's catalogue would give under the rules last applied: tells a setting's removals from the catalogue's.

    `before_user`: the link's earlier settings, everything else as now. `before_all`: the institution's earlier ones
    as well.
    """

    before_user: Mapping[str, Decision]
    before_all: Mapping[str, Decision]


def _sent_under(decisions: Mapping[str, Decision], publication_id: str) -> bool:
    decision = decisions.get(publication_id)
    return decision is not None and decision.send


def cause_of(decision: Decision, earlier: EarlierDecisions | None) -> Cause:
    """Who made a work that is on ORCID leave the set."""
    if decision.reason is Reason.EXCLUDED:
        return Cause.USER
    if earlier is not None:
        if _sent_under(earlier.before_user, decision.publication_id):
            return Cause.USER
        if _sent_under(earlier.before_all, decision.publication_id):
            return Cause.INSTITUTION
    return Cause.CATALOGUE


def _waits(decision: Decision, cause: Cause) -> bool:
    """R60: a removal that the catalogue caused and that may come back by itself waits for the grace period."""
    return cause is Cause.CATALOGUE and (decision.reason in _MAY_COME_BACK or decision.gone)


def pending_removal(
    decision: Decision, entry: LedgerEntry, earlier: EarlierDecisions | None, *, now_ms: int, grace_hours: int
) -> PendingRemoval:
    """Return the removal that is due for a work on ORCID whose publication is left out; an earlier one keeps its
    times, unless there is nothing to wait for any more.
    """
    reason = decision.reason.value if decision.reason is not None else ""
    before = entry.removal
    if before is not None and before.reason == reason:
        return before if _waits(decision, before.cause) else replace(before, due_ms=min(before.due_ms, now_ms))
    cause = cause_of(decision, earlier)
    since = before.since_ms if before is not None else now_ms
    if not _waits(decision, cause):
        due = now_ms
    elif before is not None:
        due = before.due_ms
    else:
        due = now_ms + grace_hours * HOUR_MS
    hold = before.hold if before is not None and before.hold is Hold.APPROVED else Hold.NONE
    return PendingRemoval(reason=reason, cause=cause, since_ms=since, due_ms=due, hold=hold)


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the guard lets through: removals by publication id with their hold, and the window to remember."""

    removals: Mapping[str, PendingRemoval]
    window: GuardWindow


def _counts(removal: PendingRemoval) -> bool:
    """Whether the guard looks at this removal: not the user's own doing here, not answered by an administrator."""
    return removal.cause is not Cause.USER and removal.hold not in (Hold.APPROVED, Hold.REFUSED)


def guard(
    removals: Mapping[str, PendingRemoval],
    window: GuardWindow | None,
    *,
    on_orcid: int,
    now_ms: int,
    share: float,
    minimum: int,
) -> Guarded:
    """R55: hold removals that together with those of the last 24 hours take away more than `share` of the works
    and at least `minimum`.

    `removals` are all pending ones; only those due now count. `on_orcid` is the number of works of ours on the record.
    """
    if window is None or now_ms - window.since_ms >= GUARD_WINDOW_MS:
        window = GuardWindow(since_ms=now_ms, base=on_orcid, removed=0)
    # Works added since the window began count too, else a record that was empty would be guarded for ever.
    base = max(window.base, on_orcid)
    window = replace(window, base=base)
    due = {p: r for p, r in removals.items() if r.due_ms <= now_ms and _counts(r)}
    total = window.removed + len(due)
    if total < minimum or total <= share * base:
        return Guarded(removals, window)
    held = {p: replace(r, hold=Hold.HELD) for p, r in due.items()}
    return Guarded({**removals, **held}, window)


def may_go(removal: PendingRemoval, now_ms: int) -> bool:
    """Whether a pending removal is to be carried out now."""
    return removal.due_ms <= now_ms and removal.hold not in (Hold.HELD, Hold.REFUSED)
