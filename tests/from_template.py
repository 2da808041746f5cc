"""Makes the tables and queues of template.yaml in any AWS, so that tests never copy a schema by hand."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from local.aws.template import load, resources

_CREATE_TABLE = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode", "StreamSpecification")
_STACK = "test"
# Reading it takes some 200 ms; nobody changes what is read.
_template = cache(load)


def create_tables(dynamodb_client: Any) -> dict[str, str]:
    """Create every table of the template; returns logical id -> table name (`{"SyncTable": "test-SyncTable", ...}`)."""
    names: dict[str, str] = {}
    for logical_id, properties in resources(_template(), "AWS::DynamoDB::Table").items():
        names[logical_id] = f"{_STACK}-{logical_id}"
        wanted = {key: properties[key] for key in _CREATE_TABLE if key in properties}
        if "StreamSpecification" in wanted:
            wanted["StreamSpecification"] = {"StreamEnabled": True, **wanted["StreamSpecification"]}
        dynamodb_client.create_table(TableName=names[logical_id], **wanted)
        if "TimeToLiveSpecification" in properties:
            dynamodb_client.update_time_to_live(
                TableName=names[logical_id], TimeToLiveSpecification=properties["TimeToLiveSpecification"]
            )
    return names


def create_queues(sqs_client: Any) -> dict[str, str]:
    """Create every queue of the template, dead-letter queues first; returns logical id -> queue URL."""
    properties = resources(_template(), "AWS::SQS::Queue")
    urls: dict[str, str] = {}
    for logical_id in sorted(properties, key=lambda name: "RedrivePolicy" in properties[name]):
        wanted = dict(properties[logical_id])
        name = _text(wanted.pop("QueueName", {"Fn::Sub": f"${{AWS::StackName}}-{logical_id}"}))
        wanted.pop("Tags", None)
        attributes = {key: _attribute(key, value, sqs_client, urls) for key, value in wanted.items()}
        urls[logical_id] = sqs_client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return urls


def _attribute(key: str, value: Any, sqs_client: Any, urls: dict[str, str]) -> str:
    if key == "RedrivePolicy":
        url = urls[value["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        arn = sqs_client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return json.dumps({**value, "deadLetterTargetArn": arn})
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: Any) -> str:
    return str(value["Fn::Sub"]).replace("${AWS::StackName}", _STACK) if isinstance(value, dict) else str(value)
