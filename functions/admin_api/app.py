"""HTTP: what administrators configure (SPEC 3)."""

from __future__ import annotations

from orcid_sync import api_bodies as bodies
from orcid_sync import api_models as models
from orcid_sync import api_views as views
from orcid_sync.api import Answer, Api, Call
from orcid_sync.api_operations import Right
from orcid_sync.bootstrap.admin_api import admin_api as services

ADMINISTRATOR = Right.ADMINISTRATOR
CONFIGURATION = "/v1/admin/configuration"
api = Api(lambda: services().callers)


@api.route("GET", CONFIGURATION, right=ADMINISTRATOR, answers={200: models.ConfigurationModel}, versioned=True)
def get_configuration(_: Call) -> Answer:
    """The institution's configuration."""
    found = services().administer.configuration()
    return Answer(200, views.configuration(found), rev=found.settings.rev)


@api.route(
    "PATCH",
    CONFIGURATION,
    right=ADMINISTRATOR,
    body=bodies.ConfigurationBody,
    answers={200: models.ConfigurationModel},
    versioned=True,
)
def change_configuration(call: Call) -> Answer:
    """Change the institution's configuration; works follow by themselves."""
    changed = services().administer.change(call.actor, call.body.changes(), expected_rev=call.expected_rev)
    return Answer(200, views.configuration(changed), rev=changed.settings.rev)


handler = api.handler
