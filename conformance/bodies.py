"""Bodies as the reference describes them: a minimal valid work, and its parts."""

from __future__ import annotations

from collections.abc import Mapping

Json = dict[str, object]


def identifier(value: str = "$case", relationship: str | None = "self", kind: str | None = "source-work-id") -> Json:
    """An external identifier; None leaves a member out."""
    parts: Json = {
        "external-id-type": kind,
        "external-id-value": value,
        "external-id-relationship": relationship,
    }
    return {name: part for name, part in parts.items() if part is not None}


def doi(suffix: str = "$case", relationship: str | None = "self") -> Json:
    """A DOI of the run."""
    return identifier(f"10.5555/{suffix}", relationship, "doi")


def identifiers(*items: object) -> Json:
    return {"external-id": list(items)}


def title(text: str) -> Json:
    return {"title": {"value": text}}


def date(year: object = None, month: object = None, day: object = None) -> Json:
    """A publication date of the parts that are given."""
    parts = {"year": year, "month": month, "day": day}
    return {name: {"value": part} for name, part in parts.items() if part is not None}


def work(changes: Mapping[str, object] | None = None, *items: object, without: str = "") -> Json:
    """Title, type and one self identifier of the case, unless others are given; `changes` replace or add members."""
    body: Json = {
        "title": title("Conformance $case"),
        "type": "journal-article",
        "external-ids": identifiers(*(items or (identifier(),))),
    }
    body.update(changes or {})
    body.pop(without, None)
    return body


def update(name: str, changes: Mapping[str, object] | None = None, *items: object, without: str = "") -> Json:
    """A work that carries the put-code saved under a name."""
    return {"put-code": f"${name}", **work(changes, *items, without=without)}


def bulk(*works: object) -> Json:
    return {"bulk": [{"work": item} for item in works]}


def contributor(
    name: str | None = "Ada Example", role: str | None = None, sequence: str | None = None, **parts: object
) -> Json:
    """A contributor; other members by their names with `_` for `-`."""
    body: Json = {}
    if name is not None:
        body["credit-name"] = {"value": name}
    if role or sequence:
        body["contributor-attributes"] = {"contributor-role": role, "contributor-sequence": sequence}
    return {**body, **{key.replace("_", "-"): part for key, part in parts.items()}}


def contributors(*people: object) -> Json:
    return {"contributor": list(people)}
