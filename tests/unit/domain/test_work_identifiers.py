"""Which identifiers are of a work, and how a record's works are known by them (R42)."""

from __future__ import annotations

import pytest
from orcid_sync.adapters.dynamodb_offers import pack_work
from orcid_sync.domain.foreign_works import found_works
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.domain.offers import MOST_AUTHORS, MOST_IDS, bounded, is_offer_id, offer_id_of
from orcid_sync.domain.outcomes import Answer, ForeignWork, Outcome, OwnWork, RecordReading
from orcid_sync.domain.work_identifiers import keys_of, look_up_keys, of_a_work


@pytest.mark.parametrize(
    ("key", "counts"),
    [
        ("doi:10.5555/x", True),
        ("doi:n/a", False),
        ("doi:#0123456789abcdef0123456789abcdef", False),
        ("pmid:1", True),
        ("pmid:none", False),
        ("pmc:1234567", True),
        ("arxiv:arXiv:2101.00001v2", True),
        ("arxiv:arXiv:math.GT/0309136", True),
        ("isbn:9783161484100", True),
        ("handle:2381/12345", True),
        ("handle:n/a", False),
        ("eid:2-s2.0-85000000001", True),
        ("wosuid:000123456700001", True),
        ("wosuid:-", False),
        ("source-work-id:p1234", False),
        ("issn:2049-3630", False),
        ("uri:https://example.org/1", False),
        ("other-id:12345", False),
        ("grant_number:12345", False),
        ("nonsense:12345", False),
        ("", False),
    ],
)
def test_r42_only_identifiers_of_a_work_count(key: str, counts: bool) -> None:
    assert of_a_work([key, key]) == ((key,) if counts else ())


def test_r42_a_sources_identifiers_are_compared_as_the_registry_does() -> None:
    given = [("doi", "https://doi.org/10.5555/X"), ("pmc", "PMC1234567"), ("issn", "2049-3630"), ("pmid", " 7 ")]
    assert keys_of(given) == ("doi:10.5555/x", "pmc:1234567", "pmid:7")


def test_r42_sources_are_asked_by_the_surest_identifier_first() -> None:
    ids = ("pmc:1234567", "pmid:7", "arxiv:arXiv:2101.00001v2", "isbn:9783161484100", "doi:10.5555/x")
    arxiv = ("doi", "10.48550/arxiv.2101.00001")
    assert look_up_keys(ids) == (("doi", "10.5555/x"), arxiv, ("pmid", "7"), ("pmc", "1234567"))
    assert look_up_keys(["arxiv:arXiv:hep-th/9901001"]) == (("doi", "10.48550/arxiv.hep-th/9901001"),)


def works_of(own: list[tuple[int, tuple[str, ...]]], others: list[tuple[int, tuple[str, ...]]]) -> list[set[str]]:
    """`(group, ids)` of ours and of others."""
    reading = RecordReading(
        Answer(Outcome.READ),
        tuple(OwnWork(n, (), ids, "", "book", group=group) for n, (group, ids) in enumerate(own)),
        len(own) + len(others),
        tuple(ForeignWork(100 + n, ids, "", group) for n, (group, ids) in enumerate(others)),
    )
    return [set(found.ids) for found in found_works(reading)]


A, B, C, D = "doi:10.5555/a", "pmid:11", "pmc:1234567", "doi:10.5555/d"


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        ([], [(1, (A, B)), (2, (D,))], [{A, B}, {D}]),
        ([], [(1, (A,)), (1, (A, B)), (1, (B, C))], [{A, B, C}]),
        ([], [(1, (A,)), (2, (C,)), (3, (A, C)), (4, (D,))], [{A, C}, {D}]),
        ([], [(1, ()), (2, ("issn:2049-3630",))], []),
        ([(1, (A,))], [(1, (B,)), (2, (D,))], [{D}]),
        ([(1, (A,))], [(2, (A, B)), (3, (B, C)), (4, (D,))], [{D}]),
    ],
)
def test_r42_copies_of_a_work_are_one_and_copies_of_ours_are_none(
    own: list[tuple[int, tuple[str, ...]]], others: list[tuple[int, tuple[str, ...]]], expected: list[set[str]]
) -> None:
    assert works_of(own, others) == expected


def test_r42_ids_of_offers_fit_into_an_address_and_are_told_from_publications() -> None:
    assert offer_id_of(A) != offer_id_of(B)
    assert len(offer_id_of("doi:10.5555/\ud800" + "x" * 3000)) < 64
    assert is_offer_id(offer_id_of(A))
    assert not is_offer_id("pub:work:1")


def test_r42_what_is_kept_of_a_work_has_an_end() -> None:
    people = [{"family": "J"}] * (MOST_AUTHORS + 1)
    data = {"title": "T", "authors": people, "abstract": "x" * 50_000, "publication_date": {"year": 2024}}
    kept = bounded(OfferedWork("crossref", "1" * 900, "book", data))
    assert (len(kept.data["authors"]), len(kept.data["abstract"]), kept.title) == (MOST_AUTHORS, 20_000, "T")
    assert (len(kept.source_id), kept.data["publication_date"]) == (500, {"year": 2024})


def test_r42_a_hostile_work_still_fits_into_an_item() -> None:
    people = [{"family": chr(0x4E00 + n % 9999) * 9999, "given": "\u2603" * 9999} for n in range(9999)]
    identifiers = [{"type": "doi", "value": f"10.1/{n}" + "y" * 9999} for n in range(9999)]
    data = {"title": "\u2603" * 99_999, "authors": people, "editors": people[:], "identifiers": identifiers}
    kept = bounded(OfferedWork("crossref", "1", "book", {**data, "abstract": "\u2603" * 99_999}))
    assert len(pack_work(kept)["z"]) < 390_000
    assert len(keys_of(kept.identifiers())) <= MOST_IDS


def test_r42_a_work_with_thousands_of_identifiers_is_known_by_its_first() -> None:
    (found,) = works_of([], [(1, tuple(f"doi:10.1/{n}" for n in range(5000)))])
    assert len(found) == MOST_IDS
