"""The emulator is a reading of ORCID of its own: it imports nothing of the product."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import local.registry

_ALLOWED = {"starlette", "uvicorn", "local"} | set(sys.stdlib_module_names)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_only_the_standard_library_and_the_web_server_are_imported() -> None:
    files = list(Path(local.registry.__file__).parent.rglob("*.py"))
    assert len(files) > 30
    for path in files:
        for name in _imports(ast.parse(path.read_text(encoding="utf-8"))):
            assert name.split(".")[0] in _ALLOWED, f"{path.name} imports {name}"
            assert not name.startswith("local") or name.startswith("local.registry"), f"{path.name} imports {name}"
