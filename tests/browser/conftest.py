"""A browser for each test run, and visitors of the pages for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import Visitor, find_chromium, launch
from tests.e2e.local_stack import LocalStack


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Skips where there is none."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium here: install one, or name it by the environment variable CHROMIUM")
    with sync_playwright() as playwright:
        running = launch(playwright, executable)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, stack: LocalStack) -> Iterator[Callable[..., Visitor]]:
    """`visit(width=360, dark=True, language="de")` opens a window; at the end none may have met an error."""
    visitors: list[Visitor] = []

    def begin(**options: object) -> Visitor:
        visitors.append(Visitor.begin(browser, stack.url, **options))  # type: ignore[arg-type]  # begin's own
        return visitors[-1]

    yield begin
    faults = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.close()
    assert faults == []
