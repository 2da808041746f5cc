"""From what the services return to what the API answers."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from urllib.parse import quote

from orcid_sync.api.models import (
    AttemptModel,
    ClaimingModel,
    ClaimingsModel,
    ConfigurationModel,
    CountsModel,
    FeedReportModel,
    HistoryModel,
    LeftOutModel,
    LinkModel,
    LinksModel,
    NoticeModel,
    PreviewItemModel,
    PreviewModel,
    PublicationModel,
    PublicationsModel,
    RemarkModel,
)
from orcid_sync.domain.diff import Operation, Position, State
from orcid_sync.domain.errors import FieldError, InvalidError
from orcid_sync.domain.feed_items import FeedReport
from orcid_sync.domain.grouping import Ungrouped
from orcid_sync.domain.ledger import Hold
from orcid_sync.domain.link_state import ClaimedIn, Link
from orcid_sync.domain.links import Attempt
from orcid_sync.services.administer import Configuration
from orcid_sync.services.publications import PositionsPage, Preview, SortKey
from orcid_sync.services.settings import SettingsPage
from orcid_sync.services.show_link import LinkView

NO_IDENTIFIER = "No identifier: ORCID cannot group this work with the same work from other sources."


def link(view: LinkView) -> LinkModel:
    """A Link."""
    claim, counts, writer = view.link.claim, view.counts, view.writer
    left_out = {reason.value: number for reason, number in counts.left_out.items()}
    return LinkModel(
        orcid_id=claim.orcid_id,
        claimed_at=view.link.claimed_ms,
        claimed_in="ris" if view.link.claimed_in is ClaimedIn.RIS else "here",
        connection=claim.connection,
        mode=claim.mode,
        published_only=claim.settings.published_only,
        include_private=claim.settings.include_private,
        favourites_only=claim.settings.favourites_only,
        claiming=claim.claiming,
        state=view.standing.state,
        state_reason=view.standing.reason,
        frozen=claim.removing_since_ms is not None,
        primary_orcid_id=writer.primary_orcid_id if writer is not None else None,
        last_synced_at=writer.last_synced_ms if writer is not None else None,
        next_check_at=view.next_check_ms,
        last_error=view.last_error,
        counts=CountsModel(
            claimed=counts.claimed,
            eligible=counts.eligible,
            sent=counts.sent,
            waiting_add=counts.waiting_add,
            waiting_update=counts.waiting_update,
            waiting_remove=counts.waiting_remove,
            failed=counts.failed,
            on_orcid=counts.on_orcid,
            left_out=LeftOutModel(**left_out),
        ),
    )


def settings_page(page: SettingsPage) -> LinksModel:
    """The settings page."""
    notices = [NoticeModel(code=code, message=message) for code, message in page.notices]
    return LinksModel(items=[link(view) for view in page.links], notices=notices)


def publication(position: Position, ris_url_template: str, alone: Ungrouped | None = None) -> PublicationModel:
    """A PublicationState; `alone`: ORCID will not show the work as one with another source's copy of it."""
    decision, entry = position.decision, position.entry
    failure = entry.failure if entry is not None and position.state is not State.LEFT_OUT else None
    error = (failure.message or failure.code) if failure is not None else None
    failed = position.state is State.FAILED
    return PublicationModel(
        publication_id=decision.publication_id,
        title=decision.title,
        type=decision.type,
        work_type=decision.work_type,
        decision="send" if decision.send else "leave_out",
        reason=decision.reason.value if decision.reason is not None else error if failed else None,
        state=position.state,
        favourite=decision.favourite,
        privacy=decision.privacy,
        on_orcid=entry is not None and entry.on_orcid,
        put_code=position.put_code,
        sent_at=entry.sent_ms if entry is not None else None,
        due_at=position.due_ms,
        held=position.removal is not None and position.removal.hold is Hold.HELD,
        error=error,
        detail=decision.detail,
        duplicate_of=decision.duplicate_of,
        ris_url=_ris_url(decision.publication_id, ris_url_template),
        warnings=[*_warnings(position), *([alone.warning()] if alone is not None else [])],
    )


def publications(page: PositionsPage, ris_url_template: str) -> PublicationsModel:
    """A page of publications."""
    alone = page.ungrouped
    items = [publication(p, ris_url_template, alone.get(p.decision.publication_id)) for p in page.positions]
    return PublicationsModel(items=items, next=_cursor(page.next), total=page.total)


def preview(found: Preview) -> PreviewModel:
    """A preview."""
    items = [
        PreviewItemModel(
            publication_id=position.decision.publication_id,
            title=position.decision.title,
            operation=position.operation,
            reason=position.decision.reason.value if position.decision.reason is not None else None,
        )
        for position in found.positions
        if position.operation is not None
    ]
    return PreviewModel(
        add=found.totals[Operation.ADD],
        update=found.totals[Operation.UPDATE],
        remove=found.totals[Operation.REMOVE],
        items=items,
    )


def history(attempts: Sequence[Attempt], cursor: str | None) -> HistoryModel:
    """A page of attempts."""
    items = [
        AttemptModel(
            at=attempt.at_ms,
            operation=attempt.operation,
            outcome=attempt.outcome,
            message=attempt.message,
            put_code=attempt.put_code,
        )
        for attempt in attempts
    ]
    return HistoryModel(items=items, next=cursor)


def claiming(found: Link) -> ClaimingModel:
    """The choice of R41 for one iD."""
    claim = found.claim
    return ClaimingModel(orcid_id=claim.orcid_id, claiming=claim.claiming, connection=claim.connection)


def claimings(links: Sequence[Link]) -> ClaimingsModel:
    """The choices of R41."""
    return ClaimingsModel(items=[claiming(found) for found in links])


def configuration(found: Configuration) -> ConfigurationModel:
    """The institution's configuration."""
    settings = found.settings
    return ConfigurationModel(
        search_enabled=settings.search_enabled,
        write_enabled=settings.write_enabled,
        batch_create_used=settings.batch_create_used,
        only_verified=settings.only_verified,
        show_verification=settings.show_verification,
        source_precedence=list(settings.source_precedence),
        deleted_at_orcid=settings.deleted_at_orcid,
        removal_grace_hours=settings.removal_grace_hours,
        mass_removal_share=settings.mass_removal_share,
        mass_removal_minimum=settings.mass_removal_minimum,
        warnings=list(found.warnings),
    )


def feed_report(report: FeedReport) -> FeedReportModel:
    """What became of a batch."""
    errors = [RemarkModel(index=remark.index, message=remark.message) for remark in report.errors]
    warnings = [RemarkModel(index=remark.index, message=remark.message) for remark in report.warnings]
    return FeedReportModel(accepted=report.accepted, stale=report.stale, errors=errors, warnings=warnings)


def sort_key(cursor: str | None) -> SortKey | None:
    """The sort key in a cursor of ours. Raises InvalidError for any other."""
    if cursor is None:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, RecursionError) as exc:
        raise _foreign_cursor() from exc
    match found:
        case [str(title), str(publication_id)]:
            return title, publication_id
    raise _foreign_cursor()


def _foreign_cursor() -> InvalidError:
    message = "Use the cursor that the page before gave as next."
    return InvalidError("This cursor is not ours.", (FieldError("cursor", message),))


def _cursor(key: SortKey | None) -> str | None:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode() if key is not None else None


def _ris_url(publication_id: str, template: str) -> str | None:
    return template.replace("{publication_id}", quote(publication_id, safe="")) if template else None


def _warnings(position: Position) -> list[str]:
    """What was left away when the work was built, and what the registry cannot do with it."""
    record, entry = position.decision.record, position.entry
    kept = list(entry.warnings) if entry is not None else []
    return [*kept, NO_IDENTIFIER] if record is not None and not record.self_ids else kept
