"""What rehearsals need from the world: where they stand, their files, and the queue of their parts (R57)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from orcid_sync.domain.rehearsal import Division, LinkKey, Rehearsal, Result, Trial
from orcid_sync.domain.rehearsal_rows import Row


class Rehearsals(Protocol):
    """How far each rehearsal is. One that has expired is not there any more.

    Whatever changes one that is not there answers None, and makes none.
    """

    def put(self, rehearsal: Rehearsal) -> None:
        """Store a new one."""
        ...

    def get(self, rehearsal_id: str) -> Rehearsal | None:
        """Strongly consistent."""
        ...

    def since(self, from_ms: int) -> list[Rehearsal]:
        """Those requested at this time or later, the newest first; strongly consistent."""
        ...

    def divide(self, rehearsal_id: str, division: Division) -> Rehearsal | None:
        """Store how the work is divided; the first to say so is believed. Returns what holds."""
        ...

    def note_done(self, rehearsal_id: str, part: int) -> Rehearsal | None:
        """The part is done, however often that is said, and lost no more. Returns the state after."""
        ...

    def note_lost(self, rehearsal_id: str, part: int) -> Rehearsal | None:
        """The part failed for good, unless it is done already. Returns the state after."""
        ...

    def finish(self, seen: Rehearsal, result: Result) -> None:
        """Store the result that was made of `seen`; nothing happens when another part is done by now."""
        ...


class RehearsalFiles(Protocol):
    """Files of rehearsals; they expire by themselves."""

    def put_trial(self, rehearsal_id: str, trial: Trial) -> None: ...

    def trial(self, rehearsal_id: str) -> Trial: ...

    def put_links(self, rehearsal_id: str, links: Sequence[LinkKey]) -> str:
        """Store all links of the rehearsal under a name of their own; returns it."""
        ...

    def links(self, rehearsal_id: str, name: str) -> list[LinkKey]: ...

    def put_part(self, rehearsal_id: str, part: int, rows: Sequence[Row]) -> None: ...

    def parts(self, rehearsal_id: str, parts: Iterable[int]) -> list[Row]:
        """The rows of these parts, in the order asked for."""
        ...

    def put_csv(self, rehearsal_id: str, name: str, text: str) -> None: ...

    def csv_url(self, rehearsal_id: str, name: str, *, seconds: int) -> str:
        """An address that gives the CSV to anybody who knows it, for so long."""
        ...


class RehearsalQueue(Protocol):
    """Messages to the function `rehearse`, in any order, perhaps more than once."""

    def send_begin(self, rehearsal_id: str) -> None: ...

    def send_parts(self, rehearsal_id: str, parts: Sequence[Sequence[LinkKey]]) -> None:
        """One message for each part, by its place in `parts`."""
        ...
