"""The page when calls are slow or fail, and how fast and how small it is when all is well."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Request, Response, Route, expect

from tests.browser.chromium import NARROW, Visitor
from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import Researcher

pytestmark = pytest.mark.stack

Visit = Callable[..., Visitor]
API = "**/v1/**"
FIRST_VIEW_BYTES = 150_000
FIRST_CONTENT_MS = 1_000
# When something of a researcher's own is there, counted from the navigation; asked for before the page's scripts run.
_WATCH = """
new MutationObserver((_, watching) => {
  if (!document.querySelector(".standing")) return;
  window.firstContent = performance.now();
  watching.disconnect();
}).observe(document, { childList: true, subtree: true });
"""


class Late:
    """Answers calls when told to."""

    def __init__(self) -> None:
        self.waiting: list[Route] = []

    def __call__(self, route: Route) -> None:
        self.waiting.append(route)

    def answer(self) -> None:
        for route in self.waiting:
            route.continue_()
        self.waiting.clear()


def _problem(status: int, kind: str | None = "internal", **headers: str) -> Callable[[Route], None]:
    body = json.dumps({"type": kind, "status": status}) if kind else "<html>Service Unavailable</html>"
    media = "application/problem+json" if kind else "text/html"
    return lambda route: route.fulfill(status=status, content_type=media, body=body, headers=headers)


@pytest.fixture(scope="module")
def reader(browser: Browser, stack: LocalStack) -> Researcher:
    """Connected, with three publications, of which none is sent."""
    researcher = Researcher(stack, "slow-ann", 19140)
    researcher.publish(3)
    stack.connect("slow-ann", researcher.orcid_id)
    return researcher


def test_while_calls_are_slow_the_page_says_so_and_nothing_is_done_twice(reader: Researcher, visit: Visit) -> None:
    ann = visit(width=NARROW).sign_in("slow-ann", f"#/orcid/{reader.orcid_id}/settings")
    ann.sees("What this ORCID iD is used for")
    late = Late()
    ann.page.route(API, late)
    ann.page.reload()
    expect(ann.page.get_by_role("status").filter(has_text="Loading")).to_be_attached()
    ann.check()
    ann.page.wait_for_timeout(300)
    assert len(late.waiting) >= 1
    late.answer()
    ann.page.unroute(API)
    ann.sees("What this ORCID iD is used for")
    # Working out what would change; saving has to wait for it.
    ann.page.route("**/preview", late)
    ann.page.get_by_label("Private and internal ones too").check()
    ann.sees("Working out what would change")
    expect(ann.button("Save changes")).to_have_attribute("aria-disabled", "true")
    ann.check()
    expect(ann.page.get_by_label("Private and internal ones too")).to_be_focused()
    ann.page.wait_for_timeout(400)
    late.answer()
    ann.sees("Nothing on ORCID would change.")
    # Saving is on its way: a second press does nothing.
    sent: list[Request] = []
    ann.page.on("request", lambda request: sent.append(request) if request.method == "PATCH" else None)
    ann.page.route("**/settings", late)
    ann.button("Save changes").click()
    expect(ann.button("Save changes")).to_have_attribute("aria-busy", "true")
    ann.button("Save changes").click()
    ann.check()
    late.answer()
    ann.sees("Saved. Nothing is sent to ORCID.")
    assert len(sent) == 1


def test_when_calls_fail_the_page_says_what_to_do_and_trying_again_helps(reader: Researcher, visit: Visit) -> None:
    ann = visit(dark=True).sign_in("slow-ann", f"#/orcid/{reader.orcid_id}/publications")
    ann.sees("3 of 3 publications")
    ann.page.route(API, _problem(500))
    ann.page.reload()
    ann.sees("Try again in a minute; if it stays, tell your institution's administrators.")
    ann.check()
    ann.page.unroute(API)
    ann.button("Try again").click()
    ann.sees("3 of 3 publications")
    # The list alone, and how long the server asks to wait.
    ann.page.route("**/publications?**", _problem(503, None, **{"Retry-After": "30"}))
    ann.page.get_by_label("Search").fill("p1")
    ann.sees("This does not work right now. Try again in 30 seconds.")
    ann.check()
    ann.page.unroute("**/publications?**")
    ann.button("Try again").click()
    ann.sees("1 of one publication")
    # A deed: told, the list as it is.
    ann.page.route("**/exclusion", _problem(503, None))
    ann.button("Leave out: On the matter of slow-ann-p1").click()
    ann.sees("The server has too much to do right now. Try again in a minute.")
    ann.check()
    ann.page.unroute("**/exclusion")
    # What would change cannot be worked out: saving is possible all the same.
    ann.tab("Settings")
    ann.page.route("**/preview", _problem(500))
    ann.page.get_by_label("Only favourites").check()
    ann.sees("Something is busy or failed on our side.")
    expect(ann.button("Save changes")).not_to_have_attribute("aria-disabled", "true")
    ann.check()
    ann.button("Undo changes").click()
    expect(ann.page.get_by_label("Only favourites")).not_to_be_checked()


def test_offline_nothing_is_lost_and_the_page_says_so_in_german(reader: Researcher, visit: Visit) -> None:
    ann = visit(width=NARROW, language="de").sign_in("slow-ann", f"#/orcid/{reader.orcid_id}/publications")
    ann.sees("3 von 3 Publikationen")
    ann.page.context.set_offline(True)
    ann.button("Weglassen: On the matter of slow-ann-p2").click()
    ann.sees("Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung")
    expect(ann.work("On the matter of slow-ann-p2").get_by_text("Würde gesendet")).to_be_visible()
    ann.check()
    ann.page.context.set_offline(False)
    ann.button("Weglassen: On the matter of slow-ann-p2").click()
    ann.sees("Sie haben sie selbst weggelassen.")
    ann.check()


def test_a_page_that_cannot_begin_offers_to_reload(visit: Visit) -> None:
    nobody = visit()
    nobody.page.route("**/web/config.json", _problem(500, None))
    nobody.open()
    nobody.sees("The page could not be started. Check your connection and reload it.")
    nobody.check()
    nobody.page.unroute("**/web/config.json")
    nobody.button("Reload the page").click()
    expect(nobody.button("Sign in")).to_be_visible()


def test_the_first_view_is_there_within_a_second_and_small(
    reader: Researcher, visit: Visit, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = visit().sign_in("slow-ann", f"#/orcid/{reader.orcid_id}/publications")
    ann.sees("publications")
    ann.page.add_init_script(_WATCH)
    times: list[float] = []
    for _ in range(5):
        ann.page.reload()
        ann.page.locator(".standing").wait_for()
        times.append(ann.page.evaluate("window.firstContent"))
    # A first visit, with nothing kept from another.
    tokens = ann.page.evaluate("sessionStorage.getItem('orcid-sync.tokens')")
    first = visit()
    first.page.add_init_script(f"sessionStorage.setItem('orcid-sync.tokens', {json.dumps(tokens)})")
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    first.page.on("response", note)
    first.open()
    first.page.locator(".standing").wait_for()
    first.page.wait_for_load_state("networkidle")
    files = [answer for answer in answers if "/v1/" not in answer.url]
    sent = sum(answer.request.sizes()["responseBodySize"] for answer in files)
    whole = sum(len(answer.body()) for answer in files)
    with capsys.disabled():
        print(  # noqa: T201  # figures that one wants to see grow or shrink
            f"\nfirst content after {min(times):.0f} ms (of five: {max(times):.0f} at worst);"
            f" {len(files)} files, {sent:,} bytes as sent, {whole:,} unpacked"
        )
    assert min(times) < FIRST_CONTENT_MS
    assert sent <= whole < FIRST_VIEW_BYTES
