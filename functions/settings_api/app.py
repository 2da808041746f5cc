"""HTTP: the settings page of a researcher (SPEC 4)."""

from __future__ import annotations

from orcid_sync.api import bodies, claiming, models, views
from orcid_sync.api.operations import Right
from orcid_sync.api.routes import Answer, Api, Call
from orcid_sync.bootstrap.settings_api import settings_api as services
from orcid_sync.domain.errors import FieldError, InvalidError
from orcid_sync.domain.link_state import LinkState
from orcid_sync.services.publications import Filters
from orcid_sync.services.settings import SettingsChange

USER = "/v1/users/{user_id}"
LINK = USER + "/orcid/{orcid_id}"
WORK = LINK + "/publications/{publication_id}"
api = Api(lambda: services().callers)


@api.route("GET", USER + "/orcid", answers={200: models.LinksModel})
def list_links(call: Call) -> Answer:
    """Every claimed ORCID iD with its settings and counts, and the institution's notices."""
    return Answer(200, views.settings_page(services().settings.page(call.user_id)))


@api.route("POST", USER + "/orcid", body=bodies.ClaimBody, answers={201: models.LinkModel}, tagged=True, located=True)
def claim_orcid_id(call: Call) -> Answer:
    """Claim an ORCID iD without connecting it."""
    view = services().settings.claim(call.actor, call.user_id, call.body.orcid_id)
    location = f"/v1/users/{call.user_id}/orcid/{view.link.claim.orcid_id}"
    return Answer(201, views.link(view), rev=view.link.claim.rev, headers={"Location": location})


@api.route("GET", LINK, answers={200: models.LinkModel}, tagged=True)
def get_link(call: Call) -> Answer:
    """One link."""
    view = services().settings.one(call.user_id, call.orcid_id)
    return Answer(200, views.link(view), rev=view.link.claim.rev)


@api.route("POST", USER + "/orcid/connect", body=bodies.ConnectBody, answers={200: models.AuthorizeModel})
def start_connecting(call: Call) -> Answer:
    """Start ORCID's authorisation; the user's own token only."""
    body, callback = call.body, call.callback_url(services().public_api_url)
    url = services().connect.start(call.actor, call.user_id, body.access, body.return_url, body.orcid_id, callback)
    return Answer(200, models.AuthorizeModel(authorize_url=url))


@api.route(
    "GET", "/v1/orcid/callback", right=Right.ANYBODY, query=bodies.CallbackQuery, answers={302: None}, located=True
)
def return_from_orcid(call: Call) -> Answer:
    """ORCID sends the browser here; it goes on to the address that the user began with."""
    query = call.query
    return Answer(
        302, headers={"Location": services().connect.returned(query.state, code=query.code, error=query.error)}
    )


@api.route(
    "PATCH",
    LINK + "/settings",
    body=bodies.SettingsBody,
    answers={200: models.LinkModel},
    tagged=True,
    conditional=True,
)
def change_settings(call: Call) -> Answer:
    """Change what the ORCID iD is used for; works follow by themselves."""
    change = SettingsChange(**call.body.model_dump())
    view = services().settings.change(call.actor, call.user_id, call.orcid_id, change, expected_rev=call.expected_rev)
    return Answer(200, views.link(view), rev=view.link.claim.rev)


@api.route("POST", LINK + "/preview", body=bodies.SettingsBody, answers={200: models.PreviewModel})
def preview(call: Call) -> Answer:
    """What a sync with these settings would do; sends nothing."""
    trying = SettingsChange(**call.body.model_dump())
    return Answer(200, views.preview(services().publications.preview(call.user_id, call.orcid_id, trying)))


@api.route("POST", LINK + "/sync", answers={202: models.QueuedModel})
def run_sync(call: Call) -> Answer:
    """Run sync: go to the front of the queue."""
    services().run_sync.run(call.actor, call.user_id, call.orcid_id)
    return Answer(202, models.QueuedModel(orcid_id=call.orcid_id, state=LinkState.QUEUED))


@api.route("POST", LINK + "/removal", body=bodies.RemovalBody, answers={202: models.QueuedModel})
def remove_from_orcid(call: Call) -> Answer:
    """Remove everything that this product sent to the record."""
    if not call.body.confirm:
        raise InvalidError("Confirm the removal.", (FieldError("confirm", "Send true to remove all works."),))
    begun = services().remove_works.begin(call.actor, call.user_id, call.orcid_id)
    state = LinkState.REMOVING if begun else LinkState.IDLE
    return Answer(202, models.QueuedModel(orcid_id=call.orcid_id, state=state))


@api.route("GET", LINK + "/publications", query=bodies.PublicationsQuery, answers={200: models.PublicationsModel})
def list_publications(call: Call) -> Answer:
    """Every claimed publication with its decision and reason, and those still on ORCID that no longer are claimed."""
    query = call.query
    filters = Filters(query.state, query.reason, query.favourite, query.privacy, query.q)
    page = services().publications.page(
        call.user_id, call.orcid_id, filters, limit=query.limit, after=views.sort_key(query.cursor)
    )
    return Answer(200, views.publications(page, services().ris_url_template))


@api.route("PUT", WORK + "/exclusion", answers={204: None})
def exclude(call: Call) -> Answer:
    """Leave this work out; if it was sent it is removed at once."""
    services().single_works.exclude(call.actor, call.user_id, call.orcid_id, call.publication_id)
    return Answer(204)


@api.route("DELETE", WORK + "/exclusion", answers={204: None})
def include(call: Call) -> Answer:
    """Take the exclusion back."""
    services().single_works.include(call.actor, call.user_id, call.orcid_id, call.publication_id)
    return Answer(204)


@api.route("POST", WORK + "/resend", answers={202: models.QueuedModel})
def resend(call: Call) -> Answer:
    """Try a failed work again, or send again what was deleted at ORCID."""
    services().single_works.resend(call.actor, call.user_id, call.orcid_id, call.publication_id)
    return Answer(202, models.QueuedModel(orcid_id=call.orcid_id, state=LinkState.QUEUED))


@api.route("GET", WORK + "/history", query=bodies.PageQuery, answers={200: models.HistoryModel})
def list_history(call: Call) -> Answer:
    """Each attempt on the work in the last 12 months, newest first."""
    attempts, cursor = services().publications.history(
        call.user_id, call.orcid_id, call.publication_id, limit=call.query.limit, cursor=call.query.cursor
    )
    return Answer(200, views.history(attempts, cursor))


@api.route("GET", USER + "/claiming", answers={200: models.ClaimingsModel})
def list_claiming(call: Call) -> Answer:
    """What happens when each ORCID iD appears in a publication's metadata."""
    return Answer(200, views.claimings(services().settings.claiming(call.user_id)))


@api.route(
    "PATCH",
    USER + "/claiming/{orcid_id}",
    body=bodies.ClaimingBody,
    answers={200: models.ClaimingModel},
    tagged=True,
    conditional=True,
)
def change_claiming(call: Call) -> Answer:
    """Choose whether publications with this ORCID iD are claimed, suggested or left alone."""
    found = services().settings.choose_claiming(
        call.actor, call.user_id, call.orcid_id, call.body.claiming, expected_rev=call.expected_rev
    )
    return Answer(200, views.claiming(found), rev=found.claim.rev)


@api.route("GET", USER + "/suggestions", query=bodies.PageQuery, answers={200: claiming.SuggestionsModel})
def list_suggestions(call: Call) -> Answer:
    """Publications that may be the user's, the newest first."""
    after = claiming.suggestion_key(call.query.cursor)
    page = services().suggestions.page(call.user_id, limit=call.query.limit, after=after)
    return Answer(200, claiming.suggestions(page))


@api.route("POST", USER + "/suggestions/{suggestion_id}", body=claiming.AnswerBody, answers={204: None})
def answer_suggestion(call: Call) -> Answer:
    """Claim what is suggested, or never suggest it again."""
    suggestion_id = call.path["suggestion_id"]
    services().suggestions.answer(call.actor, call.user_id, suggestion_id, accept=call.body.accept)
    return Answer(204)


handler = api.handler
