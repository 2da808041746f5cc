"""What stands in a reply of the registry besides its status: codes, put-codes, the primary iD, how long to wait.

Nothing here raises, whatever the registry or something between it and us sends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.orcid_id import parse_orcid_id

# ORCID_API 6.1 and PEERS 5.2: "... please see element with put-code 1250170. ..."; in 2018 without the number.
_PUT_CODE = re.compile(r"put-code[\s:=]*([0-9]{1,18})(?![0-9])", re.IGNORECASE)
_ORCID_ID = re.compile(r"(?<![0-9A-Za-z-])[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X](?![0-9A-Za-z-])")
_OAUTH_CODE = re.compile(r"[a-z_]{1,40}")
_LONGEST_WAIT_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer as far as it matters here; `body` None: it broke off. Header values are as sent, or None."""

    status: int
    body: bytes | None
    location: str | None = None
    retry_after: str | None = None
    date: str | None = None


def put_code_of(location: str | None) -> int | None:
    """Return the put-code at the end of a `Location`: its last path segment is the only part that never changed."""
    try:
        path = urlsplit(location or "").path
    except ValueError:
        return None
    return whole_number(path.rstrip("/").rpartition("/")[2])


def parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def as_object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def whole_number(value: object) -> int | None:
    """Return a positive number given as such or as text; `path` and `put-code` come both ways (PEERS 5.7)."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**18 else None


def error_code(error: Mapping[str, object]) -> str | None:
    number = whole_number(error.get("error-code"))
    if number is not None:
        return str(number)
    oauth = error.get("error")
    return oauth if isinstance(oauth, str) and _OAUTH_CODE.fullmatch(oauth) else None


def error_text(error: Mapping[str, object]) -> str:
    for name in ("developer-message", "user-message", "error_description"):
        text = error.get(name)
        if isinstance(text, str) and text.strip():
            return text
    return ""


def stand_in_text(reply: Reply) -> str:
    start = (reply.body or b"").lstrip()[:200].lower()
    if not start:
        what = "without a text"
    elif start.startswith((b"<!doctype html", b"<html")):
        what = "with an HTML page"
    else:
        what = "with something else than an error of its own"
    return f"The registry answered {reply.status} {what}."


def put_code_named(text: str) -> int | None:
    found = _PUT_CODE.search(text)
    return whole_number(found.group(1)) if found else None


def primary_orcid_id(asked_for: str, reply: Reply, text: str) -> str | None:
    """Return the iD that the record was merged into: from `Location`, else the first other iD in the text."""
    for candidate in _ORCID_ID.findall(f"{reply.location or ''} {text}"):
        try:
            orcid_id = parse_orcid_id(candidate)
        except InvalidError:
            continue
        if orcid_id != asked_for:
            return orcid_id
    return None


def retry_after_seconds(reply: Reply, now_ms: int) -> float | None:
    """Return the seconds that `Retry-After` asks for, at most a day; a date counts from the reply's own `Date`."""
    value = (reply.retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", value):
        return min(float(value), _LONGEST_WAIT_SECONDS)
    until = _http_date(value)
    if until is None:
        return None
    since = _http_date((reply.date or "").strip())
    seconds = until - (now_ms / 1000 if since is None else since)
    return min(max(seconds, 0.0), _LONGEST_WAIT_SECONDS)


def _http_date(value: str) -> float | None:
    try:
        return datetime.strptime(value, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
