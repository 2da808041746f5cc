"""Passes a link's choices over when ORCID merged its record into one that the same user has connected (R54)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Claim
from orcid_sync.domain.merged import chain, inherited, merged_into
from orcid_sync.domain.settings import Connection, Mode
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.ledger import Ledger
from orcid_sync.ports.links import Claims
from orcid_sync.ports.writers import Writers
from orcid_sync.services.settings import audited

_TRIES = 5


@dataclass(frozen=True, slots=True)
class MergedRecords:
    """Whichever comes last, the user's consent on the primary iD or our learning of the merge, calls this.

    Broken off anywhere it is made good by the next call, and repeating it changes nothing.
    """

    claims: Claims
    writers: Writers
    ledger: Ledger
    audit: AuditTrail
    clock: Clock

    def connected(self, user_id: str, orcid_id: str) -> None:
        """The user has connected this iD: choices of their records that were merged into it pass over."""
        primaries = self._primaries(user_id)
        self._pass_over(user_id, orcid_id, primaries)

    def learnt(self, user_id: str, orcid_id: str, primary: str) -> None:
        """The registry named the record that this one was merged into; nothing passes before that is connected."""
        primaries = {**self._primaries(user_id), orcid_id: primary}
        heir_id = chain(orcid_id, primaries)[-1]
        heir = self.claims.get(user_id, heir_id)
        if heir is not None and heir.connection in (Connection.READ, Connection.WRITE):
            self._pass_over(user_id, heir_id, primaries)

    def move_marks(self, heir: Claim) -> None:
        """Before the first contact with the primary record: what its owner deleted on the merged one stays away (R39).

        The rest of the old ledger goes, for ORCID has deleted those works. Each mark is moved once, so that a work
        which is sent again on the user's word stays.
        """
        for old_id in sorted(heir.succeeds):
            state = self.writers.get(old_id)
            if state is None or state.owner != heir.user_id or state.primary_orcid_id is None:
                continue
            own = self.ledger.entries(heir.orcid_id, consistent=True)
            for entry in self.ledger.entries(old_id, consistent=True).values():
                deleted_ms, publication_id = entry.deleted_at_orcid_ms, entry.publication_id
                if deleted_ms is not None and not entry.on_orcid and publication_id not in own:
                    mark = LedgerEntry(publication_id, deleted_at_orcid_ms=deleted_ms)
                    own[publication_id] = self.ledger.put(heir.orcid_id, mark)
                self.ledger.delete(old_id, entry)

    def _primaries(self, user_id: str) -> dict[str, str]:
        """What is known of the user's own records: the iD that each was merged into."""
        states = (self.writers.get(claim.orcid_id) for claim in self.claims.of_user(user_id))
        return {
            state.orcid_id: state.primary_orcid_id
            for state in states
            if state is not None and state.owner == user_id and state.primary_orcid_id is not None
        }

    def _pass_over(self, user_id: str, heir_id: str, primaries: Mapping[str, str]) -> None:
        stored = {claim.orcid_id: claim for claim in self.claims.of_user(user_id)}
        merged = [stored[orcid_id] for orcid_id in merged_into(heir_id, stored, primaries)]
        if not merged:
            return
        self._change(user_id, heir_id, "settings_passed_over", lambda heir: inherited(heir, merged))
        for claim in merged:
            # One whose works are being removed stays frozen until that is over (R23), and is due no more after it.
            if claim.removing_since_ms is None and claim.mode is not Mode.CLAIM_ONLY:
                self._change(user_id, claim.orcid_id, "record_merged", _retired)
                self.writers.disown(claim.orcid_id, user_id)

    def _change(self, user_id: str, orcid_id: str, action: str, change: Callable[[Claim], Claim]) -> None:
        for _ in range(_TRIES):
            before = self.claims.get(user_id, orcid_id)
            if before is None or (wanted := change(before)) == before:
                return
            try:
                after = self.claims.put(wanted)
            except ConflictError:
                continue
            self.audit.record(
                at_ms=self.clock.now_ms(), by=user_id, action=action, user_id=user_id, orcid_id=orcid_id,
                before=audited(before), after=audited(after),
            )  # fmt: skip
            return
        raise ConflictError("This link is being changed by others again and again; repeat.")


def _retired(claim: Claim) -> Claim:
    """Nothing can be read from or written to a merged record ever again; its iD still stands in metadata (R41)."""
    return claim if claim.removing_since_ms is not None else replace(claim, mode=Mode.CLAIM_ONLY)
