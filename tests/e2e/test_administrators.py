"""What administrators see and do across all links, over HTTP (R11, R22, R40, R46, R48, R55)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack, Reply
from tests.e2e.test_main_job import Researcher, claim

pytestmark = pytest.mark.stack


class Administrator:
    """Calls as an administrator of the institution."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack

    def __call__(self, method: str, path: str, body: Any = None) -> Reply:
        return self.stack.call(method, path, body, token=self.stack.token("boss", groups=["orcid-admins"]))


@pytest.fixture
def boss(stack: LocalStack) -> Administrator:
    return Administrator(stack)


def test_r55_a_mass_removal_waits_for_the_administrators_word(stack: LocalStack, boss: Administrator) -> None:
    ada = Researcher(stack, "admin-ada", 501)
    ids = ada.publish(30)
    ada.write()
    stack.settle()
    stack.feed(*(claim("admin-ada", publication_id, version=2, hidden=True) for publication_id in ids[:25]))
    stack.settle()
    assert len(ada.works()) == 30
    held = boss("GET", "/v1/admin/held-removals?limit=500").json["items"]
    mine = [item for item in held if item["user_id"] == "admin-ada"]
    assert {item["publication_id"] for item in mine} == set(ids[:25])
    assert {(item["orcid_id"], item["reason"]) for item in mine} == {(ada.orcid_id, "hidden")}
    decided = boss("POST", "/v1/admin/held-removals", {"approve": True, "orcid_ids": [ada.orcid_id]})
    assert (decided.status, decided.json["removals"]) == (202, 25)
    stack.settle()
    assert set(ada.sources()) == set(ids[25:])
