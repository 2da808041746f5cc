"""The control interface: what tests and the local stack set up, break and look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from local.registry.access import SCOPES
from local.registry.clock import RegistryClock
from local.registry.control_orders import ControlError, Order, required_orcid, required_text
from local.registry.control_works import OwnersHand
from local.registry.faults import Faults, fault_from
from local.registry.json_out import JsonWriter
from local.registry.limit import RequestLimit
from local.registry.state import (
    TOKEN_LIFETIME_S,
    Client,
    Record,
    RecordCondition,
    RegistryState,
)
from local.registry.vocabulary import vocabulary

DEFAULT_CLIENT_ID = "APP-LOCAL00000000001"
DEFAULT_SCOPE = "/activities/update /read-limited"


class Control:
    """Carries out orders. Bodies in, bodies out: all are JSON objects. Thread-safe."""

    def __init__(
        self,
        state: RegistryState,
        clock: RegistryClock,
        *,
        owner: OwnersHand,
        writer: JsonWriter,
        limit: RequestLimit,
        faults: Faults,
    ) -> None:
        self._state = state
        self._clock = clock
        self._owner = owner
        self._writer = writer
        self._limit = limit
        self._faults = faults

    def orders(self) -> dict[str, Callable[[Order], Order]]:
        """The orders by path below `/_control/`."""
        return {
            "client": self.set_client,
            "token": self.issue_token,
            "record": self.set_record,
            **self._owner.orders(),
            "revocation": self.revoke,
            "faults": self.add_fault,
            "limit": self.set_limit,
        }

    def set_client(self, order: Order) -> Order:
        """Make or change a client."""
        client_id = required_text(order, "client_id")
        with self._state.lock:
            client = self._state.client(client_id)
            client.secret = order.get("client_secret", client.secret)
            client.name = order.get("name", client.name)
            client.redirect_uris = tuple(order.get("redirect_uris", client.redirect_uris))
            client.public = bool(order.get("public", client.public))
            client.acts_for_user = bool(order.get("acts_for_user", client.acts_for_user))
            self._state.touch()
            return _client_json(client)

    def issue_token(self, order: Order) -> Order:
        """A token for a record as if its owner had granted it; record and client are made when new."""
        orcid = required_orcid(order)
        scopes = tuple(str(order.get("scope") or DEFAULT_SCOPE).split())
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown:
            raise ControlError(f"unknown scope: {', '.join(unknown)}")
        now = self._clock.now()
        with self._state.lock:
            client = self._state.client(order.get("client_id") or DEFAULT_CLIENT_ID)
            self._state.record(orcid, self._clock.now_ms())
            expires_at = now + float(order.get("expires_in", TOKEN_LIFETIME_S))
            token = self._state.issue_token(client.client_id, orcid, scopes, expires_at)
        return {
            "access_token": token.access,
            "refresh_token": token.refresh,
            "orcid": orcid,
            "scope": " ".join(scopes),
            "client_id": client.client_id,
        }

    def set_record(self, order: Order) -> Order:
        """Make or change a record; `disable_tokens` kills its tokens, as deactivation in practice does."""
        orcid = required_orcid(order)
        with self._state.lock:
            record = self._state.record(orcid, self._clock.now_ms())
            condition = order.get("state", record.condition)
            if condition not in get_args(RecordCondition):
                raise ControlError(f"state must be one of {', '.join(get_args(RecordCondition))}")
            if condition == "deprecated" and not order.get("primary", record.primary):
                raise ControlError("a deprecated record needs a primary")
            visibility = order.get("default_visibility", record.default_visibility)
            if visibility not in vocabulary().visibilities:
                raise ControlError(f"default_visibility must be one of {', '.join(sorted(vocabulary().visibilities))}")
            record.condition, record.default_visibility = condition, visibility
            record.primary = order.get("primary", record.primary)
            record.name = order.get("name", record.name)
            record.creator = order.get("creator", record.creator)
            if order.get("disable_tokens"):
                self._revoke(orcid, None, "revoked")
            self._state.touch(orcid)
            return _record_json(record)

    def revoke(self, order: Order) -> Order:
        """Revoke a client's tokens on a record: `by` user (they still delete), or client or staff (they do not)."""
        orcid = required_orcid(order)
        by = order.get("by", "user")
        if by not in ("user", "client", "staff"):
            raise ControlError("by must be one of user, client, staff")
        condition = "revoked_by_user" if by == "user" else "revoked"
        with self._state.lock:
            return {"revoked": self._revoke(orcid, order.get("client_id"), condition)}

    def add_fault(self, order: Order) -> Order:
        try:
            return {"id": self._faults.add(fault_from(order))}
        except (ValueError, TypeError) as exc:
            raise ControlError(str(exc)) from exc

    def set_limit(self, order: Order) -> Order:
        """Switch the request limit on or off."""
        self._limit.enabled = bool(order.get("enabled", self._limit.enabled))
        return {"enabled": self._limit.enabled}

    def records(self) -> Order:
        with self._state.lock:
            return {"items": [_record_json(record) for record in self._state.records.values()]}

    def record(self, orcid: str) -> Order | None:
        """All of a record, works of every source and visibility included; None when there is none."""
        with self._state.lock:
            record = self._state.records.get(orcid)
            if record is None:
                return None
            works = list(record.works.values())
            tokens = [token for token in self._state.tokens.values() if token.orcid == orcid]
        return {
            **_record_json(record),
            "tokens": [
                {"client_id": token.client_id, "scope": " ".join(token.scopes), "state": token.condition}
                for token in tokens
            ],
            "works": [
                {**self._writer.work(work, with_path=True), "display-index": str(work.display_index)} for work in works
            ],
        }

    def _revoke(self, orcid: str, client_id: str | None, condition: Any) -> int:
        count = 0
        for token in self._state.tokens.values():
            if token.orcid == orcid and client_id in (None, token.client_id) and token.condition == "active":
                token.condition = condition
                count += 1
        self._state.touch()
        return count


def _client_json(client: Client) -> Order:
    return {
        "client_id": client.client_id,
        "client_secret": client.secret,
        "name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "public": client.public,
        "acts_for_user": client.acts_for_user,
    }


def _record_json(record: Record) -> Order:
    return {
        "orcid": record.orcid,
        "name": record.name,
        "state": record.condition,
        "primary": record.primary,
        "default_visibility": record.default_visibility,
        "number_of_works": len(record.works),
    }
