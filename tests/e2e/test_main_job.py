"""The main job over HTTP, from the institution's feed to the ORCID record: what it costs, and what it survives."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from orcid_sync.domain.orcid_id import check_digit

from tests.e2e.local_stack import LocalStack
from tests.secret_text import secret_text

pytestmark = pytest.mark.stack

WRITER, URGENT_WRITER = "WriteWorksFunction", "WriteWorksHighPriorityFunction"


def an_orcid_id(number: int) -> str:
    base = f"00090088{number:07d}"
    digits = base + check_digit(base)
    return "-".join(digits[n : n + 4] for n in range(0, 16, 4))


def publication(publication_id: str, *, version: int = 1, **data: Any) -> dict[str, Any]:
    doi = f"10.5555/{publication_id}"
    metadata = {
        "title": f"On the matter of {publication_id}",
        "container_title": "Journal of Matters",
        "publication_status": "Published",
        "publication_date": {"year": 2024, "month": 5},
        "authors": [{"family": "Jones", "given": "Ada"}, {"family": "Petrov", "given": "Ivan"}],
        "identifiers": [{"type": "doi", "value": doi}, {"type": "issn", "value": "2049-3630"}],
        **data,
    }
    record = {"source": "crossref", "id": doi, "data": metadata}
    return {
        "kind": "publication",
        "id": publication_id,
        "version": version,
        "type": "journal-article",
        "records": [record],
    }


def claim(user_id: str, publication_id: str, *, version: int = 1, **changes: Any) -> dict[str, Any]:
    key = {"kind": "relationship", "user_id": user_id, "publication_id": publication_id}
    return {**key, "version": version, "status": "claimed", **changes}


def user(user_id: str, *orcid_ids: str) -> dict[str, Any]:
    person = {"kind": "user", "id": user_id, "version": 1, "name": "Ada Jones"}
    return {**person, "is_current": True, "login_allowed": True, "orcid_ids": list(orcid_ids)}


class Researcher:
    """A user with one iD on the stack."""

    def __init__(self, stack: LocalStack, user_id: str, number: int) -> None:
        self.stack, self.user_id, self.orcid_id = stack, user_id, an_orcid_id(number)
        stack.feed(user(user_id, self.orcid_id))

    def publish(self, count: int) -> list[str]:
        ids = [f"{self.user_id}-p{n}" for n in range(count)]
        for start in range(0, count, 250):
            part = ids[start : start + 250]
            self.stack.feed(*(publication(p) for p in part), *(claim(self.user_id, p) for p in part))
        return ids

    def write(self) -> Researcher:
        self.stack.connect(self.user_id, self.orcid_id)
        assert self.call("PATCH", "/settings", {"mode": "write"}).status == 200
        return self

    def call(self, method: str, path: str = "", body: Any = None) -> Any:
        address = f"/v1/users/me/orcid/{self.orcid_id}{path}"
        return self.stack.call(method, address, body, token=self.stack.token(self.user_id))

    def counts(self) -> dict[str, Any]:
        return dict(self.call("GET").json["counts"])

    def works(self) -> list[dict[str, Any]]:
        return self.stack.works(self.orcid_id)

    def sources(self) -> Counter[str]:
        """How often each publication stands on the record, by our own source-work-id."""
        own = [
            identifier["external-id-value"]
            for work in self.works()
            for identifier in work["external-ids"]["external-id"]
            if identifier["external-id-type"] == "source-work-id"
        ]
        return Counter(own)


class Spent:
    """Calls to one ORCID record (None: to any), and function invocations, since this was made."""

    def __init__(self, stack: LocalStack, orcid_id: str | None = None) -> None:
        self._stack, self._orcid_id = stack, orcid_id
        self._before = (self._calls(), self._invocations())

    def _calls(self) -> Counter[str]:
        log = self._stack.registry("GET", "/_control/requests")["items"]
        wanted = (r for r in log if self._orcid_id in (None, r["orcid"]))
        return Counter(r["method"] for r in wanted if r["path"].startswith("/v3.0/"))

    def _invocations(self) -> Counter[str]:
        functions = self._stack.call("GET", "/_local/usage").json["functions"]
        return Counter({name: entry["count"] for name, entry in functions.items()})

    def calls(self) -> dict[str, int]:
        return dict(self._calls() - self._before[0])

    def invocations(self) -> dict[str, int]:
        return dict(self._invocations() - self._before[1])


@pytest.fixture(scope="module")
def ada(stack: LocalStack) -> Researcher:
    """A researcher with 1,000 works on the record; the calls it took are in `first_sync`."""
    researcher = Researcher(stack, "main-ada", 1)
    researcher.publish(1000)
    spent = Spent(stack, researcher.orcid_id)
    researcher.write()
    stack.settle()
    researcher.first_sync = spent.calls()  # type: ignore[attr-defined]  # kept for the test that asks for it
    return researcher


def test_r36_a_thousand_new_works_cost_at_most_eleven_calls(ada: Researcher) -> None:
    assert sum(ada.first_sync.values()) <= 11  # type: ignore[attr-defined]  # set by the fixture
    assert len(ada.works()) == 1000
    assert set(ada.sources().values()) == {1}
    counts = ada.counts()
    assert (counts["claimed"], counts["sent"], counts["on_orcid"]) == (1000, 1000, 1000)


def test_r36_the_next_sync_costs_none(stack: LocalStack, ada: Researcher) -> None:
    spent = Spent(stack, ada.orcid_id)
    assert ada.call("POST", "/sync").status == 202
    stack.settle()
    assert spent.calls() == {}
    assert spent.invocations()[URGENT_WRITER] == 1


def test_a_changed_title_costs_exactly_one_put(stack: LocalStack, ada: Researcher) -> None:
    spent = Spent(stack, ada.orcid_id)
    stack.feed(publication("main-ada-p7", version=2, title="On second thoughts"))
    stack.settle()
    assert spent.calls() == {"PUT": 1}
    titles = [work["title"]["title"]["value"] for work in ada.works()]
    assert titles.count("On second thoughts") == 1


def test_r31_hiding_one_costs_exactly_one_delete_through_the_high_priority_queue(
    stack: LocalStack, ada: Researcher
) -> None:
    spent = Spent(stack, ada.orcid_id)
    stack.feed(claim("main-ada", "main-ada-p8", version=2, hidden=True))
    idle = stack.call("GET", "/_local/idle?timeout_s=60")  # no schedule is run: it may not wait for one
    assert idle.status == 200
    assert spent.calls() == {"DELETE": 1}
    assert spent.invocations()[URGENT_WRITER] == 1
    assert WRITER not in spent.invocations()
    assert "main-ada-p8" not in ada.sources()


def test_r40_a_dry_run_by_the_sync_function_sends_nothing(stack: LocalStack, ada: Researcher) -> None:
    spent = Spent(stack, ada.orcid_id)
    stack.feed(publication("main-ada-p9", version=2, title="Not sent yet"))
    answer = stack.call("POST", "/_local/functions/sync", {"users": ["main-ada"], "dry_run": True}).json
    (plan,) = answer["plans"]
    assert [(o["operation"], o["publication_id"]) for o in plan["operations"]] == [("update", "main-ada-p9")]
    assert spent.calls() == {}


@contextmanager
def slow_bulk(stack: LocalStack, orcid_id: str) -> Iterator[None]:
    """The registry stores the next bulk at once and answers it late."""
    fault = {
        "method": "POST",
        "path": "/v3.0/{orcid}/works",
        "orcid": orcid_id,
        "kind": "slow",
        "seconds": 25,
        "times": 1,
    }
    stack.registry("POST", "/_control/faults", fault)
    try:
        yield
    finally:
        stack.registry("DELETE", "/_control/faults")


def kill_writers(stack: LocalStack) -> int:
    """End every process that runs a writer of this stack, as Lambda ends an invocation: from outside, at once."""
    of_this_stack = stack.call("GET", "/_local/info").json["aws_endpoint_url"].encode()
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue  # gone, or not ours
        if (
            b"AWS_LAMBDA_FUNCTION_NAME=" in environment
            and b"WriteWorks" in environment
            and of_this_stack in environment
        ):
            os.kill(int(process.name), signal.SIGKILL)
            killed += 1
    return killed


def test_r37_a_writer_killed_after_the_bulk_was_stored_leaves_no_second_work(stack: LocalStack) -> None:
    boris = Researcher(stack, "main-boris", 2)
    ids = boris.publish(120)
    with slow_bulk(stack, boris.orcid_id):
        boris.write()
        stack.run_schedule()
        until = time.monotonic() + 30
        while time.monotonic() < until and len(boris.works()) < 100:
            time.sleep(0.2)
        assert len(boris.works()) == 100
        assert kill_writers(stack) > 0
    assert boris.counts()["sent"] == 0  # the ledger has not heard of it
    spent = Spent(stack, boris.orcid_id)
    # The harder case: its message is lost as well. Ordinary scheduling looks again when the lease is over.
    stack.aws("sqs").purge_queue(QueueUrl=stack.outputs()["NormalQueueUrl"])
    assert stack.call("POST", "/_local/clock", {"advance_s": 7300}).status == 200
    stack.settle()
    assert boris.sources() == Counter(dict.fromkeys(ids, 1))
    assert boris.counts()["sent"] == 120
    assert spent.calls() == {"GET": 1, "POST": 1}
    spent = Spent(stack, boris.orcid_id)
    assert boris.call("POST", "/sync").status == 202
    stack.settle()
    assert spent.calls() == {}


def test_r22_two_users_never_write_to_one_orcid_id(stack: LocalStack) -> None:
    first, second = Researcher(stack, "main-carla", 3), Researcher(stack, "main-cesar", 3)
    first.publish(1)
    second.publish(1)
    first.write()
    stack.settle()
    assert stack.connect_reply(second.user_id, second.orcid_id, "write").json["type"] == "orcid-id-taken"
    stack.connect(second.user_id, second.orcid_id, "read")
    refused = second.call("PATCH", "/settings", {"mode": "write"})
    assert (refused.status, refused.json["type"]) == (409, "orcid-id-taken")
    assert "main-carla" not in str(refused.json)
    stack.settle()
    assert set(first.sources()) == {"main-carla-p0"}
    # Leaving write is not enough while works are there.
    assert first.call("PATCH", "/settings", {"mode": "read"}).status == 200
    assert second.call("PATCH", "/settings", {"mode": "write"}).json["type"] == "orcid-id-taken"


def test_r23_remove_from_orcid_empties_the_record_of_what_was_sent(stack: LocalStack) -> None:
    dora = Researcher(stack, "main-dora", 4)
    dora.publish(3)
    dora.write()
    stack.settle()
    assert len(dora.works()) == 3
    assert dora.call("POST", "/removal", {}).status == 422
    assert dora.call("POST", "/removal", {"confirm": True}).status == 202
    stack.settle()
    assert dora.works() == []
    assert dora.call("GET").json["mode"] == "read"


def test_r61_a_disconnect_with_removal_empties_the_record_then_ends_the_connection(stack: LocalStack) -> None:
    egon = Researcher(stack, "main-egon", 5)
    egon.publish(2)
    egon.write()
    stack.settle()
    assert egon.call("DELETE", "?works=remove").status == 202
    stack.settle()
    assert egon.works() == []
    link = egon.call("GET").json
    assert (link["connection"], link["mode"], link["frozen"]) == ("none", "claim-only", False)


def test_r12_an_institution_setting_reaches_every_link_and_back(stack: LocalStack) -> None:
    fred = Researcher(stack, "main-fred", 6)
    fred.publish(2)
    fred.write()
    stack.settle()
    assert len(fred.works()) == 2
    try:
        stack.configure(only_verified=True)
        stack.settle()
        assert fred.works() == []
        assert fred.counts()["left_out"]["not_verified"] == 2
    finally:
        stack.configure(only_verified=False)
    stack.settle()
    assert len(fred.works()) == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "/settings", {"mode": "wright"}, 422),
        ("PATCH", "/settings", {"colour": "red"}, 422),
        ("PATCH", "/settings", [], 422),
        ("POST", "/preview", {"published_only": "perhaps"}, 422),
        ("GET", "/publications?limit=0", None, 422),
        ("GET", "/publications?state=lost", None, 422),
        ("GET", "/publications?cursor=%21", None, 422),
    ],
)
def test_bad_input_gets_a_problem_that_says_what_to_do(
    stack: LocalStack, ada: Researcher, method: str, path: str, body: Any, status: int
) -> None:
    reply = ada.call(method, path, body)
    assert reply.status == status
    assert reply.headers["content-type"].startswith("application/problem+json")
    assert reply.json["type"] == "invalid"
    assert reply.json["status"] == status
    assert reply.json["detail"] or reply.json["errors"]


def test_r46_nobody_reaches_somebody_elses_link(stack: LocalStack, ada: Researcher) -> None:
    address = f"/v1/users/main-ada/orcid/{ada.orcid_id}"
    refused = stack.call("GET", address, token=stack.token("main-eve"))
    assert (refused.status, refused.json["type"]) == (403, "forbidden")
    assert stack.call("GET", address, token=stack.token("boss", groups=["orcid-admins"])).status == 200


def test_r44_one_bad_item_never_stops_the_others(stack: LocalStack) -> None:
    token = stack.token("ris", scope="orcid-feed")
    items = [user("main-finn"), {"kind": "user"}, {"kind": "spaceship", "id": "x", "version": 1}, user("main-flo")]
    reply = stack.call("POST", "/v1/feed/batch", {"items": items}, token=token)
    assert (reply.status, reply.json["accepted"]) == (200, 2)
    assert [error["index"] for error in reply.json["errors"]] == [1, 2]
    again = stack.call("POST", "/v1/feed/batch", {"items": [user("main-finn")]}, token=token)
    assert again.json["stale"] == 1
    assert stack.call("POST", "/v1/feed/batch", {"items": items}, token=stack.token("x")).status == 403


def test_r47_no_token_in_any_log(stack: LocalStack, ada: Researcher) -> None:
    """The functions' logs, all of them, hold neither a researcher's token nor the client's secret."""
    logs = stack.aws("logs")
    text = "".join(
        event["message"]
        for group in logs.describe_log_groups()["logGroups"]
        for event in logs.filter_log_events(logGroupName=group["logGroupName"], limit=10_000)["events"]
    )
    assert "visit_ended" in text
    secrets = stack.aws("secretsmanager")
    for secret in secrets.list_secrets()["SecretList"]:
        value = secret_text(secrets.get_secret_value(SecretId=secret["Name"]))
        for word in value.replace('"', " ").replace(",", " ").replace("[", " ").replace(":", " ").split():
            if len(word) >= 30:
                assert word not in text, f"part of {secret['Name']} stands in a log"
