"""Running cases: one after the other, each with names of its own, each cleaned up after."""

from __future__ import annotations

import json
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from conformance.case import Burst, Case, Control, Need, Request, Step
from conformance.filling import filled, filled_expectation, filled_text
from conformance.looking import Comparison, compare, find
from conformance.matching import MISSING
from conformance.target import ControlFailedError, Target, orcid_id, order
from conformance.transport import Reply, Sent, Transport

_WORK_ADDRESS = re.compile(r"/work/(\d+)$")
_ABOUT_THE_REGISTRY = {Need.READER: "reader", Need.CLIENT_ALONE: "client_alone"}


class Verdict(StrEnum):
    """What became of a case."""

    OK = "ok"
    FAILED = "FAILED"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row of the table."""

    case: Case
    verdict: Verdict
    expected: str
    got: str


class Runner:
    """Runs cases against one registry and deletes what they created."""

    def __init__(self, target: Target, transport: Transport) -> None:
        self.run_id = f"cnf{secrets.token_hex(4)}"
        self._target = target
        self._transport = transport
        self._number = 0
        self._random = secrets.randbelow(90_000) + 10_000
        self._created: dict[int, None] = {}
        self._values: dict[str, object] = {
            "run": self.run_id,
            "orcid": target.orcid,
            "client_id": target.client_id,
            "client_secret": target.client_secret,
            "writer": target.write_token,
            "api_url": target.api_url,
        }
        if target.read_token:
            self._values["reader"] = target.read_token
        self._get_client_token()

    def run(self, cases: Iterable[Case]) -> Iterator[Outcome]:
        """The outcome of each case as soon as it is known."""
        for case in cases:
            lacking = next((need for need in case.needs if not self._has(need)), None)
            if lacking is not None:
                yield Outcome(case, Verdict.SKIPPED, "", f"needs {lacking.value}")
                continue
            try:
                outcome = self._run_case(case)
            finally:
                self._delete_created()
            if outcome.verdict is Verdict.FAILED:
                self._withdraw_orders(case)
            yield outcome

    def left_behind(self) -> list[int]:
        """Delete works of this run that are still on the record, however they got there; what would not go."""
        reply = self._call("GET", "/works")
        groups = find(reply.json, "group")
        left = []
        for group in groups if isinstance(groups, list) else ():
            summaries = find(group, "work-summary")
            for summary in summaries if isinstance(summaries, list) else ():
                code = find(summary, "put-code")
                if self.run_id in json.dumps(summary) and self._call("DELETE", f"/work/{code}").status != 204:
                    left.append(int(str(code)))
        return left

    def _has(self, need: Need) -> bool:
        if name := _ABOUT_THE_REGISTRY.get(need):
            return name in self._values
        return self._target.control_url is not None

    def _run_case(self, case: Case) -> Outcome:
        self._number += 1
        values = {
            **self._values,
            "case": f"{self.run_id}-{self._number:03d}",
            "digits": f"{self._random}{self._number:03d}",
            "fresh": orcid_id(901_000_000_000 + self._random * 10**4 + self._number * 2),
            "fresh2": orcid_id(901_000_000_000 + self._random * 10**4 + self._number * 2 + 1),
        }
        comparison = Comparison(True, "", "")
        for place, step in enumerate(case.steps, start=1):
            comparison = self._take(step, values)
            if not comparison.agree:
                where = f"step {place} of {len(case.steps)}: " if len(case.steps) > 1 else ""
                return Outcome(case, Verdict.FAILED, where + comparison.expected, comparison.got)
        return Outcome(case, Verdict.OK, comparison.expected, comparison.got)

    def _take(self, step: Step, values: dict[str, object]) -> Comparison:
        match step:
            case Control():
                return self._control(step, values)
            case Burst():
                return self._burst(step, values)
            case Request():
                sent = self._wire(step, values)
                reply = self._transport(sent)
                self._remember(step, sent, reply)
                comparison = compare(
                    filled_expectation(step.expect, values | {"record": filled(step.orcid, values)}), reply
                )
                if comparison.agree:
                    return _keep(step, reply, values) or comparison
                return comparison

    def _control(self, step: Control, values: dict[str, object]) -> Comparison:
        body = filled(step.body, values)
        try:
            answer = order(self._transport, str(self._target.control_url), step.order, body)  # type: ignore[arg-type]  # a dict in, a dict out
        except ControlFailedError as failure:
            return Comparison(False, f"control {step.order}", str(failure))
        for name, path in step.keep.items():
            values[name] = find(answer, path)
        return Comparison(True, "", "")

    def _burst(self, step: Burst, values: dict[str, object]) -> Comparison:
        sent = self._wire(step.request, values)
        with ThreadPoolExecutor(step.count) as pool:
            replies = list(pool.map(self._transport, [sent] * step.count))
        counts = Counter(reply.status for reply in replies)
        agree = set(counts) <= set(step.statuses) and all(
            low <= counts[status] <= high for status, (low, high) in step.statuses.items()
        )
        wanted = ", ".join(f"{status}: {low} to {high}" for status, (low, high) in step.statuses.items())
        return Comparison(agree, wanted, ", ".join(f"{status}: {count}" for status, count in sorted(counts.items())))

    def _wire(self, step: Request, values: dict[str, object]) -> Sent:
        base = {
            "api": f"{self._target.api_url}/{filled_text(step.orcid, values)}",
            "host": self._target.api_url.removesuffix("/v3.0"),
            "host-record": f"{self._target.api_url.removesuffix('/v3.0')}/{self._target.orcid}",
            "auth": self._target.auth_url,
        }[step.server]
        headers = {name: filled_text(value, values) for name, value in step.headers.items()}
        if step.caller is not None:
            headers["Authorization"] = f"Bearer {values[step.caller]}"
        if step.accept is not None:
            headers["Accept"] = step.accept
        if step.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            fields = {name: filled_text(value, values) for name, value in step.form.items()}
            body: bytes | None = urlencode(fields).encode()
        else:
            if step.content_type is not None:
                headers["Content-Type"] = step.content_type
            body = _encoded(filled(step.body, values))
        return Sent(step.method, base + filled_text(step.path, values), headers, body)

    def _remember(self, step: Request, sent: Sent, reply: Reply) -> None:
        """Keep the put-codes of what was created or deleted on the run's record."""
        if not sent.url.startswith(f"{self._target.api_url}/{self._target.orcid}/"):
            return
        address = _WORK_ADDRESS.search(reply.headers.get("location", ""))
        if step.method == "POST" and reply.status == 201 and address:
            self._created[int(address[1])] = None
        if step.method == "POST" and reply.status == 200:
            for code in re.findall(r'put-code"?\s*[:=]\s*"?(\d+)', _only_works(reply)):
                self._created[int(code)] = None
        if step.method == "DELETE" and reply.status == 204 and (gone := _WORK_ADDRESS.search(sent.url)):
            self._created.pop(int(gone[1]), None)

    def _delete_created(self) -> None:
        for code in list(self._created):
            self._call("DELETE", f"/work/{code}")
        self._created.clear()

    def _withdraw_orders(self, case: Case) -> None:
        """After a failure half-way: no limit and no fault may be left for the cases to come."""
        if self._target.control_url is None:
            return
        if Need.REQUEST_LIMIT in case.needs:
            order(self._transport, self._target.control_url, "limit", {"enabled": False})
        if Need.FAULTS in case.needs:
            self._transport(Sent("DELETE", f"{self._target.control_url}/_control/faults", {}, None))

    def _call(self, method: str, path: str) -> Reply:
        headers = {"Authorization": f"Bearer {self._target.write_token}", "Accept": "application/json"}
        return self._transport(Sent(method, f"{self._target.api_url}/{self._target.orcid}{path}", headers, None))

    def _get_client_token(self) -> None:
        form = {
            "client_id": self._target.client_id,
            "client_secret": self._target.client_secret,
            "grant_type": "client_credentials",
            "scope": "/read-public",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        reply = self._transport(Sent("POST", f"{self._target.auth_url}/oauth/token", headers, urlencode(form).encode()))
        token = find(reply.json, "access_token")
        if reply.status == 200 and isinstance(token, str):
            self._values["client_alone"] = token


def _keep(step: Request, reply: Reply, values: dict[str, object]) -> Comparison | None:
    """Save what the step asks for; a disagreement when it is not there."""
    wanted = dict(step.keep)
    if step.put_code:
        wanted[step.put_code] = r"@location /work/(\d+)$"
    for name, path in wanted.items():
        value = _from_header(path, reply) if path.startswith("@") else find(reply.json, path)
        if value is MISSING:
            return Comparison(False, f"{path} to keep", "nothing")
        values[name] = value
    return None


def _from_header(path: str, reply: Reply) -> object:
    name, pattern = path.removeprefix("@").split(" ", 1)
    found = re.search(pattern, reply.headers.get(name, ""))
    if found is None:
        return MISSING
    return int(found[1]) if found[1].isdigit() else found[1]


def _only_works(reply: Reply) -> str:
    """The works of a bulk answer as text, without the errors, whose messages name put-codes too."""
    items = find(reply.json, "bulk")
    if not isinstance(items, list):
        return reply.text if reply.text.lstrip().startswith("<") else ""
    return json.dumps([{"put-code": find(item, "work.put-code")} for item in items if "work" in item])


def _encoded(body: object) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
