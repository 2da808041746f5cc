"""Looking into answers, matching values, filling in names."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.case import Expect
from conformance.filling import filled
from conformance.looking import compare, find
from conformance.matching import MISSING, AnInteger, Contains, Gone, InAnyOrder, Matches, Not, OneOf, fits
from conformance.target import orcid_id
from conformance.transport import Reply

_BODY: Any = {
    "group": [{"work-summary": [{"put-code": 7, "title": None}]}, {"work-summary": [{"put-code": 8}, {"put-code": 9}]}]
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("group.#", 2),
        ("group.0.work-summary.0.title", None),
        ("group.0.work-summary.0.colour", MISSING),
        ("group.5", MISSING),
        ("group(9).work-summary.*.put-code", [8, 9]),
        ("group(9).work-summary(8).put-code", 8),
        ("group(put-code=7).work-summary.#", 1),
        ("group(10)", MISSING),
        ("", _BODY),
    ],
)
def test_find(path: str, expected: object) -> None:
    assert find(_BODY, path) == expected


@pytest.mark.parametrize(
    ("expected", "fitting", "other"),
    [
        (1, 1, True),
        (1, 1, "1"),
        (None, None, MISSING),
        (Gone(), MISSING, None),
        (Not("a"), "b", "a"),
        (Not("a"), None, MISSING),
        (Matches("a+"), "aa", "aab"),
        (Contains("b"), "abc", "ac"),
        (OneOf((1, None)), None, 2),
        (InAnyOrder((1, 2)), [2, 1], [1, 2, 2]),
        (AnInteger(), 3, True),
    ],
)
def test_values_fit_or_not(expected: object, fitting: object, other: object) -> None:
    assert fits(expected, fitting)
    assert not fits(expected, other)


def test_names_are_filled_in_with_their_type_or_as_text() -> None:
    values = {"a": 7, "case": "c1"}
    assert filled({"put-code": "$a", "x": ["10.5555/$case-2"]}, values) == {"put-code": 7, "x": ["10.5555/c1-2"]}
    assert filled(Not("$a"), values) == Not(7)
    with pytest.raises(KeyError):
        filled("$unknown", values)


def test_an_answer_is_compared_in_all_its_parts() -> None:
    body = b'{"response-code": 409, "error-code": 9021, "developer-message": "put-code 7"}'
    reply = Reply(409, {"location": "x"}, body)
    good = Expect(409, 9021, {"developer-message": Contains("7")}, {"Location": "x"}, text="put-code", without="title")
    assert compare(good, reply).agree
    bad = [
        Expect(400, 9021),
        Expect(409, 9020),
        Expect(409, fields={"developer-message": "other"}),
        Expect(409, headers={"Location": Gone()}),
        Expect(409, text="title"),
        Expect(409, without="put-code"),
        Expect(409, empty=True),
    ]
    assert [compare(expect, reply).agree for expect in bad] == [False] * len(bad)
    assert compare(Expect(200), reply).got == "409 9021"
    assert not compare(Expect(409, 9021), Reply(409, {}, b'{"response-code": 400, "error-code": 9021}')).agree


def test_orcid_ids_carry_their_check_character() -> None:
    assert orcid_id(int("000000021825009")) == "0000-0002-1825-0097"
