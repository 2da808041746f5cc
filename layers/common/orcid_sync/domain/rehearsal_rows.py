"""The CSV of a rehearsal: a row for each user and iD, counted from the same plan that a sync carries out (R57)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orcid_sync.domain.counts import Counts, count
from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import Operation, Plan, Position, State
from orcid_sync.domain.ledger import Hold
from orcid_sync.domain.link_state import Link, LinkState, standing
from orcid_sync.domain.links import Claim, PauseReason, WriterState
from orcid_sync.domain.settings import Mode
from orcid_sync.domain.spreadsheet_text import written

TEXT_COLUMNS = ("user_id", "name", "orcid_id", "mode")
# What a sync would do to the link as it is.
SENT_COLUMNS = ("add", "update", "remove")
REASON_COLUMNS = tuple(reason.value for reason in Reason)
STATE_COLUMNS = ("claimed", "eligible", "on_orcid", "failed", "remove_later", "remove_held")
# What it would do if the mode were `write` and nothing paused the link.
IF_WRITE_COLUMNS = ("add_if_write", "update_if_write", "remove_if_write")
NUMBER_COLUMNS = (*SENT_COLUMNS, *REASON_COLUMNS, *STATE_COLUMNS, *IF_WRITE_COLUMNS)
COLUMNS = (*TEXT_COLUMNS, *NUMBER_COLUMNS, "paused")

Row = tuple[str | int, ...]

USER_UNKNOWN = "user_unknown"
# Something of the plan goes all the same: the next visit tries, or the guard lets other works through.
_GOES_ON = frozenset({PauseReason.REGISTRY_UNAVAILABLE, PauseReason.HELD, PauseReason.FULL})


def row_of(link: Link, writer: WriterState | None, plan: Plan, *, now_ms: int) -> Row:
    """The row of a link. `writer` is the iD's writer item if the user owns it (R22). Writing counts as on (R57).

    Outside `write`, decisions are those that `write` would give and nothing moves (R21).
    """
    positions = plan.positions.values()
    counted = count(positions)
    planned = dict.fromkeys(Operation, 0)
    for position in positions:
        if position.operation is not None:
            planned[position.operation] += 1
    stands = standing(link, writer, write_enabled=True, held=False, now_ms=now_ms)
    if_write = (planned[Operation.ADD], planned[Operation.UPDATE], planned[Operation.REMOVE])
    sent = _sent(link, stands.state, stands.reason, if_write, counted)
    numbers = {
        **dict(zip(SENT_COLUMNS, sent, strict=True)),
        **{reason.value: number for reason, number in counted.left_out.items()},
        **_state_numbers(positions, counted),
        **dict(zip(IF_WRITE_COLUMNS, if_write, strict=True)),
    }
    return _row(link.claim, link.user.name, numbers, stands.standstill)


def unknown_row(claim: Claim) -> Row:
    """The row of a link whose user the catalogue does not know (any more)."""
    return _row(claim, "", dict.fromkeys(NUMBER_COLUMNS, 0), USER_UNKNOWN)


def totals_of(rows: Iterable[Row]) -> dict[str, int]:
    """Sums of all columns that count, and how many links and users there are."""
    begin = len(TEXT_COLUMNS)
    sums = [0] * len(NUMBER_COLUMNS)
    users: set[str | int] = set()
    links = 0
    for row in rows:
        links += 1
        users.add(row[0])
        for place, value in enumerate(row[begin : begin + len(sums)]):
            sums[place] += int(value)
    return {"users": len(users), "links": links, **dict(zip(NUMBER_COLUMNS, sums, strict=True))}


def csv_of(rows: Iterable[Row]) -> str:
    """The rows under their header; no cell is a formula to a spreadsheet, and none breaks a line."""
    return written([COLUMNS, *([_text(cell) for cell in row] for row in rows)])


def _sent(
    link: Link, state: LinkState, reason: str | None, planned: tuple[int, int, int], counted: Counts
) -> tuple[int, int, int]:
    """What a sync does to the link now: add, update, remove."""
    if state is LinkState.REMOVING:
        return (0, 0, counted.on_orcid)  # R23: everything goes
    stopped = state is LinkState.PAUSED and reason not in _GOES_ON
    if link.claim.mode is not Mode.WRITE or stopped:
        return (0, 0, 0)
    add, update, remove = planned
    return (0 if reason == PauseReason.FULL else add, update, remove)


def _state_numbers(positions: Iterable[Position], counted: Counts) -> Mapping[str, int]:
    """Where the works stand; of removals those that wait (R60) and those that the guard holds (R55)."""
    waiting = [p for p in positions if p.state is State.WAITING_REMOVE and p.operation is None]
    held = sum(1 for p in waiting if p.removal is not None and p.removal.hold is Hold.HELD)
    return {
        "claimed": counted.claimed,
        "eligible": counted.eligible,
        "on_orcid": counted.on_orcid,
        "failed": counted.failed,
        "remove_later": sum(1 for p in waiting if p.due_ms is not None),
        "remove_held": held,
    }


def _row(claim: Claim, name: str, numbers: Mapping[str, int], paused: str | None) -> Row:
    texts = (claim.user_id, name, claim.orcid_id, claim.mode.value)
    return (*texts, *(numbers[column] for column in NUMBER_COLUMNS), paused or "")


def _text(cell: str | int) -> str:
    """Spaces, tabs and line ends before a formula would hide it from whoever looks at the first character alone."""
    return " ".join(cell.split()) if isinstance(cell, str) else str(cell)
