"""Scenes of the end-to-end tests; the local stack that they play on is that of tests/conftest.py."""

from __future__ import annotations

import pytest

from tests.e2e.local_stack import LocalStack
from tests.e2e.scenes import Played, scenes_of


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, stack: LocalStack) -> Played:
    """The scenes of the file, played side by side to their ends."""
    return Played(stack, scenes_of(request))
