"""A researcher's way through the page, from signing in to an empty record again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import NARROW, Visitor
from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import an_orcid_id, claim, publication, user

pytestmark = pytest.mark.stack

Visit = Callable[..., Visitor]


def _feed(stack: LocalStack, user_id: str, count: int, *orcid_ids: str) -> None:
    ids = [f"{user_id}-p{number}" for number in range(count)]
    stack.feed(user(user_id, *orcid_ids), *map(publication, ids), *(claim(user_id, one) for one in ids))


def test_signing_in_leads_back_to_the_address_asked_for_and_out_again(stack: LocalStack, visit: Visit) -> None:
    orcid_id = an_orcid_id(19001)
    _feed(stack, "web-ann", 1, orcid_id)
    ann = visit()
    ann.open(f"#/orcid/{orcid_id}/settings")
    ann.check()
    ann.sign_in("web-ann", f"#/orcid/{orcid_id}/settings")
    ann.sees("What this ORCID iD is used for")
    assert ann.page.url == f"{stack.url}/#/orcid/{orcid_id}/settings"
    assert ann.page.evaluate("Object.keys(localStorage).length + document.cookie.length") == 0
    ann.button("Sign out").click()
    expect(ann.button("Sign in")).to_be_visible()
    assert ann.page.evaluate("sessionStorage.getItem('orcid-sync.tokens')") is None


def test_an_answer_to_a_sign_in_that_this_tab_did_not_begin_is_refused(visit: Visit) -> None:
    stranger = visit()
    stranger.open("?code=stolen&state=made-up")
    stranger.sees("could not be matched to this window")
    assert "stolen" not in stranger.page.url


def test_when_the_session_is_over_signing_in_again_leads_back(stack: LocalStack, visit: Visit) -> None:
    orcid_id = an_orcid_id(19002)
    _feed(stack, "web-eve", 1, orcid_id)
    eve = visit().sign_in("web-eve", f"#/orcid/{orcid_id}/publications")
    eve.sees("Your publications")
    eve.page.wait_for_load_state("networkidle")
    eve.page.evaluate(
        "sessionStorage.setItem('orcid-sync.tokens', JSON.stringify({...JSON.parse("
        "sessionStorage.getItem('orcid-sync.tokens')), expires: 0}))"
    )
    eve.tab("Settings")
    eve.sees("Please sign in again")
    eve.check()
    eve.button("Sign in again").click()
    eve.page.get_by_label("Another id").fill("web-eve")
    eve.page.get_by_role("button", name="Sign in").click()
    eve.sees("What this ORCID iD is used for")


def test_r14_r37_an_id_is_entered_without_typing_errors_and_taken_off_the_list_again(
    stack: LocalStack, visit: Visit
) -> None:
    _feed(stack, "web-ian", 0)
    ian = visit(width=NARROW).sign_in("web-ian")
    ian.check()
    ian.button("Enter an ORCID iD").click()
    field = ian.page.get_by_label("ORCID iD", exact=True)
    field.press_sequentially("0000-0002-1825-0098")
    ian.sees("There is a typing error in this iD")
    expect(field).to_have_attribute("aria-invalid", "true")
    ian.check()
    field.fill(f"https://orcid.org/{an_orcid_id(19003)}")
    field.press("Enter")
    ian.sees("This ORCID iD only helps to recognise your publications")
    (link,) = stack.call("GET", "/v1/users/me/orcid", token=stack.token("web-ian")).json["items"]
    assert link["claimed_in"] == "here"
    ian.tab("Settings")
    ian.button("Take off the list…").click()
    ian.sees("You can add it again at any time.")
    ian.check()
    ian.button("Take off the list").click()
    ian.sees("The ORCID iD was taken off the list.")
    expect(ian.button("Enter an ORCID iD")).to_be_visible()
    ian.check()
    assert stack.call("GET", "/v1/users/me/orcid", token=stack.token("web-ian")).json["items"] == []


def test_r16_r64_from_no_id_to_an_empty_record_again(stack: LocalStack, visit: Visit) -> None:
    """Connect, look at what would be sent, save, sync, leave one out, take it back, remove everything."""
    orcid_id = an_orcid_id(19004)
    _feed(stack, "web-ada", 3)
    ada = visit().sign_in("web-ada")
    ada.button("Connect with ORCID").click()
    ada.check()
    ada.button("Go to ORCID").click()
    ada.consent(orcid_id, allow=False)
    ada.sees("You did not give the permission")
    ada.button("Connect with ORCID").click()
    ada.button("Go to ORCID").click()
    ada.consent(orcid_id)
    ada.sees(f"{orcid_id} is connected")
    ada.sees("3 publications would be added to ORCID")
    assert stack.works(orcid_id) == []  # R64: nothing was sent by looking
    assert "orcid_code" not in ada.page.url
    ada.check()
    ada.button("Save changes").click()
    ada.sees("Saved. Your publications are on their way")
    stack.settle()
    ada.sees("Your ORCID record is up to date")
    assert len(stack.works(orcid_id)) == 3
    ada.tab("Publications")
    one = ada.work("On the matter of web-ada-p1")
    expect(one.get_by_text("On ORCID", exact=True)).to_be_visible()
    ada.check()
    one.get_by_role("button", name="Leave out").click()
    expect(one.get_by_text("You chose to leave it out.")).to_be_visible()
    expect(one.get_by_text("Left out", exact=True)).to_be_visible()  # R62: at once, the page sees it by itself
    assert len(stack.works(orcid_id)) == 2
    one.get_by_role("button", name="History").click()
    ada.sees("Removing")
    ada.check()
    ada.page.keyboard.press("Escape")
    expect(one.get_by_role("button", name="History")).to_be_focused()
    one.get_by_role("button", name="Send it after all").click()
    expect(one.get_by_text("To be added")).to_be_visible()
    ada.button("Run sync").click()
    expect(one.get_by_text("On ORCID", exact=True)).to_be_visible()
    assert len(stack.works(orcid_id)) == 3
    ada.tab("Settings")
    # Elsewhere one is left out meanwhile: the question is about what stands there now.
    path = f"/v1/users/me/orcid/{orcid_id}/publications/web-ada-p2/exclusion"
    assert stack.call("PUT", path, token=stack.token("web-ada")).status == 204
    stack.quiet()
    ada.button("Remove all from ORCID…").click()
    ada.sees("The 2 works that we sent are deleted")
    ada.check()
    ada.button("Remove 2 works").click()
    ada.sees("Nothing is sent to this record")
    assert stack.works(orcid_id) == []


def test_r20_settings_changed_elsewhere_are_not_overwritten(stack: LocalStack, visit: Visit) -> None:
    orcid_id = an_orcid_id(19005)
    _feed(stack, "web-joe", 2, orcid_id)
    joe = visit(width=NARROW, dark=True).sign_in("web-joe", f"#/orcid/{orcid_id}/settings")
    joe.page.get_by_label("Only favourites").check()
    joe.sees("would change")
    path = f"/v1/users/me/orcid/{orcid_id}/settings"
    assert stack.call("PATCH", path, {"include_private": True}, token=stack.token("web-joe")).status == 200
    joe.button("Save changes").click()
    joe.sees("These settings were changed somewhere else")
    expect(joe.page.get_by_label("Private and internal ones too")).to_be_checked()
    expect(joe.page.get_by_label("Only favourites")).to_be_checked()
    joe.check()
    joe.button("Save changes").click()
    joe.sees("Saved.")
    link = stack.call("GET", f"/v1/users/me/orcid/{orcid_id}", token=stack.token("web-joe")).json
    assert (link["favourites_only"], link["include_private"]) == (True, True)


def test_r10_with_the_write_integration_off_the_page_says_so_and_claiming_goes_on(
    stack: LocalStack, visit: Visit
) -> None:
    orcid_id = an_orcid_id(19006)
    _feed(stack, "web-kim", 1, orcid_id)
    stack.configure(write_enabled=False)
    try:
        kim = visit(language="de").sign_in("web-kim")
        kim.sees("Ihre Einrichtung hat das Senden an ORCID ausgeschaltet")
        kim.page.get_by_label("Nichts tun").check()
        kim.sees("Gespeichert.")
        kim.check()
    finally:
        stack.configure(write_enabled=True)
    chosen = stack.call("GET", "/v1/users/me/claiming", token=stack.token("web-kim")).json["items"]
    assert chosen[0]["claiming"] == "ignore"
