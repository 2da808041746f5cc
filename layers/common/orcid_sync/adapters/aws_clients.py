"""The AWS clients: made once, when first needed, from one session; where AWS is, `AWS_ENDPOINT_URL` alone says."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

# Four tries within about 25 seconds; botocore's own defaults would wait 60 seconds for each answer.
_QUICK = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4}, max_pool_connections=16
)
# Objects may be large, and Secrets Manager answers more slowly than a table.
_PATIENT = _QUICK.merge(Config(read_timeout=20))
# Presigned addresses: without a word botocore signs for the global host, or in the old way; newer regions take neither.
_SIGNING = _PATIENT.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


class AwsClients:
    """One session and its lazily made clients; a further client costs some 4 ms, a further session 130."""

    @cached_property
    def _session(self) -> boto3.session.Session:
        return boto3.session.Session()

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        return self._session.client("dynamodb", config=_QUICK)

    @cached_property
    def sqs(self) -> SQSClient:
        return self._session.client("sqs", config=_QUICK)

    @cached_property
    def events(self) -> EventBridgeClient:
        return self._session.client("events", config=_QUICK)

    @cached_property
    def s3(self) -> S3Client:
        return self._session.client("s3", config=_SIGNING)

    @cached_property
    def secretsmanager(self) -> SecretsManagerClient:
        return self._session.client("secretsmanager", config=_PATIENT)
