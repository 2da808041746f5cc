"""How a record shows its works: versions of one work in a group, groups in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from local.registry.content import ExternalId, text_of
from local.registry.state import Key, StoredWork
from local.registry.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """Works that share an identifier; `identifiers` is the union of those they were grouped by."""

    works: tuple[StoredWork, ...]
    identifiers: tuple[tuple[ExternalId, str], ...]

    @property
    def modified_ms(self) -> int:
        return max(work.modified_ms for work in self.works)


def group_works(works: Iterable[StoredWork]) -> list[WorkGroup]:
    """Groups of the works given (those the caller may see), in the registry's order.

    Works belong together when they share a `self` or `version-of` identifier, transitively and whatever the source.
    """
    gathered: list[list[StoredWork]] = []
    place_of: dict[Key, int] = {}
    for work in works:
        keys = _grouping_keys(work)
        places = sorted({place_of[key] for key in keys if key in place_of})
        if not places:
            gathered.append([])
            places = [len(gathered) - 1]
        first = places[0]
        gathered[first].append(work)
        for other in places[1:]:
            for moved in gathered[other]:
                place_of.update(dict.fromkeys(_grouping_keys(moved), first))
            gathered[first].extend(gathered[other])
            gathered[other] = []
        place_of.update(dict.fromkeys(keys, first))
    groups = [_group(members) for members in gathered if members]
    # Three stable sorts: by type, then title, then date, the last of them newest first.
    groups.sort(key=lambda group: (_title(group.works[0]), _type_order(group.works[0])))
    groups.sort(key=lambda group: date_text(group.works[0]), reverse=True)
    return groups


def date_text(work: StoredWork) -> str:
    """The publication date as the text that groups are ordered by; missing parts are 0."""
    date = work.content.publication_date
    if date is None:
        return "0-0-0"
    return "-".join(text_of(part) or "0" for part in (date.year, date.month, date.day))


def _group(works: list[StoredWork]) -> WorkGroup:
    ordered = sorted(works, key=lambda work: (-work.display_index, work.created_ms, work.put_code))
    identifiers: dict[Key, tuple[ExternalId, str]] = {}
    for work in ordered:
        for (identifier, key), normalised in zip(work.keyed_identifiers(), work.normalised, strict=True):
            if _groups(identifier):
                identifiers.setdefault(key, (identifier, normalised))
    return WorkGroup(tuple(ordered), tuple(identifiers.values()))


def _grouping_keys(work: StoredWork) -> list[Key]:
    return [key for identifier, key in work.keyed_identifiers() if _groups(identifier)]


def _groups(identifier: ExternalId) -> bool:
    return identifier.relationship not in ("part-of", "funded-by") and bool(identifier.value)


def _title(work: StoredWork) -> str:
    title = work.content.title
    return (text_of(title.title) if title else None) or ""


def _type_order(work: StoredWork) -> int:
    types = vocabulary().work_types
    return types.index(work.content.type) if work.content.type in types else len(types)
