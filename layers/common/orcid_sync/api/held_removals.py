"""Removals that the guard holds, and the administrator's word on them (R55)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field, StrictBool, model_validator

from orcid_sync.api.bodies import Body, OrcidId
from orcid_sync.api.models import Time
from orcid_sync.domain.ledger import Cause
from orcid_sync.services.held_removals import Decided, HeldRemoval


class DecisionBody(Body):
    """The administrator's word on what is held for these iDs, or for all."""

    approve: StrictBool
    orcid_ids: list[OrcidId] = Field(default_factory=list, max_length=1000)
    all: StrictBool = False

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if bool(self.orcid_ids) == self.all:
            raise ValueError("Give orcid_ids, or all")
        return self

    @property
    def wanted(self) -> list[str] | None:
        """The iDs; None for all."""
        return None if self.all else self.orcid_ids


class HeldRemovalModel(BaseModel):
    """A work that the guard keeps on ORCID until an administrator decides."""

    user_id: str
    user_name: str | None
    orcid_id: str
    publication_id: str
    title: str | None
    put_code: int | None
    reason: str
    cause: Cause
    since: Time


class HeldRemovalsModel(BaseModel):
    """A page of held removals, the longest held first."""

    items: list[HeldRemovalModel]
    next: str | None


class DecidedModel(BaseModel):
    """How many removals of how many iDs were decided; `remaining`: the same call goes on with the others."""

    removals: int
    orcid_ids: int
    remaining: bool


def listed(held: Sequence[HeldRemoval], cursor: str | None) -> HeldRemovalsModel:
    """A page of held removals."""
    items = [
        HeldRemovalModel(
            user_id=one.user_id,
            user_name=one.user_name,
            orcid_id=one.orcid_id,
            publication_id=one.publication_id,
            title=one.title,
            put_code=one.put_code,
            reason=one.removal.reason,
            cause=one.removal.cause,
            since=one.removal.since_ms,
        )
        for one in held
    ]
    return HeldRemovalsModel(items=items, next=cursor)


def decided(found: Decided) -> DecidedModel:
    """What was decided."""
    return DecidedModel(removals=found.removals, orcid_ids=found.orcid_ids, remaining=found.remaining)
