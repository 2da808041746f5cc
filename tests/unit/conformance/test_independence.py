"""A third reading of ORCID: it takes nothing from the product, and of the emulator only its start."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import conformance

_ALLOWED = {"conformance", "requests"} | set(sys.stdlib_module_names)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_neither_product_nor_emulator_is_imported_but_to_start_it() -> None:
    files = list(Path(conformance.__file__).parent.rglob("*.py"))
    assert len(files) > 30
    for path in files:
        for name in _imports(ast.parse(path.read_text(encoding="utf-8"))):
            starts = path.name == "__main__.py" and name == "local.registry"
            assert starts or name.split(".")[0] in _ALLOWED, f"{path.name} imports {name}"
