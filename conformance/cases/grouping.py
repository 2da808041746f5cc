"""Section 6.5: display index, and how works fall into groups."""

from __future__ import annotations

from typing import Any

from conformance.bodies import date, doi, identifier, title, update, work
from conformance.case import Case, Control, Need, Request
from conformance.matching import InAnyOrder
from conformance.steps import case, get, post, put, shows

_THERE: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
_TOKEN = Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"})
_ONE, _TWO, _THREE = (identifier(f"$case-{n}") for n in (1, 2, 3))


def cases() -> list[Case]:
    return [*_together(), *_identifiers(), *_display_index(), *_order(), *_seen()]


def _group(name: str, together: bool, first: dict[str, object], second: dict[str, object]) -> Case:
    """Two works of the caller, and how many stand in the first one's group."""
    listed = get("/works", shows({"group($a).work-summary.#": 2 if together else 1}))
    return case(
        f"{name}: {'one group' if together else 'two groups'}",
        "6.5",
        post(first, put_code="a"),
        post(second, put_code="b"),
        listed,
    )


def _together() -> list[Case]:
    def shared(one: str, other: str) -> tuple[dict[str, object], dict[str, object]]:
        return work({}, _ONE, doi("$case", one)), work({}, _TWO, doi("$case", other))

    def spelled(kind: str, one: str, other: str) -> tuple[dict[str, object], dict[str, object]]:
        return work({}, _ONE, identifier(one, "version-of", kind)), work(
            {}, _TWO, identifier(other, "version-of", kind)
        )

    return [
        _group("self and version-of", True, *shared("self", "version-of")),
        _group("version-of twice", True, *shared("version-of", "version-of")),
        _group("self and part-of", False, *shared("self", "part-of")),
        _group("part-of twice", False, *shared("part-of", "part-of")),
        _group("funded-by twice", False, *shared("funded-by", "funded-by")),
        _group("self and funded-by", False, *shared("self", "funded-by")),
        _group("nothing shared", False, work({}, _ONE), work({}, _TWO)),
        _group(
            "the same title and type",
            False,
            work({"title": title("Same $case")}, _ONE),
            work({"title": title("Same $case")}, _TWO),
        ),
        _group("a DOI and its URL", True, *spelled("doi", "10.5555/$case", "https://doi.org/10.5555/$case")),
        _group("DOIs in another letter case", True, *spelled("doi", "10.5555/ab$case", "10.5555/AB$case")),
        _group(
            "what cannot be normalised, in another letter case", False, *spelled("doi", "no doi $case", "No doi $case")
        ),
        _group(
            "equal values of two types",
            False,
            work({}, _ONE, identifier("$case", "version-of", "uri")),
            work({}, _TWO, identifier("$case", "version-of", "other-id")),
        ),
        case(
            "a third work merges two groups",
            "6.5",
            post(work({}, _ONE), put_code="a"),
            post(work({}, _TWO), put_code="b"),
            get("/works", shows({"group($a).work-summary.#": 1})),
            post(
                work({}, _THREE, identifier("$case-1", "version-of"), identifier("$case-2", "version-of")), put_code="c"
            ),
            get("/works", shows({"group($a).work-summary.*.put-code": InAnyOrder(("$a", "$b", "$c"))})),
        ),
    ]


def _identifiers() -> list[Case]:
    values = "group($a).external-ids.external-id.*.external-id-value"
    return [
        case(
            "a group names its self and version-of identifiers",
            "6.5",
            post(work({}, _ONE, identifier("$case-9", "version-of"), identifier("$case-8", "part-of")), put_code="a"),
            get("/works", shows({values: InAnyOrder(("$case-1", "$case-9"))})),
        ),
        case(
            "a group names those of all its works",
            "6.5",
            post(work({}, _ONE, doi("$case", "version-of")), put_code="a"),
            post(work({}, _TWO, doi("$case", "version-of")), put_code="b"),
            get("/works", shows({values: InAnyOrder(("$case-1", "$case-2", "10.5555/$case"))})),
        ),
        case(
            "a work without groupable identifier stands alone",
            "6.5",
            _TOKEN,
            Control(
                "works",
                {"orcid": "$fresh", "source": "owner", "works": [work({}, identifier(relationship="part-of"))] * 2},
                {"a": "put_codes.0"},
            ),
            get("/works", shows({"group.#": 2, "group($a).external-ids.external-id": []}), **_THERE),
            needs=Need.OTHER_SOURCE,
        ),
        case(
            "works of all sources are mixed",
            "6.5",
            _TOKEN,
            Control("works", {"orcid": "$fresh", "source": "owner", "works": [work()]}, {"a": "put_codes.0"}),
            post(put_code="b", **_THERE),
            get("/works", shows({"group.#": 1, "group.0.work-summary.#": 2}), **_THERE),
            needs=Need.OTHER_SOURCE,
        ),
    ]


def _display_index() -> list[Case]:
    owners = Control("works", {"orcid": "$fresh", "source": "owner", "works": [work()]}, {"b": "put_codes.0"})
    prefer = Control("works/preferred", {"orcid": "$fresh", "put_codes": ["$b"]})
    index = "group($a).work-summary($a).display-index"
    return [
        case("works made over the API start with 1", "6.5", post(put_code="a"), get("/works", shows({index: "1"}))),
        case(
            "a PUT does not touch it",
            "6.5",
            post(put_code="a"),
            put("a", update("a", {"type": "book"})),
            get("/works", shows({index: "1"})),
        ),
        case(
            "works of the owner start with 0, and stand behind",
            "6.5",
            _TOKEN,
            owners,
            post(put_code="a", **_THERE),
            get(
                "/works",
                shows(
                    {
                        "group.0.work-summary.*.put-code": ["$a", "$b"],
                        "group.0.work-summary.*.display-index": ["1", "0"],
                    }
                ),
                **_THERE,
            ),
            needs=Need.OTHER_SOURCE,
        ),
        case(
            "the version the owner prefers comes first",
            "6.5",
            _TOKEN,
            owners,
            post(put_code="a", **_THERE),
            prefer,
            get("/works", shows({"group.0.work-summary.*.put-code": ["$b", "$a"]}), **_THERE),
            needs=Need.OWNER,
        ),
        case(
            "equal display index: the older first",
            "6.5",
            post(work({}, _ONE, doi("$case", "version-of")), put_code="a"),
            post(work({}, _TWO, doi("$case", "version-of")), put_code="b"),
            get("/works", shows({"group($a).work-summary.*.put-code": ["$a", "$b"]})),
        ),
    ]


def _order() -> list[Case]:
    def dated(name: str, when: dict[str, object] | None, text: str = "Same", type_: str = "book") -> Request:
        changes = {"title": title(text), "publication-date": when, "type": type_}
        return post(work(changes, identifier(f"$case-{name}")), put_code=name, **_THERE)

    def listed(*names: str) -> Request:
        return get("/works", shows({"group.*.work-summary.0.put-code": [f"${name}" for name in names]}), **_THERE)

    return [
        case(
            "groups: the newest publication first",
            "6.5",
            _TOKEN,
            dated("a", date("2019")),
            dated("b", date("2021")),
            dated("c", date("2020")),
            listed("b", "c", "a"),
            needs=Need.TOKENS,
        ),
        case(
            "groups: missing parts count as 0, no date comes last",
            "6.5",
            _TOKEN,
            dated("a", None),
            dated("b", date("2020")),
            dated("c", date("2020", "03")),
            dated("d", date("2020", "03", "02")),
            listed("d", "c", "b", "a"),
            needs=Need.TOKENS,
        ),
        case(
            "groups: of one date, by title",
            "6.5",
            _TOKEN,
            dated("a", date("2020"), "Beta"),
            dated("b", date("2020"), "Alpha"),
            listed("b", "a"),
            needs=Need.TOKENS,
        ),
    ]


def _seen() -> list[Case]:
    order = {"orcid": "$fresh", "client_id": "$client_id", "scope": "/activities/update"}
    works = [work({"visibility": "private"}, _ONE, _TWO), work({}, _ONE), work({}, _TWO)]
    return [
        case(
            "groups are made of what the caller can see",
            "6.5",
            Control("token", order, {"mine": "access_token"}),
            Control("works", {"orcid": "$fresh", "source": "owner", "works": works}),
            get("/works", shows({"group.#": 2}), **_THERE),
            needs=Need.OTHER_SOURCE,
        ),
    ]
