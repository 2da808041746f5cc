"""Matches the works of ours on a record with publications: which to adopt, which its owner deleted (DESIGN 3.4, R11,
R37, R39).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from orcid_sync.domain.diff import Operation, Position
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Intent
from orcid_sync.domain.outcomes import OwnWork

# Clocks differ: a work stored at most this long before the intent was written is taken for the one that the intent
# sent.
CLOCK_TOLERANCE_MS = 120_000
# ORCID's API reads from a copy of the database that it writes to, and a copy can lag (ORCID/ORCID-Source, #3249). A
# work that is missing from a reading is taken for deleted only when it was sent longer than this before.
READING_LAG_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a reading of the record says about the ledger.

    `adopt`: (publication id, work of ours, fingerprint known from the intent or None); `gone`: publications whose
    work its owner deleted; `forget`: those whose removal was our own doing; `unmatched`: put-codes of ours that belong
    to no publication (left alone); `doubted`: publications whose work is missing, but was sent so lately that the
    reading may be older than it, or is there and an interrupted update may have changed it or not: only a write, which
    meets the database itself, can tell. `copies`: (publication id, put-code) of further works that bear the id of a
    publication whose work is there: two requests were at work at once, one of them long given up by us (ORCID_API 6.1).
    """

    adopt: tuple[tuple[str, OwnWork, str | None], ...]
    gone: tuple[str, ...]
    forget: tuple[str, ...]
    unmatched: tuple[int, ...]
    doubted: tuple[str, ...] = ()
    copies: tuple[tuple[str, int], ...] = ()


def match(
    own_works: Iterable[OwnWork],
    entries: Mapping[str, LedgerEntry],
    positions: Mapping[str, Position],
    related: Iterable[str],
    intent: Intent | None,
    *,
    read_ms: int,
) -> Adoption:
    """Match the works of ours on a record with publications: by our own source-work-id first, then by self
    identifiers, never by title.

    `related` are all publications that the user has any relationship with: a work of a rejected one is ours too.
    `read_ms`: when the reading began.
    """
    works = list(own_works)
    there = {work.put_code for work in works}
    known = {entry.put_code for entry in entries.values() if entry.put_code is not None}
    lost = {p for p, entry in entries.items() if entry.put_code is not None and entry.put_code not in there}
    lately = {p for p in lost if (entries[p].sent_ms or 0) > read_ms - READING_LAG_MS}
    # What was sent lately is not exchanged for another work that an old reading may show, though it is gone by now.
    settled = {p for p, entry in entries.items() if entry.put_code in there} | lately
    by_id = {p.lower(): p for p in (*related, *entries, *positions)}
    by_self_id = _by_self_id(positions)
    adopt: list[tuple[str, OwnWork, str | None]] = []
    copies: list[tuple[str, int]] = []
    unmatched: list[int] = []
    for work in works:
        moved = _moved(work, entries, by_id)
        if work.put_code in known and moved is None:
            continue
        found = moved or _publication_of(work, by_id, by_self_id, settled)
        if found is None and work.put_code not in known:
            twice = next((p for p in _named(work, by_id) if p in settled - lately), None)
            if twice is not None:
                copies.append((twice, work.put_code))
            else:
                unmatched.append(work.put_code)
        if found is None:
            continue
        settled.add(found)
        lost.discard(found)
        adopt.append((found, work, _fingerprint(work, found, intent)))
    removing = _removed_by(intent)
    lately &= lost
    # What is wanted is added again, which does no harm if it is there (409).
    again = {p for p in lately & removing if p in positions and positions[p].decision.send}
    doubted = lately - again
    lost -= doubted
    return Adoption(
        adopt=tuple(adopt),
        gone=tuple(sorted(lost - removing)),
        forget=tuple(sorted(lost & removing)),
        unmatched=tuple(unmatched),
        doubted=tuple(sorted(doubted | _half_updated(entries, there, intent))),
        copies=tuple(copies),
    )


def _by_self_id(positions: Mapping[str, Position]) -> dict[str, str]:
    """Publications by normalised self identifier, of several with one rather that which is sent."""
    by_self_id: dict[str, str] = {}
    for publication_id, position in positions.items():
        record = position.decision.record
        for self_id in record.self_ids if record is not None else ():
            if position.decision.send or self_id not in by_self_id:
                by_self_id[self_id] = publication_id
    return by_self_id


def _removed_by(intent: Intent | None) -> frozenset[str]:
    """The publications whose works an interrupted visit was removing."""
    if intent is None or intent.operation != Operation.REMOVE.value:
        return frozenset()
    return frozenset(intent.publication_ids)


def _half_updated(entries: Mapping[str, LedgerEntry], there: Collection[int], intent: Intent | None) -> frozenset[str]:
    """The publications whose works an interrupted visit was updating, those left out of which the ledger has heard.

    A summary does not tell what a work says. Should the RIS take a change back before it is sent anew, the ledger would
    find that nothing has to be sent, and the record keep what nobody wants any more (R37).
    """
    if intent is None or intent.operation != Operation.UPDATE.value:
        return frozenset()
    found: set[str] = set()
    for publication_id, fingerprint in zip(intent.publication_ids, intent.fingerprints, strict=False):
        entry = entries.get(publication_id)
        if entry is not None and entry.put_code in there and entry.fingerprint not in (None, fingerprint):
            found.add(publication_id)
    return frozenset(found)


def _named(work: OwnWork, by_id: Mapping[str, str]) -> list[str]:
    """The publications whose own ids a work bears."""
    return [by_id[i] for i in work.source_work_ids if i in by_id]


def _moved(work: OwnWork, entries: Mapping[str, LedgerEntry], by_id: Mapping[str, str]) -> str | None:
    """The publication to which a take-over moved a work before the ledger heard of it (R56); None when nothing
    moved.
    """
    holders = [p for p, entry in entries.items() if entry.put_code == work.put_code]
    named = _named(work, by_id)
    if not holders or not named or any(p in holders for p in named):
        return None
    target = named[0]
    entry = entries.get(target)
    return target if entry is None or entry.put_code is None else None


def _publication_of(
    work: OwnWork, by_id: Mapping[str, str], by_self_id: Mapping[str, str], settled: set[str]
) -> str | None:
    named = _named(work, by_id)
    shared = (by_self_id.get(self_id) for self_id in work.self_ids)
    return next((p for p in (*named, *shared) if p is not None and p not in settled), None)


def _fingerprint(work: OwnWork, publication_id: str, intent: Intent | None) -> str | None:
    """The fingerprint of what an interrupted visit sent, if this work is what it sent."""
    if intent is None or work.created_ms is None or work.created_ms < intent.at_ms - CLOCK_TOLERANCE_MS:
        return None
    fingerprints = dict(zip(intent.publication_ids, intent.fingerprints, strict=False))
    return fingerprints.get(publication_id) if intent.operation == Operation.ADD.value else None
