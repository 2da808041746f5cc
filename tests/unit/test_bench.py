"""What `make bench` stands on: its table in memory behaves as DynamoDB does; bench/RESULTS.md is of today's code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import cost, report
from bench.assumptions import MINUTES_A_MONTH
from bench.budgets import checks
from bench.counting import Counts
from bench.episodes import Episode, researcher_episodes
from bench.expressions import Item, condition, update
from local.aws.template import load, resources

VISITS_AND_PAGES = ("first sync", "settings page", "list page", "systematic check", "woken visit")
ROOT = Path(__file__).parents[2]
SUITES = ("audit", "claims", "gate", "institution", "ledger", "listings", "states", "type_mappings", "writers")


@pytest.fixture(scope="module")
def episodes() -> list[Episode]:
    return researcher_episodes(60)


def test_r36_the_budgets_of_sixty_works_are_kept(episodes: list[Episode]) -> None:
    found = checks(episodes)
    assert len(found) > 10
    assert [check for check in found if not check.kept] == []


def test_the_results_of_visits_and_pages_are_what_the_code_counts_today(episodes: list[Episode]) -> None:
    """Run `make bench` again where a change of costs is meant."""
    written = (ROOT / "bench" / "RESULTS.md").read_text(encoding="utf-8")
    counted = report.counted([episode for episode in episodes if episode.kind in VISITS_AND_PAGES])
    rows = [line.split(" | ") for line in counted.splitlines() if line[2:].startswith(VISITS_AND_PAGES)]
    assert len(rows) == len(VISITS_AND_PAGES)
    for row in rows:
        # Kind, works, calls of the registry, read units, write units.
        assert " | ".join(row[:5]) in written, row


def test_each_part_of_the_results_stands_there_once() -> None:
    written = (ROOT / "bench" / "RESULTS.md").read_text(encoding="utf-8")
    headings = [line for line in written.splitlines() if line.startswith("## ")]
    assert headings == list(dict.fromkeys(headings))


def test_counting_alone_leaves_what_was_timed_as_it_is_written() -> None:
    document = "# Results\n\n## Budgets\n\n| a | 1 |\n| slow | 2 |\n\n## Times\n\n3 s\n\n## What is used\n\nold\n"
    renewed = report.renewed(document, ["## Budgets\n\n| a | 7 |", "## What is used\n\nnew"])
    assert renewed == document.replace("| a | 1 |", "| a | 7 |").replace("old", "new")


def test_a_month_is_billed_for_every_queue_that_is_polled_and_everything_that_is_deployed_by_default() -> None:
    template, nothing = load(), Episode("nothing", 1, Counts())
    lines = {line.what: line for line in cost.bill(cost.Use([(nothing, 1)], Counts(), {}, template), 5_000)}
    fed = [name for name in lines if name.startswith("SQS, polling")]
    polled = sum(
        event["Type"] == "SQS"
        for function in resources(template, "AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
    )
    assert sum(lines[name].quantity for name in fed) == pytest.approx(polled * 5 * 3 * MINUTES_A_MONTH)
    assert lines["CloudWatch dashboard"].usd == 3
    always = [one for one in template["Resources"].values() if "Condition" not in one]
    alarms = sum(one["Type"] == "AWS::CloudWatch::Alarm" for one in always)
    assert lines["CloudWatch alarms"].quantity == alarms > 20
    assert lines["Secrets Manager, token vaults"].quantity == 3


@pytest.mark.parametrize("kind", ["memory", "packed"])
def test_the_table_in_memory_passes_the_contract_suites_of_the_adapters(kind: str) -> None:
    suites = [f"tests/contract/test_{suite}_contract.py" for suite in SUITES]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "adapter", *suites]
    environment = os.environ | {"CONTRACT_DYNAMODB": kind}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout[-3000:]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("attribute_not_exists(gone) AND n BETWEEN :low AND :high", True),
        ("attribute_exists(gone) OR n <> :low", True),
        ("n = :text", False),
        ("gone <> :low", True),
        ("NOT contains(parts, :text) AND size(parts) = :high", True),
        ("(n < :low OR n > :high) AND attribute_exists(n)", False),
    ],
)
def test_conditions_are_understood_as_dynamodb_does(text: str, holds: bool) -> None:
    item: Item = {"n": {"N": "2"}, "parts": {"SS": ["a", "b", "c"]}}
    values: Item = {":low": {"N": "1"}, ":high": {"N": "3"}, ":text": {"S": "2"}}
    assert condition(text)(item, values) is holds


def test_an_update_sees_the_item_before_and_what_is_not_understood_is_refused() -> None:
    before: Item = {"a": {"N": "1"}, "b": {"N": "5"}, "s": {"SS": ["x", "y"]}}
    values: Item = {":one": {"N": "1"}, ":x": {"SS": ["x"]}, ":zero": {"N": "0"}}
    changed = update("SET a = b, b = a + :one, c = if_not_exists(c, :zero) REMOVE d ADD n :one DELETE s :x")
    after = {"a": {"N": "5"}, "b": {"N": "2"}, "c": {"N": "0"}, "n": {"N": "1"}, "s": {"SS": ["y"]}}
    assert changed(before, values) == after
    for text in ("a[0] = :one", "a IN (:one)", "attribute_type(a, :one)"):
        with pytest.raises((ValueError, KeyError)):
            condition(text)(before, values)
