"""Building a work from any metadata (R5, R27 to R30, R52, R53)."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from orcid_sync.domain.catalogue import Identifier, Metadata, PartialDate, Person, TranslatedTitle
from orcid_sync.domain.fingerprint import fingerprint, short_hash, work_digest
from orcid_sync.domain.identifier_types import IDENTIFIER_TYPES
from orcid_sync.domain.work import BuiltWork, Unbuildable
from orcid_sync.domain.work_builder import BUILDER_VERSION, OwnEntry, build_work

from tests.unit.domain.registry_rules import faults

OWN = OwnEntry("0000-0002-1825-0097", "Ada Jones")
FULL = Metadata(
    title="Water &amp; <i>life</i>",
    subtitle="A history",
    translated_title=TranslatedTitle("Wasser und Leben", "German"),
    container_title="Journal of Rivers",
    publication_date=PartialDate(2024, 5),
    authors=(Person("Jones", "A."), Person("Smith", "Zoë")),
    editors=(Person("River Society"),),
    identifiers=(Identifier("doi", "https://doi.org/10.1234/AB"), Identifier("issn", "2049-3630")),
    abstract="<p>One.</p><p>Two.</p>",
    url="www.example.org/a b",
    language="eng",
    publisher="Wet & Co",
    volume="7",
    issue="2",
    pages="1-9",
)


def _build(
    metadata: Metadata, work_type: str = "journal-article", publication_type: str = "journal-article"
) -> BuiltWork:
    built = build_work(metadata, publication_id="p1", publication_type=publication_type, work_type=work_type, own=OWN)
    assert isinstance(built, BuiltWork)
    return built


def _warned(metadata: Metadata) -> list[str]:
    return [warning.code for warning in _build(metadata).warnings]


def test_r29_every_field_is_mapped_and_nothing_is_warned_of_without_need() -> None:
    built = _build(FULL)
    work = built.work
    assert built.warnings == ()
    assert faults(work) == []
    assert (work.title, work.subtitle, work.journal_title) == ("Water & life", "A history", "Journal of Rivers")
    assert (work.translated_title, work.translated_title_language) == ("Wasser und Leben", "de")
    assert work.short_description == "One.\n\nTwo."
    assert work.publication_date == PartialDate(2024, 5)
    assert work.url == "http://www.example.org/a%20b"
    assert work.language == "en"
    assert [(found.type, found.value) for found in work.external_ids] == [
        ("source-work-id", "p1"), ("doi", "10.1234/ab"), ("issn", "2049-3630"),
    ]  # fmt: skip
    assert [(found.credit_name, found.role, found.orcid_id) for found in work.contributors] == [
        ("A. Jones", "author", OWN.orcid_id), ("Zoë Smith", "author", None), ("River Society", "editor", None),
    ]  # fmt: skip


def test_r29_the_citation_is_bibtex_with_what_is_known() -> None:
    citation = _build(FULL).work.citation
    assert citation is not None
    assert citation.type == "bibtex"
    assert citation.value == (
        "@article{jones2024,\n"
        "  author = {Jones, A. and Smith, Zoë},\n"
        "  editor = {{River Society}},\n"
        "  title = {Water \\& life},\n"
        "  journal = {Journal of Rivers},\n"
        "  volume = {7},\n"
        "  number = {2},\n"
        "  pages = {1--9},\n"
        "  publisher = {Wet \\& Co},\n"
        "  year = {2024},\n"
        "  doi = {10.1234/ab}\n"
        "}"
    )


def test_r29_a_citation_stays_balanced_and_bounded_whatever_the_names() -> None:
    authors = tuple(Person(f"Sand and Stone {{{number}", "A}") for number in range(3000))
    citation = _build(dataclasses.replace(FULL, title="50% of {x_1 \\ ^~#$", authors=authors)).work.citation
    assert citation is not None
    assert citation.value.count("{") == citation.value.count("}")
    assert citation.value.count(" and ") < 50
    assert "and others" in citation.value
    assert len(citation.value) < 12000


@pytest.mark.parametrize("title", ["", "  ", "<b></b>", "...", "(:unav)"])
def test_r29_without_a_title_there_is_no_work(title: str) -> None:
    built = build_work(Metadata(title=title), publication_id="p1", publication_type="book", work_type="book", own=None)
    assert isinstance(built, Unbuildable)
    assert built.code == "no_title"


def test_r5_an_unknown_work_type_is_sent_as_mapped() -> None:
    assert _build(FULL, work_type="hologram", publication_type="media").work.type == "hologram"


def test_r29_optional_values_that_the_registry_would_refuse_are_left_away_with_a_warning() -> None:
    messy = dataclasses.replace(
        FULL,
        translated_title=TranslatedTitle("Eau", "Klingon"),
        language="Klingon",
        url="file:///etc/passwd",
        publication_date=PartialDate(2554),
    )
    work = _build(messy).work
    assert (work.translated_title, work.language, work.url, work.publication_date) == (None, None, None, None)
    assert sorted(_warned(messy)) == [
        "date_out_of_range",
        "language_unknown",
        "translated_title_language",
        "url_invalid",
    ]


def test_r29_long_texts_are_cut_with_a_warning() -> None:
    long = dataclasses.replace(FULL, title="word " * 500, abstract="word " * 5000)
    assert _warned(long) == ["text_cut", "text_cut"]
    assert faults(_build(long).work) == []


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://example.org/x?a=1&amp;b=ü", "https://example.org/x?a=1&b=%C3%BC"),
        ("HTTP://Example.ORG:8080/%zz[1]", "http://example.org:8080/%25zz%5B1%5D"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("http://a.example/1 http://b.example/2", "http://a.example/1"),
        ("https:///example.org/x", "https://example.org/x"),
        ("https://user:secret@example.org/", None),
        ("javascript:alert(1)", None),
        ("http://localhost/x", None),
        ("http://[::1", None),
        ("http://a..b/", None),
        ("not an address", None),
    ],
)
def test_r29_addresses_open_in_a_browser_or_are_left_away(url: str, clean: str | None) -> None:
    assert _build(dataclasses.replace(FULL, url=url)).work.url == clean


def test_r29_a_page_among_the_identifiers_is_the_address_when_there_is_no_other() -> None:
    metadata = dataclasses.replace(FULL, url="", identifiers=(Identifier("url", "https://example.org/p"),))
    assert _build(metadata).work.url == "https://example.org/p"


def test_r29_a_container_that_repeats_the_title_of_a_whole_work_is_not_repeated() -> None:
    same = dataclasses.replace(FULL, container_title="Water and life", title="Water and Life")
    assert _build(same, "book", "book").work.journal_title is None
    assert _build(same).work.journal_title == "Water and life"


_TEXT = st.text(max_size=60) | st.text(alphabet="<>&;/ibsup$\\{}^_ aB1\u202e\u0301\ud800\x00", max_size=80)
_LONG = _TEXT | st.builds(lambda text, times: text * times, _TEXT, st.integers(min_value=1, max_value=400))
_TYPES = st.sampled_from(sorted(IDENTIFIER_TYPES)) | _TEXT
_VALUES = _TEXT | st.text(alphabet="0123456789Xx-./:doi htp%arv", max_size=40)
_PERSONS = st.builds(Person, _LONG, _TEXT, st.none() | st.just(OWN.orcid_id) | _TEXT)
_DATES = st.builds(
    PartialDate, st.integers(1800, 2600), st.none() | st.integers(-1, 14), st.none() | st.integers(-1, 40)
)
_IDENTIFIERS = st.builds(
    Identifier,
    _TYPES,
    _VALUES,
    st.none() | st.sampled_from(["self", "part-of", "version-of", "funded-by", "x"]),
    st.none() | _TEXT,
)
_METADATA = st.builds(
    Metadata,
    title=_LONG,
    subtitle=_LONG,
    translated_title=st.none() | st.builds(TranslatedTitle, _LONG, st.sampled_from(["", "de", "he", "x"])),
    container_title=_LONG,
    publication_date=st.none() | _DATES,
    authors=st.lists(_PERSONS, max_size=5).map(tuple),
    editors=st.lists(_PERSONS, max_size=2).map(tuple),
    identifiers=st.lists(_IDENTIFIERS, max_size=6).map(tuple),
    abstract=_LONG,
    url=_TEXT
    | st.text(max_size=20).map("https://example.org/{}".format)
    | st.text(max_size=20).map("http://{}".format),
    language=st.sampled_from(["", "en", "zh", "xx-yy"]) | _TEXT,
    publisher=_TEXT,
    pages=_TEXT,
)


@given(_METADATA, st.sampled_from(["book", "chapter", "own"]), st.sampled_from(["book", "other", "hologram"]))
@settings(max_examples=300, deadline=None)
def test_r30_any_metadata_gives_a_work_that_the_registry_takes_or_none(
    metadata: Metadata, publication_type: str, work_type: str
) -> None:
    first, second = (
        build_work(metadata, publication_id="p1", publication_type=publication_type, work_type=work_type, own=OWN)
        for _ in range(2)
    )
    assert first == second
    if isinstance(first, BuiltWork):
        assert faults(first.work) == []
        assert len(first.warnings) <= 20
        assert all(len(warning.message) < 300 for warning in first.warnings)


def test_r53_fingerprints_name_everything_that_a_work_is_built_from() -> None:
    base = {"digest": "d", "work_type": "book", "publication_id": "p1", "own": OWN, "builder_version": BUILDER_VERSION}
    changes = (
        {"digest": "e"},
        {"work_type": "other"},
        {"publication_id": "p2"},
        {"own": None},
        {"own": OwnEntry(OWN.orcid_id, "Ada B. Jones")},
        {"builder_version": BUILDER_VERSION + 1},
    )
    names = [fingerprint(**{**base, **change}) for change in ({}, *changes)]  # type: ignore[arg-type]  # mixed on purpose
    assert len(set(names)) == len(names)
    assert all(16 <= len(name) <= 24 for name in names)
    assert fingerprint(**base) == names[0]  # type: ignore[arg-type]  # mixed on purpose


def test_r53_equal_works_have_equal_digests_and_any_difference_shows() -> None:
    work = _build(FULL).work
    assert work_digest(work) == work_digest(_build(FULL).work)
    # Those stored by earlier versions, which wrote works out by `asdict`, stay valid: else all would be sent again.
    assert work_digest(work) == short_hash(dataclasses.asdict(work))
    assert work_digest(work) != work_digest(dataclasses.replace(work, language="fr"))
    assert work_digest(work) != work_digest(dataclasses.replace(work, contributors=work.contributors[::-1]))
