"""Which works of ours ORCID will not group with the same work from another source, and what would join them (C9)."""

from __future__ import annotations

import pytest
from orcid_sync.domain.grouping import Ungrouped, by_publication, ungrouped
from orcid_sync.domain.outcomes import Answer, ForeignWork, Outcome, OwnWork, RecordReading

TITLE = "On the growth of kelp in northern waters"
DOI, OTHER_DOI, PMID, EID = "doi:10.5555/x", "doi:10.5555/y", "pmid:38000001", "eid:2-s2.0-85000000001"


def reading(own: OwnWork, *others: ForeignWork) -> RecordReading:
    return RecordReading(Answer(Outcome.READ), (own,), 1 + len(others), others)


def ours(*ids: str, title: str = TITLE, year: int | None = 2024, group: int = 0) -> OwnWork:
    return OwnWork(7, ("p1",), ids, title, "journal-article", group=group, year=year)


def theirs(*ids: str, title: str = TITLE, year: int | None = 2024, group: int = 1) -> ForeignWork:
    return ForeignWork(8, ids, title, group, year)


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        (ours(), theirs(DOI), Ungrouped(DOI, lacking_here=True)),
        (ours(PMID), theirs(EID, DOI), Ungrouped(DOI, lacking_here=True)),
        (ours(PMID), theirs(EID), Ungrouped(EID, lacking_here=True)),
        (ours(PMID, DOI), theirs(), Ungrouped(DOI, lacking_here=False)),
        (ours(DOI), theirs("issn:2049-3630"), Ungrouped(DOI, lacking_here=False)),
        (ours(), theirs(), None),
        (ours(DOI), theirs(OTHER_DOI), None),
        (ours(DOI), theirs(OTHER_DOI, PMID), None),
        (ours(), theirs(DOI, title=f"  {TITLE.upper()}. "), Ungrouped(DOI, lacking_here=True)),
        (ours(), theirs(DOI, title=TITLE + " II"), None),
        (ours(title="Editorial"), theirs(DOI, title="Editorial"), None),
        (ours(year=2024), theirs(DOI, year=2025), Ungrouped(DOI, lacking_here=True)),
        (ours(year=2024), theirs(DOI, year=2026), None),
        (ours(year=None), theirs(DOI), None),
        (ours(), theirs(DOI, year=None), None),
        (ours(), theirs(DOI, group=0), None),
    ],
)
def test_c9_who_lacks_which_identifier(own: OwnWork, other: ForeignWork, expected: Ungrouped | None) -> None:
    assert ungrouped(reading(own, other)) == ({7: expected} if expected is not None else {})


def test_c9_a_copy_that_stands_with_another_work_of_ours_is_not_missed() -> None:
    second = OwnWork(9, ("p2",), (DOI,), "Something else altogether, as it seems", "book", group=1, year=2024)
    found = RecordReading(Answer(Outcome.READ), (ours(), second), 3, (theirs(DOI),))
    assert ungrouped(found) == {}


def test_c9_what_is_told_names_identifier_and_side() -> None:
    assert "Adding its DOI 10.5555/x here" in Ungrouped(DOI, lacking_here=True).warning()
    assert "to that copy at ORCID" in Ungrouped(DOI, lacking_here=False).warning()


def test_c9_works_that_match_no_publication_have_nobody_to_tell() -> None:
    hint = Ungrouped(DOI, lacking_here=True)
    assert by_publication({7: hint, 8: hint}, {7: "p1"}) == {"p1": hint}
