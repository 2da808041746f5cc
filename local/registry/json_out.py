"""Works and summaries as ORCID's JSON, keys in ORCID's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local.registry.content import Contributor, ExternalId, FuzzyDate, WorkContent, WorkTitle, Wrapped
from local.registry.grouping import WorkGroup
from local.registry.state import RegistryState, Source, StoredWork

Json = dict[str, Any]


class JsonWriter:
    """Writes bodies; needs the state for the names of sources and the host that stands in URIs."""

    def __init__(self, state: RegistryState, identifier_host: str) -> None:
        self._state = state
        self._host = identifier_host

    def work(self, work: StoredWork, *, with_path: bool) -> Json:
        """A whole work. `path` is filled in answers to GET only."""
        content = work.content
        return {
            **self._head(work),
            "put-code": work.put_code,
            "path": f"/{work.orcid}/work/{work.put_code}" if with_path else None,
            **content_json(content, work.normalised),
            "visibility": work.visibility,
        }

    def summary(self, work: StoredWork) -> Json:
        """What a list shows of a work; there is never a subtitle."""
        content = work.content
        title = title_json(content.title)
        if title is not None:
            title["subtitle"] = None
        return {
            "put-code": work.put_code,
            **self._head(work),
            "title": title,
            "external-ids": external_ids_json(content.identifiers, work.normalised),
            "url": _wrapped(content.url),
            "type": content.type,
            "publication-date": _date(content.publication_date),
            "journal-title": _wrapped(content.journal_title),
            "visibility": work.visibility,
            "path": f"/{work.orcid}/work/{work.put_code}",
            "display-index": str(work.display_index),
        }

    def works(self, orcid: str, groups: Sequence[WorkGroup]) -> Json:
        """The grouped summary of a record."""
        newest = max((group.modified_ms for group in groups), default=None)
        return {
            "last-modified-date": None if newest is None else {"value": newest},
            "group": [
                {
                    "last-modified-date": {"value": group.modified_ms},
                    "external-ids": external_ids_json(
                        [identifier for identifier, _ in group.identifiers],
                        [normalised for _, normalised in group.identifiers],
                    ),
                    "work-summary": [self.summary(work) for work in group.works],
                }
                for group in groups
            ],
            "path": f"/{orcid}/works",
        }

    def _head(self, work: StoredWork) -> Json:
        return {
            "created-date": {"value": work.created_ms},
            "last-modified-date": {"value": work.modified_ms},
            "source": self._source(work.source),
        }

    def _source(self, source: Source) -> Json:
        return {
            "source-orcid": self._person(source.orcid),
            "source-client-id": self._application(source.client_id),
            "source-name": self._name(source.client_id, source.orcid),
            "assertion-origin-orcid": self._person(source.origin_orcid),
            "assertion-origin-client-id": self._application(source.origin_client_id),
            "assertion-origin-name": self._name(source.origin_client_id, source.origin_orcid),
        }

    def _person(self, orcid: str | None) -> Json | None:
        if orcid is None:
            return None
        return {"uri": f"https://{self._host}/{orcid}", "path": orcid, "host": self._host}

    def _application(self, client_id: str | None) -> Json | None:
        if client_id is None:
            return None
        return {"uri": f"https://{self._host}/client/{client_id}", "path": client_id, "host": self._host}

    def _name(self, client_id: str | None, orcid: str | None) -> Json | None:
        name = None
        if client_id is not None and client_id in self._state.clients:
            name = self._state.clients[client_id].name
        elif orcid is not None and orcid in self._state.records:
            name = self._state.records[orcid].name
        return None if name is None else {"value": name}


def content_json(content: WorkContent, normalised: Sequence[str]) -> Json:
    """The content from `title` to `country`."""
    citation = content.citation
    return {
        "title": title_json(content.title),
        "journal-title": _wrapped(content.journal_title),
        "short-description": content.short_description,
        "citation": None if citation is None else {"citation-type": citation.type, "citation-value": citation.value},
        "type": content.type,
        "publication-date": _date(content.publication_date),
        "external-ids": external_ids_json(content.identifiers, normalised),
        "url": _wrapped(content.url),
        "contributors": {"contributor": [_contributor(contributor) for contributor in content.contributors or ()]},
        "language-code": content.language_code,
        "country": _wrapped(content.country),
    }


def title_json(title: WorkTitle | None) -> Json | None:
    if title is None:
        return None
    translated = title.translated_title
    return {
        "title": _wrapped(title.title),
        "subtitle": _wrapped(title.subtitle),
        "translated-title": None
        if translated is None
        else {"value": translated.value, "language-code": translated.language_code},
    }


def external_ids_json(identifiers: Sequence[ExternalId], normalised: Sequence[str]) -> Json:
    pairs = zip(identifiers, normalised, strict=True)
    return {"external-id": [_external_id(identifier, value) for identifier, value in pairs]}


def _external_id(identifier: ExternalId, normalised: str) -> Json:
    fault = {
        "error-code": "8001",
        "error-message": f"Cannot normalize identifier value {identifier.type}:{identifier.value}",
        "transient": True,
    }
    return {
        "external-id-type": identifier.type,
        "external-id-value": identifier.value,
        "external-id-normalized": {"value": normalised, "transient": True} if normalised else None,
        "external-id-normalized-error": None if normalised else fault,
        "external-id-url": _wrapped(identifier.url),
        "external-id-relationship": identifier.relationship,
    }


def _contributor(contributor: Contributor) -> Json:
    """A contributor as read; the e-mail address is never given back."""
    orcid, attributes = contributor.orcid, contributor.attributes
    return {
        "contributor-orcid": None if orcid is None else {"uri": orcid.uri, "path": orcid.path, "host": orcid.host},
        "credit-name": _wrapped(contributor.credit_name),
        "contributor-email": None,
        "contributor-attributes": None
        if attributes is None
        else {"contributor-sequence": attributes.sequence, "contributor-role": attributes.role},
    }


def _date(date: FuzzyDate | None) -> Json | None:
    if date is None:
        return None
    return {"year": _wrapped(date.year), "month": _wrapped(date.month), "day": _wrapped(date.day)}


def _wrapped(wrapped: Wrapped | None) -> Json | None:
    return None if wrapped is None else {"value": wrapped.value}
