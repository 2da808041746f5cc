"""Web addresses that the registry accepts and a browser can open; only http and https leave the house."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

from orcid_sync.domain.characters import legible
from orcid_sync.domain.identifier_types import IDENTIFIER_TYPES
from orcid_sync.domain.markup import unescape

MAX_LENGTH = 2000
_SCHEME = re.compile(r"(https?):/{1,3}(?!/)", re.IGNORECASE)
_SECOND_ADDRESS = re.compile(r"[\s,;|]+(?=https?://)", re.IGNORECASE)
_HOST = re.compile(r"(?=.{4,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?)+", re.I)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?"
# Types whose addresses the registry's own resolvers give; for the others a source's address is taken if it has one.
_RESOLVED = frozenset({"doi", "pmid", "pmc", "arxiv", "handle"})


def _encoded(text: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=safe)


def _host(name: str) -> str | None:
    try:
        plain = name.rstrip(".").encode("idna").decode("ascii") if not name.isascii() else name.rstrip(".")
    except UnicodeError:
        return None
    return plain.lower() if _HOST.fullmatch(plain) else None


def clean_url(text: str) -> str | None:
    """Return the address ready for xs:anyURI, or None if it is none of http(s); of several the first.

    `www.` without a scheme is understood; blanks and other scripts are percent-encoded; addresses with a password
    are refused, since they would publish it.
    """
    text = "".join(unescape(legible(text[: 2 * MAX_LENGTH])).split("\n")).strip().strip("<>\"'")
    text = _SECOND_ADDRESS.split(text)[0]
    if text[:4].lower() == "www.":
        text = f"http://{text}"
    scheme = _SCHEME.match(text)
    if scheme is None:
        return None
    try:
        parts = urlsplit(f"{scheme.group(1).lower()}://{text[scheme.end() :]}")
        port = parts.port
    except ValueError:
        return None
    host = _host(parts.hostname or "")
    if host is None or "@" in parts.netloc:
        return None
    address = urlunsplit((
        parts.scheme,
        host if port is None else f"{host}:{port}",
        _encoded(parts.path, _PATH_SAFE),
        _encoded(parts.query, _QUERY_SAFE),
        _encoded(parts.fragment, _QUERY_SAFE),
    ))  # fmt: skip
    return address if len(address) <= MAX_LENGTH else None


def identifier_url(type_name: str, value: str, stated: str | None) -> str | None:
    """Return where an identifier as we send it resolves, None when no https or http address is known."""
    if type_name == "uri":
        return clean_url(value)
    if type_name in _RESOLVED:
        local = value.removeprefix("arXiv:") if type_name == "arxiv" else value.removeprefix("PMC")
        return clean_url(f"{IDENTIFIER_TYPES[type_name].resolver}{quote(local, safe='/:;().-_~!*,=+')}")
    return clean_url(stated) if stated else None
