"""How payloads lie in the table and in S3, and what happens when two feeds store one publication at once (R44)."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.domain.catalogue import Header, Metadata, Person, Publication, Record, RecordDigest, RecordKey
from orcid_sync.ports.catalogue import StoreResult

from tests.moto_aws import BUCKET, Aws

LARGE = Metadata(
    title="Collaboration", authors=tuple(Person(sha256(bytes([n % 256, n // 256])).hexdigest()) for n in range(999))
)
SMALL = Metadata(title="Note")


def catalogue_of(aws: Aws, client: Any = None) -> DynamoDbCatalogue:
    table = aws.catalogue
    if client is not None:
        table = type(table)(client, aws.table_names["CatalogueTable"])
    return DynamoDbCatalogue(table, Payloads(table, aws.clients.s3, BUCKET))


def publication(version: int, **contents: Metadata) -> tuple[Publication, Header]:
    """A publication whose records are named by their ids; a digest is the content's hash."""
    records = tuple(Record(RecordKey("manual", record_id), content) for record_id, content in contents.items())
    digests = tuple(
        RecordDigest(one.key, sha256(repr(one.metadata).encode("utf-8", "replace")).hexdigest()[:12], False, "", (), 1)
        for one in records
    )
    header = Header("p1", version, "journal-article", "T", None, digests, builder_version=1)
    return Publication("p1", version, "journal-article", None, records), header


def objects(aws: Aws) -> list[str]:
    return [found["Key"] for found in aws.clients.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def payload_items(aws: Aws) -> list[dict[str, Any]]:
    return list(aws.catalogue.query("P#p1", "REC#", consistent=True))


def test_a_payload_above_8_kb_lies_in_s3_and_goes_when_it_is_replaced(aws: Aws) -> None:
    catalogue = catalogue_of(aws)
    stored, header = publication(1, a=LARGE, b=SMALL)
    catalogue.put_publication(stored, header)
    assert len(objects(aws)) == 1
    assert objects(aws)[0].startswith("records/p1/manual/a/")
    assert all(len(item.get("z", b"")) <= 8192 for item in payload_items(aws))
    assert catalogue.publication(header) == stored
    catalogue.put_publication(*publication(2, a=SMALL, b=SMALL))
    assert objects(aws) == []
    assert len(payload_items(aws)) == 2


def test_a_payload_whose_object_is_gone_is_absent(aws: Aws) -> None:
    catalogue = catalogue_of(aws)
    stored, header = publication(1, a=LARGE)
    catalogue.put_publication(stored, header)
    aws.clients.s3.delete_object(Bucket=BUCKET, Key=objects(aws)[0])
    assert catalogue.publication(header) is None


def test_an_unchanged_payload_is_not_written_again(aws: Aws) -> None:
    catalogue = catalogue_of(aws)
    catalogue.put_publication(*publication(1, a=SMALL, b=SMALL))
    catalogue.put_publication(*publication(2, a=SMALL, b=LARGE))
    assert {item["sk"][:12]: item["v"] for item in payload_items(aws)} == {"REC#manual#a": 1, "REC#manual#b": 2}


def test_keys_stay_below_1024_bytes_in_table_and_bucket_whatever_the_source_names_things(aws: Aws) -> None:
    key = RecordKey("\U0001f600" * 100, "\u00e9" * 140)
    digest = RecordDigest(key, "0" * 64, False, "", (), 1)
    header = Header("p" * 64, 2**63 - 1, "journal-article", "T", None, (digest,), builder_version=1)
    stored = Publication(header.publication_id, header.version, header.type, None, (Record(key, LARGE),))
    catalogue_of(aws).put_publication(stored, header)
    (address,) = objects(aws)
    (item,) = aws.catalogue.query(f"P#{header.publication_id}", "REC#", consistent=True)
    assert len(address.encode()) <= 1024
    assert len(item["sk"].encode()) <= 1024
    assert catalogue_of(aws).publication(header) == stored


def test_ids_of_any_length_and_half_characters_are_stored(aws: Aws) -> None:
    catalogue = catalogue_of(aws)
    broken = replace(SMALL, abstract="half a pair: \ud83d")
    stored, header = publication(1, **{"x" * 2000: broken, "x" * 1999 + "/ä#": SMALL})
    catalogue.put_publication(stored, header)
    assert catalogue.publication(header) == stored


class Interrupting:
    """DynamoDB's client of one feed, which lets another feed act just before it writes its first header."""

    def __init__(self, client: Any, between: Any) -> None:
        self._client = client
        self._between = between

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **request: Any) -> Any:
        if request["Item"]["sk"]["S"] == "HEAD" and self._between is not None:
            between, self._between = self._between, None
            between()
        return self._client.put_item(**request)


@pytest.mark.parametrize("content", [SMALL, LARGE])
def test_r44_a_feed_overtaken_by_a_newer_one_leaves_the_newer_whole(aws: Aws, content: Metadata) -> None:
    """The newer publication returns to content that the overtaken one is about to replace."""
    catalogue = catalogue_of(aws)
    catalogue.put_publication(*publication(1, a=content))
    newest, newest_header = publication(3, a=content)
    slow = catalogue_of(
        aws, Interrupting(aws.clients.dynamodb, lambda: catalogue.put_publication(newest, newest_header))
    )
    assert slow.put_publication(*publication(2, a=replace(SMALL, title="Between"))) is StoreResult.STALE
    assert catalogue.publication(newest_header) == newest


@pytest.mark.parametrize("content", [SMALL, LARGE])
def test_r44_a_feed_that_finds_its_content_removed_meanwhile_stores_it_again(aws: Aws, content: Metadata) -> None:
    catalogue = catalogue_of(aws)
    catalogue.put_publication(*publication(1, a=content))
    newest, newest_header = publication(3, a=content)
    between = publication(2, a=replace(SMALL, title="Between"))
    slow = catalogue_of(aws, Interrupting(aws.clients.dynamodb, lambda: catalogue.put_publication(*between)))
    assert slow.put_publication(newest, newest_header) is StoreResult.STORED
    assert catalogue.publication(newest_header) == newest
