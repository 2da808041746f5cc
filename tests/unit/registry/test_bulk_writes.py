"""POST of many works: no schema, one answer for each item, no undoing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.registry.harness import Harness, bulk, date, identifier, work


def _codes(registry: Harness, *works: Any) -> list[int | str]:
    """Error code of each item, "ok" for one that was stored."""
    reply = registry.works("POST", "/works", bulk(*works))
    assert reply.status == 200
    return ["ok" if "work" in item else item["error"]["error-code"] for item in reply.json["bulk"]]


def _translated(part: dict[str, str]) -> dict[str, Any]:
    return {"title": {"title": {"value": "A"}, "translated-title": part}}


PER_ITEM = [
    ("over-long title", {"title": {"title": {"value": "x" * 1001}}}, "ok"),
    ("year before 1900", {"publication_date": date("1850")}, "ok"),
    ("over-long description", {"short_description": "x" * 6000}, "ok"),
    ("blank title", {"title": {"title": {"value": " "}}}, 9022),
    ("no title", {"title": None}, 9022),
    ("no type", {"type": None}, 9037),
    ("null inside the country", {"country": {"value": None}}, 9037),
    (
        "translated title without text",
        {"title": {"title": {"value": "A"}, "translated-title": {"language-code": "en"}}},
        9020,
    ),
    (
        "translated title without language",
        {"title": {"title": {"value": "A"}, "translated-title": {"value": "B"}}},
        9037,
    ),
    ("citation without type", {"citation": {"citation-value": "x"}}, 9037),
    ("day without month", {"publication_date": date("2020", None, "05")}, 9049),
    ("month without year", {"publication_date": date(None, "05")}, 9049),
    ("null inside the month", {"publication_date": {"year": {"value": "2020"}, "month": {"value": None}}}, 9037),
    ("date with nothing in it", {"publication_date": {}}, 9008),
    ("identifier without type", {"external_ids": {"external-id": [{"external-id-value": "1"}]}}, 9008),
    ("blank identifier", {"external_ids": {"external-id": [identifier(value=" ")]}}, 9023),
    ("part-of only", {"external_ids": {"external-id": [identifier("isbn", "1", "part-of")]}}, 9023),
    ("http iD", {"contributors": {"contributor": [{"contributor-orcid": {"uri": "http://orcid.org/1"}}]}}, 9020),
    ("blank credit name", {"contributors": {"contributor": [{"credit-name": {"value": ""}}]}}, 9020),
    ("put-code in an item", {"put_code": 3}, 9024),
    (
        "unknown role",
        {"contributors": {"contributor": [{"contributor-attributes": {"contributor-role": "boss"}}]}},
        9058,
    ),
]


@pytest.mark.parametrize(("fields", "outcome"), [case[1:] for case in PER_ITEM], ids=[case[0] for case in PER_ITEM])
def test_only_business_rules_judge_an_item(fields: dict[str, Any], outcome: int | str) -> None:
    good = work(identifier(value="10.1234/good"))
    assert _codes(Harness(), work(**fields), good) == [outcome, "ok"]


@pytest.mark.parametrize(
    "item",
    [work(type="nonsense"), work(colour="red"), work(language_code="he")],
    ids=["bad enum", "unknown field", "bad language"],
)
def test_one_item_that_cannot_be_mapped_fails_the_whole_request(item: Any) -> None:
    registry = Harness()
    assert registry.works("POST", "/works", bulk(work(), item)).refusal == (400, 9047)
    assert registry.works("GET", "/works").json["group"] == []


def test_shapes_of_the_bulk_itself() -> None:
    registry = Harness()
    assert registry.works("POST", "/works", {"bulk": [work()]}).refusal == (400, 9047)
    assert registry.works("POST", "/works", {"bulk": [None]}).refusal == (500, 9008)
    empties: list[dict[str, Any]] = [{}, {"bulk": None}, {"bulk": []}]
    for empty in empties:
        assert registry.works("POST", "/works", empty).json == {"bulk": []}
    echoed = registry.works("POST", "/works", {"bulk": [{"error": {"error-code": 1}}]})
    assert echoed.json == {"bulk": [{"error": {"error-code": 1}}]}


def test_limits_of_a_bulk_come_in_orcids_order() -> None:
    registry = Harness(works_per_record=3, bulk_items=2)
    many = [work(identifier(value=f"10.1234/{number}")) for number in range(4)]
    assert registry.works("POST", "/works", bulk(*many)).refusal == (409, 9048)
    assert registry.works("POST", "/works", bulk(*many[:3])).refusal == (400, 9006)
    assert _codes(registry, *many[:2]) == ["ok", "ok"]


def test_a_hundred_items_keep_their_places() -> None:
    registry = Harness()
    works = [
        work(identifier(value=f"10.1234/{number}"), title={"title": {"value": f"T{number}"} if number % 7 else None})
        for number in range(100)
    ]
    answer = registry.works("POST", "/works", bulk(*works)).json["bulk"]
    assert len(answer) == 100
    for number, item in enumerate(answer):
        if number % 7:
            assert item["work"]["title"]["title"]["value"] == f"T{number}"
            assert (item["work"]["path"], item["work"]["visibility"]) == (None, "public")
        else:
            assert item["error"]["error-code"] == 9022
