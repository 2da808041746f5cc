"""Which ORCID iDs stand in a publication's metadata (R41)."""

from __future__ import annotations

from orcid_sync.domain.catalogue import Publication
from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.orcid_id import parse_orcid_id

# Real papers reach some 2,100 different iDs; more than this would only serve to make one item huge.
MOST_IDS = 5000


def orcid_ids_of(publication: Publication) -> tuple[str, ...]:
    """Return the different valid iDs of authors and editors of all records, sorted; at most the first 5,000.

    What is no iD, or has a wrong check digit, is passed over: a mistyped iD must not make somebody an author.
    """
    found: dict[str, None] = {}
    for record in publication.records:
        for person in (*record.metadata.authors, *record.metadata.editors):
            if person.orcid_id and len(found) < MOST_IDS:
                try:
                    found[parse_orcid_id(person.orcid_id)] = None
                except InvalidError:
                    continue
    return tuple(sorted(found))
