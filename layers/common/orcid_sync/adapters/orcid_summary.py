"""Reduces the summary of a record's works while it arrives: 10,000 works are 24 MB (DESIGN 3.7).

What is kept of a work is some 500 bytes; of others' works only for searching (R42).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from orcid_sync.adapters.json_cursor import JsonCursor, JsonCursorError
from orcid_sync.adapters.orcid_reply import as_object, whole_number
from orcid_sync.domain.identifiers import self_key
from orcid_sync.domain.outcomes import ForeignWork, OwnWork

# Nothing that is looked at by itself is near this: a work's summary has some 2 KB, the identifiers of the largest group
# that a record can hold some 5 MB.
_LONGEST_VALUE = 16 * 1024 * 1024
_LONGEST_TITLE = 300


class SummaryError(ValueError):
    """What was read is no summary of works, or not all of it. Quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Our works on the record, how many works there are from all sources together, and those of others if asked for."""

    own_works: tuple[OwnWork, ...]
    total_works: int
    foreign_works: tuple[ForeignWork, ...] = ()


def reduce_summary(chunks: Iterable[bytes], client_id: str, *, foreign: bool = False) -> Summary:
    """Return our works of a `GET /works` body (ORCID_API 4.4), with `foreign` those of others too.

    Anything but a complete summary raises SummaryError: a reading that is short of works would look as if the
    researcher had deleted them (R39).
    """
    own: list[OwnWork] = []
    others: list[ForeignWork] = []
    total = 0
    try:
        for group, summary in _work_summaries(JsonCursor(chunks, _LONGEST_VALUE)):
            total += 1
            put_code = whole_number(summary.get("put-code"))
            if put_code is None:
                raise SummaryError("a work has no put-code")
            if _is_ours(as_object(summary.get("source")), client_id):
                own.append(_own_work(put_code, group, summary))
            elif foreign:
                others.append(_foreign_work(put_code, group, summary))
    except JsonCursorError as exc:
        raise SummaryError(str(exc)) from None
    return Summary(tuple(own), total, tuple(others))


def _work_summaries(cursor: JsonCursor) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Each work with the number of its group."""
    groups_seen = False
    for name in cursor.members():
        if name != "group":
            cursor.value()
            continue
        groups_seen = True
        for number, _ in enumerate(cursor.elements()):
            for summary in _of_group(cursor):
                yield number, summary
    cursor.end()
    if not groups_seen:
        raise SummaryError("there is no list of groups")


def _of_group(cursor: JsonCursor) -> Iterator[Mapping[str, object]]:
    works_seen = False
    for name in cursor.members():
        if name != "work-summary":
            cursor.value()
            continue
        works_seen = True
        for _ in cursor.elements():
            yield as_object(cursor.value())
    if not works_seen:
        raise SummaryError("a group has no list of works")


def _is_ours(source: Mapping[str, object], client_id: str) -> bool:
    """Whether this client wrote it for itself: the assertion origin is part of the source (ORCID_API 6.2)."""
    if as_object(source.get("source-client-id")).get("path") != client_id:
        return False
    if source.get("assertion-origin-orcid") is not None:
        return False
    origin = source.get("assertion-origin-client-id")
    return origin is None or as_object(origin).get("path") == client_id


def _own_work(put_code: int, group: int, summary: Mapping[str, object]) -> OwnWork:
    own_ids = _self_ids(summary)
    work_type = summary.get("type")
    return OwnWork(
        put_code=put_code,
        source_work_ids=tuple(dict.fromkeys(value.lower() for kind, value in own_ids if kind == "source-work-id")),
        self_ids=_keys(own_ids),
        title=_title(summary),
        type=work_type if isinstance(work_type, str) else "",
        created_ms=whole_number(as_object(summary.get("created-date")).get("value")),
        group=group,
        year=_year(summary),
    )


def _foreign_work(put_code: int, group: int, summary: Mapping[str, object]) -> ForeignWork:
    return ForeignWork(put_code, _keys(_self_ids(summary)), _title(summary), group, _year(summary))


def _self_ids(summary: Mapping[str, object]) -> list[tuple[str, str]]:
    listed = as_object(summary.get("external-ids")).get("external-id")
    return [
        (kind, value)
        for external_id in map(as_object, listed if isinstance(listed, list) else ())
        if external_id.get("external-id-relationship") == "self"
        and isinstance(kind := external_id.get("external-id-type"), str)
        and isinstance(value := _best_value(external_id), str)
    ]


def _keys(own_ids: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(self_key(kind, value) for kind, value in own_ids if kind != "source-work-id"))


def _title(summary: Mapping[str, object]) -> str:
    title = as_object(as_object(as_object(summary.get("title")).get("title"))).get("value")
    return title[:_LONGEST_TITLE] if isinstance(title, str) else ""


def _year(summary: Mapping[str, object]) -> int | None:
    """The registry writes it as text."""
    value = as_object(as_object(summary.get("publication-date")).get("year")).get("value")
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) == 4 else None


def _best_value(external_id: Mapping[str, object]) -> object:
    """The registry's normalised value, which it compares itself (ORCID_API 6.1); the raw one where it has none."""
    normalised = as_object(external_id.get("external-id-normalized")).get("value")
    return normalised or external_id.get("external-id-value")
