"""Authorisations under way in DynamoDB: single use, ten minutes (R16)."""

from __future__ import annotations

from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.dynamodb_values import Plain
from orcid_sync.ports.authorisation import Authorising


class DynamoDbAuthorisationStates:
    """Items `STATE#{id}` / `STATE` of the sync table; DynamoDB deletes the unused ones some time after they expired."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, authorising: Authorising) -> None:
        pk, sk = _key(authorising.state_id)
        item = {
            "pk": pk,
            "sk": sk,
            "user": authorising.user_id,
            "access": authorising.access,
            "url": authorising.return_url,
            "orcid": authorising.orcid_id,
            "until": authorising.expires_ms,
            "expires_at": authorising.expires_ms // 1000 + 1,
        }
        self._table.put(item)

    def get(self, state_id: str, *, now_ms: int) -> Authorising | None:
        return _living(self._table.get(_key(state_id), consistent=True), now_ms)

    def take(self, state_id: str, *, now_ms: int) -> Authorising | None:
        return _living(self._table.delete(_key(state_id)), now_ms)


def _key(state_id: str) -> tuple[str, str]:
    return f"STATE#{state_id}", "STATE"


def _living(item: Plain | None, now_ms: int) -> Authorising | None:
    if item is None or item["until"] <= now_ms:
        return None
    return Authorising(
        state_id=item["pk"].removeprefix("STATE#"),
        user_id=item["user"],
        access=item["access"],
        return_url=item["url"],
        orcid_id=item.get("orcid"),
        expires_ms=item["until"],
    )
