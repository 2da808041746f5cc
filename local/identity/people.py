"""Who can sign in on this machine: the sample researchers and an administrator."""

from __future__ import annotations

from local.identity.pages import Person
from local.sample_data import Researcher, researchers

ADMIN_GROUP = "orcid-admins"
_NOTES = {
    "u-adeyemi": "works are sent",
    "u-ferreira": "two ORCID iDs",
    "u-haddad": "many private publications, sent all the same",
    "u-kowalczyk": "sends favourites only",
    "u-oconnell": "sends drafts too; two publications are the same",
    "u-castellanos": "has left the institution",
    "u-whitcombe": "has no ORCID iD yet",
    "u-raghunathan": "claimed an ORCID iD, never connected",
    "u-moretti": "reads only",
    "u-rangihuna": "reads only, and has a suggestion",
    "u-zhang": "the longest list",
}


def people(*, sample_data: bool) -> list[Person]:
    """The administrator first; researchers only when they are there."""
    found = [Person("admin", "Administrator", (ADMIN_GROUP,), "administers the product")]
    return [*found, *(_person(researcher) for researcher in researchers())] if sample_data else found


def _person(researcher: Researcher) -> Person:
    return Person(researcher.user_id, researcher.name, (), _NOTES.get(researcher.user_id, ""))
