"""HTTP: what administrators see and do across all links; what they configure is admin_api's."""

from __future__ import annotations

from orcid_sync import api_oversight as oversight
from orcid_sync.api import Answer, Api, Call
from orcid_sync.api_bodies import PageQuery
from orcid_sync.api_operations import Right
from orcid_sync.bootstrap.oversight_api import oversight_api as services

ADMINISTRATOR = Right.ADMINISTRATOR
HELD = "/v1/admin/held-removals"
api = Api(lambda: services().callers)


@api.route("GET", HELD, right=ADMINISTRATOR, query=PageQuery, answers={200: oversight.HeldRemovalsModel})
def list_held_removals(call: Call) -> Answer:
    """Removals that the guard against mass removal holds until an administrator decides."""
    held, cursor = services().held_removals.page(limit=call.query.limit, cursor=call.query.cursor)
    return Answer(200, oversight.held_removals(held, cursor))


@api.route("POST", HELD, right=ADMINISTRATOR, body=oversight.DecisionBody, answers={202: oversight.DecidedModel})
def decide_held_removals(call: Call) -> Answer:
    """Approve held removals, so that they go with the next visit, or refuse them; with `remaining` call again."""
    decided = services().held_removals.decide(call.actor, approve=call.body.approve, orcid_ids=call.body.wanted)
    return Answer(202, oversight.decided(decided))


handler = api.handler
