"""How an identifier relates to the work: itself, what it appeared in, what paid for it (R28, ORCID_API 5.4)."""

from __future__ import annotations

from orcid_sync.domain.identifier_types import FUNDED_BY_TYPES, stated_relationship
from orcid_sync.domain.work import IdRelationship

# Works that appear inside something: an ISBN names that something.
_PART_WORK_TYPES_TEXT = """
    annotation blog-post book-chapter book-review conference-abstract conference-output conference-paper
    conference-poster conference-presentation dictionary-entry encyclopedia-entry journal-article lecture-speech
    magazine-article newsletter-article newspaper-article public-speech
"""
_PART_WORK_TYPES = frozenset(_PART_WORK_TYPES_TEXT.split())
# Works that are whole publications: an ISBN names the work itself.
_WHOLE_WORK_TYPES_TEXT = """
    book cartographic-material conference-proceedings dissertation-thesis edited-book journal-issue
    learning-object manual musical-composition report software standards-and-policy
    supervised-student-publication technical-standard working-paper
"""
_WHOLE_WORK_TYPES = frozenset(_WHOLE_WORK_TYPES_TEXT.split())
_PART_PUBLICATION_TYPES = frozenset({"chapter", "conference", "journal-article", "poster", "presentation"})
_WHOLE_PUBLICATION_TYPES = frozenset(
    {"book", "report", "scholarly-edition", "software", "thesis-dissertation", "composition"}
)


def is_part(publication_type: str, work_type: str, container_title: str) -> bool:
    """Whether the work appeared inside a book or proceedings, so that an ISBN is not its own.

    The publication type decides first: it is what the work is, whatever it is mapped to, and stored headers know it
    too. For types of the institution's own the work type decides, and if that is open (`other`, `translation`, a type
    we do not know), whether the record names a container.
    """
    if publication_type in _PART_PUBLICATION_TYPES:
        return True
    if publication_type in _WHOLE_PUBLICATION_TYPES:
        return False
    if work_type in _PART_WORK_TYPES:
        return True
    if work_type in _WHOLE_WORK_TYPES:
        return False
    return bool(container_title)


def relationship_of(type_name: str, stated: str | None, *, part: bool) -> IdRelationship | None:
    """Return the relationship to send, None if the registry would refuse the one stated.

    What the source states counts, but an ISSN never groups: as `self` or `version-of` it would make every second
    article of a journal a duplicate of the first.
    """
    said = stated_relationship(stated)
    if said is IdRelationship.FUNDED_BY and type_name not in FUNDED_BY_TYPES:
        return None
    if type_name == "issn":
        return IdRelationship.PART_OF
    if said is not None:
        return said
    if type_name in ("grant_number", "proposal-id"):
        return IdRelationship.FUNDED_BY
    if type_name in ("isbn", "ismn"):
        return IdRelationship.PART_OF if part else IdRelationship.SELF
    return IdRelationship.SELF
