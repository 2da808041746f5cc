"""Contributors of a work: credit names in the record's order, roles, iDs (R27)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from orcid_sync.domain.build_warnings import WarningList, quoted
from orcid_sync.domain.catalogue import Person
from orcid_sync.domain.characters import shorten
from orcid_sync.domain.errors import InvalidError
from orcid_sync.domain.orcid_id import parse_orcid_id
from orcid_sync.domain.titles import plain_line
from orcid_sync.domain.work import Contributor

CREDIT_NAME_LENGTH = 150
_RAW_NAME_LENGTH = 1000
AUTHOR, EDITOR = "author", "editor"

_EMAIL = re.compile(r"[\[(<]?[^\s\[(<,;@]+@[^\s\])>,;@]+\.[^\s\])>,;@]+[\])>]?")
_OTHERS = re.compile(
    r"(?:^|[\s,;]+)(?:(?:and|&)\s+)?(?:et\.?\s+al(?:ii|\b\.?)|and others|u\.\s?a\.|\.\.\.|\u2026)\s*$", re.IGNORECASE
)
_FOOTNOTE_MARKS = re.compile(r"[\s,]*[*\u2217\u2020\u2021\u00a7\u00b6#\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+$")
_SUFFIX_IN_GIVEN = re.compile(r",?\s+((?:[JjSs]r\.?|II|III|IV))$")
_CJK = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff\u30fb]+"
)
_SIMPLE = re.compile(r"[A-Za-z][A-Za-z .'-]*")


@dataclass(frozen=True, slots=True)
class CleanPerson:
    """A person or group with readable names; `orcid_id` is valid or None."""

    family: str
    given: str
    role: str
    orcid_id: str | None = None

    @property
    def credit_name(self) -> str:
        """The name as credited: given before family, Chinese, Japanese and Korean names without blank the other way."""
        if not self.given or not self.family:
            return self.family or self.given
        if _CJK.fullmatch(self.family) and _CJK.fullmatch(self.given):
            return self.family + self.given
        suffix = _SUFFIX_IN_GIVEN.search(self.given)
        if suffix:
            return f"{self.given[: suffix.start()]} {self.family} {suffix.group(1)}"
        return f"{self.given} {self.family}"


def _clean_name(text: str) -> str:
    """Return a name without markup, e-mail addresses (nobody agreed to publish them), footnote marks and "et al."."""
    if _SIMPLE.fullmatch(text):  # most names; "et al" ends with a blank and "al"
        return text.strip() if " al" not in text and "others" not in text else _OTHERS.sub("", text).strip()
    line = plain_line(text[:_RAW_NAME_LENGTH])
    if "@" in line:
        line = _EMAIL.sub("", line).strip()
    line = _FOOTNOTE_MARKS.sub("", _OTHERS.sub("", line)).strip(" ,;")
    return line if any(char.isalpha() for char in line) else ""


def _valid_orcid_id(person: Person, warnings: WarningList) -> str | None:
    if not person.orcid_id:
        return None
    try:
        return parse_orcid_id(person.orcid_id)
    except InvalidError:
        warnings.add("contributor_orcid_invalid", f"{quoted(person.orcid_id)} is no valid ORCID iD and is left away.")
        return None


def clean_people(
    authors: Iterable[Person], editors: Iterable[Person], warnings: WarningList
) -> tuple[CleanPerson, ...]:
    """Return all authors, then all editors, in their order; those without a name are skipped.

    An iD stands on one person only: repeated on another name it is a source's mistake, and the first keeps it.
    """
    people: list[CleanPerson] = []
    owners: dict[str, tuple[str, str]] = {}
    for role, persons in ((AUTHOR, authors), (EDITOR, editors)):
        for person in persons:
            family, given = _clean_name(person.family), _clean_name(person.given)
            if not family and not given:
                continue
            orcid_id = _valid_orcid_id(person, warnings)
            if orcid_id:
                name = f"{family} {given}".casefold()
                first_name, first_role = owners.setdefault(orcid_id, (name, role))
                if (first_name, first_role) != (name, role) and (first_name != name or first_role == role):
                    warnings.add(
                        "contributor_orcid_repeated", f"{orcid_id} stands on several people; the first keeps it."
                    )
                    orcid_id = None
            people.append(CleanPerson(family, given, role, orcid_id))
    return tuple(people)


def credited(people: Iterable[CleanPerson]) -> tuple[Contributor, ...]:
    """Return the contributors as they are sent, each name at most 150 characters."""
    return tuple(
        Contributor(shorten(person.credit_name, CREDIT_NAME_LENGTH), person.role, person.orcid_id) for person in people
    )
