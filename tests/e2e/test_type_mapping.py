"""The type mapping over HTTP and through the bucket, and its way to works that are on ORCID already (R2-R8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING
from orcid_sync.domain.type_mapping_csv import write_mapping

from tests.e2e.local_stack import LocalStack, Reply
from tests.e2e.test_main_job import Researcher, Spent, claim, publication

pytestmark = pytest.mark.stack

MAPPING = "/v1/admin/type-mapping"
DEFAULT = write_mapping(DEFAULT_TYPE_MAPPING).encode()


def csv(**changes: str) -> bytes:
    """The default mapping with changes. Other tests share the stack, so only types that they leave alone change."""
    return write_mapping({**DEFAULT_TYPE_MAPPING, **changes}).encode()


class Administrator:
    """Sees to the mapping."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack, self.token = stack, stack.token("boss", groups=["orcid-admins"])

    def upload(self, content: bytes, kind: str = "text/csv", *, query: str = "") -> Reply:
        headers = {"content-type": kind}
        return self.stack.send("PUT", MAPPING + query, content, token=self.token, **headers)[0]

    def download(self) -> str:
        reply, text = self.stack.send("GET", MAPPING, b"", token=self.token)
        assert (reply.status, reply.headers["content-type"]) == (200, "text/csv")
        return text

    def history(self) -> list[dict[str, Any]]:
        return list(self.stack.call("GET", f"{MAPPING}/uploads", token=self.token).json["items"])

    def put(self, name: str, content: bytes) -> dict[str, Any]:
        """Put a file under the prefix of the bucket; returns its report."""
        bucket = self.stack.outputs()["UploadsBucketName"]
        s3 = self.stack.aws("s3")
        s3.put_object(Bucket=bucket, Key=f"type-mapping/{name}", Body=content)
        self.stack.settle()
        report = s3.get_object(Bucket=bucket, Key=f"type-mapping-reports/{name}.json")
        return dict(json.loads(report["Body"].read()))


@pytest.fixture
def boss(stack: LocalStack) -> Iterator[Administrator]:
    administrator = Administrator(stack)
    yield administrator
    assert administrator.upload(DEFAULT).status == 200
    stack.settle()


def works(researcher: Researcher) -> dict[str, str]:
    """Title -> ORCID type of what is on the record."""
    return {work["title"]["title"]["value"]: work["type"] for work in researcher.works()}


def publish(stack: LocalStack, user_id: str, **types: str) -> None:
    """Publications by id, with their types."""
    for publication_id, publication_type in types.items():
        item = publication(f"{user_id}-{publication_id}", title=publication_id)
        stack.feed({**item, "type": publication_type}, claim(user_id, f"{user_id}-{publication_id}"))


def settle(stack: LocalStack) -> None:
    """The links are woken one after the other, over minutes where there are many."""
    stack.settle()
    assert stack.call("POST", "/_local/clock", {"advance_s": 120}).status == 200
    stack.settle()


def test_r2_r3_r8_uploaded_downloaded_and_put_back(boss: Administrator, stack: LocalStack) -> None:
    assert boss.upload(DEFAULT).status == 200
    tried = boss.upload(csv(figure="image"), query="?dry_run=true")
    change = {"type": "figure", "before": "other", "after": "image"}
    assert (tried.status, tried.json["upload_id"], tried.json["changes"]) == (200, None, [change])
    assert boss.download().encode() == DEFAULT
    first = boss.upload(csv(figure="image").decode().encode("utf-16"), "application/octet-stream")
    assert (first.status, first.json["changes"]) == (200, [change])
    assert boss.upload(boss.download().encode()).json["changes"] == []
    boss.upload(DEFAULT)
    path = f"{MAPPING}/uploads/{first.json['upload_id']}/restore"
    assert stack.call("POST", path, token=boss.token).json["changes"] == [change]
    assert boss.download().encode() == csv(figure="image")
    newest = boss.history()[0]
    assert (newest["via"], newest["by"], newest["restored_from"]) == ("restore", "boss", first.json["upload_id"])


@pytest.mark.parametrize(
    ("content", "kind", "status", "lines"),
    [
        (b"", "text/csv", 422, [1]),
        (b"a,b\npoem,other\nbook,book", "text/csv", 422, [1, 2]),
        (DEFAULT + b"book,book\n=cmd,other\npatent,\n", "text/csv", 422, [24, 25, 26, 26]),
        (DEFAULT.replace(b"book", b"b\xfck"), "text/csv", 422, None),
        (DEFAULT.replace(b"book", b"b\xfck"), "application/octet-stream", 422, [3]),
        (DEFAULT + b" " * 1_000_000, "text/csv", 413, None),
        (DEFAULT + b" " * 1_000_000, "application/octet-stream", 413, None),
    ],
)  # fmt: skip
def test_r4_a_broken_file_changes_nothing(
    boss: Administrator, content: bytes, kind: str, status: int, lines: list[int] | None
) -> None:
    before = boss.download()
    refused = boss.upload(content, kind)
    assert (refused.status, refused.headers["content-type"]) == (status, "application/problem+json")
    if lines is not None:
        assert [error["line"] for error in refused.json["errors"]] == lines
    assert boss.download() == before
    assert boss.history()[0]["accepted"] is False


def test_r3_the_bucket_takes_the_same_file(boss: Administrator) -> None:
    report = boss.put("types of 2026.csv", csv(figure="image").replace(b",", b";").replace(b"\n", b"\r\n"))
    assert (report["accepted"], report["rows"]) == (True, 22)
    assert boss.download().encode() == csv(figure="image")
    newest = boss.history()[0]
    assert (newest["via"], newest["file"], newest["accepted"]) == ("s3", "type-mapping/types of 2026.csv", True)
    bad = boss.put("bad.csv", b"Elements type,ORCID type\nFigure,image\n")
    assert (bad["accepted"], bad["errors"][0]["line"], bad["errors"][0]["value"]) == (False, 2, "Figure")
    assert boss.download().encode() == csv(figure="image")


def test_r7_a_changed_mapping_reaches_the_works_concerned_with_one_put_each(
    boss: Administrator, stack: LocalStack
) -> None:
    ada = Researcher(stack, "map-ada", 811)
    publish(stack, "map-ada", chart="figure", invention="patent")
    ada.write()
    settle(stack)
    assert works(ada) == {"chart": "other", "invention": "patent"}
    spent = Spent(stack, ada.orcid_id)
    assert boss.upload(csv(figure="image")).status == 200
    settle(stack)
    assert works(ada) == {"chart": "image", "invention": "patent"}
    assert spent.calls() == {"PUT": 1}
    assert boss.upload(csv(figure="image")).status == 200
    settle(stack)
    assert spent.calls() == {"PUT": 1}


def test_r5_r7_a_type_that_the_registry_refuses_fails_alone_with_its_reason(
    boss: Administrator, stack: LocalStack
) -> None:
    bea = Researcher(stack, "map-bea", 812)
    publish(stack, "map-bea", chart="figure", invention="patent", dance="performance")
    bea.write()
    settle(stack)
    reply = boss.upload(csv(figure="imagge", patent="invention", performance="sound"))
    assert (reply.status, [warning["value"] for warning in reply.json["warnings"]]) == (200, ["imagge"])
    publish(stack, "map-bea", plot="figure", device="patent")
    settle(stack)
    assert works(bea) == {"chart": "other", "invention": "invention", "dance": "sound", "device": "invention"}
    counts = bea.counts()
    assert (counts["failed"], counts["sent"]) == (2, 3)
    path = f"/v1/users/map-bea/orcid/{bea.orcid_id}/publications?state=failed"
    failed = stack.call("GET", path, token=boss.token).json["items"]
    assert {(item["title"], item["work_type"]) for item in failed} == {("chart", "imagge"), ("plot", "imagge")}
    assert all(item["error"] for item in failed)
    assert boss.upload(csv(figure="image")).status == 200
    settle(stack)
    assert works(bea) == {
        "chart": "image", "plot": "image", "invention": "patent", "device": "patent", "dance": "artistic-performance",
    }  # fmt: skip
    assert bea.counts()["failed"] == 0
