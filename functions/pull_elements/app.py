"""Every quarter of an hour, or on demand: read the institution's Elements server (R45)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.bootstrap.pull_elements import pull_elements as services
from orcid_sync.domain.errors import InvalidError
from orcid_sync.observability import PowertoolsTelemetry, observed
from orcid_sync.ports.elements import ElementsError
from orcid_sync.services.pull_elements import PullElements, PullReport

# One more page, with all its repeats, and what is left to be stored.
RESERVE_MS = 120_000
SWITCHES = ("now", "full", "accept_departures")


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Go on reading, or begin if it is time.

    On demand: `{"now": true}`, `{"full": true}`, `{"users": ["u1"]}`, `{"accept_departures": true}`; see
    docs/operations.md. Answers what was done and what stands in the way.
    """
    remaining_ms = context.get_remaining_time_in_millis()
    pull = services(remaining_ms)
    deadline_ms = pull.clock.now_ms() + remaining_ms - RESERVE_MS
    try:
        report = _asked(pull, event, deadline_ms)
    except ElementsError as exc:
        report = PullReport(running=True, problem=str(exc))
    if report.running:
        PowertoolsTelemetry().log("elements_read", **asdict(report))
    pull.tell_age()
    return asdict(report)


def _asked(pull: PullElements, event: dict[str, Any], deadline_ms: int) -> PullReport:
    users = event.get("users", [])
    switches = {name: event.get(name, False) for name in SWITCHES}
    if not isinstance(users, list) or not all(isinstance(user, str) for user in users):
        raise InvalidError('users: Give a list of user ids, such as {"users": ["u1"]}.')
    if not all(isinstance(value, bool) for value in switches.values()):
        raise InvalidError(f"{', '.join(SWITCHES)}: Give true or false.")
    if users:
        return pull.compare_now(users, deadline_ms=deadline_ms)
    return pull.run(deadline_ms=deadline_ms, **switches)
