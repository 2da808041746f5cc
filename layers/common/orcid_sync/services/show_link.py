"""Shows a link as the settings page has it: settings, state and counts, all from one look (R21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orcid_sync.domain.counts import Counts, count
from orcid_sync.domain.diff import Position
from orcid_sync.domain.ledger import Hold
from orcid_sync.domain.link_state import Link, Standing, standing
from orcid_sync.domain.links import WriterState
from orcid_sync.domain.settings import InstitutionSettings, LinkSettings, Mode
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.writers import Writers
from orcid_sync.services.plan_record import Look, PlanRecord


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link with everything that its page shows. `writer` is the iD's writer item if the user owns it."""

    link: Link
    standing: Standing
    writer: WriterState | None
    counts: Counts

    @property
    def next_check_ms(self) -> int | None:
        """When the link is looked at next; None while nothing is sent for it."""
        if self.writer is None or self.link.claim.mode is not Mode.WRITE or not self.link.user.is_active:
            return None
        return self.writer.due_ms

    @property
    def last_error(self) -> str | None:
        """What went wrong last, or what the record's pause is about."""
        if self.writer is None:
            return None
        return self.writer.pause_detail or self.writer.last_error


@dataclass(frozen=True, slots=True)
class ShowLink:
    """Looks at a link without changing anything; eventually consistent, as nothing is sent by it (DESIGN 6)."""

    plan_record: PlanRecord
    writers: Writers
    institution: Institution
    clock: Clock

    def look(self, link: Link, trying: LinkSettings | None = None) -> Look:
        """The decisions for the link, and what a sync would do now, with its settings or with those tried (R64)."""
        return self._look(link, self.owned_writer(link), self.institution.settings(), trying)

    def show(self, link: Link) -> LinkView:
        """The link with its counts."""
        settings = self.institution.settings()
        writer = self.owned_writer(link)
        positions = self._look(link, writer, settings, None).positions
        state = standing(
            link, writer, write_enabled=settings.write_enabled, held=_held(positions), now_ms=self.clock.now_ms()
        )
        return LinkView(link, state, writer, count(positions.values()))

    def owned_writer(self, link: Link) -> WriterState | None:
        """The writer item of the iD, if it is the user's: another user's is none of their business (R22)."""
        state = self.writers.get(link.claim.orcid_id)
        return state if state is not None and state.owner == link.claim.user_id else None

    def _look(
        self, link: Link, writer: WriterState | None, settings: InstitutionSettings, trying: LinkSettings | None
    ) -> Look:
        return self.plan_record.look(
            link.claim,
            writer,
            now_ms=self.clock.now_ms(),
            consistent=False,
            trying=trying,
            institution=settings,
        )


def _held(positions: Mapping[str, Position]) -> bool:
    """Whether removals wait for an administrator (R55)."""
    return any(p.removal is not None and p.removal.hold is Hold.HELD for p in positions.values())
