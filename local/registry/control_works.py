"""What an owner, or another client, does to the works of a record behind the product's back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from local.registry.clock import RegistryClock
from local.registry.control_orders import ControlError, Order, required_orcid, required_text
from local.registry.json_in import work_from_json
from local.registry.state import RegistryState, Source, StoredWork
from local.registry.vocabulary import vocabulary
from local.registry.works import Works


class OwnersHand:
    """Carries out orders on works. Thread-safe."""

    def __init__(self, state: RegistryState, clock: RegistryClock, works: Works) -> None:
        self._state = state
        self._clock = clock
        self._works = works

    def orders(self) -> dict[str, Callable[[Order], Order]]:
        """The orders by path below `/_control/`."""
        return {
            "works": self.add_works,
            "works/delete": self.delete_works,
            "works/visibility": self.set_visibility,
            "works/preferred": self.prefer_work,
        }

    def add_works(self, order: Order) -> Order:
        """Put works on a record as its owner (`source: owner`) or another client would, unchecked."""
        orcid = required_orcid(order)
        contents = [work_from_json(work) for work in order.get("works", [])]
        with self._state.lock:
            record = self._state.record(orcid, self._clock.now_ms())
            source = self._source(order.get("source") or "owner", orcid)
            stored = [
                self._works.add_from_elsewhere(
                    record, content, source, self._clock.now_ms(), content.visibility or record.default_visibility
                )
                for content in contents
            ]
        return {"put_codes": [work.put_code for work in stored]}

    def delete_works(self, order: Order) -> Order:
        """The owner deletes works: `put_codes` a list, or `all`."""
        with self._state.lock:
            works = self._chosen(order)
            for work in works:
                self._state.remove_work(work)
        return {"deleted": [work.put_code for work in works]}

    def set_visibility(self, order: Order) -> Order:
        """The owner changes who may see works."""
        visibility = required_text(order, "visibility")
        if visibility not in vocabulary().visibilities:
            raise ControlError(f"visibility must be one of {', '.join(sorted(vocabulary().visibilities))}")
        with self._state.lock:
            works = self._chosen(order)
            for work in works:
                self._state.put_work(replace(work, visibility=visibility))
        return {"changed": [work.put_code for work in works]}

    def prefer_work(self, order: Order) -> Order:
        """The owner makes works the preferred version of their groups."""
        with self._state.lock:
            works = self._chosen(order)
            record = self._state.records[required_orcid(order)]
            highest = max((work.display_index for work in record.works.values()), default=0)
            for work in works:
                self._state.put_work(replace(work, display_index=highest + 1))
        return {"changed": [work.put_code for work in works]}

    def _chosen(self, order: Order) -> list[StoredWork]:
        record = self._state.records.get(required_orcid(order))
        if record is None:
            raise ControlError("no such record")
        if order.get("put_codes") == "all":
            return list(record.works.values())
        codes = order.get("put_codes") or [order.get("put_code")]
        missing = [code for code in codes if code not in record.works]
        if missing:
            raise ControlError(f"no such put-code on this record: {json.dumps(missing)}")
        return [record.works[code] for code in codes]

    def _source(self, name: str, orcid: str) -> Source:
        if name == "owner":
            return Source(orcid=orcid)
        client = self._state.client(name)
        return Source(client_id=client.client_id, origin_orcid=orcid if client.acts_for_user else None)
