"""The stand-ins for Crossref, DataCite and Europe PMC, before what asks them (R42)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from orcid_sync.adapters.open_sources import CROSSREF, DATACITE, EUROPE_PMC, HttpOpenSource
from orcid_sync.ports.search import SourceBusyError

from local.open_sources.app import OpenSourcesApp
from local.open_sources.running import RunningOpenSources
from local.sample_data import feed_items
from tests.fakes.clock import FakeClock

SHAPES = {"crossref": CROSSREF, "datacite": DATACITE, "europe-pmc": EUROPE_PMC}


@pytest.fixture(scope="module")
def running() -> Iterator[RunningOpenSources]:
    with RunningOpenSources(OpenSourcesApp(feed_items())) as started:
        yield started


def source(running: RunningOpenSources, name: str) -> HttpOpenSource:
    return HttpOpenSource(SHAPES[name], f"{running.url}/{name}", "sync@example.org", FakeClock())


@pytest.mark.parametrize(
    ("name", "asked", "title", "type_id"),
    [
        ("crossref", ("doi", "10.5555/outside.1"), "Things found elsewhere, part 1", "journal-article"),
        ("crossref", ("doi", "10.1038/171737a0"), "Molecular Structure of Nucleic Acids", "journal-article"),
        ("datacite", ("doi", "10.5555/outside.data.1"), "Measurements that stayed outside", "dataset"),
        ("europe-pmc", ("pmid", "99000010"), "Known to the library of medicine alone", "journal-article"),
        ("europe-pmc", ("pmc", "9900010"), "Known to the library of medicine alone", "journal-article"),
        ("europe-pmc", ("pmid", "13054692"), "Molecular Structure of Nucleic Acids", "journal-article"),
    ],
)
def test_r42_a_work_is_found_by_its_identifier_in_the_sources_own_form(
    running: RunningOpenSources, name: str, asked: tuple[str, str], title: str, type_id: str
) -> None:
    unknown = (asked[0], {"doi": "10.5555/nobody.has.this", "pmid": "1", "pmc": "1"}[asked[0]])
    found = source(running, name).look_up([asked, unknown])
    assert set(found) == {asked}
    work = found[asked]
    assert str(work.data["title"]).startswith(title)
    assert work.type == type_id
    assert work.data["authors"][0]["family"]
    assert work.data["publication_date"]["year"] > 1900


def test_r42_a_source_that_has_enough_says_for_how_long(running: RunningOpenSources) -> None:
    running.app.refuse("crossref", times=1, retry_after=7)
    asked = [("doi", "10.5555/outside.2")]
    with pytest.raises(SourceBusyError) as busy:
        source(running, "crossref").look_up(asked)
    assert busy.value.wait_seconds == 7
    assert source(running, "crossref").look_up(asked)
