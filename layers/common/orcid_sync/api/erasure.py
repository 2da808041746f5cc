"""Erasing a user (R48)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from orcid_sync.api.bodies import Query
from orcid_sync.api.models import Time
from orcid_sync.domain.erasure import Erasure, ErasureState


class ErasureQuery(Query):
    """Whether works stay on ORCID or are removed first."""

    works: Literal["leave", "remove"] = "leave"


class WorksLeftModel(BaseModel):
    """Works of one record that could not be removed."""

    orcid_id: str
    put_codes: list[int]


class ErasureModel(BaseModel):
    """How far an erasure is. `works_left` is told for 30 days."""

    user_id: str
    state: ErasureState
    requested_at: Time
    finished_at: Time | None
    works_left: list[WorksLeftModel]


def progress(found: Erasure) -> ErasureModel:
    """How far it is."""
    return ErasureModel(
        user_id=found.user_id,
        state=found.state,
        requested_at=found.requested_ms,
        finished_at=found.finished_ms,
        works_left=[WorksLeftModel(orcid_id=i, put_codes=list(codes)) for i, codes in found.left.items()],
    )
