"""The embedded AWS as the rest of the local stack sees it: an address, boto3 clients, and what is going on inside."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import urllib3

from local.aws.template import REGION

ROOT = Path(__file__).resolve().parents[2]
INTERPRETER = ROOT / ".venv-aws" / "bin" / "python"
# The embedded AWS takes any key; these must not look like an account's number, by which functions sign (launcher.py).
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
_START_SECONDS = 30.0
_STOP_SECONDS = 15.0


class StartError(Exception):
    """Something of the local stack did not start; the text says what and where its log is."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start_child(command: list[str], *, env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program that ends with this process at the latest (child.py); its output goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    child = [command[0], str(ROOT / "local" / "child.py"), *command[1:]]
    with log.open("ab") as output:
        return subprocess.Popen(child, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=output, stderr=output)


def stop_child(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, wait, and insist."""
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


@dataclass
class EmbeddedAws:
    """`state_dir` keeps state across restarts (None: in memory); functions get `clock_file` as their clock's shift."""

    port: int
    log_dir: Path
    clock_file: Path
    state_dir: Path | None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _scratch: tempfile.TemporaryDirectory[str] | None = field(default=None, init=False)
    _http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=8), init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and return at once. Raises StartError when it is not installed."""
        if not INTERPRETER.exists():
            raise StartError(f"{INTERPRETER} is missing: run `make install`.")
        command = [str(INTERPRETER), str(ROOT / "local" / "aws" / "launcher.py")]
        # It unpacks each function's code into a folder of its own, and leaves them all behind.
        self._scratch = tempfile.TemporaryDirectory(prefix="orcid-sync-aws-", ignore_cleanup_errors=True)
        environment = self._environment() | {"TMPDIR": self._scratch.name}
        self._process = start_child(command, env=environment, log=self.log_dir / "aws.log")

    def wait(self) -> None:
        """Return when it answers. Raises StartError."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                self._get("/_local/state")
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
            else:
                return
        raise StartError(f"The embedded AWS did not start: see {self.log_dir / 'aws.log'}")

    def stop(self) -> None:
        if self._process is not None:
            stop_child(self._process)
        if self._scratch is not None:
            self._scratch.cleanup()

    def client(self, service: str) -> Any:
        """A boto3 client of the embedded AWS."""
        return self._session.client(service, endpoint_url=self.url)  # type: ignore[call-overload]  # any service

    def state(self) -> dict[str, Any]:
        """Workers, mappings in flight, unread messages and stream records (launcher.py)."""
        return self._get("/_local/state")

    def usage(self) -> dict[str, Any]:
        """Calls and invocations since start (launcher.py)."""
        return self._get("/_local/usage")

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"], region_name=REGION)

    def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._http.request("GET", self.url + path, retries=2, timeout=10).json()
        return answer

    def _environment(self) -> dict[str, str]:
        """A clean environment: functions inherit it, and nothing of this shell should reach them."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        persisted = {}
        if self.state_dir is not None:
            (self.state_dir / "s3").mkdir(parents=True, exist_ok=True)
            persisted = {
                "PERSIST_STATE": "1",
                "STATE_DIR": str(self.state_dir),
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(self.state_dir / "s3"),
            }
        return {
            **kept,
            **persisted,
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            # Functions get no more than their roles in the template allow; the key `test` is the account's root.
            "AUTH": "true",
            "IOT_MTLS_ENABLED": "false",
            "SFTP_ENABLED": "0",
            "PYTHONPATH": str(ROOT / "local" / "aws" / "worker_path"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LOCAL_CLOCK_FILE": str(self.clock_file),
        }
