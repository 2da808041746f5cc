"""The business rules for a work, in the order in which the registry tries them."""

from __future__ import annotations

import re
from datetime import date

from local.registry.content import Contributor, FuzzyDate, WorkContent, is_blank, text_of
from local.registry.errors import RegistryError
from local.registry.vocabulary import vocabulary

_ID = r"([0-9]{4}-){3}[0-9]{3}[0-9X]"
_ID_PATH = re.compile(_ID)
_ID_ADDRESS = re.compile(r"https://([^/]*orcid\.org|localhost.*/orcid-web)/" + _ID)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def check_rules(work: WorkContent, *, stored_visibility: str | None = None) -> None:
    """Everything up to the identifiers; duplicates, source and roles are looked at elsewhere and later.

    Args:
        work: the work as mapped.
        stored_visibility: that of the work being replaced; None when one is being added.

    Raises:
        RegistryError: the first rule broken.
    """
    _check_title(work)
    if work.type is None:
        raise RegistryError(9037, type="work type")
    if work.publication_date is not None:
        _check_date(work.publication_date)
    if work.citation is not None:
        if work.citation.type is None:
            raise RegistryError(9037, type="citation type")
        if is_blank(work.citation.value):
            raise RegistryError(9020, "a citation without text")
    if not work.identifiers:
        raise RegistryError(9023)
    _check_funders(work)
    for contributor in work.contributors or ():
        _check_contributor(contributor)
    if stored_visibility is None:
        if work.put_code is not None:
            raise RegistryError(9024)
    elif work.visibility is not None and work.visibility != stored_visibility:
        raise RegistryError(9035)
    _check_identifiers(work)


def check_roles(work: WorkContent) -> None:
    """Contributor roles, found out only while storing (9058)."""
    for contributor in work.contributors or ():
        role = contributor.attributes.role if contributor.attributes else None
        if role is not None and vocabulary().role(role) is None:
            raise RegistryError(9058, role=role)


def _check_title(work: WorkContent) -> None:
    title = work.title
    if title is None or is_blank(text_of(title.title)):
        raise RegistryError(9022)
    if work.country is not None and work.country.value is None:
        raise RegistryError(9037, type="country")
    translated = title.translated_title
    if translated is not None:
        if is_blank(translated.value) and translated.language_code:
            raise RegistryError(9020, "a translated title without text")
        if not is_blank(translated.value) and not translated.language_code:
            raise RegistryError(9037, type="language of the translated title")


def _check_date(parts: FuzzyDate) -> None:
    """Only real dates in YYYY, YYYY-MM or YYYY-MM-DD (9049).

    Two stumbles of the registry in bulks are kept: no part at all is a null dereference (9008), and a part that is
    there with nothing in it is taken for a bad number (9037).
    """
    year, month, day = text_of(parts.year), text_of(parts.month), text_of(parts.day)
    if day is not None:
        written = f"{year}-{month}-{day}"
    elif month is not None:
        written = f"{year}-{month}"
    elif year is not None:
        written = year
    else:
        raise RegistryError(9008)
    match = _DATE.fullmatch(written)
    if match is None or not _exists(int(match[1]), int(match[2] or 1), int(match[3] or 1)):
        raise RegistryError(9049, date=written)
    for name, part in (("year", parts.year), ("month", parts.month), ("day", parts.day)):
        if part is not None and part.value is None:
            raise RegistryError(9037, type=f"publication date, {name}")


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _check_funders(work: WorkContent) -> None:
    for identifier in work.identifiers:
        if identifier.relationship == "funded-by" and identifier.type not in vocabulary().funded_by_types:
            raise RegistryError(9020, f"funded-by is not for identifiers of type {identifier.type}")


def _check_contributor(contributor: Contributor) -> None:
    orcid = contributor.orcid
    if orcid is not None:
        if not is_blank(orcid.uri) and not _ID_ADDRESS.fullmatch(orcid.uri or ""):
            raise RegistryError(9020, "a contributor's iD address is invalid")
        if not is_blank(orcid.path) and not _ID_PATH.fullmatch(orcid.path or ""):
            raise RegistryError(9020, "a contributor's iD is invalid")
    if contributor.credit_name is not None and is_blank(contributor.credit_name.value):
        raise RegistryError(9020, "a contributor's name is blank")
    if contributor.email is not None and is_blank(contributor.email.value):
        raise RegistryError(9020, "a contributor's e-mail address is blank")


def _check_identifiers(work: WorkContent) -> None:
    faults: list[str] = []
    for identifier in work.identifiers:
        if identifier.type is None:
            raise RegistryError(9008)  # only a bulk gets here: the schema stops it in a single work
        if identifier.type not in vocabulary().identifier_types:
            faults.append(identifier.type)
        if is_blank(identifier.value):
            faults.append("value")
        if identifier.relationship is None:
            faults.append("relationship")
    if not any(identifier.relationship == "self" for identifier in work.identifiers):
        faults.append("no identifier has the relationship self")
    if faults:
        raise RegistryError(9023, f"invalid external-id: {', '.join(faults)}")
