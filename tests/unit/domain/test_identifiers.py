"""Normalising, cleaning and relating identifiers (R28, R56)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.domain.build_warnings import WarningList
from orcid_sync.domain.catalogue import Identifier
from orcid_sync.domain.external_ids import build_external_ids, self_ids
from orcid_sync.domain.identifier_cleaning import clean_doi, recognise
from orcid_sync.domain.identifier_types import IDENTIFIER_TYPES
from orcid_sync.domain.identifiers import normalise, self_key
from orcid_sync.domain.relationships import is_part
from orcid_sync.domain.work import ExternalId

from tests.unit.domain.shared_facts import shared_file


def _built(*fields: Identifier, part: bool = True) -> tuple[ExternalId, ...]:
    return build_external_ids(fields, publication_id="P-1", part=part, warnings=WarningList())


def _warned(*fields: Identifier, part: bool = True) -> list[str]:
    warnings = WarningList()
    build_external_ids(fields, publication_id="p1", part=part, warnings=warnings)
    return [warning.code for warning in warnings.as_tuple()]


def _sent(*fields: Identifier, part: bool = True) -> list[tuple[str, str, str]]:
    return [(found.type, found.value, found.relationship.value) for found in _built(*fields, part=part)[1:]]


@pytest.mark.parametrize(
    ("type_name", "value", "normalised"),
    [
        ("doi", "https://doi.org/10.1234/ABC", "10.1234/abc"),
        ("doi", "10.1000/x&y", "10.1000/x"),
        ("doi", "10.1234/abc.", "10.1234/abc."),
        (
            "doi",
            "10.1175/1520-0469(2002)059&amp;lt;2951:R&amp;gt;2.0.CO;2",
            "10.1175/1520-0469(2002)059<2951:r>2.0.co;2",
        ),
        ("doi", "https://doi.org/10.1234%2Fabc", None),
        ("arxiv", "math.CA/0611800v2", "arXiv:math.ca/0611800v2"),
        ("arxiv", "2101.00001v12", None),
        ("isbn", "3-16-148410-x", "316148410X"),
        ("isbn", "12345678901", None),
        ("issn", "1050124x", "1050-124X"),
        ("pmid", "https://pubmed.ncbi.nlm.nih.gov/12345678/", "12345678"),
        ("pmid", "PMC123456", None),
        ("pmc", "PMC4731170", "4731170"),
        ("handle", "20.500.12345/ABC", "20.500.12345/abc"),
        ("uri", "example.org/p", "http://example.org/p"),
        ("source-work-id", "Local-ID-001", "local-id-001"),
        ("bibcode", "Bibcode: 2018ApJ...860L..10A", "2018ApJ...860L..10A"),
        ("rrid", "AB_123456", "RRID:AB_123456"),
        ("ark", "ark:/12148/BTV", "ark:/12148/BTV"),
    ],
)
def test_r28_values_are_normalised_as_the_registry_does(type_name: str, value: str, normalised: str | None) -> None:
    assert normalise(type_name, value) == normalised


def test_r28_every_example_of_the_registrys_list_is_normalised_as_there() -> None:
    listed = json.loads(shared_file("orcid/identifier_types.json").read_text())["identifier_types"]
    wrong = [
        (entry["name"], value, expected, normalise(entry["name"], value))
        for entry in listed
        for value, expected in entry["examples"]
        if normalise(entry["name"], value) != (expected or None)
    ]
    assert wrong == []
    assert {entry["name"] for entry in listed} == set(IDENTIFIER_TYPES)
    assert {entry["name"] for entry in listed if entry["case_sensitive"]} == {
        known.name for known in IDENTIFIER_TYPES.values() if known.case_sensitive
    }


@given(st.sampled_from(sorted(IDENTIFIER_TYPES)), st.text() | st.text(alphabet="0123456789-xX.:/ v10&;#amplt"))
def test_r28_normalising_twice_changes_nothing(type_name: str, value: str) -> None:
    once = normalise(type_name, value)
    assert once is None or normalise(type_name, once) == once


def test_r56_long_keys_are_cut_and_still_compare() -> None:
    assert self_key("uri", "https://example.org/" + "x" * 500) == self_key("uri", "https://example.org/" + "x" * 500)
    assert self_key("uri", "https://example.org/" + "x" * 500) != self_key("uri", "https://example.org/" + "x" * 501)
    assert len(self_key("other-id", "é" * 500)) < 60
    assert self_key("arxiv", "2101.00001v12") == "arxiv:2101.00001v12"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("https://dx.doi.org/10.1234/ABC", "10.1234/abc"),
        ("doi: 10.1234/abc.", "10.1234/abc"),
        ("(10.1016/S0920-5632(02)80001-9),", "10.1016/s0920-5632(02)80001-9"),
        ("https://doi.org/10.1234%2Fabc", "10.1234/abc"),
        (
            "10.1002/1097(199806)49:8&lt;693::AID-ASI4&gt;3.0.CO;2-O",
            "10.1002/1097(199806)49:8<693::aid-asi4>3.0.co;2-o",
        ),
        (
            "10.1002/(SICI)1097-461X(1998)66:4%3C261::AID-QUA1%3E3.0.CO;2-T",
            "10.1002/(sici)1097-461x(1998)66:4<261::aid-qua1>3.0.co;2-t",
        ),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/abc.123?af=R", "10.1002/abc.123"),
        ("https://www.tandfonline.com/doi/abs/10.1080/123.456/abstract", "10.1080/123.456"),
        ("10.1234/a; 10.1234/b", "10.1234/a"),
        ("10.4013 /cld.2016.141.04", "10.4013/cld.2016.141.04"),
        ("10.18730/117k*", "10.18730/117k*"),
        ("\u200b10.1234/x\u00ad", "10.1234/x"),
        ("10/bqwfc8", None),
        ("http://example.org/paper.pdf", None),
    ],
)
def test_r28_dois_are_sent_bare_and_clean(raw: str, clean: str | None) -> None:
    found = [value for _, value in recognise("doi", raw)]
    assert found == ([clean] if clean else [])


@given(st.text(alphabet="10.12345/abcXYZ ;:()<>%2F&#?\"'"))
def test_r28_a_clean_doi_stays_as_it_is(text: str) -> None:
    doi = clean_doi(f"10.1234/{text}")
    assert doi is None or clean_doi(doi) == doi


def test_r28_several_isbns_and_issns_in_one_field_are_parted_and_false_ones_left_away() -> None:
    assert [value for _, value in recognise("isbn", "978-3-642-22940-4 (hbk); 0-19-852663-6; 978-3-642-22940-5")] == [
        "9783642229404",
        "0198526636",
    ]
    assert recognise("issn", "0022-3670, 1520-0485 (online)") == (("issn", "0022-3670"), ("issn", "1520-0485"))
    assert _warned(Identifier("isbn", "978-3-16-148410-1")) == ["identifier_invalid", "no_groupable_identifier"]
    assert _warned(Identifier("issn", "1234-5678")) == ["identifier_invalid", "no_groupable_identifier"]


def test_r28_an_issn_is_always_part_of_whatever_the_source_states() -> None:
    for stated in (None, "self", "version-of", "part-of"):
        assert _sent(Identifier("issn", "2049-3630", stated), part=False) == [("issn", "2049-3630", "part-of")]


@pytest.mark.parametrize(
    ("publication_type", "work_type", "container", "relationship"),
    [
        ("chapter", "book-chapter", "A book", "part-of"),
        ("chapter", "book", "", "part-of"),
        ("conference", "conference-paper", "", "part-of"),
        ("journal-article", "journal-article", "", "part-of"),
        ("book", "book", "A series", "self"),
        ("report", "report", "A series", "self"),
        ("thesis-dissertation", "dissertation-thesis", "", "self"),
        ("our-own", "book-chapter", "", "part-of"),
        ("our-own", "edited-book", "A series", "self"),
        ("other", "other", "A book", "part-of"),
        ("other", "other", "", "self"),
        ("our-own", "holographic-essay", "A book", "part-of"),
    ],
)
def test_r28_an_isbn_is_the_books_own_or_the_containers(
    publication_type: str, work_type: str, container: str, relationship: str
) -> None:
    part = is_part(publication_type, work_type, container)
    assert _sent(Identifier("isbn", "9783161484100"), part=part) == [("isbn", "9783161484100", relationship)]


def test_r28_a_stated_relationship_counts() -> None:
    assert _sent(Identifier("isbn", "9783161484100", "self"), part=True) == [("isbn", "9783161484100", "self")]
    assert _sent(Identifier("doi", "10.1234/a", "Version_Of")) == [("doi", "10.1234/a", "version-of")]
    assert _sent(Identifier("grant_number", "ABC-1")) == [("grant_number", "ABC-1", "funded-by")]
    assert _sent(Identifier("pmid", "123456", "funded-by")) == []
    assert "identifier_not_a_grant" in _warned(Identifier("pmid", "123456", "funded-by"))


def test_r28_identifiers_come_in_the_form_that_groups_and_with_an_address() -> None:
    fields = (
        Identifier("DOI", "https://doi.org/10.1234/A<B>"),
        Identifier("pmid", "PMID: 012345"),
        Identifier("pmcid", "4731170"),
        Identifier("arxiv", "https://arxiv.org/abs/2101.00001v2"),
        Identifier("handle", "http://hdl.handle.net/20.500.12345/ABC"),
        Identifier("uri", "Example.org/p"),
        Identifier("wosuid", "000123456700001"),
        Identifier("eid", "85012345678"),
    )
    assert [(found.type, found.value, found.url) for found in _built(*fields)[1:]] == [
        ("doi", "10.1234/a<b>", "https://doi.org/10.1234/a%3Cb%3E"),
        ("pmid", "12345", "https://pubmed.ncbi.nlm.nih.gov/12345"),
        ("pmc", "PMC4731170", "https://europepmc.org/article/pmc/4731170"),
        ("arxiv", "arXiv:2101.00001v2", "https://arxiv.org/abs/2101.00001v2"),
        ("handle", "20.500.12345/ABC", "https://hdl.handle.net/20.500.12345/ABC"),
        ("uri", "http://Example.org/p", "http://example.org/p"),
        ("wosuid", "WOS:000123456700001", None),
        ("eid", "2-s2.0-85012345678", None),
    ]


def test_r28_a_doi_in_another_field_is_a_doi_with_that_fields_relationship() -> None:
    assert _sent(Identifier("isbn", "10.1007/978-3-642-22941-1"), part=True) == [
        ("doi", "10.1007/978-3-642-22941-1", "part-of")
    ]
    assert _sent(Identifier("uri", "https://doi.org/10.1234/x")) == [("doi", "10.1234/x", "self")]
    assert _sent(Identifier("grant_number", "https://doi.org/10.35802/1")) == [("doi", "10.35802/1", "funded-by")]
    assert _sent(Identifier("raid", "10.82841/ab")) == [("raid", "10.82841/ab", "self")]
    both = (Identifier("isbn", "10.1234/x"), Identifier("doi", "10.1234/X"))
    assert _sent(*both, part=True) == [("doi", "10.1234/x", "self")]


@pytest.mark.parametrize("value", ["", "n/a", "-", "null", "(:unav)", "\x00"])
def test_r28_placeholders_identify_nothing(value: str) -> None:
    for type_name in ("other-id", "eid", "doi", "handle", "uri"):
        assert _sent(Identifier(type_name, value)) == []


def test_r28_a_handle_of_an_unregistered_repository_is_not_sent() -> None:
    assert _sent(Identifier("handle", "http://repository.example.org/handle/123456789/5172")) == []


def test_r28_unknown_types_and_foreign_work_ids_are_reported_and_not_sent() -> None:
    assert _warned(Identifier("alternative-id", "x1")) == ["identifier_type_unknown", "no_groupable_identifier"]
    assert _warned(Identifier("source-work-id", "x1")) == ["identifier_reserved", "no_groupable_identifier"]
    assert [found.value for found in _built(Identifier("source-work-id", "x1"))] == ["P-1"]


def test_r28_the_publications_own_id_comes_first_and_each_identifier_once() -> None:
    built = _built(
        Identifier("doi", "10.1234/A"),
        Identifier("doi", "doi:10.1234/a"),
        Identifier("pmc", "PMC12345"),
        Identifier("pmc", "12345"),
    )
    assert [(found.type, found.value) for found in built] == [
        ("source-work-id", "P-1"),
        ("doi", "10.1234/a"),
        ("pmc", "PMC12345"),
    ]
    assert self_ids(built) == ("doi:10.1234/a", "pmc:12345")


def test_r28_thousands_of_identifiers_are_cut_with_a_warning() -> None:
    fields = tuple(Identifier("other-id", f"id {number}") for number in range(5000))
    assert len(_built(*fields)) == 100
    assert "identifiers_cut" in _warned(*fields)
