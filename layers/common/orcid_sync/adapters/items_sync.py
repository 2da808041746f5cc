"""Items of the sync table <-> the domain: claims, ledger rows, intents, attempts, configuration."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from orcid_sync.adapters.dynamodb_values import Plain, maybe_json, to_json
from orcid_sync.domain.ledger import Cause, Failure, Hold, LedgerEntry, PendingRemoval, UnmatchedWork
from orcid_sync.domain.links import AfterRemoval, Attempt, Claim, Intent
from orcid_sync.domain.settings import (
    BatchCreateUsed,
    Claiming,
    Connection,
    DeletedAtOrcid,
    InstitutionSettings,
    LinkSettings,
    Mode,
)
from orcid_sync.domain.tokens import TokenRef

INTENT_KEY = "INTENT"
CONFIGURATION_KEY = ("CONFIG", "INSTITUTION")
MAPPING_KEY = ("CONFIG", "MAPPING")
# Lists of the index `listed`: `ls` is the list, `lk` what it is ordered by. Works stand in the list of their concern.
LINKS = "links"
UNMATCHED = "unmatched"


def orcid_pk(orcid_id: str) -> str:
    return f"O#{orcid_id}"


def claim_item(claim: Claim) -> Plain:
    settings = claim.settings
    return {
        "pk": f"U#{claim.user_id}",
        "sk": f"C#{claim.orcid_id}",
        "rev": claim.rev,
        "mode": claim.mode,
        "pub": settings.published_only,
        "pri": settings.include_private,
        "fav": settings.favourites_only,
        "claiming": claim.claiming,
        "conn": claim.connection,
        "vault": claim.token.vault if claim.token else None,
        "trev": claim.token.rev if claim.token else None,
        "here": claim.claimed_here_ms,
        "excl": claim.excluded,
        "succ": claim.succeeds,
        "removing": claim.removing_since_ms,
        "after": claim.after_removal,
        "ls": LINKS,
        "lk": claim.orcid_id,
    }


def claim_of(item: Plain) -> Claim:
    return Claim(
        user_id=item["pk"][2:],
        orcid_id=item["sk"][2:],
        mode=Mode(item["mode"]),
        settings=LinkSettings(item["pub"], item["pri"], item["fav"]),
        claiming=Claiming(item["claiming"]),
        connection=Connection(item["conn"]),
        token=TokenRef(item["vault"], item["trev"]) if "vault" in item else None,
        claimed_here_ms=item.get("here"),
        excluded=item.get("excl", frozenset()),
        succeeds=item.get("succ", frozenset()),
        removing_since_ms=item.get("removing"),
        after_removal=AfterRemoval(item["after"]),
        rev=item["rev"],
    )


def entry_item(orcid_id: str, entry: LedgerEntry) -> Plain:
    """Only a row that is of concern carries the keys of the index: adding works costs nothing more."""
    removal, failure = entry.removal, entry.failure
    concern, since_ms = entry.concern or (None, 0)
    return {
        "pk": orcid_pk(orcid_id),
        "sk": f"W#{entry.publication_id}",
        "rev": entry.rev,
        "pc": entry.put_code,
        "fp": entry.fingerprint,
        "dg": entry.work_digest,
        "wt": entry.work_type,
        "ids": maybe_json(entry.self_ids),
        "sent": entry.sent_ms,
        "wait": entry.waiting_since_ms,
        "rem": to_json([removal.reason, removal.cause, removal.since_ms, removal.due_ms, removal.hold])
        if removal
        else None,
        "fail": to_json(
            [failure.code, failure.message, failure.at_ms, failure.attempts, failure.retry_ms, failure.fingerprint]
        )
        if failure
        else None,
        "gone": entry.deleted_at_orcid_ms,
        "warn": maybe_json(entry.warnings),
        "ls": concern,
        "lk": listed_time(since_ms) if concern else None,
    }


def entry_of(item: Plain) -> LedgerEntry:
    return LedgerEntry(
        publication_id=item["sk"][2:],
        put_code=item.get("pc"),
        fingerprint=item.get("fp"),
        work_digest=item.get("dg"),
        work_type=item.get("wt"),
        self_ids=_texts(item, "ids"),
        sent_ms=item.get("sent"),
        waiting_since_ms=item.get("wait"),
        removal=_removal(item["rem"]) if "rem" in item else None,
        failure=Failure(*json.loads(item["fail"])) if "fail" in item else None,
        deleted_at_orcid_ms=item.get("gone"),
        warnings=_texts(item, "warn"),
        rev=item["rev"],
    )


def _removal(text: str) -> PendingRemoval:
    reason, cause, since_ms, due_ms, hold = json.loads(text)
    return PendingRemoval(reason, Cause(cause), since_ms, due_ms, Hold(hold))


def listed_time(at_ms: int) -> str:
    return f"{at_ms:013d}"


def unmatched_sk(put_code: int) -> str:
    return f"X#{put_code:012d}"


def unmatched_item(work: UnmatchedWork) -> Plain:
    return {
        "pk": orcid_pk(work.orcid_id),
        "sk": unmatched_sk(work.put_code),
        "n": work.title,
        "wt": work.type,
        "ls": UNMATCHED,
        "lk": listed_time(work.seen_ms),
    }


def unmatched_of(item: Plain) -> UnmatchedWork:
    return UnmatchedWork(item["pk"][2:], int(item["sk"][2:]), item["n"], item["wt"], int(item["lk"]))


def intent_item(orcid_id: str, intent: Intent) -> Plain:
    return {
        "pk": orcid_pk(orcid_id),
        "sk": INTENT_KEY,
        "op": intent.operation,
        "pubs": maybe_json(intent.publication_ids),
        "fps": maybe_json(intent.fingerprints),
        "at": intent.at_ms,
    }


def intent_of(item: Plain) -> Intent:
    return Intent(item["op"], _texts(item, "pubs"), item["at"], _texts(item, "fps"))


def attempt_item(orcid_id: str, user_id: str, attempt: Attempt, *, number: int, expires_at: int) -> Plain:
    """`number` tells attempts of the same millisecond apart; `expires_at` is in epoch seconds."""
    return {
        "pk": orcid_pk(orcid_id),
        "sk": f"{attempts_prefix(user_id, attempt.publication_id)}{attempt.at_ms:013d}#{number:04d}",
        "op": attempt.operation,
        "out": attempt.outcome,
        "msg": attempt.message or None,
        "pc": attempt.put_code,
        "expires_at": expires_at,
    }


def attempts_prefix(user_id: str, publication_id: str | None = None) -> str:
    """Of the attempts made for a user, all or those on one publication: the next owner of the iD reads none (R22)."""
    return f"H#{user_id}#" if publication_id is None else f"H#{user_id}#{publication_id}#"


def attempt_of(item: Plain) -> Attempt:
    _, _, publication_id, at_ms, _ = item["sk"].split("#")
    return Attempt(publication_id, int(at_ms), item["op"], item["out"], item.get("msg", ""), item.get("pc"))


def settings_item(settings: InstitutionSettings) -> Plain:
    values: dict[str, Any] = asdict(settings)
    values["source_precedence"] = to_json(settings.source_precedence)
    return {"pk": CONFIGURATION_KEY[0], "sk": CONFIGURATION_KEY[1]} | values


def settings_of(item: Plain) -> InstitutionSettings:
    """A setting that came with a later version of this product is missing in an older item: it has its default."""
    values = {field.name: item[field.name] for field in fields(InstitutionSettings) if field.name in item}
    values["source_precedence"] = _texts(item, "source_precedence")
    values["batch_create_used"] = BatchCreateUsed(item["batch_create_used"])
    values["mass_removal_share"] = float(item["mass_removal_share"])
    values["deleted_at_orcid"] = DeletedAtOrcid(item["deleted_at_orcid"])
    return InstitutionSettings(**values)


def _texts(item: Plain, name: str) -> tuple[str, ...]:
    return tuple(json.loads(item[name])) if name in item else ()
