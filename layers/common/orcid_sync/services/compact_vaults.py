"""Weekly: moves living tokens into fresh vaults and deletes the old ones, the only real erasure of a token (R48).

Secrets Manager keeps earlier versions of a secret for a while, and tokens that nobody points to any more stay in the
current one; only deleting the secret without recovery ends both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.links import Claim
from orcid_sync.domain.tokens import TokenRef
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.links import Claims
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.ports.vaults import HeldToken, TokenVault, Vaults

HOUR_MS = 3_600_000
# A vault begun less than this ago is fresh: the later runs of a night leave those of the earlier. It is no longer than
# that, for what a vault held and gave up again lies in it until it goes: eight days at the most.
FRESH_MS = 12 * HOUR_MS
# Whoever chose a vault before it was closed has stored the token and the link that points to it by then, or never will:
# no function runs longer than 15 minutes.
SETTLED_MS = HOUR_MS // 2
# Moving one vault of 2,000 tokens takes about a minute: three requests of the table for each, one after the other.
LONGEST_VAULT_MS = 240_000
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Compaction:
    """What a run did: vaults closed and destroyed, tokens moved, tokens left behind that no link pointed to."""

    closed: int = 0
    moved: int = 0
    dropped: int = 0
    destroyed: int = 0


@dataclass(frozen=True, slots=True)
class CompactVaults:
    """Each run closes the vaults that are old, and empties those that an earlier run closed.

    A token lies in its new vault before its link points there, and in its old one until no link does: broken off
    anywhere, each link's token can be read, and the next run goes on. A link is changed on condition of its rev, so a
    connection or disconnection at the same moment wins, or begins anew and finds the token where it is.
    """

    vaults: Vaults
    vault: TokenVault
    claims: Claims
    clock: Clock
    telemetry: Telemetry

    def run(self, *, deadline_ms: int) -> Compaction:
        """Stops before a vault for which the time would not do. Raises ConflictError when a link keeps changing."""
        now_ms = self.clock.now_ms()
        done = Compaction()
        for vault in self.vaults.all(now_ms):
            if vault.closed_ms is None:
                if now_ms - vault.opened_ms >= FRESH_MS:
                    self.vaults.close(vault.name, now_ms)
                    done = replace(done, closed=done.closed + 1)
            elif now_ms - vault.closed_ms >= SETTLED_MS and self.clock.now_ms() + LONGEST_VAULT_MS <= deadline_ms:
                done = self._empty(vault.name, done)
        self.telemetry.log(
            "vaults_compacted", closed=done.closed, moved=done.moved, dropped=done.dropped, destroyed=done.destroyed
        )
        return done

    def _empty(self, vault: str, done: Compaction) -> Compaction:
        held = self.vaults.held(vault)
        living = [token for token in held if self._points(token, vault) is not None]
        moved = 0
        for token, ref in self.vaults.copy(vault, living, self.clock.now_ms()).items():
            moved += self._move(token, vault, ref)
        if any(self._points(token, vault) is not None for token in self.vaults.held(vault)):
            raise ConflictError("A link still points into a vault that is to be deleted; the next run goes on.")
        self.vaults.destroy(vault)
        return replace(
            done, moved=done.moved + moved, dropped=done.dropped + len(held) - moved, destroyed=done.destroyed + 1
        )

    def _points(self, token: HeldToken, vault: str) -> Claim | None:
        """The link whose token this is, if it points into the vault."""
        claim = self.claims.get(token.user_id, token.orcid_id)
        if claim is None or claim.token is None:
            return None
        return claim if claim.token.vault == vault and claim.token.rev <= token.rev else None

    def _move(self, token: HeldToken, vault: str, ref: TokenRef) -> bool:
        """Point the link to the copy. False: it has another token by now, or none, so the copy goes again."""
        for _ in range(_TRIES):
            claim = self._points(token, vault)
            if claim is None:
                # A store whose answer was lost, or another run of this, may have moved it already.
                if self._points(token, ref.vault) is not None:
                    return True
                self.vault.remove(token.user_id, token.orcid_id, ref, now_ms=self.clock.now_ms())
                return False
            try:
                self.claims.put(replace(claim, token=ref))
            except ConflictError:
                continue
            return True
        raise ConflictError("A link keeps changing while its token is to be moved; the next run goes on.")
