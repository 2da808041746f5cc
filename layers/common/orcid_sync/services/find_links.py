"""Finds a user's links: the iDs that the RIS says they claim together with those claimed or set up here (R14)."""

from __future__ import annotations

from dataclasses import dataclass

from orcid_sync.domain.catalogue import User
from orcid_sync.domain.errors import NotFoundError, StaleError, WriteIntegrationDisabledError
from orcid_sync.domain.link_state import ClaimedIn, Link
from orcid_sync.domain.links import Claim
from orcid_sync.domain.settings import InstitutionSettings
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.links import Claims


@dataclass(frozen=True, slots=True)
class FindLinks:
    """Reads users and their links, strongly consistent: what is changed next depends on it."""

    catalogue: Catalogue
    claims: Claims
    institution: Institution

    def writing_allowed(self) -> InstitutionSettings:
        """Return the institution's settings, or raise WriteIntegrationDisabledError (R10)."""
        settings = self.institution.settings()
        if not settings.write_enabled:
            raise WriteIntegrationDisabledError(
                "Your institution has switched the ORCID write integration off; ask its administrators."
            )
        return settings

    def user(self, user_id: str) -> User:
        """Raises NotFoundError when the catalogue does not know the user."""
        user = self.catalogue.user(user_id, consistent=True)
        if user is None:
            raise NotFoundError("This user is not known; the research information system has to send them first.")
        return user

    def of_user(self, user: User) -> list[Link]:
        """Every link of the user, the longest claimed first."""
        stored = {claim.orcid_id: claim for claim in self.claims.of_user(user.user_id)}
        wanted = dict.fromkeys([*(claimed.orcid_id for claimed in user.orcid_ids), *stored])
        links = [link_of(user, orcid_id, stored.get(orcid_id)) for orcid_id in wanted]
        return sorted(links, key=lambda link: (link.claimed_ms is None, link.claimed_ms or 0, link.claim.orcid_id))

    def one(self, user_id: str, orcid_id: str) -> Link:
        """Raises NotFoundError when the user is not known or has no such link."""
        user = self.user(user_id)
        claim = self.claims.get(user_id, orcid_id)
        if claim is None and all(claimed.orcid_id != orcid_id for claimed in user.orcid_ids):
            raise NotFoundError("The user does not claim this ORCID iD; claim it first.")
        return link_of(user, orcid_id, claim)


def link_of(user: User, orcid_id: str, stored: Claim | None) -> Link:
    """The link of a user and an iD, whether it has something stored or not."""
    claim = stored if stored is not None else Claim(user.user_id, orcid_id)
    here_ms = claim.claimed_here_ms
    for claimed in user.orcid_ids:
        if claimed.orcid_id == orcid_id:
            since_ms = claimed.since_ms if here_ms is None else min(here_ms, claimed.since_ms)
            return Link(user, claim, ClaimedIn.RIS, since_ms)
    return Link(user, claim, ClaimedIn.HERE if here_ms is not None else ClaimedIn.NOWHERE, here_ms)


def check_rev(rev: int, expected_rev: int | None) -> None:
    """Raise StaleError unless the resource still has the revision that the caller last read (None: they do not say)."""
    if expected_rev is not None and expected_rev != rev:
        raise StaleError("This was changed since you read it; read it again and repeat your change.")
