"""How an institution's RIS sends: all of its catalogue in files, and what changed over the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import boto3

from soak.institution_catalogue import Catalogue
from soak.people import Institution, Item
from soak.simulation import Process
from soak.world import World

BUCKET = "uploads"
LINES_A_FILE = 100_000
FILES_AT_ONCE = 4
FEED_BATCH = 400


@dataclass
class Ris:
    """`files_left` are under way, or wait for their turn."""

    world: World
    catalogue: Catalogue
    people: Institution
    files_left: int = 0

    def puts_files(self, named: dict[str, Iterator[str]]) -> None:
        """Feed files, so many at once; `files_left` are not taken in yet."""
        self.files_left += len(named)
        waiting = list(named.items())

        def begin() -> None:
            if waiting:
                name, lines = waiting.pop(0)
                key = f"feed/{self.world.simulation.now_ms()}-{name}.jsonl"
                body = "\n".join(lines).encode()
                boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
                event = {"id": key, "detail": {"object": {"key": key}}}
                self.world.functions.start("import_feed", event, then=ended)

        def ended(result: Any) -> None:
            assert result.well and result.answer["complete"], result
            boto3.client("s3").delete_object(Bucket=BUCKET, Key=result.answer["file"])
            self.files_left -= 1
            begin()

        for _ in range(FILES_AT_ONCE):
            begin()

    def whole_catalogue(self, users: int) -> dict[str, Iterator[str]]:
        """Everything about the first so many users, in files."""
        c = self.catalogue
        kinds: dict[str, Iterator[str]] = {
            "users": (_line(c.person(user)) for user in range(users)),
            "publications": (c.line(number) for number in range(users * c.firsts)),
            "relationships": (_line(c.relation(user, n)) for user in range(users) for n in c.works_of(user)),
        }
        counts = {"users": users, "publications": users * c.firsts, "relationships": users * c.works}
        return {
            f"{kind}-{part}": islice(lines, LINES_A_FILE)
            for kind, lines in kinds.items()
            for part in range(-(-counts[kind] // LINES_A_FILE))
        }

    def sends(self, items: list[Item]) -> None:
        """A batch over the API."""
        for begin in range(0, len(items), FEED_BATCH):
            body = {"items": items[begin : begin + FEED_BATCH]}
            self.people.acts("ris", lambda p, body=body: self._sent(p, body))  # type: ignore[misc]  # a default binds it

    def _sent(self, process: Process, body: Item) -> None:
        reply = self.people.call(process, "ris", "POST /v1/feed/batch", body)
        assert reply is not None and reply.status == 200 and not reply.body["errors"], reply


def _line(item: Item) -> str:
    return json.dumps(item)
