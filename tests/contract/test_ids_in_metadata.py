"""The ORCID iDs in a publication's metadata: stored with its header, told by the stream (R41)."""

from __future__ import annotations

from dataclasses import replace

import boto3
import pytest
from orcid_sync.adapters.dynamodb_catalogue import DynamoDbCatalogue
from orcid_sync.adapters.dynamodb_id_index import DynamoDbIdIndex
from orcid_sync.adapters.dynamodb_payloads import Payloads
from orcid_sync.adapters.dynamodb_stream import changes
from orcid_sync.adapters.dynamodb_table import ConditionFailed
from orcid_sync.domain.catalogue import Person, Publication
from orcid_sync.domain.catalogue_changes import CatalogueChange, ClaimantNoted, IdsChanged
from orcid_sync.domain.digests import digest_publication
from orcid_sync.ports.catalogue import StoreResult

from tests.builders import a_publication
from tests.moto_aws import BUCKET, Aws

ADA, BEN = "0000-0002-1825-0097", "0000-0001-5109-3700"
BY_ADA = (Person("Jones", "Ada", f"https://orcid.org/{ADA}"), Person("Roe", "R.", "0000-0002-1825-0098"))
BY_BOTH = (*BY_ADA, Person("Bell", "Ben", BEN))


class Told:
    """The stream of the catalogue, from where it was last read."""

    def __init__(self, aws: Aws) -> None:
        self._streams = boto3.client("dynamodbstreams")
        table = aws.clients.dynamodb.describe_table(TableName=aws.table_names["CatalogueTable"])["Table"]
        arn = table["LatestStreamArn"]
        (shard,) = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        self._next = self._streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def about_ids(self) -> list[CatalogueChange]:
        """What it tells of iDs since it was last asked."""
        records = self._streams.get_records(ShardIterator=self._next)
        self._next = records["NextShardIterator"]
        return [change for change in changes(dict(records)) if isinstance(change, IdsChanged | ClaimantNoted)]


@pytest.fixture
def catalogue(aws: Aws) -> DynamoDbCatalogue:
    return DynamoDbCatalogue(aws.catalogue, Payloads(aws.catalogue, aws.clients.s3, BUCKET))


@pytest.fixture
def told(aws: Aws) -> Told:
    return Told(aws)


def put(catalogue: DynamoDbCatalogue, publication: Publication) -> StoreResult:
    return catalogue.put_publication(publication, digest_publication(publication))


def test_r41_the_stream_tells_which_valid_ids_came_and_went(aws: Aws, catalogue: DynamoDbCatalogue, told: Told) -> None:
    put(catalogue, a_publication(authors=BY_ADA))
    assert told.about_ids() == [IdsChanged("p1", (), (ADA,))]
    put(catalogue, a_publication(version=2, authors=BY_BOTH, title="Another"))
    assert told.about_ids() == [IdsChanged("p1", (ADA,), (BEN, ADA))]
    assert DynamoDbIdIndex(aws.catalogue).standing(["p1", "p9"]) == {"p1": (BEN, ADA)}
    put(catalogue, Publication("p1", 3, "", deleted=True))
    assert DynamoDbIdIndex(aws.catalogue).standing(["p1"]) == {}
    assert told.about_ids() == [IdsChanged("p1", (BEN, ADA), ())]
    put(catalogue, a_publication(version=4, authors=BY_ADA))
    assert told.about_ids() == [IdsChanged("p1", (), (ADA,))]


def test_r41_other_changes_of_a_publication_tell_nothing_of_ids(catalogue: DynamoDbCatalogue, told: Told) -> None:
    put(catalogue, a_publication(authors=BY_ADA))
    told.about_ids()
    for version, title in ((2, "The same"), (3, "The same"), (4, "Another")):
        put(catalogue, a_publication(version=version, authors=BY_ADA, title=title))
    put(catalogue, a_publication("p2"))
    assert told.about_ids() == []


def test_r44_a_stale_publication_changes_no_ids(catalogue: DynamoDbCatalogue, told: Told) -> None:
    put(catalogue, a_publication(version=2, authors=BY_ADA))
    told.about_ids()
    assert put(catalogue, a_publication(version=1, authors=BY_BOTH)) is StoreResult.STALE
    assert told.about_ids() == []


def test_r41_ids_are_written_with_their_header_or_not_at_all(aws: Aws, told: Told) -> None:
    items: list[dict[str, object]] = [{"pk": "P#p1", "sk": "HEAD", "v": 2}, {"pk": "P#p1", "sk": "IDS", "ids": "x"}]
    with pytest.raises(ConditionFailed):
        aws.catalogue.put_together(items, condition="v = :seen", seen=1)
    assert list(aws.catalogue.query("P#p1", consistent=True)) == []
    aws.catalogue.put_together(items, condition="attribute_not_exists(pk)")
    assert len(list(aws.catalogue.query("P#p1", consistent=True))) == 2


def test_r41_ids_of_editors_and_of_every_record_count(catalogue: DynamoDbCatalogue, told: Told) -> None:
    first = a_publication(editors=(Person("Bell", "Ben", BEN),))
    (other,) = a_publication(doi="10.1/x", authors=BY_ADA).records
    put(catalogue, replace(first, records=(*first.records, other)))
    assert told.about_ids() == [IdsChanged("p1", (), (BEN, ADA))]


def test_r41_each_note_of_a_claimant_is_told(aws: Aws, told: Told) -> None:
    index = DynamoDbIdIndex(aws.catalogue)
    aws.catalogue.put({"pk": f"A#{ADA}", "sk": "USERS", "lu": "u0"})  # moto tells a new item before its attributes
    told.about_ids()
    index.note_claimant(ADA, "u1")
    index.note_claimant(ADA, "u1")
    index.note_claimant(ADA, "u2")
    index.add({"p1": [ADA]})
    notes: list[CatalogueChange] = [ClaimantNoted(ADA, "u1"), ClaimantNoted(ADA, "u1"), ClaimantNoted(ADA, "u2")]
    assert told.about_ids() == notes
