"""Time stamps as Elements writes them: local time with its offset, and two to seven digits of a second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_ZONE: Final = timezone(timedelta(hours=-5))


def stamp(epoch_ms: int, salt: int = 0) -> str:
    """`2019-07-27T18:07:09.37-04:00`; how many digits depends on `salt`, and what they cannot say is cut off."""
    moment = datetime.fromtimestamp(epoch_ms // 1000, _ZONE)
    digits = f"{epoch_ms % 1000:03d}0000"[: 2 + salt % 6]
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{digits}{offset[:3]}:{offset[3:]}"


def read_stamp(text: str) -> int:
    """Epoch milliseconds of an xs:dateTime. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
