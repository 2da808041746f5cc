"""The stand-in for an Elements server answers in the forms that are known of its API (ELEMENTS_API 1-6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

import pytest
import urllib3

from local.elements.app import ElementsApp
from local.elements.from_feed import Filled
from local.elements.generated import generated
from local.elements.running import RunningElements
from local.elements.times import read_stamp, stamp

API = "{http://www.symplectic.co.uk/publications/api}"
ATOM = "{http://www.w3.org/2005/Atom}"
ACCOUNT = urllib3.make_headers(basic_auth="orcid-sync:local-elements-password")


@pytest.fixture(scope="module")
def running() -> Iterator[RunningElements]:
    app = ElementsApp()
    app = ElementsApp(held=Filled(generated(40, 200, app.now_ms)), now_ms=app.now_ms)
    with RunningElements(app) as started:
        yield started


def ask(running: RunningElements, path: str, version: str = "6.13", **headers: str) -> tuple[int, Element]:
    reply = urllib3.request("GET", f"{running.api(version)}/{path}", headers=headers or ACCOUNT, retries=False)
    return reply.status, fromstring(reply.data)


def hrefs(answer: Element) -> dict[str, str]:
    """The list's own paging: a child of the root."""
    return {page.get("position", ""): page.get("href", "") for page in answer.iterfind(f"{API}pagination/{API}page")}


@pytest.mark.parametrize(
    ("version", "root", "item"),
    [("5.5", f"{ATOM}feed", f"{ATOM}entry"), ("6.13", f"{API}response", f"{API}result-list/{API}result")],
)
def test_each_version_has_its_envelope_and_its_words_for_privacy(
    running: RunningElements, version: str, root: str, item: str
) -> None:
    _, answer = ask(running, "users/1001/publications?detail=full&per-page=5", version)
    assert answer.tag == root
    ties = answer.findall(f"{item}/{API}relationship")
    assert len(ties) == 5
    assert {(tie.find(f"{API}is-visible") is not None) for tie in ties} == {version == "5.5"}
    assert {(tie.find(f"{API}effective-privacy-level") is not None) for tie in ties} == {version == "6.13"}
    ends = [tie.findall(f"{API}related") for tie in ties]
    assert {related.get("category") for found in ends for related in found} == {"publication"}
    # The journal's records and the field `pagination` are there to be fallen over.
    assert answer.find(f".//{API}journal//{API}record") is not None
    assert answer.find(f".//{API}field/{API}pagination") is not None


@pytest.mark.parametrize("version", ["5.5", "6.13"])
def test_lists_go_on_where_their_links_lead_and_name_everything_once(running: RunningElements, version: str) -> None:
    seen: list[int] = []
    path, turns = "users?detail=full&per-page=15", 0
    while path:
        _, answer = ask(running, path, version)
        found = [int(one.get("id", "")) for one in answer.iter(f"{API}object")]
        paging = answer.find(f"{API}pagination")
        assert paging is not None
        assert int(paging.get("results-count", "")) == len(found)
        seen += found
        path = hrefs(answer).get("next", "").partition(f"/v{version}/")[2]
        turns += 1
    assert (turns, len(seen)) == (3, 40)
    assert all(before < after for before, after in pairwise(seen))
    assert ("continue-from" in hrefs(answer)) is (version == "6.13")


def test_a_preferred_record_is_told_to_its_user_alone(running: RunningElements) -> None:
    tie = running.app.held.institution.ties_of_user(1001)[0]
    tie.preferred = running.app.held.institution.work(tie.work).records[0].id
    found = []
    for path in ("users/1001/publications?detail=full&per-page=1", f"publications/{tie.work}"):
        _, answer = ask(running, path)
        found.append([one.get("is-preferred-record") for one in answer.iter(f"{API}record")].count("true"))
    tie.preferred = None
    assert found == [1, 0]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("users/1", 404, "resource-not-found"),
        ("nothing", 404, "resource-not-found"),
        ("users?per-page=26&detail=full", 400, "argument-fault"),
        ("users?affected-since=yesterday", 400, "argument-fault"),
    ],
)
@pytest.mark.parametrize("version", ["5.5", "6.13"])
def test_errors_have_a_document_with_their_code(
    running: RunningElements, path: str, status: int, code: str, version: str
) -> None:
    given, answer = ask(running, path, version)
    (error,) = answer.iter(f"{API}error")
    assert (given, error.get("code")) == (status, code)


def test_nobody_without_the_account_is_let_in(running: RunningElements) -> None:
    for headers in ({"accept": "*/*"}, urllib3.make_headers(basic_auth="orcid-sync:wrong")):
        status, answer = ask(running, "my-account", **headers)
        assert (status, [one.get("code") for one in answer.iter(f"{API}error")]) == (401, ["invalid-credentials"])


def test_what_is_done_at_elements_is_told_by_its_lists(running: RunningElements) -> None:
    institution = running.app.held.institution
    tie = institution.ties_of_user(1002)[0]
    since = stamp(institution.now_ms() - 1000, 5).replace("+", "%2B")
    order = json.dumps({"user": 1002, "publication": tie.work})
    assert urllib3.request("POST", f"{running.url}/_control/unclaim", body=order).status == 200
    _, gone = ask(running, f"relationships/deleted?deleted-since={since}")
    (deleted,) = gone.iter(f"{API}deleted-relationship")
    assert set(deleted.attrib) == {"id", "deleted-when"}
    assert deleted.get("id") == str(tie.id)
    _, users = ask(running, f"users?affected-since={since}")
    assert [one.get("id") for one in users.iter(f"{API}object")] == ["1002"]
    _, modified = ask(running, f"users?modified-since={since}")
    assert not list(modified.iter(f"{API}object"))
    institution.delete_work(tie.work)
    assert ask(running, f"publications/{tie.work}")[0] == 410
    assert urllib3.request("POST", f"{running.url}/_control/unclaim", body=order).status == 400


def test_time_stamps_are_local_and_have_two_to_seven_digits() -> None:
    lengths = set()
    for salt in range(6):
        text = stamp(1_700_000_000_130, salt)
        found = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{2,7})-05:00", text)
        assert found is not None, text
        lengths.add(len(found[1]))
        assert read_stamp(text) == 1_700_000_000_130
    assert lengths == {2, 3, 4, 5, 6, 7}


def test_a_generated_institution_is_the_same_each_time() -> None:
    one, other = (generated(20, 100, lambda: 1_700_000_000_000) for _ in range(2))
    assert [one.works[number] for number in one.works.ids_since(0)] == [
        other.works[n] for n in other.works.ids_since(0)
    ]
    assert list(one.ties.values()) == list(other.ties.values())
    assert len(one.ties) > 100
