"""What stands on a record that this product did not write: works of others, those that are one taken together (R42)."""

from __future__ import annotations

from dataclasses import dataclass

from orcid_sync.domain.offers import MOST_IDS
from orcid_sync.domain.outcomes import RecordReading
from orcid_sync.domain.work_identifiers import of_a_work


@dataclass(frozen=True, slots=True)
class FoundWork:
    """A work of the owner's, by all identifiers under which others put it on the record."""

    ids: tuple[str, ...]


def found_works(reading: RecordReading) -> tuple[FoundWork, ...]:
    """The works of others with an identifier, in the order of the record.

    What the registry groups with a work of ours, or shares an identifier with one, is that work: it came from the
    institution and is not fed back.
    """
    grouped = {work.group for work in reading.own_works}
    ours = {key for work in reading.own_works for key in work.self_ids}
    together: dict[str, dict[str, None]] = {}
    for work in reading.foreign_works:
        ids = dict.fromkeys(of_a_work(work.self_ids))
        if not ids or work.group in grouped:
            continue
        _unite(together, ids)
    sets = {id(found): found for found in together.values()}
    return tuple(FoundWork(tuple(found)[:MOST_IDS]) for found in sets.values() if ours.isdisjoint(found))


def _unite(together: dict[str, dict[str, None]], ids: dict[str, None]) -> None:
    """Join the identifiers with all sets that share one of them."""
    joined: dict[str, None] = {}
    for key in ids:
        joined |= together.get(key, {})
    joined |= ids
    for key in joined:
        together[key] = joined
