"""What an operation of the API is: route, right, what it takes and answers; the OpenAPI document is made of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel


class Right(StrEnum):
    """Who may call (API, Who calls)."""

    USER = "user"  # the user themself, or an administrator for them
    ADMINISTRATOR = "administrator"
    FEED = "feed"
    ANYBODY = "anybody"  # no token


@dataclass(frozen=True, slots=True)
class Operation:
    """One route. `answers` are the models by status, None for an answer without a body; errors go without saying.

    `summary` is its first sentence, `description` the rest. `tagged` answers carry an ETag, `conditional` calls heed
    `If-Match`, `located` answers carry a Location. `takes` is the media type of a body that is no JSON, `offers` that
    of an answer which can be had instead of JSON.
    """

    method: str
    path: str
    name: str
    summary: str
    right: Right
    answers: Mapping[int, type[BaseModel] | None]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    tagged: bool = False
    conditional: bool = False
    located: bool = False
    largest_body: int = 0
    takes: str | None = None
    offers: str | None = None
    description: str = ""
