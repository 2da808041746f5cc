"""Secrets that this product only reads: the key that signs `state`, and the client's secret at ORCID (DESIGN 7)."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class LazySecret:
    """A secret's text, fetched when first asked for and kept in memory; it is never printed (R47)."""

    def __init__(self, client: SecretsManagerClient, secret_id: str, *, field: str | None = None) -> None:
        """`field`: the secret is a JSON object and this is the name of the value in it."""
        self._client = client
        self._secret_id = secret_id
        self._field = field

    @cached_property
    def _text(self) -> str:
        text = self._client.get_secret_value(SecretId=self._secret_id)["SecretString"]
        return text if self._field is None else str(json.loads(text)[self._field])

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "LazySecret(***)"


class HmacSigner:
    """Signs with HMAC-SHA256, hexadecimal."""

    def __init__(self, key: LazySecret) -> None:
        self._key = key

    def sign(self, text: str) -> str:
        return hmac.new(self._key.reveal().encode(), text.encode(), hashlib.sha256).hexdigest()

    def verify(self, text: str, signature: str) -> bool:
        """Compares in constant time."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())
