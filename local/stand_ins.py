"""What stands in for the institution's Elements server and for the open sources, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from local.aws.embedded import EmbeddedAws, StartError, start_child, stop_child
from local.aws.template import load
from local.elements.app import PREFIX, ElementsSettings
from local.options import Options
from local.sample_data import FEED_FILES, FOLDER

_START_SECONDS = 20.0
_CONTACT = "sync@example.org"


@dataclass
class StandIn:
    """A stand-in's process. `module` answers `GET /_control/requests` when it is there."""

    module: str
    port: int
    log_dir: Path
    arguments: list[str]
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and return at once."""
        command = [sys.executable, "-m", self.module, "--port", str(self.port), *self.arguments]
        self._process = start_child(command, env=dict(os.environ), log=self.log_dir / f"{self.module}.log")

    def wait(self) -> None:
        """Return when it answers. Raises StartError."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process is not None and self._process.poll() is None:
            try:
                urllib3.request("GET", f"{self.url}/_control/requests", retries=False, timeout=5)
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
            else:
                return
        raise StartError(f"{self.module} did not start: see {self.log_dir / (self.module + '.log')}")

    def stop(self) -> None:
        if self._process is not None:
            stop_child(self._process)


@dataclass
class StandIns:
    """Those that were asked for; `elements_version` is which of its versions the product speaks to."""

    elements: StandIn | None = None
    elements_version: str = ""
    open_sources: StandIn | None = None

    @classmethod
    def wanted(cls, options: Options, ports: dict[str, int], log_dir: Path, clock_file: Path) -> StandIns:
        """Not started yet. With sample data, they hold the sample institution."""
        held = ["--items", *(str(FOLDER / name) for name in FEED_FILES)] if options.sample_data else []
        found = cls(elements_version=options.elements or "")
        if options.elements is not None:
            arguments = ["--clock-file", str(clock_file), *held]
            found.elements = StandIn("local.elements", ports["elements"], log_dir, arguments)
        if options.open_sources:
            # Their works are in the world, whether or not the catalogue has them.
            works = ["--items", str(FOLDER / "publications.jsonl")]
            found.open_sources = StandIn("local.open_sources", ports["open_sources"], log_dir, works)
        return found

    def _all(self) -> Iterable[StandIn]:
        return (one for one in (self.elements, self.open_sources) if one is not None)

    def start(self) -> None:
        for one in self._all():
            one.start()

    def wait(self) -> None:
        for one in self._all():
            one.wait()

    def stop(self) -> None:
        for one in self._all():
            one.stop()

    @property
    def elements_api_url(self) -> str:
        """Empty where there is none."""
        return f"{self.elements.url}{PREFIX}{self.elements_version}" if self.elements is not None else ""

    def parameters(self) -> dict[str, str]:
        """The template's parameters that lead to them; users go by their usernames, which the sample data have."""
        wanted: dict[str, str] = {}
        if self.elements is not None:
            wanted |= {"ElementsApiUrl": self.elements_api_url, "ElementsUserId": "username"}
        if self.open_sources is not None:
            url = self.open_sources.url
            wanted |= {"CrossrefUrl": f"{url}/crossref", "DataCiteUrl": f"{url}/datacite"}
            wanted |= {"EuropePmcUrl": f"{url}/europe-pmc", "ContactEmail": _CONTACT}
        known = load()["Parameters"]
        return {name: value for name, value in wanted.items() if name in known}

    def put_account(self, aws: EmbeddedAws, stack_name: str) -> None:
        """Store the account of the Elements server where the product looks for it."""
        if self.elements is not None:
            settings = ElementsSettings()
            account = {"username": settings.username, "password": settings.password}
            aws.client("secretsmanager").put_secret_value(
                SecretId=f"{stack_name}/elements-account", SecretString=json.dumps(account)
            )

    def info(self) -> dict[str, Any]:
        """Where they are; None where they are not."""
        sources = self.open_sources
        return {
            "elements_api_url": self.elements_api_url or None,
            "elements_url": self.elements.url if self.elements is not None else None,
            "open_sources_url": sources.url if sources is not None else None,
        }

    def lines(self) -> Iterable[tuple[str, str]]:
        """What a person is told at the start."""
        if self.elements is not None:
            yield "Elements", f"{self.elements_api_url}/, changed by POST {self.elements.url}/_control/..."
        if self.open_sources is not None:
            yield "Open sources", f"{self.open_sources.url}/crossref, /datacite, /europe-pmc"
