"""Log lines and metrics. Ids and counts only: never a payload, a name or a token (R47)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

Handler: TypeAlias = Callable[[dict[str, Any], LambdaContext], Any]

logger = Logger()
metrics = Metrics(namespace="OrcidSync")


def observed(handler: Handler) -> Handler:
    """Give every log line of an invocation its ids, and write its metrics out at the end, whatever the end was."""

    @functools.wraps(handler)
    def observing(event: dict[str, Any], context: LambdaContext) -> Any:
        logger.set_correlation_id(None)
        logger.append_keys(request_id=context.aws_request_id)
        try:
            return handler(event, context)
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()
            logger.clear_state()

    return observing


class PowertoolsTelemetry:
    """The Telemetry port on Powertools' structured log and embedded metrics."""

    def log(self, event: str, **ids: str | int | float | None) -> None:
        """One line, named by its event (`work_added`)."""
        logger.info(event, extra=ids)

    def alert(self, event: str, **ids: str | int | float | None) -> None:
        """One line that an operator has to look at."""
        logger.error(event, extra=ids)

    def count(self, metric: str, value: int = 1) -> None:
        """Add to a metric."""
        metrics.add_metric(name=metric, unit=MetricUnit.Count, value=value)

    def gauge(self, metric: str, value: float, unit: str) -> None:
        """State a metric; `unit` is CloudWatch's word."""
        metrics.add_metric(name=metric, unit=unit, value=value)
