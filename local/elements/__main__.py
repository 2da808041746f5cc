"""Starts a stand-in: `python -m local.elements --port N`, big with `--users 2000 --publications 100000`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from local.elements.app import PREFIX, VERSIONS, ElementsApp, ElementsSettings
from local.elements.from_feed import Filled
from local.elements.generated import generated
from local.elements.running import serve


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local.elements", description=__doc__)
    parser.add_argument("--port", type=int, default=8020)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--users", type=int, default=0, help="make so many users")
    parser.add_argument("--publications", type=int, default=0, help="and so many publications")
    parser.add_argument("--items", type=Path, nargs="*", default=[], help="files of feed items to hold (JSON Lines)")
    parser.add_argument("--link-base", help="scheme and host to write into links, as a proxy has it")
    parser.add_argument("--no-cursor", dest="cursor", action="store_false", help="v6.13 without continue-from")
    parser.add_argument("--clock-file", type=Path, help="text file with seconds to add to the wall clock")
    given = parser.parse_args()
    settings = ElementsSettings(link_base=given.link_base, cursor=given.cursor, clock_file=given.clock_file)
    app = ElementsApp(settings)
    if given.users:
        app = ElementsApp(
            settings, held=Filled(generated(given.users, given.publications, app.now_ms)), now_ms=app.now_ms
        )
    for file in given.items:
        with file.open(encoding="utf-8") as lines:
            app.held.take([json.loads(line) for line in lines])
    for version in VERSIONS:
        print(f"Elements stand-in on http://{given.host}:{given.port}{PREFIX}{version}", flush=True)
    serve(app, host=given.host, port=given.port)


if __name__ == "__main__":
    main()
