"""Writes docs/openapi.json from the code: `python -m local.openapi`; with `--check` only says whether it is current."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from orcid_sync.api.operations import Operation
from orcid_sync.openapi import document
from orcid_sync.openapi_examples import Example

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "openapi.json"
EXAMPLES = ROOT / "docs" / "api-examples.json"


def operations() -> list[Operation]:
    """The operations of every function that has an `api`."""
    folders = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
    apps = (importlib.import_module(f"functions.{folder}.app") for folder in folders)
    return [operation for app in apps if hasattr(app, "api") for operation in app.api.operations]


def examples() -> list[Example]:
    """The examples as tests/integration/test_api_examples.py replays and writes them."""
    return [Example(**example) for example in json.loads(EXAMPLES.read_text(encoding="utf-8"))]


def text() -> str:
    """The document as it is stored."""
    return json.dumps(document(operations(), examples()), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check; returns the exit status."""
    wanted = text()
    if "--check" in arguments:
        if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == wanted:
            return 0
        print("docs/openapi.json is not current: run python -m local.openapi", file=sys.stderr)
        return 1
    DOCUMENT.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
