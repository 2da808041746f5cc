"""Publications to count and time with: those of the sample institution, as often as needed, each a work of its own."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from orcid_sync.domain.orcid_id import check_digit

from local.sample_data import feed_items

VERSION = 1_700_000_000
Item = dict[str, Any]


def publications(count: int, *, start: int = 0) -> Iterator[Item]:
    """Feed items that all qualify for sending; ids `bench-0000000` on. No two share an identifier (R56)."""
    qualifying = [item for item in feed_items() if item["kind"] == "publication" and _qualifies(item)]
    for number, item in enumerate(islice(cycle(qualifying), start, start + count), start):
        yield _own(item, number)


def relationship(user_id: str, publication: Item, **changes: Any) -> Item:
    """A claimed, public one."""
    pair = {"user_id": user_id, "publication_id": publication["id"]}
    return {"kind": "relationship", **pair, "version": VERSION, "status": "claimed", **changes}


def user(user_id: str, orcid_id: str) -> Item:
    """Somebody who works here and claims the iD."""
    person = {"id": user_id, "version": VERSION, "name": f"Researcher {user_id}", "orcid_ids": [orcid_id]}
    return {"kind": "user", **person, "is_current": True, "login_allowed": True, "profile_privacy": "public"}


def orcid_id(number: int) -> str:
    """An iD of nobody's: above the ranges that ORCID hands out, as those of the sample institution."""
    digits = f"000900130{number:06d}"
    return "-".join((digits + check_digit(digits))[begin : begin + 4] for begin in (0, 4, 8, 12))


def _qualifies(item: Item) -> bool:
    """Sent under default settings: a title, and as an article a published one."""
    records = [record["data"] for record in item["records"]]
    published = all(data.get("publication_status", "").lower().startswith("published") for data in records)
    return all(data.get("title") for data in records) and (item["type"] != "journal-article" or published)


def _own(item: Item, number: int) -> Item:
    own = copy.deepcopy(item)
    own |= {"id": f"bench-{number:07d}", "version": VERSION, "privacy": None}
    for record in own["records"]:
        data = record["data"]
        record["id"] = f"{record['id']}.{number}"[:300]
        data["title"] = f"{data['title']} ({number})"
        # Journals may be shared; what names the work itself may not.
        kept = [one for one in data.get("identifiers", ()) if one["type"] == "issn"]
        kept.append({"type": "doi", "value": f"10.5555/example.2024.{number}"})
        if len(data.get("identifiers", ())) > len(kept) - 1:
            kept.append({"type": "pmid", "value": str(30_000_000 + number)})
        data["identifiers"] = kept
    return own
