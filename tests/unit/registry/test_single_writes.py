"""POST of one work: mapping, schema, business rules, and their codes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.registry.harness import CLIENT, ORCID, Harness, date, identifier, work


def _title(value: Any) -> dict[str, Any]:
    return {"title": {"title": value}}


def _contributor(**parts: Any) -> dict[str, Any]:
    return {"contributors": {"contributor": [{name.replace("_", "-"): part for name, part in parts.items()}]}}


REFUSED = [
    # mapping
    ("unknown field", {"colour": "red"}, 9047),
    ("display-index is no field of a work", {"display_index": "1"}, 9047),
    ("missing wrapper", {"journal_title": "Nature"}, 9047),
    ("object for a text", {"short_description": {"value": "x"}}, 9047),
    ("unknown type", {"type": "JOURNAL_ARTICLE"}, 9047),
    ("unknown relationship", {"external_ids": {"external-id": [identifier(relationship="SELF")]}}, 9047),
    ("unknown language", {"language_code": "he"}, 9047),
    ("unknown country", {"country": {"value": "de"}}, 9047),
    ("unknown citation type", {"citation": {"citation-type": "apa", "citation-value": "x"}}, 9047),
    ("unknown visibility", {"visibility": "PUBLIC"}, 9047),
    ("unknown sequence", _contributor(contributor_attributes={"contributor-sequence": "last"}), 9047),
    ("unknown field in source", {"source": {"name": "x"}}, 9047),
    # schema
    ("no title", {"title": None}, 9047),
    ("blank title", _title({"value": " \n"}), 9047),
    ("long title", _title({"value": "x" * 1001}), 9047),
    ("empty journal title", {"journal_title": {"value": ""}}, 9047),
    ("long description", {"short_description": "x" * 5001}, 9047),
    ("no type", {"type": None}, 9047),
    (
        "translated title without language",
        {"title": {"title": {"value": "A"}, "translated-title": {"value": "B"}}},
        9047,
    ),
    ("citation without type", {"citation": {"citation-value": "x"}}, 9047),
    ("year before 1900", {"publication_date": date("1899")}, 9047),
    ("month 13", {"publication_date": date("2020", "13")}, 9047),
    ("day without month", {"publication_date": date("2020", None, "05")}, 9047),
    ("date without year", {"publication_date": {}}, 9047),
    ("null inside the month", {"publication_date": {"year": {"value": "2020"}, "month": {"value": None}}}, 9047),
    ("null inside the url", {"url": {"value": None}}, 9047),
    ("null inside the country", {"country": {"value": None}}, 9047),
    ("blank identifier", {"external_ids": {"external-id": [identifier(value=" ")]}}, 9047),
    ("identifier without type", {"external_ids": {"external-id": [{"external-id-value": "1"}]}}, 9047),
    ("http iD", _contributor(contributor_orcid={"uri": f"http://orcid.org/{ORCID}"}), 9047),
    ("iD with nothing", _contributor(contributor_orcid={"host": "orcid.org"}), 9047),
    ("long credit name", _contributor(credit_name={"value": "x" * 151}), 9047),
    ("broken e-mail", _contributor(contributor_email="nobody"), 9047),
    ("broken escape in url", {"url": {"value": "https://example.org/%zz"}}, 9047),
    # business rules
    ("one-digit month", {"publication_date": date("2020", "5")}, 9049),
    ("30 February", {"publication_date": date("2020", "02", "30")}, 9049),
    ("five-digit year text", {"publication_date": date("02020")}, 9049),
    ("empty citation", {"citation": {"citation-type": "bibtex", "citation-value": " "}}, 9020),
    ("no identifiers", {"external_ids": None}, 9023),
    ("empty identifiers", {"external_ids": {"external-id": []}}, 9023),
    ("no self identifier", {"external_ids": {"external-id": [identifier("isbn", "1", "part-of")]}}, 9023),
    ("unknown identifier type", {"external_ids": {"external-id": [identifier("DOI", "10.1/a")]}}, 9023),
    ("no relationship", {"external_ids": {"external-id": [identifier(), identifier("isbn", "1", None)]}}, 9023),
    (
        "funded-by by an ISBN",
        {"external_ids": {"external-id": [identifier(), identifier("isbn", "1", "funded-by")]}},
        9020,
    ),
    ("put-code on create", {"put_code": 7}, 9024),
    ("unknown role", _contributor(contributor_attributes={"contributor-role": "Author"}), 9058),
]


@pytest.mark.parametrize(("fields", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_work_is_refused_with_its_code(fields: dict[str, Any], code: int) -> None:
    registry = Harness()
    assert registry.works("POST", "/work", work(**fields)).refusal == (400, code)
    assert registry.works("GET", "/works").json["group"] == []


TAKEN = [
    ("a single identifier in place of a list", {"external_ids": {"external-id": identifier()}}),
    ("numbers for texts", {"publication_date": {"year": {"value": 2020}}}),
    ("an alias of a type", {"type": "chapter"}),
    ("an empty subtitle", {"title": {"title": {"value": "A"}, "subtitle": {"value": ""}}}),
    ("a title of 1000 characters", _title({"value": "x" * 1000})),
    ("read-only fields", {"path": "/x", "source": {"source-name": {"value": "x"}}, "created_date": {"value": 1}}),
    ("an iD with wrong check digit", _contributor(contributor_orcid={"path": "0000-0000-0000-0000"})),
    ("an ISBN that is none", {"external_ids": {"external-id": [identifier("isbn", "nonsense")]}}),
    ("an e-mail address without wrapper", _contributor(contributor_email="ada@example.org")),
    ("a grant by DOI", {"external_ids": {"external-id": [identifier(), identifier("doi", "10.2/g", "funded-by")]}}),
    ("a CRediT role", _contributor(contributor_attributes={"contributor-role": "ASSIGNEE"})),
]


@pytest.mark.parametrize("fields", [case[1] for case in TAKEN], ids=[case[0] for case in TAKEN])
def test_work_is_taken(fields: dict[str, Any]) -> None:
    registry = Harness()
    reply = registry.works("POST", "/work", work(**fields))
    assert (reply.status, reply.body) == (201, b"")
    assert reply.headers["location"] == f"http://registry.test/v3.0/{ORCID}/work/{reply.put_code}"


def test_the_earliest_rule_broken_is_the_one_reported() -> None:
    registry = Harness()
    fields: dict[str, Any] = {
        "publication_date": date("2020", "02", "30"),
        "citation": {"citation-type": "ris", "citation-value": ""},
        "external_ids": None,
        "put_code": 3,
    }
    codes = []
    for name, mended in (
        ("publication_date", date("2020")),
        ("citation", None),
        ("external_ids", {"external-id": [identifier("isbn", "1", "part-of")]}),
        ("put_code", None),
    ):
        codes.append(registry.works("POST", "/work", work(**fields)).refusal[1])
        fields[name] = mended
    codes.append(registry.works("POST", "/work", work(**fields)).refusal[1])
    assert codes == [9049, 9020, 9023, 9024, 9023]


def test_body_that_is_not_json() -> None:
    assert Harness().works("POST", "/work", b"{").refusal == (400, 9001)
    assert Harness().works("POST", "/work", b"").refusal == (400, 9047)


def test_record_holds_no_more_than_its_works() -> None:
    registry = Harness(works_per_record=2)
    for number in range(2):
        registry.add(work(identifier(value=f"10.1234/{number}")))
    assert registry.works("POST", "/work", work(identifier(value="10.1234/x"))).refusal == (409, 9048)


def test_work_is_read_back_as_orcid_shows_it() -> None:
    registry = Harness()
    registry.control("client", client_id=CLIENT, name="Uni")
    people = _contributor(
        contributor_orcid={"uri": f"https://orcid.org/{ORCID}"},
        credit_name={"value": "Ada"},
        contributor_email="ada@example.org",
        contributor_attributes={"contributor-sequence": "first", "contributor-role": "CO_INVENTOR"},
    )
    put_code = registry.add(work(identifier(value="10.1234/ABC"), identifier("isbn", "nonsense", "part-of"), **people))
    read = registry.stored(put_code)
    assert " ".join(read) == (
        "created-date last-modified-date source put-code path title journal-title short-description citation type "
        "publication-date external-ids url contributors language-code country visibility"
    )
    assert read["path"] == f"/{ORCID}/work/{put_code}"
    assert read["source"]["source-client-id"]["path"] == CLIENT
    assert read["source"]["source-name"] == {"value": "Uni"}
    doi, isbn = read["external-ids"]["external-id"]
    assert doi["external-id-normalized"] == {"value": "10.1234/abc", "transient": True}
    assert isbn["external-id-normalized"] is None
    assert isbn["external-id-normalized-error"]["error-code"] == "8001"
    assert read["contributors"]["contributor"] == [
        {
            "contributor-orcid": {"uri": f"https://orcid.org/{ORCID}", "path": ORCID, "host": None},
            "credit-name": {"value": "Ada"},
            "contributor-email": None,
            "contributor-attributes": {"contributor-sequence": "first", "contributor-role": "co-inventor"},
        }
    ]
    again = {**read, "put-code": None, "external-ids": {"external-id": [identifier(value="10.1234/other")]}}
    assert registry.works("POST", "/work", again).status == 201


@pytest.mark.parametrize(
    ("state", "sent", "stored"),
    [("ok", "private", "limited"), ("ok", None, "limited"), ("unclaimed", "public", "public")],
)
def test_the_owners_default_visibility_wins_on_a_claimed_record(state: str, sent: str | None, stored: str) -> None:
    registry = Harness()
    registry.control("record", orcid=ORCID, state=state, default_visibility="limited", creator=CLIENT)
    assert registry.stored(registry.add(work(visibility=sent)))["visibility"] == stored


def test_put_codes_come_from_one_sequence_and_are_never_used_again() -> None:
    registry = Harness()
    first = registry.add(work())
    registry.works("DELETE", f"/work/{first}")
    assert registry.add(work()) > first
