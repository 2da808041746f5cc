"""Reads items of the feed into the domain; what cannot be read says what to do, and never stops the others (R44)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from pydantic import ValidationError

from orcid_sync.domain.catalogue import (
    ClaimedId,
    ClaimStatus,
    Identifier,
    Metadata,
    PartialDate,
    Person,
    Publication,
    PublicationType,
    Record,
    RecordKey,
    Relationship,
    TranslatedTitle,
    User,
)
from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.feed_items import FeedItem, ParsedItem
from orcid_sync.domain.identifier_types import known_type
from orcid_sync.domain.orcid_id import parse_orcid_id
from orcid_sync.feed_models import (
    ITEMS,
    DateModel,
    DeletedPublicationItem,
    DeletedPublicationTypeItem,
    DeletedRelationshipItem,
    DeletedUserItem,
    IdentifierModel,
    Item,
    MetadataModel,
    PersonModel,
    PublicationItem,
    PublicationTypeItem,
    RelationshipItem,
    UserItem,
)
from orcid_sync.refusals import explained

# More than anybody reads; a batch of items full of bad identifiers would say more than an answer can hold.
MOST_WARNINGS = 20


def parse_line(line: bytes, *, now_ms: int) -> ParsedItem:
    """Read one line of JSON Lines; a byte-order mark before it is no harm."""
    try:
        raw = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return ParsedItem(None, "This line is not UTF-8; save the file as UTF-8.")
    except (ValueError, RecursionError):
        return ParsedItem(None, "This line is no JSON; write one whole object a line.")
    return parse_item(raw, now_ms=now_ms)


def parse_item(raw: object, *, now_ms: int) -> ParsedItem:
    """Read one item; `now_ms` is since when a user's iDs are claimed, if they were not known before."""
    if not isinstance(raw, dict):
        return ParsedItem(None, "An item is an object with kind, its key and version.")
    kind = raw.get("kind")
    models = ITEMS.get(kind) if isinstance(kind, str) else None
    if models is None:
        return ParsedItem(None, f"kind: Use one of: {', '.join(ITEMS)}.")
    living, deleted = models
    try:
        item = (deleted if raw.get("deleted") is True else living).model_validate(raw)
    except ValidationError as exc:
        return ParsedItem(None, " ".join(f"{error.field}: {error.message}" for error in explained(exc)[:5]))
    warnings: list[str] = []
    return ParsedItem(_into_domain(item, now_ms, warnings), warnings=_told(warnings))


def _told(warnings: list[str]) -> tuple[str, ...]:
    """Each warning once, and how many more there were."""
    told = list(dict.fromkeys(warnings))
    more = len(told) - MOST_WARNINGS
    return tuple(told if more <= 0 else [*told[:MOST_WARNINGS], f"{more} more warnings of this item."])


def _into_domain(item: Item, now_ms: int, warnings: list[str]) -> FeedItem:
    match item:
        case UserItem():
            return User(
                user_id=item.id,
                version=item.version,
                name=item.name,
                is_current=item.is_current,
                login_allowed=item.login_allowed,
                profile_privacy=item.profile_privacy,
                orcid_ids=tuple(ClaimedId(orcid_id, now_ms) for orcid_id in _orcid_ids(item.orcid_ids, warnings)),
            )
        case PublicationItem():
            return Publication(item.id, item.version, item.type, item.privacy, tuple(_records(item, warnings)))
        case RelationshipItem():
            preferred = item.preferred_record
            return Relationship(
                user_id=item.user_id,
                publication_id=item.publication_id,
                version=item.version,
                status=item.status,
                hidden=item.hidden,
                privacy=item.privacy,
                effective_privacy=item.effective_privacy,
                favourite=item.favourite,
                preferred_record=RecordKey(preferred.source, preferred.id) if preferred is not None else None,
            )
        case PublicationTypeItem():
            return PublicationType(item.id, item.version, item.name)
        case _:
            return _tombstone(item)


def _tombstone(
    item: DeletedUserItem | DeletedPublicationItem | DeletedRelationshipItem | DeletedPublicationTypeItem,
) -> FeedItem:
    """A deleted user has left, a deleted relationship counts as rejected (API, The feed)."""
    match item:
        case DeletedUserItem():
            return User(item.id, item.version, "", is_current=False, login_allowed=False, deleted=True)
        case DeletedPublicationItem():
            return Publication(item.id, item.version, "", deleted=True, merged_into=item.merged_into)
        case DeletedRelationshipItem():
            return Relationship(
                item.user_id, item.publication_id, item.version, status=ClaimStatus.REJECTED, deleted=True
            )
        case DeletedPublicationTypeItem():
            return PublicationType(item.id, item.version, "", deleted=True)


def _orcid_ids(texts: Iterable[str], warnings: list[str]) -> list[str]:
    """A bad iD is a warning, the rest of the user is stored."""
    good: dict[str, None] = {}
    for index, text in enumerate(texts):
        try:
            good[parse_orcid_id(text)] = None
        except InvalidError as exc:
            warnings.append(f"orcid_ids[{index}]: {exc}")
    return list(good)


def _records(item: PublicationItem, warnings: list[str]) -> Iterable[Record]:
    """The records in their order; of two with one key the first is kept."""
    seen: set[RecordKey] = set()
    for index, record in enumerate(item.records):
        key = RecordKey(record.source, record.id)
        if key in seen:
            warnings.append(
                f"records[{index}]: {record.source} has a record of this id already; only the first is kept."
            )
            continue
        seen.add(key)
        yield Record(key, _metadata(record.data, f"records[{index}].data", warnings), record.verified)


def _metadata(data: MetadataModel, where: str, warnings: list[str]) -> Metadata:
    translated = data.translated_title
    return Metadata(
        title=data.title,
        subtitle=data.subtitle,
        translated_title=TranslatedTitle(translated.value, translated.language) if translated is not None else None,
        container_title=data.container_title,
        publication_status=data.publication_status,
        publication_date=_date(data.publication_date, f"{where}.publication_date", warnings),
        authors=_people(data.authors),
        editors=_people(data.editors),
        identifiers=tuple(_identifiers(data.identifiers, f"{where}.identifiers", warnings)),
        abstract=data.abstract,
        url=data.url,
        language=data.language,
        publisher=data.publisher,
        volume=data.volume,
        issue=data.issue,
        pages=data.pages,
    )


def _people(people: Iterable[PersonModel]) -> tuple[Person, ...]:
    """Those who have a name; their iDs are checked where they are sent."""
    named = (person for person in people if person.family.strip() or person.given.strip())
    return tuple(Person(person.family, person.given, person.orcid_id) for person in named)


def _identifiers(identifiers: Iterable[IdentifierModel], where: str, warnings: list[str]) -> Iterable[Identifier]:
    """Those that say something; a type that the registry does not know is kept, not sent, and reported (R28)."""
    for index, identifier in enumerate(identifiers):
        if not identifier.type.strip() or not identifier.value.strip():
            warnings.append(f"{where}[{index}]: type or value is empty; the identifier was left away.")
            continue
        if known_type(identifier.type) is None:
            warnings.append(f"{where}: ORCID does not know the type {identifier.type[:50]!r}; it is kept, not sent.")
        yield Identifier(identifier.type, identifier.value, identifier.relationship, identifier.url)


def _date(given: DateModel | None, where: str, warnings: list[str]) -> PartialDate | None:
    """The date as precisely as it makes sense (R52): what cannot be is left away, never replaced."""
    if given is None or (given.year is None and given.month is None and given.day is None):
        return None
    if given.year is None or not 1 <= given.year <= 9999:
        warnings.append(f"{where}: it has no possible year; the date was left away.")
        return None
    if given.month is None and given.day is None:
        return PartialDate(given.year)
    if given.month is None or not 1 <= given.month <= 12:
        warnings.append(f"{where}: it has no possible month; only the year was kept.")
        return PartialDate(given.year)
    if given.day is None:
        return PartialDate(given.year, given.month)
    try:
        date(given.year, given.month, given.day)
    except ValueError:
        warnings.append(f"{where}: this month has no such day; year and month were kept.")
        return PartialDate(given.year, given.month)
    return PartialDate(given.year, given.month, given.day)
