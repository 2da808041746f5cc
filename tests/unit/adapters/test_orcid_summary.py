"""Reading the summary of a record: our works alone, in little memory, and all of it or nothing (R39)."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.adapters.orcid_summary import SummaryError, reduce_summary
from orcid_sync.domain.outcomes import OwnWork

US = "APP-0000000000000001"
OWNER = "0000-0002-1825-0097"


def external_id(kind: str, value: str, relationship: str = "self", normalised: str | None = None) -> dict[str, object]:
    return {
        "external-id-type": kind,
        "external-id-value": value,
        "external-id-normalized": None if normalised is None else {"value": normalised, "transient": True},
        "external-id-normalized-error": None,
        "external-id-url": None,
        "external-id-relationship": relationship,
    }


def source(client: str | None = US, origin: Mapping[str, object] = MappingProxyType({})) -> dict[str, object]:
    of_client = {"uri": f"https://orcid.org/client/{client}", "path": client, "host": "orcid.org"}
    owner = {"uri": f"https://orcid.org/{OWNER}", "path": OWNER, "host": "orcid.org"}
    return {
        "source-orcid": owner if client is None else None,
        "source-client-id": None if client is None else of_client,
        "source-name": {"value": "A library"},
        "assertion-origin-orcid": None,
        "assertion-origin-client-id": None,
        "assertion-origin-name": None,
        **origin,
    }


def work(put_code: object, ids: list[dict[str, object]], of: dict[str, object]) -> dict[str, object]:
    return {
        "put-code": put_code,
        "created-date": {"value": 1_700_000_000_000},
        "source": of,
        "title": {"title": {"value": "On Bats"}, "subtitle": None, "translated-title": None},
        "external-ids": {"external-id": ids},
        "type": "journal-article",
        "visibility": "public",
    }


def body(*groups: list[dict[str, object]]) -> bytes:
    listed = [{"last-modified-date": {"value": 1}, "external-ids": {}, "work-summary": group} for group in groups]
    return json.dumps({"last-modified-date": {"value": 1}, "group": listed, "path": f"/{OWNER}/works"}).encode()


def pieces(text: bytes, size: int) -> Iterator[bytes]:
    return (text[start : start + size] for start in range(0, len(text), size))


IDS = [
    external_id("source-work-id", "Pub-17", normalised="pub-17"),
    external_id("doi", "https://doi.org/10.1234/ABC", normalised="10.1234/abc"),
    external_id("arxiv", "2101.00001v12"),
    external_id("issn", "2049-3630", "part-of", "2049-3630"),
    external_id("doi", "10.1234/other", "version-of", "10.1234/other"),
]


def test_r11_a_work_of_ours_is_told_with_what_adoption_needs() -> None:
    summary = reduce_summary([body([work(5, IDS, source())])], US)
    assert summary.own_works == (
        OwnWork(
            put_code=5,
            source_work_ids=("pub-17",),
            self_ids=("doi:10.1234/abc", "arxiv:2101.00001v12"),
            title="On Bats",
            type="journal-article",
            created_ms=1_700_000_000_000,
        ),
    )
    assert summary.total_works == 1


@pytest.mark.parametrize(
    ("of", "ours"),
    [
        (source(), True),
        (source("APP-0000000000000002"), False),
        (source(None), False),
        (source(US, {"assertion-origin-orcid": {"path": OWNER}}), False),
        (source(US, {"assertion-origin-client-id": {"path": "APP-0000000000000002"}}), False),
        (source(US, {"assertion-origin-client-id": {"path": US}}), True),
        ({}, False),
    ],
    ids=["ours", "another-client", "owner", "for-the-owner", "for-another-client", "for-ourselves", "none"],
)
def test_r23_only_what_this_client_asserted_itself_is_ours(of: dict[str, object], ours: bool) -> None:
    summary = reduce_summary([body([work(5, IDS, of)])], US)
    assert [own.put_code for own in summary.own_works] == ([5] if ours else [])
    assert summary.total_works == 1


def test_r11_an_old_client_id_looks_like_an_orcid_id() -> None:
    old = "0000-0001-8607-8906"
    assert len(reduce_summary([body([work(5, IDS, source(old))])], old).own_works) == 1


def test_r11_works_of_all_groups_and_versions_are_counted_and_ours_picked() -> None:
    other = source("APP-0000000000000002")
    text = body([work(1, IDS, source()), work(2, IDS, other)], [work(3, [], source(None))], [work("4", [], source())])
    summary = reduce_summary([text], US)
    assert ([own.put_code for own in summary.own_works], summary.total_works) == ([1, 4], 4)


def test_an_empty_record_has_no_works() -> None:
    summary = reduce_summary([b'{"last-modified-date":null,"group":[],"path":"/x/works"}'], US)
    assert (summary.own_works, summary.total_works) == ((), 0)


def test_a_work_with_hardly_anything_in_it_is_still_ours() -> None:
    bare = {"put-code": 5, "source": source(), "title": None, "external-ids": None, "type": None}
    assert reduce_summary([body([bare])], US).own_works == (OwnWork(5, (), (), "", ""),)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"<html><body>Sorry</body></html>",
        b'{"group": null}',
        b'{"group": {}}',
        b'{"group": [{}]}',
        b'{"group": [{"work-summary": null}]}',
        b'{"group": [{"work-summary": [null]}]}',
        b'{"group": [{"work-summary": [{"put-code": null}]}]}',
        b'{"group": [] "path": "x"}',
        b'{"group": [],}',
        b'{"group": []} and more',
        b'{"group": [' + b"[" * 200_000,
        b'{"path": "\xff", "group": []}',
        b'{"path": ' + b"1" * 5000 + b', "group": []}',
        b'{"error": "invalid_token"}',
    ],
)
def test_r39_what_is_no_whole_summary_is_never_an_empty_record(text: bytes) -> None:
    with pytest.raises(SummaryError):
        reduce_summary(pieces(text, 7), US)


@given(cut=st.integers(0), size=st.integers(1, 400))
def test_r39_a_summary_cut_off_anywhere_is_refused_however_it_arrives(cut: int, size: int) -> None:
    whole = body([work(1, IDS, source())], [work(2, IDS, source())])
    assert reduce_summary(pieces(whole, size), US).total_works == 2
    with pytest.raises(SummaryError):
        reduce_summary(pieces(whole[: cut % len(whole)], size), US)


def test_letters_of_several_bytes_survive_any_cut() -> None:
    odd = work(1, [], source())
    odd["title"] = {"title": {"value": "Über Fledermäuse 蝙蝠 🦇"}}
    text = json.dumps({"group": [{"work-summary": [odd]}]}, ensure_ascii=False).encode()
    for size in range(1, 9):
        assert reduce_summary(pieces(text, size), US).own_works[0].title == "Über Fledermäuse 蝙蝠 🦇"


def test_ten_thousand_works_are_read_without_holding_the_text() -> None:
    """DESIGN 3.7: the text has 10 MB here, 24 MB in reality; one work of ours among them."""
    other = json.dumps({"work-summary": [work(2, IDS, source("APP-0000000000000002"))]}).encode()
    ours = json.dumps({"work-summary": [work(1, IDS, source())]}).encode()

    def text() -> Iterator[bytes]:
        yield b'{"group": [' + ours
        for _ in range(9_999):
            yield b"," + other
        yield b"]}"

    tracemalloc.start()
    summary = reduce_summary(text(), US)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(summary.own_works), summary.total_works) == (1, 10_000)
    assert peak < 1_000_000
