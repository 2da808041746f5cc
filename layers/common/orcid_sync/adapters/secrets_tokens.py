"""The researchers' tokens, packed into a few secrets: vaults, changed by compare-and-swap (R47, DESIGN 7)."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from orcid_sync.adapters.vault_counters import VaultCounters, VaultUse
from orcid_sync.adapters.vault_format import Entry, from_json, packed, unpacked
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.tokens import AccessToken, TokenGrant, TokenRef

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Secrets Manager takes 65,536 bytes a secret, and keeps about 100 versions a secret of the last 24 hours. What is left
# of the former is for those who chose a vault at the same moment: a token more is 30 bytes as a rule, 150 at the most.
LARGEST_VAULT_BYTES = 60_000
# Packed, so many take about 60,000 bytes; moving them is a minute's work (services/compact_vaults.py).
MOST_ENTRIES = 2_000
MOST_CHANGES_A_DAY = 80
# A link's next token stays in its vault beyond that, for moving it would change two vaults.
MOST_CHANGES_IN_PLACE = 95
# A change of a vault is put under one of a few labels before it becomes current: a secret takes 20 labels over all
# its versions, and a label that a crash left behind is simply taken over by the next change.
_LABELS = 8
# A secret deleted without recovery is marked for deletion at first, and gone a little later.
_GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
_TRIES = 12
# Secrets Manager is eventually consistent: what was stored a moment ago may not be seen yet. Waits in seconds.
_LACK_BELIEVED_AFTER = (0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class _Vault:
    """A vault as read: which version of the secret, and its entries by `{user}#{iD}`; never printed."""

    version_id: str
    entries: dict[str, Entry]

    def __repr__(self) -> str:
        return "_Vault(***)"


class SecretsTokenVault:
    """Vaults are secrets named `{prefix}/{nn}`; an entry belongs to a link. Vaults read are kept in memory."""

    def __init__(
        self,
        client: SecretsManagerClient,
        counters: VaultCounters,
        prefix: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._counters = counters
        self._prefix = prefix
        self._sleep = sleep
        self._cache: dict[str, _Vault] = {}

    def store(
        self, user_id: str, orcid_id: str, grant: TokenGrant, *, replacing: TokenRef | None, now_ms: int
    ) -> TokenRef:
        """The revision is the time, or more than the one before: a copy cached anywhere is never taken for the new one.

        A token that lies in another vault stays there, for the link still points to it. Raises ConflictError when
        others keep changing the vault.
        """
        key = f"{user_id}#{orcid_id}"
        scopes = " ".join(sorted(grant.scopes))
        latest = replacing.rev if replacing is not None else 0
        revisions: list[int] = []

        def with_token(entries: dict[str, Entry]) -> dict[str, Entry]:
            stored = entries[key][2] if key in entries else 0
            revisions.append(max(now_ms, latest + 1, stored + 1))
            return {**entries, key: (grant.token.reveal(), scopes, revisions[-1])}

        vault = self._vault_for(replacing, now_ms)
        self.change(vault, with_token, now_ms)
        return TokenRef(vault, revisions[-1])

    def read(self, user_id: str, orcid_id: str, ref: TokenRef) -> AccessToken | None:
        """A vault in memory serves while it holds this revision, else it is read again; a newer token serves too.

        Its lack is believed after some seconds alone: it ends the connection, or keeps a token from being revoked.
        """
        key = f"{user_id}#{orcid_id}"
        cached = self._cache.get(ref.vault)
        if cached is not None and key in cached.entries and cached.entries[key][2] == ref.rev:
            return AccessToken(cached.entries[key][0])
        for wait in (*_LACK_BELIEVED_AFTER, None):
            vault = self.fetch(ref.vault)
            entry = vault.entries.get(key) if vault is not None else None
            if entry is not None and entry[2] >= ref.rev:
                return AccessToken(entry[0])
            if wait is not None:
                self._sleep(wait)
        return None

    def remove(self, user_id: str, orcid_id: str, ref: TokenRef, *, now_ms: int) -> None:
        """A token stored after `ref` stays. That it is gone already is believed after some seconds, as in `read`."""
        key = f"{user_id}#{orcid_id}"

        def without_token(entries: dict[str, Entry]) -> dict[str, Entry]:
            return {k: entry for k, entry in entries.items() if k != key or entry[2] > ref.rev}

        for wait in (*_LACK_BELIEVED_AFTER, None):
            if self.fetch(ref.vault) is not None and self.change(ref.vault, without_token, now_ms):
                return
            if wait is not None:
                self._sleep(wait)

    def _vault_for(self, replacing: TokenRef | None, now_ms: int) -> str:
        """The vault of the token before, else the living one with the fewest changes of late, else a new one."""
        known = self._counters.all(now_ms)
        vaults = [vault for vault in known if vault.closed_ms is None]
        for vault in vaults:
            if replacing is not None and vault.name == replacing.vault and vault.changes < MOST_CHANGES_IN_PLACE:
                return vault.name
        roomy = [v for v in vaults if has_room(v)]
        if roomy:
            return min(roomy, key=lambda vault: (vault.changes, vault.name)).name
        return self.create(known, now_ms)

    def create(self, vaults: list[VaultUse], now_ms: int) -> str:
        """Begin a vault. Numbers only grow: the name of a deleted secret is not to be had at once."""
        number = 1 + max((int(vault.name.rpartition("/")[2]) for vault in vaults), default=0)
        name = f"{self._prefix}/{number:02d}"
        try:
            self._client.create_secret(Name=name, SecretBinary=packed({}))
        except ClientError as error:
            # Somebody else needed one at the same moment: theirs serves both.
            if error.response["Error"].get("Code") != "ResourceExistsException":
                raise
        self._counters.register(name, now_ms)
        return name

    def fetch(self, name: str) -> _Vault | None:
        """The vault as it is now; None: there is no such secret."""
        try:
            answer = self._client.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
        except ClientError as error:
            if error.response["Error"].get("Code") not in _GONE:
                raise
            self._cache.pop(name, None)
            return None
        binary = answer.get("SecretBinary")
        entries = unpacked(binary) if binary is not None else from_json(answer["SecretString"])
        self._cache[name] = vault = _Vault(answer["VersionId"], entries)
        return vault

    def change(self, name: str, change: Callable[[dict[str, Entry]], dict[str, Entry]], now_ms: int) -> bool:
        """Read, change, put as a version of its own, make it current if the one read still is; else begin anew.

        Returns whether there was anything to change.
        """
        refused: tuple[str, ClientError] | None = None
        for attempt in range(_TRIES):
            seen = self.fetch(name)
            still_old = refused is not None and seen is not None and seen.version_id == refused[0]
            if seen is None or still_old:
                # Deleted, or so new that it is not seen yet; or still shown as it was before somebody else's change.
                self._sleep(0.05 * (attempt + 1))
                continue
            entries = change(seen.entries)
            if entries == seen.entries:
                return False
            self._counters.count_change(name, now_ms)
            body = packed(entries)
            version_id = self._client.put_secret_value(
                SecretId=name,
                ClientRequestToken=str(uuid.uuid4()),
                SecretBinary=body,
                VersionStages=[f"CHANGE-{secrets.randbelow(_LABELS)}"],
            )["VersionId"]
            refusal = self._make_current(name, version_id, seen.version_id)
            if refusal is None:
                self._cache[name] = _Vault(version_id, entries)
                self._counters.note_size(name, entries=len(entries), size_bytes=len(body))
                return True
            refused = (seen.version_id, refusal)
            self._sleep(0.05 * (attempt + 1) + secrets.randbelow(100) / 1000)
        if seen is None:
            raise ConflictError("The token vault was deleted meanwhile; repeat.")
        if refused is not None and still_old:
            raise refused[1]  # nobody was faster, so the refusal means something else
        raise ConflictError("Others keep changing the token vault; repeat.")

    def _make_current(self, name: str, version_id: str, seen_id: str) -> ClientError | None:
        """Move AWSCURRENT from the version seen to ours; the refusal when it is no longer there."""
        try:
            self._client.update_secret_version_stage(
                SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=version_id, RemoveFromVersionId=seen_id
            )
        except ClientError as error:
            if error.response["Error"].get("Code") != "InvalidParameterException":
                raise
            current = self.fetch(name)
            # Ours already, when the answer to a first try was lost and the client tried again.
            return None if current is not None and current.version_id == version_id else error
        return None


def has_room(vault: VaultUse) -> bool:
    """Whether a token more may be stored there."""
    return (
        vault.entries < MOST_ENTRIES and vault.size_bytes < LARGEST_VAULT_BYTES and vault.changes < MOST_CHANGES_A_DAY
    )
