"""The token vaults as a whole: closed, emptied into fresh ones, deleted without recovery (R48, DESIGN 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from orcid_sync.adapters.secrets_tokens import LARGEST_VAULT_BYTES, MOST_ENTRIES, Entry, SecretsTokenVault, has_room
from orcid_sync.adapters.vault_counters import VaultCounters, VaultUse
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.tokens import TokenRef
from orcid_sync.ports.vaults import HeldToken, VaultAge

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Key, token, scopes and revision of an entry, generously: a vault takes 60,000 bytes and is filled to 800 entries.
_ENTRY_BYTES = 200


class SecretsVaults:
    """Works through the same compare-and-swap as every other change of a vault."""

    def __init__(self, client: SecretsManagerClient, counters: VaultCounters, vault: SecretsTokenVault) -> None:
        self._client = client
        self._counters = counters
        self._vault = vault

    def all(self, now_ms: int) -> list[VaultAge]:
        return [VaultAge(use.name, use.opened_ms, use.closed_ms) for use in self._counters.all(now_ms)]

    def close(self, vault: str, now_ms: int) -> None:
        self._counters.close(vault, now_ms)

    def held(self, vault: str) -> list[HeldToken]:
        found = self._vault.fetch(vault)
        if found is None:
            self._check_gone(vault)
            return []
        return [_held(key, entry) for key, entry in sorted(found.entries.items())]

    def _check_gone(self, vault: str) -> None:
        """A secret that somebody marked for deletion cannot be read either, but can be restored for some days."""
        try:
            self._client.get_secret_value(SecretId=vault, VersionStage="AWSCURRENT")
        except ClientError as error:
            code = error.response["Error"].get("Code")
            if code == "ResourceNotFoundException":
                return
            if code != "InvalidRequestException":
                raise
        raise ConflictError(
            f"The token vault {vault} is marked for deletion; restore it (aws secretsmanager restore-secret), or what"
            " it holds is lost with it."
        )

    def copy(self, vault: str, tokens: Iterable[HeldToken], now_ms: int) -> dict[HeldToken, TokenRef]:
        found = self._vault.fetch(vault)
        entries = found.entries if found is not None else {}
        left = {_key(token): token for token in tokens if _key(token) in entries}
        refs: dict[HeldToken, TokenRef] = {}
        while left:
            target, room = self._target(now_ms)
            part = dict(list(left.items())[:room])
            chosen = {key: entries[key] for key in part}
            self._vault.change(target, lambda there, chosen=chosen: _with(there, chosen), now_ms)  # type: ignore[misc]  # mypy does not infer the default's type
            refs |= {token: TokenRef(target, entries[key][2]) for key, token in part.items()}
            left = {key: token for key, token in left.items() if key not in part}
        return refs

    def destroy(self, vault: str) -> None:
        """The secret first: until it is gone the counters know of it, so that the next run goes on here."""
        try:
            self._client.delete_secret(SecretId=vault, ForceDeleteWithoutRecovery=True)
        except ClientError as error:
            if error.response["Error"].get("Code") != "ResourceNotFoundException":
                raise
        self._counters.forget(vault)

    def _target(self, now_ms: int) -> tuple[str, int]:
        """A vault that takes new tokens, and how many; the fullest that has room, so that few are needed."""
        known = self._counters.all(now_ms)
        roomy = [use for use in known if use.closed_ms is None and has_room(use) and _room(use) > 0]
        if roomy:
            fullest = max(roomy, key=lambda use: (use.entries, use.name))
            return fullest.name, _room(fullest)
        return self._vault.create(known, now_ms), min(MOST_ENTRIES, LARGEST_VAULT_BYTES // _ENTRY_BYTES)


def _room(use: VaultUse) -> int:
    return min(MOST_ENTRIES - use.entries, (LARGEST_VAULT_BYTES - use.size_bytes) // _ENTRY_BYTES)


def _with(there: dict[str, Entry], chosen: dict[str, Entry]) -> dict[str, Entry]:
    """A token stored there meanwhile is newer than the copy and stays."""
    newer = {key: entry for key, entry in chosen.items() if key not in there or there[key][2] < entry[2]}
    return {**there, **newer}


def _key(token: HeldToken) -> str:
    return f"{token.user_id}#{token.orcid_id}"


def _held(key: str, entry: Entry) -> HeldToken:
    user_id, _, orcid_id = key.rpartition("#")
    return HeldToken(user_id, orcid_id, entry[2])
