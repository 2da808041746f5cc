"""Which form a body has and which form the answer takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local.registry.errors import RegistryError
from local.registry.xml_out import to_xml

# The order decides between equal preferences: XML wins.
_TYPES = (
    "application/vnd.orcid+xml",
    "application/orcid+xml",
    "application/xml",
    "application/vnd.orcid+json",
    "application/orcid+json",
    "application/json",
)
_DEFAULT = _TYPES[0]


@dataclass(frozen=True, slots=True)
class MediaType:
    """One of the six names. JSON is pretty-printed under ORCID's own names and compact under the general one."""

    name: str

    @property
    def is_json(self) -> bool:
        return self.name.endswith("json")

    def encode(self, kind: str, body: dict[str, Any]) -> bytes:
        """A body; `kind` is the root element that XML needs (work, works, work-summary, bulk, error)."""
        if not self.is_json:
            return to_xml(kind, body)
        if self.name == "application/json":
            return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        return json.dumps(body, ensure_ascii=False, indent=2).encode(errors="replace")


def request_is_json(content_type: str | None) -> bool:
    """Whether a body is JSON rather than XML.

    Raises:
        RegistryError: 415 for anything else.
    """
    name = (content_type or "").split(";")[0].strip().lower()
    if name not in _TYPES:
        raise RegistryError(9001, status=415)
    return name.endswith("json")


def answer_type(accept: str | None, content_type: str | None) -> MediaType:
    """The form of the answer.

    Without Accept, or with exactly `*/*`, it follows a Content-Type that, taken whole, is part of a known name;
    one with a charset is none, and then the answer is XML.

    Raises:
        RegistryError: 406 when nothing acceptable is known.
    """
    if accept is None or accept.strip() in ("", "*/*"):
        if content_type:
            for name in _TYPES:
                if content_type.lower() in name:
                    return MediaType(name)
        return MediaType(_DEFAULT)
    ranked: list[tuple[float, int, int]] = []
    for place, name in enumerate(_TYPES):
        best = max((_match(part, name) for part in accept.split(",")), default=(0.0, 0))
        if best[0] > 0:
            ranked.append((-best[0], -best[1], place))
    if not ranked:
        raise RegistryError(9001, status=406)
    return MediaType(_TYPES[min(ranked)[2]])


def fallback_type(accept: str | None, content_type: str | None) -> MediaType:
    """The form of an error answer, also when Accept cannot be met."""
    try:
        return answer_type(accept, content_type)
    except RegistryError:
        return MediaType(_DEFAULT)


def _match(part: str, name: str) -> tuple[float, int]:
    """Quality and specificity (3 exact, 2 `type/*`, 1 `*/*`) with which one Accept range takes a type."""
    pattern, *parameters = (piece.strip().lower() for piece in part.split(";"))
    specificity = {name: 3, "application/*": 2, "*/*": 1}.get(pattern, 0)
    quality = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter[2:])
            except ValueError:
                quality = 0.0
    return (quality if specificity else 0.0, specificity)
