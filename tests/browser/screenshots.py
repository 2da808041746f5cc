"""`make screenshots`: each page and state, wide and narrow, light and dark, as pictures in `.local/screenshots/`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from local.aws.embedded import ROOT, free_port
from tests.browser.chromium import NARROW, WIDE, Visitor, find_chromium, launch
from tests.browser.states import States
from tests.browser.views import VIEWS, View
from tests.e2e.local_stack import LocalStack

FOLDER = ROOT / ".local" / "screenshots"
SHOWN = ROOT / "docs" / "images"
# What README shows: view, file.
IN_README = {"up-to-date": "publications.png", "settings-changed": "settings.png"}
_SETTLED = "document.getAnimations().length === 0 || document.querySelector('.skeleton, progress') !== null"
_LOADED_SECONDS = 600.0
_LONGEST = 2_000


def main() -> None:
    """Take those whose names fit the patterns given; all without any."""
    parser = argparse.ArgumentParser(prog='make screenshots ARGS="..."', description=__doc__)
    parser.add_argument("names", nargs="*", default=["*"], help="patterns of names: settings*, admin-*")
    parser.add_argument("--stack", type=int, metavar="PORT", help="use the one that `make run` has started there")
    parser.add_argument("--arranged", action="store_true", help="the states were made by an earlier run on this stack")
    parser.add_argument("--images", action="store_true", help="renew the pictures that README shows, too")
    given = parser.parse_args()
    executable = find_chromium()
    if executable is None:
        parser.error("no Chromium here: install one, or name it by the environment variable CHROMIUM")
    chosen = [view for view in VIEWS if any(fnmatch(view.name, pattern) for pattern in given.names)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _running(given.stack) as stack, sync_playwright() as playwright:
        states = States(stack)
        if not given.arranged:
            states.arrange()
        browser = launch(playwright, executable)
        for when in ("usual", "syncing", "removing", "off"):
            views = [view for view in chosen if view.when == when]
            with _state(states, when if views else "usual"):
                for view in views:
                    _take(browser, stack.url, view, images=given.images)
        browser.close()
    _write_index()
    print(f"{FOLDER / 'index.html'}")


@contextmanager
def _running(port: int | None) -> Iterator[LocalStack]:
    if port is not None:
        yield LocalStack([], port=port)
        return
    port = free_port()
    print("Starting the local stack with the sample data (minutes)")
    with LocalStack(["--live-pages"], port=port) as stack:
        log = ROOT / ".local" / f"e2e-{port}.log"
        until = time.monotonic() + _LOADED_SECONDS
        while "\nReady." not in log.read_text():
            assert time.monotonic() < until, f"the sample data did not come in:\n{log.read_text()}"
            time.sleep(1)
        yield stack


@contextmanager
def _state(states: States, when: str) -> Iterator[None]:
    if when == "syncing":
        states.begin_syncing()
    if when == "removing":
        states.begin_removing()
    if when == "off":
        states.stack.configure(write_enabled=False)
    yield
    if when == "off":
        states.stack.configure(write_enabled=True, batch_create_used="no")


def _take(browser: Browser, address: str, view: View, *, images: bool) -> None:
    for language in ("en-GB", "de-DE") if view.german else ("en-GB",):
        visitor = Visitor.begin(browser, address, language=language)
        try:
            _show(visitor, view)
            _shoot(visitor, f"{view.name}{'' if language == 'en-GB' else '-de'}")
            if images and view.name in IN_README and language == "en-GB":
                _shoot_for_readme(visitor, SHOWN / IN_README[view.name])
        except (Error, AssertionError) as problem:
            print(f"{view.name}: {str(problem).splitlines()[0]}")
            visitor.page.screenshot(path=FOLDER / f"{view.name}-problem.png")
        finally:
            visitor.page.unroute_all(behavior="ignoreErrors")  # those that were never to be answered
            visitor.close()
    print(view.name)


def _show(visitor: Visitor, view: View) -> None:
    if view.user_id is None:
        visitor.open(view.path)
    else:
        visitor.sign_in(view.user_id, view.path, known=view.user_id != "u-nobody")
    visitor.page.locator(view.awaited).first.wait_for()
    if view.when == "usual":
        visitor.page.wait_for_load_state("networkidle")
    view.act(visitor)
    visitor.page.locator(view.acted).first.wait_for()


def _shoot(visitor: Visitor, name: str) -> None:
    page = visitor.page
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900 if width == WIDE else 740})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            while not page.evaluate(_SETTLED):
                page.wait_for_timeout(50)
            whole = page.locator("dialog[open]").count() == 0
            length = min(_LONGEST, int(page.evaluate("document.documentElement.scrollHeight")))
            part = {"x": 0, "y": 0, "width": width, "height": length} if whole else None
            page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=whole, clip=part)  # type: ignore[arg-type]  # a rectangle


def _shoot_for_readme(visitor: Visitor, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    visitor.page.set_viewport_size({"width": 1120, "height": 860})
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.evaluate("(document.querySelector('.settings') ?? document.body).scrollIntoView()")
    visitor.page.screenshot(path=file)


def _write_index() -> None:
    """All of them on one page, to look through."""
    figures = "".join(
        f'<figure><img src="{escape(file.name)}" alt=""><figcaption>{escape(file.stem)}</figcaption></figure>'
        for file in sorted(FOLDER.glob("*.png"))
    )
    look = "body{display:flex;flex-wrap:wrap;gap:1rem;font:14px sans-serif}figure{margin:0}img{max-width:46rem}"
    page = f"<!doctype html><meta charset=utf-8><title>Screenshots</title><style>{look}</style>{figures}"
    (FOLDER / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
