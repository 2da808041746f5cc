"""The suite against the emulator: it passes, says what it leaves out, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.__main__ import main
from conformance.case import Need
from conformance.cases import all_cases
from conformance.runner import Runner, Verdict
from conformance.transport import Reply, Sent
from tests.unit.conformance.registries import names, registry, run, works_on


def test_the_emulator_conforms_and_nothing_is_left_on_the_record() -> None:
    with registry() as (target, transport):
        runner = Runner(target, transport)
        outcomes = list(runner.run(all_cases()))
        assert runner.left_behind() == []
        assert works_on(target, transport) == []
    assert [(outcome.case.name, outcome.got) for outcome in outcomes if outcome.verdict is not Verdict.OK] == []


def test_there_are_enough_cases_each_with_its_own_name_and_all_sections() -> None:
    cases = all_cases()
    assert len(cases) >= 700
    assert len({(case.section, case.name) for case in cases}) == len(cases)
    assert {case.section.split(".")[0] for case in cases} == {str(number) for number in range(1, 14)}


def test_without_controls_and_reader_what_needs_them_is_skipped_and_the_rest_passes() -> None:
    with registry() as (target, transport):
        elsewhere = replace(target, control_url=None, read_token=None)
        outcomes = run(elsewhere, transport, all_cases())
    skipped = [outcome for outcome in outcomes if outcome.verdict is Verdict.SKIPPED]
    assert names(outcomes, Verdict.FAILED) == set()
    assert {outcome.got for outcome in skipped} <= {f"needs {need.value}" for need in Need}
    assert len(outcomes) - len(skipped) > 500
    assert all(outcome.case.needs for outcome in skipped)


def test_what_an_interrupted_case_created_is_deleted() -> None:
    (case,) = (case for case in all_cases() if case.name == "GET summary")
    with registry() as (target, transport):

        def interrupted(sent: Sent) -> Reply:
            if "/work/summary/" in sent.url:
                raise KeyboardInterrupt
            return transport(sent)

        with pytest.raises(KeyboardInterrupt):
            run(target, interrupted, [case])
        assert works_on(target, transport) == []


def test_works_that_got_there_unseen_are_swept_up_and_told_when_they_stay() -> None:
    created = [case for case in all_cases() if case.name == "POST work: 201, Location, empty"]
    with registry() as (target, transport):

        def silent(sent: Sent) -> Reply:
            reply = transport(sent)
            return Reply(0) if sent.method == "POST" and sent.url.endswith("/work") else reply

        runner = Runner(target, silent)
        assert [outcome.verdict for outcome in runner.run(created)] == [Verdict.FAILED]
        stuck = Runner(target, lambda sent: Reply(409) if sent.method == "DELETE" else silent(sent))
        stuck.run_id = runner.run_id
        assert len(stuck.left_behind()) == 1
        assert runner.left_behind() == []
        assert stuck.left_behind() == []


def test_exit_code_says_whether_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "2.5 "]) == 0
    assert "6 ok, 0 failed" in capsys.readouterr().out
    assert main(["--only", "no such case"]) == 1
    with registry(bulk_items=50) as (target, _):
        assert main(["--control-url", str(target.control_url), "--only", "6.6 100 items", "--quiet"]) == 1
    printed = capsys.readouterr().out
    assert "FAILED" in printed
    assert "got      400 9006" in printed


def test_another_registry_needs_all_that_opens_it() -> None:
    with pytest.raises(SystemExit):
        main(["--api-url", "https://api.example.org/v3.0"])
