"""Starts the stand-ins: `python -m local.open_sources --port N`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import uvicorn

from local.open_sources.app import SOURCES, OpenSourcesApp


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local.open_sources", description=__doc__)
    parser.add_argument("--port", type=int, default=8030)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--items", type=Path, nargs="*", default=[], help="files of publications of the feed to know")
    given = parser.parse_args()
    app = OpenSourcesApp()
    for file in given.items:
        with file.open(encoding="utf-8") as lines:
            app.shelves.take(json.loads(line) for line in lines)
    for source in SOURCES:
        print(f"Stand-in on http://{given.host}:{given.port}/{source}", flush=True)
    uvicorn.run(app, host=given.host, port=given.port, log_level="warning", lifespan="off")


if __name__ == "__main__":
    main()
