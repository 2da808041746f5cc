"""What holds for every test: one local stack for all that need the whole, and AWS's service models read once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import hypothesis
import pytest
from botocore.loaders import JSONFileLoader

from tests.e2e.local_stack import LocalStack

_read = JSONFileLoader.load_file

# How long an example takes says more of the machine, and of what else it does, than of the product.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """Started empty; search and write are on. Each test brings users, iDs and publications of its own."""
    with LocalStack(["--no-sample-data", "--open-sources"]) as running:
        running.note_configuration()
        running.configure(search_enabled=True, write_enabled=True, batch_create_used="no")
        yield running


@cache
def _read_once(path: str) -> Any:
    return _read(JSONFileLoader(), path)


@pytest.fixture(autouse=True, scope="session")
def _service_models_are_read_once() -> Iterator[None]:
    """Each session of boto3 reads them anew, some 5 ms a file; tests make sessions by the hundred."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: _read_once(path))
        yield
