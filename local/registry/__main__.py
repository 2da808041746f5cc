"""Starts a registry: `python -m local.registry --port N`."""

from __future__ import annotations

import argparse
from pathlib import Path

from local.registry.app import RegistryApp
from local.registry.running import server_for
from local.registry.settings import RegistrySettings


def main(arguments: list[str] | None = None) -> None:
    """Serve until interrupted."""
    settings = read_arguments(arguments)
    address = settings.base_url or f"http://{settings.host}:{settings.port}"
    print(f"Registry emulator on {address}", flush=True)
    print(f"  Member API     {address}/v3.0/", flush=True)
    print(f"  authorization  {address}/oauth/authorize", flush=True)
    print(f"  records        {address}/", flush=True)
    server_for(RegistryApp(settings)).run()


def read_arguments(arguments: list[str] | None = None) -> RegistrySettings:
    """The settings that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m local.registry", description=__doc__)
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--base-url", "--issuer", dest="base_url", help="address to give out, if not host and port")
    parser.add_argument("--data-dir", type=Path, help="keep state in this directory across restarts")
    parser.add_argument("--clock-file", type=Path, help="text file with seconds to add to the wall clock")
    parser.add_argument("--no-rate-limit", dest="rate_limit", action="store_false", help="no request limit")
    parser.add_argument("--refresh-revokes-old", action="store_true", help="a refresh disables the old token")
    given = parser.parse_args(arguments)
    return RegistrySettings(
        host=given.host,
        port=given.port,
        base_url=given.base_url,
        data_dir=given.data_dir,
        clock_file=given.clock_file,
        rate_limit=given.rate_limit,
        refresh_revokes_old=given.refresh_revokes_old,
    )


if __name__ == "__main__":
    main()
