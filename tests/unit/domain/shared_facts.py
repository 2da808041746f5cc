"""Finds facts and real data that lie beside the repository, not in it; tests that need them skip without."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_file(name: str) -> Path:
    """Return a file below ORCID_SYNC_SHARED, by default the folder `shared` beside the repository; skip if absent."""
    beside = Path(__file__).parents[3].parent / "shared"
    path = Path(os.environ.get("ORCID_SYNC_SHARED", beside)) / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand (set ORCID_SYNC_SHARED)")
    return path
