"""The measurement behind docs/operations.md's time of a first load measures what the function does."""

from __future__ import annotations

import json

import pytest

from bench.feed_load import pace_of, table
from bench.samples import publications


def test_the_first_load_is_measured_on_the_functions_own_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "DEFAULT_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    with table() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        pace = pace_of("feed/works.jsonl", [json.dumps(item).encode() for item in publications(110)])
    assert pace.items == 110
    assert pace.computing > 0
    assert pace.seconds > 110 * 3 * 0.008 / 16, "three requests each at least, sixteen at once"
