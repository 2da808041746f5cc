"""Publications that are versions of one another: related identifiers are not shared ones (R28, R56)."""

from __future__ import annotations

import pytest
from orcid_sync.domain.catalogue import Identifier, Publication

from tests.builders import a_publication, a_relationship
from tests.world import World

PREPRINT, ARTICLE = "10.5555/preprint", "10.5555/article"


@pytest.fixture
def world() -> World:
    world = World()
    world.connect()
    world.publish(1)
    world.settle()
    world.calls()
    return world


def preprint() -> Publication:
    version = Identifier("doi", ARTICLE, "version-of")
    return a_publication("preprint", identifiers=(Identifier("doi", PREPRINT), version))


def article() -> Publication:
    return a_publication("the-article", identifiers=(Identifier("doi", ARTICLE),))


@pytest.mark.parametrize("together", [True, False], ids=["in one bulk", "later"])
def test_r28_an_article_is_sent_beside_the_preprint_that_is_a_version_of_it(world: World, together: bool) -> None:
    world.feed(preprint(), a_relationship("preprint"))
    if not together:
        world.settle()
    world.feed(article(), a_relationship("the-article"))
    world.settle()
    assert world.calls() == ["add_bulk"] * (1 if together else 2) + ["add"], "a bulk refuses it; alone it is taken"
    assert sorted(world.on_record()) == ["p1", "preprint", "the-article"]
    entry = world.entry("the-article")
    assert entry is not None
    assert entry.failure is None
