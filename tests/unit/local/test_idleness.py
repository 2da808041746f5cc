"""When the local stack says that the product has come to rest."""

from __future__ import annotations

import time

from local.idleness import QUIET_SECONDS, wait_until_idle

QUIET = {"workers": 0, "mappings": 0, "queues": {"normal.fifo": 0}, "streams": {"Catalogue": 0}}


def test_all_quiet_is_idle_only_after_it_stayed_so() -> None:
    began = time.monotonic()
    assert wait_until_idle(lambda: QUIET, 10).idle
    assert time.monotonic() - began >= QUIET_SECONDS


def test_something_that_starts_between_two_looks_starts_the_wait_anew() -> None:
    looks = iter([QUIET, QUIET, {**QUIET, "workers": 1}])
    seen = []

    def look() -> dict[str, object]:
        seen.append(next(looks, QUIET))
        return seen[-1]

    began = time.monotonic()
    assert wait_until_idle(look, 10).idle
    assert time.monotonic() - began >= QUIET_SECONDS + 0.2


def test_what_still_goes_on_is_told() -> None:
    busy = {"workers": 1, "queues": {"normal.fifo": 3, "high.fifo": 0}, "streams": {"Catalogue": 7}}
    found = wait_until_idle(lambda: busy, 0.1)
    assert not found.idle
    assert found.busy == {"workers": 1, "queues": {"normal.fifo": 3}, "streams": {"Catalogue": 7}}
