"""What the orders of the control interface have in common."""

from __future__ import annotations

from typing import Any

from local.registry.orcid_id import looks_like_orcid_id

Order = dict[str, Any]


class ControlError(Exception):
    """An order that cannot be carried out; the text says why."""


def required_text(order: Order, name: str) -> str:
    value = order.get(name)
    if not isinstance(value, str) or not value:
        raise ControlError(f"{name} is required")
    return value


def required_orcid(order: Order) -> str:
    orcid = required_text(order, "orcid")
    if not looks_like_orcid_id(orcid):
        raise ControlError(f"{orcid} is not an ORCID iD")
    return orcid
