"""Names that an Elements server gives to types, sources and schemes (ELEMENTS_API 5, 7, 8)."""

from __future__ import annotations

from typing import Final

# Identifier -> what people call it; ids are the places in this list, as they differ by site.
TYPES: Final = {
    "artefact": "Artefact",
    "book": "Book",
    "chapter": "Chapter",
    "composition": "Composition",
    "conference": "Conference",
    "dataset": "Dataset",
    "design": "Design",
    "exhibition": "Exhibition",
    "figure": "Figure",
    "fileset": "Fileset",
    "internet-publication": "Internet publication",
    "journal-article": "Journal article",
    "media": "Media",
    "other": "Other",
    "patent": "Patent",
    "performance": "Performance",
    "presentation": "Presentation",
    "poster": "Poster",
    "report": "Report",
    "scholarly-edition": "Scholarly edition",
    "software": "Software / Code",
    "thesis-dissertation": "Thesis / Dissertation",
}
# In the order of precedence, the first counts most.
SOURCES: Final = ("crossref", "pubmed", "scopus", "wos", "datacite", "arxiv", "orcid", "manual")
SOURCE_IDS: Final = {"manual": 1, "pubmed": 2, "wos": 3, "arxiv": 5, "scopus": 7, "crossref": 13}
TIE_TYPES: Final = {"publication-user-authorship": 8, "publication-user-editorship": 9}
# ORCID's identifier types as the feed has them -> schemes of `external-identifiers`.
SCHEMES: Final = {
    "pmid": "pubmed",
    "pmc": "pmc",
    "arxiv": "arxiv",
    "ssrn": "ssrn-article-id",
    "wosuid": "wos",
    "eid": "scopus",
}
CONTAINERS: Final = {
    "chapter": "parent-title",
    "conference": "name-of-conference",
    "presentation": "name-of-conference",
    "poster": "name-of-conference",
}
