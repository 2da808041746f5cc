"""The Member API v3.0 for works: routes, order of checks, answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from local.registry.access import (
    Caller,
    check_scope,
    check_token_target,
    identify,
    open_record,
    reading_fault,
)
from local.registry.answers import Answer, ApiRequest
from local.registry.clock import RegistryClock
from local.registry.content import WorkContent
from local.registry.errors import BearerError, RegistryError
from local.registry.grouping import group_works
from local.registry.json_in import NullItemError, bulk_from_json, work_from_json
from local.registry.json_out import JsonWriter
from local.registry.mapping import MappingError
from local.registry.media import MediaType, answer_type, fallback_type, request_is_json
from local.registry.routes import match_path
from local.registry.schema import schema_faults
from local.registry.settings import RegistrySettings
from local.registry.state import Record, RegistryState, StoredWork
from local.registry.works import Works, bulk_read, visible_works
from local.registry.xml_in import bulk_from_xml, work_from_xml


@dataclass(frozen=True, slots=True)
class _Call:
    """A request on its way through the checks."""

    request: ApiRequest
    caller: Caller
    orcid: str
    codes: str
    answer_as: MediaType
    json_body: bool = False


class MemberApi:
    """Answers API requests from the state. Thread-safe."""

    def __init__(self, state: RegistryState, clock: RegistryClock, settings: RegistrySettings) -> None:
        self._state = state
        self._clock = clock
        self._identifier_host = settings.identifier_host
        self._writer = JsonWriter(state, settings.identifier_host)
        self.works = Works(state, works_per_record=settings.works_per_record, bulk_items=settings.bulk_items)

    def answer(self, request: ApiRequest) -> Answer:
        """The answer to one request; refusals are answers too."""
        try:
            caller = identify(self._state, request.token, request.method, self._clock.now())
        except BearerError as refusal:
            body = json.dumps(refusal.body()).encode()
            return Answer(refusal.status, body, "application/json;charset=UTF-8")
        client = caller.client
        try:
            answer = self._dispatch(request, caller)
        except RegistryError as refusal:
            form = fallback_type(request.accept, request.content_type)
            body = form.encode("error", refusal.body(client.name))
            answer = Answer(refusal.status, body, form.name, refusal.headers)
        return replace(answer, client_id=client.client_id)

    def _dispatch(self, request: ApiRequest, caller: Caller) -> Answer:
        route, orcid, codes = match_path(request.path)
        if route is None:
            raise RegistryError(9001, status=404)
        operation = _OPERATIONS[route].get(request.method)
        if operation is None:
            raise RegistryError(9001, status=405)
        form = answer_type(request.accept, request.content_type)
        has_body = request.method in ("POST", "PUT")
        json_body = request_is_json(request.content_type) if has_body else False
        check_token_target(caller, orcid)
        return operation(self, _Call(request, caller, orcid, codes, form, json_body))

    def _record(self, call: _Call) -> Record:
        return open_record(
            self._state,
            call.orcid,
            call.caller,
            reading=call.request.method == "GET",
            url=f"{call.request.base_url}/v3.0{call.request.path}",
            now_ms=self._clock.now_ms(),
            identifier_host=self._identifier_host,
        )

    # Reading

    def _read_works(self, call: _Call) -> Answer:
        with self._state.lock:
            record = self._record(call)
            check_scope(call.caller, "read-public")
            works = visible_works(record, call.caller)
        return _ok(call, "works", self._writer.works(call.orcid, group_works(works)))

    def _read_bulk(self, call: _Call) -> Answer:
        with self._state.lock:
            found = bulk_read(self._record(call), call.codes, call.caller)
        return _ok(call, "bulk", self._bulk(found, call, with_path=True))

    def _read_work(self, call: _Call) -> Answer:
        return _ok(call, "work", self._writer.work(self._readable(call), with_path=True))

    def _read_summary(self, call: _Call) -> Answer:
        return _ok(call, "work-summary", self._writer.summary(self._readable(call)))

    def _readable(self, call: _Call) -> StoredWork:
        put_code = _put_code(call)
        with self._state.lock:
            work = self.works.work(self._record(call), put_code)
            fault = reading_fault(call.caller, work)
        if fault is not None:
            raise fault
        return work

    # Writing

    def _create(self, call: _Call) -> Answer:
        content = _read_single(call)
        with self._state.lock:
            record = self._record(call)
            check_scope(call.caller, "create", "update")
            stored = self.works.create(record, content, call.caller, self._clock.now_ms())
        location = f"{call.request.base_url}/v3.0/{call.orcid}/work/{stored.put_code}"
        return Answer(201, headers={"Location": location})

    def _create_bulk(self, call: _Call) -> Answer:
        items = _read_items(call)
        with self._state.lock:
            record = self._record(call)
            check_scope(call.caller, "create", "update")
            outcomes = self.works.create_bulk(record, items, call.caller, self._clock.now_ms())
        return _ok(call, "bulk", self._bulk(outcomes, call, with_path=False))

    def _update(self, call: _Call) -> Answer:
        content = _read_single(call)
        put_code = _put_code(call)
        with self._state.lock:
            record = self._record(call)
            check_scope(call.caller, "update")
            stored = self.works.update(record, put_code, content, call.caller, self._clock.now_ms())
        return _ok(call, "work", self._writer.work(stored, with_path=False))

    def _delete(self, call: _Call) -> Answer:
        put_code = _put_code(call)
        with self._state.lock:
            record = self._record(call)
            check_scope(call.caller, "update")
            self.works.delete(record, put_code, call.caller)
        return Answer(204)

    def _bulk(self, outcomes: list[Any], call: _Call, *, with_path: bool) -> dict[str, Any]:
        elements: list[dict[str, Any]] = []
        for outcome in outcomes:
            if isinstance(outcome, StoredWork):
                elements.append({"work": self._writer.work(outcome, with_path=with_path)})
            elif isinstance(outcome, RegistryError):
                elements.append({"error": outcome.body(call.caller.client.name)})
            else:
                elements.append({"error": outcome})
        return {"bulk": elements}


_Operation = Callable[[MemberApi, _Call], Answer]
_OPERATIONS: dict[str, dict[str, _Operation]] = {
    "/{orcid}/works": {"GET": MemberApi._read_works, "POST": MemberApi._create_bulk},
    "/{orcid}/works/{put-codes}": {"GET": MemberApi._read_bulk},
    "/{orcid}/work": {"POST": MemberApi._create},
    "/{orcid}/work/{put-code}": {
        "GET": MemberApi._read_work,
        "PUT": MemberApi._update,
        "DELETE": MemberApi._delete,
    },
    "/{orcid}/work/summary/{put-code}": {"GET": MemberApi._read_summary},
}


def _ok(call: _Call, kind: str, body: dict[str, Any]) -> Answer:
    return Answer(200, call.answer_as.encode(kind, body), call.answer_as.name)


def _put_code(call: _Call) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", call.codes):
        raise RegistryError(9034, put_code=call.codes)
    return int(call.codes)


def _read_single(call: _Call) -> WorkContent:
    """The body as one work, checked against the schema."""
    if not call.json_body:
        return work_from_xml(call.request.body)
    try:
        content = work_from_json(_json(call.request.body))
    except MappingError as exc:
        raise RegistryError(9047, error=str(exc)) from exc
    faults = schema_faults(content)
    if faults:
        raise RegistryError(9047, error=faults[0])
    return content


def _read_items(call: _Call) -> list[WorkContent | dict[str, Any]]:
    """The body as items of a bulk, which no schema looks at."""
    if not call.json_body:
        return bulk_from_xml(call.request.body)
    try:
        return bulk_from_json(_json(call.request.body))
    except MappingError as exc:
        raise RegistryError(9047, error=str(exc)) from exc
    except NullItemError as exc:
        raise RegistryError(9008) from exc


def _json(body: bytes) -> Any:
    if not body.strip():
        raise RegistryError(9047, error="the body is empty")
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except ValueError as exc:
        raise RegistryError(9001, "the body is not JSON") from exc


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
