"""Links in DynamoDB, guarded by their rev."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.items_sync import claim_item, claim_of
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.links import Claim

_CHANGED = "The link was changed meanwhile; look again."


class DynamoDbClaims:
    """Items `U#{user}` / `C#{iD}` of the sync table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, user_id: str, orcid_id: str, *, consistent: bool = True) -> Claim | None:
        item = self._table.get((f"U#{user_id}", f"C#{orcid_id}"), consistent=consistent)
        return claim_of(item) if item is not None else None

    def of_user(self, user_id: str, *, consistent: bool = True) -> tuple[Claim, ...]:
        return tuple(claim_of(item) for item in self._table.query(f"U#{user_id}", "C#", consistent=consistent))

    def put(self, claim: Claim) -> Claim:
        stored = replace(claim, rev=claim.rev + 1)
        try:
            if claim.rev:
                self._table.put(claim_item(stored), condition="rev = :rev", rev=claim.rev)
            else:
                self._table.put(claim_item(stored), condition="attribute_not_exists(pk)")
        except ConditionFailed as failed:
            raise ConflictError(_CHANGED) from failed
        return stored

    def delete(self, claim: Claim) -> None:
        key = (f"U#{claim.user_id}", f"C#{claim.orcid_id}")
        try:
            self._table.delete(key, condition="rev = :rev", rev=claim.rev)
        except ConditionFailed as failed:
            # Nothing there: gone already, by our own first try if its answer was lost.
            if failed.item is not None:
                raise ConflictError(_CHANGED) from failed
