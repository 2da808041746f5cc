"""HTTP: what administrators see and do across all links; what they configure is admin_api's."""

from __future__ import annotations

from orcid_sync.api import all_links, all_works, audit, erasure, held_removals, on_demand, status
from orcid_sync.api import rehearsals as rehearsing
from orcid_sync.api.bodies import PageQuery, SyncRequest
from orcid_sync.api.operations import Right
from orcid_sync.api.routes import Answer, Api, Call
from orcid_sync.bootstrap.oversight_api import oversight_api as services
from orcid_sync.services.all_links import LinkFilters
from orcid_sync.services.all_works import WorkFilters
from orcid_sync.services.on_demand import WantedLinks

ADMINISTRATOR = Right.ADMINISTRATOR
USER = "/v1/admin/users/{user_id}"
LINKS = "/v1/admin/links"
HELD = "/v1/admin/held-removals"
REHEARSALS = "/v1/admin/rehearsals"
api = Api(lambda: services().callers)


@api.route("GET", HELD, right=ADMINISTRATOR, query=PageQuery, answers={200: held_removals.HeldRemovalsModel})
def list_held_removals(call: Call) -> Answer:
    """Removals that the guard against mass removal holds until an administrator decides."""
    held, cursor = services().held_removals.page(limit=call.query.limit, cursor=call.query.cursor)
    return Answer(200, held_removals.listed(held, cursor))


@api.route(
    "POST", HELD, right=ADMINISTRATOR, body=held_removals.DecisionBody, answers={202: held_removals.DecidedModel}
)
def decide_held_removals(call: Call) -> Answer:
    """Approve held removals, so that they go with the next visit, or refuse them; with `remaining` call again."""
    decided = services().held_removals.decide(call.actor, approve=call.body.approve, orcid_ids=call.body.wanted)
    return Answer(202, held_removals.decided(decided))


@api.route("GET", LINKS, right=ADMINISTRATOR, query=all_links.LinksQuery, answers={200: all_links.AdminLinksModel})
def list_all_links(call: Call) -> Answer:
    """Connected users and where their links stand."""
    filters = LinkFilters(call.query.state, call.query.connection, call.query.q)
    listed, cursor = services().all_links.page(filters, limit=call.query.limit, cursor=call.query.cursor)
    return Answer(200, all_links.listed(listed, cursor))


@api.route("POST", LINKS + "/{orcid_id}/release", right=ADMINISTRATOR, answers={200: all_links.ReleasedModel})
def release_orcid_id(call: Call) -> Answer:
    """End the hold of the user who writes to this ORCID iD; works stay, the next user who writes to it adopts them."""
    released = services().release.release(call.actor, call.orcid_id)
    return Answer(200, all_links.released(released, call.orcid_id))


@api.route(
    "GET", "/v1/admin/works", right=ADMINISTRATOR, query=all_works.WorksQuery, answers={200: all_works.AdminWorksModel}
)
def list_all_works(call: Call) -> Answer:
    """Works of everybody that failed, wait, are held, or match no publication."""
    query = call.query
    filters = WorkFilters(query.state, query.reason, query.orcid_id)
    listed, cursor = services().all_works.page(filters, limit=query.limit, cursor=query.cursor)
    return Answer(200, all_works.listed(listed, cursor))


@api.route(
    "POST",
    "/v1/admin/sync",
    right=ADMINISTRATOR,
    body=SyncRequest,
    answers={202: on_demand.SyncAcceptedModel, 200: on_demand.PlansModel},
    largest_body=1_000_000,
)
def sync_on_demand(call: Call) -> Answer:
    """Sync users, ORCID iDs or all now; a dry run says what would be done, that of over 25 users as a rehearsal."""
    body = call.body
    wanted = WantedLinks(tuple(body.users), tuple(body.orcid_ids), body.all)
    if body.dry_run:
        return Answer(*rehearsing.dry_run(services().dry_run.run(call.actor.subject, wanted)))
    queued = services().request_sync.queue(call.actor, wanted, lane=body.priority, reconcile=body.reconcile)
    return Answer(202, on_demand.queued(queued))


@api.route(
    "POST",
    REHEARSALS,
    right=ADMINISTRATOR,
    body=rehearsing.RehearsalBody,
    answers={202: rehearsing.RehearsalBegunModel},
    largest_body=rehearsing.LARGEST_BODY,
)
def begin_rehearsal(call: Call) -> Answer:
    """Work out for everybody what a sync would do with this configuration and mapping, sending nothing."""
    return Answer(202, rehearsing.begun(services().rehearsals.begin(call.actor.subject, call.body.wish())))


@api.route("GET", REHEARSALS, right=ADMINISTRATOR, answers={200: rehearsing.RehearsalsModel})
def list_rehearsals(_: Call) -> Answer:
    """The rehearsals of the last seven days, newest first, at most fifty."""
    return Answer(200, rehearsing.listed(services().rehearsals.recent()))


@api.route("GET", REHEARSALS + "/{rehearsal_id}", right=ADMINISTRATOR, answers={200: rehearsing.RehearsalModel})
def get_rehearsal(call: Call) -> Answer:
    """How far a rehearsal is, and where its CSV can be had."""
    return Answer(200, rehearsing.progress(services().rehearsals.progress(call.path["rehearsal_id"])))


@api.route("GET", "/v1/admin/status", right=ADMINISTRATOR, answers={200: status.StatusModel})
def get_status(_: Call) -> Answer:
    """Queues, rate, pauses, works of concern, failures by reason, the oldest waiting update."""
    return Answer(200, status.shown(services().status.show()))


@api.route("GET", "/v1/admin/audit", right=ADMINISTRATOR, query=audit.AuditQuery, answers={200: audit.AuditModel})
def list_audit_trail(call: Call) -> Answer:
    """Who changed what, for whom, when; newest first."""
    query = call.query
    now_ms = services().clock.now_ms() + 1
    to_ms = min(query.to, now_ms) if query.to is not None else now_ms
    entries, cursor = services().audit.page(
        user_id=query.user, from_ms=query.from_ or 0, to_ms=to_ms, limit=query.limit, cursor=query.cursor
    )
    return Answer(200, audit.listed(entries, cursor))


@api.route(
    "DELETE",
    USER,
    right=ADMINISTRATOR,
    query=erasure.ErasureQuery,
    answers={202: erasure.ErasureModel},
    located=True,
)
def erase_user(call: Call) -> Answer:
    """Erase a user: works first if wished, then settings, token, ledger, history; later feed items are ignored."""
    begun = services().erasures.begin(call.actor, call.user_id, remove=call.query.works == "remove")
    headers = {"Location": f"/v1/admin/users/{call.user_id}/erasure"}
    return Answer(202, erasure.progress(begun), headers=headers)


@api.route("GET", USER + "/erasure", right=ADMINISTRATOR, answers={200: erasure.ErasureModel})
def get_erasure(call: Call) -> Answer:
    """How far an erasure is, and which works could not be removed."""
    return Answer(200, erasure.progress(services().erasures.status(call.user_id)))


@api.route("POST", USER + "/readmission", right=ADMINISTRATOR, answers={204: None})
def readmit_user(call: Call) -> Answer:
    """Take an erased user back: items of the feed for them count again."""
    services().erasures.readmit(call.actor, call.user_id)
    return Answer(204)


handler = api.handler
