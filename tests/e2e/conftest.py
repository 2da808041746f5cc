"""One local stack for all end-to-end tests: each test brings users, iDs and publications of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.local_stack import LocalStack
from tests.e2e.scenes import Played, scenes_of


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """Started empty; search and write are on."""
    with LocalStack(["--no-sample-data"]) as running:
        running.note_configuration()
        running.configure(search_enabled=True, write_enabled=True, batch_create_used="no")
        yield running


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, stack: LocalStack) -> Played:
    """The scenes of the file, played side by side to their ends."""
    return Played(stack, scenes_of(request))
