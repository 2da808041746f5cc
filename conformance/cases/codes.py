"""Section 13: error codes with their statuses, and what their texts begin with or name."""

from __future__ import annotations

from typing import Any

from conformance.bodies import bulk, contributor, contributors, date, identifier, title, update, work
from conformance.case import Case, Control, Need, Request
from conformance.matching import Contains, Matches
from conformance.steps import case, delete, get, post, post_bulk, put, refused

_CHANGED = {"title": title("Changed $case")}


def cases() -> list[Case]:
    return [*_table(), *_texts(), *_texts_by_controls()]


def _table() -> list[Case]:
    """One request for each code that a client alone can bring about."""
    other = {"contributors": contributors(contributor(role="cook"))}
    single = {
        "9001 (404)": get("/nothing", refused(404, 9001)),
        "9001 (405)": Request("PATCH", "/work/1", refused(405, 9001)),
        "9001 (415)": post("x", refused(415, 9001), content_type="text/plain"),
        "9001 (400)": post("<a/>", refused(400, 9001), content_type="application/xml"),
        "9006, bulk over 100": post_bulk(bulk(*[work()] * 101), refused(400, 9006)),
        "9006, bulk read of a word": get("/works/abc", refused(400, 9006)),
        "9016": get("/work/999999999999", refused(404, 9016)),
        "9017": get("/works", refused(401, 9017), orcid="$fresh"),
        "9020": post(work({}, identifier(), identifier("$case-2", "funded-by", "issn")), refused(400, 9020)),
        "9023": post(work({}, identifier(relationship="part-of")), refused(400, 9023)),
        "9024": post(work({"put-code": 1}), refused(400, 9024)),
        "9034": get("/work/abc", refused(400, 9034)),
        "9042": get("/works/" + ",".join(["1"] * 101), refused(400, 9042)),
        "9047": post(work({"colour": 1}), refused(400, 9047)),
        "9049": post(work({"publication-date": date("2021", "02", "29")}), refused(400, 9049)),
        "9058": post(work(other), refused(400, 9058)),
    }
    return [case(name, "13", request) for name, request in single.items()]


def _texts() -> list[Case]:
    return [
        case(
            "9019 shows both put-codes",
            "13",
            post(put_code="a"),
            put("a", {**work(), "put-code": 7}, refused(400, 9019, developer_message=Matches(r".*\b$a\b.*\b7\b.*"))),
        ),
        case(
            "9019 shows a missing put-code as null",
            "13",
            post(put_code="a"),
            put("a", work(), refused(400, 9019, developer_message=Contains("null"))),
        ),
        case(
            "9021 names the put-code",
            "13",
            post(put_code="a"),
            post(expect=refused(409, 9021, developer_message=Contains("put-code $a"))),
        ),
        case(
            "9023 names the offending type",
            "13",
            post(
                work({}, identifier(), identifier(kind="colour")),
                refused(400, 9023, developer_message=Contains("colour")),
            ),
        ),
        case(
            "9038 begins with 409 Conflict though it is 403",
            "13",
            post(expect=refused(403, 9038, developer_message=Matches("409 Conflict.*")), caller="reader"),
            needs=Need.READER,
        ),
        case(
            "9042 carries the name of a Java class",
            "13",
            get("/works/" + ",".join(["1"] * 101), refused(400, 9042, developer_message=Matches(r".*Exception.*"))),
        ),
        case(
            "9047 says what was wrong",
            "13",
            post(work({"colour": 1}), refused(400, 9047, developer_message=Contains("colour"))),
        ),
        case(
            "9058 begins with 404 Bad Request though it is 400",
            "13",
            post(
                work({"contributors": contributors(contributor(role="cook"))}),
                refused(400, 9058, developer_message=Matches("404 Bad Request.*cook.*")),
            ),
        ),
        case(
            "the help address is the same for all",
            "13",
            get("/work/abc", refused(400, 9034), keep={"help": "more-info"}),
            post(work({"put-code": 1}), refused(400, 9024, more_info="$help")),
        ),
    ]


def _texts_by_controls() -> list[Case]:
    there: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
    token = Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"})
    owners = Control(
        "works",
        {"orcid": "$fresh", "source": "owner", "works": [work({"visibility": "private"})]},
        {"a": "put_codes.0"},
    )
    return [
        case("9010", "13", token, owners, delete("a", refused(403, 9010), **there), needs=Need.OTHER_SOURCE),
        case("9013", "13", token, owners, get("/work/$a", refused(403, 9013), **there), needs=Need.OTHER_SOURCE),
        case("9014", "13", token, owners, put("a", update("a"), refused(403, 9014), **there), needs=Need.OTHER_SOURCE),
        case(
            "9010 on a change",
            "13",
            token,
            owners,
            put("a", update("a", _CHANGED), refused(403, 9010), **there),
            needs=Need.OTHER_SOURCE,
        ),
    ]
