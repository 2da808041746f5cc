"""What the product does about each outcome of a call: what a visit leaves behind, and what the next one begins with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.outcomes import Outcome

READ, ADD, ADD_BULK = Operation.READ, Operation.ADD, Operation.ADD_BULK
UPDATE, REMOVE = Operation.UPDATE, Operation.REMOVE

MINUTE, HOUR, DAY = 60, 3600, 86_400
SYSTEMATIC = (5 * DAY, 7 * DAY)
NEVER: tuple[int, int] = (-1, -1)

_WAITING = {
    READ: "waiting_add",
    ADD: "waiting_add",
    ADD_BULK: "waiting_add",
    UPDATE: "waiting_update",
    REMOVE: "waiting_remove",
}


@dataclass(frozen=True, slots=True)
class Reaction:
    """Of one visit whose calls of an operation all had one outcome, with one publication to care for.

    `calls` made; `due` after so many seconds (from, to); `state` and reason of the link; `work`: the publication's
    state and whether the registry's words stand in the list; `history`: the outcomes noted; `then`: the calls of the
    next visit, all being well again.
    """

    ended: str
    calls: tuple[Operation, ...]
    due: tuple[int, int]
    state: tuple[str, str | None]
    work: tuple[str, bool]
    history: tuple[str, ...]
    alerts: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    then: tuple[Operation, ...] = ()
    connection: str = "write"
    last_error: bool = False


_REVOKED = {Outcome.UNAUTHORISED: "revoked", Outcome.WRONG_RECORD: "revoked", Outcome.SCOPE_MISSING: "read"}
_RECORD = (Outcome.DEPRECATED, Outcome.LOCKED, Outcome.DEACTIVATED, Outcome.UNCLAIMED)
_TROUBLE = (Outcome.SERVER_ERROR, Outcome.NO_ANSWER)


def reaction(operation: Operation, outcome: Outcome) -> Reaction:
    """Raises KeyError for an outcome that this operation cannot have."""
    noted = () if operation is READ else (outcome.value,)
    waiting = (_WAITING[operation], False)
    # After anything that is not an answer about the work, the record is read before it is written to.
    afresh = (READ, ADD_BULK if operation is READ else operation)
    stopped = Reaction("paused", (operation,), NEVER, ("paused", "revoked"), waiting, noted, last_error=True)
    if outcome in _REVOKED:
        calls = (operation,) * (2 if outcome is Outcome.UNAUTHORISED else 1)  # R25: confirmed once
        told = replace(stopped, calls=calls, connection=_REVOKED[outcome], alerts=("link_paused",))
        # 9017 is a fault of ours, not a word of the user's; reconnecting mends it all the same.
        return replace(told, events=("Link Paused" if outcome is Outcome.WRONG_RECORD else "Link Revoked",))
    if outcome in _RECORD:
        daily = replace(stopped, due=(DAY, DAY), state=("paused", outcome.value), then=afresh)
        return replace(daily, alerts=("link_paused",), events=("Link Paused",))
    if outcome is Outcome.SLOW_DOWN:
        pause = replace(stopped, ended="registry_paused", due=(1, 2 * MINUTE), state=("idle", None), then=afresh)
        return replace(pause, alerts=("registry_slow_down",), last_error=False)
    trouble = replace(stopped, ended="record_trouble", due=(MINUTE, MINUTE), then=afresh)
    trouble = replace(trouble, state=("paused", "registry_unavailable"), alerts=("registry_trouble",))
    if outcome in _TROUBLE:
        return trouble
    if operation is READ:
        alerts = {Outcome.UNKNOWN: ("unknown_answer",), Outcome.TOO_LARGE: ()}[outcome]
        return replace(trouble, alerts=alerts)
    return _about_the_work(operation, outcome)


def _about_the_work(operation: Operation, outcome: Outcome) -> Reaction:
    """The visit goes on; the work has its own fate."""
    shown = ("waiting_remove" if operation is REMOVE else "failed", True)
    idle = ("idle", None)
    failed = Reaction("done", (operation,), (HOUR, HOUR), idle, shown, (outcome.value,), events=("Work Failed",))
    failed = replace(failed, then=(operation,))
    done = replace(failed, due=SYSTEMATIC, events=(), then=())
    match outcome, operation:
        case Outcome.UNKNOWN, _:
            return replace(failed, alerts=("unknown_answer",))
        case Outcome.TOO_LARGE, Operation.REMOVE:
            return failed
        case ((Outcome.REFUSED | Outcome.TOO_LARGE), _):
            return replace(failed, due=SYSTEMATIC, then=())  # R38: until its content changes
        case Outcome.DUPLICATE, Operation.ADD:  # a work nobody knows of is looked for on the record first
            return replace(failed, calls=(ADD, READ, ADD), history=("duplicate", "duplicate"))
        case Outcome.DUPLICATE, Operation.UPDATE:
            return failed
        case Outcome.FULL, (Operation.ADD | Operation.ADD_BULK):
            full = replace(done, due=(DAY, DAY), state=("paused", "full"), work=("waiting_add", False), last_error=True)
            return replace(full, alerts=("record_full",), events=("Link Paused",), then=(READ, operation))
        case Outcome.GONE, Operation.UPDATE:
            return replace(done, work=("left_out", False))
        case Outcome.NOT_OURS, Operation.UPDATE:  # the put-code is forgotten, and the work added in the same visit
            added = replace(done, calls=(UPDATE, ADD_BULK), work=("sent", False), events=("Work Added",))
            return replace(added, history=("created", "not_ours"))
        case ((Outcome.GONE | Outcome.NOT_OURS), Operation.REMOVE):
            return replace(done, work=("left_out", False), events=("Work Removed",))
    raise KeyError((operation, outcome))


def unsure(operation: Operation) -> Reaction:
    """Status 200 and a body that tells nothing: an add may have been stored, so the record is asked, twice."""
    plain = reaction(operation, Outcome.UNKNOWN)
    if operation not in (ADD, ADD_BULK):
        return plain
    calls, noted = (operation, READ, operation), ("unknown", "unknown")
    return replace(plain, calls=calls, history=noted, alerts=("unknown_answer",) * 2, then=(READ, operation))
