"""What reading an Elements server needs from the world (R45)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from orcid_sync.domain.elements import ElementsItem
from orcid_sync.domain.elements_pull import KnownUser, PullState, UserToCompare
from orcid_sync.domain.errors import OrcidSyncError


class ElementsError(OrcidSyncError):
    """The server could not be read; its text says why and holds no secret. Nothing after it may be believed."""


class ElementsUnavailableError(ElementsError):
    """It does not answer, or is busy: later it may."""


class ElementsRefusedError(ElementsError):
    """It does not let us in, or does not know what was asked for: somebody has to do something."""


class ElementsUnreadableError(ElementsError):
    """What came is no whole answer of the API, or leads in circles."""


class ElementsGoneError(ElementsError):
    """What was asked for does not exist there (any more)."""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page of a list, the address of the next one (None: it was the last), and the server's time.

    `counted`: the server told how many there are in it. Nothing at all may also be what somebody else answers for it.
    """

    items: tuple[ElementsItem, ...]
    next_url: str | None = None
    served_ms: int | None = None
    counted: bool = True


class ElementsServer(Protocol):
    """The institution's Elements server. Raises ElementsError."""

    def address(self, path: str, **parameters: str) -> str:
        """The address of a list; `_` in names of parameters stands for `-`."""
        ...

    def read(self, url: str) -> Page:
        """Read one page, whole; what is busy or breaks off is asked again a few times."""
        ...


class PullStates(Protocol):
    """How far reading has come."""

    def get(self) -> PullState: ...

    def put(self, state: PullState) -> PullState:
        """Store on condition that the stored rev is `state.rev`; returns it with rev + 1. Raises ConflictError."""
        ...


class PullIndex(Protocol):
    """What must be remembered of the server: its ids of users and relationships, and whom to compare."""

    def note_users(self, users: Iterable[KnownUser]) -> None:
        """Remember them in place of what was known."""
        ...

    def users(self, elements_ids: Iterable[str]) -> dict[str, KnownUser]:
        """By Elements id; those not known are absent."""
        ...

    def all_users(self) -> tuple[KnownUser, ...]:
        """Everybody of whom the server ever told and whom it has still."""
        ...

    def forget_user(self, user: KnownUser) -> None:
        """Twice does no harm."""
        ...

    def note_ties(self, ties: Mapping[str, str]) -> None:
        """Whose (by Elements id) a relationship is: a deleted one is told by its own id alone (ELEMENTS_API 3)."""
        ...

    def ties(self, relationship_ids: Iterable[str]) -> dict[str, str]:
        """Elements ids of users by id of the relationship; those not known are absent."""
        ...

    def mark(self, users: Iterable[UserToCompare]) -> None:
        """They are to be compared; a later mark of an Elements user replaces an earlier one.

        Two may go by one name here for a while: one who was made anew, and who they were before.
        """
        ...

    def marked(self, *, limit: int) -> tuple[UserToCompare, ...]:
        """Some of those to be compared, the longest marked first as far as that is known."""
        ...

    def unmark(self, user: UserToCompare) -> None:
        """They were compared; a later mark than this one stays."""
        ...
