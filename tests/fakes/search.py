"""What supplementary search needs, in memory (R42)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orcid_sync.domain.claiming import WorkClaimed
from orcid_sync.domain.offered_work import OfferedWork
from orcid_sync.domain.offers import Offer, OfferState
from orcid_sync.domain.work_identifiers import LookUpKey
from orcid_sync.ports.search import Finding, LinkReading, SourceBusyError

from tests.fakes.claiming import FakeClaimLog

KEPT_MS = 30 * 86_400_000
SHORTEST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 6 * 3_600_000


class FakeWorkIndex:
    """`places` is open to tests."""

    def __init__(self) -> None:
        self.places: set[tuple[str, str]] = set()

    def add(self, ids: Mapping[str, Iterable[str]]) -> None:
        self.places |= {(key, publication_id) for publication_id, some in ids.items() for key in some}

    def remove(self, ids: Mapping[str, Iterable[str]]) -> None:
        self.places -= {(key, publication_id) for publication_id, some in ids.items() for key in some}

    def publications(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        wanted = set(ids)
        found: dict[str, tuple[str, ...]] = {}
        for key, publication_id in sorted(self.places):
            if key in wanted:
                found[key] = (*found.get(key, ()), publication_id)
        return found


class FakeOffers:
    """`stored` and `described` are open to tests."""

    def __init__(self, log: FakeClaimLog) -> None:
        self.log = log
        self.stored: dict[tuple[str, str], Offer] = {}
        self.described: dict[tuple[str, str], OfferedWork] = {}

    def of_user(self, user_id: str) -> tuple[Offer, ...]:
        return tuple(self.stored[key] for key in sorted(self.stored) if key[0] == user_id)

    def one(self, user_id: str, offer_id: str) -> Offer | None:
        return self.stored.get((user_id, offer_id))

    def known_users(self, user_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(user_id for user_id, _ in self.stored) & frozenset(user_ids)

    def holders(self, ids: Iterable[str]) -> frozenset[str]:
        wanted = set(ids)
        return frozenset(offer.user_id for offer in self.stored.values() if not wanted.isdisjoint(offer.ids))

    def add(self, offer: Offer, work: OfferedWork | None) -> bool:
        key = (offer.user_id, offer.offer_id)
        if key in self.stored:
            return False
        self.stored[key] = offer
        if work is not None:
            self.described[key] = work
        return True

    def change(self, before: Offer, after: Offer) -> bool:
        key = (before.user_id, before.offer_id)
        if key not in self.stored or self.stored[key].state is not before.state:
            return False
        if before.state is OfferState.ACCEPTED:
            self.log.works = [claim for claim in self.log.works if claim.offer_id != before.offer_id]
        self.stored[key] = after
        if after.state is OfferState.ACCEPTED:
            assert after.answered_ms is not None
            self.log.works.append(WorkClaimed(after.user_id, after.offer_id, after.orcid_id, after.answered_ms))
        if not after.undecided:
            self.described.pop(key, None)
        return True

    def works(self, offers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], OfferedWork]:
        return {key: self.described[key] for key in offers if key in self.described}

    def forget_user(self, user_id: str) -> None:
        self.stored = {key: offer for key, offer in self.stored.items() if key[0] != user_id}
        self.described = {key: work for key, work in self.described.items() if key[0] != user_id}
        self.log.works = [claim for claim in self.log.works if claim.user_id != user_id]


class FakeLinkReadings:
    """`stored` is open to tests."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], LinkReading] = {}

    def some(self, links: Iterable[tuple[str, str]]) -> dict[tuple[str, str], LinkReading]:
        return {link: self.stored[link] for link in links if link in self.stored}

    def put(self, reading: LinkReading) -> None:
        self.stored[reading.user_id, reading.orcid_id] = reading


class FakeFindings:
    """Kept with their ends."""

    def __init__(self) -> None:
        self.stored: dict[LookUpKey, tuple[int, Finding]] = {}

    def some(self, keys: Iterable[LookUpKey], *, now_ms: int) -> dict[LookUpKey, Finding]:
        return {key: self.stored[key][1] for key in keys if key in self.stored and self.stored[key][0] > now_ms}

    def put(self, findings: Mapping[LookUpKey, Finding], *, now_ms: int) -> None:
        self.stored |= {key: (now_ms + KEPT_MS, finding) for key, finding in findings.items()}


class FakeSourcePauses:
    """(until, length) by source."""

    def __init__(self) -> None:
        self.pauses: dict[str, tuple[int, int]] = {}

    def until(self, source: str) -> int:
        return self.pauses.get(source, (0, 0))[0]

    def pause(self, source: str, *, now_ms: int, wait_seconds: float | None) -> int:
        before = self.pauses.get(source, (0, 0))[1]
        length_ms = min(2 * before if before else SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS)
        until_ms = now_ms + max(length_ms, round((wait_seconds or 0) * 1000))
        self.pauses[source] = (until_ms, length_ms)
        return until_ms

    def answered(self, source: str) -> None:
        self.pauses.pop(source, None)


class FakeSearchWalk:
    """`cursor` is open to tests."""

    def __init__(self) -> None:
        self.cursor, self.until_ms = "", 0

    def begin(self, *, now_ms: int, until_ms: int) -> str | None:
        if self.until_ms > now_ms:
            return None
        self.until_ms = until_ms
        return self.cursor

    def end(self, *, cursor: str, until_ms: int) -> None:
        if self.until_ms == until_ms:
            self.cursor, self.until_ms = cursor, 0


@dataclass
class FakeOpenSource:
    """A source with works by key; `asked` lists each request. `busy`: so many requests from now on are turned away."""

    name: str
    types: frozenset[str]
    works: dict[LookUpKey, OfferedWork] = field(default_factory=dict)
    asked: list[tuple[LookUpKey, ...]] = field(default_factory=list)
    busy: int = 0
    wait_seconds: float | None = None

    def look_up(self, identifiers: Sequence[LookUpKey]) -> Mapping[LookUpKey, OfferedWork]:
        if len(identifiers) > 20:
            raise ValueError("at most 20")
        self.asked.append(tuple(identifiers))
        if self.busy:
            self.busy -= 1
            raise SourceBusyError(f"{self.name} answers 503.", self.wait_seconds)
        return {key: self.works[key] for key in identifiers if key in self.works and key[0] in self.types}

    def has(self, *identifiers: tuple[str, str], title: str = "A work that nobody told of") -> OfferedWork:
        """Let the source describe a work with these identifiers, found by each of them that it is asked for."""
        listed = [{"type": kind, "value": value} for kind, value in identifiers]
        work = OfferedWork(self.name, identifiers[0][1], "journal-article", {"title": title, "identifiers": listed})
        self.works |= {key: work for key in identifiers if key[0] in self.types}
        return work
