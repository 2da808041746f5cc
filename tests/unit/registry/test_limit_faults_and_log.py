"""The request limit, faults on order, and the log that counts it all."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest

from local.registry import RegistrySettings, RunningRegistry
from local.registry.limit import RequestLimit
from tests.unit.registry.harness import ORCID, OTHER_ORCID, Harness, identifier, work


class _Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_limit_delays_the_burst_and_refuses_what_exceeds_it() -> None:
    time = _Time()
    limit = RequestLimit(24, 40, monotonic=time)
    waits = [limit.admit() for _ in range(45)]
    assert waits[0] == 0.0
    assert waits[40] == pytest.approx(40 / 24)
    assert waits[41:] == [None] * 4
    time.now += 1.0
    passed = [limit.admit() for _ in range(30)]
    assert sum(wait is not None for wait in passed) == 24
    assert passed[23] == pytest.approx(40 / 24)


def test_steady_requests_within_the_limit_never_wait() -> None:
    time = _Time()
    limit = RequestLimit(24, 40, monotonic=time)
    for _ in range(100):
        assert limit.admit() == pytest.approx(0.0, abs=1e-9)
        time.now += 1 / 24


def test_refusal_is_not_orcids_and_limit_is_switched_off_on_order() -> None:
    registry = Harness(rate_limit=True, requests_per_second=0.01, burst=0)
    assert registry.works("GET", "/works").status == 200
    refused = registry.works("GET", "/works")
    assert (refused.status, refused.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "retry-after" not in refused.headers
    assert "error-code" not in refused.text
    assert registry.control("limit", enabled=False) == {"enabled": False}
    assert registry.works("GET", "/works").status == 200


def test_log_counts_by_method_template_and_status() -> None:
    registry = Harness()
    put_code = registry.add(work())
    registry.works("POST", "/work", work())
    registry.works("GET", f"/work/{put_code}")
    registry.works("GET", "/works/1,2")
    registry.call("GET", f"/v3.0/{ORCID}/works")
    usage = registry.call("GET", "/_control/usage").json["items"]
    assert [tuple(item.values()) for item in usage] == [
        ("GET", "/v3.0/{orcid}/work/{put-code}", 200, 1),
        ("GET", "/v3.0/{orcid}/works", 403, 1),
        ("GET", "/v3.0/{orcid}/works/{put-codes}", 200, 1),
        ("POST", "/v3.0/{orcid}/work", 201, 1),
        ("POST", "/v3.0/{orcid}/work", 409, 1),
    ]
    requests = registry.call("GET", "/_control/requests").json["items"]
    assert requests[0]["client_id"] == "APP-AAAAAAAAAAAAAAAA"
    assert requests[4]["client_id"] is None
    assert registry.access not in str(requests)
    later = registry.call("GET", f"/_control/requests?since={requests[3]['id']}").json["items"]
    assert later == requests[4:]
    assert registry.call("DELETE", "/_control/usage").status == 204
    assert registry.call("GET", "/_control/requests").json["items"] == []
    assert registry.call("GET", "/_control/requests?since=x").status == 400


def test_status_fault_keeps_the_request_away_and_is_used_up() -> None:
    registry = Harness()
    registry.control("faults", kind="status", status=429, retry_after="7", method="POST", skip=1, times=2)
    works = [work(identifier(value=f"10.1/{number}")) for number in range(4)]
    replies = [registry.works("POST", "/work", item) for item in works]
    assert [reply.status for reply in replies] == [201, 429, 429, 201]
    assert replies[1].headers["retry-after"] == "7"
    assert len(registry.works("GET", "/works").json["group"]) == 2
    assert registry.call("GET", "/_control/faults").json["items"] == []


@pytest.mark.parametrize(("body", "length"), [("html", None), ("empty", 0), ("truncated", None)])
def test_garbage_is_no_json_but_the_work_is_done(body: str, length: int | None) -> None:
    registry = Harness()
    registry.control("faults", kind="garbage", body=body, path="/v3.0/{orcid}/works")
    reply = registry.works("POST", "/works", {"bulk": [{"work": work()}]})
    assert reply.status == 200
    with pytest.raises(ValueError):
        assert reply.json
    assert length is None or len(reply.body) == length
    assert len(registry.works("GET", "/works").json["group"]) == 1


def test_faults_choose_their_requests() -> None:
    registry = Harness()
    other = registry.token(orcid=OTHER_ORCID)
    registry.control("faults", kind="status", status=500, orcid=OTHER_ORCID)
    registry.control("faults", kind="status", status=502, path="/v3.0/*/works/*")
    registry.control("faults", kind="status", status=504, path="/oauth/token")
    assert registry.works("GET", "/works").status == 200
    assert registry.works("GET", "/works", orcid=OTHER_ORCID, token=other).status == 500
    assert registry.works("GET", "/works/1").status == 502
    assert registry.form("/oauth/token", {}).status == 504
    registry.control("faults", kind="slow", seconds=60)
    assert registry.call("DELETE", "/_control/faults").status == 204
    assert registry.works("GET", "/works").status == 200


@pytest.mark.parametrize(
    "order", [{"kind": "nonsense"}, {"kind": "garbage", "body": "x"}, {"kind": "slow", "colour": 1}]
)
def test_nonsense_is_no_fault(order: dict[str, object]) -> None:
    assert Harness().call("POST", "/_control/faults", order).status == 400


@pytest.fixture
def running() -> Iterator[RunningRegistry]:
    with RunningRegistry(RegistrySettings(rate_limit=False)) as registry:
        yield registry


@pytest.mark.enable_socket
@pytest.mark.parametrize(("kind", "then"), [("lost_before", 204), ("lost_after", 404)])
def test_connection_is_closed_without_an_answer(running: RunningRegistry, kind: str, then: int) -> None:
    control = running.app.control
    token = control.issue_token({"orcid": ORCID, "client_id": "APP-AAAAAAAAAAAAAAAA"})["access_token"]
    order = {"orcid": ORCID, "source": "APP-AAAAAAAAAAAAAAAA", "works": [work()]}
    (put_code,) = control.orders()["works"](order)["put_codes"]
    control.add_fault({"kind": kind, "method": "DELETE"})

    def delete() -> int:
        connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=10)
        try:
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            connection.request("DELETE", f"/v3.0/{ORCID}/work/{put_code}", headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        delete()
    assert running.app.log.since()[-1]["status"] == 0
    assert delete() == then
