"""The embedded AWS of the local stack, by itself: what it keeps across a restart goes on as it was (R50)."""

from __future__ import annotations

import io
import json
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.aws.embedded import EmbeddedAws, free_port

TABLE, FUNCTION = "changes", "notice"
KEY = "pk"


def started(directory: Path) -> EmbeddedAws:
    clock = directory / "clock"
    clock.write_text("0")
    aws = EmbeddedAws(free_port(), directory / "logs", clock, directory / "aws")
    aws.start()
    aws.wait()
    return aws


def archive(code: str) -> bytes:
    """A function of one module."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writing:
        writing.writestr("app.py", code)
    return packed.getvalue()


def deploy(aws: EmbeddedAws) -> None:
    """A table whose stream feeds a function."""
    description = aws.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": KEY, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": KEY, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    role = aws.client("iam").create_role(RoleName=FUNCTION, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    functions = aws.client("lambda")
    functions.create_function(
        FunctionName=FUNCTION,
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": archive("def handler(event, context):\n    return {}\n")},
    )
    functions.create_event_source_mapping(
        FunctionName=FUNCTION, EventSourceArn=description["LatestStreamArn"], StartingPosition="TRIM_HORIZON"
    )


def change(aws: EmbeddedAws, key: str) -> None:
    aws.client("dynamodb").put_item(TableName=TABLE, Item={KEY: {"S": key}})


def comes_true(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.1)
    return condition()


def test_r50_what_was_unpacked_for_the_functions_goes_when_it_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each function at work has a folder with its code: a few hundred runs would fill a disk."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    aws = started(tmp_path)
    try:
        deploy(aws)
        change(aws, "one")
        assert comes_true(lambda: FUNCTION in aws.usage()["functions"])
        assert list(scratch.rglob("app.py")) != []
    finally:
        aws.stop()
    assert list(scratch.iterdir()) == []


def test_r50_processes_of_a_function_share_what_one_of_them_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unpacking the layer for each took a third of the time that the stack's tests have."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    aws = started(tmp_path)
    try:
        deploy(aws)
        functions = aws.client("lambda")
        slow = "import time\n\n\ndef handler(event, context):\n    time.sleep(2)\n    return __file__\n"
        functions.update_function_code(FunctionName=FUNCTION, ZipFile=archive(slow))
        with ThreadPoolExecutor() as pool:
            answers = list(pool.map(lambda _: functions.invoke(FunctionName=FUNCTION), range(3)))
        places = {json.load(answer["Payload"]) for answer in answers}
        assert len(places) == 3
        assert len({Path(place).resolve() for place in places}) == 1
        assert len(list(tmp_path.rglob("app.py"))) == 1
    finally:
        aws.stop()


def test_r50_changes_of_a_table_are_noticed_after_a_restart_too(tmp_path: Path) -> None:
    aws = started(tmp_path)
    try:
        deploy(aws)
        for number in range(5):
            change(aws, f"before-{number}")
        assert comes_true(lambda: FUNCTION in aws.usage()["functions"] and not aws.state()["streams"][TABLE])
    finally:
        aws.stop()
    aws = started(tmp_path)
    try:
        change(aws, "after")
        assert comes_true(lambda: FUNCTION in aws.usage()["functions"])
    finally:
        aws.stop()
