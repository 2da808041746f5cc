"""Short names for content: of what a work is built from, and of what is really sent (DESIGN 6, R53)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from functools import cache
from typing import Any

from orcid_sync.domain.own_entry import OwnEntry
from orcid_sync.domain.work import Work

_LENGTH = 20  # 80 bits: clashes are out of reach for millions of works


def short_hash(value: object) -> str:
    """Return 20 hexadecimal characters that name a JSON-like value; key order does not count, list order does.

    A dataclass counts as `dataclasses.asdict` has it, which would take three times as long: it copies every text.
    """
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_by_field)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:_LENGTH]


def fingerprint(*, digest: str, work_type: str, publication_id: str, own: OwnEntry | None, builder_version: int) -> str:
    """Return the name of everything that a work is built from; while it stays, no payload need be read.

    `digest` is the record's (it covers metadata and publication type), `own` the link's own data.
    """
    return short_hash([digest, work_type, publication_id, own and [own.orcid_id, own.name], builder_version])


def work_digest(work: Work) -> str:
    """Return the name of what is really sent: equal digests mean that an update would change nothing (R53)."""
    return short_hash(work)


def _by_field(value: object) -> dict[str, object]:
    of: Any = type(value)
    return {name: getattr(value, name) for name in _names(of)}


@cache
def _names(of: Any) -> tuple[str, ...]:
    """Raises TypeError for what is no dataclass, as JSON does for what it cannot hold."""
    return tuple(field.name for field in fields(of))
