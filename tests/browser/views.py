"""The pages and states worth a picture: who sees each, where it is, and what is done there first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Route, expect

from tests.browser.chromium import Visitor
from tests.browser.states import (
    FAILING,
    HELD,
    LOCKED,
    MOVED,
    ORCID_OF,
    REMOVING,
    REVOKED,
    SILENT,
    SUGGESTED,
    SYNCING,
)

ADMINISTRATOR = "admin"
Act = Callable[[Visitor], object]


@dataclass(frozen=True, slots=True)
class View:
    """`user_id` None: nobody is signed in. `awaited` is a selector that is there when the page is; `acted`, when it
    was done. `german`: in German as well. `when`: the state that has to be begun just before.
    """

    name: str
    user_id: str | None
    path: str = ""
    act: Act = lambda visitor: None
    awaited: str = "h1"
    acted: str = "h1"
    german: bool = False
    when: str = "usual"


def _own(name: str, user_id: str, tab: str = "", act: Act = lambda visitor: None, **more: object) -> View:
    return View(name, user_id, f"#/orcid/{ORCID_OF[user_id]}{tab}", act, ".standing", **more)  # type: ignore[arg-type]  # View's own


def _choose(visitor: Visitor, label: str) -> None:
    visitor.page.get_by_label(label, exact=True).check()
    expect(visitor.page.locator("[data-key=save]:not([aria-disabled=true])")).to_be_visible()


def _stranded(answer: Callable[[Route], None]) -> Act:
    """The page's calls of the API meet this, from the next look on."""

    def act(visitor: Visitor) -> None:
        visitor.page.route("**/v1/**", answer)
        visitor.page.reload()

    return act


def _refuse(route: Route) -> None:
    route.fulfill(status=500, content_type="application/problem+json", body='{"type": "internal", "status": 500}')


def _preview(visitor: Visitor) -> None:
    _choose(visitor, "Only favourites")
    visitor.page.locator(".pending summary").click()


RESEARCHERS = (
    View("sign-in", None, german=True),
    View("sign-in-refused", None, "?code=stolen&state=made-up"),
    View("no-id", "u-whitcombe", awaited=".welcome", german=True),
    View("enter-id", "u-whitcombe", "", lambda v: v.button("Enter an ORCID iD").click(), ".welcome", "dialog h2"),
    View("connect", "u-whitcombe", "", lambda v: v.button("Connect with ORCID").click(), ".welcome", "dialog h2"),
    _own("claimed-only", "u-raghunathan"),
    _own("reading", "u-moretti"),
    _own("up-to-date", "u-lindqvist", "/publications", german=True),
    _own("two-ids", "u-ferreira"),
    _own("left-out", "u-hoang", "/publications?state=left_out"),
    _own("failed", FAILING, "/publications?state=failed"),
    _own("nothing-found", "u-hoang", "/publications?q=phlogiston"),
    _own("odd-titles", "u-alrashidi"),
    _own(
        "history",
        "u-lindqvist",
        "/publications",
        lambda v: v.page.locator("[data-key^=history-]").first.click(),
        acted="dialog .attempts",
    ),
    _own("settings", "u-lindqvist", "/settings", german=True),
    _own("settings-changed", "u-lindqvist", "/settings", lambda v: _choose(v, "Only favourites")),
    _own("settings-previewed", "u-lindqvist", "/settings", _preview),
    _own("settings-without-permission", "u-moretti", "/settings", lambda v: v.page.locator("#mode-write").check()),
    _own("suggestions", SUGGESTED, "/suggestions"),
    _own("no-suggestions", "u-lindqvist", "/suggestions"),
    _own("remove-all", "u-lindqvist", "/settings", lambda v: v.page.locator("[data-key=remove-all]").click()),
    _own("disconnect", "u-lindqvist", "/settings", lambda v: v.page.locator("[data-key=disconnect]").click()),
    _own("revoked", REVOKED, german=True),
    _own("locked", LOCKED),
    _own("moved", MOVED),
    _own("registry-unavailable", SILENT),
    _own("held", HELD),
    View("unknown-user", "u-nobody"),
    View("error", "u-lindqvist", "", _stranded(_refuse), ".standing", ".notice.bad"),
    View("slow", "u-lindqvist", "", _stranded(lambda route: None), ".standing", ".skeleton"),
    View("no-such-page", "u-lindqvist", "#/nowhere"),
    View("acting", ADMINISTRATOR, f"#/users/{SUGGESTED}", awaited=".standing"),
    _own("syncing", SYNCING, when="syncing"),
    _own("removing", REMOVING, "/settings", when="removing"),
    View("switched-off", "u-lindqvist", awaited=".notice.warn", german=True, when="off"),
)
ADMINISTRATORS = tuple(
    View(f"admin-{page or 'overview'}", ADMINISTRATOR, f"#/admin{page and '/'}{page}", awaited=".admin-page h1")
    for page in ("", "users", "works", "why", "held", "switches", "mapping", "sync", "rehearsals", "audit")
)
VIEWS = RESEARCHERS + ADMINISTRATORS
