"""Section 7: what a PUT replaces, what it keeps, and whose works it may touch."""

from __future__ import annotations

from typing import Any

from conformance.bodies import Json, contributor, contributors, date, doi, identifier, title, update, work
from conformance.case import Case, Control, Expect, Need, Step
from conformance.matching import Not
from conformance.steps import case, post, put, read, refused, shows

_FULL: Json = {
    "title": {
        "title": {"value": "Conformance $case"},
        "subtitle": {"value": "Below"},
        "translated-title": {"value": "Titre", "language-code": "fr"},
    },
    "journal-title": {"value": "Journal"},
    "short-description": "About",
    "citation": {"citation-type": "bibtex", "citation-value": "@a{b}"},
    "publication-date": date("2020", "05", "06"),
    "url": {"value": "https://example.org/1"},
    "contributors": contributors(
        contributor("Ada Example", "author", "first"), contributor("Bob Example", "author", "additional")
    ),
    "language-code": "en",
    "country": {"value": "DE"},
}
_IDS = (identifier(), identifier("$case-2", "part-of"), doi())


def cases() -> list[Case]:
    return [*_replacement(), *_missing_relationship(), *_others()]


def _full(**changes: object) -> Json:
    return {**_FULL, **{name.replace("_", "-"): value for name, value in changes.items()}}


def _stored(changes: Json | None = None, *items: object) -> tuple[Step, ...]:
    """A full work, and when it was last modified."""
    body = work(_FULL if changes is None else changes, *(items or _IDS))
    return post(body, put_code="a"), read(
        "a", {}, keep={"then": "last-modified-date.value", "made": "created-date.value"}
    )


def _replacement() -> list[Case]:
    bare = update("a", {"title": title("Changed $case")})
    empty: dict[str, object] = dict.fromkeys(
        ("journal-title", "short-description", "citation", "publication-date", "url", "language-code", "country"), None
    )
    kept = {"put-code": "$a", "created-date.value": "$made", "source.source-client-id.path": "$client_id"}
    return [
        case(
            "every field left out is cleared",
            "7",
            *_stored(),
            put("a", bare),
            read(
                "a",
                {
                    **empty,
                    "contributors": {"contributor": []},
                    "title.subtitle": None,
                    "title.translated-title": None,
                    "external-ids.external-id.#": 1,
                },
            ),
        ),
        case(
            "source, put-code, created-date stay; last-modified moves",
            "7",
            *_stored(),
            put("a", bare),
            read("a", {**kept, "last-modified-date.value": Not("$then")}),
        ),
        case(
            "the answer is the stored work",
            "7",
            *_stored(),
            put("a", bare, shows({**kept, "title.title.value": "Changed $case", "journal-title": None})),
        ),
        case(
            "everything can be replaced",
            "7",
            *_stored(),
            put("a", update("a", _full(type="book", title=title("Other")), identifier("$case-9"))),
            read(
                "a",
                {
                    "type": "book",
                    "title.title.value": "Other",
                    "external-ids.external-id.0.external-id-value": "$case-9",
                },
            ),
        ),
        case(
            "a PUT that would make a duplicate",
            "7",
            post(put_code="a"),
            post(work({}, identifier("$case-2")), put_code="b"),
            put("b", update("b"), refused(409, 9021)),
            read("b", {"external-ids.external-id.0.external-id-value": "$case-2"}),
        ),
        case(
            "a PUT that breaks a rule changes nothing",
            "7",
            *_stored(),
            put("a", update("a", _full(publication_date=date("2020", "02", "30")), *_IDS), refused(400, 9049)),
            read("a", {"last-modified-date.value": "$then"}),
        ),
    ]


def _missing_relationship() -> list[Case]:
    bare = identifier("$case-9", None)
    relationship = "external-ids.external-id.0.external-id-relationship"
    return [
        case(
            "PUT takes an identifier without relationship as self",
            "7",
            post(put_code="a"),
            put("a", update("a", {}, bare), shows({relationship: "self"})),
            read("a", {relationship: "self"}),
        ),
        case("POST does not", "7", post(work({}, bare), refused(400, 9023))),
        case(
            "without relationship it is no change where self is stored",
            "7",
            *_stored({}, identifier()),
            put("a", update("a", {}, identifier(relationship=None)), shows({"last-modified-date.value": "$then"})),
        ),
    ]


def _others() -> list[Case]:
    there: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
    start: tuple[Step, ...] = (
        Control("works", {"orcid": "$fresh", "source": "owner", "works": [work(_FULL)]}, {"a": "put_codes.0"}),
        Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"}),
    )

    def other(name: str, body: Json, expect: Expect) -> Case:
        return case(f"another's work, {name}", "7", *start, put("a", body, expect, **there), needs=Need.OTHER_SOURCE)

    return [
        other("no change", update("a", _FULL), refused(403, 9014)),
        other("an ignored change", update("a", _full(citation=None)), refused(403, 9014)),
        *(
            case(
                f"a no-change PUT cannot fail: {name}",
                "7",
                Control(
                    "works", {"orcid": "$fresh", "source": "$client_id", "works": [there_, body]}, {"a": "put_codes.1"}
                ),
                start[1],
                put("a", {**body, "put-code": "$a"}, shows({"put-code": "$a"}), **there),
                needs=Need.OWNER,
            )
            for name, there_, body in (
                ("a duplicate", work(), work()),
                ("no self identifier", work(), work({}, identifier(relationship="part-of"))),
                ("an unknown identifier type", work(), work({}, identifier(kind="colour"))),
            )
        ),
        other("a change", update("a", _full(type="book")), refused(403, 9010)),
    ]
