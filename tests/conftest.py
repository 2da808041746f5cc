"""One local stack for all tests that need the whole: each brings users, iDs and publications of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.local_stack import LocalStack


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """Started empty; search and write are on."""
    with LocalStack(["--no-sample-data"]) as running:
        running.note_configuration()
        running.configure(search_enabled=True, write_enabled=True, batch_create_used="no")
        yield running
