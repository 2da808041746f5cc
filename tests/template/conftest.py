"""The template as written, and as plain CloudFormation."""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.template import load, translate


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    return load()


@pytest.fixture(scope="session")
def translated(template: dict[str, Any]) -> dict[str, Any]:
    return translate(template)
