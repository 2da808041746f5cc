"""A short round of `make soak`, the same each time: whatever goes wrong, at rest every record is as it should be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.aws.template import load, resources
from soak.deliveries import MOST_WRITERS
from soak.functions import TIMEOUTS
from soak.queues import DEDUPLICATION_MS, MOST_RECEIVES, VISIBILITY_MS, FifoQueue
from soak.stream import MOST_BATCH_RETRIES, STREAM_BATCH

ROOT = Path(__file__).parents[2]
SHORT = "--seed 3 --researchers 12 --publications 12 --events 350 --minutes 20 --outage-minutes 60"


def test_r37_after_traffic_and_trouble_every_record_is_as_the_ris_wants_it() -> None:
    """R31, R34 to R39, in an interpreter of its own: the order of its sets is part of the seed."""
    command = [sys.executable, "-m", "soak", *SHORT.split()]
    path = os.pathsep.join([str(ROOT / "layers" / "common"), str(ROOT)])
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": path}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr + run.stdout
    of_aws = ("AWS's answer lost", "index seen late", "query seen late", "page cut short", "batch done in part")
    for trouble in ("outage", "killed", "batch again", *of_aws):
        assert trouble in run.stdout, f"nothing of this was met: {trouble}"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load()


def test_the_simulated_aws_has_the_times_and_numbers_of_the_template(template: dict[str, Any]) -> None:
    functions = resources(template, "AWS::Serverless::Function")
    of = {properties["CodeUri"].strip("/").rpartition("/")[2]: properties for properties in functions.values()}
    for name, seconds in TIMEOUTS.items():
        assert of[name].get("Timeout", template["Globals"]["Function"].get("Timeout")) == seconds, name
    queue = resources(template, "AWS::SQS::Queue")["NormalQueue"]
    assert (queue["VisibilityTimeout"] * 1000, queue["RedrivePolicy"]["maxReceiveCount"]) == (
        VISIBILITY_MS,
        MOST_RECEIVES,
    )
    (stream,) = (e["Properties"] for e in of["notice_changes"]["Events"].values() if e["Type"] == "DynamoDB")
    assert (stream["BatchSize"], stream["MaximumRetryAttempts"]) == (STREAM_BATCH, MOST_BATCH_RETRIES)
    (message,) = (e["Properties"] for e in of["write_works"]["Events"].values() if e["Type"] == "SQS")
    assert message["ScalingConfig"]["MaximumConcurrency"] == MOST_WRITERS


def test_a_queue_keeps_the_order_of_a_group_and_gives_up_after_three_tries() -> None:
    queue = FifoQueue("normal")
    for name in ("a", "a", "b"):
        queue.send(name, name, f"{name}{len(queue.messages)}", now_ms=0)
    queue.send("b", "b", "b2", now_ms=DEDUPLICATION_MS - 1)
    assert queue.swallowed == 1
    first, other = queue.receive(0), queue.receive(0)
    assert first is not None
    assert other is not None
    assert (first.group, other.group, queue.receive(0)) == ("a", "b", None)
    queue.delete(other)
    for receive in (1, 2):
        assert queue.receive(receive * VISIBILITY_MS) is first
    following = queue.receive(3 * VISIBILITY_MS)
    assert queue.dead == [first]
    assert following is None or following.group == "a"
