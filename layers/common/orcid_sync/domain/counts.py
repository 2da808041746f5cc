"""Counts the publications of a link by decision and state; the list behind them is the same positions (R21)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orcid_sync.domain.decide import Reason
from orcid_sync.domain.diff import Position, State


@dataclass(frozen=True, slots=True)
class Counts:
    """What the settings page shows. Always: `claimed = eligible + sum(left_out) - left_out[NOT_CLAIMED]` and
    `eligible = sent + waiting_add + waiting_update + failed`.

    `left_out` has every reason, also those that count nothing.
    """

    claimed: int
    eligible: int
    sent: int
    waiting_add: int
    waiting_update: int
    waiting_remove: int
    failed: int
    on_orcid: int
    left_out: dict[Reason, int]


def count(positions: Iterable[Position]) -> Counts:
    """Count the positions of one look."""
    states = dict.fromkeys(State, 0)
    left_out = dict.fromkeys(Reason, 0)
    claimed = eligible = on_orcid = 0
    for position in positions:
        states[position.state] += 1
        on_orcid += position.entry is not None and position.entry.on_orcid
        if position.decision.reason is None:
            eligible += 1
        else:
            left_out[position.decision.reason] += 1
        claimed += position.decision.reason is not Reason.NOT_CLAIMED
    return Counts(
        claimed=claimed,
        eligible=eligible,
        sent=states[State.SENT],
        waiting_add=states[State.WAITING_ADD],
        waiting_update=states[State.WAITING_UPDATE],
        waiting_remove=states[State.WAITING_REMOVE],
        failed=states[State.FAILED],
        on_orcid=on_orcid,
        left_out=left_out,
    )
