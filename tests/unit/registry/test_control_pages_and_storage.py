"""Controls, pages for people, and state across restarts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from local.registry import RegistrySettings, RunningRegistry
from local.registry.__main__ import read_arguments
from tests.unit.registry.harness import CLIENT, ORCID, OTHER_CLIENT, OTHER_ORCID, Harness, date, identifier, work


def test_record_is_shown_in_full_whatever_its_visibility() -> None:
    registry = Harness()
    registry.control("record", orcid=ORCID, name="Ada", default_visibility="private")
    registry.control("works", orcid=ORCID, source="owner", works=[work(visibility="limited")])
    registry.add(work())
    record = registry.call("GET", f"/_control/records/{ORCID}").json
    assert (record["name"], record["state"], record["number_of_works"]) == ("Ada", "ok", 2)
    assert [item["visibility"] for item in record["works"]] == ["limited", "private"]
    assert [item["display-index"] for item in record["works"]] == ["0", "1"]
    assert record["works"][1]["source"]["source-client-id"]["path"] == CLIENT
    assert record["tokens"] == [{"client_id": CLIENT, "scope": "/activities/update /read-limited", "state": "active"}]
    listed = registry.call("GET", "/_control/records").json["items"]
    assert [item["orcid"] for item in listed] == [ORCID]
    assert registry.call("GET", f"/_control/records/{OTHER_ORCID}").status == 404


def test_owner_deletes_works() -> None:
    registry = Harness()
    first, second = registry.add(work()), registry.add(work(identifier(value="10.1/b")))
    assert registry.control("works/delete", orcid=ORCID, put_codes=[first]) == {"deleted": [first]}
    assert registry.works("GET", f"/work/{first}").status == 404
    assert registry.control("works/delete", orcid=ORCID, put_codes="all") == {"deleted": [second]}


@pytest.mark.parametrize(
    ("order", "body"),
    [
        ("token", {"orcid": "nonsense"}),
        ("token", {"orcid": ORCID, "scope": "/nonsense"}),
        ("record", {"orcid": ORCID, "state": "nonsense"}),
        ("record", {"orcid": ORCID, "state": "deprecated"}),
        ("record", {"orcid": ORCID, "default_visibility": "nonsense"}),
        ("works", {"orcid": ORCID, "works": [{"colour": 1}]}),
        ("works/delete", {"orcid": ORCID, "put_codes": [1]}),
        ("revocation", {"orcid": ORCID, "by": "nobody"}),
        ("client", {}),
    ],
)
def test_orders_that_make_no_sense(order: str, body: dict[str, object]) -> None:
    reply = Harness().call("POST", f"/_control/{order}", body)
    assert (reply.status, list(reply.json)) == (400, ["error"])


def test_unknown_order() -> None:
    assert Harness().call("POST", "/_control/nonsense", {}).status == 404


def test_deactivating_may_take_the_tokens_along() -> None:
    registry = Harness()
    registry.control("record", orcid=ORCID, state="deactivated", disable_tokens=True)
    assert registry.works("GET", "/works").status == 401


def test_page_of_a_record_groups_and_escapes() -> None:
    registry = Harness()
    registry.control("client", client_id=CLIENT, name="Uni & co")
    registry.control("record", orcid=ORCID, name="<Ada>")
    script = {"title": {"value": "<script>"}, "subtitle": {"value": "S"}}
    registry.add(work(title=script, journal_title={"value": "J"}, publication_date=date("2020", "05")))
    bad = {**identifier(value="10.1234/abc"), "external-id-url": {"value": "javascript:alert(1)"}}
    registry.control("works", orcid=ORCID, source="owner", works=[work(bad)])
    page = registry.call("GET", f"/{ORCID}")
    assert page.status == 200
    assert page.text.count('<article class="card">') == 1
    for text in (
        "&lt;Ada&gt;",
        "&lt;script&gt;: S",
        "J · 2020-05 · journal article",
        "Source: Uni &amp; co",
        "the owner",
    ):
        assert text in page.text
    assert '<a href="https://doi.org/10.1234/abc"' in page.text
    assert "<script>" not in page.text
    assert "javascript:" not in page.text
    assert registry.call("GET", f"/{OTHER_ORCID}").status == 404
    assert f'<a href="/{ORCID}">' in registry.call("GET", "/").text


@pytest.mark.enable_socket
def test_state_survives_a_restart(tmp_path: Path) -> None:
    settings = RegistrySettings(data_dir=tmp_path, rate_limit=False)
    people = {"contributor": [{"credit-name": {"value": "Ada"}, "contributor-email": {"value": "a@example.org"}}]}
    with RunningRegistry(settings) as first:
        control = first.app.control
        control.set_client({"client_id": CLIENT, "client_secret": "s", "redirect_uris": ["https://x/"]})
        token = control.issue_token({"orcid": ORCID, "client_id": CLIENT})["access_token"]
        control.set_record({"orcid": ORCID, "name": "Ada", "default_visibility": "limited"})
        order = {
            "orcid": ORCID,
            "source": CLIENT,
            "works": [work(contributors=people), work(identifier(value="10.1/b"))],
        }
        gone, kept = control.orders()["works"](order)["put_codes"]
        control.orders()["works"]({"orcid": ORCID, "source": OTHER_CLIENT, "works": [work()]})
        control.orders()["works/delete"]({"orcid": ORCID, "put_codes": [gone]})
        before, works = control.record(ORCID), dict(first.app.state.records[ORCID].works)
    with RunningRegistry(settings) as second:
        assert second.app.control.record(ORCID) == before
        assert second.app.state.records[ORCID].works == works
        assert second.app.state.tokens[token].client_id == CLIENT
        assert second.app.state.clients[CLIENT].redirect_uris == ("https://x/",)
        order = {"orcid": ORCID, "works": [work()]}
        (new,) = second.app.control.orders()["works"](order)["put_codes"]
        assert new > max(works)
    assert kept in works


def test_command_line() -> None:
    settings = read_arguments(["--port", "1", "--data-dir", "d", "--clock-file", "c", "--no-rate-limit"])
    assert (settings.port, settings.data_dir, settings.clock_file) == (1, Path("d"), Path("c"))
    assert settings.rate_limit is False
    assert read_arguments([]).rate_limit is True


def test_two_writers_at_once_never_get_one_put_code() -> None:
    registry = Harness()

    async def add_many() -> list[int]:
        loop = asyncio.get_running_loop()

        def add(number: int) -> int:
            order = {"orcid": ORCID, "works": [work(identifier(value=f"10.1/{number}"))]}
            codes: list[int] = registry.app.control.orders()["works"](order)["put_codes"]
            return codes[0]

        return list(await asyncio.gather(*(loop.run_in_executor(None, add, number) for number in range(50))))

    codes = asyncio.run(add_many())
    assert len(set(codes)) == 50
