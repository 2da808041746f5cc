"""Writes the fields of a record, from metadata in the feed's form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from local.elements.vocabulary import CONTAINERS, SCHEMES

_TEXTS = {"publication_status": "publication-status", "publisher": "publisher", "volume": "volume", "issue": "issue",
          "language": "language", "abstract": "abstract"}  # fmt: skip


def fields(data: Mapping[str, Any], work_type: str, version: str, people: Mapping[str, int]) -> Iterator[str]:
    """`people`: user ids by iD, for the links that Elements puts to the authors whom it knows."""
    yield _text("title", data.get("title"))
    yield _text(CONTAINERS.get(work_type, "journal"), data.get("container_title"))
    for name, field in _TEXTS.items():
        yield _text(field, data.get(name))
    yield _date(data.get("publication_date"))
    yield _pages(data.get("pages"))
    for name in ("authors", "editors"):
        yield _people(name, data.get(name) or (), people)
    yield from _identifiers(data.get("identifiers") or ())
    if data.get("url"):
        kind = "text" if version == "5.5" else "url"
        yield _field("public-url", kind, f"<api:{kind}>{escape(data['url'])}</api:{kind}>")


def _field(name: str, kind: str, value: str) -> str:
    display = name.replace("-", " ").capitalize()
    head = f"<api:field name={quoteattr(name)} type={quoteattr(kind)} display-name={quoteattr(display)}>"
    return f"{head}{value}</api:field>"


def _text(name: str, value: str | None, kind: str = "text") -> str:
    return _field(name, kind, f"<api:text>{escape(value)}</api:text>") if value else ""


def _date(parts: Mapping[str, int | None] | None) -> str:
    """Day before month before year, as far as they are known."""
    if not parts:
        return ""
    known = "".join(f"<api:{name}>{parts[name]}</api:{name}>" for name in ("day", "month", "year") if parts.get(name))
    return _field("publication-date", "date", f"<api:date>{known}</api:date>")


def _pages(pages: str | None) -> str:
    """The value's element bears the name of the list's own paging element."""
    if not pages:
        return ""
    begin, _, end = pages.partition("-")
    ends = f"<api:end-page>{escape(end)}</api:end-page>" if end else ""
    value = f"<api:pagination><api:begin-page>{escape(begin)}</api:begin-page>{ends}</api:pagination>"
    return _field("pagination", "pagination", value)


def _people(name: str, found: Any, users: Mapping[str, int]) -> str:
    if not found:
        return ""
    return _field(name, "person-list", f"<api:people>{''.join(_person(one, users) for one in found)}</api:people>")


def _person(person: Mapping[str, Any], users: Mapping[str, int]) -> str:
    orcid_id, given = person.get("orcid_id") or "", person.get("given") or ""
    user = users.get(orcid_id)
    parts = [f'<api:links><api:link type="elements/user" id="{user}"/></api:links>' if user else ""]
    parts.append(f"<api:last-name>{escape(person['family'])}</api:last-name>")
    if given:
        initials = "".join(word[0] for word in given.replace(".", " ").split())
        separate = "".join(f"<api:first-name>{escape(word)}</api:first-name>" for word in given.split())
        parts.append(
            f"<api:initials>{escape(initials)}</api:initials><api:first-names>{escape(given)}</api:first-names>"
        )
        parts.append(f"<api:separate-first-names>{separate}</api:separate-first-names>")
    if orcid_id:
        scheme = f'<api:identifier scheme="orcid">{escape(orcid_id)}</api:identifier>'
        parts.append(f"<api:identifiers>{scheme}</api:identifiers>")
    return f"<api:person>{''.join(parts)}</api:person>"


def _identifiers(found: Any) -> Iterator[str]:
    """Those with a field of their own, of each name the first; the others in a list by scheme."""
    own: dict[str, str] = {}
    others = []
    for one in found:
        kind, value = one["type"], one["value"]
        names = {
            "doi": ("doi",),
            "issn": ("issn", "eissn"),
            "isbn": ("isbn-13" if sum(map(str.isdigit, value)) > 10 else "isbn-10",),
            "pat": ("patent-number",),
        }.get(kind, ())
        name = next((name for name in names if name not in own), None)
        if name is not None:
            own[name] = value
        else:
            others.append(
                f"<api:identifier scheme={quoteattr(SCHEMES.get(kind, kind))}>{escape(value)}</api:identifier>"
            )
    for name, value in own.items():
        link = f'<api:links><api:link type="doi" href={quoteattr("http://doi.org/" + value)}/></api:links>'
        yield _field(name, "text", f"<api:text>{escape(value)}</api:text>{link if name == 'doi' else ''}")
    if others:
        yield _field("external-identifiers", "identifier-list", f"<api:identifiers>{''.join(others)}</api:identifiers>")
