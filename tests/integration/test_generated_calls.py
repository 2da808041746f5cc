"""Calls that are made from the published description, good and bad, by everybody: each answer is one that it describes,
none is our fault, and no user reads or changes anything of another.

GENERATED_CALLS=200 makes that many calls of each operation that a caller may call, instead of few; with
GENERATED_SEED=n they are others.
"""

from __future__ import annotations

import os
import string
from typing import Any
from urllib.parse import quote

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from orcid_sync.domain.ledger import LedgerEntry
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from tests.description import published
from tests.integration.conftest import Product, Reply
from tests.integration.test_oversight_api import HELD, Stored, stored
from tests.integration.test_settings_api import ORCID_ID, a_publication, a_relationship, a_user

__all__ = ["stored"]  # a fixture

CALLS = int(os.environ.get("GENERATED_CALLS", "4"))
SEED = int(os.environ.get("GENERATED_SEED", "0"))
BEN, HIS_ID = "u-ben", "0000-0001-5109-3700"
MARK = "Zyxophon"  # in all that is Ben's alone
PLACES: dict[str, list[str]] = {
    "user_id": ["me", "u1", BEN, "u-nobody", "ME", "%6de", "u1%00", "\u24e4", ".."],
    "orcid_id": [ORCID_ID, HIS_ID, ORCID_ID.replace("-", ""), f"{HIS_ID}#{BEN}", "0000-0002-1825-0098"],
    "publication_id": ["p1", "b1", "b2", "p-nothing", "p1#b1", "."],
    "suggestion_id": ["pub:p1", "pub:b1", "pub:", f"pub:b1#{BEN}", "%70ub:b1"],
    "upload_id": ["default", "0", "..", "1793606400000-00000001"],
    "rehearsal_id": ["0", "..", "\u0660", "1793606400000-00000001"],
}
MODES = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
ANYTHING = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=70)
_LOADED = schemathesis.openapi.from_dict(published())
GENERATED = {
    found.definition.raw["operationId"]: found
    for found in (each.ok() for each in _LOADED.get_all_operations() if isinstance(each, Ok))
}
assert len(GENERATED) == sum(map(len, published()["paths"].values()))


@pytest.fixture
def two(product: Product, stored: Stored) -> Product:
    """Ada, who calls, and Ben, who has something of everything."""
    product.switch_on()
    hers, his = ("p1", "p2"), ("b1", "b2")
    product.feed(a_user("u1"), a_user(BEN, name=MARK, orcid_ids=[HIS_ID]))
    product.feed(*(a_publication(one) for one in hers), *(a_relationship(one, "u1") for one in hers))
    titled = [a_publication(one, records=[_record(f"{MARK} {one}")]) for one in his]
    product.feed(*titled, *(a_relationship(one, BEN) for one in his))
    stored.writing("u1", ORCID_ID, LedgerEntry("p1", put_code=1), LedgerEntry("p2", put_code=2, removal=HELD))
    stored.writing(BEN, HIS_ID, LedgerEntry("b1", put_code=71), LedgerEntry("b2", put_code=72, removal=HELD))
    return product


def _record(title: str) -> dict[str, Any]:
    return {"source": "manual", "id": "1", "data": {"title": title, "publication_status": "published"}}


def _state_of_ben(product: Product) -> list[Any]:
    """All that Ben sees, and what the administrators keep about him."""
    his, link = product.user(BEN), f"/v1/users/me/orcid/{HIS_ID}"
    seen = [f"GET {address}" for address in ("/v1/users/me/orcid", "/v1/users/me/claiming", "/v1/users/me/suggestions")]
    seen += [f"GET {link}/publications", f"GET {link}/publications/b1/history", f"GET {link}/publications/b2/history"]
    kept = {"GET /v1/admin/audit": {"user": BEN}, "GET /v1/admin/works": {"orcid_id": HIS_ID}}
    boss = product.administrator
    return [his(route).body for route in seen] + [boss(route, query=query).body for route, query in kept.items()]


def _call(product: Product, name: str, caller: str, data: st.DataObject) -> Reply:
    case = data.draw(GENERATED[name].as_strategy(generation_mode=data.draw(MODES)))
    placed = {
        key: data.draw(st.one_of(st.sampled_from(PLACES[key]), st.sampled_from(PLACES[key]), ANYTHING), label=key)
        for key in _fields(case.path)
    }
    address = case.path.format(**{key: quote(value, safe="") for key, value in placed.items()})
    query = {str(key): _text(value) for key, value in dict(case.query or {}).items()}
    headers = {str(key).lower(): _text(value) for key, value in dict(case.headers or {}).items()}
    headers.pop("authorization", None)
    given: dict[str, Any] = {}
    if isinstance(case.body, str | bytes):
        given["raw"] = case.body
    elif type(case.body).__name__ != "NotSet":
        given["body"] = case.body
    people = {"feed": product.ris, "administrator": product.administrator, "nobody": product.stranger}
    whom = people[caller] if caller in people else product.user(caller)
    return whom(f"{case.method.upper()} {address}", query=query, headers=headers, **given)


def _fields(path: str) -> list[str]:
    return [field for _, field, _, _ in string.Formatter().parse(path) if field]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _calls_of(product: Product, caller: str, name: str) -> None:
    """Few where the caller has no right: that is looked at before all else."""
    opens = caller != "nobody" and (caller == "feed") == ("/v1/feed/" in GENERATED[name].path)

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=CALLS if opens else 1,
        derandomize=SEED == 0,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(data=st.data())
    def calls(data: st.DataObject) -> None:
        reply = _call(product, name, caller, data)
        # Only so many rehearsals run at a time, and here none ever ends.
        assert reply.status < 500 or (name, reply.status) == ("begin_rehearsal", 503), f"{name} as {caller}: {reply}"
        if caller not in ("administrator", "feed"):
            assert MARK not in str(reply), f"{name} as {caller}: {reply}"

    calls()


@pytest.mark.parametrize("caller", ["u1", "nobody"])
def test_r46_whatever_a_user_calls_nothing_of_another_is_read_or_changed(two: Product, caller: str) -> None:
    before = _state_of_ben(two)
    assert MARK in str(before)
    for name in sorted(GENERATED):
        _calls_of(two, caller, name)
    assert _state_of_ben(two) == before


@pytest.mark.parametrize("caller", ["administrator", "feed"])
def test_whatever_administrators_and_the_feed_call_is_answered_as_described(two: Product, caller: str) -> None:
    for name in sorted(GENERATED, key=lambda name: (name == "erase_user", name)):
        _calls_of(two, caller, name)
