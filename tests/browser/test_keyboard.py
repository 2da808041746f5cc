"""Everything without a mouse, on a small screen: from signing in to the question before a removal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chromium import NARROW, Visitor
from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import Researcher

pytestmark = pytest.mark.stack

_FARTHEST = 60


def _reach(visitor: Visitor, target: Locator, key: str = "Tab") -> None:
    """Press `key` until the target has the focus; wherever the focus goes, it can be seen."""
    expect(target).to_be_visible()
    for _ in range(_FARTHEST):
        visitor.page.keyboard.press(key)
        if target.evaluate("element => element === document.activeElement"):
            return
        assert _ring(visitor), visitor.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{target} cannot be reached by {key}")


def _ring(visitor: Visitor) -> bool:
    """Whether what has the focus (or the card that a choice is) is outlined; within the window, if it is ours."""
    return bool(
        visitor.page.evaluate("""() => {
          const one = document.activeElement;
          const drawn = [one, one.closest(".choice")].filter(Boolean).some((each) => getComputedStyle(each).outlineStyle !== "none");
          const { top, bottom } = one.getBoundingClientRect();
          return one === document.body || (drawn && bottom > 0 && top < innerHeight);
        }""")  # noqa: E501
    )


def _press(visitor: Visitor, target: Locator, key: str = "Tab") -> None:
    _reach(visitor, target, key)
    visitor.page.keyboard.press("Enter")


def test_r16_r61_r64_the_keyboard_alone_does_it_all(stack: LocalStack, visit: Callable[..., Visitor]) -> None:
    researcher = Researcher(stack, "key-kim", 19130)
    researcher.publish(2)
    stack.connect("key-kim", researcher.orcid_id)
    kim = visit(width=NARROW)
    kim.open(f"#/orcid/{researcher.orcid_id}/settings")
    _press(kim, kim.button("Sign in"))
    kim.page.wait_for_url("**/authorize**")
    other = kim.page.get_by_label("Another id")
    other.focus()  # the provider's page is not ours
    kim.page.keyboard.type("key-kim")
    kim.page.keyboard.press("Enter")
    # Preview and save.
    reading = kim.page.get_by_label("Read only")
    _reach(kim, reading)
    kim.page.keyboard.press("ArrowUp")
    expect(kim.page.get_by_label("Keep my ORCID record up to date")).to_be_focused()
    kim.sees("2 publications would be added to ORCID")
    kim.check()
    _press(kim, kim.button("Save changes"))
    kim.sees("Saved. Your publications are on their way to ORCID.")
    expect(kim.page.locator("#settings-title")).to_be_focused()
    _press(kim, kim.button("Run sync"), "Shift+Tab")
    kim.sees("Your ORCID record is up to date")
    # Leave one out.
    tabs = kim.page.get_by_role("navigation", name="Parts of this page")
    _press(kim, tabs.get_by_role("link", name="Publications"))
    work = kim.work("On the matter of key-kim-p1")
    _press(kim, work.get_by_role("button", name="Leave out"))
    expect(work.get_by_text("You chose to leave it out.")).to_be_visible()
    # Look at the history; Escape leads back.
    history = work.get_by_role("button", name="History")
    _press(kim, history)
    kim.sees("Each attempt of the last 12 months")
    kim.page.keyboard.press("Escape")
    expect(history).to_be_focused()
    # Ask for the removal of everything, and think again.
    _press(kim, tabs.get_by_role("link", name="Settings"), "Shift+Tab")
    removal = kim.button("Remove all from ORCID…")
    _press(kim, removal)
    expect(kim.page.get_by_role("dialog")).to_be_visible()
    kim.check()
    _press(kim, kim.button("Cancel"))
    expect(removal).to_be_focused()
    expect(kim.page.get_by_role("dialog")).to_have_count(0)
    assert len(researcher.works()) == 1
