"""Section 12: the request limit, and requests whose outcome is unknown."""

from __future__ import annotations

from conformance.case import Burst, Case, Control, Expect, Need
from conformance.matching import Gone, Matches
from conformance.steps import case, get, post, refused

_ON, _OFF = Control("limit", {"enabled": True}), Control("limit", {"enabled": False})


def cases() -> list[Case]:
    fault = {"orcid": "$orcid", "method": "POST"}
    return [
        case(
            "41 at once are queued and served",
            "12",
            _ON,
            Burst(get("/works"), 41, {200: (41, 41)}),
            _OFF,
            needs=Need.REQUEST_LIMIT,
        ),
        case(
            "of 150 at once some are refused with 503, the first and the burst are served",
            "12",
            _ON,
            Burst(get("/works"), 150, {200: (41, 149), 503: (1, 109)}),
            _OFF,
            needs=Need.REQUEST_LIMIT,
        ),
        case(
            "a POST whose answer was lost: again, and the put-code is named",
            "12",
            Control("faults", {**fault, "kind": "lost_after"}),
            post(expect=Expect(0)),
            post(expect=refused(409, 9021, developer_message=Matches(r".*put-code \d+.*"))),
            needs=Need.FAULTS,
        ),
        case(
            "a POST that was lost itself: again, and it is stored",
            "12",
            Control("faults", {**fault, "kind": "lost_before"}),
            post(expect=Expect(0)),
            post(),
            needs=Need.FAULTS,
        ),
        case(
            "503 is not ORCID's error object",
            "12",
            Control("faults", {"orcid": "$orcid", "kind": "status", "status": 503}),
            get("/works", Expect(503, fields={"error-code": Gone()})),
            get("/works"),
            needs=Need.FAULTS,
        ),
    ]
