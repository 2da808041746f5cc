"""The content of a work as the registry's model holds it after reading a body."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A text in its own element. `Wrapped(None)` is an element that is there with nothing in it."""

    value: str | None


@dataclass(frozen=True, slots=True)
class TranslatedTitle:
    value: str | None
    language_code: str | None


@dataclass(frozen=True, slots=True)
class WorkTitle:
    title: Wrapped | None = None
    subtitle: Wrapped | None = None
    translated_title: TranslatedTitle | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    type: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class FuzzyDate:
    """Parts are texts, because "5" and "05" are judged differently."""

    year: Wrapped | None = None
    month: Wrapped | None = None
    day: Wrapped | None = None


@dataclass(frozen=True, slots=True)
class ExternalId:
    type: str | None
    value: str | None
    url: Wrapped | None = None
    relationship: str | None = None


@dataclass(frozen=True, slots=True)
class ContributorOrcid:
    uri: str | None = None
    path: str | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Attributes:
    sequence: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Contributor:
    orcid: ContributorOrcid | None = None
    credit_name: Wrapped | None = None
    email: Wrapped | None = None
    attributes: Attributes | None = None


@dataclass(frozen=True, slots=True)
class WorkContent:
    """A work as sent. `put_code` and `visibility` are what the sender wrote, not what is stored."""

    title: WorkTitle | None = None
    journal_title: Wrapped | None = None
    short_description: str | None = None
    citation: Citation | None = None
    type: str | None = None
    publication_date: FuzzyDate | None = None
    external_ids: tuple[ExternalId, ...] | None = None
    url: Wrapped | None = None
    contributors: tuple[Contributor, ...] | None = None
    language_code: str | None = None
    country: Wrapped | None = None
    visibility: str | None = None
    put_code: int | None = None

    @property
    def identifiers(self) -> tuple[ExternalId, ...]:
        """The external identifiers; empty when the element is missing."""
        return self.external_ids or ()


def text_of(wrapped: Wrapped | None) -> str | None:
    """The text, whether the wrapper or what it holds is missing."""
    return wrapped.value if wrapped is not None else None


def is_blank(text: str | None) -> bool:
    """ORCID's "empty" in its business rules: nothing, or only whitespace."""
    return text is None or not text.strip()
