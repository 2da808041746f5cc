"""The paths of the API for works, below `/v3.0`."""

from __future__ import annotations

import re

_ROUTES = (
    ("/{orcid}/works", re.compile(r"/([^/]+)/works/?")),
    ("/{orcid}/works/{put-codes}", re.compile(r"/([^/]+)/works/([^/]+)")),
    ("/{orcid}/work", re.compile(r"/([^/]+)/work/?")),
    ("/{orcid}/work/{put-code}", re.compile(r"/([^/]+)/work/([^/]+)")),
    ("/{orcid}/work/summary/{put-code}", re.compile(r"/([^/]+)/work/summary/([^/]+)")),
)


def match_path(path: str) -> tuple[str | None, str, str]:
    """Template, iD, and what stands in the place of the put-code(s); no template when there is no such path."""
    for template, pattern in _ROUTES:
        match = pattern.fullmatch(path)
        if match:
            return template, match[1], match[2] if pattern.groups > 1 else ""
    return None, "", ""


def path_template(path: str) -> str:
    """The path with its variable parts named; a path without a route stays as it is."""
    return match_path(path)[0] or path


def path_orcid(path: str) -> str | None:
    """The iD in a path."""
    return match_path(path)[1] or None
