"""The catalogue's stream, read back as what changed (DESIGN 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.adapters.dynamodb_stream import changes
from orcid_sync.adapters.dynamodb_values import pack
from orcid_sync.adapters.items_catalogue import header_item, relationship_item, type_item, user_item
from orcid_sync.domain.catalogue import (
    ClaimStatus,
    Header,
    Metadata,
    Publication,
    PublicationType,
    Record,
    RecordDigest,
    RecordKey,
    Relationship,
    User,
)
from orcid_sync.domain.catalogue_changes import PublicationChanged, RelationshipChanged, UserChanged

from tests.moto_aws import BUCKET, Aws

USER = User("u1", 1, "Ada", is_current=True, login_allowed=True)
RELATIONSHIP = Relationship("u1", "p1", 1, ClaimStatus.CLAIMED)
HEADER = Header(
    "p1",
    1,
    "book",
    "T",
    None,
    (RecordDigest(RecordKey("manual", "m1"), "d", True, "", ("doi:x",), 3),),
    builder_version=1,
)


def streamed(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    """A record of the stream, shaped as Lambda gives it."""
    some = pack(after or before or {})
    record: dict[str, Any] = {"Keys": {"pk": some["pk"], "sk": some["sk"]}, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    if before is not None:
        record["OldImage"] = pack(before)
    if after is not None:
        record["NewImage"] = pack(after)
    return {"eventSource": "aws:dynamodb", "dynamodb": record}


def test_changes_come_with_before_and_after_in_order() -> None:
    newer = replace(USER, version=2, is_current=False)
    hidden = replace(RELATIONSHIP, version=2, hidden=True)
    event = {
        "Records": [
            streamed(None, user_item(USER)),
            streamed(user_item(USER), user_item(newer)),
            streamed(relationship_item(RELATIONSHIP), relationship_item(hidden)),
            streamed(None, header_item(HEADER)),
            streamed(header_item(HEADER), None),
        ]
    }
    assert changes(event) == [
        UserChanged("u1", None, USER),
        UserChanged("u1", USER, newer),
        RelationshipChanged("u1", "p1", RELATIONSHIP, hidden),
        PublicationChanged("p1", None, HEADER),
        PublicationChanged("p1", HEADER, None),
    ]


def test_payloads_and_publication_types_are_no_changes() -> None:
    payload = {"pk": "P#p1", "sk": "REC#manual#m1#d", "v": 1}
    kind = type_item(PublicationType("book", 1, "Book"))
    event = {"Records": [streamed(None, payload), streamed(payload, None), streamed(None, kind)]}
    event["Records"][0]["dynamodb"]["NewImage"]["z"] = {"B": "eJw="}
    assert changes(event) == []


def test_what_dynamodb_streams_is_understood(aws: Aws) -> None:
    catalogue = DynamoDbCatalogue(aws.catalogue, Payloads(aws.catalogue, aws.clients.s3, BUCKET))
    publication = Publication("p1", 1, "book", records=(Record(RecordKey("manual", "m1"), Metadata(title="T")),))
    catalogue.put_user(USER)
    catalogue.put_publication(publication, HEADER)
    catalogue.put_relationship(RELATIONSHIP)
    catalogue.put_relationship(replace(RELATIONSHIP, version=2, favourite=True))
    table = aws.clients.dynamodb.describe_table(TableName=aws.table_names["CatalogueTable"])["Table"]
    streams = boto3.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=table["LatestStreamArn"])["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=table["LatestStreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert changes(dict(streams.get_records(ShardIterator=iterator))) == [
        UserChanged("u1", None, USER),
        PublicationChanged("p1", None, HEADER),
        RelationshipChanged("u1", "p1", None, RELATIONSHIP),
        RelationshipChanged("u1", "p1", RELATIONSHIP, replace(RELATIONSHIP, version=2, favourite=True)),
    ]
