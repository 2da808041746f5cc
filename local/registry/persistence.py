"""The registry's state in a directory: one file per record, and one for the rest."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from local.registry.json_in import work_from_json
from local.registry.json_out import content_json
from local.registry.state import (
    AuthorizationCode,
    Client,
    Record,
    RegistryState,
    Source,
    StoredWork,
    Token,
    normalised_values,
)

_REST = "registry.json"


class Persistence:
    """Writes what changed since the last time; a file is replaced as a whole."""

    def __init__(self, state: RegistryState, directory: Path) -> None:
        self._state = state
        self._directory = directory
        self._records = directory / "records"

    def load(self) -> None:
        """Fill the state from the directory, which may be empty or missing."""
        self._records.mkdir(parents=True, exist_ok=True)
        for path in sorted(self._records.glob("*.json")):
            record = _record_from(json.loads(path.read_text(encoding="utf-8")))
            self._state.records[record.orcid] = record
        rest = self._directory / _REST
        if not rest.exists():
            return
        kept = json.loads(rest.read_text(encoding="utf-8"))
        self._state.next_put_code = kept["next_put_code"]
        for entry in kept["clients"]:
            client = Client(**{**entry, "redirect_uris": tuple(entry["redirect_uris"])})
            self._state.clients[client.client_id] = client
        for entry in kept["tokens"]:
            token = Token(**{**entry, "scopes": tuple(entry["scopes"])})
            self._state.tokens[token.access] = token
        for entry in kept["codes"]:
            code = AuthorizationCode(**{**entry, "scopes": tuple(entry["scopes"])})
            self._state.codes[code.code] = code

    def save(self) -> None:
        """Write what changed."""
        state = self._state
        with state.lock:
            changed, state.changed_records = state.changed_records, set()
            rest_changed, state.changed_rest = state.changed_rest, False
            records = [_snapshot(state.records[orcid]) for orcid in changed]
            rest = _rest_json(state) if rest_changed else None
        if rest is not None:  # first, so that a put-code on disk is always below the next one
            _replace(self._directory / _REST, rest)
        for record in records:  # turned into text without the lock: a full record takes half a second
            _replace(self._records / f"{record.orcid}.json", _record_json(record))


def _snapshot(record: Record) -> Record:
    return replace(record, works=dict(record.works))


def _replace(path: Path, body: dict[str, Any]) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(body), encoding="utf-8")
    draft.replace(path)


def _rest_json(state: RegistryState) -> dict[str, Any]:
    return {
        "next_put_code": state.next_put_code,
        "clients": [asdict(client) for client in state.clients.values()],
        "tokens": [asdict(token) for token in state.tokens.values()],
        "codes": [asdict(code) for code in state.codes.values()],
    }


def _record_json(record: Record) -> dict[str, Any]:
    head = {name: getattr(record, name) for name in Record.__slots__ if name != "works"}
    return {**head, "works": [_work_json(work) for work in record.works.values()]}


def _work_json(work: StoredWork) -> dict[str, Any]:
    content = content_json(work.content, work.normalised)
    emails = [contributor.email.value if contributor.email else None for contributor in work.content.contributors or ()]
    for entry, email in zip(content["contributors"]["contributor"], emails, strict=True):
        entry["contributor-email"] = email
    return {
        "put_code": work.put_code,
        "content": content,
        "source": asdict(work.source),
        "visibility": work.visibility,
        "display_index": work.display_index,
        "created_ms": work.created_ms,
        "modified_ms": work.modified_ms,
    }


def _record_from(kept: dict[str, Any]) -> Record:
    record = Record(**{**kept, "works": {}})
    for entry in kept["works"]:
        content = work_from_json(entry["content"])
        work = StoredWork(
            **{
                **entry,
                "orcid": record.orcid,
                "content": content,
                "source": Source(**entry["source"]),
                "normalised": normalised_values(content),
            }
        )
        record.works[work.put_code] = work
    return record
