"""Every link that has something stored, with where it stands: what administrators look through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orcid_sync.domain.catalogue import User
from orcid_sync.domain.ledger import Concern
from orcid_sync.domain.link_state import LinkState, Standing, standing
from orcid_sync.domain.links import Claim, PauseReason, WriterState
from orcid_sync.domain.settings import Connection
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.institution import Institution
from orcid_sync.ports.listings import Listings
from orcid_sync.services.find_links import link_of

# A page looks at its length times this many links at most: with a rare filter it may be short and yet go on.
ROUNDS = 10
_HELD_READ = 1000
_BEGINNING_OF_AN_ID = re.compile(r"[0-9]{4}-[0-9X-]{0,14}")


@dataclass(frozen=True, slots=True)
class LinkFilters:
    """Which links to list; None does not filter. `q` is the beginning of an iD, or part of a user's id or name."""

    state: LinkState | None = None
    connection: Connection | None = None
    q: str | None = None

    @property
    def prefix(self) -> str:
        """The beginning of the iDs asked for, if `q` is one."""
        q = (self.q or "").strip().upper()
        return q if _BEGINNING_OF_AN_ID.fullmatch(q) else ""

    def let_through(self, listed: ListedLink) -> bool:
        """Whether the link is to be listed."""
        q = "" if self.prefix else (self.q or "").strip().casefold()
        name = listed.user.name if listed.user is not None else ""
        return (
            self.state in (None, listed.standing.state)
            and self.connection in (None, listed.claim.connection)
            and (q in listed.claim.user_id.casefold() or q in name.casefold())
        )


@dataclass(frozen=True, slots=True)
class ListedLink:
    """A link; `user` None: the catalogue no longer knows them; `writer` is the iD's, whoever owns it."""

    claim: Claim
    user: User | None
    writer: WriterState | None
    standing: Standing

    @property
    def own_writer(self) -> WriterState | None:
        """The writer item if the link's user owns it."""
        return self.writer if self.writer is not None and self.writer.owner == self.claim.user_id else None


@dataclass(frozen=True, slots=True)
class AllLinks:
    """Lists links over all users; eventually consistent."""

    listings: Listings
    catalogue: Catalogue
    institution: Institution
    clock: Clock

    def page(self, filters: LinkFilters, *, limit: int, cursor: str | None) -> tuple[list[ListedLink], str | None]:
        """Links by iD. A page with a cursor may be shorter than asked for, even empty: its cost is bounded."""
        write_enabled = self.institution.settings(consistent=False).write_enabled
        held = self._held()
        found: list[ListedLink] = []
        for _ in range(ROUNDS):
            claims, cursor = self.listings.links(prefix=filters.prefix, limit=limit - len(found), cursor=cursor)
            listed = self._listed(claims, held, write_enabled=write_enabled)
            found.extend(filter(filters.let_through, listed))
            if cursor is None or len(found) == limit:
                break
        return found, cursor

    def _held(self) -> frozenset[str]:
        """iDs with removals that wait for an administrator, as far as a bounded look tells (R55)."""
        works, _ = self.listings.works(Concern.HELD, limit=_HELD_READ, cursor=None)
        return frozenset(orcid_id for orcid_id, _ in works)

    def _listed(self, claims: Iterable[Claim], held: frozenset[str], *, write_enabled: bool) -> Iterable[ListedLink]:
        claims = list(claims)
        users = self.catalogue.known_users({claim.user_id for claim in claims})
        writers = self.listings.writers({claim.orcid_id for claim in claims})
        return [self._one(claim, users, writers, held, write_enabled=write_enabled) for claim in claims]

    def _one(
        self,
        claim: Claim,
        users: Mapping[str, User],
        writers: Mapping[str, WriterState],
        held: frozenset[str],
        *,
        write_enabled: bool,
    ) -> ListedLink:
        user, writer = users.get(claim.user_id), writers.get(claim.orcid_id)
        if user is None:
            return ListedLink(claim, None, writer, Standing(LinkState.PAUSED, PauseReason.USER_INACTIVE))
        owned = writer if writer is not None and writer.owner == claim.user_id else None
        state = standing(
            link_of(user, claim.orcid_id, claim),
            owned,
            write_enabled=write_enabled,
            held=owned is not None and claim.orcid_id in held,
            now_ms=self.clock.now_ms(),
        )
        return ListedLink(claim, user, writer, state)
