"""Serves the files of `web/`: strict headers, an ETag each, compressed, and cached by the version of the whole."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any

INDEX = "index.html"
CONFIGURATION = "config.json"
_PREFIX = "/web/"
# Files of other kinds (notes, the build's own) are not served, wherever they lie.
_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}
_VERSION = re.compile(r"v-[0-9a-f]{12}/")
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    content: bytes
    media_type: str

    @cached_property
    def tag(self) -> str:
        """Weak: the same for the compressed form."""
        return f'W/"{hashlib.sha256(self.content).hexdigest()[:24]}"'

    @cached_property
    def compressed(self) -> bytes:
        """Made when it is asked for first."""
        return gzip.compress(self.content, 9, mtime=0)


class Pages:
    """All files below `root`, by path; nothing else can be asked for.

    The page's own files are named with the version of the whole (`/web/v-0123456789ab/main.js`), so that browsers keep
    them for ever and never mix two versions. `{version}` in index.html stands for it.
    """

    def __init__(self, root: Traversable, configuration: Mapping[str, object], security: Mapping[str, str]) -> None:
        files = dict(sorted(_read(root)))
        whole = hashlib.sha256()
        for path, file in files.items():
            whole.update(f"{path}\0{len(file.content)}\0".encode() + file.content)
        self.version = f"v-{whole.hexdigest()[:12]}"
        index = files.pop(INDEX)
        self._index = File(index.content.replace(b"{version}", self.version.encode()), index.media_type)
        self._configuration = File(json.dumps(configuration, ensure_ascii=False).encode(), _TYPES["json"])
        self._files = files
        self._security = security

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to an event of the HTTP API (payload version 2.0)."""
        headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
        file, caching = self._find(str(event.get("rawPath", "")))
        if file is None:
            return self._respond(404, {"content-type": "text/plain", "cache-control": "no-store"}, b"Not found\n")
        sent = {"cache-control": caching, "etag": file.tag, "vary": "Accept-Encoding"}
        if _knows(headers.get("if-none-match", ""), file.tag):
            return self._respond(304, sent, b"")
        sent["content-type"] = file.media_type
        if _takes_gzip(headers.get("accept-encoding", "")):
            return self._respond(200, {**sent, "content-encoding": "gzip"}, file.compressed)
        return self._respond(200, sent, file.content)

    def _find(self, path: str) -> tuple[File | None, str]:
        if path in ("", "/"):
            return self._index, _ASK_AGAIN
        if not path.startswith(_PREFIX):
            return None, ""
        name = path.removeprefix(_PREFIX)
        if name == CONFIGURATION:
            return self._configuration, _ASK_AGAIN
        # A page that was open while a new version came asks for the old one, and gets what there is.
        own = name.startswith(f"{self.version}/")
        return self._files.get(_VERSION.sub("", name, count=1)), _FOR_EVER if own else _ASK_AGAIN

    def _respond(self, status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        return {
            "statusCode": status,
            "headers": {**self._security, **headers},
            "body": base64.b64encode(body).decode("ascii"),
            "isBase64Encoded": True,
        }


def security_headers(*, connect: tuple[str, ...], frame_ancestors: tuple[str, ...]) -> dict[str, str]:
    """Headers of every answer. `connect`: other origins that the page may call; `frame_ancestors`: who may embed it."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": " ".join(["'self'", *connect]),
        "img-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(frame_ancestors) or "'none'",
        "require-trusted-types-for": "'script'",
    }
    headers = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
    return headers if frame_ancestors else {**headers, "x-frame-options": "DENY"}


def _read(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, File]]:
    for found in folder.iterdir():
        path = prefix + found.name
        if found.is_dir():
            yield from _read(found, path + "/")
        elif (suffix := found.name.rpartition(".")[2]) in _TYPES:
            yield path, File(found.read_bytes(), _TYPES[suffix])


def _knows(if_none_match: str, tag: str) -> bool:
    """Whether the browser has this content already (RFC 9110, weak comparison)."""
    opaque = tag.removeprefix("W/")
    return any(given.strip().removeprefix("W/") in (opaque, "*") for given in if_none_match.split(","))


def _takes_gzip(accept_encoding: str) -> bool:
    for part in accept_encoding.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";q=")
        if name in ("gzip", "*"):
            return not re.fullmatch(r"0(\.0*)?", weight)
    return False
