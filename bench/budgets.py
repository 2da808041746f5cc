"""What an episode may use at most (DESIGN 6); passing one fails `make bench`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.episodes import Episode

# Gate, lease, release, intent, wake: what a visit writes whatever it does to works.
VISIT_WRITES = 13


@dataclass(frozen=True, slots=True)
class Check:
    """One budget; `used` may reach `allowed`."""

    what: str
    used: float
    allowed: float

    @property
    def kept(self) -> bool:
        return self.used <= self.allowed


def checks(episodes: Iterable[Episode]) -> list[Check]:
    """Every budget that concerns these episodes."""
    return [check for episode in episodes for check in _of(episode)]


def _of(episode: Episode) -> list[Check]:
    kind, n, counts = episode.kind, episode.size, episode.counts
    what = f"{kind}, {n:,}"
    calls, works = Check(f"{what}: calls of the registry", counts.registry_calls, 0), counts.registry_calls
    match kind:
        case "systematic check":
            reads = Check(f"{what}: read units", counts.reads, 0.6 * n + 5)
            return [calls, reads, Check(f"{what}: write units", counts.writes, 7)]
        case "woken visit":
            return [calls, Check(f"{what}: read units", counts.reads, 1.2 * n + 5)]
        case "first sync":
            # A bulk for each hundred, and the record read once before (R11).
            allowed = -(-n // 100) + 1
            each = (counts.writes - VISIT_WRITES) / n
            return [
                Check(f"{what}: calls of the registry", works, allowed),
                Check(f"{what}: write units a work, history included", round(each, 2), 3),
            ]
        case "changed titles" | "hidden":
            # Two for row and history, one for the gate; what is hidden is a relationship of the feed, too.
            made = Check(f"{what}: calls of the registry", works, n)
            each = (counts.writes - VISIT_WRITES) / n - (kind == "hidden")
            written = Check(f"{what}: write units a work, gate included", round(each, 2), 3)
            return [made] if n == 1 else [made, written]
        case "settings page" | "list page":
            return [calls, Check(f"{what}: read units", counts.reads, 0.6 * n + 5)]
        case "lost ledger":
            return [Check(f"{what}: readings of the record", counts.registry["GET"], 1)]
    return []
