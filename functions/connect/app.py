"""HTTP: completes and ends connections; the only HTTP function that may touch the vaults (DESIGN 7)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from orcid_sync.api import bodies, models, views
from orcid_sync.api.routes import Answer, Api, Call
from orcid_sync.bootstrap.connect import connect as services
from orcid_sync.domain.link_state import LinkState
from orcid_sync.observability import observed

USER = "/v1/users/{user_id}"
api = Api(lambda: services().callers)


@api.route(
    "POST", USER + "/orcid/connect/complete", body=bodies.CompleteBody, answers={200: models.LinkModel}, tagged=True
)
def complete_connecting(call: Call) -> Answer:
    """Exchange the code that ORCID gave and store the connection; the same user's own token only."""
    callback = call.callback_url(services().public_api_url)
    view = services().complete.complete(call.actor, call.user_id, call.body.code, call.body.state, callback)
    return Answer(200, views.link(view), rev=view.link.claim.rev)


@api.route(
    "DELETE",
    USER + "/orcid/{orcid_id}",
    query=bodies.DisconnectQuery,
    answers={204: None, 202: models.QueuedModel},
    conditional=True,
)
def disconnect(call: Call) -> Answer:
    """Disconnect; works stay, or are removed first: 202 while that goes on."""
    done = services().disconnect.disconnect(
        call.actor,
        call.user_id,
        call.orcid_id,
        remove=call.query.works == "remove",
        unclaim=call.query.unclaim,
        expected_rev=call.expected_rev,
    )
    removing = models.QueuedModel(orcid_id=call.orcid_id, state=LinkState.REMOVING)
    return Answer(204) if done else Answer(202, removing)


@observed
def hear(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda's signature
    """A removal is over after which the connection was to end (R61), or a user is to be erased (R48)."""
    detail = event["detail"]
    if event["detail-type"] == "Removal Finished":
        services().erase.removal_finished(detail["user_id"], detail["orcid_id"])
    else:
        services().erase.go_on(detail["user_id"])


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """A call of the HTTP API, or an event of the product's bus: `Removal Finished`, `Erasure Requested`."""
    if "detail-type" in event:
        return hear(event, context)
    return api.handler(event, context)
