"""Secrets Manager as it is: what was stored a moment ago is not always seen yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from soak.simulation import Simulation
from soak.troubles import Troubles

LONGEST_LAG_MS = 2_000
_CHANGES = {"CreateSecret": "Name", "UpdateSecretVersionStage": "SecretId", "DeleteSecret": "SecretId"}
Ask = Callable[[str, dict[str, Any]], Any]


class LaggingSecrets:
    """Remembers of each secret what was current before its last change, and when that was."""

    def __init__(self, simulation: Simulation, troubles: Troubles) -> None:
        self._simulation, self._troubles = simulation, troubles
        self._before: dict[str, tuple[int, dict[str, Any] | ClientError]] = {}

    def answer(self, operation: str, parameters: dict[str, Any], ask: Ask) -> Any:
        """One call; `ask` carries it out."""
        if operation == "GetSecretValue":
            return self._read(parameters, ask)
        if operation in _CHANGES:
            name = parameters[_CHANGES[operation]]
            before = self._current(name, ask)
            answer = ask(operation, parameters)
            self._before[name] = (self._simulation.now_ms(), before)
            return answer
        return ask(operation, parameters)

    def _read(self, parameters: dict[str, Any], ask: Ask) -> Any:
        changed_ms, before = self._before.get(parameters["SecretId"], (-LONGEST_LAG_MS, {}))
        late_ms = self._troubles.random.randint(0, LONGEST_LAG_MS)
        is_late = self._simulation.now_ms() < changed_ms + late_ms
        if not is_late or not self._troubles.strikes("secret seen late", self._troubles.odds.secret_stale):
            return ask("GetSecretValue", parameters)
        if isinstance(before, ClientError):
            raise before
        return dict(before)

    @staticmethod
    def _current(name: str, ask: Ask) -> dict[str, Any] | ClientError:
        try:
            found: dict[str, Any] = ask("GetSecretValue", {"SecretId": name, "VersionStage": "AWSCURRENT"})
        except ClientError as error:
            return error
        return found
