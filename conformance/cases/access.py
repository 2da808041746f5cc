"""Sections 3.2 to 3.4: who may write, who may read, reading several works."""

from __future__ import annotations

from typing import Any

from conformance.bodies import identifier, update, work
from conformance.case import Case, Control, Expect, Need, Step
from conformance.matching import InAnyOrder, Matches
from conformance.steps import OK, case, delete, get, post, put, refused, shows

_CHANGED = {"title": {"title": {"value": "Changed $case"}}}
_OTHER = "APP-CONFORMOTHER0000"
_BOTH, _UPDATE = "/activities/update /read-limited", "/activities/update"


def cases() -> list[Case]:
    return [*_writing(), *_reading(), *_several(), *_several_refused()]


def _work_of(source: str, **options: str) -> tuple[Step, ...]:
    """A work of another source on a record of its own, and the caller's token there."""
    return (
        Control("works", {"orcid": "$fresh", "source": source, "works": [work(options)]}, {"a": "put_codes.0"}),
        Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"}),
    )


def _writing() -> list[Case]:
    there: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
    return [
        *(
            case(
                f"{verb} of a work of {whose}",
                "3.2",
                *_work_of(source),
                step,
                needs=Need.OTHER_SOURCE,
            )
            for whose, source in (("the owner", "owner"), ("another client", _OTHER))
            for verb, step in (
                ("PUT", put("a", update("a", _CHANGED), refused(403, 9010), **there)),
                ("DELETE", delete("a", refused(403, 9010), **there)),
            )
        ),
        case(
            "a refused PUT changed nothing",
            "3.2",
            *_work_of("owner"),
            put("a", update("a", _CHANGED), refused(403, 9010), **there),
            get("/work/$a", shows({"title.title.value": "Conformance $case"}), **there),
            needs=Need.OTHER_SOURCE,
        ),
        case(
            "POST by a client whose token may not",
            "3.2",
            post(expect=refused(403, 9038), caller="reader"),
            needs=Need.READER,
        ),
        case(
            "PUT by a client whose token may not",
            "3.2",
            post(put_code="a"),
            put("a", update("a", _CHANGED), refused(403, 9038), caller="reader"),
            needs=Need.READER,
        ),
        case(
            "DELETE by a client whose token may not",
            "3.2",
            post(put_code="a"),
            delete("a", refused(403, 9038), caller="reader"),
            needs=Need.READER,
        ),
        case(
            "POST on a record that another source fills",
            "3.2",
            *_work_of("owner"),
            post(**there),
            needs=Need.OTHER_SOURCE,
        ),
    ]


def _read(visibility: str, scope: str, *, mine: bool, single: Expect, item: Expect) -> list[Case]:
    """One work of one visibility, in each of the ways to read it."""
    source = "$client_id" if mine else _OTHER
    setup: tuple[Step, ...] = (
        Control(
            "works",
            {"orcid": "$fresh", "source": source, "works": [work({"visibility": visibility})]},
            {"a": "put_codes.0"},
        ),
        Control("token", {"orcid": "$fresh", "client_id": "$client_id", "scope": scope}, {"mine": "access_token"}),
    )
    there: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
    whole = shows({"put-code": "$a", "visibility": visibility}) if single is OK else single
    whose = "own" if mine else "another's"
    name = f"{whose} {visibility} work, {scope}"
    needs = (Need.OTHER_SOURCE, Need.TOKENS)
    return [
        case(f"{name}: GET", "3.3", *setup, get("/work/$a", whole, **there), needs=needs),
        case(f"{name}: summary", "3.3", *setup, get("/work/summary/$a", whole, **there), needs=needs),
        case(
            f"{name}: list",
            "3.3",
            *setup,
            get("/works", shows({"group.#": 1 if single is OK else 0}), **there),
            needs=needs,
        ),
        case(f"{name}: bulk", "3.3", *setup, get("/works/$a", item, **there), needs=needs),
    ]


def _reading() -> list[Case]:
    there, hidden = (
        shows({"bulk.0.work.put-code": "$a"}),
        shows({"bulk.0.error.error-code": 9013, "bulk.0.error.response-code": 403}),
    )
    return [
        *_read("public", _UPDATE, mine=False, single=OK, item=there),
        *_read("limited", _BOTH, mine=False, single=OK, item=there),
        *_read("limited", _UPDATE, mine=False, single=refused(403, 9038), item=hidden),
        *_read("private", _BOTH, mine=False, single=refused(403, 9013), item=hidden),
        *_read("private", _UPDATE, mine=False, single=refused(403, 9038), item=hidden),
        *_read("limited", _UPDATE, mine=True, single=OK, item=there),
        *_read("private", _UPDATE, mine=True, single=OK, item=there),
    ]


def _several() -> list[Case]:
    two = (post(put_code="a"), post(work({}, identifier("$case-2")), put_code="b"))
    return [
        case(
            "two works",
            "3.4",
            *two,
            get("/works/$a,$b", shows({"bulk.#": 2, "bulk.*.work.put-code": InAnyOrder(("$a", "$b"))})),
        ),
        case(
            "the works are whole",
            "3.4",
            *two,
            get(
                "/works/$a,$b",
                shows(
                    {"bulk($b).work.title.title.value": "Conformance $case", "bulk($b).work.path": "/$orcid/work/$b"}
                ),
            ),
        ),
        case(
            "an unknown put-code is an element 400/9034 after those found",
            "3.4",
            post(put_code="a"),
            get(
                "/works/999999999999,$a",
                shows(
                    {
                        "bulk.#": 2,
                        "bulk.0.work.put-code": "$a",
                        "bulk.1.error.error-code": 9034,
                        "bulk.1.error.response-code": 400,
                    }
                ),
            ),
        ),
        case(
            "its text names the code",
            "3.4",
            get("/works/999999999999", shows({"bulk.0.error.developer-message": Matches(".*999999999999.*")})),
        ),
        case(
            "a put-code listed twice",
            "3.4",
            post(put_code="a"),
            get("/works/$a,$a", shows({"bulk.#": 2, "bulk.0.work.put-code": "$a", "bulk.1.error.error-code": 9034})),
        ),
        case(
            "100 put-codes",
            "3.4",
            get("/works/" + ",".join(str(999999999000 + n) for n in range(100)), shows({"bulk.#": 100})),
        ),
    ]


def _several_refused() -> list[Case]:
    many = ",".join(str(999999999000 + n) for n in range(101))
    return [
        case("101 put-codes", "3.4", get(f"/works/{many}", refused(400, 9042))),
        case("a word among put-codes", "3.4", post(put_code="a"), get("/works/$a,abc", refused(400, 9006))),
        case("a blank beside a put-code", "3.4", post(put_code="a"), get("/works/$a,%20$a", refused(400, 9006))),
        case(
            "a hidden work stands at its place in a bulk",
            "3.4",
            *_work_of("owner", visibility="private"),
            post(put_code="b", orcid="$fresh", caller="mine", body=work({}, identifier("$case-2"))),
            get(
                "/works/$a,$b",
                shows({"bulk.#": 2, "bulk(error-code=9013).error.response-code": 403, "bulk($b).work.put-code": "$b"}),
                orcid="$fresh",
                caller="mine",
            ),
            needs=Need.OTHER_SOURCE,
        ),
    ]
