"""The identifier types that the registry knows: whether case counts, and the address an identifier resolves at.

Facts of ORCID's registry (ORCID_API 10); `GET https://pub.orcid.org/v3.0/identifiers` has the living list.
"""

from __future__ import annotations

from dataclasses import dataclass

from orcid_sync.domain.work import IdRelationship


@dataclass(frozen=True, slots=True)
class IdentifierType:
    """One type: its API name, whether letter case distinguishes values, the address that a value is appended to."""

    name: str
    case_sensitive: bool = False
    resolver: str | None = None


_TYPES = (
    IdentifierType("agr"),
    IdentifierType("ark", case_sensitive=True),
    IdentifierType("arxiv", resolver="https://arxiv.org/abs/"),
    IdentifierType("asin", resolver="http://www.amazon.com/dp/"),
    IdentifierType("asin-tld"),
    IdentifierType("authenticusid", resolver="https://www.authenticus.pt/"),
    IdentifierType("bibcode", case_sensitive=True, resolver="http://adsabs.harvard.edu/abs/"),
    IdentifierType("cba"),
    IdentifierType("cgn", case_sensitive=True, resolver="https://id.culturegraph.org/"),
    IdentifierType("cienciaiul", resolver="https://ciencia.iscte-iul.pt/id/"),
    IdentifierType("cit"),
    IdentifierType("cstr", resolver="https://www.cstr.cn/"),
    IdentifierType("ctx"),
    IdentifierType("dnb", resolver="https://d-nb.info/"),
    IdentifierType("doi", resolver="https://doi.org/"),
    IdentifierType("eid"),
    IdentifierType("emdb", case_sensitive=True, resolver="https://www.ebi.ac.uk/emdb/"),
    IdentifierType("empiar", case_sensitive=True, resolver="https://www.ebi.ac.uk/empiar/"),
    IdentifierType("ethos", case_sensitive=True, resolver="http://ethos.bl.uk/OrderDetails.do?uin="),
    IdentifierType("grant_number"),
    IdentifierType("hal", resolver="https://hal.archives-ouvertes.fr/view/resolver/"),
    IdentifierType("handle", resolver="https://hdl.handle.net/"),
    IdentifierType("hir"),
    IdentifierType("isbn", resolver="https://www.worldcat.org/isbn/"),
    IdentifierType("ismn"),
    IdentifierType("issn", resolver="https://portal.issn.org/resource/ISSN/"),
    IdentifierType("jfm", resolver="http://zbmath.org/?format=complete&q=an%3A"),
    IdentifierType("jstor", resolver="http://www.jstor.org/stable/"),
    IdentifierType("k10plus", case_sensitive=True, resolver="https://opac.k10plus.de/DB=2.299/PPNSET?PPN="),
    IdentifierType("kuid", resolver="https://koreamed.org/article/"),
    IdentifierType("lccn", resolver="http://lccn.loc.gov/"),
    IdentifierType("lensid", resolver="https://www.lens.org/"),
    IdentifierType("mr", resolver="http://www.ams.org/mathscinet-getitem?mr="),
    IdentifierType("oclc", resolver="http://www.worldcat.org/oclc/"),
    IdentifierType("ol", case_sensitive=True, resolver="http://openlibrary.org/b/"),
    IdentifierType("osti", resolver="https://www.osti.gov/biblio/"),
    IdentifierType("other-id"),
    IdentifierType("pat"),
    IdentifierType("pdb", resolver="http://identifiers.org/pdb/"),
    IdentifierType("pmc", resolver="https://europepmc.org/article/pmc/"),
    IdentifierType("pmid", resolver="https://pubmed.ncbi.nlm.nih.gov/"),
    IdentifierType("ppr", resolver="https://europepmc.org/article/PPR/"),
    IdentifierType("proposal-id"),
    IdentifierType("raid", resolver="https://raid.org/"),
    IdentifierType("rfc", resolver="https://tools.ietf.org/html/"),
    IdentifierType("rrid", case_sensitive=True, resolver="https://identifiers.org/rrid/"),
    IdentifierType("source-work-id"),
    IdentifierType("ssrn", resolver="http://papers.ssrn.com/abstract_id="),
    IdentifierType("uri", case_sensitive=True),
    IdentifierType("urn"),
    IdentifierType("wosuid"),
    IdentifierType("zbl", resolver="http://zbmath.org/?format=complete&q="),
)

IDENTIFIER_TYPES: dict[str, IdentifierType] = {known.name: known for known in _TYPES}

# Only these may be `funded-by`; anything else is refused (400/9020, ORCID_API 5.3).
FUNDED_BY_TYPES = frozenset({"grant_number", "proposal-id", "uri", "doi"})

# What sources call a type that the registry names otherwise. `url` is missing on purpose: a page is no identity.
_ALIASES = {
    "eissn": "issn", "essn": "issn", "pissn": "issn", "issnl": "issn", "linkingissn": "issn", "printissn": "issn",
    "electronicissn": "issn", "onlineissn": "issn", "eisbn": "isbn", "pisbn": "isbn", "isbn10": "isbn",
    "isbn13": "isbn",
    "pmcid": "pmc", "pubmed": "pmid", "pubmedid": "pmid", "medline": "pmid", "hdl": "handle", "scopus": "eid",
    "scopusid": "eid", "scopuseid": "eid", "wos": "wosuid", "isi": "wosuid", "ut": "wosuid", "webofscience": "wosuid",
    "patent": "pat", "patentnumber": "pat", "lens": "lensid", "grantnumber": "grant_number", "grant": "grant_number",
}  # fmt: skip
_FOLDED = {name.replace("-", "").replace("_", ""): name for name in IDENTIFIER_TYPES} | _ALIASES


def known_type(name: str) -> str | None:
    """Return the registry's name of a type however a source spells it (`DOI`, `eISSN`), None if it is unknown."""
    if name in IDENTIFIER_TYPES:
        return name
    return _FOLDED.get("".join(char for char in name.casefold() if char.isalnum()))


def stated_relationship(text: str | None) -> IdRelationship | None:
    """Return the relationship that a source states in any spelling (`part_of`, `Part of`), None if it states none."""
    if not text:
        return None
    folded = "-".join(text.strip().lower().replace("_", " ").replace("-", " ").split())
    return IdRelationship(folded) if folded in set(IdRelationship) else None
