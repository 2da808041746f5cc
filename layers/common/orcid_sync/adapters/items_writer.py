"""Writer items <-> WriterState, and the keys of the due index (DESIGN 2)."""

from __future__ import annotations

import json
import zlib

from orcid_sync.adapters.dynamodb_values import Plain, maybe_json, to_json
from orcid_sync.adapters.items_sync import orcid_pk
from orcid_sync.domain.links import GuardWindow, Lane, PauseReason, WriterState
from orcid_sync.domain.settings import InstitutionRules, LinkSettings, Rules

# One partition of an index takes 1,000 writes a second; four a lane let a whole institution be spread in a minute.
SHARDS = 4


def writer_key(orcid_id: str) -> tuple[str, str]:
    return orcid_pk(orcid_id), "WRITER"


def due_lane(orcid_id: str, lane: Lane) -> str:
    """The partition of the due index; the iD decides on the shard."""
    return f"{lane}#{zlib.crc32(orcid_id.encode()) % SHARDS}"


def visit_values(state: WriterState) -> Plain:
    """What only a visit changes, by attribute name; None: the attribute goes."""
    return {
        "adopted": state.adopted_ms,
        "rec": state.reconcile or None,
        "pause": state.pause,
        "pausewhy": state.pause_detail,
        "prim": state.primary_orcid_id,
        "applied": _rules_json(state.applied),
        "guard": maybe_json(state.guard and [state.guard.since_ms, state.guard.base, state.guard.removed]),
        "backoff": state.backoff or None,
        "synced": state.last_synced_ms,
        "err": state.last_error,
    }


def writer_of(item: Plain) -> WriterState:
    return WriterState(
        orcid_id=item["pk"][2:],
        owner=item["own"],
        wake=item["wake"],
        seen=item["seen"],
        queued_wake=item.get("qwake", 0),
        queued_ms=item.get("qms", 0),
        queued_lane=Lane(item.get("qlane", Lane.NORMAL)),
        due_ms=item.get("due_at"),
        lane=Lane(item["lane"]),
        lease_id=item.get("lid"),
        lease_until_ms=item.get("lend", 0),
        adopted_ms=item.get("adopted"),
        reconcile="rec" in item,
        pause=PauseReason(item["pause"]) if "pause" in item else None,
        pause_detail=item.get("pausewhy"),
        primary_orcid_id=item.get("prim"),
        applied=_rules_of(item["applied"]) if "applied" in item else None,
        guard=GuardWindow(*json.loads(item["guard"])) if "guard" in item else None,
        backoff=item.get("backoff", 0),
        last_synced_ms=item.get("synced"),
        again_ms=item.get("again"),
        last_error=item.get("err"),
    )


def _rules_json(rules: Rules | None) -> str | None:
    if rules is None:
        return None
    link, institution = rules.link, rules.institution
    flags = [link.published_only, link.include_private, link.favourites_only, institution.only_verified]
    return to_json([*map(int, flags), institution.source_precedence])


def _rules_of(text: str) -> Rules:
    published, private, favourites, verified, precedence = json.loads(text)
    return Rules(
        link=LinkSettings(bool(published), bool(private), bool(favourites)),
        institution=InstitutionRules(only_verified=bool(verified), source_precedence=tuple(precedence)),
    )
