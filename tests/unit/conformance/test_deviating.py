"""The suite against registries that differ from ORCID: it fails, and exactly where they differ."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from conformance.cases import all_cases
from conformance.runner import Verdict
from conformance.transport import Transport
from tests.unit.conformance import registries
from tests.unit.conformance.registries import SLOW, names, registry, run

Wrap = Callable[[Transport], Transport]

DEVIATIONS: list[tuple[Wrap, str, str]] = [
    (
        registries.accepts_updates_of_others,
        "3.2 7 13",
        r"3\.2 (PUT|DELETE) of a work of .*|3\.2 a refused PUT.*|7 another's work.*|13 (9010|9014).*",
    ),
    (
        registries.swallows_duplicates,
        "6.1 10",
        r"6\.1 (the same identifier again|title and type|one identifier of several|the user-message|an own \w+ work).*"
        r"|6\.1 stored as self, new as self: single|6\.1 doi: (letters|a URL|a prefix|not normalisable: the same).*"
        r"|6\.1 (isbn|source-work-id).*|10 .*: duplicates",
    ),
    (
        registries.takes_visibility_from_the_body,
        "6.4",
        r"6\.4 POST with .*|6\.4 owner's default (limited|private): POST",
    ),
    (registries.answers_json_unasked, "1", r"1 Accept \*/\*.*|1 no Accept: (ORCID|a Content-Type).*"),
    (registries.checks_bulks_against_the_schema, "5.2", r"5\.2 bulk, no schema: .*characters"),
    (
        registries.compares_everything,
        "7 11",
        r"7 (ignored: .*|the same again.*|a read body sent back.*|without relationship it is no change.*)"
        r"|11 an alias of the.*",
    ),
    (
        registries.knows_no_record_states,
        "8",
        r"8 (locked|deactivated|deprecated|unclaimed): (?!the old token).*|8 a record back in order.*",
    ),
    (registries.does_not_let_revoked_tokens_delete, "2.6", r"2\.6 revoked by its owner: still deletes"),
    (
        registries.deletes_twice,
        "3 6.3",
        r"3 a second DELETE|6\.3 (a put-code of another record|the owner deleted it): DELETE",
    ),
    (
        registries.forgets_the_order_of_items,
        "6.6",
        r"6\.6 (100 items, answered|each result|failures do not undo|an earlier).*|6\.6 a created item carries.*",
    ),
    (registries.has_no_request_limit, "12", r"12 of 150 at once.*"),
]


@pytest.mark.parametrize(("wrap", "sections", "failing"), DEVIATIONS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_registry_that(wrap: Wrap, sections: str, failing: str) -> None:
    slow = SLOW if wrap is not registries.has_no_request_limit else set()
    cases = [case for case in all_cases() if case.section in sections.split() and not slow & set(case.needs)]
    expected = {name for name in (f"{case.section} {case.name}" for case in cases) if re.fullmatch(failing, name)}
    with registry() as (target, transport):
        outcomes = run(target, wrap(transport), cases)
    assert names(outcomes, Verdict.FAILED) == expected
    assert expected


def test_a_registry_that_normalises_nothing() -> None:
    cases = [case for case in all_cases() if case.section == "10"]
    with registry() as (target, transport):
        outcomes = run(target, registries.normalises_nothing(transport), cases)
    failed = names(outcomes, Verdict.FAILED)
    assert {"10 issn 20493630", "10 doi doi:10.5555/$case", "10 36 types without a rule: lower-cased"} <= failed
    assert "10 doi 10.5555/$case." not in failed
    assert "10 all 52 types are taken" not in failed


@pytest.mark.parametrize(
    ("status", "passing"),
    [
        (500, set()),
        (200, {"1 application/json is compact"}),
        (201, set()),
        (204, set()),
        (
            400,
            {
                "5.1 JSON: text that does not parse",
                "5.1 JSON: not JSON at all",
                "2.3 a Bearer header counts as client authentication and hides the form's",
            },
        ),
        (403, set()),
        (404, set()),
        (409, set()),
    ],
)
def test_a_registry_that_always_answers_the_same_passes_nothing_to_speak_of(status: int, passing: set[str]) -> None:
    cases = [case for case in all_cases() if not SLOW & set(case.needs)]
    with registry() as (target, transport):
        outcomes = run(target, registries.always(status)(transport), cases)
    assert names(outcomes, Verdict.OK) == passing


def test_a_registry_with_smaller_limits() -> None:
    cases = [case for case in all_cases() if case.section == "6.6" and not SLOW & set(case.needs)]
    with registry(bulk_items=50) as (target, transport):
        outcomes = run(target, transport, cases)
    assert names(outcomes, Verdict.FAILED) == {
        "6.6 100 items, answered in order",
        "6.6 101 items: the text names the limit",
    }
