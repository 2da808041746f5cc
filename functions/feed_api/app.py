"""HTTP: the RIS pushes users, publications and relationships (R44)."""

from __future__ import annotations

from orcid_sync.api import claiming, models, views
from orcid_sync.api.operations import Right
from orcid_sync.api.routes import Answer, Api, Call
from orcid_sync.bootstrap.feed import feed_api as services
from orcid_sync.domain.errors import TooLargeError
from orcid_sync.feed_models import FeedBatch
from orcid_sync.feed_parsing import parse_item
from orcid_sync.observability import PowertoolsTelemetry

MOST_ITEMS = 500
LARGEST_BATCH = 5_000_000
api = Api(lambda: services().callers)


@api.route(
    "POST",
    "/v1/feed/batch",
    right=Right.FEED,
    body=FeedBatch,
    answers={200: models.FeedReportModel},
    largest_body=LARGEST_BATCH,
)
def put_batch(call: Call) -> Answer:
    """Store items of any kind; one bad item never stops the others, the version decides what is newer."""
    if len(call.body.items) > MOST_ITEMS:
        raise TooLargeError(f"A batch has at most {MOST_ITEMS} items; send the others in another one.")
    now_ms = services().clock.now_ms()
    report = services().import_feed.store([parse_item(raw, now_ms=now_ms) for raw in call.body.items])
    telemetry = PowertoolsTelemetry()
    telemetry.count("FeedItemsStored", report.accepted)
    telemetry.count("FeedItemsStale", report.stale)
    telemetry.count("FeedItemsRefused", len(report.errors))
    return Answer(200, views.feed_report(report))


@api.route(
    "GET",
    "/v1/feed/claims",
    right=Right.FEED,
    query=claiming.ClaimsQuery,
    answers={200: claiming.ClaimsMadeModel},
)
def list_claims(call: Call) -> Answer:
    """What was claimed here and the feed has not answered yet, the oldest first.

    Ask again from some minutes before the last claim seen: claims made at the same moment may become visible one after
    the other.
    """
    query = call.query
    page = services().claims.page(query.since_ms, limit=query.limit, cursor=query.cursor)
    return Answer(200, claiming.claims_made(page))


handler = api.handler
