"""Which changes of the catalogue cannot wait: a publication that becomes hidden, rejected or more private (R31)."""

from __future__ import annotations

from orcid_sync.domain.catalogue import ClaimStatus, Header, Privacy, Relationship, User

_STRICTNESS = {None: 0, Privacy.PUBLIC: 0, Privacy.INTERNAL: 1, Privacy.PRIVATE: 2}


def _stricter(before: Privacy | None, after: Privacy | None) -> bool:
    return _STRICTNESS[after] > _STRICTNESS[before]


def _more_private(before: Relationship, after: Relationship) -> bool:
    """R18: the level that the RIS has worked out counts alone; without it all the others count, known here or not."""
    if after.effective_privacy is not None:
        known = before.effective_privacy if before.effective_privacy is not None else before.privacy
        return _stricter(known, after.effective_privacy)
    if before.effective_privacy is not None:
        return before.effective_privacy is not Privacy.PRIVATE
    return _stricter(before.privacy, after.privacy)


def relationship_is_urgent(before: Relationship | None, after: Relationship | None) -> bool:
    """Hidden, no longer claimed, or made private. A relationship seen for the first time cannot be on ORCID yet."""
    if before is None or before.deleted or before.status is not ClaimStatus.CLAIMED:
        return False
    if after is None or after.deleted or after.status is not ClaimStatus.CLAIMED:
        return True
    return (after.hidden and not before.hidden) or _more_private(before, after)


def publication_is_urgent(before: Header | None, after: Header | None) -> bool:
    """Made more private; a deleted publication waits for the grace period anyway (R60)."""
    return before is not None and after is not None and _stricter(before.privacy, after.privacy)


def user_is_urgent(before: User | None, after: User | None) -> bool:
    """The profile was made more private (R18)."""
    return before is not None and after is not None and _stricter(before.profile_privacy, after.profile_privacy)
