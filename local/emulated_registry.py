"""The registry emulator in a process of its own, as the rest of the local stack sees it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from local.aws.embedded import StartError, start_child, stop_child

_START_SECONDS = 20.0


@dataclass
class EmulatedRegistry:
    """`data_dir` keeps records across restarts (None: in memory); `clock_file` shifts its clock."""

    port: int
    log_dir: Path
    clock_file: Path
    data_dir: Path | None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and return at once."""
        command = [sys.executable, "-m", "local.registry", "--port", str(self.port)]
        command += ["--clock-file", str(self.clock_file)]
        command += ["--data-dir", str(self.data_dir)] if self.data_dir is not None else []
        self._process = start_child(command, env=dict(os.environ), log=self.log_dir / "registry.log")

    def wait(self, *, client_id: str, client_secret: str, redirect_uri: str) -> None:
        """Return when it answers and knows the institution's client. Raises StartError."""
        client = {
            "client_id": client_id,
            "client_secret": client_secret,
            "name": "Example University",
            "redirect_uris": [redirect_uri],
        }
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process is not None and self._process.poll() is None:
            try:
                self._http.request("POST", f"{self.url}/_control/client", json=client, retries=False, timeout=5)
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
            else:
                return
        raise StartError(f"The registry emulator did not start: see {self.log_dir / 'registry.log'}")

    def stop(self) -> None:
        if self._process is not None:
            stop_child(self._process)

    def usage(self) -> list[dict[str, Any]]:
        """Calls since start by method, path template and status."""
        return list(self._http.request("GET", f"{self.url}/_control/usage", retries=2, timeout=5).json()["items"])
