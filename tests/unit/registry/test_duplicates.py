"""Duplicate checks: single, PUT and bulk differ."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.registry.harness import CLIENT, ORCID, OTHER_CLIENT, Harness, Reply, bulk, identifier, work


def _clash(reply: Reply, put_code: int) -> None:
    assert reply.refusal == (409, 9021)
    assert f"put-code {put_code}." in reply.json["developer-message"]


@pytest.mark.parametrize("value", ["10.1234/ABC", "https://doi.org/10.1234/abc", "doi:10.1234/abc "])
def test_forms_of_one_doi_clash_and_the_put_code_is_named(value: str) -> None:
    registry = Harness()
    put_code = registry.add(work(identifier(value="10.1234/abc")))
    _clash(registry.works("POST", "/work", work(identifier(value=value))), put_code)


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        (identifier(value="10.1234/abc"), identifier(value="10.1234/abd")),
        (identifier("isbn", "9783161484100"), identifier("isbn", "316148410X")),
        (identifier("arxiv", "2101.00001"), identifier("arxiv", "2101.00001v2")),
        (identifier("isbn", "nonsense"), identifier("isbn", "Nonsense")),
        (identifier("doi", "10.1234/abc"), identifier("uri", "10.1234/abc")),
    ],
)
def test_different_identifiers_do_not_clash(stored: dict[str, Any], sent: dict[str, Any]) -> None:
    registry = Harness()
    registry.add(work(stored))
    assert registry.works("POST", "/work", work(sent)).status == 201


def test_values_that_cannot_be_normalised_clash_as_they_are() -> None:
    registry = Harness()
    put_code = registry.add(work(identifier("isbn", "nonsense")))
    _clash(registry.works("POST", "/work", work(identifier("isbn", "nonsense"))), put_code)


def test_other_sources_never_count_and_hidden_works_do() -> None:
    registry = Harness()
    registry.control("works", orcid=ORCID, source="owner", works=[work()])
    registry.control("works", orcid=ORCID, source=OTHER_CLIENT, works=[work()])
    put_code = registry.add(work())
    registry.control("works/visibility", orcid=ORCID, put_codes=[put_code], visibility="private")
    _clash(registry.works("POST", "/work", work()), put_code)


def test_assertion_origin_is_part_of_the_source() -> None:
    registry = Harness()
    put_code = registry.add(work())
    registry.control("client", client_id=CLIENT, acts_for_user=True)
    mine = registry.add(work())
    assert registry.stored(mine)["source"]["assertion-origin-orcid"]["path"] == ORCID
    assert registry.works("DELETE", f"/work/{put_code}").refusal == (403, 9010)


@pytest.mark.parametrize(
    ("stored", "sent", "single", "in_bulk"),
    [
        ("self", "self", 409, 409),
        ("version-of", "self", 201, 409),
        ("part-of", "self", 201, 201),
        ("self", "version-of", 201, 201),
        ("self", "part-of", 201, 201),
    ],
)
def test_relationships_clash_differently_in_single_and_bulk(stored: str, sent: str, single: int, in_bulk: int) -> None:
    def outcome(*, many: bool) -> int:
        registry = Harness()
        registry.add(work(identifier("other-id", "1"), identifier(value="10.1/x", relationship=stored)))
        new = work(identifier("other-id", "2"), identifier(value="10.1/x", relationship=sent))
        if not many:
            return registry.works("POST", "/work", new).status
        item = registry.works("POST", "/works", bulk(new)).json["bulk"][0]
        return 201 if "work" in item else int(item["error"]["response-code"])

    assert (outcome(many=False), outcome(many=True)) == (single, in_bulk)


def test_bulk_items_clash_with_earlier_ones_of_the_same_bulk() -> None:
    registry = Harness()
    first, second, third = registry.works(
        "POST", "/works", bulk(work(), work(identifier(value="10.1234/ABC")), work(identifier(value="10.1/z")))
    ).json["bulk"]
    assert second["error"]["error-code"] == 9021
    assert f"put-code {first['work']['put-code']}." in second["error"]["developer-message"]
    assert "work" in third


def test_bulk_names_the_work_that_last_brought_the_identifier() -> None:
    registry = Harness()
    registry.add(work(identifier(value="10.1/x")))
    holder = registry.add(work(identifier("other-id", "1"), identifier(value="10.1/x", relationship="part-of")))
    item = registry.works("POST", "/works", bulk(work(identifier(value="10.1/x")))).json["bulk"][0]
    assert f"put-code {holder}." in item["error"]["developer-message"]


def test_one_identifier_twice_in_a_work_is_no_error() -> None:
    registry = Harness()
    assert registry.works("POST", "/work", work(identifier(), identifier())).status == 201


def test_put_clashes_with_every_other_own_work_but_not_with_itself() -> None:
    registry = Harness()
    first = registry.add(work(identifier(value="10.1/a")))
    second = registry.add(work(identifier(value="10.1/b")))
    changed = {**work(identifier(value="10.1/a")), "put-code": second}
    _clash(registry.works("PUT", f"/work/{second}", changed), first)
    retitled = {**work(identifier(value="10.1/B"), title={"title": {"value": "New"}}), "put-code": second}
    assert registry.works("PUT", f"/work/{second}", retitled).status == 200
