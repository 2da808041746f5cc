"""Section 10: identifier types, and their values as the registry normalises them."""

from __future__ import annotations

from conformance.bodies import identifier, work
from conformance.case import Case
from conformance.matching import Contains
from conformance.steps import CREATED, case, get, post, read, refused, shows

_TYPES = [
    "agr",
    "ark",
    "arxiv",
    "asin",
    "asin-tld",
    "authenticusid",
    "bibcode",
    "cba",
    "cgn",
    "cienciaiul",
    "cit",
    "cstr",
    "ctx",
    "dnb",
    "doi",
    "eid",
    "emdb",
    "empiar",
    "ethos",
    "grant_number",
    "hal",
    "handle",
    "hir",
    "isbn",
    "ismn",
    "issn",
    "jfm",
    "jstor",
    "k10plus",
    "kuid",
    "lccn",
    "lensid",
    "mr",
    "oclc",
    "ol",
    "osti",
    "other-id",
    "pat",
    "pdb",
    "pmc",
    "pmid",
    "ppr",
    "proposal-id",
    "raid",
    "rfc",
    "rrid",
    "source-work-id",
    "ssrn",
    "uri",
    "urn",
    "wosuid",
    "zbl",
]
_CASE_KEPT = ("ark", "cgn", "emdb", "empiar", "ethos", "k10plus", "ol")
_RULED = ("arxiv", "bibcode", "doi", "isbn", "issn", "pmc", "pmid", "rrid", "uri")
_NORMALISED = {
    "doi": (
        ("https://doi.org/10.5555/ABC-$case", "10.5555/abc-$case"),
        ("http://dx.doi.org/10.5555/$case", "10.5555/$case"),
        ("doi:10.5555/$case", "10.5555/$case"),
        (" 10.5555/$case ", "10.5555/$case"),
        ("10.5555/$case&y", "10.5555/$case"),
        ("10.5555/$case's", "10.5555/$case"),
        ("10.5555/$case.", "10.5555/$case."),
    ),
    "arxiv": (
        ("2101.00001", "arXiv:2101.00001"),
        ("https://arxiv.org/abs/2101.00001v2", "arXiv:2101.00001v2"),
        ("math.CA/0611800v2", "arXiv:math.ca/0611800v2"),
    ),
    "isbn": (("978-3-16-148410-0", "9783161484100"), ("3-16-148410-X", "316148410X")),
    "issn": (("20493630", "2049-3630"), ("1050-124x", "1050-124X"), ("2049-3630", "2049-3630")),
    "pmid": (("PMID: 12345678", "12345678"), ("https://pubmed.ncbi.nlm.nih.gov/12345678/", "12345678")),
    "pmc": (("PMC4731170", "4731170"), ("4731170", "4731170")),
    "handle": (
        ("20.500.12345/ABC", "20.500.12345/abc"),
        ("http://hdl.handle.net/20.500.12345/ABC", "http://hdl.handle.net/20.500.12345/abc"),
    ),
    "wosuid": (("WOS:0001", "wos:0001"), ("0001", "0001")),
    "uri": (("example.org/p", "http://example.org/p"), ("https://Example.org/P", "https://Example.org/P")),
    "source-work-id": (("Local-ID-001", "local-id-001"),),
    "grant_number": (("ABC-123", "abc-123"),),
    "urn": (("URN:nbn:de:101:1-2011", "urn:nbn:de:101:1-2011"),),
    "eid": (("2-S2.0-85012345678", "2-s2.0-85012345678"),),
    "other-id": (("Some ID", "some id"), (" Some ID ", " some id ")),
}
_NOT_NORMALISED = (
    ("doi", "https://doi.org/10.5555%2F$case"),
    ("doi", "10.5555"),
    ("doi", "work:doi"),
    ("arxiv", "2101.00001v12"),
)
_SECOND = "external-ids.external-id.1"


def cases() -> list[Case]:
    return [*_types(), *_normalised(), *_not_normalised(), *_clashes()]


def _held(value: str, kind: str) -> dict[str, object]:
    """A work that holds the identifier as another version's, so that fixed values clash with nothing on the record."""
    return work({}, identifier(), identifier(value, "version-of", kind))


def _types() -> list[Case]:
    every = [identifier("$case-1", "version-of", kind) for kind in _TYPES]
    lower = [kind for kind in _TYPES if kind not in (*_CASE_KEPT, *_RULED)]

    def folded(kinds: tuple[str, ...] | list[str], value: str) -> tuple[dict[str, object], dict[str, object]]:
        items = [identifier("AbC-$case", "version-of", kind) for kind in kinds]
        values = ["$case", *([value] * len(kinds))]
        return work({}, identifier(), *items), {"external-ids.external-id.*.external-id-normalized.value": values}

    kept_body, kept = folded(_CASE_KEPT, "AbC-$case")
    lower_body, lowered = folded(lower, "abc-$case")
    return [
        case(
            "all 52 types are taken",
            "10",
            post(work({}, identifier(), *every), CREATED, put_code="a"),
            read("a", {"external-ids.external-id.#": 53}),
        ),
        *(
            case(
                f"type {kind} is not",
                "10",
                post(work({}, identifier(), identifier("$case-1", "version-of", kind)), refused(400, 9023)),
            )
            for kind in ("orcid", "grant-number", "proposal_id", "url", "Doi")
        ),
        case(f"letter case kept: {', '.join(_CASE_KEPT)}", "10", post(kept_body, put_code="a"), read("a", kept)),
        case(
            f"{len(lower)} types without a rule: lower-cased", "10", post(lower_body, put_code="a"), read("a", lowered)
        ),
    ]


def _normalised() -> list[Case]:
    return [
        case(
            f"{kind} {value}",
            "10",
            post(_held(value, kind), put_code="a"),
            read(
                "a",
                {
                    f"{_SECOND}.external-id-value": value,
                    f"{_SECOND}.external-id-normalized.value": normalised,
                    f"{_SECOND}.external-id-normalized.transient": True,
                    f"{_SECOND}.external-id-normalized-error": None,
                },
            ),
        )
        for kind, pairs in _NORMALISED.items()
        for value, normalised in pairs
    ]


def _not_normalised() -> list[Case]:
    return [
        case(
            f"{kind} {value}: taken, not normalisable",
            "10",
            post(_held(value, kind), put_code="a"),
            read(
                "a",
                {
                    f"{_SECOND}.external-id-normalized": None,
                    f"{_SECOND}.external-id-normalized-error.error-code": "8001",
                    f"{_SECOND}.external-id-normalized-error.error-message": Contains(f"{kind}:{value}"),
                    f"{_SECOND}.external-id-normalized-error.transient": True,
                },
            ),
        )
        for kind, value in _NOT_NORMALISED
    ]


def _clashes() -> list[Case]:
    def two(kind: str, one: str, other: str, *, same: bool) -> Case:
        expect = refused(409, 9021) if same else CREATED
        return case(
            f"{kind} {one} and {other}: {'duplicates' if same else 'two works'}",
            "10",
            post(work({}, identifier(one, kind=kind))),
            post(work({}, identifier(other, kind=kind)), expect),
        )

    return [
        two("doi", "10.5555/$case", "HTTPS://DOI.ORG/10.5555/$case", same=True),
        two("isbn", "978-3-1-$digits", "97831$digits", same=True),
        two("isbn", "97831$digits", "31$digits", same=False),
        two("pmid", "$digits", "PMID: $digits", same=True),
        two("pmc", "$digits", "PMC$digits", same=True),
        two("arxiv", "hep-th/9901001", "arXiv:hep-th/9901001", same=True),
        two("arxiv", "hep-th/9901001", "hep-th/9901001v1", same=False),
        two("handle", "20.500.1/$case-A", "20.500.1/$case-a", same=True),
        two("handle", "20.500.1/$case", "http://hdl.handle.net/20.500.1/$case", same=False),
        two("wosuid", "WOS:$case", "$case", same=False),
        two("uri", "example.org/$case", "http://example.org/$case", same=True),
        two("uri", "https://example.org/$case", "http://example.org/$case", same=False),
        two("uri", "https://example.org/a-$case", "https://example.org/A-$case", same=False),
        two("other-id", "$case", " $case", same=False),
        case(
            "a group's identifiers are normalised too",
            "10",
            post(work({}, identifier("https://doi.org/10.5555/AB-$case", kind="doi")), put_code="a"),
            get(
                "/works",
                shows({"group($a).external-ids.external-id.0.external-id-normalized.value": "10.5555/ab-$case"}),
            ),
        ),
    ]
