"""What concerns everybody at once: a sync for all, reconciling all, another mapping, switching off and on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING

from soak.functions import TIMEOUTS
from soak.institution import DAY_MS, HOUR_MS, MINUTE_MS, BigInstitution

# The sample institution's patents: some of everybody's works.
CHANGED_TYPE = "patent"
_SPREAD_MS = 200


@dataclass(frozen=True, slots=True)
class Trial:
    """`seconds` and `requests` of the longest invocation of the sync function, `minutes` until nothing waited."""

    what: str
    seconds: float
    requests: int
    minutes: float
    visits: int
    calls: int
    busiest_second: int
    used_share: float  # of the registry's limit, from the first of these calls to the last

    @property
    def in_time(self) -> bool:
        return self.seconds < TIMEOUTS["sync"] / 2


class Everybody:
    """Each trial begins when the one before is over."""

    def __init__(self, big: BigInstitution) -> None:
        self.big = big

    def all(self, told: Callable[[str], None]) -> list[Trial]:
        found = []
        for what, act in (
            ("sync for all", partial(self._syncs, {})),
            ("sync for all, in the high lane", partial(self._syncs, {"priority": "high"})),
            ("reconcile all", partial(self._syncs, {"reconcile": True})),
            ("off, and on a quarter of an hour later", self._off_and_on),
            (f"another mapping for {CHANGED_TYPE}", self._remaps),
        ):
            found.append(self._tried(what, act))
            told(f"{what}: {found[-1]}")
        return found

    def _tried(self, what: str, act: Callable[[], None]) -> Trial:
        big = self.big
        before = big.world.functions.invocations["write_works"], len(big.world.edge.arrived), len(big.calls["sync"])
        act()
        spread_ms = self.big.catalogue.users * _SPREAD_MS
        passed_ms = big.rests(spread_ms + 2 * MINUTE_MS, 12 * HOUR_MS)
        while big.updates_wait() and passed_ms < 2 * DAY_MS:
            passed_ms += big.rests(30 * MINUTE_MS, 12 * HOUR_MS)
        arrived = big.world.edge.arrived[before[1] :]
        invocations = big.calls["sync"][before[2] :]
        seconds = (arrived[-1] - arrived[0]) / 1000 if len(arrived) > 1 else 0
        return Trial(
            what,
            max(one.seconds for one in invocations),
            max(one.requests for one in invocations),
            passed_ms / MINUTE_MS,
            big.world.functions.invocations["write_works"] - before[0],
            len(arrived),
            busiest_second(arrived),
            len(arrived) / seconds / 24 if seconds else 0,
        )

    def _boss(self, route: str, body: object = None, **more: Any) -> None:
        self.big.people.acts("boss", lambda process: self.big.calls_api(process, "boss", route, body, **more))

    def _syncs(self, how: dict[str, object]) -> None:
        self._boss("POST /v1/admin/sync", {"all": True, **how})

    def _off_and_on(self) -> None:
        self._boss("PATCH /v1/admin/configuration", {"write_enabled": False})
        self.big.passes(15 * MINUTE_MS)
        self._boss("PATCH /v1/admin/configuration", {"write_enabled": True})

    def _remaps(self) -> None:
        wanted = {**DEFAULT_TYPE_MAPPING, CHANGED_TYPE: "report"}
        lines = ["Elements type,ORCID type", *(f"{one},{to}" for one, to in sorted(wanted.items()))]
        headers = {"content-type": "text/csv"}
        self._boss("PUT /v1/admin/type-mapping", raw="\n".join(lines) + "\n", headers=headers)


def busiest_second(arrived: list[int]) -> int:
    """The most of these times (ms, in order) within any 1,000 ms."""
    most, begin = 0, 0
    for end, at_ms in enumerate(arrived):
        while arrived[begin] <= at_ms - 1000:
            begin += 1
        most = max(most, end - begin + 1)
    return most
