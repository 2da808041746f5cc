"""The identifiers of a work as they are sent: cleaned, related, each once (R28)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orcid_sync.domain.build_warnings import WarningList, quoted
from orcid_sync.domain.catalogue import Identifier
from orcid_sync.domain.identifier_cleaning import is_short_doi, recognise
from orcid_sync.domain.identifier_types import known_type
from orcid_sync.domain.identifiers import self_key
from orcid_sync.domain.relationships import relationship_of
from orcid_sync.domain.web_addresses import identifier_url
from orcid_sync.domain.work import ExternalId, IdRelationship

OWN_TYPE = "source-work-id"
# A DOI in such a field names what the field is for: the book, the journal, the grant.
_NAMES_ANOTHER = frozenset({"isbn", "ismn", "issn", "grant_number", "proposal-id"})
# More than this is no identification but a list; each costs place on the record and in every request.
MAX_IDENTIFIERS = 100


def groups(identifier: ExternalId) -> bool:
    """Whether the registry groups works by it (ORCID_API 6.5)."""
    return identifier.relationship in (IdRelationship.SELF, IdRelationship.VERSION_OF)


def _of_field(field: Identifier, part: bool, warnings: WarningList) -> Iterator[tuple[bool, ExternalId]]:
    """Yield what one field of a record holds; the flag says that it stood in another type's field."""
    type_name = known_type(field.type)
    if type_name is None:
        warnings.add("identifier_type_unknown", f"ORCID knows no identifier type {quoted(field.type)}; it is not sent.")
        return
    if type_name == OWN_TYPE:
        warnings.add(
            "identifier_reserved",
            f"{OWN_TYPE} is kept for the publication's own id; {quoted(field.value)} is not sent.",
        )
        return
    found = recognise(type_name, field.value)
    if not found:
        if type_name == "doi" and is_short_doi(field.value):
            warnings.add(
                "doi_short", f"{quoted(field.value)} is a short DOI; ORCID groups by whole ones only. It is not sent."
            )
        elif field.value.strip():
            warnings.add("identifier_invalid", f"{quoted(field.value)} is no valid {type_name}; it is not sent.")
        return
    for name, value in found:
        deciding = type_name if type_name in _NAMES_ANOTHER else name
        relationship = relationship_of(deciding, field.relationship, part=part)
        if relationship is None:
            warnings.add("identifier_not_a_grant", f"ORCID takes no {name} as funded-by; {quoted(value)} is not sent.")
            continue
        if name != type_name:
            warnings.add("identifier_misfiled", f"{quoted(value)} is a {name}, not {type_name}; it is sent as {name}.")
        yield name != type_name, ExternalId(name, value, relationship, identifier_url(name, value, field.url))


def build_external_ids(
    fields: Sequence[Identifier], *, publication_id: str, part: bool, warnings: WarningList
) -> tuple[ExternalId, ...]:
    """Return the identifiers to send, the publication's own id as `source-work-id` first: it makes adds idempotent."""
    own = ExternalId(OWN_TYPE, publication_id, IdRelationship.SELF)
    found = [pair for field in fields for pair in _of_field(field, part, warnings)]
    kept: dict[str, ExternalId] = {}
    for _, identifier in sorted(found, key=lambda pair: pair[0]):  # stable: what stands in its own field comes first
        kept.setdefault(self_key(identifier.type, identifier.value), identifier)
    identifiers = tuple(kept.values())
    if len(identifiers) >= MAX_IDENTIFIERS:
        warnings.add(
            "identifiers_cut", f"Only the first {MAX_IDENTIFIERS - 1} of {len(identifiers)} identifiers are sent."
        )
        identifiers = identifiers[: MAX_IDENTIFIERS - 1]
    if not any(groups(identifier) for identifier in identifiers):
        warnings.add(
            "no_groupable_identifier",
            "No DOI or other identifier of the work itself: ORCID cannot group it with the same work of other sources.",
        )
    return (own, *identifiers)


def self_ids(identifiers: Sequence[ExternalId]) -> tuple[str, ...]:
    """Return the keys of the `self` identifiers among those sent, without source-work-id, in their order (R56)."""
    return tuple(
        self_key(identifier.type, identifier.value)
        for identifier in identifiers
        if identifier.relationship is IdRelationship.SELF and identifier.type != OWN_TYPE
    )
