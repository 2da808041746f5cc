"""The command line of `make run`."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.options import Options, OtherRegistry, read_arguments

REGISTRY = ["--registry-api-url", "http://127.0.0.1:9/", "--registry-auth-url", "http://127.0.0.1:9/"]


def test_without_flags_it_starts_with_sample_data_and_keeps_nothing() -> None:
    assert read_arguments([]) == Options(port=8000, sample_data=True, registry=None, data_dir=None)


def test_r51_another_registry_takes_four_flags() -> None:
    given = read_arguments([*REGISTRY, "--registry-client-id", "APP-1", "--registry-client-secret", "s"])
    assert given.registry == OtherRegistry("http://127.0.0.1:9", "http://127.0.0.1:9", "APP-1", "s")


def test_r51_a_registry_named_by_halves_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(REGISTRY)
    assert "--registry-client-secret" in capsys.readouterr().err


def test_r45_the_stand_ins_come_when_they_are_asked_for() -> None:
    given = read_arguments(["--elements", "5.5", "--open-sources"])
    assert (given.elements, given.open_sources) == ("5.5", True)
    assert (read_arguments([]).elements, read_arguments([]).open_sources) == (None, False)


def test_r45_a_version_that_no_stand_in_speaks_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(["--elements", "4.9"])
    assert "6.13" in capsys.readouterr().err


def test_the_data_directory_may_be_relative(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_arguments(["--data-dir", "state"]).data_dir == tmp_path / "state"
