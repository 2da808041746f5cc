"""Works out, once per stored publication, what deciding needs to know of each record (DESIGN 6, R56)."""

from __future__ import annotations

import re

from orcid_sync.domain.build_warnings import WarningList
from orcid_sync.domain.catalogue import Header, Metadata, Publication, Record, RecordDigest
from orcid_sync.domain.external_ids import build_external_ids, self_ids
from orcid_sync.domain.fingerprint import short_hash
from orcid_sync.domain.relationships import is_part
from orcid_sync.domain.titles import clean_title
from orcid_sync.domain.type_mapping import work_type_for
from orcid_sync.domain.work_builder import BUILDER_VERSION, NO_TITLE

MANUAL_SOURCE = "manual"
TITLE_LENGTH = 300
_STATUS_LENGTH = 40
_NOT_COMPARED = re.compile(r"[\s_\-\u2010-\u2015]+")

# A header is one item of at most 4,000 bytes (DESIGN 6). Names and structure of its attributes are estimated.
_HEADER_BYTES = 3600
_RECORD_OVERHEAD_BYTES = 90
_ID_OVERHEAD_BYTES = 4
_IDS_PER_RECORD = 12


def fold_status(status: str) -> str:
    """Return a publication status as it is compared: without case, blanks, hyphens, underscores (R17)."""
    return _NOT_COMPARED.sub("", status.casefold())[:_STATUS_LENGTH]


def content_digest(metadata: Metadata, publication_type: str) -> str:
    """Return the name of a record's content; it changes with every change of metadata or publication type."""
    return short_hash([publication_type, metadata])


def richness(metadata: Metadata) -> int:
    """Return how much the metadata holds: of duplicates the richer record is sent (R56).

    Identifiers count three each (at most five), a date by its precision, contributors up to five, other fields one.
    """
    texts = (
        metadata.title, metadata.subtitle, metadata.container_title, metadata.abstract, metadata.url,
        metadata.language, metadata.publisher, metadata.volume, metadata.issue, metadata.pages,
    )  # fmt: skip
    date = metadata.publication_date
    return (
        sum(bool(text.strip()) for text in texts)
        + bool(metadata.translated_title)
        + (0 if date is None else 1 + (date.month is not None) + (date.day is not None))
        + 3 * min(len(metadata.identifiers), 5)
        + min(len(metadata.authors) + len(metadata.editors), 5)
        + sum(bool(person.orcid_id) for person in metadata.authors[:5])
    )


def _record_self_ids(record: Record, publication: Publication) -> tuple[str, ...]:
    metadata = record.metadata
    work_type = work_type_for(publication.type, None)
    part = is_part(publication.type, work_type, clean_title(metadata.container_title))
    identifiers = build_external_ids(
        metadata.identifiers, publication_id=publication.publication_id, part=part, warnings=WarningList()
    )
    return self_ids(identifiers)


def _within_budget(found: list[tuple[str, ...]], budget: int) -> list[tuple[str, ...]]:
    """Keep identifiers in turns, the first of each record before the second of any, while the bytes last."""
    kept: list[list[str]] = [[] for _ in found]
    for turn in range(_IDS_PER_RECORD):
        for index, ids in enumerate(found):
            if turn < len(ids):
                cost = len(ids[turn].encode("utf-8", "replace")) + _ID_OVERHEAD_BYTES
                if cost <= budget:
                    budget -= cost
                    kept[index].append(ids[turn])
    return [tuple(ids) for ids in kept]


def _display_title(publication: Publication) -> str:
    for record in publication.records:
        title = clean_title(record.metadata.title, TITLE_LENGTH)
        if title:
            return title
    return ""


def digest_publication(publication: Publication) -> Header:
    """Return the header of a publication: what is decided by, without payload.

    At most 12 `self` identifiers are kept per record, fewer when many records would pass the header's 4,000 bytes;
    the first ones of each record stay longest. A record whose title says nothing has the defect `no_title`.
    """
    title = _display_title(publication)
    fixed = (
        len(title.encode("utf-8", "replace")) + len(publication.publication_id) + len(publication.type.encode()) + 120
    )
    for record in publication.records:
        fixed += _RECORD_OVERHEAD_BYTES + len(f"{record.key.source}{record.key.id}".encode("utf-8", "replace"))
    ids = _within_budget(
        [_record_self_ids(record, publication) for record in publication.records], _HEADER_BYTES - fixed
    )
    records = tuple(
        RecordDigest(
            key=record.key,
            digest=content_digest(record.metadata, publication.type),
            verified=record.verified and record.key.source == MANUAL_SOURCE,
            status=fold_status(record.metadata.publication_status),
            self_ids=ids[index],
            richness=richness(record.metadata),
            defect=None if clean_title(record.metadata.title) else NO_TITLE.code,
        )
        for index, record in enumerate(publication.records)
    )
    return Header(
        publication_id=publication.publication_id,
        version=publication.version,
        type=publication.type,
        title=title,
        privacy=publication.privacy,
        records=records,
        builder_version=BUILDER_VERSION,
        deleted=publication.deleted,
        merged_into=publication.merged_into,
    )
