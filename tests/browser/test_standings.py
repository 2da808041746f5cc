"""What a researcher does when something has to be put right: reconnecting, moving, leaving, answering suggestions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import NARROW, Visitor
from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import Researcher, an_orcid_id, publication

pytestmark = pytest.mark.stack

Visit = Callable[..., Visitor]
PRIMARY = an_orcid_id(19120)


@dataclass(frozen=True, slots=True)
class People:
    """`ida` lost the permission, `max` has a merged record, `sue` has two suggestions; all have two works sent."""

    ida: Researcher
    max: Researcher
    sue: Researcher


@pytest.fixture(scope="module")
def people(browser: Browser, stack: LocalStack) -> People:
    """Made together, for each sync takes its time; without a browser there is none."""
    ida, mae, sue = (Researcher(stack, f"stand-{name}", 19110 + n) for n, name in enumerate(("ida", "max", "sue")))
    published = [person.publish(2) for person in (ida, mae, sue)]
    author = {"family": "Jones", "given": "Ada", "orcid_id": f"https://orcid.org/{sue.orcid_id}"}
    stack.feed(*(publication(f"stand-sue-found-{n}", authors=[author]) for n in range(2)))
    for person in (ida, mae, sue):
        person.write()
    stack.settle()
    stack.registry("POST", "/_control/revocation", {"orcid": ida.orcid_id, "by": "client"})
    stack.registry("POST", "/_control/record", {"orcid": mae.orcid_id, "state": "deprecated", "primary": PRIMARY})
    for person, (one, _) in zip((ida, mae), published[:2], strict=True):
        # It is to be removed at once: so it is noticed at once that it cannot be.
        assert person.call("PUT", f"/publications/{one}/exclusion").status == 204
    stack.quiet()
    return People(ida, mae, sue)


def _address(person: Researcher, tab: str = "") -> str:
    return f"#/orcid/{person.orcid_id}{tab}"


def test_r54_after_the_permission_ended_reconnecting_goes_on_where_it_stopped(people: People, visit: Visit) -> None:
    ida = visit(width=NARROW, language="de").sign_in("stand-ida", _address(people.ida))
    ida.sees("ORCID nimmt unsere Erlaubnis nicht mehr an")
    expect(ida.work("On the matter of stand-ida-p0").get_by_text("Wird entfernt", exact=True)).to_be_visible()
    ida.check()
    ida.page.locator("[data-key=reconnect]").click()
    ida.consent(people.ida.orcid_id)
    ida.sees(f"{people.ida.orcid_id} ist verbunden")
    expect(ida.page.get_by_text("ORCID nimmt unsere Erlaubnis")).to_have_count(0)
    ida.button("Jetzt abgleichen").click()
    expect(ida.work("On the matter of stand-ida-p0").get_by_text("Weggelassen", exact=True)).to_be_visible()
    ida.sees("Ihr ORCID-Profil ist aktuell")
    assert len(people.ida.works()) == 1
    ida.check()


def test_r54_with_a_merged_record_one_goes_on_with_the_primary_one(people: People, visit: Visit) -> None:
    mae = visit(dark=True).sign_in("stand-max", _address(people.max))
    mae.sees(f"Your record is now {PRIMARY}")
    mae.check()
    mae.button(f"Connect {PRIMARY}").click()
    mae.consent(PRIMARY)
    mae.sees(f"{PRIMARY} is connected")
    mae.sees("would be added to ORCID")
    chooser = mae.page.get_by_role("navigation", name="Your ORCID iDs")
    expect(chooser.get_by_role("link")).to_have_count(2)
    expect(chooser.locator("[aria-current]")).to_contain_text(PRIMARY)
    mae.check()
    mae.tab("Publications")
    expect(mae.work("On the matter of stand-max-p0").get_by_text("You chose to leave it out.")).to_be_visible()


def test_r41_suggestions_are_accepted_and_refused_one_after_the_other(
    people: People, stack: LocalStack, visit: Visit
) -> None:
    sue = visit().sign_in("stand-sue", _address(people.sue))
    sue.tab("Suggestions")
    rows = sue.page.locator("li.work")
    expect(rows).to_have_count(2)
    sue.check()
    kept = str(rows.first.get_by_role("heading").inner_text())
    rows.first.get_by_role("button", name="It is mine").click()
    sue.sees("Accepted. It is one of your publications now.")
    expect(rows).to_have_count(1)
    expect(rows.first.get_by_role("button", name="It is mine")).to_be_focused()
    rows.first.get_by_role("button", name="Not mine").click()
    sue.sees("There are no suggestions at the moment.")
    expect(sue.page.locator("#suggestions-title")).to_be_focused()
    sue.check()
    sue.tab("Publications")
    expect(sue.work(kept)).to_be_visible()
    assert stack.call("GET", "/v1/users/me/suggestions", token=stack.token("stand-sue")).json["items"] == []


def test_r46_acting_for_somebody_is_marked_and_connecting_is_not_offered(
    people: People, stack: LocalStack, visit: Visit
) -> None:
    admin = visit().sign_in("admin", "#/users/stand-sue", known=True)
    admin.sees("You are acting for stand-sue")
    admin.sees(people.sue.orcid_id)
    admin.check()
    admin.tab("Settings")
    admin.sees("You are acting for stand-sue")
    admin.page.get_by_label("Do nothing").check()
    admin.sees("Saved.")
    admin.check()
    assert admin.page.get_by_role("button", name="onnect your ORCID iD").count() == 0
    item = stack.call("GET", "/v1/users/me/claiming", token=stack.token("stand-sue")).json["items"][0]
    assert item["claiming"] == "ignore"
    boss = stack.token("boss", groups=["orcid-admins"])
    (row,) = stack.call("GET", "/v1/admin/audit?limit=1", token=boss).json["items"]
    assert (row["by"], row["user_id"], row["action"]) == ("admin", "stand-sue", "claiming_chosen")


def test_r37_disconnecting_can_remove_the_works_first(people: People, visit: Visit) -> None:
    """The last of `sue`'s tests."""
    sue = visit(width=NARROW).sign_in("stand-sue", _address(people.sue, "/settings"))
    sue.button("Disconnect…").click()
    sue.page.locator("#works-remove").check()
    sue.check()
    sue.button("Cancel").click()
    expect(sue.button("Disconnect…")).to_be_focused()
    assert len(people.sue.works()) >= 2
    sue.button("Disconnect…").click()
    sue.page.locator("#works-remove").check()
    sue.button("Disconnect").click()
    sue.sees("Not connected")
    sue.check()
    assert people.sue.works() == []
