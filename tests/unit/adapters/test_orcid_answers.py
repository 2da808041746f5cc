"""What each answer of the registry means: every row of ORCID_API 2.6, 5 to 8 and 13, and everything that is no row."""

from __future__ import annotations

import json

import pytest
from orcid_sync.adapters.orcid_answers import Asked, Operation, answer_to, outcome_of
from orcid_sync.adapters.orcid_reply import Reply
from orcid_sync.domain.outcomes import Answer, Outcome

RECORD = "0000-0002-1825-0097"
PRIMARY = "0000-0001-5109-3700"
TOKEN = "7b1e7a5e-8d2b-4f0a-9a38-2f6f5a3c1d44"

READ, ADD, BULK, UPDATE, REMOVE = Operation.READ, Operation.ADD, Operation.ADD_BULK, Operation.UPDATE, Operation.REMOVE
EVERY = tuple(Operation)
SENDING = (ADD, BULK, UPDATE)


def orcid_error(status: int, code: int, text: str = "") -> bytes:
    body = {
        "response-code": status,
        "developer-message": text,
        "user-message": "u",
        "error-code": code,
        "more-info": "",
    }
    return json.dumps(body).encode()


def oauth_error(error: str, description: str = "") -> bytes:
    return json.dumps({"error": error, "error_description": description}).encode()


def ask(operation: Operation, status: int, body: bytes | None, **headers: str) -> Answer:
    return answer_to(Asked(operation, RECORD, 17, 0, (TOKEN,)), Reply(status, body, **headers))


CONTENT_CODES = (
    *("9001", "9006", "9019", "9020", "9022", "9023", "9024", "9034", "9037", "9042", "9047", "9049", "9051", "9058"),
    "9999",  # one that the registry may invent
)

# (operations, status, error code, outcome), section by section.
ROWS: list[tuple[tuple[Operation, ...], int, str, Outcome]] = [
    # 2.6 bearer errors
    (EVERY, 401, "invalid_token", Outcome.UNAUTHORISED),
    (EVERY, 403, "forbidden", Outcome.UNKNOWN),
    (EVERY, 401, "9017", Outcome.WRONG_RECORD),
    # 5 content: whatever the code, a 400 of ORCID's is about what was sent
    *[(SENDING, 400, code, Outcome.REFUSED) for code in CONTENT_CODES],
    ((READ, REMOVE), 400, "9034", Outcome.UNKNOWN),
    (EVERY, 400, "9012", Outcome.UNKNOWN),
    # 6, 7 duplicates, sources, visibility, size
    ((ADD, UPDATE), 409, "9021", Outcome.DUPLICATE),
    ((READ, BULK, REMOVE), 409, "9021", Outcome.UNKNOWN),
    ((UPDATE, REMOVE), 403, "9010", Outcome.NOT_OURS),
    ((READ, ADD, BULK), 403, "9010", Outcome.UNKNOWN),
    ((UPDATE,), 403, "9014", Outcome.NOT_OURS),
    ((UPDATE, REMOVE), 403, "9013", Outcome.NOT_OURS),
    ((UPDATE,), 403, "9035", Outcome.REFUSED),
    ((UPDATE, REMOVE), 404, "9016", Outcome.GONE),
    ((READ, ADD, BULK), 404, "9016", Outcome.WRONG_RECORD),
    ((ADD, BULK), 409, "9048", Outcome.FULL),
    # 8 states of the record
    (EVERY, 301, "9007", Outcome.DEPRECATED),
    (EVERY, 409, "9007", Outcome.DEPRECATED),
    (EVERY, 409, "9018", Outcome.LOCKED),
    (EVERY, 409, "9044", Outcome.DEACTIVATED),
    (EVERY, 409, "9036", Outcome.UNCLAIMED),
    # 13 the rest
    (EVERY, 403, "9038", Outcome.SCOPE_MISSING),
    (EVERY, 409, "9057", Outcome.UNKNOWN),
    *[(EVERY, status, "9001", Outcome.UNKNOWN) for status in (404, 405, 406, 415)],
    (EVERY, 500, "9008", Outcome.SERVER_ERROR),
    (EVERY, 308, "9056", Outcome.UNKNOWN),
]


@pytest.mark.parametrize(
    ("operation", "status", "code", "outcome"),
    [(operation, *row[1:]) for row in ROWS for operation in row[0]],
)
def test_each_row_of_the_registrys_errors_has_its_outcome(
    operation: Operation, status: int, code: str, outcome: Outcome
) -> None:
    assert outcome_of(operation, status, code) is outcome
    body = orcid_error(status, int(code)) if code.isdigit() else oauth_error(code)
    answer = ask(operation, status, body)
    assert (answer.outcome, answer.status, answer.code) == (outcome, status, code)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (413, Outcome.TOO_LARGE),
        (429, Outcome.SLOW_DOWN),
        (503, Outcome.SLOW_DOWN),
        (500, Outcome.SERVER_ERROR),
        (502, Outcome.SERVER_ERROR),
        (504, Outcome.SERVER_ERROR),
        (522, Outcome.SERVER_ERROR),
    ],
)
@pytest.mark.parametrize("operation", EVERY)
@pytest.mark.parametrize(
    "body", [b"", b"<html>Sorry</html>", b'{"error-code": 9021}', None], ids=["", "html", "json", "cut"]
)
def test_r35_limits_and_faults_are_told_by_the_status_alone(
    operation: Operation, status: int, outcome: Outcome, body: bytes | None
) -> None:
    assert ask(operation, status, body).outcome is outcome


@pytest.mark.parametrize("status", [200, 201, 202, 204, 301, 302, 400, 401, 403, 404, 409])
@pytest.mark.parametrize(
    "body", [b"", b"<html>404</html>", b'{"error-co', b"<error/>", b"[]", b'"x"', b"null", b"\xff\xfe"]
)
@pytest.mark.parametrize("operation", EVERY)
def test_r39_an_answer_without_a_code_is_unknown_and_above_all_not_gone(
    operation: Operation, status: int, body: bytes
) -> None:
    if (operation, status) == (REMOVE, 204):
        return
    answer = ask(operation, status, body)
    assert answer.outcome is Outcome.UNKNOWN
    assert answer.message


@pytest.mark.parametrize("status", [200, 400, 401, 404, 409])
def test_r37_an_answer_that_broke_off_is_no_answer(status: int) -> None:
    assert ask(UPDATE, status, None).outcome is Outcome.NO_ANSWER


def test_r39_a_404_that_names_the_record_does_not_say_that_a_work_is_gone() -> None:
    text = f"404 Not Found: The resource was not found. Full validation error: ORCID iD {RECORD} not found"
    assert ask(UPDATE, 404, orcid_error(404, 9016, text)).outcome is Outcome.WRONG_RECORD
    text = "404 Not Found: The resource was not found. Full validation error: No entity found for query"
    assert ask(REMOVE, 404, orcid_error(404, 9016, text)).outcome is Outcome.GONE


@pytest.mark.parametrize(
    ("location", "put_code"),
    [
        (f"https://api.orcid.org/v3.0/{RECORD}/work/1250170", 1250170),
        (f"http://api.sandbox.orcid.org/v3.0/{RECORD}/work/1250170", 1250170),
        (f"https://api.orcid.org/orcid-api-web/v2.0/{RECORD}/work/1250170/", 1250170),
        (f"/v3.0/{RECORD}/work/1250170?x=1", 1250170),
        ("1250170", 1250170),
        (f"https://api.orcid.org/v3.0/{RECORD}/work/", None),
        (f"https://api.orcid.org/v3.0/{RECORD}/work/0", None),
        (f"https://api.orcid.org/v3.0/{RECORD}/work/-3", None),
        (f"https://api.orcid.org/v3.0/{RECORD}/work/٣", None),
        ("http://[", None),
        ("", None),
        (None, None),
    ],
)
def test_the_put_code_of_a_new_work_is_the_last_segment_of_location(location: str | None, put_code: int | None) -> None:
    answer = answer_to(Asked(ADD, RECORD), Reply(201, b"", location=location))
    assert answer.put_code == put_code
    assert answer.outcome is (Outcome.CREATED if put_code else Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("text", "put_code"),
    [
        ("409 Conflict: ... please see element with put-code 1250170. If you are trying to edit", 1250170),
        ("... see element with put-code 1250170", 1250170),
        ("... put-code: 7 ...", 7),
        ("409 Conflict: You have already added this activity (matched by external identifiers.)", None),
        ("put-code 99999999999999999999999", None),
    ],
)
@pytest.mark.parametrize("operation", [ADD, UPDATE])
def test_a_duplicate_names_the_work_it_clashes_with(operation: Operation, text: str, put_code: int | None) -> None:
    answer = ask(operation, 409, orcid_error(409, 9021, text))
    assert (answer.outcome, answer.put_code) == (Outcome.DUPLICATE, put_code)


@pytest.mark.parametrize(
    ("status", "location", "text", "primary"),
    [
        (301, f"https://api.orcid.org/v3.0/{PRIMARY}/works", "", PRIMARY),
        (409, f"https://api.orcid.org/v3.0/{PRIMARY}/work", f"ORCID {RECORD}", PRIMARY),
        (409, None, f"Please refer to account: https://orcid.org/{PRIMARY}. ORCID https://orcid.org/{RECORD}", PRIMARY),
        (409, None, f"ORCID {RECORD}, refer to {PRIMARY}", PRIMARY),
        (409, f"https://api.orcid.org/v3.0/{RECORD}/work", "", None),
        (409, None, "This account is deprecated: 0000-0000-0000-0000", None),
    ],
)
def test_r54_a_merged_record_names_the_primary_one(
    status: int, location: str | None, text: str, primary: str | None
) -> None:
    body = orcid_error(status, 9007, text)
    answer = answer_to(Asked(READ, RECORD), Reply(status, body, location=location))
    assert (answer.outcome, answer.primary_orcid_id) == (Outcome.DEPRECATED, primary)


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        ("120", None, 120.0),
        ("0", None, 0.0),
        ("1.5", None, 1.5),
        ("999999999", None, 86_400.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", None, 10.0),
        ("Wed, 21 Oct 2020 07:28:30 GMT", None, 0.0),
        ("-5", None, None),
        ("soon", None, None),
        ("nan", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_r35_retry_after_is_read_as_seconds_or_as_a_date(
    header: str | None, date: str | None, seconds: float | None
) -> None:
    now_ms = 1_792_567_700_000  # 2026-10-21T07:28:20Z
    answer = answer_to(Asked(ADD, RECORD, now_ms=now_ms), Reply(503, b"", retry_after=header, date=date))
    assert answer.retry_after_seconds == seconds


def test_an_update_counts_only_with_the_work_that_was_meant() -> None:
    assert ask(UPDATE, 200, b'{"put-code": 17, "path": null}') == Answer(Outcome.UPDATED, put_code=17, status=200)
    assert ask(UPDATE, 200, b'{"put-code": "17"}').outcome is Outcome.UPDATED
    assert ask(UPDATE, 200, b'{"put-code": 18}').outcome is Outcome.UNKNOWN
    assert ask(UPDATE, 200, b'{"put-code": true}').outcome is Outcome.UNKNOWN


def test_r47_no_token_gets_into_a_message() -> None:
    answer = ask(READ, 401, oauth_error("invalid_token", f"Invalid access token: {TOKEN}"))
    assert answer.message == "Invalid access token: ***"
    odd = answer_to(
        Asked(ADD, RECORD, secrets=("odd/token",)), Reply(400, orcid_error(400, 9047, "about ODD/token and so on"))
    )
    assert odd.message == "about *** and so on"
    assert len(ask(ADD, 400, orcid_error(400, 9047, "x" * 9000)).message) == 500
