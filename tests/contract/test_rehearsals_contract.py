"""Where rehearsals stand and what they consist of: the same on fakes and on AWS (R57)."""

from __future__ import annotations

import json
import urllib.parse
from dataclasses import replace

import pytest
from orcid_sync.adapters.dynamodb_rehearsals import DynamoDbRehearsals
from orcid_sync.adapters.s3_rehearsals import S3RehearsalFiles
from orcid_sync.adapters.sqs_rehearsals import SqsRehearsalQueue
from orcid_sync.domain.rehearsal import KEPT_MS, Division, Rehearsal, RehearsalState, Result, Trial
from orcid_sync.domain.settings import BatchCreateUsed, InstitutionSettings
from orcid_sync.ports.rehearsals import RehearsalFiles, Rehearsals

from tests.fakes.clock import FakeClock
from tests.fakes.rehearsals import FakeRehearsalFiles, FakeRehearsals
from tests.from_template import create_queues
from tests.moto_aws import BUCKET, Aws

DIVISION = Division("list", users=60, links=61)
LINKS = [("u1", "0000-0002-1825-0097"), ("u2", "0000-0001-5109-3700")]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def rehearsals(backend: str, clock: FakeClock, request: pytest.FixtureRequest) -> Rehearsals:
    return (
        FakeRehearsals(clock) if backend == "fake" else DynamoDbRehearsals(request.getfixturevalue("aws").sync, clock)
    )


@pytest.fixture
def files(backend: str, request: pytest.FixtureRequest) -> RehearsalFiles:
    if backend == "fake":
        return FakeRehearsalFiles()
    return S3RehearsalFiles(request.getfixturevalue("aws").clients.s3, BUCKET)


def a_rehearsal(clock: FakeClock, name: str = "1-a") -> Rehearsal:
    return Rehearsal(name, clock.now_ms(), "boss", {"configuration": {"only_verified": True}, "all": True})


def test_r57_a_rehearsal_comes_back_as_stored(rehearsals: Rehearsals, clock: FakeClock) -> None:
    begun = a_rehearsal(clock)
    rehearsals.put(begun)
    assert rehearsals.get("1-a") == begun
    assert rehearsals.get("1-b") is None
    rehearsals.divide("1-a", DIVISION)
    rehearsals.note_done("1-a", 2)
    rehearsals.note_lost("1-a", 0)
    result = Result(7, {"add": 3}, "000001", "some are missing", ("u1", "u2"))
    seen = rehearsals.get("1-a")
    assert seen is not None
    rehearsals.finish(seen, result)
    expected = replace(begun, division=DIVISION, done=frozenset({2}), lost=frozenset({0}), result=result)
    assert rehearsals.get("1-a") == expected
    assert expected.state(clock.now_ms()) is RehearsalState.FAILED


def test_r57_the_first_division_holds(rehearsals: Rehearsals, clock: FakeClock) -> None:
    rehearsals.put(a_rehearsal(clock))
    for division in (DIVISION, Division("another", 1, 1)):
        divided = rehearsals.divide("1-a", division)
        assert divided is not None
        assert divided.division == DIVISION


def test_r57_a_part_counts_once_however_often_it_is_done(rehearsals: Rehearsals, clock: FakeClock) -> None:
    rehearsals.put(a_rehearsal(clock))
    rehearsals.divide("1-a", DIVISION)
    for part in (0, 0, 2):
        after = rehearsals.note_done("1-a", part)
        assert after is not None
        assert (after.complete, after.division) == (False, DIVISION)
    after = rehearsals.note_done("1-a", 1)
    assert after is not None
    assert (after.complete, after.users_done) == (True, 60)


def test_r57_a_part_that_was_lost_and_is_done_after_all_is_lost_no_more(
    rehearsals: Rehearsals, clock: FakeClock
) -> None:
    rehearsals.put(a_rehearsal(clock))
    lost = rehearsals.note_lost("1-a", 1)
    assert lost is not None
    assert (lost.done, lost.lost) == (frozenset(), frozenset({1}))
    done = rehearsals.note_done("1-a", 1)
    assert done is not None
    assert (done.done, done.lost) == (frozenset({1}), frozenset())
    again = rehearsals.note_lost("1-a", 1)
    assert again is not None
    assert (again.done, again.lost) == (frozenset({1}), frozenset())


def test_r57_a_result_made_before_another_part_was_done_is_not_stored(rehearsals: Rehearsals, clock: FakeClock) -> None:
    begun = a_rehearsal(clock)
    rehearsals.put(begun)
    seen = rehearsals.note_done("1-a", 0)
    assert seen is not None
    rehearsals.note_done("1-a", 1)
    for early in (begun, seen):
        rehearsals.finish(early, Result(7, {}, "000001", "failed"))
    found = rehearsals.get("1-a")
    assert found is not None
    assert found.result is None
    rehearsals.finish(found, Result(8, {}, "000002"))
    found = rehearsals.get("1-a")
    assert found is not None
    assert found.result == Result(8, {}, "000002")


def test_r57_one_that_failed_before_any_part_was_done_is_finished_too(rehearsals: Rehearsals, clock: FakeClock) -> None:
    begun = a_rehearsal(clock)
    rehearsals.put(begun)
    rehearsals.finish(begun, Result(7, {}, None, "not begun"))
    found = rehearsals.get("1-a")
    assert found is not None
    assert found.result == Result(7, {}, None, "not begun")


def test_r57_what_has_expired_is_gone_and_is_not_made_anew(rehearsals: Rehearsals, clock: FakeClock) -> None:
    begun = a_rehearsal(clock)
    rehearsals.put(begun)
    clock.advance(KEPT_MS / 1000)
    assert rehearsals.get("1-a") is None
    assert rehearsals.since(0) == []
    assert rehearsals.divide("2-b", DIVISION) is None
    assert rehearsals.note_done("2-b", 0) is None
    assert rehearsals.note_lost("2-b", 0) is None
    rehearsals.finish(replace(begun, rehearsal_id="2-b"), Result(7, {}, None))
    assert rehearsals.get("2-b") is None


def test_r57_the_newest_come_first(rehearsals: Rehearsals, clock: FakeClock) -> None:
    for name in ("1-a", "2-b", "3-c"):
        rehearsals.put(a_rehearsal(clock, name))
        clock.advance(10)
    found = rehearsals.since(clock.now_ms() - 20_000)
    assert [rehearsal.rehearsal_id for rehearsal in found] == ["3-c", "2-b"]


def test_r57_what_is_tried_comes_back_as_stored(files: RehearsalFiles) -> None:
    settings = InstitutionSettings(
        rev=3,
        only_verified=True,
        source_precedence=("scopus", "manual"),
        mass_removal_share=0.25,
        batch_create_used=BatchCreateUsed.YES,
    )
    for number, trial in enumerate(
        [
            Trial(settings, {"book": "book", "étude": "other"}, frozenset({"u1"})),
            Trial(InstitutionSettings(), None, orcid_ids=frozenset({LINKS[0][1]})),
        ]
    ):
        files.put_trial(f"{number}", trial)
        assert files.trial(f"{number}") == trial


def test_r57_links_and_rows_come_back_in_their_order(files: RehearsalFiles) -> None:
    name = files.put_links("1-a", LINKS)
    other = files.put_links("1-a", LINKS[:1])
    assert (files.links("1-a", name), files.links("1-a", other)) == (LINKS, LINKS[:1])
    files.put_part("1-a", 11, [("u3", "Éva", 3)])
    files.put_part("1-a", 2, [("u1", "Ada", 1), ("u2", "", 2)])
    assert files.parts("1-a", [2, 11]) == [("u1", "Ada", 1), ("u2", "", 2), ("u3", "Éva", 3)]
    assert files.parts("1-a", []) == []


def test_r57_the_csv_is_given_to_whoever_has_its_address_for_an_hour(aws: Aws) -> None:
    files = S3RehearsalFiles(aws.clients.s3, BUCKET)
    files.put_csv("1-a", "000001", "user_id,name\nu1,Éva\n")
    address = urllib.parse.urlsplit(files.csv_url("1-a", "000001", seconds=3600))
    asked = urllib.parse.parse_qs(address.query)
    assert (asked["X-Amz-Expires"], asked["X-Amz-Algorithm"]) == (["3600"], ["AWS4-HMAC-SHA256"])
    # The global host answers new buckets of other regions with a redirection, for which the signature is wrong.
    assert address.netloc == f"{BUCKET}.s3.{aws.clients.s3.meta.region_name}.amazonaws.com"
    assert asked["response-content-disposition"] == ['attachment; filename="rehearsal-1-a.csv"']
    stored = aws.clients.s3.get_object(Bucket=BUCKET, Key=address.path.removeprefix("/"))
    assert stored["Body"].read().decode() == "user_id,name\nu1,Éva\n"
    assert stored["ContentType"] == "text/csv; charset=utf-8"


def test_r57_each_part_has_its_message(aws: Aws) -> None:
    url = create_queues(aws.clients.sqs)["RehearsalQueue"]
    queue = SqsRehearsalQueue(aws.clients.sqs, url)
    queue.send_begin("1-a")
    queue.send_parts("1-a", [LINKS] * 23)
    found: list[dict[str, object]] = []
    while received := aws.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found.extend(json.loads(message["Body"]) for message in received)
    assert {"rehearsal_id": "1-a"} in found
    parts = {message["part"]: message["links"] for message in found if "part" in message}
    assert parts == {number: [list(link) for link in LINKS] for number in range(23)}
