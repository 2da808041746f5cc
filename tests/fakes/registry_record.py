"""A record in memory with ORCID's rules for its works: sources, duplicates, put-codes, what a work must have."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from orcid_sync.domain.identifiers import self_key
from orcid_sync.domain.outcomes import Answer, ForeignWork, Outcome, OwnWork
from orcid_sync.domain.work import IdRelationship, Work

ONLY_SELF = frozenset({IdRelationship.SELF})
# In a bulk an existing `version-of` clashes as well (ORCID_API 6.1).
SELF_OR_VERSION = frozenset({IdRelationship.SELF, IdRelationship.VERSION_OF})


@dataclass(slots=True)
class StoredWork:
    """A work on a record; `source` is a client id, or the iD of the record's owner."""

    put_code: int
    source: str
    work: Work
    created_ms: int

    def as_own(self, group: int) -> OwnWork:
        """What the summary of the record tells of it, when it is our own."""
        ids = [item for item in self.work.external_ids if item.relationship is IdRelationship.SELF]
        return OwnWork(
            put_code=self.put_code,
            source_work_ids=tuple(dict.fromkeys(item.value.lower() for item in ids if item.type == "source-work-id")),
            self_ids=self.self_ids(),
            title=self.work.title,
            type=self.work.type,
            created_ms=self.created_ms,
            group=group,
            year=self.year(),
        )

    def as_foreign(self, group: int) -> ForeignWork:
        """The same, when it is not."""
        return ForeignWork(self.put_code, self.self_ids(), self.work.title, group, self.year())

    def self_ids(self) -> tuple[str, ...]:
        ids = [item for item in self.work.external_ids if item.relationship is IdRelationship.SELF]
        return tuple(dict.fromkeys(self_key(i.type, i.value) for i in ids if i.type != "source-work-id"))

    def year(self) -> int | None:
        return self.work.publication_date.year if self.work.publication_date is not None else None


@dataclass(slots=True)
class StoredRecord:
    """One record; `state` is what keeps everybody from it, if anything does."""

    works: dict[int, StoredWork] = field(default_factory=dict)
    state: Outcome | None = None
    primary: str | None = None

    def groups(self) -> dict[int, int]:
        """The group of each work by put-code: works are grouped by the identifiers that they share."""
        by_id: dict[str, int] = {}
        group_of: dict[int, int] = {}
        for put_code, stored in self.works.items():
            joined = {by_id[key] for key in stored.self_ids() if key in by_id}
            by_id |= {key: put_code for key, group in by_id.items() if group in joined}
            by_id |= dict.fromkeys(stored.self_ids(), put_code)
            group_of |= {code: put_code for code, group in group_of.items() if group in joined}
            group_of[put_code] = put_code
        return group_of

    def of_source(self, source: str) -> list[StoredWork]:
        return [stored for stored in self.works.values() if stored.source == source]

    def objection(
        self, source: str, work: Work, clashing: frozenset[IdRelationship], *, but: int | None = None
    ) -> Answer | None:
        """Why the work cannot stand on this record, leaving the work `but` out of account."""
        keys = _keys(work, ONLY_SELF)
        if not work.title.strip():
            return refused("9022", "title missing")
        if not keys:
            return refused("9023", "no identifier with relationship self")
        for stored in self.of_source(source):
            if stored.put_code != but and keys & _keys(stored.work, clashing):
                return _duplicate(stored.put_code)
        return None

    def update(self, source: str, put_code: int, work: Work) -> Answer:
        stored = self.works.get(put_code)
        if stored is None:
            return _gone()
        if stored.work == work and stored.source != source:
            return Answer(Outcome.NOT_OURS, status=403, code="9014")
        if (objection := self.objection(source, work, ONLY_SELF, but=put_code)) is not None:
            return objection
        if stored.source != source:
            return Answer(Outcome.NOT_OURS, status=403, code="9010")
        if _looks_unchanged(stored.work, work):
            return Answer(Outcome.IGNORED if stored.work != work else Outcome.UPDATED, put_code=put_code, status=200)
        stored.work = work
        return Answer(Outcome.UPDATED, put_code=put_code, status=200)

    def remove(self, source: str, put_code: int) -> Answer:
        if put_code not in self.works:
            return _gone()
        if self.works[put_code].source != source:
            return Answer(Outcome.NOT_OURS, status=403, code="9010")
        del self.works[put_code]
        return Answer(Outcome.REMOVED, put_code=put_code, status=204)


def _looks_unchanged(stored: Work, sent: Work) -> bool:
    """The registry's lopsided comparison (ORCID_API 7): what it judges equal it does not store."""
    date, new = stored.publication_date, sent.publication_date
    if new is not None and date is not None:
        month = new.month if date.month is not None else None
        day = new.day if date.day is not None else None
        new = replace(new, month=month, day=day)
    overlooked = replace(
        sent,
        publication_date=date if sent.publication_date is None else new,
        citation=sent.citation or stored.citation,
        translated_title=sent.translated_title or stored.translated_title,
        translated_title_language=sent.translated_title_language or stored.translated_title_language,
        contributors=sent.contributors[:50],
    )
    return overlooked == replace(stored, contributors=stored.contributors[:50])


def refused(code: str, message: str) -> Answer:
    return Answer(Outcome.REFUSED, status=400, code=code, message=f"400 Bad Request: {message}")


def _keys(work: Work, relationships: frozenset[IdRelationship]) -> set[str]:
    return {self_key(item.type, item.value) for item in work.external_ids if item.relationship in relationships}


def _duplicate(put_code: int) -> Answer:
    message = f"409 Conflict: please see element with put-code {put_code}."
    return Answer(Outcome.DUPLICATE, put_code=put_code, status=409, code="9021", message=message)


def _gone() -> Answer:
    return Answer(Outcome.GONE, status=404, code="9016", message="404 Not Found: The resource was not found.")
