"""What has to be true of the world whenever it has come to rest, wherever something was stopped before."""

from __future__ import annotations

from orcid_sync.adapters.items_sync import claim_of
from orcid_sync.domain.erasure import ErasureState
from orcid_sync.domain.errors import ConflictError, RegistryUnavailableError
from orcid_sync.domain.links import AfterRemoval, Claim
from orcid_sync.domain.settings import Connection, Mode

from tests.crashes.world import World

# What a function raises so that its event comes again.
_PASSING = (ConflictError, RegistryUnavailableError)


def check_at_rest(world: World, *, done: bool = True) -> None:
    """Nothing is frozen, leased, under way or given up; ledger and record say the same (R34, R36, R37).

    Not `done`: somebody's call broke off and they let it be. Then a connection may be half ended (the link pauses at
    its next sync, and the page offers both), and a mapping is owed to the links until the weekly check or the
    next call.
    """
    problems = [repr(error) for error in world.stage.errors if not isinstance(error, _PASSING)]
    assert not problems, problems
    assert not world.cloud.dead, world.cloud.dead
    assert not world.cloud.waiting, world.cloud.waiting
    items = world.sync_items()
    assert not [item["pk"] for item in items if item["sk"] == "INTENT"], "an intent was left"
    writers = [item for item in items if item["sk"] == "WRITER" and "own" in item]
    assert not [item for item in writers if "lid" in item], "a lease was left"
    claims = [claim_of(item) for item in items if item["sk"].startswith("C#")]
    for claim in claims:
        assert claim.removing_since_ms is None, "a link stays frozen"
        assert claim.after_removal is AfterRemoval.KEEP, "a disconnect that was to come never came"
    unfinished = [i for i in items if i["pk"] == "ERASED" and i.get("st") not in (None, ErasureState.ERASED)]
    assert not unfinished, "an erasure was left half done"
    assert not done or not [i for i in items if "untold" in i], "a mapping was not told to the links"
    for item in writers:
        orcid_id = item["pk"][2:]
        strangers = {int(i["sk"][2:]) for i in items if i["pk"] == item["pk"] and i["sk"].startswith("X#")}
        ours = {code: name for code, name in world.works(orcid_id).items() if code not in strangers}
        # Where a call broke off, what is forgotten may wait for whoever reads the record next.
        owed = not done and "rec" in item
        if not owed and ("adopted" in item or world.ledger(orcid_id)):
            assert world.ledger(orcid_id) == ours, "ledger and record differ"
        if world.stage.writing_is_on():
            _check_owner(item, claims)
    for claim in claims:
        entry = world.stage.vaults().get(f"{claim.user_id}#{claim.orcid_id}")
        if claim.token is not None and (done or entry is not None):
            assert entry is not None, "the token of a link is lost"
            assert entry[2] >= claim.token.rev, "the vault holds an older token than the link"


def _check_owner(item: dict[str, object], claims: list[Claim]) -> None:
    """A link that writes has nothing waiting and a due time of its own, at most seven days ahead (DESIGN 2)."""
    orcid_id = str(item["pk"])[2:]
    owner = next((c for c in claims if (c.user_id, c.orcid_id) == (item["own"], orcid_id)), None)
    writes = owner is not None and owner.mode is Mode.WRITE and owner.connection is Connection.WRITE
    if writes and "due_at" in item:
        assert item["wake"] == item["seen"], "something happened that nobody looked at"


def check_nothing_to_do(world: World) -> None:
    """The next sync of everybody makes no call to the registry (R36)."""
    before, created = len(world.registry_calls()), world.created
    for item in world.sync_items("C#"):
        claim = claim_of(item)
        if claim.mode is Mode.WRITE:
            reply = world.http(claim.user_id, f"POST /v1/users/me/orcid/{claim.orcid_id}/sync")
            assert reply is not None
            # Where writing is off, nobody can ask for it (R10).
            assert reply.status in ((202, 409) if world.stage.writing_is_on() else (403,)), reply.body
    world.settle()
    made = [call.name for call in world.registry_calls()[before:]]
    assert not made, f"the next sync called {made}"
    assert world.created == created


def check_due(world: World) -> None:
    """Every link that writes for an active user is due again by itself, at most seven days ahead (DESIGN 2)."""
    items = world.sync_items()
    inactive = {i["pk"][2:] for i in world.stage.items("CatalogueTable") if i["sk"] == "USER" and not i["cur"]}
    writers = {i["pk"][2:]: i for i in items if i["sk"] == "WRITER" and "own" in i}
    for item in items:
        if not item["sk"].startswith("C#"):
            continue
        claim = claim_of(item)
        if claim.mode is Mode.WRITE and claim.connection is Connection.WRITE and claim.user_id not in inactive:
            writer = writers.get(claim.orcid_id)
            assert writer is not None, "a link writes and nobody owns its record"
            assert writer["own"] == claim.user_id, "a link writes to a record of somebody else"
            assert "due_at" in writer, "a link that writes is never due"
            assert writer["due_at"] - world.stage.clock.now_ms() <= 7 * 86_400_000
