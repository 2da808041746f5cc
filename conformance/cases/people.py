"""Section 9: contributors and their roles."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.bodies import bulk, contributor, contributors, work
from conformance.case import Case, Expect
from conformance.matching import OneOf
from conformance.steps import case, post, post_bulk, read, refused, shows

_ROLES = [
    "author",
    "assignee",
    "editor",
    "chair-or-translator",
    "co-investigator",
    "co-inventor",
    "graduate-student",
    "other-inventor",
    "principal-investigator",
    "postdoctoral-researcher",
    "support-staff",
]
_CREDIT = [
    "conceptualization",
    "data-curation",
    "formal-analysis",
    "funding-acquisition",
    "investigation",
    "methodology",
    "project-administration",
    "resources",
    "software",
    "supervision",
    "validation",
    "visualization",
    "writing-original-draft",
    "writing-review-editing",
]
_ID = "0000-0002-1825-0097"
_FIRST = "contributors.contributor.0"


def cases() -> list[Case]:
    return [*_roles(), *_parts(), *_refusals(), *_numbers()]


def _with(*people: object) -> dict[str, object]:
    return work({"contributors": contributors(*people)})


def _takes(name: str, shown: Mapping[str, object], *people: object) -> Case:
    return case(f"{name}: taken", "9", post(_with(*people), put_code="a"), read("a", shown))


def _credit(name: str, scheme: str = "http", end: str = "/") -> str:
    return f"{scheme}://credit.niso.org/contributor-roles/{name}{end}"


def _roles() -> list[Case]:
    def refuses(name: str, role: str) -> Case:
        return case(f"{name}: refused", "9", post(_with(contributor(role=role)), refused(400, 9058)))

    shown = "contributors.contributor.*.contributor-attributes.contributor-role"
    credit = [_credit(name) for name in _CREDIT]
    return [
        _takes("all 11 original roles", {shown: list(_ROLES)}, *(contributor(role=role) for role in _ROLES)),
        _takes("all 14 CRediT roles", {shown: credit}, *(contributor(role=role) for role in credit)),
        _takes(
            "one person with two roles is listed twice",
            {shown: ["author", "editor"]},
            contributor(role="author"),
            contributor(role="editor"),
        ),
        refuses("an unknown role", "cook"),
        refuses("a role in another letter case", "Author"),
        refuses("a CRediT role with https", _credit("software", "https")),
        refuses("a CRediT role without its slash", _credit("software", end="")),
        refuses("an unknown CRediT role", _credit("cooking")),
        case(
            "an unknown role in a bulk fails its item alone",
            "9",
            post_bulk(
                bulk(_with(contributor(role="cook")), work()),
                shows(
                    {
                        "bulk.0.error.error-code": 9058,
                        "bulk.0.error.response-code": 400,
                        "bulk.1.work.title.title.value": "Conformance $case",
                    }
                ),
            ),
        ),
        case(
            "a work with an unknown role is not stored",
            "9",
            post(_with(contributor(role="cook")), refused(400, 9058)),
            post(),
        ),
        _takes(
            "sequence first and additional",
            {"contributors.contributor.*.contributor-attributes.contributor-sequence": ["first", "additional"]},
            contributor(sequence="first"),
            contributor(sequence="additional"),
        ),
    ]


def _parts() -> list[Case]:
    uri = f"https://orcid.org/{_ID}"
    return [
        _takes(
            "a name alone",
            {f"{_FIRST}.credit-name.value": "Ada Example", f"{_FIRST}.contributor-orcid": None},
            contributor(),
        ),
        _takes(
            "an iD with uri, path and host",
            {
                f"{_FIRST}.contributor-orcid.uri": uri,
                f"{_FIRST}.contributor-orcid.path": _ID,
                f"{_FIRST}.contributor-orcid.host": "orcid.org",
            },
            contributor(contributor_orcid={"uri": uri, "path": _ID, "host": "orcid.org"}),
        ),
        _takes(
            "an iD's uri alone: the path is derived, the host is not",
            {f"{_FIRST}.contributor-orcid.path": _ID, f"{_FIRST}.contributor-orcid.host": None},
            contributor(contributor_orcid={"uri": uri}),
        ),
        _takes(
            "an iD's path alone",
            {f"{_FIRST}.contributor-orcid.path": _ID},
            contributor(contributor_orcid={"path": _ID}),
        ),
        _takes(
            "an iD of the sandbox",
            {f"{_FIRST}.contributor-orcid.path": _ID},
            contributor(contributor_orcid={"uri": f"https://sandbox.orcid.org/{_ID}"}),
        ),
        _takes(
            "an iD without a name", {f"{_FIRST}.credit-name": None}, contributor(None, contributor_orcid={"uri": uri})
        ),
        _takes(
            "a role without sequence",
            {
                f"{_FIRST}.contributor-attributes.contributor-role": "author",
                f"{_FIRST}.contributor-attributes.contributor-sequence": None,
            },
            contributor(role="author"),
        ),
        _takes(
            "an e-mail as object",
            {f"{_FIRST}.credit-name.value": "Ada Example"},
            contributor(contributor_email={"value": "ada@example.org"}),
        ),
        _takes(
            "an e-mail as bare string",
            {f"{_FIRST}.credit-name.value": "Ada Example"},
            contributor(contributor_email="ada@example.org"),
        ),
        _takes("a name of 150 characters", {f"{_FIRST}.credit-name.value": "x" * 150}, contributor("x" * 150)),
        _takes("contributors without any", {"contributors": {"contributor": []}}),
    ]


def _refusals() -> list[Case]:
    def refuses(name: str, person: object, codes: tuple[int, ...] = (9047,)) -> Case:
        return case(f"{name}: refused", "9", post(_with(person), Expect(400, fields={"error-code": OneOf(codes)})))

    both = (9047, 9020)
    return [
        refuses("a name of 151 characters", contributor("x" * 151)),
        refuses("an empty name", contributor(""), both),
        refuses("a blank name", contributor("  "), both),
        refuses("a name as plain string", contributor(None, credit_name="Ada Example")),
        refuses("an unknown sequence", contributor(sequence="last")),
        refuses("an iD with http", contributor(contributor_orcid={"uri": f"http://orcid.org/{_ID}"}), both),
        refuses("an iD at another host", contributor(contributor_orcid={"uri": f"https://example.org/{_ID}"}), both),
        refuses("a malformed iD", contributor(contributor_orcid={"uri": "https://orcid.org/0000-0002-1825"}), both),
        refuses("a malformed iD path", contributor(contributor_orcid={"path": "0000000218250097"}), both),
        refuses("an unknown member", contributor(colour="blue")),
    ]


def _numbers() -> list[Case]:
    names = [f"Person {n:04d}" for n in range(300)]
    shown = {"contributors.contributor.*.credit-name.value": names}
    people = [contributor(name) for name in names]
    return [
        _takes("300 contributors, all returned in order", shown, *people),
        case(
            "300 contributors in a bulk",
            "9",
            post_bulk(bulk(_with(*people)), shows({"bulk.0.work.contributors.contributor.#": 300})),
        ),
    ]
