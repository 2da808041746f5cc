"""Files of the feed and their reports: the same on the fake and on S3 (R44)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ResponseStreamingError
from orcid_sync.adapters import s3_feed_files
from orcid_sync.adapters.s3_feed_files import S3FeedFiles
from orcid_sync.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from orcid_sync.ports.feed_files import FeedFiles

from tests.fakes.feed_files import FakeFeedFiles
from tests.moto_aws import BUCKET, Aws

KEY = "feed/all.jsonl"
LINES = [b"one", b"", b"three is longer", b"x" * 50, b"five"]


@pytest.fixture
def files(backend: str, request: pytest.FixtureRequest) -> FeedFiles:
    if backend == "fake":
        return FakeFeedFiles()
    s3 = request.getfixturevalue("aws").clients.s3
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return S3FeedFiles(s3, BUCKET)


@pytest.fixture
def put(files: FeedFiles, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Upload lines under a key."""

    def putting(lines: list[bytes], key: str = KEY) -> None:
        if isinstance(files, FakeFeedFiles):
            files.put(key, lines)
        else:
            request.getfixturevalue("aws").clients.s3.put_object(Bucket=BUCKET, Key=key, Body=b"\n".join(lines) + b"\n")

    return putting


@pytest.fixture
def delete(files: FeedFiles, request: pytest.FixtureRequest) -> Callable[[], object]:
    if isinstance(files, FakeFeedFiles):
        return lambda: files.delete(KEY)
    return lambda: request.getfixturevalue("aws").clients.s3.delete_object(Bucket=BUCKET, Key=KEY)


def test_r44_lines_come_in_their_order_and_go_on_from_where_each_of_them_ends(
    files: FeedFiles, put: Callable[..., None]
) -> None:
    put(LINES)
    file = files.find(KEY)
    found = list(files.lines(file, longest=20))
    assert [line.text for line in found] == [b"one", b"", b"three is longer", b"x" * 21, b"five"]
    assert found[-1].ends_at == file.size
    assert [line.read for line in found] == [line.ends_at for line in found]
    for number, line in enumerate(found):
        rest = list(files.lines(file, longest=20, from_byte=line.ends_at))
        assert [(one.text, one.ends_at) for one in rest] == [(one.text, one.ends_at) for one in found[number + 1 :]]


def test_r44_each_upload_is_told_from_the_one_before_even_with_the_same_content(
    files: FeedFiles, put: Callable[..., None]
) -> None:
    put(LINES)
    first = files.find(KEY)
    assert files.find(KEY) == first
    put(LINES)
    assert files.find(KEY).upload != first.upload


def test_r44_a_file_that_is_gone_or_another_one_is_told_apart(
    files: FeedFiles, put: Callable[..., None], delete: Callable[[], object]
) -> None:
    with pytest.raises(NotFoundError):
        files.find(KEY)
    put(LINES)
    seen = files.find(KEY)
    put([b"another"])
    with pytest.raises(StaleError):
        list(files.lines(seen, longest=20))
    latest = files.find(KEY)
    delete()
    with pytest.raises(NotFoundError):
        files.find(KEY)
    if not isinstance(files, FakeFeedFiles):
        with pytest.raises(NotFoundError):
            list(files.lines(latest, longest=20))


def test_r44_of_two_who_write_a_report_the_second_finds_out(files: FeedFiles) -> None:
    assert files.report("all.jsonl") is None
    first = files.put_report("all.jsonl", {"lines": 1}, seen=None)
    stored = files.report("all.jsonl")
    assert stored is not None
    assert (stored.content, stored.tag) == ({"lines": 1}, first)
    with pytest.raises(ConflictError):
        files.put_report("all.jsonl", {"lines": 2}, seen=None)
    second = files.put_report("all.jsonl", {"lines": 3, "name": "\ud800 Zoë"}, seen=first)
    with pytest.raises(ConflictError):
        files.put_report("all.jsonl", {"lines": 4}, seen=first)
    stored = files.report("all.jsonl")
    assert stored is not None
    assert (stored.content, stored.tag) == ({"lines": 3, "name": "\ud800 Zoë"}, second)


# What is S3's alone.


@pytest.fixture
def s3(aws: Aws) -> Any:
    return aws.clients.s3


@pytest.fixture
def on_s3(s3: Any) -> S3FeedFiles:
    return S3FeedFiles(s3, BUCKET)


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_r44_a_large_file_is_read_in_pieces_and_gone_on_with_anywhere(
    on_s3: S3FeedFiles, s3: Any, monkeypatch: pytest.MonkeyPatch, ending: str, parts: int
) -> None:
    monkeypatch.setattr(s3_feed_files, "PIECE_BYTES", 61)
    texts = [b"%d " % number * (number % 40) for number in range(120)]
    chunks = [b"".join(text + b"\r\n" for text in texts[begin::parts]) for begin in range(parts)]
    s3.put_object(
        Bucket=BUCKET, Key=KEY + ending, Body=b"".join(map(gzip.compress, chunks)) if ending else b"".join(chunks)
    )
    file = on_s3.find(KEY + ending)
    found = list(on_s3.lines(file, longest=1000))
    assert [line.text for line in found] == [text for begin in range(parts) for text in texts[begin::parts]]
    assert found[-1].read == file.size
    for number in (0, 59, 119):
        rest = list(on_s3.lines(file, longest=1000, from_byte=found[number].ends_at))
        assert [line[:2] for line in rest] == [line[:2] for line in found[number + 1 :]]


def test_r44_what_is_no_archive_or_only_part_of_one_is_told_after_what_can_be_read(on_s3: S3FeedFiles, s3: Any) -> None:
    for body, readable in ((b"plain text", 0), (gzip.compress(b"a\n" * 500)[:-9], 500), (b"", 0)):
        s3.put_object(Bucket=BUCKET, Key=f"{KEY}.gz", Body=body)
        lines = on_s3.lines(on_s3.find(f"{KEY}.gz"), longest=1000)
        counted = 0
        with pytest.raises(InvalidError, match="gzip"):
            for _ in lines:
                counted += 1
        assert counted == readable


def test_r44_a_report_whose_answer_was_lost_is_ours(
    on_s3: S3FeedFiles, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore asks again, and is refused by what the first request did."""
    put_object = s3.put_object

    def twice(**request: Any) -> Any:
        put_object(**request)
        return put_object(**request)

    monkeypatch.setattr(s3, "put_object", twice)
    first = on_s3.put_report("all.jsonl", {"run": "a"}, seen=None)
    second = on_s3.put_report("all.jsonl", {"run": "b"}, seen=first)
    stored = on_s3.report("all.jsonl")
    assert stored is not None
    assert (stored.content, stored.tag) == ({"run": "b"}, second)


def test_r44_a_piece_that_breaks_off_is_asked_for_again(
    on_s3: S3FeedFiles, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"one\ntwo\n")
    get_object = s3.get_object
    left = [1, 2]

    class Broken:
        def read(self) -> bytes:
            raise ResponseStreamingError(error="connection reset")

    def breaking(**request: Any) -> Any:
        answer = get_object(**request)
        return {**answer, "Body": Broken()} if left and left.pop() else answer

    monkeypatch.setattr(s3, "get_object", breaking)
    file = on_s3.find(KEY)
    assert [line.text for line in on_s3.lines(file, longest=10)] == [b"one", b"two"]
    left.extend([1] * 9)
    with pytest.raises(ResponseStreamingError):
        list(on_s3.lines(file, longest=10))


@pytest.mark.parametrize("body", [b"no JSON", b"[1]", b"\xff"])
def test_r44_what_somebody_else_put_in_a_reports_place_is_an_empty_report(
    on_s3: S3FeedFiles, s3: Any, body: bytes
) -> None:
    s3.put_object(Bucket=BUCKET, Key="feed-reports/all.jsonl.json", Body=body)
    stored = on_s3.report("all.jsonl")
    assert stored is not None
    assert stored.content == {}
    on_s3.put_report("all.jsonl", {"lines": 1}, seen=stored.tag)


def test_r44_reports_on_files_with_very_long_names_have_short_ones(on_s3: S3FeedFiles, s3: Any) -> None:
    for name in ("a" * 1013 + ".jsonl", "ä" * 500 + ".jsonl"):
        on_s3.put_report(name, {"file": name}, seen=None)
        stored = on_s3.report(name)
        assert stored is not None
        assert json.loads(json.dumps(stored.content)) == {"file": name}
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET, Prefix="feed-reports/")["Contents"]]
    assert len(keys) == 2
    assert max(len(key.encode()) for key in keys) <= 1024


def test_whatever_else_s3_refuses_is_an_error(on_s3: S3FeedFiles) -> None:
    elsewhere = S3FeedFiles(on_s3._client, "no-such-bucket")
    with pytest.raises(ClientError):
        elsewhere.put_report("all.jsonl", {}, seen=None)
