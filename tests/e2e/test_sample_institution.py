"""What `make run` shows: the sample institution's researchers are connected, and their records filled."""

from __future__ import annotations

import time
from typing import Any

import pytest

from local.sample_data import Researcher, researchers
from tests.e2e.local_stack import LocalStack

pytestmark = pytest.mark.stack

FILLED_WITHIN_SECONDS = 240.0


def _links(stack: LocalStack, researcher: Researcher) -> list[dict[str, Any]]:
    reply = stack.call("GET", "/v1/users/me/orcid", token=stack.token(researcher.user_id))
    return list(reply.json["items"]) if reply.status == 200 else []


def _writing(stack: LocalStack) -> list[dict[str, Any]]:
    """The links that are to write, of researchers who have not left."""
    wanted = [r for r in researchers() if r.access == "write" and r.user_id != "u-castellanos"]
    return [link for researcher in wanted for link in _links(stack, researcher)]


def test_r50_every_researchers_record_comes_to_the_wanted_state() -> None:
    expected = sum(len(r.orcid_ids) for r in researchers() if r.access == "write" and r.user_id != "u-castellanos")
    with LocalStack([]) as stack:
        until = time.monotonic() + FILLED_WITHIN_SECONDS
        while time.monotonic() < until:
            links = _writing(stack)
            if len(links) == expected and all(link["mode"] == "write" and link["state"] == "idle" for link in links):
                break
            time.sleep(2)
        for link in _writing(stack):
            counts = link["counts"]
            assert (link["mode"], link["state"], counts["failed"]) == ("write", "idle", 0), link
            assert counts["sent"] == counts["eligible"] == counts["on_orcid"] > 0
            assert counts["claimed"] == counts["eligible"] + sum(counts["left_out"].values())
            works = stack.works(link["orcid_id"])
            assert len(works) == counts["sent"]
            for work in works:
                self_ids = [i for i in work["external-ids"]["external-id"] if i["external-id-relationship"] == "self"]
                assert "source-work-id" in {i["external-id-type"] for i in self_ids}
                assert "issn" not in {i["external-id-type"] for i in self_ids}
        (left,) = _links(stack, next(r for r in researchers() if r.user_id == "u-castellanos"))
        assert (left["state_reason"], left["counts"]["on_orcid"]) == ("user_inactive", 0)
