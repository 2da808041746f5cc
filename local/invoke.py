"""Invokes functions of the running stack, lists its schedules, and reads what the functions logged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local.stack import Stack

_SCHEDULED_EVENT = {"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}


@dataclass(frozen=True, slots=True)
class Invoked:
    """A function's answer as it gave it; `error` is Lambda's word for how it failed (None: it did not)."""

    payload: bytes
    error: str | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of EventBridge Scheduler. `function` is a physical name, `input` what it gives the function."""

    name: str
    expression: str
    function: str
    input: bytes


def invoke(stack: Stack, function: str, payload: bytes) -> Invoked:
    """Invoke a function by its physical name and wait for its answer."""
    answer = stack.aws.client("lambda").invoke(FunctionName=function, Payload=payload)
    return Invoked(answer["Payload"].read() or b"null", answer.get("FunctionError"))


def schedules(stack: Stack) -> list[Schedule]:
    """All schedules of the stack."""
    scheduler: Any = stack.aws.client("scheduler")
    found = []
    for listed in scheduler.list_schedules()["Schedules"]:
        schedule = scheduler.get_schedule(Name=listed["Name"], GroupName=listed.get("GroupName", "default"))
        target = schedule["Target"]
        payload = (target.get("Input") or json.dumps(_SCHEDULED_EVENT)).encode()
        function = str(target["Arn"]).rpartition(":")[2]
        found.append(Schedule(schedule["Name"], schedule["ScheduleExpression"], function, payload))
    return found


def logs(stack: Stack, name: str) -> list[str] | None:
    """What a function (folder or logical id) has logged since start, oldest first; None when there is no such one."""
    client = stack.aws.client("logs")
    groups = stack.deployment.log_groups(name)
    if not groups:
        return None
    pages = [client.get_paginator("filter_log_events").paginate(logGroupName=group) for group in groups]
    events = [event for page in pages for part in page for event in part["events"]]
    return [str(event["message"]).rstrip() for event in sorted(events, key=lambda event: int(event["timestamp"]))]
