"""Files of the feed from the bucket's event to the report, over as many invocations as they take (R44)."""

from __future__ import annotations

import gzip
import importlib
import json
from itertools import count
from typing import Any

import boto3
import pytest

from tests.integration.conftest import EVENTS, Context, Product
from tests.integration.test_other_functions import invoke
from tests.integration.test_settings_api import a_publication, a_user


class Files:
    """The uploads bucket and the bus: what the function publishes is delivered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.s3 = boto3.client("s3")
        self.published: list[dict[str, Any]] = []
        self._ids = count(1)
        module = importlib.import_module("orcid_sync.adapters.eventbridge_events")

        def publish(_: object, kind: str, details: Any) -> None:
            self.published.extend({"id": f"own-{next(self._ids)}", "detail-type": kind, "detail": d} for d in details)

        monkeypatch.setattr(module.EventBridgeEvents, "publish", publish)

    def put(self, key: str, body: bytes) -> dict[str, Any]:
        """Put the file there; returns S3's event."""
        version = self.s3.put_object(Bucket="uploads", Key=key, Body=body)["VersionId"]
        event: dict[str, Any] = json.loads((EVENTS / "import_feed" / "object_created.json").read_text())
        event["id"] = f"of-s3-{next(self._ids)}"
        event["detail"]["object"] |= {"key": key, "version-id": version}
        return event

    def settle(self) -> int:
        """Deliver what was published until nothing more is; returns how many events that were."""
        delivered = 0
        while self.published:
            invoke("import_feed", self.published.pop(0))
            delivered += 1
        return delivered

    def report(self, key: str) -> dict[str, Any]:
        name = f"feed-reports/{key.removeprefix('feed/')}.json"
        report: dict[str, Any] = json.loads(self.s3.get_object(Bucket="uploads", Key=name)["Body"].read())
        return report


@pytest.fixture
def files(product: Product, monkeypatch: pytest.MonkeyPatch) -> Files:
    assert product
    importlib.import_module("orcid_sync.bootstrap.feed")._import_feed.cache_clear()
    return Files(monkeypatch)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invocations that have no time but for one batch, of a hundred lines."""
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: 30_000)
    monkeypatch.setattr("orcid_sync.services.import_file.BATCH_LINES", 100)


@pytest.mark.parametrize("key", ["feed/full load.jsonl", "feed/full load.jsonl.gz"])
def test_r44_a_file_in_the_bucket_is_taken_in_and_reported_on(files: Files, key: str) -> None:
    body = "\n".join([json.dumps(a_user()), "", "{broken", json.dumps(a_publication("p1"))]).encode()
    for accepted, stale in ((2, 0), (0, 2)):
        event = files.put(key, gzip.compress(body) if key.endswith(".gz") else body)
        for _ in range(2):
            assert invoke("import_feed", event) == {"file": key, "complete": True, "lines": 4}
            report = files.report(key)
            assert (report["complete"], report["accepted"], report["stale"]) == (True, accepted, stale)
            assert [error["line"] for error in report["errors"]] == [3]


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("key", ["feed/all.jsonl", "feed/all.jsonl.gz"])
def test_r44_a_large_file_goes_on_by_itself_to_its_end(files: Files, product: Product, key: str) -> None:
    items = [a_user(f"u{n % 60}", name="Zoë" * (n % 9), version=n + 1) for n in range(950)]
    body = b"\r\n".join(json.dumps(item, ensure_ascii=False).encode() for item in items)
    packed = gzip.compress(body[:5_000]) + gzip.compress(body[5_000:]) if key.endswith(".gz") else body
    event = files.put(key, packed)
    assert invoke("import_feed", event) == {"file": key, "complete": False, "lines": 100}
    report = files.report(key)
    assert (report["complete"], report["problem"]) == (False, None)
    assert "it goes on by itself" in report["progress"]
    assert files.settle() == 9
    report = files.report(key)
    assert (report["complete"], report["lines"]) == (True, 950)
    assert (report["accepted"], report["stale"], report["failed"]) == (950, 0, 0), "in their order, each once"
    assert product.administrator("GET /v1/users/u59/claiming").status == 200
    assert invoke("import_feed", event)["complete"] is True
    assert files.published == [], "an event that comes late begins nothing"


@pytest.mark.usefixtures("hurried")
def test_r44_two_chains_of_one_file_become_one(files: Files) -> None:
    body = b"\n".join(json.dumps(a_user(f"u{n}")).encode() for n in range(1_000))
    event = files.put("feed/all.jsonl", body)
    invoke("import_feed", event)
    invoke("import_feed", event)
    assert len(files.published) == 2
    files.published += files.published
    delivered = files.settle()
    report = files.report("feed/all.jsonl")
    assert (report["complete"], report["accepted"], report["stale"]) == (True, 1_000, 0)
    assert delivered <= 2 * 10 + 4


@pytest.mark.usefixtures("hurried")
def test_r44_a_file_replaced_or_deleted_meanwhile_is_told_of(files: Files) -> None:
    key = "feed/all.jsonl"
    old = files.put(key, b"\n".join(json.dumps(a_user(f"u{n}")).encode() for n in range(500)))
    invoke("import_feed", old)
    new = files.put(key, json.dumps(a_user("u9000")).encode())
    assert files.settle() == 1
    assert invoke("import_feed", old) == {"file": key, "left": True}
    assert invoke("import_feed", new) == {"file": key, "complete": True, "lines": 1}
    assert "replaced before its end, after its line 100" in files.report(key)["note"]
    third = files.put(key, b"\n".join(json.dumps(a_user(f"v{n}")).encode() for n in range(500)))
    invoke("import_feed", third)
    files.s3.delete_object(Bucket="uploads", Key=key)
    files.settle()
    assert "was deleted before its end; it was taken in up to line 100" in files.report(key)["problem"]
    assert invoke("import_feed", third) == {"file": key, "gone": True}


def test_r44_a_broken_archive_is_reported_and_other_files_are_passed_over(files: Files) -> None:
    key = "feed/full load.jsonl.gz"
    body = b"".join(json.dumps(a_user(f"u{n}")).encode() + b"\n" for n in range(999))
    assert invoke("import_feed", files.put(key, gzip.compress(body)[:-9]))["complete"] is False
    report = files.report(key)
    assert "gzip" in report["problem"]
    assert report["accepted"] > 900, "what could be read is taken in"
    event = files.put("feed/readme.txt", b"about")
    assert invoke("import_feed", event)["passed_over"] is True
    event["detail"]["object"]["key"] = "feed/gone.jsonl"
    assert invoke("import_feed", event)["gone"] is True
