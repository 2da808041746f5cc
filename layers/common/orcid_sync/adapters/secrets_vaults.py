"""The token vaults as a whole: closed, emptied into fresh ones, deleted without recovery (R48, DESIGN 7)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from orcid_sync.adapters.secrets_tokens import LARGEST_VAULT_BYTES, MOST_ENTRIES, SecretsTokenVault, has_room
from orcid_sync.adapters.vault_counters import VaultCounters
from orcid_sync.adapters.vault_format import Entry, packed
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.tokens import TokenRef
from orcid_sync.ports.vaults import HeldToken, VaultAge

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


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
            target, chosen = self._target(now_ms, {key: entries[key] for key in left})
            self._vault.change(target, lambda there, chosen=chosen: _with(there, chosen), now_ms)  # type: ignore[misc]  # mypy does not infer the default's type
            refs |= {left.pop(key): TokenRef(target, entry[2]) for key, entry in chosen.items()}
        return refs

    def destroy(self, vault: str) -> None:
        """The secret first: until it is gone the counters know of it, so that the next run goes on here."""
        try:
            self._client.delete_secret(SecretId=vault, ForceDeleteWithoutRecovery=True)
        except ClientError as error:
            if error.response["Error"].get("Code") != "ResourceNotFoundException":
                raise
        self._counters.forget(vault)

    def _target(self, now_ms: int, wanted: Mapping[str, Entry]) -> tuple[str, dict[str, Entry]]:
        """A vault that takes new tokens, and those of `wanted` that it has room for, never none; the fullest first, so
        that few vaults are needed.
        """
        known = self._counters.all(now_ms)
        roomy = [use for use in known if use.closed_ms is None and has_room(use)]
        for use in sorted(roomy, key=lambda use: (use.entries, use.name), reverse=True):
            found = self._vault.fetch(use.name)
            fitting = _fitting(found.entries, wanted) if found is not None else {}
            if fitting:
                return use.name, fitting
        return self._vault.create(known, now_ms), _fitting({}, wanted)


def _fitting(there: Mapping[str, Entry], wanted: Mapping[str, Entry]) -> dict[str, Entry]:
    """The first of `wanted`, as many as there is room for beside what is there, by their real size."""
    names = list(wanted)[: max(0, MOST_ENTRIES - len(there))]

    def size(count: int) -> int:
        return len(packed({**there, **{name: wanted[name] for name in names[:count]}}))

    count = bisect_right(range(1, len(names) + 1), LARGEST_VAULT_BYTES, key=size)
    return {name: wanted[name] for name in names[:count]}


def _with(there: dict[str, Entry], chosen: dict[str, Entry]) -> dict[str, Entry]:
    """A token stored there meanwhile is newer than the copy and stays."""
    newer = {key: entry for key, entry in chosen.items() if key not in there or there[key][2] < entry[2]}
    return {**there, **newer}


def _key(token: HeldToken) -> str:
    return f"{token.user_id}#{token.orcid_id}"


def _held(key: str, entry: Entry) -> HeldToken:
    user_id, _, orcid_id = key.rpartition("#")
    return HeldToken(user_id, orcid_id, entry[2])
