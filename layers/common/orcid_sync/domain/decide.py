"""Decides for each publication of a user whether it is sent, and if not, why (R21): one function behind sync,
counts, lists and previews.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from orcid_sync.domain.catalogue import ClaimStatus, Header, Privacy, RecordDigest, Relationship, User
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.precedence import choose_record, publication_status
from orcid_sync.domain.settings import Rules
from orcid_sync.domain.type_mapping import work_type_for

ARTICLE_TYPE = "journal-article"
PUBLISHED = frozenset({"published", "publishedonline"})
_STRICTNESS = {Privacy.PUBLIC: 0, Privacy.INTERNAL: 1, Privacy.PRIVATE: 2}


class Reason(StrEnum):
    """Why a publication is left out; the first in this order that holds is given (R21)."""

    NOT_CLAIMED = "not_claimed"
    HIDDEN = "hidden"
    EXCLUDED = "excluded"
    PRIVATE = "private"
    NOT_VERIFIED = "not_verified"
    NOT_PUBLISHED = "not_published"
    NOT_FAVOURITE = "not_favourite"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    DELETED_AT_ORCID = "deleted_at_orcid"


# R60: what its owner, or a rule about its owner's wishes, keeps off the record; a removal for it never waits.
_FOR_GOOD = frozenset({Reason.NOT_CLAIMED, Reason.HIDDEN, Reason.EXCLUDED, Reason.PRIVATE, Reason.NOT_FAVOURITE})


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of one publication, and why. `reason` None means: it is sent, from `record`, as `work_type`.

    `claimed`: the user claims it and the RIS still has it. `gone`: claimed, but the RIS has no such publication (any
    more), and nothing else that its owner says keeps it off the record.
    `detail` names the defect behind `invalid`; `duplicate_of` the twin that is sent instead (R56).
    """

    publication_id: str
    title: str
    type: str
    work_type: str
    claimed: bool
    reason: Reason | None
    record: RecordDigest | None = None
    privacy: Privacy = Privacy.PUBLIC
    favourite: bool = False
    gone: bool = False
    merged_into: str | None = None
    detail: str | None = None
    duplicate_of: str | None = None

    @property
    def send(self) -> bool:
        """Whether the publication belongs on the record."""
        return self.reason is None


def effective_privacy(user: User, relationship: Relationship, header: Header) -> Privacy:
    """R18: the level that the RIS has worked out, else the strictest of relationship, publication and profile."""
    if relationship.effective_privacy is not None:
        return relationship.effective_privacy
    levels = [level for level in (relationship.privacy, header.privacy, user.profile_privacy) if level is not None]
    return max(levels, key=_STRICTNESS.__getitem__, default=Privacy.PUBLIC)


def _claimed(relationship: Relationship) -> bool:
    return relationship.status is ClaimStatus.CLAIMED and not relationship.deleted


def _kept_off(relationship: Relationship, privacy: Privacy, rules: Rules, excluded: frozenset[str]) -> Reason | None:
    """The owner's wish that a claimed publication does not appear, whatever else is to be said of it."""
    if relationship.hidden:
        return Reason.HIDDEN
    if relationship.publication_id in excluded:
        return Reason.EXCLUDED
    if privacy is not Privacy.PUBLIC and not rules.link.include_private:
        return Reason.PRIVATE
    return None


def _decide_one(
    user: User, relationship: Relationship, header: Header, rules: Rules, excluded: frozenset[str], work_type: str
) -> Decision:
    """Every reason but the two that need the ledger (duplicate, deleted_at_orcid)."""
    record = choose_record(header.records, relationship.preferred_record, rules.institution)
    privacy = effective_privacy(user, relationship, header)
    kept_off = _kept_off(relationship, privacy, rules, excluded)
    unwanted = rules.link.favourites_only and not relationship.favourite
    detail: str | None = None
    reason: Reason | None = None
    if not _claimed(relationship) or header.deleted:
        reason = Reason.NOT_CLAIMED
    elif kept_off is not None:
        reason = kept_off
    elif rules.institution.only_verified and record is None:
        reason = Reason.NOT_VERIFIED
    elif (
        rules.link.published_only
        and header.type == ARTICLE_TYPE
        and publication_status(header.records, record, rules.institution) not in PUBLISHED
    ):
        reason = Reason.NOT_PUBLISHED
    elif unwanted:
        reason = Reason.NOT_FAVOURITE
    elif record is None:
        reason, detail = Reason.INVALID, "no_record"
    elif record.defect is not None:
        reason, detail = Reason.INVALID, record.defect
    return Decision(
        publication_id=header.publication_id,
        title=header.title,
        type=header.type,
        work_type=work_type,
        claimed=_claimed(relationship) and not header.deleted,
        reason=reason,
        record=record,
        privacy=privacy,
        favourite=relationship.favourite,
        gone=header.deleted and _claimed(relationship) and kept_off is None and not unwanted,
        merged_into=header.merged_into if header.deleted else None,
        detail=detail,
    )


def _twin_order(decision: Decision, entry: LedgerEntry | None) -> tuple[int, int, int, str]:
    """Who of several twins is sent (R56): the one already sent (the oldest), else the richer record; then by id,
    so that it is stable.

    One that its owner deleted at ORCID stands before an unsent twin: the twin must not bring it back (R39).
    """
    richness = decision.record.richness if decision.record is not None else 0
    if entry is not None and entry.on_orcid:
        return (0, entry.sent_ms or 0, -richness, decision.publication_id)
    if entry is not None and entry.deleted_at_orcid_ms is not None:
        return (1, 0, -richness, decision.publication_id)
    return (2, 0, -richness, decision.publication_id)


def _leave_out_twins(decisions: dict[str, Decision], entries: Mapping[str, LedgerEntry]) -> None:
    """R56: of publications that share a self identifier one is sent; the others name it."""
    holders: dict[str, list[str]] = {}
    for decision in decisions.values():
        if decision.send and decision.record is not None:
            for self_id in decision.record.self_ids:
                holders.setdefault(self_id, []).append(decision.publication_id)
    twins = {holder for group in holders.values() if len(group) > 1 for holder in group}
    taken: dict[str, str] = {}
    for publication_id in sorted(twins, key=lambda p: _twin_order(decisions[p], entries.get(p))):
        decision = decisions[publication_id]
        assert decision.record is not None
        winner = next((taken[self_id] for self_id in decision.record.self_ids if self_id in taken), None)
        if winner is not None:
            decisions[publication_id] = replace(decision, reason=Reason.DUPLICATE, duplicate_of=winner)
            continue
        for self_id in decision.record.self_ids:
            taken[self_id] = publication_id


def _merged(decision: Decision, headers: Mapping[str, Header], decided: Mapping[str, Decision]) -> Decision:
    """R56: where a publication went in the end; what is left of it may itself have been merged into another.

    Where the user keeps that one off the record for good, nothing is to be waited for (R60): the work goes at once, as
    that of a hidden publication does.
    """
    went, into = [decision.publication_id], decision.merged_into
    while into is not None and into not in went:
        went.append(into)
        header = headers.get(into)
        into = header.merged_into if header is not None and header.deleted else None
    last = decided.get(went[-1])
    stays = last is None or last.send or last.gone or last.reason not in _FOR_GOOD
    return replace(decision, merged_into=went[-1], gone=decision.gone and stays)


def _unknown(entry: LedgerEntry, header: Header | None) -> Decision:
    """A work of ours without a relationship (any more), or without a publication: not claimed, listed while on
    ORCID.
    """
    return Decision(
        publication_id=entry.publication_id,
        title=header.title if header is not None else "",
        type=header.type if header is not None else "",
        work_type=entry.work_type or "",
        claimed=False,
        reason=Reason.NOT_CLAIMED,
        gone=header is None or header.deleted,
        merged_into=header.merged_into if header is not None and header.deleted else None,
    )


def decide(
    user: User,
    relationships: Iterable[Relationship],
    headers: Mapping[str, Header],
    entries: Mapping[str, LedgerEntry],
    *,
    rules: Rules,
    mapping: Mapping[str, str] | None,
    excluded: frozenset[str],
) -> dict[str, Decision]:
    """Return the decision for every claimed publication and for every other one that is still on ORCID, by
    publication id.

    `headers` holds what the catalogue has (tombstones included); a relationship whose publication is not there yet
    waits for it.
    `mapping` is the type mapping in force (None: the default of R1), `excluded` the publications left out singly (R62).
    """
    decisions: dict[str, Decision] = {}
    decided: dict[str, Decision] = {}
    for relationship in sorted(relationships, key=lambda r: r.publication_id):
        header = headers.get(relationship.publication_id)
        if header is None:
            continue
        work_type = work_type_for(header.type, mapping)
        decision = _decide_one(user, relationship, header, rules, excluded, work_type)
        decided[decision.publication_id] = decision
        entry = entries.get(decision.publication_id)
        if decision.claimed or (entry is not None and entry.on_orcid):
            decisions[decision.publication_id] = decision
    _leave_out_twins(decisions, entries)
    for publication_id, entry in entries.items():
        known = decisions.get(publication_id)
        if known is None and entry.on_orcid:
            decisions[publication_id] = _unknown(entry, headers.get(publication_id))
        elif known is not None and known.send and entry.deleted_at_orcid_ms is not None and not entry.on_orcid:
            decisions[publication_id] = replace(known, reason=Reason.DELETED_AT_ORCID)
    for publication_id, decision in decisions.items():
        if decision.merged_into is not None:
            decisions[publication_id] = _merged(decision, headers, decided)
    return decisions
