"""Takes everything secret out of the registry's texts before they are stored, shown or logged (R47)."""

from __future__ import annotations

import re

LONGEST_MESSAGE = 500
MASK = "***"

# A text is looked at only this far: what is cut off here can never come back, since a message is shorter still.
_LONGEST_LOOK = 20_000

# ORCID's tokens are UUIDs (ORCID_API 2.3). An ORCID iD (4-4-4-4) and a put-code never match.
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?")
_SCHEME = re.compile(r"\b(bearer|basic)(\s+|%20)[^\s\"',;<>]+", re.IGNORECASE)
# "access_token=...", {"client_secret": "..."}, "Invalid access token: ...", "Reused authorization code: ..."
_NAMED = re.compile(
    r"((?:access|refresh|id|subject)[ _-]?token|client[ _-]?secret|authorization[ _-]code)"
    r"(\"?\s*[:=]\s*\"?)[^\s\"'&,;<>}]+",
    re.IGNORECASE,
)
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def mask(text: str, *secrets: str) -> str:
    """Return the text on one line, at most 500 characters, without tokens, secrets and authorisation codes.

    `secrets` are those that the caller knows of, whatever their form; their letter case does not count.
    """
    shown = text[:_LONGEST_LOOK]
    for secret in secrets:
        if secret:
            shown = re.sub(re.escape(secret), MASK, shown, flags=re.IGNORECASE)
    shown = _NAMED.sub(rf"\1\2{MASK}", shown)
    shown = _SCHEME.sub(rf"\1 {MASK}", shown)
    shown = _JWT.sub(MASK, shown)
    shown = _UUID.sub(MASK, shown)
    shown = _UNPRINTABLE.sub(" ", shown).strip()
    return shown if len(shown) <= LONGEST_MESSAGE else shown[: LONGEST_MESSAGE - 3] + "..."
