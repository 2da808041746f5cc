"""The type mapping from its HTTP calls, and from files in the bucket, to the tables and the reports (R2-R8)."""

from __future__ import annotations

import importlib
import json
from typing import Any

import boto3
import pytest
from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING
from orcid_sync.domain.type_mapping_csv import LARGEST_FILE, write_mapping

from tests.integration.conftest import EVENTS, Product, Reply
from tests.integration.test_other_functions import invoke

MAPPING = "/v1/admin/type-mapping"
UPLOADS = f"{MAPPING}/uploads"
TYPES = "/v1/admin/publication-types"
DEFAULT = write_mapping(DEFAULT_TYPE_MAPPING)
CHANGED = DEFAULT.replace("\nbook,book\n", "\nbook,edited-book\n")


def upload(product: Product, content: str | bytes, **options: Any) -> Reply:
    """Text comes as `text/csv`, bytes as `application/octet-stream`, as the gateway tells them apart."""
    kind = {"content-type": "text/csv" if isinstance(content, str) else "application/octet-stream"}
    headers = {**kind, **options.pop("headers", {})}
    return product.administrator(f"PUT {MAPPING}", raw=content, headers=headers, **options)


def mapping(product: Product) -> dict[str, str]:
    reply = product.administrator(f"GET {MAPPING}", headers={"Accept": "application/json"})
    return {row["elements_type"]: row["orcid_type"] for row in reply.body["items"]}


def history(product: Product, **query: str) -> Any:
    return product.administrator(f"GET {UPLOADS}", query=query).body


def test_r2_the_mapping_is_downloaded_as_csv_and_can_be_uploaded_again(product: Product) -> None:
    reply = product.administrator(f"GET {MAPPING}")
    assert (reply.status, reply.headers["Content-Type"], reply.body) == (200, "text/csv", DEFAULT)
    assert "type-mapping.csv" in reply.headers["Content-Disposition"]
    again = upload(product, reply.body)
    assert (again.status, again.body["rows"], again.body["warnings"], again.body["changes"]) == (200, 22, [], [])
    assert product.administrator(f"GET {MAPPING}").body == DEFAULT


@pytest.mark.parametrize(
    ("accept", "json_answer"),
    [
        ("application/json", True),
        ("application/json, text/plain, */*", True),
        ("text/csv;q=0.5, application/json", True),
        ("application/*", True),
        ("*/*", False),
        ("text/csv, application/json", False),
        ("text/html, */*;q=0.1", False),
        ("application/json;q=0.2, text/*", False),
        ("application/json;q=nonsense", False),
    ],
)
def test_the_download_is_json_for_those_who_prefer_it(product: Product, accept: str, json_answer: bool) -> None:
    reply = product.administrator(f"GET {MAPPING}", headers={"Accept": accept})
    assert reply.headers["Content-Type"] == ("application/json" if json_answer else "text/csv")


@pytest.mark.parametrize(
    "content",
    [
        CHANGED,
        "\ufeff" + CHANGED,
        CHANGED.encode("utf-16"),
        CHANGED.replace("\n", "\r\n").encode("utf-8-sig"),
        CHANGED.replace(",", ";"),
    ],
)
def test_r3_an_upload_replaces_the_mapping(product: Product, content: str | bytes) -> None:
    reply = upload(product, content)
    assert reply.status == 200, reply
    assert reply.body["changes"] == [{"type": "book", "before": "book", "after": "edited-book"}]
    assert mapping(product) == {**DEFAULT_TYPE_MAPPING, "book": "edited-book"}


def test_r4_a_bad_file_is_refused_whole_and_every_bad_row_named(product: Product) -> None:
    upload(product, CHANGED)
    reply = upload(product, "Elements type;ORCID type\nJournal article;x\npoem;other\nbook;")
    assert (reply.status, reply.type) == (422, "invalid")
    assert [(e["line"], e["value"]) for e in reply.body["errors"]] == [(2, "Journal article"), (3, "poem"), (4, "")]
    assert "`journal-article`" in reply.body["errors"][0]["message"]
    assert mapping(product)["book"] == "edited-book"
    assert history(product)["items"][0]["report"]["errors"] == reply.body["errors"]


@pytest.mark.parametrize("content", ["", b"", b"\xe9\xe9", "\ufffd\ufffdE\0", "<html>", b"\0"])
def test_r4_what_is_no_mapping_at_all_is_refused(product: Product, content: str | bytes) -> None:
    reply = upload(product, content)
    assert (reply.status, reply.type) == (422, "invalid")
    assert reply.body["errors"]


def test_r4_more_than_one_megabyte_is_too_large(product: Product) -> None:
    for content in (DEFAULT + " " * LARGEST_FILE, DEFAULT.encode() + b" " * LARGEST_FILE):
        reply = upload(product, content)
        assert (reply.status, reply.type) == (413, "too-large")
    assert [item["accepted"] for item in history(product)["items"]] == [False, False]


def test_r5_an_unknown_orcid_type_is_taken_with_a_warning(product: Product) -> None:
    reply = upload(product, CHANGED.replace("edited-book", "edited-boook"))
    (warning,) = reply.body["warnings"]
    assert (reply.status, warning["line"], warning["value"]) == (200, 3, "edited-boook")
    assert "`edited-book`" in warning["message"]


def test_a_dry_run_says_what_would_change_and_stores_nothing(product: Product) -> None:
    reply = upload(product, CHANGED, query={"dry_run": "true"})
    assert (reply.status, reply.body["upload_id"], len(reply.body["changes"])) == (200, None, 1)
    assert upload(product, "nonsense", query={"dry_run": "true"}).status == 422
    assert (history(product)["items"], mapping(product)) == ([], DEFAULT_TYPE_MAPPING)


def test_an_upload_is_guarded_by_the_etag(product: Product) -> None:
    tag = product.administrator(f"GET {MAPPING}").headers["ETag"]
    assert upload(product, DEFAULT, headers={"If-Match": tag}).status == 200
    stale = upload(product, CHANGED, headers={"If-Match": tag})
    assert (stale.status, stale.type) == (412, "stale")
    assert mapping(product)["book"] == "book"


def test_r8_every_upload_is_kept_and_an_earlier_one_put_back(product: Product) -> None:
    first = upload(product, CHANGED).body["upload_id"]
    upload(product, DEFAULT)
    upload(product, "nonsense")
    page = history(product, limit="2")
    rest = history(product, limit="2", cursor=page["next"])
    kept = page["items"] + rest["items"]
    assert [(item["by"], item["via"], item["accepted"], item["rows"]) for item in kept] == [
        ("boss", "api", False, 0),
        ("boss", "api", True, 22),
        ("boss", "api", True, 22),
    ]
    assert (kept[2]["upload_id"], rest["next"]) == (first, None)
    restored = product.administrator(f"POST {UPLOADS}/{first}/restore")
    assert (restored.status, mapping(product)["book"]) == (200, "edited-book")
    newest = history(product)["items"][0]
    assert (newest["via"], newest["restored_from"], newest["accepted"]) == ("restore", first, True)
    assert product.administrator(f"POST {UPLOADS}/{kept[0]['upload_id']}/restore").type == "invalid"
    assert product.administrator(f"POST {UPLOADS}/nobody/restore").type == "not-found"
    assert product.administrator(f"GET {UPLOADS}", query={"cursor": "U#"}).type == "invalid"


def test_r46_the_mapping_is_for_administrators_alone(product: Product) -> None:
    calls = (f"GET {MAPPING}", f"PUT {MAPPING}", f"GET {UPLOADS}", f"POST {UPLOADS}/x/restore", f"GET {TYPES}")
    for call in (*calls, f"PUT {TYPES}"):
        assert product.user()(call).type == "forbidden"
        assert product.ris(call).type == "forbidden"
        assert product.stranger(call).type == "unauthorized"


def test_r4_the_types_are_told_by_an_administrator_or_the_feed_whoever_is_later(product: Product) -> None:
    boss = product.administrator
    assert len(boss(f"GET {TYPES}").body["items"]) == 22
    told = boss(f"PUT {TYPES}", [{"id": "book", "name": "Book"}, {"id": "poem", "name": "Poem"}])
    assert told.body == {"items": [{"id": "book", "name": "Book"}, {"id": "poem", "name": "Poem"}], "next": None}
    assert boss(f"PUT {TYPES}", told.body).body == boss(f"GET {TYPES}").body == told.body
    assert upload(product, "Elements type,ORCID type\npoem,other").status == 200
    assert upload(product, DEFAULT).status == 422
    product.feed({"kind": "publication-type", "id": "verse", "version": 0, "name": "Poem"})
    refused = upload(product, "Elements type,ORCID type\nPoem,other").body["errors"][0]["message"]
    assert "`poem` or `verse`" in refused
    bad: list[Any] = [[], [{"id": " a"}], [{"id": "a"}, {"id": "a"}], [{"name": "A"}], {"types": []}, "a"]
    for body in bad:
        assert boss(f"PUT {TYPES}", body).type == "invalid"


class Bucket:
    """The uploads bucket, with versions, and the function that hears of its files."""

    def __init__(self) -> None:
        self.s3 = boto3.client("s3")
        self.s3.put_bucket_versioning(Bucket="uploads", VersioningConfiguration={"Status": "Enabled"})
        builder = importlib.import_module("orcid_sync.bootstrap.import_type_mapping")
        builder._import_type_mapping.cache_clear()

    def put(self, content: str | bytes, name: str = "types 2026.csv") -> dict[str, Any]:
        """Put a file; returns the event that tells of it."""
        body = content.encode() if isinstance(content, str) else content
        stored = self.s3.put_object(Bucket="uploads", Key=f"type-mapping/{name}", Body=body)
        event: dict[str, Any] = json.loads((EVENTS / "import_type_mapping" / "object_created.json").read_text())
        event["detail"]["object"] |= {"key": f"type-mapping/{name}", "version-id": stored["VersionId"]}
        return event

    def report(self, name: str = "types 2026.csv") -> Any:
        key = f"type-mapping-reports/{name}.json"
        return json.loads(self.s3.get_object(Bucket="uploads", Key=key)["Body"].read())


@pytest.fixture
def bucket(product: Product) -> Bucket:
    return Bucket()


def test_r3_a_file_in_the_bucket_is_taken_up_and_reported_on(product: Product, bucket: Bucket) -> None:
    event = bucket.put(CHANGED.encode("utf-16"))
    assert invoke("import_type_mapping", event)["accepted"] is True
    assert mapping(product)["book"] == "edited-book"
    (kept,) = history(product)["items"]
    assert (kept["by"], kept["via"], kept["file"]) == ("123456789012", "s3", "type-mapping/types 2026.csv")
    report = bucket.report()
    assert (report["accepted"], report["upload_id"], report["rows"]) == (True, kept["upload_id"], 22)


def test_r3_an_event_that_comes_twice_does_no_harm(product: Product, bucket: Bucket) -> None:
    event = bucket.put(CHANGED)
    invoke("import_type_mapping", event)
    upload(product, DEFAULT)
    invoke("import_type_mapping", event)
    assert (mapping(product)["book"], len(history(product)["items"])) == ("book", 2)


def test_r3_events_out_of_order_leave_the_later_version(product: Product, bucket: Bucket) -> None:
    early, late = bucket.put(CHANGED), bucket.put(CHANGED.replace("edited-book", "manual"))
    for event in (late, early):
        invoke("import_type_mapping", event)
    assert mapping(product)["book"] == "manual"
    assert bucket.report()["changes"][0]["after"] == "manual"
    assert [item["accepted"] for item in history(product)["items"]] == [False, True]


def test_r3_a_bad_file_in_the_bucket_changes_nothing(product: Product, bucket: Bucket) -> None:
    assert invoke("import_type_mapping", bucket.put("poem,=cmd"))["accepted"] is False
    assert [error["line"] for error in bucket.report()["errors"]] == [1]
    invoke("import_type_mapping", bucket.put(DEFAULT + " " * LARGEST_FILE, "large.csv"))
    assert "1 MB" in bucket.report("large.csv")["errors"][0]["message"]
    assert mapping(product) == DEFAULT_TYPE_MAPPING


def test_r3_folders_and_files_that_are_gone_are_passed_over(product: Product, bucket: Bucket) -> None:
    assert invoke("import_type_mapping", bucket.put("", "2026/"))["passed_over"] is True
    event = bucket.put(DEFAULT)
    bucket.s3.delete_object(Bucket="uploads", Key="type-mapping/types 2026.csv")
    assert invoke("import_type_mapping", event)["gone"] is True
    assert history(product)["items"] == []


def test_r3_an_event_without_a_version_means_the_latest(product: Product, bucket: Bucket) -> None:
    event = bucket.put(CHANGED)
    del event["detail"]["object"]["version-id"]
    for _ in range(2):
        invoke("import_type_mapping", event)
    assert (mapping(product)["book"], len(history(product)["items"])) == ("edited-book", 1)
