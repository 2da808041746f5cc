"""The registry's client on a real connection: what is sent, and what comes back."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from orcid_sync.adapters.orcid_client import OrcidRegistry
from orcid_sync.domain.outcomes import Answer, Outcome
from orcid_sync.domain.work import Work

from tests.fakes.clock import FakeClock
from tests.fakes.wire import Wire, reply, wire
from tests.unit.adapters.client_calls import (
    ALL,
    EMPTY_RECORD,
    PRIMARY,
    RECORD,
    TOKEN,
    US,
    WORK,
    add,
    every_call,
    read,
    registry_at,
    remove,
    update,
)


@pytest.fixture
def line() -> Iterator[Wire]:
    with wire(reply(200, EMPTY_RECORD)) as running:
        yield running


# What is sent


@every_call
def test_every_call_names_what_it_accepts_who_asks_and_the_token(
    line: Wire, call: Callable[[OrcidRegistry], Answer]
) -> None:
    call(registry_at(line.url))
    headers = line.seen[0].headers
    assert headers["Accept"] == "application/json"
    assert headers["User-Agent"].startswith("orcid-sync/")
    assert headers["Authorization"] == f"Bearer {TOKEN.reveal()}"
    assert TOKEN.reveal() not in line.seen[0].path
    assert headers.get("Content-Type") == ("application/json" if line.seen[0].body else None)


def test_each_call_has_its_method_path_and_body(line: Wire) -> None:
    registry = registry_at(line.url + "/")
    for call in ALL:
        call(registry)
    base = f"/v3.0/{RECORD}"
    assert [(seen.method, seen.path) for seen in line.seen] == [
        ("GET", f"{base}/works"),
        ("POST", f"{base}/work"),
        ("POST", f"{base}/works"),
        ("PUT", f"{base}/work/17"),
        ("DELETE", f"{base}/work/17"),
    ]
    single, bulk, changed = (json.loads(line.seen[index].body) for index in (1, 2, 3))
    assert single["title"]["title"]["value"] == WORK.title
    assert single["contributors"]["contributor"][0]["contributor-orcid"]["host"] == "sandbox.orcid.org"
    assert bulk == {"bulk": [{"work": single}]}
    assert changed == {**single, "put-code": 17}
    assert "visibility" not in changed


@pytest.mark.parametrize(
    ("sign_in_host", "host"),
    [
        ("orcid.org", "orcid.org"),
        ("sandbox.orcid.org", "sandbox.orcid.org"),
        ("127.0.0.1:8010", "sandbox.orcid.org"),
        ("notorcid.org", "sandbox.orcid.org"),
    ],
)
def test_r27_an_id_is_addressed_at_orcid_even_when_the_registry_is_local(
    line: Wire, sign_in_host: str, host: str
) -> None:
    registry = OrcidRegistry(line.url, US, FakeClock(), orcid_host=sign_in_host)
    registry.add_work(RECORD, TOKEN, WORK)
    (contributor,) = json.loads(line.seen[0].body)["contributors"]["contributor"]
    assert contributor["contributor-orcid"] == {"uri": f"https://{host}/{RECORD}", "path": RECORD, "host": host}


def test_the_size_of_a_work_in_a_bulk_is_told_to_the_byte(line: Wire) -> None:
    registry = registry_at(line.url)
    registry.add_works(RECORD, TOKEN, [WORK] * 3)
    assert len(line.seen[0].body) == 3 * registry.body_size(WORK) + len('{"bulk":[]}') - 1


def test_a_damaged_letter_does_not_stop_a_work(line: Wire) -> None:
    broken = Work(title="half \ud83d of a bat", type="book", external_ids=WORK.external_ids)
    registry_at(line.url).add_work(RECORD, TOKEN, broken)
    assert json.loads(line.seen[0].body)["title"]["title"]["value"] == "half ? of a bat"


def test_r47_netrc_never_replaces_the_token(line: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    read(registry_at(line.url))
    assert line.seen[0].headers["Authorization"] == f"Bearer {TOKEN.reveal()}"


def test_no_cookie_carries_one_researchers_session_into_anothers_call(line: Wire) -> None:
    line.play = reply(200, EMPTY_RECORD, {"Set-Cookie": "JSESSIONID=1; Path=/"})
    registry = registry_at(line.url)
    read(registry)
    read(registry)
    assert "Cookie" not in line.seen[1].headers


def test_connections_are_kept_but_not_over_a_long_pause(line: Wire) -> None:
    clock = FakeClock()
    registry = registry_at(line.url, clock)
    read(registry)
    read(registry)
    clock.advance(31)
    read(registry)
    first, second, third = (seen.port for seen in line.seen)
    assert first == second
    assert second != third


# What comes back


def test_a_work_added_has_the_put_code_of_location(line: Wire) -> None:
    line.play = reply(201, b"", {"Location": f"http://api.orcid.org/v3.0/{RECORD}/work/42"})
    assert add(registry_at(line.url)) == Answer(Outcome.CREATED, put_code=42, status=201)


def test_r36_the_works_of_a_bulk_are_answered_one_by_one(line: Wire) -> None:
    error = {"response-code": 409, "developer-message": "see element with put-code 5.", "error-code": 9021}
    line.play = reply(200, json.dumps({"bulk": [{"work": {"put-code": 42}}, {"error": error}]}).encode())
    answers = registry_at(line.url).add_works(RECORD, TOKEN, [WORK, WORK])
    assert isinstance(answers, list)
    assert [(answer.outcome, answer.put_code) for answer in answers] == [
        (Outcome.CREATED, 42),
        (Outcome.DUPLICATE, 5),
    ]


def test_a_work_updated_and_a_work_removed_are_told(line: Wire) -> None:
    registry = registry_at(line.url)
    line.play = reply(200, b'{"put-code": 17, "path": null}')
    assert update(registry) == Answer(Outcome.UPDATED, put_code=17, status=200)
    line.play = reply(204)
    assert remove(registry) == Answer(Outcome.REMOVED, put_code=17, status=204)


def test_a_summary_is_read_compressed_and_in_pieces(line: Wire) -> None:
    work = {"put-code": 5, "source": {"source-client-id": {"path": US}}, "title": {"title": {"value": "On Bats"}}}
    packed = gzip.compress(json.dumps({"group": [{"work-summary": [work]}]}).encode())

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in (packed[:10], packed[10:]):
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    line.play = play
    reading = registry_at(line.url).read_works(RECORD, TOKEN)
    assert reading.answer == Answer(Outcome.READ, status=200)
    assert [own.put_code for own in reading.own_works] == [5]
    assert reading.total_works == 1


@pytest.mark.parametrize("body", [b"", b"<html>Maintenance</html>", b'{"group": [', b'{"error":"x"}', b"<works/>"])
def test_r39_a_page_in_place_of_a_summary_is_no_empty_record(line: Wire, body: bytes) -> None:
    line.play = reply(200, body)
    reading = registry_at(line.url).read_works(RECORD, TOKEN)
    assert reading.answer.outcome is Outcome.UNKNOWN
    assert reading.own_works == ()


@every_call
def test_r54_a_redirect_is_an_answer_and_is_not_followed(line: Wire, call: Callable[[OrcidRegistry], Answer]) -> None:
    body = b'{"response-code": 301, "developer-message": "deprecated", "error-code": 9007}'
    line.play = reply(301, body, {"Location": f"{line.url}/v3.0/{PRIMARY}/works"})
    answer = call(registry_at(line.url))
    assert (answer.outcome, answer.primary_orcid_id) == (Outcome.DEPRECATED, PRIMARY)
    assert len(line.seen) == 1


@pytest.mark.parametrize("location", ["http://[", "ftp://elsewhere/", "//", ""])
def test_a_redirect_to_nowhere_is_unknown(line: Wire, location: str) -> None:
    line.play = reply(302, b"moved", {"Location": location})
    assert read(registry_at(line.url)).outcome is Outcome.UNKNOWN


def test_r35_a_refusal_of_the_edge_tells_how_long_to_wait(line: Wire) -> None:
    line.play = reply(503, b"<html>busy</html>", {"Retry-After": "7", "Content-Type": "text/html"})
    answer = read(registry_at(line.url))
    assert (answer.outcome, answer.retry_after_seconds) == (Outcome.SLOW_DOWN, 7.0)
