"""Administrators' ways through their pages: what they see, what they change, and what it does to records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import NARROW, Visitor
from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import Researcher, an_orcid_id, claim, user

pytestmark = pytest.mark.stack

Visit = Callable[..., Visitor]
PAGES = ["", "/users", "/works", "/why", "/held", "/switches", "/mapping", "/sync", "/rehearsals", "/audit"]
HEADER = "Elements type,ORCID type\n"
BROKEN = HEADER + "book,book\nbok,book\n\nJournal article,journal-article\nbook,report\nreport,\n"
USABLE = HEADER + "journal-article,journal-artikel\nbook,book\n"


@pytest.fixture
def boss(visit: Visit) -> Callable[..., Visitor]:
    """`boss("/held", width=360)`: an administrator, signed in on that page."""

    def begin(path: str = "", **options: object) -> Visitor:
        return as_administrator(visit(**options), path)

    return begin


def as_administrator(visitor: Visitor, path: str) -> Visitor:
    visitor.open(f"#/admin{path}")
    visitor.page.locator("[data-key=sign-in]").click()
    visitor.page.locator("button[value=admin]").click()
    expect(visitor.page.locator("[data-key=sign-out]")).to_be_visible()
    settled(visitor)
    return visitor


def settled(visitor: Visitor) -> None:
    """The page is there and nothing on it is still being loaded."""
    expect(visitor.page.locator(".admin-page h1")).to_be_visible()
    expect(visitor.page.locator(".skeleton")).to_have_count(0)


def go(visitor: Visitor, path: str) -> None:
    visitor.page.evaluate("address => { location.hash = address }", f"#/admin{path}")
    name = path.removeprefix("/").partition("?")[0].partition("/")[0]
    link = visitor.page.locator(f".admin-groups a[href='#/admin{'/' + name if name else ''}']")
    expect(link).to_have_attribute("aria-current", "page")
    settled(visitor)


def downloaded(visitor: Visitor, key: str) -> str:
    """What the button of this key gives."""
    with visitor.page.expect_download() as begun:
        visitor.page.locator(f"[data-key='{key}']").click()
    return begun.value.path().read_text(encoding="utf-8-sig")


def administration(stack: LocalStack, method: str, path: str, body: object = None) -> dict[str, object]:
    reply = stack.call(method, f"/v1/admin{path}", body, token=stack.token("other-boss", groups=["orcid-admins"]))
    assert reply.status < 300, reply
    return dict(reply.json)


@pytest.fixture
def as_before(stack: LocalStack) -> Iterator[None]:
    """Other tests find the mapping and the switches as they were."""
    names = ("write_enabled", "search_enabled", "only_verified", "show_verification", "source_precedence")
    before = administration(stack, "GET", "/configuration")
    yield
    stack.configure(**{name: before[name] for name in names}, removal_grace_hours=before["removal_grace_hours"])
    administration(stack, "POST", "/type-mapping/uploads/default/restore")


def test_every_page_is_for_everybody_on_small_screens_in_the_dark(boss: Callable[..., Visitor]) -> None:
    """With screen readers too, and in German; wide, light and English they are looked at on the ways below."""
    chief = boss(width=NARROW, dark=True, language="de")
    for path in PAGES:
        go(chief, path)
        chief.check()
        assert "admin." not in chief.page.locator("main").inner_text(), "a text is missing"
    chief.page.locator(".admin-menu").click()
    chief.link("Typzuordnung").click()
    expect(chief.page.locator("h1")).to_be_focused()
    expect(chief.page.locator("h1")).to_have_text("Typzuordnung")


def test_r46_these_pages_are_for_administrators_alone(stack: LocalStack, visit: Visit) -> None:
    stack.feed(user("web-nosy", an_orcid_id(19101)))
    nosy = visit()
    loaded: list[str] = []
    nosy.page.on("request", lambda request: loaded.append(request.url))
    nosy.sign_in("web-nosy")
    nosy.sees("ORCID")
    assert [url for url in loaded if "/admin" in url] == []
    nosy.page.evaluate("location.hash = '#/admin/held'")
    nosy.sees("These pages are for administrators")
    assert [url for url in loaded if "/v1/admin" in url] == []


@pytest.mark.usefixtures("as_before")
def test_r3_r4_r8_a_mapping_is_refused_tried_put_in_force_and_put_back(
    stack: LocalStack, boss: Callable[..., Visitor]
) -> None:
    chief = boss("/mapping")

    def choose(name: str, text: str) -> None:
        content = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
        chief.page.locator("#mapping").set_input_files(content)  # type: ignore[arg-type]  # as a dictionary

    choose("broken.csv", BROKEN)
    remarks = chief.page.locator("#card-errors li, ul.remarks > li")
    # Those of refused uploads before, if other tests made some, stand below, in the history.
    expect(remarks.nth(0)).to_contain_text(re.compile("Line 3.*bok,book.*no publication type", re.DOTALL))
    expect(remarks.nth(1)).to_contain_text(re.compile("Line 5.*Journal article,journal-article.*write `journal-art"))
    expect(remarks.nth(3)).to_contain_text("The ORCID type is empty")
    chief.check()

    choose("usable.csv", USABLE)
    chief.sees("What usable.csv would change")
    chief.sees("journal-artikel")
    chief.sees("ORCID is not known to have this work type")
    chief.check()
    chief.button("Rehearse first").click()
    expect(chief.button("Download as CSV")).to_have_count(2)
    assert downloaded(chief, "download-rehearsal").startswith("user_id,name,orcid_id,mode,add,")
    assert downloaded(chief, "download").startswith(HEADER + "artefact,other\n")
    # R7: somebody else is faster.
    other = (HEADER + "book,report\n").encode()
    token = stack.token("other-boss", groups=["orcid-admins"])
    sent, _ = stack.send("PUT", "/v1/admin/type-mapping", other, token=token, **{"content-type": "text/csv"})
    assert sent.status == 200
    chief.button("Put in force").click()
    chief.button("Put in force").click()
    chief.sees("Somebody else put another mapping in force meanwhile")
    expect(chief.page.get_by_role("row", name="book report book")).to_be_visible()
    chief.button("Put in force").click()
    chief.check()
    chief.button("Put in force").click()
    chief.sees("The mapping is in force.")
    # What the type is called may be another test's doing.
    expect(chief.page.get_by_role("row", name=re.compile("^journal-article .*journal-artikel"))).to_be_visible()
    assert "book,book" in stack.send("GET", "/v1/admin/type-mapping", b"", token=token)[1]
    history = chief.page.locator("#history-title + .hint ~ div li")
    fresh = chief.page.get_by_role("button", name="Put back…: Mapping of a fresh installation")
    # The oldest of all stands last: other tests may have made so many that there are several pages.
    while not fresh.is_visible():
        shown = history.count()
        chief.button("Show more").click()
        expect(history).not_to_have_count(shown)
    fresh.click()
    chief.button("Put back").click()
    chief.sees("Put back.")
    expect(chief.page.get_by_role("row", name=re.compile("^journal-article .*journal-article"))).to_be_visible()
    expect(history.first).to_contain_text("put back")
    expect(history.nth(1)).to_contain_text("Replaced")
    chief.check()


@pytest.mark.usefixtures("as_before")
def test_r10_r57_switches_say_what_they_do_are_rehearsed_and_confirmed(
    stack: LocalStack, boss: Callable[..., Visitor]
) -> None:
    chief = boss("/switches")
    moved = chief.page.get_by_role("button", name="Move crossref up")
    moved.press("Enter")
    moved.press("Alt+ArrowUp")
    expect(moved).to_be_focused()
    expect(chief.page.locator(".order code")).to_contain_text(["crossref", "verified-manual", "manual"])
    chief.page.get_by_label("Grace period in hours").fill("900")
    chief.sees("A whole number from 0 to 720")
    chief.page.get_by_label("Grace period in hours").fill("36")
    chief.page.get_by_label("Only verified manual records").check()
    chief.sees("3 changes, not saved yet")
    chief.check()
    chief.button("Rehearse first").click()
    expect(chief.button("Download as CSV")).to_be_visible()
    assert administration(stack, "GET", "/configuration")["only_verified"] is False
    administration(stack, "PATCH", "/configuration", {"mass_removal_minimum": 20, "show_verification": False})
    chief.button("Save").click()
    chief.button("Save").click()
    chief.sees("Somebody else changed the switches meanwhile")
    chief.sees("Researchers then cannot see why publications are left out.")
    chief.page.get_by_label("Only verified manual records").uncheck()
    chief.page.get_by_label("Send to ORCID").uncheck()
    chief.button("Save").click()
    chief.sees("Nothing more is sent: no adds, updates or removals")
    chief.check()
    chief.button("Switch off").click()
    chief.sees("Saved. Works follow by themselves.")
    now = administration(stack, "GET", "/configuration")
    assert (now["write_enabled"], now["removal_grace_hours"], now["only_verified"]) == (False, 36, False)
    assert list(now["source_precedence"])[:2] == ["crossref", "verified-manual"]  # type: ignore[call-overload]  # a list
    go(chief, "")
    chief.sees("Sending to ORCID is switched off")
    chief.check()
    go(chief, "/switches")
    chief.page.get_by_label("Send to ORCID").check()
    expect(chief.page.get_by_role("radio", name="No", exact=True)).to_be_checked()  # R11: as it was answered before
    chief.button("Save").click()
    chief.button("Switch on").click()
    expect(chief.page.locator("#pending-title")).to_have_count(0)
    go(chief, "/audit")
    first = chief.page.locator("li.entry").first
    expect(first.get_by_role("heading")).to_have_text("Changed the switches")
    expect(first.get_by_role("row", name="Send to ORCID no yes")).to_be_visible()


def test_r55_r46_r48_removals_are_approved_a_user_is_acted_for_and_erased(
    stack: LocalStack, boss: Callable[..., Visitor]
) -> None:
    eva = Researcher(stack, "web-eva", 19102)
    ids = eva.publish(21)
    eva.write()
    assert eva.call("POST", "/sync").status == 202
    stack.quiet()
    assert len(eva.works()) == 21
    stack.feed(*(claim(eva.user_id, one, version=2, hidden=True) for one in ids))
    stack.quiet()

    chief = boss()
    chief.sees("21 removals are held until you decide")
    chief.check()
    chief.link("Decide").click()
    settled(chief)
    chief.page.get_by_text("Which ones?").click()
    chief.sees("On the matter of web-eva-p3")
    chief.check()
    chief.button("Approve all…").click()
    chief.sees("Ada Jones: 21 works")
    chief.check()
    assert len(eva.works()) == 21
    chief.button("Remove 21 works").click()
    chief.sees("Approved. 21 works are removed with the next sync.")
    chief.sees("Nothing is held")
    stack.quiet()
    assert eva.works() == []

    go(chief, "/why?who=web-eva&what=web-eva-p3")
    chief.sees("It is left out. The person has hidden it")
    chief.sees("Removing: removed")
    chief.check()

    go(chief, "/users?q=web-eva")
    chief.check()
    chief.page.get_by_role("link", name=f"Act for them (Ada Jones, {eva.orcid_id})").click()
    chief.sees("You are acting for web-eva")
    chief.tab("Settings")
    chief.page.get_by_label("Only favourites").check()
    chief.button("Save changes").click()
    chief.sees("Saved.")
    go(chief, "/audit?user=web-eva")
    first = chief.page.locator("li.entry").first
    expect(first).to_contain_text("admin for web-eva")
    expect(first.get_by_role("row", name="Only favourites no yes")).to_be_visible()
    chief.check()

    go(chief, "/users/web-eva")
    chief.page.get_by_role("button", name="Release this iD…").click()
    chief.button("Release").click()
    chief.sees("is released. 0 works stay on the record.")
    chief.button("Erase…").click()
    chief.page.get_by_label("Leave them on ORCID").check()
    chief.check()
    chief.button("Erase for good").click()
    chief.button("Take back…").click()
    chief.check()
    chief.button("Take back").click()
    chief.sees("Taken back.")
    chief.sees("Nobody is known under this id")


def test_r40_a_sync_on_demand_shows_first_what_it_would_do(stack: LocalStack, boss: Callable[..., Visitor]) -> None:
    tom = Researcher(stack, "web-tom", 19103)
    tom.publish(2)
    tom.write()
    chief = boss("/sync", width=NARROW)
    chief.page.get_by_label("User ids").fill("web-tom web-nobody")
    chief.button("Show what it would do").click()
    chief.sees("does not know the user web-nobody")
    chief.check()
    chief.page.get_by_label("User ids").fill("web-tom")
    chief.page.get_by_label("Before the others").check()
    chief.button("Sync now").click()
    chief.sees("One ORCID iD is due now.")
    stack.quiet()
    assert len(tom.works()) == 2
    stack.feed(user("web-ines", an_orcid_id(19190)))
    chief.page.get_by_label("User ids").fill("web-tom web-ines")
    chief.button("Show what it would do").click()
    chief.sees("Nothing to do.")
    chief.sees("Not sending to ORCID: web-ines.")
    chief.check()
