"""How much of a vault a token takes, packed as it is and otherwise: `python -m bench.vaults` (docs/decisions/0010)."""

from __future__ import annotations

import json
import random
import string
import zlib
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, TypeAlias
from uuid import UUID

from orcid_sync.adapters.secrets_tokens import LARGEST_VAULT_BYTES, MOST_ENTRIES
from orcid_sync.adapters.vault_format import Entry, packed
from orcid_sync.domain.orcid_id import check_digit

SCOPES: Final = "/activities/update /read-limited"
_BEGIN_MS: Final = 1_793_606_400_000
_YEAR_MS: Final = 365 * 86_400_000
# The range in which ORCID hands iDs out (docs of ORCID, "Structure of the ORCID Identifier").
_FIRST_ID, _LAST_ID = 150_000_007, 350_000_001

UserIds: TypeAlias = Callable[[random.Random], str]


def _letters(chance: random.Random, alphabet: str, count: int) -> str:
    return "".join(chance.choices(alphabet, k=count))


USER_IDS: Final[Mapping[str, UserIds]] = {
    "1234567": lambda chance: str(chance.randrange(100_000, 10_000_000)),
    "abc1234": lambda chance: _letters(chance, string.ascii_lowercase, 3) + str(chance.randrange(1000, 10_000)),
    "x...@example.ac.uk": lambda chance: (
        _letters(chance, string.ascii_lowercase, chance.randrange(8, 18)) + "@example.ac.uk"
    ),
    "UUIDs": lambda chance: str(UUID(int=chance.getrandbits(128), version=4)),
    "64 random characters": lambda chance: _letters(chance, string.ascii_letters + string.digits + "._~:@-", 64),
}
ORDINARY: Final = "abc1234"


def filled(count: int, user_ids: str = ORDINARY) -> dict[str, Entry]:
    """Entries of researchers who connected some time within a year, the same ones with each call."""
    chance = random.Random(7)  # noqa: S311 - no secrets
    return {
        f"{USER_IDS[user_ids](chance)}#{_orcid_id(chance.randrange(_FIRST_ID, _LAST_ID))}": (
            str(UUID(int=chance.getrandbits(128), version=4)),
            SCOPES,
            _BEGIN_MS + chance.randrange(_YEAR_MS),
        )
        for _ in range(count)
    }


@cache
def capacity() -> int:
    """Entries that a vault takes, with ordinary user ids."""
    return bisect_right(range(1, MOST_ENTRIES + 1), LARGEST_VAULT_BYTES, key=lambda count: len(packed(filled(count))))


def _orcid_id(number: int) -> str:
    digits = f"{number:015d}"
    digits += check_digit(digits)
    return "-".join(digits[begin : begin + 4] for begin in range(0, 16, 4))


def _ways(entries: Mapping[str, Entry]) -> dict[str, int]:
    """Bytes of all entries, by the way of writing them; JSON with a letter for each scope, as it once was."""
    text = _json({key: (token, "r u", rev) for key, (token, _, rev) in sorted(entries.items())})
    others = _json([[key, "r u", rev] for key, (_, _, rev) in sorted(entries.items())])
    return {
        "JSON": len(text),
        "JSON, zlib": len(zlib.compress(text)),
        "JSON without the tokens, zlib; tokens beside it": len(zlib.compress(others)) + 16 * len(entries),
        "as it is packed": len(packed(entries)),
    }


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def main() -> None:
    """A line for each way of writing, with bytes an entry by the form of user ids."""
    found = {form: _ways(filled(MOST_ENTRIES, form)) for form in USER_IDS}
    print("bytes an entry;", ", ".join(USER_IDS))
    for way in found[ORDINARY]:
        print(f"{way}:", ", ".join(f"{found[form][way] / MOST_ENTRIES:.1f}" for form in USER_IDS))
    print(f"a vault takes {capacity():,} entries with user ids like {ORDINARY}")


if __name__ == "__main__":
    main()
