"""HTTP: what administrators configure (SPEC 2, 3)."""

from __future__ import annotations

from orcid_sync.api import bodies, models, views
from orcid_sync.api import type_mapping as mapping_api
from orcid_sync.api.operations import Right
from orcid_sync.api.routes import Answer, Api, Call
from orcid_sync.bootstrap.admin_api import admin_api as services
from orcid_sync.domain.mapping_uploads import Via
from orcid_sync.domain.type_mapping_csv import write_mapping
from orcid_sync.services.type_mapping import Sender

ADMINISTRATOR = Right.ADMINISTRATOR
CONFIGURATION = "/v1/admin/configuration"
MAPPING = "/v1/admin/type-mapping"
TYPES = "/v1/admin/publication-types"
api = Api(lambda: services().callers)


@api.route("GET", CONFIGURATION, right=ADMINISTRATOR, answers={200: models.ConfigurationModel}, tagged=True)
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
    tagged=True,
    conditional=True,
)
def change_configuration(call: Call) -> Answer:
    """Change the institution's configuration; works follow by themselves."""
    changed = services().administer.change(call.actor, call.body.changes(), expected_rev=call.expected_rev)
    return Answer(200, views.configuration(changed), rev=changed.settings.rev)


@api.route(
    "GET",
    MAPPING,
    right=ADMINISTRATOR,
    answers={200: mapping_api.MappingModel},
    tagged=True,
    offers=mapping_api.CSV,
)
def get_type_mapping(call: Call) -> Answer:
    """The type mapping in force, as CSV or, by `Accept`, as JSON."""
    found = services().type_mapping.download()
    if mapping_api.prefers_json(call.accept):
        return Answer(200, mapping_api.mapping(found), rev=found.rev)
    named = {"Content-Disposition": 'attachment; filename="type-mapping.csv"'}
    return Answer(200, text=write_mapping(found.rows), media_type=mapping_api.CSV, rev=found.rev, headers=named)


@api.route(
    "PUT",
    MAPPING,
    right=ADMINISTRATOR,
    query=mapping_api.DryRunQuery,
    answers={200: mapping_api.MappingUploadedModel},
    conditional=True,
    takes=mapping_api.CSV,
)
def replace_type_mapping(call: Call) -> Answer:
    """Replace the type mapping completely, or say what that would change; works already sent follow by themselves."""
    mappings = services().type_mapping
    if call.query.dry_run:
        return Answer(200, mapping_api.uploaded(mappings.rehearse(call.body, expected_rev=call.expected_rev)))
    sender = Sender(call.actor.subject, Via.API)
    upload = mappings.upload(sender, call.body, expected_rev=call.expected_rev)
    return Answer(200, mapping_api.uploaded(upload.report, upload.upload_id))


@api.route(
    "GET",
    f"{MAPPING}/uploads",
    right=ADMINISTRATOR,
    query=bodies.PageQuery,
    answers={200: mapping_api.MappingUploadsModel},
)
def list_type_mapping_uploads(call: Call) -> Answer:
    """Every upload of a type mapping, newest first, with its report."""
    limit = min(call.query.limit, mapping_api.MOST_UPLOADS_ON_A_PAGE)
    return Answer(200, mapping_api.uploads(*services().type_mapping.uploads(limit=limit, cursor=call.query.cursor)))


@api.route(
    "POST",
    f"{MAPPING}/uploads/{{upload_id}}/restore",
    right=ADMINISTRATOR,
    answers={200: mapping_api.MappingUploadedModel},
    conditional=True,
)
def restore_type_mapping(call: Call) -> Answer:
    """Put an earlier type mapping back; it is validated again."""
    upload = services().type_mapping.restore(call.actor.subject, call.path["upload_id"], expected_rev=call.expected_rev)
    return Answer(200, mapping_api.uploaded(upload.report, upload.upload_id))


@api.route("GET", TYPES, right=ADMINISTRATOR, answers={200: mapping_api.PublicationTypesModel})
def get_publication_types(_: Call) -> Answer:
    """The publication types that the RIS has."""
    return Answer(200, mapping_api.publication_types(services().publication_types.types()))


@api.route(
    "PUT",
    TYPES,
    right=ADMINISTRATOR,
    body=mapping_api.PublicationTypesBody,
    answers={200: mapping_api.PublicationTypesModel},
    largest_body=1_000_000,
)
def replace_publication_types(call: Call) -> Answer:
    """Say which publication types the RIS has; whatever the feed says later counts again."""
    told = services().publication_types.replace(call.actor.subject, call.body.names())
    return Answer(200, mapping_api.publication_types(told))


handler = api.handler
