"""The operations on works: what is checked in which order, and what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from local.registry.access import Caller, is_source, reading_fault
from local.registry.comparison import is_unchanged, with_default_relationships
from local.registry.content import Attributes, Contributor, ContributorOrcid, WorkContent, Wrapped, text_of
from local.registry.duplicates import BulkTable, check_single
from local.registry.errors import RegistryError
from local.registry.rules import check_roles, check_rules
from local.registry.state import Record, RegistryState, Source, StoredWork, normalised_values
from local.registry.vocabulary import vocabulary

_BULK_READ_CODES = 100
_API_DISPLAY_INDEX = 1


class Works:
    """Works of all records. Every method is called with the state's lock held."""

    def __init__(self, state: RegistryState, *, works_per_record: int, bulk_items: int) -> None:
        self._state = state
        self._works_per_record = works_per_record
        self._bulk_items = bulk_items

    def create(self, record: Record, content: WorkContent, caller: Caller, now_ms: int) -> StoredWork:
        """Add one work. Raises RegistryError."""
        check_rules(content)
        if len(record.works) + 1 > self._works_per_record:
            raise RegistryError(9048)
        check_single(content, record.works.values(), caller.source)
        check_roles(content)
        return self._store(record, content, caller.source, now_ms)

    def create_bulk(
        self, record: Record, items: Sequence[WorkContent | dict[str, Any]], caller: Caller, now_ms: int
    ) -> list[StoredWork | RegistryError | dict[str, Any]]:
        """Add works one by one; each item's outcome stands in its place, and failures undo nothing.

        Raises:
            RegistryError: too many items, which refuses the whole request.
        """
        if not items:
            return []
        if len(record.works) + len(items) > self._works_per_record:
            raise RegistryError(9048)
        if len(items) > self._bulk_items:
            raise RegistryError(9006, f"a bulk holds up to {self._bulk_items} elements")
        table = BulkTable(record.works.values(), caller.source)
        return [
            self._create_item(record, item, caller, table, now_ms) if isinstance(item, WorkContent) else item
            for item in items
        ]

    def _create_item(
        self, record: Record, content: WorkContent, caller: Caller, table: BulkTable, now_ms: int
    ) -> StoredWork | RegistryError:
        try:
            check_rules(content)
            table.check(content)
            check_roles(content)
        except RegistryError as refusal:
            return refusal
        stored = self._store(record, content, caller.source, now_ms)
        table.add(stored)
        return stored

    def update(self, record: Record, put_code: int, content: WorkContent, caller: Caller, now_ms: int) -> StoredWork:
        """Replace a work; a PUT that the registry takes for a repetition is answered and ignored.

        Raises:
            RegistryError: among them 9014 (a repetition by another source) and 9010 (a change by another source).
        """
        if content.put_code != put_code:
            shown = "null" if content.put_code is None else content.put_code
            raise RegistryError(9019, path=put_code, body=shown)
        stored = self.work(record, put_code)
        content = with_default_relationships(content)
        if is_unchanged(stored.content, stored.visibility, content):
            if not is_source(caller, stored):
                raise RegistryError(9014)
            return stored
        check_rules(content, stored_visibility=stored.visibility)
        others = (work for work in record.works.values() if work.put_code != put_code)
        check_single(content, others, caller.source)
        if not is_source(caller, stored):
            raise RegistryError(9010, activity="work")
        check_roles(content)
        kept = as_stored(content)
        changed = replace(
            stored, content=kept, normalised=normalised_values(kept), modified_ms=max(now_ms, stored.modified_ms + 1)
        )
        self._state.put_work(changed)
        return changed

    def delete(self, record: Record, put_code: int, caller: Caller) -> None:
        """Remove a work of the caller. Raises RegistryError (9016, 9010)."""
        stored = self.work(record, put_code)
        if not is_source(caller, stored):
            raise RegistryError(9010, activity="work")
        self._state.remove_work(stored)

    def work(self, record: Record, put_code: int) -> StoredWork:
        """The work with this put-code on this record. Raises RegistryError (9016)."""
        stored = record.works.get(put_code)
        if stored is None:
            raise RegistryError(9016)
        return stored

    def add_from_elsewhere(
        self, record: Record, content: WorkContent, source: Source, now_ms: int, visibility: str | None = None
    ) -> StoredWork:
        """Add a work without any check, as the web interface or another client may have done."""
        return self._store(record, content, source, now_ms, visibility)

    def _store(
        self, record: Record, content: WorkContent, source: Source, now_ms: int, visibility: str | None = None
    ) -> StoredWork:
        if visibility is None:
            # On a claimed record the owner's default holds, whatever the body says.
            claimed = record.condition != "unclaimed"
            visibility = record.default_visibility if claimed else content.visibility or "private"
        kept = as_stored(content)
        stored = StoredWork(
            put_code=self._state.take_put_code(),
            orcid=record.orcid,
            content=kept,
            source=source,
            visibility=visibility,
            display_index=0 if source.orcid else _API_DISPLAY_INDEX,
            created_ms=now_ms,
            modified_ms=now_ms,
            normalised=normalised_values(kept),
        )
        self._state.put_work(stored)
        return stored


def visible_works(record: Record, caller: Caller) -> list[StoredWork]:
    """The works the caller may see, in the order of the store; the others are left out silently."""
    return [work for work in record.works.values() if reading_fault(caller, work) is None]


def bulk_read(record: Record, codes_text: str, caller: Caller) -> list[StoredWork | RegistryError]:
    """Works by put-code: those found in the order of the store, then an error for each that is not on the record.

    Raises:
        RegistryError: too many codes (9042), one that is not a number (9006), no right to read at all (9038).
    """
    written = codes_text.split(",")
    if len(written) > _BULK_READ_CODES:
        raise RegistryError(9042)
    if not all(code.isascii() and code.removeprefix("-").isdigit() for code in written):
        raise RegistryError(9006, "a put-code is not a number")
    if not caller.may("read-public"):
        raise RegistryError(9038)
    codes = [int(code) for code in written]
    found = [record.works[code] for code in sorted(set(codes)) if code in record.works]
    answers: list[StoredWork | RegistryError] = [
        work if reading_fault(caller, work) is None else RegistryError(9013) for work in found
    ]
    seen: set[int] = set()
    for code in codes:
        if code not in record.works or code in seen:
            answers.append(RegistryError(9034, put_code=code))
        seen.add(code)
    return answers


def as_stored(content: WorkContent) -> WorkContent:
    """The content without what the store does not keep: put-code, visibility, empty elements."""
    return replace(
        content,
        put_code=None,
        visibility=None,
        journal_title=_kept(content.journal_title),
        url=_kept(content.url),
        country=_kept(content.country),
        external_ids=tuple(replace(identifier, url=_kept(identifier.url)) for identifier in content.identifiers),
        contributors=tuple(_kept_contributor(contributor) for contributor in content.contributors or ()),
    )


def _kept(wrapped: Wrapped | None) -> Wrapped | None:
    return wrapped if text_of(wrapped) is not None else None


def _kept_contributor(contributor: Contributor) -> Contributor:
    """Roles in their stored spelling, the iD's path taken from its address when it is missing."""
    orcid, attributes = contributor.orcid, contributor.attributes
    if orcid is not None and orcid.path is None and orcid.uri:
        orcid = ContributorOrcid(orcid.uri, orcid.uri.rsplit("/", 1)[-1], orcid.host)
    if attributes is not None and attributes.role is not None:
        attributes = Attributes(attributes.sequence, vocabulary().role(attributes.role) or attributes.role)
    return replace(contributor, orcid=orcid, attributes=attributes)
