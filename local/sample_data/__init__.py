"""Reads the invented institution with which the local demo starts: feed items, and the researchers that it connects."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

FOLDER = Path(__file__).parent
# In the order in which a person would read them; the feed accepts any order (R44).
FEED_FILES = ("publication_types.jsonl", "users.jsonl", "publications.jsonl", "relationships.jsonl")

Access = Literal["write", "read", "none"]


@dataclass(frozen=True, slots=True)
class Researcher:
    """One of the invented people, and how the demo sets them up.

    `orcid_ids` are the iDs claimed in the RIS, in the form 0009-0012-0114-2075. `access` is the connection that the
    demo makes for each of them: `none` leaves them claimed only. `settings` is the body for `PATCH .../settings`
    (API.md), empty without an iD.
    """

    user_id: str
    name: str
    orcid_ids: tuple[str, ...]
    access: Access
    settings: Mapping[str, bool | str]


def feed_items() -> list[dict[str, Any]]:
    """All 930 feed items in the form of API.md "The feed", types and users first: more than one batch of 500."""
    return [item for name in FEED_FILES for item in _read_lines(FOLDER / name)]


def researchers() -> list[Researcher]:
    """The 20 researchers in the order of `researchers.json`."""
    return [
        Researcher(
            user_id=row["user_id"],
            name=row["name"],
            orcid_ids=tuple(row["orcid_ids"]),
            access=cast(Access, row["access"]),
            settings=row["settings"],
        )
        for row in _read_researchers()["researchers"]
    ]


def institution_name() -> str:
    """What the demo calls the institution; says that it is invented."""
    return str(_read_researchers()["institution"])


def _read_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _read_researchers() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "researchers.json").read_text(encoding="utf-8"))
    return document
