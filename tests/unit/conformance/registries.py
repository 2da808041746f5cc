"""Registries that differ from ORCID in one point each: the emulator, with requests or answers changed on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from conformance.case import Case, Need
from conformance.looking import find
from conformance.runner import Outcome, Runner, Verdict
from conformance.target import Target, emulated
from conformance.transport import HttpTransport, Reply, Sent, Transport
from local.registry import RegistrySettings, RunningRegistry

SLOW = {Need.MANY_WORKS, Need.REQUEST_LIMIT}
"""What takes seconds; left out where it is not the point."""


@contextmanager
def registry(**settings: Any) -> Iterator[tuple[Target, Transport]]:
    """An emulator and the way to it."""
    transport = HttpTransport(use_environment=False)
    with RunningRegistry(RegistrySettings(rate_limit=False, **settings)) as running:
        yield emulated(transport, running.url), transport


def names(outcomes: list[Outcome], verdict: Verdict) -> set[str]:
    return {f"{outcome.case.section} {outcome.case.name}" for outcome in outcomes if outcome.verdict is verdict}


def run(target: Target, transport: Transport, cases: list[Case]) -> list[Outcome]:
    return list(Runner(target, transport).run(cases))


def works_on(target: Target, transport: Transport) -> Any:
    """The groups of works on the record that a run is made with."""
    headers = {"Authorization": f"Bearer {target.write_token}", "Accept": "application/json"}
    return find(transport(Sent("GET", f"{target.api_url}/{target.orcid}/works", headers, None)).json, "group")


def _json(content: bytes | None) -> dict[str, Any]:
    """The JSON object in a body; an empty one where there is none."""
    try:
        value = json.loads(content or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def always(status: int) -> Callable[[Transport], Transport]:
    """Gives the same empty answer to everything but control orders."""

    def wrap(transport: Transport) -> Transport:
        return lambda sent: transport(sent) if "/_control/" in sent.url else Reply(status, {}, b"{}")

    return wrap


def accepts_updates_of_others(transport: Transport) -> Transport:
    """A refused PUT or DELETE of another source is said to have worked."""

    def answer(sent: Sent) -> Reply:
        reply = transport(sent)
        if reply.status == 403 and _json(reply.body).get("error-code") in (9010, 9014):
            return Reply(204) if sent.method == "DELETE" else Reply(200, reply.headers, sent.body or b"")
        return reply

    return answer


def swallows_duplicates(transport: Transport) -> Transport:
    """A duplicate is told as created, in single requests."""

    def answer(sent: Sent) -> Reply:
        reply = transport(sent)
        if sent.method == "POST" and reply.status == 409 and _json(reply.body).get("error-code") == 9021:
            return Reply(201, {"location": f"{sent.url}/1"})
        return reply

    return answer


def takes_visibility_from_the_body(transport: Transport) -> Transport:
    """What a created work asks for is what it gets."""

    def answer(sent: Sent) -> Reply:
        reply = transport(sent)
        wanted = _json(sent.body).get("visibility") if sent.method == "POST" else None
        if reply.status == 201 and wanted:
            base, _, rest = reply.headers["location"].partition("/v3.0/")
            orcid, _, put_code = rest.partition("/work/")
            order = {"orcid": orcid, "put_codes": [int(put_code)], "visibility": wanted}
            headers = {"Content-Type": "application/json"}
            transport(Sent("POST", f"{base}/_control/works/visibility", headers, json.dumps(order).encode()))
        return reply

    return answer


def answers_json_unasked(transport: Transport) -> Transport:
    """Without Accept, or with `*/*`, JSON."""

    def answer(sent: Sent) -> Reply:
        if sent.headers.get("Accept", "*/*") == "*/*":
            return transport(replace(sent, headers={**sent.headers, "Accept": "application/json"}))
        return transport(sent)

    return answer


def checks_bulks_against_the_schema(transport: Transport) -> Transport:
    """An over-long text fails a whole bulk, as it would a single work."""

    def answer(sent: Sent) -> Reply:
        if sent.url.endswith("/works") and sent.method == "POST" and b"x" * 1001 in (sent.body or b""):
            return Reply(400, {}, b'{"response-code": 400, "error-code": 9047}')
        return transport(sent)

    return answer


def compares_everything(transport: Transport) -> Transport:
    """No shortcut: before a PUT another one changes the work, so that every PUT takes effect."""

    def answer(sent: Sent) -> Reply:
        body = _json(sent.body)
        if sent.method == "PUT" and "title" in body:
            first = {**body, "title": {"title": {"value": "In between"}}}
            transport(replace(sent, body=json.dumps(first).encode()))
        return transport(sent)

    return answer


def knows_no_record_states(transport: Transport) -> Transport:
    """Every record is in order."""

    def answer(sent: Sent) -> Reply:
        if sent.url.endswith("/_control/record"):
            order = {name: value for name, value in _json(sent.body).items() if name not in ("state", "primary")}
            return transport(replace(sent, body=json.dumps(order).encode()))
        return transport(sent)

    return answer


def does_not_let_revoked_tokens_delete(transport: Transport) -> Transport:
    """A token that its owner revoked does nothing at all."""

    def answer(sent: Sent) -> Reply:
        if sent.url.endswith("/_control/revocation"):
            return transport(replace(sent, body=json.dumps({**_json(sent.body), "by": "staff"}).encode()))
        return transport(sent)

    return answer


def deletes_twice(transport: Transport) -> Transport:
    """Deleting what is not there is no error."""

    def answer(sent: Sent) -> Reply:
        reply = transport(sent)
        return Reply(204) if sent.method == "DELETE" and reply.status == 404 else reply

    return answer


def normalises_nothing(transport: Transport) -> Transport:
    """Normalised values are the values as they came."""

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("external-id-normalized"):
            value = {**value, "external-id-normalized": {"value": value["external-id-value"], "transient": True}}
        return {name: plain(item) for name, item in value.items()}

    def answer(sent: Sent) -> Reply:
        reply = transport(sent)
        body = reply.json
        return reply if plain(body) == body else replace(reply, body=json.dumps(plain(body)).encode())

    return answer


def forgets_the_order_of_items(transport: Transport) -> Transport:
    """A bulk's results come back to front."""

    def answer(sent: Sent) -> Reply:
        reply = transport(sent)
        body = reply.json
        if sent.method == "POST" and sent.url.endswith("/works") and isinstance(body, dict) and "bulk" in body:
            return replace(reply, body=json.dumps({"bulk": body["bulk"][::-1]}).encode())
        return reply

    return answer


def has_no_request_limit(transport: Transport) -> Transport:
    """Orders to switch the limit on are not followed."""
    return lambda sent: transport(replace(sent, body=b"{}") if sent.url.endswith("/_control/limit") else sent)
