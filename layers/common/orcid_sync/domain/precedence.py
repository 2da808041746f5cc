"""Which of a publication's records is sent, and the status that it has by them (R12, R17, R26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orcid_sync.domain.catalogue import RecordDigest, RecordKey
from orcid_sync.domain.digests import MANUAL_SOURCE
from orcid_sync.domain.settings import InstitutionRules

VERIFIED_MANUAL_STEP = "verified-manual"


def _is_verified_manual(record: RecordDigest) -> bool:
    return record.key.source == MANUAL_SOURCE and record.verified


def _rank(record: RecordDigest, steps: Mapping[str, int]) -> int:
    """The record's place in the precedence order (R26); `verified-manual` may be a step of its own."""
    last = len(steps)
    rank = steps.get(record.key.source, last)
    if _is_verified_manual(record):
        rank = min(rank, steps.get(VERIFIED_MANUAL_STEP, last))
    return rank


def choose_record(
    records: tuple[RecordDigest, ...], preferred: RecordKey | None, rules: InstitutionRules
) -> RecordDigest | None:
    """The record that is sent (R26): the user's preferred one if it exists, else the first of the highest precedence.

    With *only verified* (R12) just verified manual records are looked at; None when there is none.
    """
    usable = tuple(filter(_is_verified_manual, records)) if rules.only_verified else records
    if preferred is not None:
        for record in usable:
            if record.key == preferred:
                return record
    if rules.only_verified:
        return usable[0] if usable else None
    steps = {source: place for place, source in reversed(list(enumerate(rules.source_precedence)))}
    return min(usable, key=lambda record: _rank(record, steps), default=None)


def publication_status(records: tuple[RecordDigest, ...], chosen: RecordDigest | None, rules: InstitutionRules) -> str:
    """R17: the status of the record sent, else of the highest-precedence record that states one, else empty."""
    if chosen is not None and chosen.status:
        return chosen.status
    stating = tuple(record for record in records if record.status)
    highest = choose_record(stating, None, replace(rules, only_verified=False))
    return highest.status if highest is not None else ""
