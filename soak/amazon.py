"""AWS as the functions call it: tables, queues and bus in memory, moto for the rest; calls take time and may fail."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from botocore import xform_name
from botocore.exceptions import ClientError

from soak.lagging_dynamodb import LaggingDynamoDb
from soak.lagging_secrets import LaggingSecrets
from soak.queues import FifoQueue
from soak.simulation import Killed, Process, Simulation
from soak.troubles import Troubles

_READS = ("Get", "BatchGet", "Query", "List", "Describe")
# What botocore has tried four times already.
_REFUSALS = {
    "dynamodb": [
        "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "InternalServerError",
    ],
    "sqs": ["RequestThrottled", "ServiceUnavailable"],
    "events": ["ThrottlingException", "InternalException"],
    "secretsmanager": ["ThrottlingException", "InternalServiceError"],
    "s3": ["SlowDown", "InternalError"],
}  # fmt: skip


@dataclass
class Amazon:
    """`queues` by URL; `events` are those put on the bus and not delivered yet. `ask` is the way to moto."""

    simulation: Simulation
    troubles: Troubles
    memory: LaggingDynamoDb = field(init=False)
    secrets: LaggingSecrets = field(init=False)
    queues: dict[str, FifoQueue] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    something_sent: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.memory = LaggingDynamoDb(self.simulation, self.troubles)
        self.secrets = LaggingSecrets(self.simulation, self.troubles)

    def answer(self, client: Any, operation: str, parameters: dict[str, Any], ask: Callable[..., Any]) -> Any:
        """One call of a client; outside processes it is carried out at once."""
        service = client.meta.service_model.service_name
        process = self.simulation.current

        def asked(what: str, wanted: dict[str, Any]) -> Any:
            return ask(client, what, wanted)

        def carry_out() -> Any:
            return self._carry_out(service, operation, parameters, asked)

        if process is None or not process.invocation:
            return carry_out()
        self.calls[f"{service} {operation}"] += 1
        self.alive(process, self.troubles.random.randint(2, 9))
        if self.troubles.strikes("AWS refuses", self.troubles.odds.aws_refuses):
            self._refuse(process, service, operation)
        answer = carry_out()
        if not operation.startswith(_READS):
            if self.troubles.strikes("AWS fails after it took effect", self.troubles.odds.aws_fails):
                self._refuse(process, service, operation)
            if self.troubles.strikes("AWS's answer lost", self.troubles.odds.answer_lost):
                answer = carry_out()
            self.alive(process, 0)
        return answer

    def _refuse(self, process: Process, service: str, operation: str) -> NoReturn:
        process.injured = process.injured or "AWS refused"
        code = self.troubles.random.choice(_REFUSALS[service])
        raise ClientError({"Error": {"Code": code, "Message": "later"}}, operation)

    def alive(self, process: Process, takes_ms: int) -> None:
        """Let the call's time pass; raises Killed where the invocation ends here."""
        if takes_ms:
            self.simulation.wait(takes_ms)
        late = process.ends_ms is not None and self.simulation.now_ms() >= process.ends_ms
        if late and not process.dead:
            self.troubles.met["timed out"] += 1
            process.injured = "timed out"
        if process.dead or late or self.troubles.strikes("killed", self.troubles.odds.killed):
            process.dead = True
            process.injured = process.injured or "killed"
            raise Killed

    def _carry_out(self, service: str, operation: str, parameters: dict[str, Any], ask: Callable[..., Any]) -> Any:
        if service == "dynamodb":
            return getattr(self.memory, xform_name(operation))(**parameters)
        if service == "sqs" and parameters.get("QueueUrl") in self.queues:
            return self._sqs(operation, self.queues[parameters["QueueUrl"]], parameters)
        if service == "events" and operation == "PutEvents":
            return self._put_events(parameters["Entries"])
        if service == "secretsmanager":
            return self.secrets.answer(operation, parameters, ask)
        return ask(operation, parameters)

    def _put_events(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        """Each entry is taken or not, with status 200 for all of them."""
        answers: list[dict[str, str]] = []
        for entry in entries:
            if self.troubles.strikes("event not taken", self.troubles.odds.events_refused):
                answers.append({"ErrorCode": "ThrottlingException", "ErrorMessage": "later"})
                continue
            told = {"source": entry["Source"], "detail-type": entry["DetailType"]}
            self.events.append(told | {"detail": json.loads(entry["Detail"])})
            answers.append({"EventId": "e"})
        self.simulation.at(self.simulation.now_ms(), self.something_sent)
        return {"Entries": answers, "FailedEntryCount": sum("ErrorCode" in answer for answer in answers)}

    def _sqs(self, operation: str, queue: FifoQueue, parameters: dict[str, Any]) -> Any:
        if operation == "GetQueueAttributes":
            return {"Attributes": {"ApproximateNumberOfMessages": str(queue.depth)}}
        assert operation == "SendMessage", operation
        now_ms = self.simulation.now_ms()
        late = self.troubles.strikes("late message", self.troubles.odds.message_late)
        late_ms = self.troubles.random.randint(1_000, 90_000) if late else 0
        queue.send(
            parameters["MessageBody"],
            parameters["MessageGroupId"],
            parameters["MessageDeduplicationId"],
            now_ms=now_ms,
            late_ms=late_ms,
        )
        self.simulation.at(now_ms + late_ms, self.something_sent)
        return {"MessageId": "m"}
