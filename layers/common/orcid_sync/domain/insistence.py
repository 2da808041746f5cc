"""Makes an update count that the registry would silently ignore (R32, ORCID_API 7)."""

from __future__ import annotations

from dataclasses import replace

from orcid_sync.domain.work import Work


def insisting(work: Work) -> tuple[Work, ...]:
    """The works to PUT, one after the other, so that the last is stored with everything in it.

    The registry compares before it stores and overlooks some changes, but never one of the identifiers' order or
    number.
    So the identifiers are sent in another order, which means nothing to anybody; a single one is sent twice (which is
    allowed within a work) and then once again.
    """
    if len(work.external_ids) > 1:
        return (replace(work, external_ids=work.external_ids[1:] + work.external_ids[:1]),)
    return (replace(work, external_ids=work.external_ids * 2), work)
