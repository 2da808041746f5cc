"""Section 7: the lopsided comparison that decides whether a PUT does anything."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.bodies import Json, contributor, contributors, date, doi, identifier, update, work
from conformance.case import Case, Step
from conformance.matching import Not
from conformance.steps import case, post, put, read, shows

_CREDIT = "http://credit.niso.org/contributor-roles/software/"
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
    return [*_nothing(), *_ignored(), *_noticed(), *_noticed_identifiers(), *_many_contributors()]


def _full(**changes: object) -> Json:
    return {**_FULL, **{name.replace("_", "-"): value for name, value in changes.items()}}


def _stored(changes: Json | None = None, *items: object) -> tuple[Step, ...]:
    """A full work, and when it was last modified."""
    body = work(_FULL if changes is None else changes, *(items or _IDS))
    return post(body, put_code="a"), read(
        "a", {}, keep={"then": "last-modified-date.value", "made": "created-date.value"}
    )


def _unchanged(
    name: str, new: Mapping[str, object], shown: Mapping[str, object] | None = None, stored: Json | None = None
) -> Case:
    """A PUT that answers 200 and does nothing."""
    fields = {"last-modified-date.value": "$then", **(shown or {})}
    return case(name, "7", *_stored(stored), put("a", update("a", new, *_IDS), shows(fields)), read("a", fields))


def _nothing() -> list[Case]:
    return [
        _unchanged("the same again: 200, last-modified untouched", _FULL),
        case(
            "a read body sent back is no change",
            "7",
            *_stored(),
            read("a", {}, keep={"whole": ""}),
            put("a", "$whole", shows({"last-modified-date.value": "$then"})),
        ),
    ]


def _ignored() -> list[Case]:
    people = [contributor("Ada Example", "author", "first"), contributor("Bob Example", "author", "additional")]
    with_mail = [{**people[0], "contributor-email": {"value": "ada@example.org"}}, people[1]]
    year, month = _full(publication_date=date("2020")), _full(publication_date=date("2020", "05"))
    no_translation = _full(title={"title": {"value": "Conformance $case"}, "subtitle": {"value": "Below"}})
    return [
        _unchanged("ignored: a month added to a year", month, {"publication-date.month": None}, year),
        _unchanged("ignored: month and day added to a year", _FULL, {"publication-date.month": None}, year),
        _unchanged("ignored: a day added to a month", _FULL, {"publication-date.day": None}, month),
        _unchanged(
            "ignored: publication-date left out", _full(publication_date=None), {"publication-date.year.value": "2020"}
        ),
        _unchanged("ignored: citation left out", _full(citation=None), {"citation.citation-value": "@a{b}"}),
        _unchanged("ignored: translated title left out", no_translation, {"title.translated-title.value": "Titre"}),
        _unchanged(
            "ignored: a contributor's e-mail",
            _full(contributors=contributors(*with_mail)),
            {"contributors.contributor.0.contributor-email": None},
        ),
        case(
            "ignored: letter case of an identifier's url",
            "7",
            *_stored({}, {**identifier(), "external-id-url": {"value": "https://example.org/a"}}),
            put(
                "a",
                update("a", {}, {**identifier(), "external-id-url": {"value": "https://EXAMPLE.org/A"}}),
                shows({"last-modified-date.value": "$then"}),
            ),
        ),
        case(
            "ignored: letter case of a CRediT role",
            "7",
            *_stored({"contributors": contributors(contributor("Ada Example", _CREDIT))}),
            put(
                "a",
                update(
                    "a",
                    {"contributors": contributors(contributor("Ada Example", _CREDIT.replace("software", "Software")))},
                    *_IDS,
                ),
                shows({"last-modified-date.value": "$then"}),
            ),
        ),
        case(
            "an ignored removal beside a noticed change takes place",
            "7",
            *_stored(),
            put("a", update("a", _full(publication_date=None, citation=None, journal_title={"value": "Other"}), *_IDS)),
            read("a", {"publication-date": None, "citation": None, "journal-title.value": "Other"}),
        ),
        _unchanged(
            "a no-change PUT cannot fail: 30 February added to a year",
            _full(publication_date=date("2020", "02", "30")),
            {"publication-date.month": None},
            _full(publication_date=date("2020")),
        ),
    ]


def _change(name: str, new: Mapping[str, object], shown: Mapping[str, object]) -> Case:
    """A PUT whose change is noticed and stored."""
    return case(
        f"noticed: {name}",
        "7",
        *_stored(),
        put("a", update("a", new, *_IDS), shows(shown)),
        read("a", {**shown, "last-modified-date.value": Not("$then")}),
    )


def _noticed() -> list[Case]:
    def titled(text: str, below: object) -> Json:
        return {
            "title": {"value": text},
            "subtitle": below,
            "translated-title": {"value": "Titre", "language-code": "fr"},
        }

    def people(*items: object) -> Json:
        return _full(contributors=contributors(*items))

    ada, bob = contributor("Ada Example", "author", "first"), contributor("Bob Example", "author", "additional")
    orcid = {"uri": "https://orcid.org/0000-0002-1825-0097", "path": "0000-0002-1825-0097", "host": "orcid.org"}
    other_translation = {
        **titled("Conformance $case", {"value": "Below"}),
        "translated-title": {"value": "Autre", "language-code": "fr"},
    }
    first = "contributors.contributor.0"
    return [
        _change("title", _full(title=titled("Changed", {"value": "Below"})), {"title.title.value": "Changed"}),
        _change(
            "letter case of the title",
            _full(title=titled("CONFORMANCE $case", {"value": "Below"})),
            {"title.title.value": "CONFORMANCE $case"},
        ),
        _change(
            "subtitle", _full(title=titled("Conformance $case", {"value": "Other"})), {"title.subtitle.value": "Other"}
        ),
        _change("subtitle removed", _full(title=titled("Conformance $case", None)), {"title.subtitle": None}),
        _change("translated title altered", _full(title=other_translation), {"title.translated-title.value": "Autre"}),
        _change("journal title", _full(journal_title={"value": "Other"}), {"journal-title.value": "Other"}),
        _change("journal title removed", _full(journal_title=None), {"journal-title": None}),
        _change("description", _full(short_description="Other"), {"short-description": "Other"}),
        _change("description removed", _full(short_description=None), {"short-description": None}),
        _change("url", _full(url={"value": "https://example.org/2"}), {"url.value": "https://example.org/2"}),
        _change("url removed", _full(url=None), {"url": None}),
        _change("type", _full(type="book"), {"type": "book"}),
        _change("day removed", _full(publication_date=date("2020", "05")), {"publication-date.day": None}),
        _change("month and day removed", _full(publication_date=date("2020")), {"publication-date.month": None}),
        _change("day altered", _full(publication_date=date("2020", "05", "07")), {"publication-date.day.value": "07"}),
        _change(
            "year altered", _full(publication_date=date("2021", "05", "06")), {"publication-date.year.value": "2021"}
        ),
        _change(
            "citation altered",
            _full(citation={"citation-type": "bibtex", "citation-value": "@x{y}"}),
            {"citation.citation-value": "@x{y}"},
        ),
        _change("language", _full(language_code="fr"), {"language-code": "fr"}),
        _change("country", _full(country={"value": "FR"}), {"country.value": "FR"}),
        _change(
            "contributor's name",
            people(contributor("Eve Example", "author", "first"), bob),
            {f"{first}.credit-name.value": "Eve Example"},
        ),
        _change(
            "contributor's iD",
            people({**ada, "contributor-orcid": orcid}, bob),
            {f"{first}.contributor-orcid.path": "0000-0002-1825-0097"},
        ),
        _change(
            "contributor's role",
            people(contributor("Ada Example", "editor", "first"), bob),
            {f"{first}.contributor-attributes.contributor-role": "editor"},
        ),
        _change("contributor removed", people(ada), {"contributors.contributor.#": 1}),
        _change("contributor added", people(ada, bob, contributor("Eve Example")), {"contributors.contributor.#": 3}),
        _change("all contributors removed", _full(contributors=None), {"contributors.contributor": []}),
    ]


def _noticed_identifiers() -> list[Case]:
    own, part, self_doi = _IDS

    def change(name: str, *items: object) -> Case:
        values = [item["external-id-value"] for item in items if isinstance(item, dict)]
        shown = {"external-ids.external-id.*.external-id-value": values}
        return case(
            f"noticed: {name}",
            "7",
            *_stored(),
            put("a", update("a", _FULL, *items)),
            read("a", {**shown, "last-modified-date.value": Not("$then")}),
        )

    return [
        change("identifier's value", identifier("$case-9"), part, self_doi),
        change("identifier's type", identifier(kind="other-id"), part, self_doi),
        change("identifier's relationship", own, identifier("$case-2", "version-of"), self_doi),
        change("identifier removed", own, self_doi),
        change("identifier added", *_IDS, identifier("$case-9", "version-of")),
        change("order of identifiers", self_doi, part, own),
    ]


def _many_contributors() -> list[Case]:
    def people(count: int, last: str = "") -> Json:
        items = [contributor(f"Person {n:02d}") for n in range(count)]
        return {
            "contributors": contributors(*items[: count - 1 if last else count], *([contributor(last)] if last else []))
        }

    def silent(name: str, there: Json, new: Json, count: int) -> Case:
        fields = {"last-modified-date.value": "$then", "contributors.contributor.#": count}
        return case(
            f"ignored: {name}",
            "7",
            *_stored(there),
            put("a", update("a", new, *_IDS), shows({"last-modified-date.value": "$then"})),
            read("a", fields),
        )

    return [
        silent("51st contributor added", people(50), people(51), 50),
        silent("51st contributor removed", people(51), people(50), 51),
        silent("51st contributor altered", people(51), people(51, "Somebody"), 51),
        case(
            "noticed: 50th contributor altered",
            "7",
            *_stored(people(51)),
            put(
                "a",
                update(
                    "a",
                    {
                        "contributors": contributors(
                            *(contributor(f"Person {n:02d}" if n != 49 else "Somebody") for n in range(51))
                        )
                    },
                    *_IDS,
                ),
            ),
            read("a", {"contributors.contributor.49.credit-name.value": "Somebody", "contributors.contributor.#": 51}),
        ),
    ]
