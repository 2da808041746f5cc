"""The one table from what the registry answers to what it means for us: (operation, status, error code) -> outcome.

Status and error code decide, never the text, which contradicts them at times (ORCID_API 13). The text is read for
three facts that stand nowhere else: the put-code of a duplicate, the primary iD of a merged record, and which of two
things is missing when the answer is 404/9016. What the table does not know is UNKNOWN: recorded, never a success.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from orcid_sync.adapters.masking import mask
from orcid_sync.adapters.orcid_reply import (
    Reply,
    as_object,
    error_code,
    error_text,
    parsed,
    primary_orcid_id,
    put_code_named,
    put_code_of,
    retry_after_seconds,
    stand_in_text,
    whole_number,
)
from orcid_sync.domain.outcomes import Answer, Outcome


class Operation(StrEnum):
    """What was asked of the registry. An item of a bulk answer is read as the answer to ADD."""

    READ = "read"
    ADD = "add"
    ADD_BULK = "add_bulk"
    UPDATE = "update"
    REMOVE = "remove"


# PEERS 5.3: one code, 9016, for a record and for a put-code that are not there.
_RECORD_NOT_FOUND = re.compile(r"ORCID iD \S+ not found", re.IGNORECASE)

# Stands for any error code of an ORCID error object: a 400 without one is no judgement on our content.
ANY_CODE = "any"

_Key = tuple[int, str]

# Whatever was asked (ORCID_API 2.6, 8, 12, 13).
_ALWAYS: Mapping[_Key, Outcome] = {
    (301, "9007"): Outcome.DEPRECATED,
    (409, "9007"): Outcome.DEPRECATED,
    (401, "invalid_token"): Outcome.UNAUTHORISED,
    (401, "9017"): Outcome.WRONG_RECORD,
    # No token arrived, or it is a Public API client's: a fault of this installation. Taken for a revoked permission it
    # would make every researcher connect again, and in vain.
    (403, "forbidden"): Outcome.UNKNOWN,
    (403, "9038"): Outcome.SCOPE_MISSING,
    (409, "9018"): Outcome.LOCKED,
    (409, "9036"): Outcome.UNCLAIMED,
    (409, "9044"): Outcome.DEACTIVATED,
    (409, "9057"): Outcome.UNKNOWN,  # the institution's client is deactivated: no researcher's doing
    (400, "9012"): Outcome.UNKNOWN,  # plain http, or no version in the path: configuration, not content
    # Wrong path, method or media type: a fault of ours or of the way to the registry. Above all not GONE (R39).
    (404, "9001"): Outcome.UNKNOWN,
    (405, "9001"): Outcome.UNKNOWN,
    (406, "9001"): Outcome.UNKNOWN,
    (415, "9001"): Outcome.UNKNOWN,
}

# The record itself is not there, although a token was given for it: a fault in our data, and no empty record.
_NO_RECORD: Mapping[_Key, Outcome] = {(404, "9016"): Outcome.WRONG_RECORD}

# ORCID_API 5: every 400 with a code of ORCID's speaks of the content sent (R7, R38).
_CONTENT: Mapping[_Key, Outcome] = {(400, ANY_CODE): Outcome.REFUSED}

_BY_OPERATION: Mapping[Operation, Mapping[_Key, Outcome]] = {
    Operation.READ: _NO_RECORD,
    Operation.ADD: {
        **_NO_RECORD,
        **_CONTENT,
        (409, "9021"): Outcome.DUPLICATE,
        (409, "9048"): Outcome.FULL,
    },
    # Refused, full and the like then hold for the request as a whole; nothing of it was stored (ORCID_API 5.2, 6.6).
    Operation.ADD_BULK: {
        **_NO_RECORD,
        **_CONTENT,
        (409, "9048"): Outcome.FULL,
    },
    Operation.UPDATE: {
        **_CONTENT,
        (403, "9010"): Outcome.NOT_OURS,
        (403, "9013"): Outcome.NOT_OURS,
        (403, "9014"): Outcome.NOT_OURS,
        (403, "9035"): Outcome.REFUSED,
        (404, "9016"): Outcome.GONE,
        (409, "9021"): Outcome.DUPLICATE,
    },
    Operation.REMOVE: {
        (403, "9010"): Outcome.NOT_OURS,
        (403, "9013"): Outcome.NOT_OURS,
        (404, "9016"): Outcome.GONE,
    },
}

# Whatever the body: the edge in front of the registry answers these too, and with pages of its own (ORCID_API 12).
_BY_STATUS: Mapping[int, Outcome] = {
    413: Outcome.TOO_LARGE,
    429: Outcome.SLOW_DOWN,
    503: Outcome.SLOW_DOWN,
}


def outcome_of(operation: Operation, status: int, code: str | None) -> Outcome:
    """Return what a refusal means; UNKNOWN for everything that the table does not hold, successes included."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 500 <= status <= 599:
        return Outcome.SERVER_ERROR
    if code is None:
        return Outcome.UNKNOWN
    special = _BY_OPERATION[operation]
    key = (status, code)
    if key in _ALWAYS:
        return _ALWAYS[key]
    if key in special:
        return special[key]
    return special.get((status, ANY_CODE), Outcome.UNKNOWN) if code.isdigit() else Outcome.UNKNOWN


def rows() -> Iterator[tuple[Operation, int, str | None, Outcome]]:
    """Every row of the table by operation, for those who have to show that each has its consequence.

    ANY_CODE stands for all codes of ORCID's that have no row of their own; None for a status that decides alone.
    """
    for operation in Operation:
        for (status, code), outcome in {**_BY_OPERATION[operation], **_ALWAYS}.items():
            yield operation, status, code, outcome
        for status, outcome in _BY_STATUS.items():
            yield operation, status, None, outcome


@dataclass(frozen=True, slots=True)
class Asked:
    """What the answer is to. `secrets` are masked in every message besides what looks like one (R47)."""

    operation: Operation
    orcid_id: str
    put_code: int | None = None
    now_ms: int = 0
    secrets: tuple[str, ...] = ()


def answer_to(asked: Asked, reply: Reply) -> Answer:
    """Return the meaning of a reply to a single call, or of the refusal of a bulk or of a reading as a whole."""
    operation, put_code = asked.operation, asked.put_code
    if operation is Operation.ADD and reply.status == 201:
        created = put_code_of(reply.location)
        if created is None:
            return Answer(Outcome.UNKNOWN, status=201, message="The registry created a work without saying where.")
        return Answer(Outcome.CREATED, put_code=created, status=201)
    if operation is Operation.REMOVE and reply.status == 204:
        return Answer(Outcome.REMOVED, put_code=put_code, status=204)
    if operation is Operation.UPDATE and reply.status == 200 and reply.body is not None:
        work = as_object(parsed(reply.body))
        if put_code is None or whole_number(work.get("put-code")) != put_code:
            return Answer(Outcome.UNKNOWN, status=200, message="The registry did not return the work that was updated.")
        return Answer(Outcome.UPDATED, put_code=put_code, status=200)
    return _refusal(asked, reply)


def answers_to_bulk(asked: Asked, reply: Reply, own_ids: Sequence[str]) -> Answer | list[Answer]:
    """Return one answer per work in the order sent, or one for the request if it failed or the answer does not fit it.

    `own_ids` are the `source-work-id`s of the works sent. An answer of another length, or one that gives another work
    back than was sent at its place, tells nothing about which work is which: all are unknown, none a success. A
    put-code taken for that of another work would take the wrong one off the record some day.
    """
    if reply.status != 200 or reply.body is None:
        return _refusal(asked, reply)
    items = as_object(parsed(reply.body)).get("bulk")
    if not isinstance(items, list) or len(items) != len(own_ids):
        found = f"{len(items)} answers" if isinstance(items, list) else "no list of answers"
        return Answer(Outcome.UNKNOWN, status=200, message=f"The registry returned {found} to {len(own_ids)} works.")
    if any(_is_another(own_id, as_object(item)) for own_id, item in zip(own_ids, items, strict=True)):
        return Answer(Outcome.UNKNOWN, status=200, message="The registry returned other works than were sent.")
    return [_item_answer(replace(asked, operation=Operation.ADD), as_object(item)) for item in items]


def _is_another(own_id: str, item: Mapping[str, object]) -> bool:
    """Whether a work came back that bears the id of another publication; one without any says nothing."""
    listed = as_object(as_object(item.get("work")).get("external-ids")).get("external-id")
    found = {
        str(external_id.get("external-id-value")).lower()
        for external_id in map(as_object, listed if isinstance(listed, list) else ())
        if external_id.get("external-id-type") == "source-work-id"
    }
    return bool(found) and own_id.lower() not in found


def _item_answer(asked: Asked, item: Mapping[str, object]) -> Answer:
    put_code = whole_number(as_object(item.get("work")).get("put-code"))
    if put_code is not None:
        return Answer(Outcome.CREATED, put_code=put_code, status=200)
    error = as_object(item.get("error"))
    status = whole_number(error.get("response-code"))
    if status is None:
        return Answer(Outcome.UNKNOWN, message="The registry said nothing about this work.")
    return _answer_to_error(asked, Reply(status, body=b""), error)


def _refusal(asked: Asked, reply: Reply) -> Answer:
    if reply.body is None and outcome_of(asked.operation, reply.status, None) is Outcome.UNKNOWN:
        return Answer(Outcome.NO_ANSWER, status=reply.status, message="The answer broke off.")
    return _answer_to_error(asked, reply, as_object(parsed(reply.body or b"")))


def _answer_to_error(asked: Asked, reply: Reply, error: Mapping[str, object]) -> Answer:
    """Look the refusal up; `error` is ORCID's error object, OAuth's, or empty when the body was neither."""
    code, text = error_code(error), error_text(error)
    outcome = outcome_of(asked.operation, reply.status, code)
    if outcome is Outcome.GONE and _RECORD_NOT_FOUND.search(text):
        outcome = Outcome.WRONG_RECORD
    return Answer(
        outcome,
        put_code=put_code_named(text) if outcome is Outcome.DUPLICATE else None,
        status=reply.status,
        code=code,
        message=mask(text or stand_in_text(reply), *asked.secrets),
        primary_orcid_id=primary_orcid_id(asked.orcid_id, reply, text) if outcome is Outcome.DEPRECATED else None,
        retry_after_seconds=retry_after_seconds(reply, asked.now_ms),
    )
