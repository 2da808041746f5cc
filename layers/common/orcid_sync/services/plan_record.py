"""Looks at one link: reads what is wanted and what was sent, and returns decisions and plan; sends nothing.

Behind the sync, the settings page, previews and dry runs alike, so that they cannot disagree (DESIGN 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orcid_sync.domain.catalogue import Header, Relationship, User
from orcid_sync.domain.decide import Decision, decide
from orcid_sync.domain.diff import Plan, Position, diff
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.errors import NotFoundError
from orcid_sync.domain.fingerprint import fingerprint
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.links import Claim, WriterState
from orcid_sync.domain.removals import EarlierDecisions
from orcid_sync.domain.settings import InstitutionSettings, LinkSettings, Rules
from orcid_sync.domain.work_builder import BUILDER_VERSION, OwnEntry
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.institution import Choices
from orcid_sync.ports.ledger import Ledger

# A publication merged more often than this before it was looked at counts as deleted.
MOST_MERGES = 10


@dataclass(frozen=True, slots=True)
class Look:
    """Everything known of a link at one moment. `entries` is the ledger of the iD, `own` the user's own entry in a
    work, `related` all publications that the user has any relationship with.
    """

    user: User
    claim: Claim
    institution: InstitutionSettings
    rules: Rules
    entries: Mapping[str, LedgerEntry]
    plan: Plan
    own: OwnEntry
    related: frozenset[str]

    @property
    def positions(self) -> Mapping[str, Position]:
        """The publications by id."""
        return self.plan.positions


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """Plans a link from catalogue, ledger and institution settings."""

    catalogue: Catalogue
    ledger: Ledger
    institution: Choices

    def look(
        self,
        claim: Claim,
        writer: WriterState | None,
        *,
        now_ms: int,
        consistent: bool,
        trying: LinkSettings | None = None,
        entries: Mapping[str, LedgerEntry] | None = None,
        institution: InstitutionSettings | None = None,
    ) -> Look:
        """Return decisions and plan of the link.

        `consistent`: read strongly, for a woken visit (DESIGN 2). `trying`: settings in place of the stored ones (R64).
        `entries`: a ledger already at hand. A ledger belongs to the iD's owner: another user's look sees an empty one
        (R22).
        Raises NotFoundError when the catalogue does not know the user.
        """
        settings = institution if institution is not None else self.institution.settings(consistent=consistent)
        mapping = self.institution.type_mapping(consistent=consistent)
        known = self.catalogue.user_catalogue(claim.user_id, consistent=consistent)
        if known.user is None:
            raise NotFoundError("The catalogue does not know this user; the RIS has to send them first.")
        if entries is None:
            owns = writer is not None and writer.owner == claim.user_id
            entries = self.ledger.entries(claim.orcid_id, consistent=consistent) if owns else {}
        headers = self._headers(known.relationships, entries, consistent=consistent)
        user, relationships, ledger = known.user, known.relationships, entries
        rules = Rules(trying if trying is not None else claim.settings, settings.rules)
        own = OwnEntry(orcid_id=claim.orcid_id, name=user.name)

        def decided(by: Rules) -> dict[str, Decision]:
            return decide(user, relationships, headers, ledger, rules=by, mapping=mapping, excluded=claim.excluded)

        def earlier() -> EarlierDecisions | None:
            applied = writer.applied if writer is not None else None
            if applied is None or applied == rules:
                return None
            return EarlierDecisions(decided(Rules(applied.link, rules.institution)), decided(applied))

        plan = diff(
            decided(rules),
            ledger,
            fingerprint_of=lambda decision: fingerprint_of(decision, own),
            earlier=earlier,
            window=writer.guard if writer is not None else None,
            now_ms=now_ms,
            grace_hours=settings.removal_grace_hours,
            guard_share=settings.mass_removal_share,
            guard_minimum=settings.mass_removal_minimum,
        )
        related = frozenset(r.publication_id for r in relationships)
        return Look(user, claim, settings, rules, ledger, plan, own, related)

    def _headers(
        self, relationships: tuple[Relationship, ...], entries: Mapping[str, LedgerEntry], *, consistent: bool
    ) -> dict[str, Header]:
        """Headers of everything the user relates to, those of an older work builder worked out anew."""
        wanted = [r.publication_id for r in relationships]
        related = set(wanted)
        wanted.extend(p for p, entry in entries.items() if entry.on_orcid and p not in related)
        headers = self.catalogue.headers(wanted, consistent=consistent)
        self._follow_merges(headers, entries, consistent=consistent)
        for publication_id, header in headers.items():
            if header.builder_version != BUILDER_VERSION and not header.deleted:
                headers[publication_id] = self._rebuilt(header)
        return headers

    def _follow_merges(
        self, headers: dict[str, Header], entries: Mapping[str, LedgerEntry], *, consistent: bool
    ) -> None:
        """Where works on the record went, over publications that the user has nothing to do with (R56)."""
        leaving = [headers[p] for p, entry in entries.items() if entry.on_orcid and p in headers]
        for _ in range(MOST_MERGES):
            missing = {h.merged_into for h in leaving if h.deleted and h.merged_into is not None} - headers.keys()
            found = self.catalogue.headers(sorted(missing), consistent=consistent) if missing else {}
            if not found:
                return
            headers.update(found)
            leaving = list(found.values())

    def _rebuilt(self, header: Header) -> Header:
        """The header as this version of the work builder makes it; stored so that the next look need not."""
        publication = self.catalogue.publication(header)
        if publication is None:
            return header
        fresh = replace(digest_publication(publication), version=header.version)
        self.catalogue.put_header(fresh, header)
        return fresh


def fingerprint_of(decision: Decision, own: OwnEntry) -> str:
    """The fingerprint of what a decision to send would send."""
    assert decision.record is not None
    return fingerprint(
        digest=decision.record.digest,
        work_type=decision.work_type,
        publication_id=decision.publication_id,
        own=own,
        builder_version=BUILDER_VERSION,
    )
