"""What `make run` can be asked for on its command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class OtherRegistry:
    """A registry to use in place of the emulator, and the institution's client there."""

    api_url: str
    auth_url: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Options:
    """`port` is the API's; `data_dir` keeps state across restarts (None: nothing is kept).

    `elements` is the version of the API at which an Elements server's stand-in is read (None: the feed is pushed);
    `open_sources` starts stand-ins for Crossref, DataCite and Europe PMC.
    `live_pages` serves the files of `web/` as they are now, not as they were when the stack started.
    """

    port: int = 8000
    sample_data: bool = True
    registry: OtherRegistry | None = None
    data_dir: Path | None = None
    live_pages: bool = False
    elements: str | None = None
    open_sources: bool = False


_REGISTRY_FLAGS = ("--registry-api-url", "--registry-auth-url", "--registry-client-id", "--registry-client-secret")


def read_arguments(arguments: list[str] | None = None) -> Options:
    """The options of a command line; ends the process with a message when they make no sense."""
    parser = argparse.ArgumentParser(
        prog='make run ARGS="..."', description="Runs the whole product on this machine, without AWS and without ORCID."
    )
    parser.add_argument("--port", type=int, default=8000, help="the API's port (8000)")
    parser.add_argument("--no-sample-data", dest="sample_data", action="store_false", help="start empty")
    parser.add_argument(
        "--registry-api-url", metavar="URL", help="another registry: its Member API, without the version"
    )
    parser.add_argument("--registry-auth-url", metavar="URL", help="its sign-in pages")
    parser.add_argument("--registry-client-id", metavar="ID", help="the institution's client there")
    parser.add_argument("--registry-client-secret", metavar="SECRET", help="its secret")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="keep state there across restarts")
    parser.add_argument("--live-pages", action="store_true", help="serve web/ as it is now: for work on the pages")
    parser.add_argument(
        "--elements",
        choices=("5.5", "6.13"),
        help="read a stand-in of a Symplectic Elements server, at this version of its API; the sample data are in it"
        " and come through reading it in place of the feed (pending and rejected publications do not)",
    )
    parser.add_argument(
        "--open-sources", action="store_true", help="look works up in stand-ins for Crossref, DataCite and Europe PMC"
    )
    given = parser.parse_args(arguments)
    registry = [given.registry_api_url, given.registry_auth_url, given.registry_client_id, given.registry_client_secret]
    if any(registry) and not all(registry):
        parser.error(f"another registry needs all of {', '.join(_REGISTRY_FLAGS)}")
    return Options(
        port=given.port,
        sample_data=given.sample_data,
        registry=OtherRegistry(registry[0].rstrip("/"), registry[1].rstrip("/"), *registry[2:])
        if all(registry)
        else None,
        data_dir=given.data_dir.expanduser().resolve() if given.data_dir else None,
        live_pages=given.live_pages,
        elements=given.elements,
        open_sources=given.open_sources,
    )
