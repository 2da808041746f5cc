"""From the RIS's publication types to ORCID's work types (R1, R5, R6)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orcid_sync.domain.catalogue import PublicationType

# Left: identifier names of the RIS, never display names. Right: API work types, never the user interface's names (R1).
DEFAULT_TYPE_MAPPING: Mapping[str, str] = MappingProxyType({
    "artefact": "other",
    "book": "book",
    "chapter": "book-chapter",
    "composition": "other",
    "conference": "conference-paper",
    "dataset": "data-set",
    "design": "other",
    "exhibition": "other",
    "figure": "other",
    "fileset": "other",
    "internet-publication": "online-resource",
    "journal-article": "journal-article",
    "media": "other",
    "other": "other",
    "patent": "patent",
    "performance": "artistic-performance",
    "poster": "conference-poster",
    "presentation": "lecture-speech",
    "report": "report",
    "scholarly-edition": "other",
    "software": "software",
    "thesis-dissertation": "dissertation-thesis",
})  # fmt: skip

# What a publication type is sent as that the mapping in force leaves out (R6).
FALLBACK_WORK_TYPE = "other"

# All that API v3.0 accepts (ORCID_API 11). The list grows: an unknown type is a warning, never a failure (R5).
_WORK_TYPES_TEXT = """
    annotation artistic-performance blog-post book-chapter book-review book cartographic-material clinical-study
    conference-abstract conference-output conference-paper conference-poster conference-presentation
    conference-proceedings data-management-plan data-set design dictionary-entry disclosure dissertation-thesis
    edited-book encyclopedia-entry image invention journal-article journal-issue learning-object lecture-speech
    license magazine-article manual moving-image musical-composition newsletter-article newspaper-article
    online-resource other patent physical-object preprint public-speech registered-copyright report
    research-technique research-tool review software sound spin-off-company standards-and-policy
    supervised-student-publication technical-standard test trademark transcription translation website
    working-paper undefined
"""
WORK_TYPES: frozenset[str] = frozenset(_WORK_TYPES_TEXT.split())

# Names that people know these types by: the user interface's, earlier versions' of the API, the RIS's own.
_OTHER_NAMES = {
    "article": "journal-article", "articlejournal": "journal-article", "journalpaper": "journal-article",
    "paper": "conference-paper", "conference": "conference-paper", "proceedings": "conference-proceedings",
    "poster": "conference-poster", "presentation": "conference-presentation", "talk": "lecture-speech",
    "lecture": "lecture-speech", "speech": "public-speech", "chapter": "book-chapter", "monograph": "book",
    "dissertation": "dissertation-thesis", "thesis": "dissertation-thesis", "thesisdissertation": "dissertation-thesis",
    "phdthesis": "dissertation-thesis", "dataset": "data-set", "data": "data-set", "standard": "technical-standard",
    "internetpublication": "online-resource", "performance": "artistic-performance",
    "exhibition": "artistic-performance",
    "video": "moving-image", "film": "moving-image", "audio": "sound", "music": "musical-composition", "map":
    "cartographic-material", "blog": "blog-post", "webpage": "website", "code": "software", "picture": "image",
}  # fmt: skip


def _folded(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


_KNOWN_BY_FOLDED = _OTHER_NAMES | {_folded(name): name for name in WORK_TYPES}


def work_type_for(publication_type: str, mapping: Mapping[str, str] | None) -> str:
    """Return the work type that a publication type is sent as.

    `mapping` is the one in force; None means that none was ever uploaded: the defaults of R1.
    """
    return (DEFAULT_TYPE_MAPPING if mapping is None else mapping).get(publication_type, FALLBACK_WORK_TYPE)


@dataclass(frozen=True, slots=True)
class TypeChange:
    """A publication type that another mapping sends as another work type."""

    publication_type: str
    before: str
    after: str


def known_types(told: Iterable[PublicationType]) -> Mapping[str, str]:
    """Return the types that the RIS has, identifier -> display name; until it has told any, those of R1 (R4)."""
    living = {known.type_id: known.name for known in told if not known.deleted}
    return living or dict.fromkeys(DEFAULT_TYPE_MAPPING, "")


def rows_in_force(mapping: Mapping[str, str] | None, types: Mapping[str, str]) -> dict[str, str]:
    """Return the rows of the mapping in force that a download shows, by type.

    Types that the RIS no longer has are left away, for R4 would refuse them at the next upload (R2). When none is left
    over, every type stands there with what it is sent as.
    """
    stored = DEFAULT_TYPE_MAPPING if mapping is None else mapping
    rows = {name: stored[name] for name in sorted(stored) if name in types}
    return rows or dict.fromkeys(sorted(types), FALLBACK_WORK_TYPE)


def type_changes(before: Mapping[str, str] | None, after: Mapping[str, str] | None) -> tuple[TypeChange, ...]:
    """Return what is sent as another work type after a change of the mapping; types that neither names stay `other`."""
    names = sorted({*(DEFAULT_TYPE_MAPPING if before is None else before), *(after or DEFAULT_TYPE_MAPPING)})
    found = (TypeChange(name, work_type_for(name, before), work_type_for(name, after)) for name in names)
    return tuple(change for change in found if change.before != change.after)


def is_known_type(work_type: str) -> bool:
    """Whether the registry's list as we know it has exactly this name; others are sent by themselves (R5)."""
    return work_type in WORK_TYPES


def nearest_type(name: str) -> str:
    """Return the known work type that someone who wrote `name` most likely meant; `other` if nothing is near."""
    folded = _folded(name)
    exact = _KNOWN_BY_FOLDED.get(folded)
    if exact:
        return exact
    near = difflib.get_close_matches(folded, sorted(_KNOWN_BY_FOLDED), n=1, cutoff=0.6)
    return _KNOWN_BY_FOLDED[near[0]] if near else FALLBACK_WORK_TYPE
