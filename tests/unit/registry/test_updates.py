"""PUT: full replacement, and the lopsided "nothing changed" shortcut."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.registry.harness import ORCID, OTHER_CLIENT, Harness, date, identifier, work


def _people(count: int, **last: Any) -> dict[str, Any]:
    people: list[dict[str, Any]] = [{"credit-name": {"value": f"Person {number}"}} for number in range(count)]
    people[-1].update({name.replace("_", "-"): value for name, value in last.items()})
    return {"contributor": people}


TITLE = {"title": {"value": "A"}, "subtitle": {"value": "B"}, "translated-title": {"value": "C", "language-code": "de"}}
FULL = work(
    {**identifier(), "external-id-url": {"value": "https://doi.org/10.1234/abc"}},
    identifier("issn", "1234-5678", "part-of"),
    title=TITLE,
    journal_title={"value": "J"},
    short_description="D",
    citation={"citation-type": "bibtex", "citation-value": "@a{b}"},
    publication_date=date("2020", "05"),
    url={"value": "https://example.org/x"},
    contributors=_people(2, contributor_email="a@example.org"),
    language_code="en",
    country={"value": "DE"},
)
IDS = FULL["external-ids"]["external-id"]


def _ids(*identifiers: dict[str, Any]) -> dict[str, Any]:
    return {"external-ids": {"external-id": list(identifiers)}}


IGNORED: list[tuple[str, dict[str, Any]]] = [
    ("the same again", {}),
    ("a day added", {"publication-date": date("2020", "05", "01")}),
    ("the date left out", {"publication-date": None}),
    ("the citation left out", {"citation": None}),
    ("the translated title left out", {"title": {**TITLE, "translated-title": None}}),
    ("another e-mail address", {"contributors": _people(2, contributor_email="b@example.org")}),
    (
        "case of an identifier's address",
        _ids({**IDS[0], "external-id-url": {"value": "HTTPS://DOI.ORG/10.1234/ABC"}}, IDS[1]),
    ),
    ("a self relationship left out", _ids({**IDS[0], "external-id-relationship": None}, IDS[1])),
    ("the visibility it has", {"visibility": "public"}),
]
NOTICED: list[tuple[str, dict[str, Any]]] = [
    ("title", {"title": {**TITLE, "title": {"value": "a"}}}),
    ("subtitle", {"title": {**TITLE, "subtitle": None}}),
    ("translated title", {"title": {**TITLE, "translated-title": {"value": "c", "language-code": "de"}}}),
    ("journal title", {"journal-title": None}),
    ("description", {"short-description": None}),
    ("citation", {"citation": {"citation-type": "ris", "citation-value": "@a{b}"}}),
    ("url", {"url": {"value": "https://example.org/X"}}),
    ("type", {"type": "book"}),
    ("month altered", {"publication-date": date("2020", "06")}),
    ("month removed", {"publication-date": date("2020")}),
    ("year altered", {"publication-date": date("2021", "05")}),
    ("identifier's value", _ids({**IDS[0], "external-id-value": "10.1234/ABC"}, IDS[1])),
    ("identifier's relationship", _ids(IDS[0], {**IDS[1], "external-id-relationship": "self"})),
    ("order of identifiers", _ids(IDS[1], IDS[0])),
    ("number of identifiers", _ids(IDS[0])),
    ("contributors left out", {"contributors": None}),
    ("contributor's name", {"contributors": _people(2, credit_name={"value": "x"})}),
    ("contributor's iD", {"contributors": _people(2, contributor_orcid={"path": ORCID})}),
    ("contributor's role", {"contributors": _people(2, contributor_attributes={"contributor-role": "editor"})}),
    ("language left out", {"language-code": None}),
    ("country left out", {"country": None}),
]


def _put(registry: Harness, put_code: int, body: dict[str, Any]) -> bool:
    """Whether the stored work was changed."""
    before = registry.stored(put_code)
    reply = registry.works("PUT", f"/work/{put_code}", {**body, "put-code": put_code})
    assert reply.status == 200, reply.text
    after = registry.stored(put_code)
    assert reply.json == {**after, "path": None}
    if before == after:
        return False
    assert after["last-modified-date"]["value"] > before["last-modified-date"]["value"]
    assert after["created-date"] == before["created-date"]
    return True


@pytest.mark.parametrize("change", [case[1] for case in IGNORED], ids=[case[0] for case in IGNORED])
def test_change_goes_unnoticed(change: dict[str, Any]) -> None:
    registry = Harness()
    assert not _put(registry, registry.add(FULL), {**FULL, **change})


@pytest.mark.parametrize("change", [case[1] for case in NOTICED], ids=[case[0] for case in NOTICED])
def test_change_is_noticed(change: dict[str, Any]) -> None:
    registry = Harness()
    assert _put(registry, registry.add(FULL), {**FULL, **change})


@pytest.mark.parametrize(("before", "after", "noticed"), [(60, 61, False), (60, 50, False), (50, 49, True)])
def test_contributors_beyond_the_first_fifty_are_not_compared(before: int, after: int, noticed: bool) -> None:
    registry = Harness()
    put_code = registry.add(work(contributors=_people(before)))
    assert _put(registry, put_code, work(contributors=_people(after))) is noticed


def test_put_clears_what_it_leaves_out_once_anything_else_is_noticed() -> None:
    registry = Harness()
    put_code = registry.add(FULL)
    assert _put(registry, put_code, work(title={"title": {"value": "New"}}))
    stored = registry.stored(put_code)
    for name in ("journal-title", "short-description", "citation", "publication-date", "url", "language-code"):
        assert stored[name] is None
    assert stored["contributors"] == {"contributor": []}
    assert len(stored["external-ids"]["external-id"]) == 1


def test_put_takes_an_identifier_without_relationship_as_self() -> None:
    registry = Harness()
    put_code = registry.add(FULL)
    assert _put(registry, put_code, work(identifier("issn", "1234-5678", None)))
    assert registry.stored(put_code)["external-ids"]["external-id"][0]["external-id-relationship"] == "self"


def test_unchanged_put_is_never_validated() -> None:
    registry = Harness()
    (put_code,) = registry.control("works", orcid=ORCID, source="APP-AAAAAAAAAAAAAAAA", works=[work()])["put_codes"]
    registry.add(work(identifier(value="10.1234/x")))
    registry.control("works", orcid=ORCID, source="APP-AAAAAAAAAAAAAAAA", works=[work()])
    assert not _put(registry, put_code, work())  # a twin exists, yet no 9021


def test_put_of_somebody_elses_work() -> None:
    registry = Harness()
    (put_code,) = registry.control("works", orcid=ORCID, source=OTHER_CLIENT, works=[work()])["put_codes"]
    body = {**work(), "put-code": put_code}
    assert registry.works("PUT", f"/work/{put_code}", body).refusal == (403, 9014)
    changed = {**body, "title": {"title": {"value": "New"}}}
    assert registry.works("PUT", f"/work/{put_code}", changed).refusal == (403, 9010)
    assert registry.works("PUT", f"/work/{put_code}", {**changed, "external-ids": None}).refusal == (400, 9023)


def test_visibility_never_changes() -> None:
    registry = Harness()
    put_code = registry.add(work())
    reply = registry.works("PUT", f"/work/{put_code}", {**work(visibility="private"), "put-code": put_code})
    assert reply.refusal == (403, 9035)


def test_put_codes_of_path_and_body_must_agree() -> None:
    registry = Harness()
    put_code = registry.add(work())
    missing = registry.works("PUT", f"/work/{put_code}", work())
    assert missing.refusal == (400, 9019)
    assert "null" in missing.json["developer-message"]
    assert registry.works("PUT", "/work/7", {**work(), "put-code": put_code}).refusal == (400, 9019)
    assert registry.works("PUT", "/work/7", {**work(), "put-code": "7"}).refusal == (404, 9016)
    assert registry.works("PUT", "/work/x", {**work(), "put-code": 7}).refusal == (400, 9034)
