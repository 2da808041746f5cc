"""Builds the things that tests talk about, with defaults that are ordinary: a claimed, public, published article."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.domain.catalogue import (
    ClaimedId,
    ClaimStatus,
    Header,
    Identifier,
    Metadata,
    PartialDate,
    Person,
    Privacy,
    Publication,
    Record,
    RecordDigest,
    RecordKey,
    Relationship,
    User,
)
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Claim
from orcid_sync.domain.settings import Connection, InstitutionRules, LinkSettings, Mode, Rules
from orcid_sync.domain.tokens import TokenRef
from orcid_sync.domain.work_builder import BUILDER_VERSION

ORCID_ID = "0000-0002-1825-0097"
OTHER_ORCID_ID = "0000-0001-5109-3700"


def a_user(user_id: str = "u1", **changes: object) -> User:
    user = User(user_id, 1, "Ada Jones", is_current=True, login_allowed=True, orcid_ids=(ClaimedId(ORCID_ID, 0),))
    return replace(user, **changes)  # type: ignore[arg-type]  # tests name the fields


def a_relationship(publication_id: str = "p1", user_id: str = "u1", **changes: object) -> Relationship:
    relationship = Relationship(user_id, publication_id, 1, ClaimStatus.CLAIMED)
    return replace(relationship, **changes)  # type: ignore[arg-type]  # tests name the fields


def a_record_digest(source: str = "crossref", record_id: str = "r1", **changes: object) -> RecordDigest:
    digest = RecordDigest(
        key=RecordKey(source, record_id),
        digest=f"d-{source}-{record_id}",
        verified=False,
        status="published",
        self_ids=(),
        richness=1,
    )
    return replace(digest, **changes)  # type: ignore[arg-type]  # tests name the fields


def a_header(publication_id: str = "p1", *records: RecordDigest, **changes: object) -> Header:
    header = Header(
        publication_id=publication_id,
        version=1,
        type="journal-article",
        title=f"Title of {publication_id}",
        privacy=None,
        records=records or (a_record_digest(),),
        builder_version=BUILDER_VERSION,
    )
    return replace(header, **changes)  # type: ignore[arg-type]  # tests name the fields


def a_sent_entry(publication_id: str = "p1", put_code: int = 1, **changes: object) -> LedgerEntry:
    entry = LedgerEntry(publication_id, put_code=put_code, fingerprint=f"f-{publication_id}", sent_ms=1)
    return replace(entry, **changes)  # type: ignore[arg-type]  # tests name the fields


def rules(
    *,
    published_only: bool = True,
    include_private: bool = False,
    favourites_only: bool = False,
    only_verified: bool = False,
    precedence: tuple[str, ...] = ("manual", "crossref", "scopus"),
) -> Rules:
    link = LinkSettings(published_only=published_only, include_private=include_private, favourites_only=favourites_only)
    return Rules(link, InstitutionRules(only_verified=only_verified, source_precedence=precedence))


def a_publication(
    publication_id: str = "p1", *, doi: str | None = None, version: int = 1, **changes: object
) -> Publication:
    identifiers = (Identifier("doi", doi),) if doi is not None else ()
    metadata = Metadata(
        title=f"On {publication_id}",
        container_title="Journal of Examples",
        publication_status="Published",
        publication_date=PartialDate(2024, 5),
        authors=(Person("Jones", "Ada"), Person("Petrov", "Ivan")),
        identifiers=identifiers,
    )
    metadata = replace(metadata, **changes)  # type: ignore[arg-type]  # tests name the fields
    record = Record(RecordKey("crossref", doi or "r1"), metadata)
    return Publication(publication_id, version, "journal-article", records=(record,))


def a_writing_claim(user_id: str = "u1", orcid_id: str = ORCID_ID, **changes: object) -> Claim:
    claim = Claim(user_id, orcid_id, mode=Mode.WRITE, connection=Connection.WRITE, token=TokenRef("vault/01", 1))
    return replace(claim, **changes)  # type: ignore[arg-type]  # tests name the fields


PUBLIC, INTERNAL, PRIVATE = Privacy.PUBLIC, Privacy.INTERNAL, Privacy.PRIVATE
