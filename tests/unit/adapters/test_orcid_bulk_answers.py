"""What the answer to a bulk means, and that nothing at all is taken for a success which is none (R37)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.adapters.orcid_answers import Asked, Operation, answer_to, answers_to_bulk
from orcid_sync.adapters.orcid_reply import Reply
from orcid_sync.domain.outcomes import Answer, Outcome

RECORD = "0000-0002-1825-0097"
TOKEN = "7b1e7a5e-8d2b-4f0a-9a38-2f6f5a3c1d44"
SUCCESSES = {Outcome.CREATED, Outcome.UPDATED, Outcome.REMOVED, Outcome.READ}

ADD, BULK, UPDATE, REMOVE = Operation.ADD, Operation.ADD_BULK, Operation.UPDATE, Operation.REMOVE
EVERY = tuple(Operation)
OWN_IDS = tuple(f"Pub-{number}" for number in range(1, 10))


def orcid_error(status: int, code: int, text: str = "") -> bytes:
    body = {
        "response-code": status,
        "developer-message": text,
        "user-message": "u",
        "error-code": code,
        "more-info": "",
    }
    return json.dumps(body).encode()


def bulk(items: list[object], count: int) -> Answer | list[Answer]:
    body = json.dumps({"bulk": items}).encode()
    return answers_to_bulk(Asked(BULK, RECORD, secrets=(TOKEN,)), Reply(200, body), OWN_IDS[:count])


def stored(put_code: int, own_id: str) -> dict[str, object]:
    """A work as a bulk's answer holds it."""
    own = {"external-id-type": "source-work-id", "external-id-value": own_id, "external-id-relationship": "self"}
    doi = {"external-id-type": "doi", "external-id-value": "10.5555/x", "external-id-relationship": "self"}
    return {"work": {"put-code": put_code, "external-ids": {"external-id": [doi, own]}}}


def item_error(status: int, code: int, text: str = "") -> dict[str, object]:
    return {"error": json.loads(orcid_error(status, code, text))}


def test_r38_each_work_of_a_bulk_has_its_own_answer_in_the_order_sent() -> None:
    answers = bulk(
        [
            {"work": {"put-code": 5, "title": {}}},
            item_error(400, 9023, "Invalid external identifiers"),
            item_error(409, 9021, "see element with put-code 5."),
            item_error(500, 9008, "java.lang.NullPointerException"),
            {"work": {"put-code": None}},
            {},
            None,
        ],
        7,
    )
    assert isinstance(answers, list)
    assert [(answer.outcome, answer.put_code) for answer in answers] == [
        (Outcome.CREATED, 5),
        (Outcome.REFUSED, None),
        (Outcome.DUPLICATE, 5),
        (Outcome.SERVER_ERROR, None),
        (Outcome.UNKNOWN, None),
        (Outcome.UNKNOWN, None),
        (Outcome.UNKNOWN, None),
    ]
    assert answers[1].message == "Invalid external identifiers"


@pytest.mark.parametrize("items", [[], [{"work": {"put-code": 5}}], [{"work": {"put-code": 5}}] * 3])
def test_r37_a_bulk_answer_of_another_length_is_no_success_for_any_work(items: list[object]) -> None:
    answer = bulk(items, 2)
    assert isinstance(answer, Answer)
    assert answer.outcome is Outcome.UNKNOWN


def test_r37_put_codes_are_taken_only_for_the_works_that_come_back_with_them() -> None:
    duplicate = item_error(409, 9021, "see element with put-code 5.")
    assert isinstance(bulk([stored(5, "Pub-1"), stored(6, "pub-2"), duplicate], 3), list)
    for another in (
        [stored(6, "Pub-2"), stored(5, "Pub-1"), duplicate],
        [duplicate, stored(6, "Pub-2"), stored(7, "Pub-2")],
    ):
        answer = bulk(list(another), 3)
        assert isinstance(answer, Answer)
        assert answer.outcome is Outcome.UNKNOWN
        assert answer.may_have_taken_effect, "only the record can tell which is which"


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b"<html>", Outcome.UNKNOWN),
        (200, b'{"bulk": null}', Outcome.UNKNOWN),
        (200, None, Outcome.NO_ANSWER),
        (201, b"", Outcome.UNKNOWN),
        (400, orcid_error(400, 9006), Outcome.REFUSED),
        (400, orcid_error(400, 9047), Outcome.REFUSED),
        (409, orcid_error(409, 9048), Outcome.FULL),
        (413, b"<html>too large</html>", Outcome.TOO_LARGE),
    ],
)
def test_a_bulk_can_fail_as_a_whole(status: int, body: bytes | None, outcome: Outcome) -> None:
    answer = answers_to_bulk(Asked(BULK, RECORD), Reply(status, body), OWN_IDS[:2])
    assert isinstance(answer, Answer)
    assert answer.outcome is outcome


# Anything at all

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "error-code",
                    "response-code",
                    "developer-message",
                    "user-message",
                    "error_description",
                    "put-code",
                    "work",
                    "bulk",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_bodies = st.none() | st.binary(max_size=60) | _json.map(lambda value: json.dumps(value).encode())
_headers = st.none() | st.text(max_size=30)


@given(st.sampled_from(EVERY), st.integers(100, 599), _bodies, _headers, _headers)
def test_r37_no_reply_whatsoever_raises_or_is_taken_for_a_success(
    operation: Operation, status: int, body: bytes | None, location: str | None, retry_after: str | None
) -> None:
    reply = Reply(status, body, location=location, retry_after=retry_after, date=retry_after)
    answer = answer_to(Asked(operation, RECORD, 17), reply)
    expected = {(ADD, 201): Outcome.CREATED, (UPDATE, 200): Outcome.UPDATED, (REMOVE, 204): Outcome.REMOVED}
    if answer.outcome in SUCCESSES:
        assert answer.outcome is expected[operation, status]
        assert answer.put_code is not None
    else:
        assert len(answer.message) <= 500


@given(st.integers(100, 599), _bodies, st.integers(0, 3))
def test_r37_no_bulk_reply_whatsoever_raises_or_yields_a_success_without_a_put_code(
    status: int, body: bytes | None, count: int
) -> None:
    answers = answers_to_bulk(Asked(BULK, RECORD), Reply(status, body), OWN_IDS[:count])
    if isinstance(answers, Answer):
        assert answers.outcome not in SUCCESSES
    else:
        assert status == 200
        assert len(answers) == count
        assert all(answer.put_code for answer in answers if answer.outcome in SUCCESSES)


def test_nesting_beyond_all_bounds_is_unknown() -> None:
    assert answer_to(Asked(ADD, RECORD), Reply(409, b"[" * 200_000)).outcome is Outcome.UNKNOWN
