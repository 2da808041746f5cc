"""What is noted of a work that could not be sent or removed, and when it is tried again (R38)."""

from __future__ import annotations

from orcid_sync.domain.ledger import Failure
from orcid_sync.domain.outcomes import Answer, Outcome

_HOUR_MS = 3_600_000
_LONGEST_RETRY_MS = 24 * _HOUR_MS
# Refusals of content: the same content would be refused again.
_CONTENT = frozenset({Outcome.REFUSED, Outcome.TOO_LARGE})


def next_failure(
    earlier: Failure | None, answer: Answer, *, sending: bool, fingerprint: str | None, now_ms: int, detail: str | None
) -> Failure:
    """The failure after this answer. Refused content waits until it changes; anything else is tried again with
    growing delays, a removal (`sending` False) always.

    `detail` says more than the answer does; `fingerprint` is of what was sent, None for a removal.
    """
    attempts = earlier.attempts + 1 if earlier is not None and earlier.fingerprint == fingerprint else 1
    for_good = sending and answer.outcome in _CONTENT
    delay_ms = min(_HOUR_MS << min(attempts - 1, 8), _LONGEST_RETRY_MS)
    return Failure(
        code=answer.code or (str(answer.status) if answer.status is not None else answer.outcome.value),
        message=detail or answer.message,
        at_ms=now_ms,
        attempts=attempts,
        retry_ms=None if for_good else now_ms + delay_ms,
        fingerprint=fingerprint,
    )
