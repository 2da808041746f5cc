"""Works of ours that ORCID will not show as one with the same work from another source, and what would join them.

ORCID groups by identifiers alone (ORCID_API 6); the researcher sees the work twice. Told, never acted upon: titles are
good enough for a hint, not for a decision.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orcid_sync.domain.outcomes import ForeignWork, OwnWork, RecordReading
from orcid_sync.domain.work_identifiers import of_a_work

# "Editorial" and "Introduction" are titles of many works.
SHORTEST_TITLE = 20
# Published online in December, in print in January.
YEARS_APART = 1
# What joins most surely comes first.
_PREFERRED = ("doi", "pmid", "pmc", "arxiv", "isbn")


@dataclass(frozen=True, slots=True)
class Ungrouped:
    """What would join a work of ours with another source's: the identifier (`type:value`), and who lacks it.

    `lacking_here`: our work lacks the other's identifier; else the other has none at all and lacks ours.
    """

    key: str
    lacking_here: bool

    def warning(self) -> str:
        """For the researcher."""
        kind, _, value = self.key.partition(":")
        twice = "ORCID shows this work twice: another source's copy has the same title, but no identifier in common."
        if self.lacking_here:
            return f"{twice} Adding its {kind.upper()} {value} here would join them."
        return f"{twice} Adding the {kind.upper()} {value} to that copy at ORCID would join them."


def ungrouped(reading: RecordReading) -> dict[int, Ungrouped]:
    """By put-code the works of ours that stand alone although another source's group holds the same work."""
    with_ours = {work.group for work in reading.own_works}
    with_others = {work.group for work in reading.foreign_works}
    by_title: defaultdict[str, list[ForeignWork]] = defaultdict(list)
    for work in reading.foreign_works:
        if work.group not in with_ours:
            by_title[comparable(work.title)].append(work)
    found = {}
    for own in reading.own_works:
        title = comparable(own.title)
        if own.group in with_others or len(title) < SHORTEST_TITLE:
            continue
        hint = _hint(own, [work for work in by_title.get(title, ()) if _about_the_same_year(own, work)])
        if hint is not None:
            found[own.put_code] = hint
    return found


def comparable(title: str) -> str:
    """The title's letters and digits alone, in one case."""
    return "".join(char for char in unicodedata.normalize("NFKC", title).casefold() if char.isalnum())


def by_publication(found: Mapping[int, Ungrouped], put_codes: Mapping[int, str]) -> dict[str, Ungrouped]:
    """By publication, of the put-codes that are known; `put_codes` gives the publication of each."""
    return {put_codes[code]: hint for code, hint in found.items() if code in put_codes}


def _about_the_same_year(own: OwnWork, other: ForeignWork) -> bool:
    return own.year is not None and other.year is not None and abs(own.year - other.year) <= YEARS_APART


def _hint(own: OwnWork, others: Iterable[ForeignWork]) -> Ungrouped | None:
    """One with an identifier of a type that both have is another version of the work: nothing is missing."""
    here = _by_type(own.self_ids)
    for other in others:
        there = _by_type(other.self_ids)
        if here.keys() & there.keys():
            continue
        if there:
            return Ungrouped(_best(there), lacking_here=True)
        if here:
            return Ungrouped(_best(here), lacking_here=False)
    return None


def _by_type(self_ids: Iterable[str]) -> dict[str, str]:
    return {key.partition(":")[0]: key for key in reversed(of_a_work(self_ids))}


def _best(keys: Mapping[str, str]) -> str:
    known = [name for name in _PREFERRED if name in keys]
    return keys[known[0]] if known else keys[min(keys)]
