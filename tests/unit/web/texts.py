"""Reads the files of texts: JavaScript objects of plain strings, one key a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_ENTRY = re.compile(r'^ {2}"([^"]+)": (.+),$')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FORM = re.compile(r'(zero|one|other): "((?:[^"\\]|\\.)*)"')


def read_texts(file: Path) -> dict[str, Mapping[str, str]]:
    """Key -> form -> text; a text without forms is `other`. Raises AssertionError for a line that is neither."""
    found: dict[str, Mapping[str, str]] = {}
    lines = file.read_text(encoding="utf-8").splitlines()
    start, end = lines.index("export default {"), lines.index("};")
    for line in lines[start + 1 : end]:
        if not line.strip():
            continue
        entry = _ENTRY.fullmatch(line)
        assert entry is not None, f"{file.name}: {line}"
        key, value = entry.groups()
        assert key not in found, f"{file.name} has {key} twice"
        whole = _STRING.fullmatch(value)
        forms = {"other": whole[1]} if whole is not None else dict(_FORM.findall(value))
        assert "other" in forms, f"{file.name}: {line}"
        found[key] = forms
    return found


def placeholders(text: str) -> set[str]:
    """The names in braces."""
    return set(re.findall(r"\{(\w+)\}", text))
