"""Pages for people: all records, and the works of one as ORCID would group them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from local.registry.content import ExternalId, text_of
from local.registry.grouping import WorkGroup, group_works
from local.registry.page_style import page
from local.registry.state import Record, RegistryState, StoredWork
from local.registry.vocabulary import vocabulary


def index_page(state: RegistryState) -> str:
    """All records with the number of their works."""
    with state.lock:
        records = sorted(state.records.values(), key=lambda record: record.orcid)
        rows = "".join(
            f'<tr><td><a href="/{escape(record.orcid)}">{escape(record.orcid)}</a></td>'
            f"<td>{escape(record.name or '')}</td><td>{escape(record.condition)}</td>"
            f"<td>{len(record.works)}</td></tr>"
            for record in records
        )
    table = f"<table><tr><th>ORCID iD</th><th>Name</th><th>State</th><th>Works</th></tr>{rows}</table>"
    return page("Records", "<h1>Records</h1>" + (table if rows else '<p class="soft">No record yet.</p>'))


def record_page(state: RegistryState, orcid: str) -> str | None:
    """The works of a record, or None when there is no such record."""
    with state.lock:
        record = state.records.get(orcid)
        if record is None:
            return None
        works = list(record.works.values())
        names = {client.client_id: client.name for client in state.clients.values()}
    groups = group_works(works)
    head = (
        f"<h1>{escape(record.name or record.orcid)}</h1>"
        f'<p class="soft">{escape(record.orcid)} · {_condition(record)}{_counted(len(works), "work")} in '
        f"{_counted(len(groups), 'group')}</p>"
    )
    cards = "".join(_card(group, names) for group in groups)
    return page(record.name or record.orcid, head + (cards or '<p class="soft">No works.</p>'))


def _condition(record: Record) -> str:
    if record.condition == "ok":
        return ""
    merged = f" into {escape(record.primary)}" if record.condition == "deprecated" and record.primary else ""
    return f"<strong>{escape(record.condition)}{merged}</strong> · "


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _card(group: WorkGroup, names: dict[str, str]) -> str:
    return f'<article class="card">{"".join(_version(work, names) for work in group.works)}</article>'


def _version(work: StoredWork, names: dict[str, str]) -> str:
    content = work.content
    title = content.title
    heading = escape((text_of(title.title) if title else None) or "(no title)")
    subtitle = text_of(title.subtitle) if title else None
    facts = [text_of(content.journal_title), _date(work), (content.type or "").replace("-", " ")]
    source = names.get(work.source.client_id or "", work.source.client_id) or "the owner"
    return (
        f'<section class="version"><h2>{heading}{": " + escape(subtitle) if subtitle else ""}</h2>'
        f'<div class="soft">{escape(" · ".join(fact for fact in facts if fact))}</div>'
        f"{_people(work)}{_identifiers(content.identifiers, work.normalised)}"
        f'<div class="soft">Source: {escape(source)} · put-code {work.put_code} · {escape(work.visibility)}</div>'
        "</section>"
    )


def _date(work: StoredWork) -> str:
    date = work.content.publication_date
    parts = (date.year, date.month, date.day) if date else ()
    return "-".join(part.value for part in parts if part and part.value)


def _people(work: StoredWork) -> str:
    names = [text_of(contributor.credit_name) or "?" for contributor in work.content.contributors or ()]
    if not names:
        return ""
    shown = "; ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    return f"<div>{escape(shown)}</div>"


def _identifiers(identifiers: Sequence[ExternalId], normalised: Sequence[str]) -> str:
    rows = "".join(
        f"<li>{escape(identifier.type or '')}: {_linked(identifier, value)} "
        f'<span class="tag">{escape(identifier.relationship or "")}</span></li>'
        for identifier, value in zip(identifiers, normalised, strict=True)
    )
    return f'<ul class="plain">{rows}</ul>'


def _linked(identifier: ExternalId, normalised: str) -> str:
    shown = escape(identifier.value or "")
    prefix = vocabulary().resolution_prefixes.get(identifier.type or "")
    address = text_of(identifier.url) or (prefix + normalised if prefix and normalised else None)
    if address is None or not address.startswith(("http://", "https://")):
        return shown
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{shown}</a>'
