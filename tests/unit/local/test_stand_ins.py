"""Which stand-ins the local stack starts, and how it leads the product to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.aws.template import load
from local.options import read_arguments
from local.stand_ins import StandIns

PORTS = {"elements": 8020, "open_sources": 8030}


def wanted(*flags: str) -> StandIns:
    return StandIns.wanted(read_arguments(list(flags)), PORTS, Path("logs"), Path("clock"))


def test_r50_without_flags_there_are_none_and_the_product_is_led_nowhere() -> None:
    none = wanted()
    assert (none.elements, none.open_sources, none.parameters()) == (None, None, {})
    assert set(none.info().values()) == {None}
    assert list(none.lines()) == []


@pytest.mark.parametrize("version", ["5.5", "6.13"])
def test_r45_the_template_is_given_the_address_with_the_version_and_users_by_username(version: str) -> None:
    found = wanted("--elements", version)
    assert found.parameters() == {
        "ElementsApiUrl": f"http://127.0.0.1:8020/secure-api/v{version}",
        "ElementsUserId": "username",
    }
    assert found.info()["elements_api_url"] == found.parameters()["ElementsApiUrl"]


def test_r42_the_template_is_given_only_parameters_that_it_has() -> None:
    given = wanted("--open-sources").parameters()
    assert set(given) <= set(load()["Parameters"])
    assert all(url.startswith("http://127.0.0.1:8030/") for name, url in given.items() if name.endswith("Url"))


def test_r50_the_sample_institution_stands_at_elements_only_if_it_is_wanted() -> None:
    with_data, without = (
        wanted("--elements", "6.13").elements,
        wanted("--elements", "6.13", "--no-sample-data").elements,
    )
    assert with_data is not None
    assert without is not None
    assert any(argument.endswith("publications.jsonl") for argument in with_data.arguments)
    assert "--items" not in without.arguments
