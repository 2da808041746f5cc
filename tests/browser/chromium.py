"""A browser for tests: headless Chromium of this machine, and somebody who uses the pages with it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Playwright, Response, expect

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: tests run as root in containers too. The rest keeps the browser from calling home.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = 1280, 360
_WAIT_MS = 15_000


def find_chromium() -> str | None:
    """The browser named by the environment variable CHROMIUM, else one on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


def launch(playwright: Playwright, executable: str) -> Browser:
    """Start it, headless."""
    return playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)


@dataclass
class Visitor:
    """One tab, in the hands of somebody. `faults` are errors of scripts and refusals of the browser's own defences."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    @classmethod
    def begin(
        cls,
        browser: Browser,
        address: str,
        *,
        width: int = WIDE,
        dark: bool = False,
        language: str = "en-GB",
        **options: Any,
    ) -> Visitor:
        """Open a window of its own, with nothing kept from others; `options` go to Playwright's `new_context`."""
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": 900 if width > 600 else 740}
        context = browser.new_context(viewport=size, color_scheme=scheme, locale=language, **options)  # type: ignore[arg-type]
        context.set_default_timeout(_WAIT_MS)
        expect.set_options(timeout=_WAIT_MS)
        visitor = cls(context.new_page(), address)
        visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
        visitor.page.on("console", lambda message: visitor._note(message.type, message.text))
        return visitor

    def _note(self, kind: str, text: str) -> None:
        # Answers with an error status are what some tests are about.
        if kind == "error" and "Failed to load resource" not in text:
            self.faults.append(text)

    def open(self, path: str = "") -> Response | None:
        """Go to an address of the page, like `#/orcid/0000-0002-1825-0097/settings`."""
        return self.page.goto(f"{self.address}/{path}")

    def sign_in(self, user_id: str, path: str = "", *, known: bool = False) -> Visitor:
        """Sign in at the local identity provider as anybody, and be where `path` leads; `known`: one of its own people,
        who have names and groups.
        """
        self.open(path)
        self.page.locator("[data-key=sign-in]").click()
        if known:
            self.page.locator(f"button[value='{user_id}']").click()
        else:
            self.page.get_by_label("Another id").fill(user_id)
            self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.locator("[data-key=sign-out]")).to_be_visible()
        return self

    def consent(self, orcid_id: str, *, allow: bool = True) -> None:
        """On the registry's page: sign in as this iD and decide."""
        other = self.page.locator("input[name=other_orcid]")
        expect(other).to_be_visible()
        self.page.locator("input[name=orcid][value='']").check()
        other.fill(orcid_id)
        self.page.locator(f"button[value={'allow' if allow else 'deny'}]").click()

    def button(self, name: str) -> Locator:
        """A button by its whole name; within an open dialog if there is one."""
        return self._within().get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """A link by its whole name."""
        return self._within().get_by_role("link", name=name, exact=True)

    def tab(self, name: str) -> None:
        """Change to a part of the page."""
        self.page.get_by_role("navigation", name="Parts of this page").get_by_role("link", name=name).click()

    def sees(self, text: str) -> None:
        """Fails unless the text comes to be seen."""
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def work(self, title: str) -> Locator:
        """A publication in the list, by its title."""
        return self.page.locator("li.work").filter(has=self.page.get_by_role("heading", name=title))

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA and its best practices: rule and element."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]

    def overflows(self) -> bool:
        """Whether the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

    def check(self) -> None:
        """Fails when something is wrong with the page as it is: accessibility, width, errors."""
        expect(self.page.locator("h1").first).to_be_visible()
        found = self.violations()
        assert not found, "\n".join(found)
        assert not self.overflows(), "wider than the window"
        assert not self.faults, "\n".join(self.faults)

    def close(self) -> None:
        self.page.context.close()

    def _within(self) -> Page | Locator:
        dialog = self.page.locator("dialog[open]")
        return dialog if dialog.count() else self.page
