"""A researcher whose ORCID record was merged into another goes on with the primary one (R54)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import Researcher, an_orcid_id

pytestmark = pytest.mark.stack


def test_r54_a_merged_record_pauses_and_its_choices_pass_over_with_new_consent(stack: LocalStack) -> None:
    ada = Researcher(stack, "merged", 540_001)
    old, primary = ada.orcid_id, an_orcid_id(540_002)
    kept, left_out, _ = ada.publish(3)
    assert ada.call("PUT", f"/publications/{left_out}/exclusion").status == 204
    ada.write()
    assert ada.call("PATCH", "/settings", {"include_private": True}).status == 200
    stack.settle()
    assert left_out not in ada.sources()
    assert kept in ada.sources()

    stack.registry("POST", "/_control/record", {"orcid": old, "state": "deprecated", "primary": primary})
    admin = stack.token("admin", groups=["orcid-admins"])
    assert stack.call("POST", "/v1/admin/sync", {"orcid_ids": [old], "reconcile": True}, token=admin).status == 202
    stack.settle()
    paused = ada.call("GET").json
    assert (paused["state"], paused["state_reason"], paused["primary_orcid_id"]) == ("paused", "deprecated", primary)

    stack.connect("merged", primary)
    ada.orcid_id = primary
    heir = ada.call("GET").json
    assert (heir["mode"], heir["include_private"], heir["claimed_in"]) == ("read", True, "here")
    assert heir["counts"]["left_out"]["excluded"] == 1
    assert ada.works() == [], "nothing is written before the user says so"
    assert ada.call("PATCH", "/settings", {"mode": "write"}).status == 200
    stack.settle()
    assert kept in ada.sources()
    assert left_out not in ada.sources()

    ada.orcid_id = old
    over: dict[str, Any] = ada.call("GET").json
    assert (over["mode"], over["state"], over["state_reason"], over["next_check_at"]) == (
        "claim-only", "paused", "deprecated", None,
    )  # fmt: skip
