"""Automatic claiming over HTTP: from the metadata's ORCID iD to the user's record and back to the RIS (R41, R43)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import an_orcid_id, claim, publication, user

pytestmark = pytest.mark.stack


class Author:
    """A user whose iD stands in the metadata of what is fed for them."""

    def __init__(self, stack: LocalStack, user_id: str, number: int) -> None:
        self.stack, self.user_id, self.orcid_id = stack, user_id, an_orcid_id(number)
        stack.feed(user(user_id, self.orcid_id))

    def published(self, publication_id: str, **changes: Any) -> dict[str, Any]:
        authors = [{"family": "Jones", "given": "Ada", "orcid_id": f"https://orcid.org/{self.orcid_id}"}]
        return publication(publication_id, authors=authors, **changes)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        reply = self.stack.call(method, f"/v1/users/me{path}", body, token=self.stack.token(self.user_id))
        assert reply.status < 300, reply
        return reply.json

    def choose(self, claiming: str) -> None:
        self.call("PATCH", f"/claiming/{self.orcid_id}", {"claiming": claiming})
        self.stack.settle()

    def suggested(self) -> dict[str, str]:
        """Ids of the suggestions by publication."""
        return {item["publication_id"]: item["suggestion_id"] for item in self.call("GET", "/suggestions")["items"]}

    def offered(self) -> list[str]:
        """What the RIS is offered of this user's."""
        token = self.stack.token("ris", scope="orcid-feed")
        reply = self.stack.call("GET", "/v1/feed/claims?limit=500", token=token)
        assert reply.status == 200, reply
        return sorted(item["publication_id"] for item in reply.json["items"] if item["user_id"] == self.user_id)

    def works(self) -> int:
        return len(self.stack.works(self.orcid_id))


@contextmanager
def writing_off(stack: LocalStack) -> Iterator[None]:
    stack.configure(write_enabled=False)
    try:
        yield
    finally:
        stack.configure(write_enabled=True, batch_create_used="no")


def test_r41_suggestions_are_answered_and_an_accepted_one_reaches_the_record(stack: LocalStack) -> None:
    ada = Author(stack, "claim-ada", 4101)
    stack.connect("claim-ada", ada.orcid_id)
    ada.call("PATCH", f"/orcid/{ada.orcid_id}/settings", {"mode": "write"})
    stack.feed(*(ada.published(f"claim-ada-{number}") for number in range(3)))
    stack.settle()
    suggested = ada.suggested()
    assert sorted(suggested) == ["claim-ada-0", "claim-ada-1", "claim-ada-2"]
    assert (ada.works(), ada.offered()) == (0, [])
    ada.call("POST", f"/suggestions/{suggested['claim-ada-0']}", {"accept": True})
    ada.call("POST", f"/suggestions/{suggested['claim-ada-1']}", {"accept": False})
    stack.settle()
    assert (list(ada.suggested()), ada.works(), ada.offered()) == (["claim-ada-2"], 1, ["claim-ada-0"])
    stack.feed(*(ada.published(f"claim-ada-{number}", version=2, title="Another") for number in range(3)))
    stack.settle()
    assert list(ada.suggested()) == ["claim-ada-2"], "what was rejected is not suggested again"


def test_r41_automatic_claims_yield_to_the_feed_and_leave_the_record(stack: LocalStack) -> None:
    eve = Author(stack, "claim-eve", 4102)
    stack.feed(eve.published("claim-eve-before"))
    stack.connect("claim-eve", eve.orcid_id)
    eve.call("PATCH", f"/orcid/{eve.orcid_id}/settings", {"mode": "write"})
    eve.choose("auto")
    stack.feed(eve.published("claim-eve-after"))
    stack.settle()
    assert (eve.works(), eve.offered(), eve.suggested()) == (2, ["claim-eve-after", "claim-eve-before"], {})
    stack.feed(claim("claim-eve", "claim-eve-before", version=0, status="rejected"))
    stack.settle()
    assert (eve.works(), eve.offered()) == (1, ["claim-eve-after"])
    stack.feed(eve.published("claim-eve-before", version=2, title="Another"))
    eve.choose("suggest")
    assert (eve.works(), eve.suggested()) == (1, {})


def test_r43_claiming_goes_on_while_writing_is_off_and_for_an_id_claimed_later(stack: LocalStack) -> None:
    later = an_orcid_id(4104)
    kim = Author(stack, "claim-kim", 4103)
    authors = [{"family": "Kim", "given": "K.", "orcid_id": later}]
    with writing_off(stack):
        stack.feed(publication("claim-kim-later", authors=authors), kim.published("claim-kim-now"))
        stack.settle()
        assert list(kim.suggested()) == ["claim-kim-now"]
        token = stack.token("claim-kim")
        assert stack.call("POST", "/v1/users/me/orcid", {"orcid_id": later}, token=token).status == 201
        stack.settle()
        assert sorted(kim.suggested()) == ["claim-kim-later", "claim-kim-now"]
        kim.choose("ignore")
        assert list(kim.suggested()) == ["claim-kim-later"]
