"""Section 8: what a record's state does to every call."""

from __future__ import annotations

from typing import Any

from conformance.bodies import bulk, identifier, update, work
from conformance.case import Case, Control, Expect, Need, Request, Step
from conformance.matching import Contains, Matches
from conformance.steps import OK, case, delete, get, post, post_bulk, put, refused

_THERE: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
_START: tuple[Step, ...] = (
    Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"}),
    post(put_code="a", **_THERE),
)
_NEW = work({}, identifier("$case-2"))


def cases() -> list[Case]:
    return [*_states(), *_deprecated(), *_unclaimed(), *_precedence()]


def _state(state: str, **more: str) -> Control:
    return Control("record", {"orcid": "$fresh", "state": state, **more})


def _calls(reading: Expect, writing: Expect) -> dict[str, Request]:
    return {
        "GET works": get("/works", reading, **_THERE),
        "GET works by put-codes": get("/works/$a", reading, **_THERE),
        "GET work": get("/work/$a", reading, **_THERE),
        "GET summary": get("/work/summary/$a", reading, **_THERE),
        "POST work": post(_NEW, writing, **_THERE),
        "POST works": post_bulk(bulk(_NEW), writing, **_THERE),
        "PUT work": put("a", update("a", {"type": "book"}), writing, **_THERE),
        "DELETE work": delete("a", writing, **_THERE),
    }


def _states() -> list[Case]:
    codes = {"locked": 9018, "deactivated": 9044, "unclaimed": 9036}
    refusals = {state: (refused(409, code), refused(409, code)) for state, code in codes.items()}
    refusals["deprecated"] = (refused(301, 9007), refused(409, 9007))
    return [
        case(
            f"{state}: {name}",
            "8",
            *_START,
            _state(state, primary="$fresh2", creator="APP-CONFORMOTHER0000"),
            call,
            needs=Need.RECORD_STATE,
        )
        for state, (reading, writing) in refusals.items()
        for name, call in _calls(reading, writing).items()
    ]


def _deprecated() -> list[Case]:
    state = _state("deprecated", primary="$fresh2")

    def moved(path: str, status: int) -> Expect:
        return Expect(status, 9007, headers={"Location": Matches(r".*/v3\.0/$fresh2" + path)})

    texts = {
        "developer_message": Contains("$fresh2"),
        "user_message": Matches(r".*Please refer to account: https?://.*$fresh2\."),
    }
    return [
        case(
            "deprecated: Location is the same URL under the primary iD",
            "8",
            *_START,
            state,
            get("/work/$a", moved("/work/$a", 301), **_THERE),
            needs=Need.RECORD_STATE,
        ),
        case(
            "deprecated: Location on POST too",
            "8",
            *_START,
            state,
            post(_NEW, moved("/work", 409), **_THERE),
            needs=Need.RECORD_STATE,
        ),
        case(
            "deprecated: the messages name the primary",
            "8",
            *_START,
            state,
            post(_NEW, refused(409, 9007, **texts), **_THERE),
            needs=Need.RECORD_STATE,
        ),
        case(
            "deprecated: the old token does not open the primary",
            "8",
            *_START,
            state,
            get("/works", refused(401, 9017), orcid="$fresh2", caller="mine"),
            needs=Need.RECORD_STATE,
        ),
    ]


def _unclaimed() -> list[Case]:
    mine = _state("unclaimed", creator="$client_id")
    return [
        *(
            case(f"unclaimed, made by the caller: {name}", "8", *_START, mine, call, needs=Need.RECORD_STATE)
            for name, call in (("GET works", get("/works", OK, **_THERE)), ("POST work", post(_NEW, **_THERE)))
        ),
        case(
            "a record back in order serves again",
            "8",
            *_START,
            _state("locked"),
            get("/works", refused(409, 9018), **_THERE),
            _state("ok"),
            get("/works", OK, **_THERE),
            needs=Need.RECORD_STATE,
        ),
    ]


def _precedence() -> list[Case]:
    disabled = Control("record", {"orcid": "$fresh", "state": "deactivated", "disable_tokens": True})
    return [
        case(
            "deactivated with its tokens: 401 before 409",
            "8",
            *_START,
            disabled,
            get("/works", Expect(401, fields={"error": "invalid_token"}), **_THERE),
            needs=Need.RECORD_STATE,
        ),
        case("no such record, with a user's token", "8", get("/works", refused(401, 9017), orcid="$fresh")),
        case(
            "no such record, with a client's own token",
            "8",
            get("/works", refused(404, 9016), orcid="$fresh", caller="client_alone"),
            needs=Need.CLIENT_ALONE,
        ),
        case(
            "no such record, POST with a client's own token",
            "8",
            post(expect=refused(404, 9016), orcid="$fresh", caller="client_alone"),
            needs=Need.CLIENT_ALONE,
        ),
    ]
