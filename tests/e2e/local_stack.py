"""The local stack as a test sees it: a process started by its command line, spoken to over HTTP alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import urllib3

from local.aws.embedded import ROOT, free_port

_START_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and JSON body (None if it has none)."""

    status: int
    headers: urllib3.HTTPHeaderDict
    json: Any


@dataclass
class LocalStack:
    """A context manager; `flags` are those of `make run`."""

    flags: list[str]
    port: int = field(default_factory=free_port)
    first_configuration: dict[str, Any] = field(default_factory=dict)
    _process: subprocess.Popen[str] | None = None
    _http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> LocalStack:
        command = [sys.executable, "-m", "local", "--port", str(self.port), *self.flags]
        path = os.pathsep.join([str(ROOT / "layers" / "common"), str(ROOT)])
        output = ROOT / ".local" / f"e2e-{self.port}.log"
        output.parent.mkdir(exist_ok=True)
        with output.open("w") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=log, stderr=log, text=True
            )
        self._wait(output)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(60)

    def _wait(self, output: Path) -> None:
        assert self._process is not None
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self._http.request("GET", f"{self.url}/_local/info", retries=False, timeout=5)
            except urllib3.exceptions.HTTPError:
                time.sleep(0.2)
            else:
                return
        self._process.kill()
        raise AssertionError(f"the local stack did not start:\n{output.read_text()}")

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str) -> Reply:
        """One call of the front; redirections are answers."""
        given = {**headers, **({"authorization": f"Bearer {token}"} if token else {})}
        reply = self._http.request(
            method, self.url + path, json=body, headers=given, redirect=False, retries=False, timeout=90
        )
        is_json = "json" in reply.headers.get("content-type", "")
        return Reply(reply.status, reply.headers, reply.json() if is_json and reply.data else None)

    def send(self, method: str, path: str, data: bytes, *, token: str, **headers: str) -> tuple[Reply, str]:
        """One call with a body that is no JSON; the answer comes as text too."""
        given = {**headers, "authorization": f"Bearer {token}"}
        reply = self._http.request(method, self.url + path, body=data, headers=given, retries=False, timeout=90)
        is_json = "json" in reply.headers.get("content-type", "")
        return Reply(reply.status, reply.headers, reply.json() if is_json else None), reply.data.decode()

    def read(self, path: str) -> str:
        """A page of the front that is text."""
        return self._http.request("GET", self.url + path).data.decode()

    def token(self, sub: str, *, groups: list[str] | None = None, scope: str = "") -> str:
        body = {"sub": sub, "groups": groups or [], "scope": scope}
        return str(self.call("POST", "/_local/token", body).json["access_token"])

    def feed(self, *items: dict[str, Any]) -> None:
        reply = self.call("POST", "/v1/feed/batch", {"items": list(items)}, token=self.token("ris", scope="orcid-feed"))
        assert (reply.status, reply.json["errors"]) == (200, []), reply

    def configure(self, **configuration: Any) -> None:
        admin = self.token("admin", groups=["orcid-admins"])
        reply = self.call("PATCH", "/v1/admin/configuration", configuration, token=admin)
        assert reply.status == 200, reply

    def note_configuration(self) -> None:
        """Keep the configuration as `first_configuration`: nobody can see later what a fresh installation had."""
        admin = self.token("admin", groups=["orcid-admins"])
        self.first_configuration = dict(self.call("GET", "/v1/admin/configuration", token=admin).json)

    def connect(self, user_id: str, orcid_id: str, access: str = "write") -> None:
        """As `connect_reply`, when it has to succeed."""
        done = self.connect_reply(user_id, orcid_id, access)
        assert done.status == 200, done

    def connect_reply(self, user_id: str, orcid_id: str, access: str) -> Reply:
        """Connect as a researcher does: consent at the registry, back through the callback, complete."""
        token = self.token(user_id)
        base = f"/v1/users/{user_id}/orcid/connect"
        wanted = {"access": access, "return_url": f"{self.url}/", "orcid_id": orcid_id}
        started = self.call("POST", base, wanted, token=token)
        assert started.status == 200, started
        completion = self.consent(started.json["authorize_url"], orcid_id)
        return self.call("POST", f"{base}/complete", completion, token=token)

    def consent(self, authorize_url: str, orcid_id: str, *, decision: str = "allow") -> dict[str, str]:
        """Answer on the registry's consent page as the owner of the iD; returns what the callback hands back, as the
        body of `complete` if there is a code.
        """
        address, _, query = authorize_url.partition("?")
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        fields = asked | {"orcid": orcid_id, "decision": decision}
        self.registry("POST", "/_control/record", {"orcid": orcid_id})
        sent = self._http.request("POST", address, fields=fields, encode_multipart=False, redirect=False)
        at_callback = sent.headers["location"]
        assert at_callback.startswith(f"{self.url}/v1/orcid/callback?")
        back = self.call("GET", at_callback.removeprefix(self.url)).headers["location"]
        answer = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()}
        if "orcid_code" not in answer:
            return answer
        return {"code": answer["orcid_code"], "state": answer["orcid_state"]}

    def registry(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the registry emulator."""
        address = self.call("GET", "/_local/info").json["registry_api_url"]
        reply = self._http.request(method, address + path, json=body)
        assert reply.status < 300, reply.data
        return reply.json() if reply.data else None

    def works(self, orcid_id: str) -> list[dict[str, Any]]:
        """The works on a record, as the emulator holds them."""
        return list(self.registry("GET", f"/_control/records/{orcid_id}")["works"])

    def outputs(self) -> dict[str, str]:
        return dict(self.call("GET", "/_local/info").json["outputs"])

    def aws(self, service: str) -> Any:
        """A boto3 client of the embedded AWS, as the account's administrator."""
        address = self.call("GET", "/_local/info").json["aws_endpoint_url"]
        return boto3.client(
            service,  # type: ignore[call-overload]  # any service
            endpoint_url=address,
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def settle(self) -> None:
        """Let what is due be queued until nothing is any more, and wait until all is quiet."""
        for _ in range(2):
            self.quiet()
            self.run_schedule()
        self.quiet()

    def run_schedule(self, invokes: str = "ScheduleSyncFunction") -> None:
        """Run the schedule of a function now, by the function's name in the template."""
        found = self.call("GET", "/_local/schedules").json["items"]
        (name,) = {schedule["name"] for schedule in found if schedule["invokes"] == invokes}
        assert self.call("POST", f"/_local/schedules/{name}", {}).status == 200

    def advance(self, seconds: float) -> None:
        """Move the product's clock, and the registry's, forward."""
        assert self.call("POST", "/_local/clock", {"advance_s": seconds}).status == 200

    def quiet(self) -> None:
        """Wait until all queues and streams are drained; no schedule is run."""
        idle = self.call("GET", "/_local/idle?timeout_s=80")
        assert idle.status == 200, idle
