"""What a secret holds, as text: a vault of tokens as JSON, any other as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orcid_sync.adapters.vault_format import unpacked


def secret_text(answer: Mapping[str, Any]) -> str:
    """`answer` is that of GetSecretValue. Entries of a vault: `{"user#iD": [token, scopes, revision]}`."""
    if "SecretBinary" in answer:
        return json.dumps(unpacked(answer["SecretBinary"]))
    return str(answer["SecretString"])
