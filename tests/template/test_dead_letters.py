"""docs/operations.md says of every place where something given up lands: what, why, which alarm, how to put it back."""

from __future__ import annotations

import re
from typing import Any

from local.aws.embedded import ROOT
from local.aws.template import resources
from tests.template.test_house_rules import _dead_letter_queues


def _table() -> list[list[str]]:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    part = text.partition("## Dead letters")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return rows[1:]


def test_every_dead_letter_queue_and_the_streams_destination_stand_in_the_table(template: dict[str, Any]) -> None:
    places = {name for row in _table() for name in re.findall(r"`(\w+)`", row[0])}
    assert places >= _dead_letter_queues(template)
    streams = [
        event["Properties"]["DestinationConfig"]["OnFailure"]
        for function in resources(template, "AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "DynamoDB"
    ]
    assert {stream["Type"] for stream in streams} == {"S3"}, "another destination needs a row of its own"
    assert any("`aws/lambda/`" in row[0] for row in _table())


def test_each_row_names_an_alarm_of_the_template_and_commands_that_are_there(template: dict[str, Any]) -> None:
    alarms = resources(template, "AWS::CloudWatch::Alarm")
    queues = resources(template, "AWS::SQS::Queue")
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for where, what, look, back in _table():
        named = {name for name in re.findall(r"`(\w+)`", where) if name not in queues}
        assert named, where
        assert named <= alarms.keys(), where
        for name in set(re.findall(r"`(\w+)`", where)) & queues.keys():
            dimensions = [d["Value"] for alarm in named for d in alarms[alarm]["Dimensions"]]
            assert {"Fn::GetAtt": [name, "QueueName"]} in dimensions, name
        assert len(what) > 40
        for letter in re.findall(r"\b[A-E]\b", look + back):
            assert f"\n# {letter}: " in text, letter
