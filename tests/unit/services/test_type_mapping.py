"""The mapping is replaced whole or not at all, kept with who and when, and told to the links (R2-R8)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from orcid_sync.domain.catalogue import PublicationType
from orcid_sync.domain.errors import InvalidError, MappingRefusedError, NotFoundError, StaleError, TooLargeError
from orcid_sync.domain.mapping_uploads import MappingInForce, MappingUpload, Via
from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING
from orcid_sync.domain.type_mapping_csv import LARGEST_FILE, write_mapping
from orcid_sync.ports.type_mapping import MappingFile
from orcid_sync.services.import_type_mapping import ImportTypeMapping
from orcid_sync.services.publication_types import AdministerPublicationTypes
from orcid_sync.services.type_mapping import AdministerTypeMapping, Sender

from tests.fakes.audit import FakeAuditTrail
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock
from tests.fakes.events import FakeEvents
from tests.fakes.institution import FakeInstitution
from tests.fakes.type_mappings import FakeTypeMappings

BOSS = Sender("boss", Via.API)
EVENT = "Type Mapping Replaced"


def csv(**changes: str) -> bytes:
    """The default mapping with changes (`_` for `-`); an empty one leaves the type out."""
    rows = {**DEFAULT_TYPE_MAPPING, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return write_mapping({name: value for name, value in rows.items() if value}).encode()


class BrokenEvents(FakeEvents):
    """The bus does not answer while `broken`."""

    broken = True

    def publish(self, detail_type: str, details: Any) -> None:
        if self.broken:
            raise ConnectionError("no bus")
        super().publish(detail_type, details)


class OvertakenMappings(FakeTypeMappings):
    """Somebody else replaces the mapping just before each of the first `times` stores."""

    times = 0

    def replace(self, upload: MappingUpload, *, rev: int) -> MappingInForce:
        if self.times:
            self.times -= 1
            super().replace(
                MappingUpload("other", 1, "rival", Via.API, True, upload.report, {"book": f"b{rev}"}), rev=rev
            )
        return super().replace(upload, rev=rev)


class Office:
    """A fresh installation."""

    def __init__(self) -> None:
        self.institution, self.catalogue, self.audit = FakeInstitution(), FakeCatalogue(), FakeAuditTrail()
        self.events, self.clock = BrokenEvents(), FakeClock()
        self.events.broken = False
        self.mappings = OvertakenMappings(self.institution)
        numbers = itertools.count()
        self.service = AdministerTypeMapping(
            self.mappings, self.catalogue, self.audit, self.events, self.clock, lambda: f"{next(numbers):04x}"
        )

    def told(self) -> list[bool]:
        """Of each event, whether the links are to be woken."""
        return [bool(detail["changed"]) for detail in self.events.of_type(EVENT)]

    def history(self) -> list[tuple[str, Via, bool]]:
        return [(upload.by, upload.via, upload.accepted) for upload in self.service.uploads(limit=50, cursor=None)[0]]


@pytest.fixture
def office() -> Office:
    return Office()


def test_r1_r2_the_default_is_downloaded_before_any_upload(office: Office) -> None:
    download = office.service.download()
    assert (download.rows, download.upload_id, download.rev) == (DEFAULT_TYPE_MAPPING, None, 0)


def test_r3_an_upload_replaces_the_mapping_completely(office: Office) -> None:
    office.service.upload(BOSS, csv(book="edited-book"))
    upload = office.service.upload(BOSS, b"Elements type,ORCID type\nreport,report\n")
    assert office.institution.mapping == {"report": "report"}
    download = office.service.download()
    assert (download.rows, download.upload_id, download.rev) == ({"report": "report"}, upload.upload_id, 2)
    assert len(upload.report.warnings) == len(DEFAULT_TYPE_MAPPING) - 1


def test_r4_a_file_with_one_bad_row_changes_nothing_and_is_kept(office: Office) -> None:
    before = office.service.upload(BOSS, csv()).upload_id
    with pytest.raises(MappingRefusedError) as refused:
        office.service.upload(BOSS, csv(book="edited-book", poem="other"))
    assert [remark.value for remark in refused.value.remarks] == ["poem"]
    assert office.service.download().upload_id == before
    (kept, _), _ = office.service.uploads(limit=10, cursor=None)
    assert (kept.upload_id, kept.report.errors) == (refused.value.upload_id, refused.value.remarks)
    assert (kept.accepted, kept.mapping, kept.report.rows) == (False, None, 23)
    assert len(office.audit.entries) == len(office.told()) == 1


def test_r4_a_file_that_is_too_large_is_kept_too(office: Office) -> None:
    with pytest.raises(TooLargeError):
        office.service.upload(BOSS, csv() + b"\n" * LARGEST_FILE)
    assert office.history() == [("boss", Via.API, False)]
    with pytest.raises(TooLargeError):
        office.service.rehearse(csv() + b"\n" * LARGEST_FILE)


def test_r4_the_types_are_those_of_the_ris_as_soon_as_it_tells_them(office: Office) -> None:
    office.catalogue.put_publication_type(PublicationType("poem", 1, "Poem"))
    with pytest.raises(MappingRefusedError):
        office.service.upload(BOSS, csv())
    assert office.service.upload(BOSS, b"Elements type,ORCID type\npoem,other").accepted


def test_r57_rehearsing_stores_nothing_and_says_what_would_change(office: Office) -> None:
    report = office.service.rehearse(csv(book="edited-book", chapter=""))
    assert [(c.publication_type, c.before, c.after) for c in report.changes] == [
        ("book", "book", "edited-book"),
        ("chapter", "book-chapter", "other"),
    ]
    with pytest.raises(MappingRefusedError):
        office.service.rehearse(b"")
    assert (office.mappings.current, office.mappings.kept, office.events.published) == (None, {}, [])
    assert office.audit.entries == []


def test_r7_the_links_are_woken_when_something_is_sent_as_another_type_and_only_then(office: Office) -> None:
    office.service.upload(BOSS, csv())
    office.service.upload(BOSS, csv(book="edited-book"))
    office.service.upload(BOSS, csv(book="edited-book"))
    assert office.told() == [False, True, False]


def test_r7_links_that_could_not_be_told_are_told_by_the_next_upload(office: Office) -> None:
    office.events.broken = True
    with pytest.raises(ConnectionError):
        office.service.upload(BOSS, csv(book="edited-book"))
    office.events.broken = False
    office.service.upload(BOSS, csv(book="edited-book"))
    assert office.told() == [True]


def test_r46_a_replacement_is_audited_with_what_changed(office: Office) -> None:
    upload = office.service.upload(BOSS, csv(book="edited-book"))
    (entry,) = office.audit.entries
    assert (entry.by, entry.action, entry.user_id) == ("boss", "type_mapping_replaced", None)
    assert entry.before == {"types": {"book": "book"}}
    assert entry.after == {"upload_id": upload.upload_id, "types": {"book": "edited-book"}}


def test_r3_of_two_uploads_at_once_one_wins_and_the_other_is_told(office: Office) -> None:
    office.mappings.times = 1
    with pytest.raises(StaleError):
        office.service.upload(BOSS, csv(book="edited-book"))
    assert office.institution.mapping == {"book": "b0"}
    assert office.history()[-1] == ("boss", Via.API, False)
    assert office.told() == []


def test_a_stale_revision_changes_nothing(office: Office) -> None:
    office.service.upload(BOSS, csv())
    for call in (office.service.upload, lambda _, content, **rev: office.service.rehearse(content, **rev)):
        with pytest.raises(StaleError):
            call(BOSS, csv(book="edited-book"), expected_rev=0)
    assert office.service.download().rev == 1
    assert office.service.upload(BOSS, csv(book="edited-book"), expected_rev=1).accepted


def test_r8_an_earlier_version_is_put_back_and_stands_in_the_history(office: Office) -> None:
    first = office.service.upload(BOSS, csv(book="edited-book"))
    office.clock.advance(60)
    office.service.upload(Sender("deputy", Via.API), csv(book="manual"))
    office.clock.advance(60)
    restored = office.service.restore("boss", first.upload_id)
    assert office.service.download().rows["book"] == "edited-book"
    assert restored.restored_from == first.upload_id
    assert office.history() == [
        ("boss", Via.RESTORE, True),
        ("deputy", Via.API, True),
        ("boss", Via.API, True),
    ]


def test_r8_a_version_put_back_is_validated_again(office: Office) -> None:
    first = office.service.upload(BOSS, csv())
    for name in ("book", "poem"):
        office.catalogue.put_publication_type(PublicationType(name, 1, name.title()))
    with pytest.raises(MappingRefusedError) as refused:
        office.service.restore("boss", first.upload_id)
    assert len(refused.value.remarks) == len(DEFAULT_TYPE_MAPPING) - 1
    assert office.service.download().upload_id == first.upload_id


def test_r8_what_was_refused_or_never_was_cannot_be_put_back(office: Office) -> None:
    with pytest.raises(MappingRefusedError) as refused:
        office.service.upload(BOSS, b"nonsense")
    with pytest.raises(InvalidError):
        office.service.restore("boss", refused.value.upload_id or "")
    with pytest.raises(NotFoundError):
        office.service.restore("boss", "0000000000000-beef")


def test_r8_the_default_can_be_put_back(office: Office) -> None:
    office.service.upload(BOSS, csv(book="manual"))
    office.service.restore("boss", "default")
    assert office.service.download().rows == DEFAULT_TYPE_MAPPING


class FakeMappingFiles:
    """`files` by key: (content, version, overtaken)."""

    def __init__(self) -> None:
        self.files: dict[str, MappingFile] = {}
        self.reports: list[tuple[str, Mapping[str, Any]]] = []

    def read(self, key: str, version: str | None, *, most: int) -> MappingFile:
        if key not in self.files:
            raise NotFoundError("gone")
        found = self.files[key]
        return MappingFile(found.content[:most], found.version, found.overtaken)

    def put_report(self, name: str, report: Mapping[str, Any]) -> None:
        self.reports.append((name, report))


class Bucket:
    """The import, and what it works on."""

    def __init__(self, office: Office) -> None:
        self.office, self.files = office, FakeMappingFiles()
        self.importing = ImportTypeMapping(self.files, office.service)

    def put(self, content: bytes, *, version: str = "v1", overtaken: bool = False) -> Mapping[str, Any]:
        """Put a file and take it up; returns the last report."""
        self.files.files["type-mapping/m.csv"] = MappingFile(content, version, overtaken)
        self.importing.run("type-mapping/m.csv", version, by="123456789012")
        return self.files.reports[-1][1] if self.files.reports else {}


@pytest.fixture
def bucket(office: Office) -> Bucket:
    return Bucket(office)


def test_r3_a_file_in_the_bucket_goes_through_the_same_code(bucket: Bucket) -> None:
    report = bucket.put(csv(book="edited-book"))
    assert bucket.files.reports[0][0] == "m.csv"
    assert (report["accepted"], report["rows"], report["errors"]) == (True, 22, [])
    assert report["changes"] == [{"type": "book", "before": "book", "after": "edited-book"}]
    assert bucket.office.history() == [("123456789012", Via.S3, True)]
    assert bucket.office.told() == [True]


def test_r3_a_file_told_of_twice_is_taken_up_once_and_reported_again(bucket: Bucket) -> None:
    first = bucket.put(csv(book="edited-book"))
    bucket.office.service.upload(BOSS, csv())
    assert bucket.put(csv(book="edited-book")) == first
    assert bucket.office.service.download().rows == DEFAULT_TYPE_MAPPING
    assert len(bucket.office.history()) == 2
    bucket.put(csv(book="manual"), version="v2")
    assert bucket.office.service.download().rows["book"] == "manual"


def test_r3_r4_a_bad_file_is_reported_and_changes_nothing(bucket: Bucket) -> None:
    for content, reason in ((b"a,b\nbook,book", "header"), (csv() + b"\n" * LARGEST_FILE, "1 MB"), (b"\xff", "UTF-8")):
        report = bucket.put(content, version=reason)
        assert report["accepted"] is False
        assert reason in report["errors"][0]["message"]
    assert [accepted for _, _, accepted in bucket.office.history()] == [False] * 3
    assert bucket.office.mappings.current is None


def test_r3_a_file_that_a_later_version_overtook_is_kept_but_not_taken(bucket: Bucket) -> None:
    bucket.put(csv(book="manual"), version="v2")
    bucket.put(csv(book="edited-book"), version="v1", overtaken=True)
    assert bucket.office.service.download().rows["book"] == "manual"
    assert sorted(accepted for _, _, accepted in bucket.office.history()) == [False, True]
    assert len(bucket.files.reports) == 1, "the later version's report stays"


def test_r3_a_file_insists_when_others_change_the_mapping_at_the_same_time(bucket: Bucket) -> None:
    bucket.office.mappings.times = 2
    assert bucket.put(csv(book="edited-book"))["accepted"] is True
    assert bucket.office.service.download().rows["book"] == "edited-book"


def test_r7_a_crash_before_the_links_were_told_is_made_good_when_the_file_comes_again(bucket: Bucket) -> None:
    bucket.office.events.broken = True
    with pytest.raises(ConnectionError):
        bucket.put(csv(book="edited-book"))
    bucket.office.events.broken = False
    assert bucket.put(csv(book="edited-book"))["accepted"] is True
    assert bucket.office.told() == [True]


def test_r4_the_later_of_administrator_and_feed_tells_the_types(office: Office) -> None:
    types = AdministerPublicationTypes(office.catalogue, office.audit, office.clock)
    assert set(types.types()) == set(DEFAULT_TYPE_MAPPING)
    office.catalogue.put_publication_type(PublicationType("book", 5, "Book"))
    office.catalogue.put_publication_type(PublicationType("poem", 5, "Poem"))
    assert types.replace("boss", {"book": "Monograph", "grant": "Grant"}) == {"book": "Monograph", "grant": "Grant"}
    office.catalogue.put_publication_type(PublicationType("poem", 5, "Late"))
    office.catalogue.put_publication_type(PublicationType("grant", 0, "Grant of the feed"))
    assert types.types() == {"book": "Monograph", "grant": "Grant of the feed"}
    office.catalogue.put_publication_type(PublicationType("poem", 6, "Verse"))
    assert types.types()["poem"] == "Verse"
    (entry,) = office.audit.entries
    assert (entry.before, entry.after) == ({"book": "Book", "poem": "Poem"}, {"book": "Monograph", "grant": "Grant"})


def test_r46_types_told_again_are_no_change(office: Office) -> None:
    types = AdministerPublicationTypes(office.catalogue, office.audit, office.clock)
    for _ in range(2):
        types.replace("boss", {"book": "Book"})
    assert len(office.audit.entries) == 1
