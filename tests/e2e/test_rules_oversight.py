"""Who may do what, what is written down, what is told, and what never is, over HTTP (R46-R48, R58)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.aws.embedded import ROOT
from tests.e2e.local_stack import LocalStack, Reply
from tests.e2e.scenes import Scene, Wait, scene
from tests.e2e.scholar import Scholar, record
from tests.e2e.test_main_job import Spent, an_orcid_id
from tests.e2e.test_rules_operation import begun, boss, change_everything
from tests.e2e.test_type_mapping import DEFAULT, Administrator, csv
from tests.secret_text import secret_text

pytestmark = pytest.mark.stack


class Listener:
    """A queue that hears everything that the product puts on its bus."""

    def __init__(self, stack: LocalStack, name: str) -> None:
        self._sqs, events = stack.aws("sqs"), stack.aws("events")
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        wanted = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        bus = stack.outputs()["EventBusName"]
        pattern = json.dumps({"source": ["orcid-sync"]})
        events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
        target = {"Id": "queue", "Arn": wanted["Attributes"]["QueueArn"]}
        events.put_targets(Rule=name, EventBusName=bus, Targets=[target])

    def heard(self) -> list[str]:
        """What came since it was asked last, as it was sent."""
        found: list[str] = []
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(message["Body"])
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return found


def secrets_of(stack: LocalStack) -> set[str]:
    """Every access token and client secret, and the signing key, that the installation holds."""
    client, found = stack.aws("secretsmanager"), set[str]()
    for secret in client.list_secrets()["SecretList"]:
        text = secret_text(client.get_secret_value(SecretId=secret["Name"]))
        found.update(word for word in re.findall(r"[A-Za-z0-9_+=-]{20,}", text) if not re.fullmatch(r"[\d-]+", word))
    return found


def everything_kept(stack: LocalStack) -> Iterator[tuple[str, str]]:
    """(place, text) of all that the product has written anywhere but in Secrets Manager."""
    logs = stack.aws("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            yield from ((group["logGroupName"], event["message"]) for event in page["events"])
    tables = stack.aws("dynamodb")
    for table in tables.list_tables()["TableNames"]:
        for page in tables.get_paginator("scan").paginate(TableName=table):
            yield from ((table, str(item)) for item in page["Items"])
    queues = stack.aws("sqs")
    for url in queues.list_queues()["QueueUrls"]:
        for message in queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get(
            "Messages", []
        ):
            yield url, message["Body"]
    bucket, objects = stack.outputs()["UploadsBucketName"], stack.aws("s3")
    for page in objects.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            yield entry["Key"], objects.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read().decode("latin-1")


@scene
def test_r47_no_token_stands_in_a_log_a_table_a_message_an_error_or_an_answer(stack: LocalStack) -> Scene:
    listener = Listener(stack, "rule-tokens")
    tess, uma = begun(stack, "tess", 9301), begun(stack, "uma", 9302)
    yield Wait.SYNCED
    tokens = secrets_of(stack)
    assert len(tokens) >= 3, "two tokens and the client's secret"
    # The registry's refusal of a token quotes it.
    stack.registry("POST", "/_control/revocation", {"orcid": tess.orcid_id, "by": "client"})
    change_everything(tess)
    change_everything(uma)
    yield Wait.SYNCED
    assert tess.standing() == ("paused", "revoked")
    answers = [tess.link(), *(tess.history(name) for name in ("p1", "p2")), tess.listed()]
    answers += [
        boss(stack, "GET", f"/v1/admin/{what}").json for what in ("audit?limit=500", "status", "links?limit=500")
    ]
    assert uma.call("DELETE").status == 204
    yield Wait.QUIET
    events = listener.heard()
    kept = [*everything_kept(stack), *(("bus", text) for text in events), ("answers", json.dumps(answers))]
    places = {place for place, _ in kept}
    assert {"bus", "answers"} < places
    assert sum(place.endswith("Logs") for place in places) >= 6, places
    looked_for = re.compile("|".join(map(re.escape, tokens | secrets_of(stack))))
    assert [place for place, text in kept if looked_for.search(text)] == []


EVENTS = {
    "Work Added", "Work Updated", "Work Removed", "Work Failed", "Link Connected", "Link Revoked", "Link Paused",
    "Publication Claimed", "Removals Held", "Type Mapping Replaced", "User Erased",
}  # fmt: skip
IDS = {"at", "user_id", "orcid_id", "publication_id", "put_code", "reason", "upload_id", "changed"}


@scene
def test_r58_everything_that_happens_is_told_by_ids_alone(stack: LocalStack) -> Scene:
    listener = Listener(stack, "rule-events")
    wim, xena = begun(stack, "wim", 9311, works=6), begun(stack, "xena", 9312)
    york = begun(stack, "york", 9313, works=30)
    authors = [{"family": "Jones", "given": "Ada", "orcid_id": york.orcid_id}]
    address = f"/v1/users/me/claiming/{york.orcid_id}"
    assert stack.call("PATCH", address, {"claiming": "auto"}, token=stack.token(york.user_id)).status == 200
    yield Wait.SYNCED
    mapping = Administrator(stack)
    assert mapping.upload(csv(design="website")).status == 200
    assert mapping.upload(DEFAULT).status == 200
    change_everything(wim)
    refused = {"method": "PUT", "orcid": wim.orcid_id, "kind": "status", "status": 400}
    stack.registry("POST", "/_control/faults", refused)
    wim.retitle("p3", "A fault meets one of the two")
    stack.feed(york.publication("mine", record(authors=authors, title="Claimed by itself")))
    stack.feed(*(york.relation(f"p{n}", hidden=True) for n in range(1, 25)))
    yield Wait.SYNCED
    stack.registry("POST", "/_control/revocation", {"orcid": wim.orcid_id})
    stack.registry("POST", "/_control/record", {"orcid": xena.orcid_id, "state": "locked"})
    wim.retitle("p4", "Seen to be revoked")
    xena.retitle("p4", "Seen to be locked")
    yield Wait.SYNCED
    assert boss(stack, "DELETE", f"/v1/admin/users/{xena.user_id}").status == 202
    yield Wait.QUIET
    raw = listener.heard()
    told = [(event["detail-type"], event["detail"]) for event in map(json.loads, raw)]
    mine = {wim.user_id, xena.user_id, york.user_id}
    kinds = {kind for kind, detail in told if detail.get("user_id") in mine or kind == "Type Mapping Replaced"}
    assert kinds >= EVENTS, EVENTS - kinds
    for kind, detail in told:
        assert kind not in EVENTS or set(detail) <= IDS, (kind, detail)
        assert kind not in EVENTS or detail["at"].endswith("Z")
    assert not [text for text in raw if re.search("Ada|Jones|Petrov|matter|Claimed by|Seen to", text)]
    codes, added = wim.put_codes(), [detail for kind, detail in told if kind == "Work Added"]
    by_id = {detail["publication_id"]: detail for detail in added if detail["user_id"] == wim.user_id}
    assert len(by_id) == 7
    (found,) = (detail for name, detail in by_id.items() if name == wim.id_of("p5"))
    assert (found["orcid_id"], found["put_code"]) == (wim.orcid_id, codes["p5"])
    assert ("Link Paused", "locked") in {(kind, detail.get("reason")) for kind, detail in told}


@dataclass(frozen=True)
class Trail:
    """The audit trail about one user, oldest first."""

    entries: list[dict[str, Any]]

    @classmethod
    def of(cls, stack: LocalStack, user_id: str) -> Trail:
        items = boss(stack, "GET", f"/v1/admin/audit?user={user_id}&limit=500").json["items"]
        return cls(list(reversed(items)))

    def moments(self) -> list[tuple[str, str]]:
        return [(entry["at"], entry["action"]) for entry in self.entries]


@scene
def test_r48_what_could_not_be_removed_is_reported_and_the_trail_keeps_no_name(stack: LocalStack) -> Scene:
    zeno = begun(stack, "zeno", 9321, works=2)
    kept = begun(stack, "zita", 9322, works=2)
    yield Wait.SYNCED
    codes, kept_codes = zeno.put_codes(), kept.put_codes()
    fault = {"method": "DELETE", "orcid": zeno.orcid_id, "path": f"*/{codes['p1']}", "kind": "status"}
    stack.registry("POST", "/_control/faults", {**fault, "status": 500, "times": 1000})
    erasure = f"/v1/admin/users/{zeno.user_id}"
    assert boss(stack, "DELETE", f"{erasure}?works=remove").status == 202
    assert boss(stack, "DELETE", f"/v1/admin/users/{kept.user_id}?works=leave").status == 202
    yield Wait.SYNCED
    assert boss(stack, "GET", f"{erasure}/erasure").json["state"] == "erasing"
    assert boss(stack, "POST", f"{erasure}/readmission").status == 409
    for seconds in (90, 200):  # a work in trouble is tried again after a growing delay, then steps aside
        stack.advance(seconds)
        yield Wait.SYNCED
    assert [work["put-code"] for work in zeno.works()] == [codes["p1"]]
    trail = Trail.of(stack, zeno.user_id)
    assert {"settings_changed", "erasure_requested"} <= {action for _, action in trail.moments()}
    yield Wait.NEXT_DAY
    done = boss(stack, "GET", f"{erasure}/erasure").json
    assert done["state"] == "erased"
    assert done["works_left"] == [{"orcid_id": zeno.orcid_id, "put_codes": [codes["p1"]]}]
    assert [work["put-code"] for work in zeno.works()] == [codes["p1"]]
    assert {work["put-code"] for work in kept.works()} == set(kept_codes.values())
    left = boss(stack, "GET", f"/v1/admin/users/{kept.user_id}/erasure").json
    assert (left["state"], left["works_left"]) == ("erased", [])
    whole = boss(stack, "GET", "/v1/admin/audit?limit=500").json["items"]
    same = [e for e in whole if (e["at"], e["action"]) in set(trail.moments())]
    names = {entry["user_id"] for entry in same}
    assert len(same) == len(trail.entries)
    assert (len(names), names & {zeno.user_id, None}) == (1, set())
    # Publications are named after their user here, and stay.
    named = re.compile(f"({zeno.user_id}|{kept.user_id})(?!-p)")
    places = [place for place, text in everything_kept(stack) if named.search(text)]
    assert [place for place in places if "Table" in place] == []
    assert Trail.of(stack, zeno.user_id).entries == Trail.of(stack, kept.user_id).entries == []
    stale = {"items": [{**feed_item(zeno), "version": 10**9}]}
    token = stack.token("ris", scope="orcid-feed")
    assert stack.call("POST", "/v1/feed/batch", stale, token=token).json["stale"] == 1
    assert zeno.refuses("GET") == (404, "not-found")
    assert boss(stack, "POST", f"{erasure}/readmission").status == 204
    assert stack.call("POST", "/v1/feed/batch", stale, token=token).json["accepted"] == 1
    link = zeno.link()
    assert (link["mode"], link["connection"], link["counts"]["on_orcid"]) == ("claim-only", "none", 0)


def feed_item(scholar: Scholar) -> dict[str, Any]:
    person = {"kind": "user", "id": scholar.user_id, "name": "Ada Jones", "orcid_ids": [scholar.orcid_id]}
    return {**person, "is_current": True, "login_allowed": True}


def routes() -> Iterable[tuple[str, str]]:
    """Every operation below /v1 that the API's description has."""
    described = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    return [
        (method.upper(), path)
        for path, operations in sorted(described.items())
        for method in sorted(operations)
        if path.startswith("/v1/") and method in ("get", "post", "put", "patch", "delete")
    ]


def test_r46_each_call_is_open_to_whom_it_is_for_and_to_nobody_else(stack: LocalStack) -> None:
    ada, eve = Scholar(stack, "rule-own", 9331), Scholar(stack, "rule-eve", 9332)
    callers = {
        "user": stack.token(eve.user_id),
        "feed": stack.token("ris", scope="orcid-feed"),
        "administrator": stack.token("boss", groups=["orcid-admins"]),
    }
    places = {"user_id": ada.user_id, "orcid_id": ada.orcid_id}
    bodies = {"connect": {"access": "read", "return_url": stack.url}, "complete": {"code": "c", "state": "s"}}
    seen: set[str] = set()
    for method, path in routes():
        address = re.sub(r"\{(\w+)\}", lambda found: places.get(found[1], "x"), path)
        if path == "/v1/orcid/callback":
            continue  # a browser comes there, with a signed state instead of a token
        right = path.split("/")[2]
        allowed = {"admin": {"administrator"}, "feed": {"feed"}, "users": {"administrator"}}[right]
        if "/connect" in path:
            allowed = set()
        seen.add(right)
        assert stack.call(method, address).status == 401, (method, path)
        for caller, token in callers.items():
            if caller in allowed:
                continue
            body = bodies.get(path.rpartition("/")[2], {}) if method != "GET" else None
            reply = stack.call(method, address, body, token=token)
            assert (reply.status, reply.json["type"]) == (403, "forbidden"), (caller, method, path)
    assert seen == {"admin", "feed", "users"}


def test_r46_what_an_administrator_does_for_a_user_is_written_down_with_before_and_after(stack: LocalStack) -> None:
    ben, other = Scholar(stack, "rule-ben", 9333), an_orcid_id(9334)
    ben.bring("p1")
    stack.connect(ben.user_id, ben.orcid_id)
    base = f"/v1/users/{ben.user_id}/orcid"
    link = f"{base}/{ben.orcid_id}"

    def done(method: str, path: str, body: Any = None) -> Reply:
        reply = boss(stack, method, path, body)
        assert reply.status < 300, (method, path, reply)
        return reply

    done("PATCH", f"{link}/settings", {"mode": "write", "include_private": True})
    done("PUT", f"{link}/publications/{ben.id_of('p1')}/exclusion")
    done("PATCH", f"/v1/users/{ben.user_id}/claiming/{ben.orcid_id}", {"claiming": "ignore"})
    done("POST", base, {"orcid_id": other})
    done("DELETE", f"{base}/{other}?unclaim=true")
    ben.change(published_only=False)
    done("PATCH", "/v1/admin/configuration", {"removal_grace_hours": 25})
    done("PATCH", "/v1/admin/configuration", {"removal_grace_hours": 24})
    by_action = {(entry["by"], entry["action"]): entry for entry in Trail.of(stack, ben.user_id).entries}
    expected = {("boss", action) for action in ("claiming_chosen", "claimed", "unclaimed")}
    assert expected <= set(by_action), set(by_action)
    changed = by_action["boss", "settings_changed"]
    assert changed["orcid_id"] == ben.orcid_id
    assert (changed["before"]["mode"], changed["after"]["mode"]) == ("read", "write")
    assert (changed["before"]["include_private"], changed["after"]["include_private"]) == (False, True)
    assert by_action["boss", "claiming_chosen"]["after"]["claiming"] == "ignore"
    assert by_action[ben.user_id, "settings_changed"]["after"]["published_only"] is False
    left_out = [entry for (by, _), entry in by_action.items() if by == "boss" and entry["after"]]
    assert any(entry["after"].get("excluded") == 1 for entry in left_out)
    whole = boss(stack, "GET", "/v1/admin/audit?limit=50").json["items"]
    last = next(entry for entry in whole if entry["action"] == "configuration_changed")
    assert (last["by"], last["before"], last["after"]) == (
        "boss", {"removal_grace_hours": 25}, {"removal_grace_hours": 24},
    )  # fmt: skip
    assert boss(stack, "POST", "/v1/users/rule-nobody/orcid", {"orcid_id": other}).status == 404


def test_r46_reading_changes_nothing_and_is_not_written_down(stack: LocalStack) -> None:
    kim = Scholar(stack, "rule-kim", 9335)
    spent, before = Spent(stack, kim.orcid_id), Trail.of(stack, kim.user_id).entries
    kim.link()
    kim.listed()
    boss(stack, "GET", f"/v1/users/{kim.user_id}/orcid")
    assert (Trail.of(stack, kim.user_id).entries, spent.calls()) == (before, {})
