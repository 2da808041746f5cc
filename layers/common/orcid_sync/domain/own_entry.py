"""Finds the user's own entry among the contributors, but only where there is no doubt (R27)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from orcid_sync.domain.contributors import AUTHOR, EDITOR, CleanPerson

_TITLES = frozenset({"dr", "prof", "professor", "mr", "mrs", "ms", "phd", "md", "jr", "sr", "ii", "iii", "iv", "pd"})
_SPECIAL = str.maketrans(
    {
        "\u00f8": "o",
        "\u0142": "l",
        "\u0111": "d",
        "\u00f0": "d",
        "\u00fe": "th",
        "\u00e6": "ae",
        "\u0153": "oe",
        "\u0131": "i",
    }
)
_GERMAN = str.maketrans({"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00e5": "aa", "\u00f8": "oe"})
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """The link's own data: the iD written to and the user's name as the RIS has it (`Ada Jones` or `Jones, Ada`)."""

    orcid_id: str
    name: str


def _words(text: str) -> tuple[str, ...]:
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    words = _WORDS.findall(_APOSTROPHES.sub("", plain.translate(_SPECIAL)))
    return tuple(word for word in words if word not in _TITLES)


@lru_cache(maxsize=4096)
def _variants(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of a name without case and accents; German and Nordic vowels also as two letters."""
    text = unicodedata.normalize("NFC", text).casefold()
    if text.isascii():
        return (tuple(word for word in _WORDS.findall(_APOSTROPHES.sub("", text)) if word not in _TITLES),)
    plain, spelled_out = _words(text), _words(text.translate(_GERMAN))
    return (plain,) if plain == spelled_out else (plain, spelled_out)


def _same_given(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether given names can be one person's: equal words or initials; extra ones do no harm."""
    if not ours or not theirs:
        return False
    return all(
        one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])
        for one, other in zip(ours, theirs, strict=False)
    )


def _given_readings(given: str) -> list[tuple[str, ...]]:
    """Return the words of given names; two or three capitals may be initials (`JR` as well as `Li` in capitals)."""
    readings = list(_variants(given))
    compact = given.strip()
    if 2 <= len(compact) <= 3 and compact.isalpha() and compact.isupper():
        readings.append(tuple(compact.casefold()))
    return readings


def _is_named(name: str, person: CleanPerson) -> bool:
    """Whether a user's name fits the person: the whole family name, and given names that do not contradict."""
    if not person.given or not person.family:
        return False
    if person.credit_name == person.family + person.given:  # Chinese, Japanese, Korean
        return "".join(name.split()) in (person.credit_name, person.given + person.family)
    before_comma, comma, after_comma = name.partition(",")
    for family in _variants(person.family):
        for ours in _variants(f"{after_comma} {before_comma}" if comma else name):
            count = len(family)
            if not family or count >= len(ours) or ours[-count:] != family:
                continue
            if any(_same_given(ours[:-count], given) for given in _given_readings(person.given)):
                return True
    return False


def mark_own_entry(people: Sequence[CleanPerson], own: OwnEntry | None) -> tuple[CleanPerson, ...]:
    """Return the people, the user's own entry carrying the iD written to if it can be told surely.

    Sure is: nobody has the iD yet, and exactly one author (no author: exactly one editor) has a name that fits the
    user's. If that person has another iD in the metadata, it stays as it is.
    """
    if own is None or any(person.orcid_id == own.orcid_id for person in people):
        return tuple(people)
    marked = list(people)
    for role in (AUTHOR, EDITOR):
        found = [index for index, person in enumerate(people) if person.role == role and _is_named(own.name, person)]
        if found:
            index = found[0]
            if len(found) == 1 and people[index].orcid_id is None:
                marked[index] = replace(people[index], orcid_id=own.orcid_id)
            break
    return tuple(marked)
