"""XML bodies: a minimal valid work, and a bulk of them."""

from __future__ import annotations

_NAMES = 'xmlns:work="http://www.orcid.org/ns/work" xmlns:common="http://www.orcid.org/ns/common"'


def xml_work(
    *,
    type_: str = "journal-article",
    relationship: str = "self",
    after_type: str = "",
    after_ids: str = "",
    attributes: str = "",
    value: str = "$case",
    title: str = "Conformance $case",
    with_type: bool = True,
) -> str:
    """A work; `after_type` and `after_ids` take further elements at these places, in the schema's order."""
    type_element = f"<work:type>{type_}</work:type>" if with_type else ""
    return (
        f"<work:work {_NAMES}{attributes}><work:title><common:title>{title}</common:title></work:title>"
        f"{type_element}{after_type}<common:external-ids><common:external-id>"
        "<common:external-id-type>source-work-id</common:external-id-type>"
        f"<common:external-id-value>{value}</common:external-id-value>"
        f"<common:external-id-relationship>{relationship}</common:external-id-relationship>"
        f"</common:external-id></common:external-ids>{after_ids}</work:work>"
    )


def xml_bulk(*works: str) -> str:
    return f'<bulk:bulk xmlns:bulk="http://www.orcid.org/ns/bulk">{"".join(works)}</bulk:bulk>'
