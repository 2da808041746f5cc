"""How an Elements server is asked: paced, repeated, bounded, and never a foreign host (R45)."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from orcid_sync.adapters.bounded_http import TimeLimits
from orcid_sync.adapters.elements_client import Credentials, HttpElementsServer
from orcid_sync.ports.elements import (
    ElementsError,
    ElementsGoneError,
    ElementsRefusedError,
    ElementsUnavailableError,
    ElementsUnreadableError,
)

from tests.fakes.clock import FakeClock

NAMESPACE = 'xmlns:api="http://www.symplectic.co.uk/publications/api"'
PASSWORD = "very secret"


def page(paging: str = "", items: str = "<api:result><api:type id='1' name='book'/></api:result>") -> bytes:
    return f"<api:response {NAMESPACE}>{paging}<api:result-list>{items}</api:result-list></api:response>".encode()


@dataclass
class Answer:
    """What a server says once; `claimed_length` is what it says of the body's length."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    claimed_length: int | None = None


@dataclass
class Server:
    """Gives its answers in turn, the last for ever, and remembers what it was asked."""

    address: str
    answers: list[Answer]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def serving(*answers: Answer) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            length = len(answer.body) if answer.claimed_length is None else answer.claimed_length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(f"http://127.0.0.1:{http.server_address[1]}/secure-api/v6.13", list(answers))
    threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def client(server: Server, clock: FakeClock | None = None, *, longest_page: int = 1_000_000) -> HttpElementsServer:
    credentials = Credentials("api", PASSWORD, {"Ocp-Apim-Subscription-Key": "a key"})
    limits = TimeLimits(connect=2, read=2, total=4)
    return HttpElementsServer(
        server.address, credentials, clock or FakeClock(), limits=limits, longest_page=longest_page
    )


def test_r45_a_page_is_read_with_our_account_and_the_gateways_header() -> None:
    with serving(Answer(body=page(), headers={"Date": formatdate(1_700_000_000, usegmt=True)})) as server:
        elements = client(server)
        found = elements.read(elements.address("users", detail="full", per_page="25"))
    assert (len(found.items), found.next_url, found.served_ms) == (1, None, 1_700_000_000_000)
    ((path, headers),) = server.asked
    assert path == "/secure-api/v6.13/users?detail=full&per-page=25"
    assert headers["authorization"].startswith("Basic ")
    assert headers["ocp-apim-subscription-key"] == "a key"


@pytest.mark.parametrize(
    "href",
    [
        "https://elsewhere.example/secure-api/v6.13/users?after-id=2",
        "http://127.0.0.1:1/another-prefix/v6.13/users?after-id=2",
        "/secure-api/v6.13/users?after-id=2",
    ],
)
def test_r45_the_next_page_is_asked_of_our_own_server_whatever_a_proxy_made_of_it(href: str) -> None:
    paging = f'<api:pagination results-count="1"><api:page position="next" href="{href}"/></api:pagination>'
    with serving(Answer(body=page(paging)), Answer(body=page())) as server:
        elements = client(server)
        found = elements.read(elements.address("users"))
        assert found.next_url == f"{server.address}/users?after-id=2"
        elements.read(found.next_url)
    assert [path for path, _ in server.asked][1] == "/secure-api/v6.13/users?after-id=2"


@pytest.mark.parametrize(
    "href",
    ["https://elsewhere.example/v5.5/users", "https://elsewhere.example/x", "/v6.13/../../admin", "javascript:1"],
)
def test_r45_a_next_page_that_is_none_of_this_api_is_refused(href: str) -> None:
    paging = f'<api:pagination results-count="1"><api:page position="next" href="{href}"/></api:pagination>'
    with (
        serving(Answer(body=page(paging))) as server,
        pytest.raises(ElementsUnreadableError, match="no address of API"),
    ):
        client(server).read(f"{server.address}/users")


def test_r45_the_old_servers_wrong_link_to_deleted_relationships_is_mended() -> None:
    href = "https://x/secure-api/v6.13/relationships/pending/deleted?after-id=9"
    paging = f'<api:pagination><api:page position="next" href="{href}"/></api:pagination>'
    with serving(Answer(body=page(paging))) as server:
        found = client(server).read(f"{server.address}/relationships/deleted")
    assert found.next_url == f"{server.address}/relationships/deleted?after-id=9"


@pytest.mark.parametrize(("count", "goes_on"), [("1", True), ("0", False)])
def test_r45_a_cursor_to_come_back_to_ends_at_an_empty_page(count: str, goes_on: bool) -> None:
    href = "https://x/secure-api/v6.13/users?after-id=9"
    paging = (
        f'<api:pagination results-count="{count}"><api:page position="continue-from" href="{href}"/></api:pagination>'
    )
    with serving(Answer(body=page(paging, items=""))) as server:
        assert (client(server).read(f"{server.address}/users").next_url is not None) is goes_on


@pytest.mark.parametrize("status", [409, 429, 500, 502, 503, 504])
def test_r45_a_busy_server_is_asked_again_after_a_while(status: int) -> None:
    clock = FakeClock()
    with serving(Answer(status), Answer(status), Answer(body=page())) as server:
        assert client(server, clock).read(f"{server.address}/users").items
    assert len(server.asked) == 3
    assert sum(clock.slept) >= 3


def test_r45_a_wait_that_the_server_asks_for_is_kept_within_reason() -> None:
    clock = FakeClock()
    busy = [Answer(503, headers={"Retry-After": "7"}), Answer(503, headers={"Retry-After": "9999"})]
    with serving(*busy, Answer(body=page())) as server:
        client(server, clock).read(f"{server.address}/users")
    assert {7.0, 60.0} <= set(clock.slept)


def test_r45_a_server_that_stays_away_is_told_of_in_the_end() -> None:
    with serving(Answer(503)) as server, pytest.raises(ElementsUnavailableError, match="503"):
        client(server).read(f"{server.address}/users")
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, ElementsRefusedError), (403, ElementsRefusedError), (404, ElementsGoneError), (410, ElementsGoneError),
     (400, ElementsRefusedError), (302, ElementsRefusedError)],
)  # fmt: skip
def test_r45_what_repeating_cannot_help_is_asked_once(status: int, error: type[ElementsError]) -> None:
    with serving(Answer(status, headers={"Location": "http://127.0.0.1:1/"})) as server, pytest.raises(error):
        client(server).read(f"{server.address}/users")
    assert len(server.asked) == 1


HOSTILE: dict[str, Callable[[], Answer]] = {
    "a page for people": lambda: Answer(body=b"<html><body>Please sign in</body></html>"),
    "json": lambda: Answer(body=b'{"a": 1}'),
    "cut short": lambda: Answer(body=page()[:-20]),
    "shorter than it says": lambda: Answer(body=page(), claimed_length=5000),
    "no gzip": lambda: Answer(body=page(), headers={"Content-Encoding": "gzip"}),
    "endless": lambda: Answer(body=page(items=" " * 2_000_000)),
    "endless when unpacked": lambda: Answer(
        body=gzip.compress(page(items=" " * 2_000_000)), headers={"Content-Encoding": "gzip"}
    ),
    "entities": lambda: Answer(body=b'<!DOCTYPE x [<!ENTITY a "b">]>' + page()),
    "an error document": lambda: Answer(body=f'<api:error {NAMESPACE} code="server-fault">Oh</api:error>'.encode()),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_r45_what_is_no_whole_page_is_refused_and_nothing_of_it_taken(kind: str) -> None:
    with serving(HOSTILE[kind]()) as server, pytest.raises((ElementsUnreadableError, ElementsUnavailableError)):
        client(server).read(f"{server.address}/users")


def test_r47_no_error_tells_address_or_password() -> None:
    answers = [Answer(status) for status in (401, 404, 302, 400, 503)] + [make() for make in HOSTILE.values()]
    for answer in answers:
        with serving(answer) as server:
            elements = client(server)
            with pytest.raises(ElementsError) as caught:
                elements.read(f"{server.address}/users")
            texts = f"{caught.value!r} {caught.value.__cause__!r} {elements._credentials!r}"
            assert PASSWORD not in texts
            assert server.address not in texts


def test_r45_requests_are_paced() -> None:
    clock = FakeClock()
    with serving(Answer(body=page())) as server:
        elements = client(server, clock)
        for _ in range(3):
            elements.read(f"{server.address}/users")
    assert clock.slept == [0.5, 0.5]


def test_r45_the_address_must_name_the_version() -> None:
    with pytest.raises(ValueError, match="version"):
        HttpElementsServer("https://elements.example.ac.uk/secure-api", Credentials("a", "b"), FakeClock())


def test_r45_a_page_that_is_too_long_is_asked_for_once() -> None:
    with serving(Answer(body=page(items=" " * 2_000_000))) as server:
        with pytest.raises(ElementsUnreadableError, match="more than 1,000,000 bytes"):
            client(server).read(f"{server.address}/users")
        assert len(server.asked) == 1


def test_r45_a_cursor_counts_only_where_no_list_of_that_kind_names_a_next_page() -> None:
    def list_with(*pages: str) -> Answer:
        links = "".join(f'<api:page position="{name}" href="https://x/v6.13/users?after-id=9"/>' for name in pages)
        return Answer(body=page(f'<api:pagination results-count="1">{links}</api:pagination>'))

    with serving(list_with("continue-from"), list_with("next", "continue-from"), list_with("continue-from")) as server:
        elements = client(server)
        assert elements.read(f"{server.address}/users/7/publications").next_url is not None
        assert elements.read(f"{server.address}/users/8/publications").next_url is not None
        assert elements.read(f"{server.address}/users/9/publications").next_url is None
        assert elements.read(f"{server.address}/users").next_url is not None


def test_r45_nothing_is_asked_that_could_outlive_the_invocation() -> None:
    clock = FakeClock()
    limits = TimeLimits(connect=2, read=2, total=4)
    with serving(Answer(503), Answer(body=page())) as server:
        elements = HttpElementsServer(
            server.address, Credentials("api", PASSWORD), clock, limits=limits, until_ms=clock.now_ms() + 3_000
        )
        with pytest.raises(ElementsUnavailableError, match="503"):
            elements.read(f"{server.address}/users")
        clock.advance(10)
        with pytest.raises(ElementsUnavailableError, match="time of this invocation"):
            elements.read(f"{server.address}/users")
        assert len(server.asked) == 1
