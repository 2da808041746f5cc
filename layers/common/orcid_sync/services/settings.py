"""The settings page: a user's links, claiming an iD, and changing what an iD is used for (R14-R22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from orcid_sync.domain.actor import Actor
from orcid_sync.domain.catalogue import User
from orcid_sync.domain.errors import (
    AlreadyClaimedError,
    ConflictError,
    FrozenError,
    InvalidError,
    ReconnectRequiredError,
)
from orcid_sync.domain.link_state import ClaimedIn, Link
from orcid_sync.domain.links import Claim, Lane
from orcid_sync.domain.orcid_id import parse_orcid_id
from orcid_sync.domain.settings import Claiming, Connection, InstitutionSettings, LinkSettings, Mode
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.claiming import IdIndex
from orcid_sync.ports.clock import Clock
from orcid_sync.ports.links import Claims
from orcid_sync.ports.writers import Writers
from orcid_sync.services.find_links import FindLinks, check_rev
from orcid_sync.services.ownership import Ownership
from orcid_sync.services.show_link import LinkView, ShowLink
from orcid_sync.services.wake import Wake

# More than anybody has; keeps the settings page, which looks at each, from being made slow on purpose.
MOST_LINKS = 20
# A page may change several things of one link at the same moment.
_TRIES = 12


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What a PATCH asks for; None leaves a setting as it is."""

    mode: Mode | None = None
    published_only: bool | None = None
    include_private: bool | None = None
    favourites_only: bool | None = None

    def of(self, settings: LinkSettings) -> LinkSettings:
        """The settings with this change."""
        chosen = {
            "published_only": self.published_only,
            "include_private": self.include_private,
            "favourites_only": self.favourites_only,
        }
        return replace(settings, **{name: value for name, value in chosen.items() if value is not None})


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """A user's links, and what the institution has everybody know."""

    links: tuple[LinkView, ...]
    notices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """Reads and changes links. Every change is audited (R46)."""

    find: FindLinks
    show: ShowLink
    ownership: Ownership
    claims: Claims
    writers: Writers
    index: IdIndex
    wake: Wake
    audit: AuditTrail
    clock: Clock

    def page(self, user_id: str) -> SettingsPage:
        """Every link of the user (R14) with the institution's notices (R12)."""
        settings = self.find.writing_allowed()
        links = self.find.of_user(self.find.user(user_id))
        return SettingsPage(tuple(self.show.show(link) for link in links), _notices(settings))

    def one(self, user_id: str, orcid_id: str) -> LinkView:
        """One link. Raises NotFoundError when the user does not claim the iD."""
        self.find.writing_allowed()
        return self.show.show(self.find.one(user_id, orcid_id))

    def claim(self, actor: Actor, user_id: str, text: str) -> LinkView:
        """Claim an iD without connecting it; goes on while the write integration is off (R10, R14).

        Raises InvalidError for what is no iD, AlreadyClaimedError when this user claims it already.
        """
        orcid_id = parse_orcid_id(text, field="orcid_id")
        user = self.find.user(user_id)
        for _ in range(_TRIES):
            before = self._claimable(user, orcid_id)
            # R41: noted before as well, so that no later publication is missed should this end before the note after.
            self.index.note_claimant(orcid_id, user_id)
            try:
                stored = self.claims.put(replace(before, claimed_here_ms=self.clock.now_ms()))
            except ConflictError:
                continue
            self.index.note_claimant(orcid_id, user_id)
            self._record(actor, "claimed", before, stored)
            self._wake(user, stored)
            return self.show.show(self.find.one(user_id, orcid_id))
        raise ConflictError("This link is being changed by others again and again; repeat your wish.")

    def _claimable(self, user: User, orcid_id: str) -> Claim:
        """The link to turn into a claim: one that is not (any longer) claimed, or a new one."""
        links = {link.claim.orcid_id: link for link in self.find.of_user(user)}
        known = links.get(orcid_id)
        if known is not None and known.claimed_in is not ClaimedIn.NOWHERE:
            raise AlreadyClaimedError("This ORCID iD is on the list already.")
        if known is None and len(links) >= MOST_LINKS:
            raise InvalidError(f"A user can claim at most {MOST_LINKS} ORCID iDs; remove one first.")
        return known.claim if known is not None else Claim(user.user_id, orcid_id)

    def change(
        self, actor: Actor, user_id: str, orcid_id: str, change: SettingsChange, *, expected_rev: int | None = None
    ) -> LinkView:
        """Change a link's mode and settings; a changed set is synced without anybody doing more (R20).

        Raises, looked for in this order: StaleError, FrozenError, OrcidIdTakenError, ReconnectRequiredError.
        """
        self.find.writing_allowed()
        link = self._store(user_id, orcid_id, expected_rev, lambda found: self._changed(found, actor, change))
        before, after = link
        if before.claim.rev != after.claim.rev:
            self._keep_to_owner(actor, before, after)
            self._record(actor, "settings_changed", before.claim, after.claim)
            if before.claim.mode is Mode.WRITE and after.claim.mode is not Mode.WRITE:
                # R15: leaving `write` only stops sending; works, ledger and ownership stay.
                self.writers.disown(orcid_id, user_id)
            self._wake(after.user, after.claim)
        return self.show.show(after)

    def claiming(self, user_id: str) -> list[Link]:
        """The user's links for the choice of R41; goes on while the write integration is off."""
        return self.find.of_user(self.find.user(user_id))

    def choose_claiming(
        self, actor: Actor, user_id: str, orcid_id: str, claiming: Claiming, *, expected_rev: int | None = None
    ) -> Link:
        """Choose what happens when the iD appears in a publication's metadata, now and before (R41).

        Raises StaleError.
        """
        before, after = self._store(
            user_id, orcid_id, expected_rev, lambda found: replace(found.claim, claiming=claiming)
        )
        if before.claim.rev != after.claim.rev:
            self._record(actor, "claiming_chosen", before.claim, after.claim)
        # Also when nothing changed: a call that broke off here is made good by repeating it.
        self.index.note_claimant(orcid_id, user_id)
        return after

    def _store(
        self, user_id: str, orcid_id: str, expected_rev: int | None, change: Callable[[Link], Claim]
    ) -> tuple[Link, Link]:
        """Apply a change to the link as it is now, again when somebody else was faster; returns it before and after."""
        for _ in range(_TRIES):
            found = self.find.one(user_id, orcid_id)
            check_rev(found.claim.rev, expected_rev)
            wanted = change(found)
            if wanted == found.claim:
                return found, found
            try:
                stored = self.claims.put(wanted)
            except ConflictError:
                continue
            return found, replace(found, claim=stored)
        raise ConflictError("This link is being changed by others again and again; repeat your change.")

    def _changed(self, link: Link, actor: Actor, change: SettingsChange) -> Claim:
        claim = link.claim
        if claim.removing_since_ms is not None:
            raise FrozenError("Works are being removed from ORCID; settings can be changed when that is done.")
        mode = change.mode if change.mode is not None else claim.mode
        enables = mode is Mode.WRITE and claim.mode is not Mode.WRITE
        if enables:
            self.ownership.check_free(claim.orcid_id, actor, claim.user_id)
        if change.mode is not None:
            _check_connection(claim.connection, change.mode)
        if enables:
            self.ownership.acquire(claim.orcid_id, actor, claim.user_id)
        wanted = replace(claim, mode=mode, settings=change.of(claim.settings))
        if wanted != claim and mode is Mode.WRITE and link.user.is_active:
            self.wake.promise(claim.user_id, claim.orcid_id)
        return wanted

    def _keep_to_owner(self, actor: Actor, before: Link, after: Link) -> None:
        """R22: undo enabling `write` when the iD went to another user between acquiring it and storing the mode."""
        claim = after.claim
        if claim.mode is not Mode.WRITE or self.ownership.still_owns(claim.orcid_id, claim.user_id):
            return
        if self.ownership.take_back(claim.orcid_id, claim.user_id):
            return
        self.claims.put(replace(claim, mode=before.claim.mode if before.claim.mode is not Mode.WRITE else Mode.READ))
        raise self.ownership.taken(claim.orcid_id, actor, claim.user_id)

    def _wake(self, user: User, claim: Claim) -> None:
        """Have the link looked at; one who has left is not queued (R33)."""
        if claim.mode is Mode.WRITE and user.is_active:
            self.wake.link(claim.user_id, claim.orcid_id, lane=Lane.NORMAL)

    def _record(self, actor: Actor, action: str, before: Claim, after: Claim) -> None:
        self.audit.record(
            at_ms=self.clock.now_ms(),
            by=actor.subject,
            action=action,
            user_id=after.user_id,
            orcid_id=after.orcid_id,
            before=audited(before) if before.rev else None,
            after=audited(after),
        )


def audited(claim: Claim) -> dict[str, object]:
    """What the audit trail keeps of a link: the choices, never where the token lies."""
    return {
        "mode": claim.mode.value,
        "connection": claim.connection.value,
        "claiming": claim.claiming.value,
        "published_only": claim.settings.published_only,
        "include_private": claim.settings.include_private,
        "favourites_only": claim.settings.favourites_only,
        "claimed_here": claim.claimed_here_ms is not None,
        "removing": claim.removing_since_ms is not None,
        "excluded": len(claim.excluded),
    }


def _check_connection(connection: Connection, mode: Mode) -> None:
    """R16: `read` needs a connection, `write` one with permission to write."""
    if mode is Mode.WRITE and connection is not Connection.WRITE:
        raise ReconnectRequiredError("Reconnect your ORCID iD and allow writing; then switch writing on.")
    if mode is Mode.READ and connection not in (Connection.READ, Connection.WRITE):
        raise ReconnectRequiredError("Connect your ORCID iD first; then reading can be switched on.")


def _notices(settings: InstitutionSettings) -> tuple[tuple[str, str], ...]:
    if settings.only_verified:
        text = "Your institution sends only publications that have a verified manual record to ORCID."
        return (("only_verified", text),)
    return ()
