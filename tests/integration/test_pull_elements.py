"""The function that reads an Elements server, before a stand-in that speaks both versions of its API (R45)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import boto3
import pytest
from orcid_sync.adapters.dynamodb_elements import DynamoDbPullIndex
from orcid_sync.domain.erasure import Erasure, ErasureState
from orcid_sync.domain.errors import ConfigurationError

from tests.integration.conftest import Product
from tests.integration.elements_stage import HOUR, ElementsStage, item, tie, user

VERSIONS = ("5.5", "6.13")
Stages = Callable[..., ElementsStage]


@pytest.fixture
def stages(product: Product, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stages]:
    """Makes the stage of a version; its server stops with the test."""
    made: list[ElementsStage] = []

    def make(version: str = "6.13", **settings: object) -> ElementsStage:
        made.append(ElementsStage(product, monkeypatch, version, **settings))
        return made[-1]

    yield make
    for stage in made:
        stage.running.stop()


@pytest.fixture
def read(stages: Stages) -> ElementsStage:
    """One whose server was read once."""
    stage = stages()
    stage.read_all()
    return stage


@pytest.mark.parametrize("version", VERSIONS)
def test_r45_a_first_load_brings_what_the_server_has_as_far_as_its_version_tells_it(
    stages: Stages, version: str
) -> None:
    stage = stages(version)
    stage.read_all()
    assert stage.shown() == stage.wanted()
    assert len(stage.shown()) == 3 + 30 + 32
    types = stage.stores().catalogue.publication_types()
    assert len(types) == 22
    header = stage.stores().catalogue.headers([str(stage.id_of("p0"))], consistent=True)[str(stage.id_of("p0"))]
    publication = stage.stores().catalogue.publication(header)
    assert publication is not None
    crossref, manual = publication.records
    assert (crossref.key.source, manual.key.source, manual.verified, crossref.verified) == (
        "crossref",
        "manual",
        True,
        False,
    )
    assert [(one.type, one.value) for one in crossref.metadata.identifiers] == [
        ("doi", "10.5555/0"),
        ("issn", "0000-0019"),
    ]
    assert (crossref.metadata.pages, crossref.metadata.container_title) == ("1-9", "Journal of Psychoceramics")
    assert [person.family for person in crossref.metadata.authors] == ["Jones", "Group"]
    assert crossref.metadata.authors[0].orcid_id == "0000-0002-1825-0097"


CHANGES: dict[str, Callable[[ElementsStage], object]] = {
    "claimed": lambda s: s.app.held.take([item(90, "New"), tie("ben", 90)]),
    "unclaimed": lambda s: s.institution.unclaim(s.tie("ada", 3)),
    "hidden": lambda s: s.institution.change_claim(s.tie("ada", 4), privacy="Private"),
    "shown again": lambda s: s.institution.change_claim(s.tie("ada", 7), privacy="Public"),
    "a favourite": lambda s: s.institution.change_claim(s.tie("ada", 5), favourite=True),
    "preferred": lambda s: s.institution.change_claim(
        s.tie("ada", 6), preferred=s.institution.work(s.id_of("p6")).records[1].id
    ),
    "a title": lambda s: change_work(s, 8, title="Cracked pots, revisited"),
    "private as a publication": lambda s: change_work(s, 0, privacy="Private"),
    "a profile": lambda s: change_user(s, "ben", privacy="Private"),
    "another iD": lambda s: change_user(s, "ben", decisions=(("0000-0002-9079-593X", "always-me"),)),
    "deleted": lambda s: s.institution.delete_work(s.id_of("p10")),
    "merged": lambda s: s.institution.delete_work(s.id_of("p11"), s.id_of("p12")),
    "back at work": lambda s: change_user(s, "cem", is_current=True, login_allowed=True),
    "deleted as a user": lambda s: s.institution.delete_person(s.id_of("ben")),
}


def change_work(stage: ElementsStage, number: int, title: str | None = None, privacy: str = "Public") -> None:
    work = stage.institution.work(stage.id_of(f"p{number}"))
    work.privacy = privacy
    if title is not None:
        work.records[0].data["title"] = title
    stage.institution.change_work(work)


def change_user(stage: ElementsStage, name: str, **values: object) -> None:
    person = stage.institution.person(stage.id_of(name))
    for field, value in values.items():
        setattr(person, field, value)
    stage.institution.change_person(person)


@pytest.mark.parametrize("version", VERSIONS)
def test_r45_whatever_changes_at_elements_the_next_delta_brings(stages: Stages, version: str) -> None:
    stage = stages(version)
    stage.read_all()
    for what, change in CHANGES.items():
        before = stage.shown()
        change(stage)
        stage.delta()
        assert stage.shown() == stage.wanted(), what
        assert stage.shown() != before or version == "5.5", what
    assert not stage.stores().catalogue.user("ben", consistent=True).is_active  # type: ignore[union-attr]  # known
    merged = stage.stores().catalogue.headers([str(stage.id_of("p11"))], consistent=True)[str(stage.id_of("p11"))]
    assert (merged.deleted, merged.merged_into) == (True, str(stage.id_of("p12")))


def test_r45_a_publication_made_private_is_private_for_its_users_though_nothing_says_that_they_are_affected(
    read: ElementsStage,
) -> None:
    work = read.institution.work(read.id_of("p1"))
    work.privacy, work.modified_ms = "Private", read.clock.now_ms()
    read.delta()
    assert read.shown() == read.wanted()
    assert read.shown()["ada", str(work.id)][2] == "private"


def test_r56_what_was_merged_shortly_before_a_full_run_still_says_where_it_went(read: ElementsStage) -> None:
    read.institution.delete_work(read.id_of("p11"), read.id_of("p12"))
    read.clock.advance(HOUR)
    read.read_all(full=True)
    merged = read.stores().catalogue.headers([str(read.id_of("p11"))], consistent=True)[str(read.id_of("p11"))]
    assert (merged.deleted, merged.merged_into) == (True, str(read.id_of("p12")))


def test_r33_a_user_made_anew_at_elements_under_their_old_name_has_not_left(read: ElementsStage) -> None:
    for full in (False, True):
        read.institution.delete_person(read.id_of("ben"))
        del read.app.held.named["ben"]
        read.app.held.take([user("ben"), tie("ben", 1)])
        read.clock.advance(4 * HOUR)
        read.read_all(**({"full": True} if full else {"now": True}))
        assert read.shown() == read.wanted(), full
        assert read.shown()["ben"][0]


def test_r33_two_users_who_swap_their_names_have_not_left(read: ElementsStage) -> None:
    ada, ben = read.id_of("ada"), read.id_of("ben")
    change_user(read, "ada", username="ben")
    change_user(read, "ben", username="ada")
    read.clock.advance(4 * HOUR)
    read.read_all(now=True)
    assert read.shown() == read.wanted()
    assert read.shown()["ben"][0]
    assert {read.institution.people[ada].username, read.institution.people[ben].username} == {"ada", "ben"}


@pytest.mark.parametrize("how", ["cut", "drop", "html", "bomb", "circle", "endless", "empty", "huge"])
def test_r45_whatever_comes_in_place_of_a_users_list_nothing_of_theirs_is_lost(read: ElementsStage, how: str) -> None:
    before = read.shown()
    ada = read.id_of("ada")
    read.app.faults.order(how, f"users/{ada}/publications", times=0)
    change_user(read, "ada")
    change_work(read, 1, title="Ben sees this, too")
    read.clock.advance(4 * HOUR)
    report = read.pull(seconds=180)
    assert how == "endless" or "ada" in report["problem"]
    after = read.shown()
    changed = str(read.id_of("p1"))
    assert {key: value for key, value in after.items() if key != changed} == {
        key: value for key, value in before.items() if key != changed
    }
    read.app.faults.ordered.clear()
    read.read_all(now=True)
    assert read.shown() == read.wanted()


@pytest.mark.parametrize("after", [0, 1])
def test_r45_a_cut_second_page_of_users_makes_nobody_leave(stages: Stages, after: int) -> None:
    stage = stages()
    stage.app.held.take(user(f"extra{n}") for n in range(30))
    stage.read_all()
    stage.app.faults.order("cut", "users?", times=0, after=after)
    stage.clock.advance(HOUR)
    report = stage.pull(full=True)
    assert "no whole XML document" in report["problem"]
    stage.app.faults.ordered.clear()
    assert stage.shown() == stage.wanted()
    stage.read_all(now=True)


def test_r45_a_few_errors_of_the_server_are_sat_out(stages: Stages) -> None:
    stage = stages()
    stage.app.faults.order("status", "publications", times=3, status=500)
    stage.app.faults.order("status", "users?", times=1, status=503, retry_after=7)
    stage.read_all()
    assert stage.shown() == stage.wanted()
    assert 7.0 in stage.clock.slept


def test_r45_a_user_whose_list_always_fails_does_not_keep_the_others_waiting(read: ElementsStage) -> None:
    read.app.faults.order("status", f"users/{read.id_of('ada')}/publications", times=0, status=500)
    change_user(read, "ada")
    read.institution.change_claim(read.tie("ben", 1), favourite=True)
    read.clock.advance(4 * HOUR)
    report = read.pull()
    assert "user ada" in report["problem"]
    assert read.shown()["ben", str(read.id_of("p1"))][3]
    read.app.faults.ordered.clear()
    read.read_all(now=True)


def test_r45_a_server_that_is_down_is_not_asked_for_everybody(read: ElementsStage) -> None:
    read.app.held.take(user(f"extra{n}") for n in range(20))
    read.read_all(now=True)
    read.app.faults.order("status", "/publications", times=0, status=503)
    read.clock.advance(HOUR)
    read.app.requests.addresses.clear()
    report = read.pull(full=True)
    assert "503" in report["problem"]
    assert not report["complete"]
    assert len(read.requests("/publications")) <= 20
    read.app.faults.ordered.clear()
    read.read_all(now=True)
    assert read.shown() == read.wanted()


def test_r45_an_address_of_a_page_that_the_server_no_longer_knows_is_left_for_the_lists_beginning(
    stages: Stages,
) -> None:
    stage = stages()
    stage.app.held.take(user(f"extra{n}") for n in range(30))
    stage.app.faults.order("status", "after-id", times=0, status=400)
    assert "400" in stage.pull(now=True)["problem"]
    stage.app.faults.ordered.clear()
    stage.app.requests.addresses.clear()
    stage.read_all(now=True)
    assert "after-id" not in stage.requests("users?")[0]
    assert stage.shown() == stage.wanted()


@pytest.mark.parametrize("version", VERSIONS)
def test_r45_links_of_a_proxy_lead_nowhere_else(stages: Stages, version: str) -> None:
    """Nobody listens at the address in the links; the credentials go to the configured one alone."""
    stage = stages(version, link_base="https://elements.internal.example:8443/gateway")
    stage.read_all()
    assert stage.shown() == stage.wanted()
    assert len(stage.requests(f"users/{stage.id_of('ada')}/publications")) >= 2


def test_r45_a_wrong_password_is_told_and_nothing_is_lost(read: ElementsStage) -> None:
    before = read.shown()
    read.set_password("an old one")
    read.clock.advance(4 * HOUR)
    report = read.pull()
    assert "401" in report["problem"]
    assert "an old one" not in report["problem"]
    assert read.shown() == before
    read.set_password(read.app.settings.password)
    read.read_all(now=True)


@pytest.mark.parametrize("secret", ["", "no json", "[]", '{"username": "u"}', '{"username": "u", "password": ""}'])
def test_r47_a_secret_that_cannot_be_used_is_told_without_its_text(stages: Stages, secret: str) -> None:
    stage = stages()
    boto3.client("secretsmanager").put_secret_value(SecretId="elements-account", SecretString=secret or " ")
    with pytest.raises(ConfigurationError, match="username and password") as caught:
        stage.pull(now=True)
    assert not secret or secret not in str(caught.value)


@pytest.mark.parametrize("version", VERSIONS)
def test_r45_invocations_with_little_time_get_there_in_the_end(stages: Stages, version: str) -> None:
    stage = stages(version)
    stage.app.held.take(user(f"extra{n}") for n in range(30))
    reports: list[Mapping[str, object]] = []
    while not reports or not reports[-1]["complete"]:
        # Each wait between two requests moves the clock: time for two or three of them.
        reports.append(stage.pull(seconds=121.2, now=True))
        assert len(reports) < 60
    assert len(reports) > 5
    assert stage.shown() == stage.wanted()


def test_r45_a_user_is_read_at_once_on_demand(read: ElementsStage) -> None:
    read.institution.unclaim(read.tie("ada", 2))
    read.institution.unclaim(read.tie("ben", 1))
    read.app.requests.addresses.clear()
    report = read.pull(users=["ada", "nobody"])
    assert "nobody" in report["problem"]
    assert ("ada", str(read.id_of("p2"))) not in read.shown()
    assert ("ben", str(read.id_of("p1"))) in read.shown()
    assert not read.requests(f"users/{read.id_of('ben')}")
    read.read_all(now=True)
    assert read.shown() == read.wanted()


def test_r45_most_users_gone_at_once_is_only_believed_when_somebody_says_so(stages: Stages) -> None:
    stage = stages()
    stage.app.held.take(user(f"extra{n}") for n in range(30))
    stage.read_all()
    for n in range(30):
        stage.institution.delete_person(stage.id_of(f"extra{n}"))
    stage.institution.gone["user"].clear()
    stage.clock.advance(HOUR)
    stage.institution.unclaim(stage.tie("ada", 3))
    report = stage.pull(full=True)
    assert "30 of 33" in report["problem"]
    assert report["complete"]
    assert stage.shown() == stage.wanted()
    catalogue = stage.stores().catalogue
    assert catalogue.user("extra1", consistent=True).is_active  # type: ignore[union-attr]  # known
    stage.read_all(accept_departures=True)
    assert not catalogue.user("extra1", consistent=True).is_active  # type: ignore[union-attr]  # known


def test_r48_of_an_erased_user_nothing_is_read_or_kept_until_they_are_taken_back(read: ElementsStage) -> None:
    stores = read.stores()
    stores.erasures.put(Erasure("ben", read.clock.now_ms(), remove_works=False, state=ErasureState.ERASED))
    stores.catalogue.forget_user("ben")
    change_user(read, "ben")
    read.institution.change_claim(read.tie("ben", 1), favourite=True)
    read.clock.advance(4 * HOUR)
    read.app.requests.addresses.clear()
    read.read_all(full=True)
    assert not read.requests(f"users/{read.id_of('ben')}")
    assert stores.catalogue.user("ben", consistent=True) is None
    assert {user.user_id for user in DynamoDbPullIndex(stores.sync).all_users()} == {"ada", "cem"}
    stores.erasures.delete("ben")
    read.clock.advance(HOUR)
    read.read_all(full=True)
    assert read.shown() == read.wanted()


def test_r26_the_servers_precedence_is_taken_over_until_an_administrator_chooses(read: ElementsStage) -> None:
    def in_force() -> list[str]:
        return list(read.product.administrator("GET /v1/admin/configuration").body["source_precedence"])

    assert in_force() == read.institution.sources
    read.institution.sources.reverse()
    read.delta()
    assert in_force() == read.institution.sources
    chosen = ["verified-manual", "crossref"]
    changed = read.product.administrator("PATCH /v1/admin/configuration", {"source_precedence": chosen})
    assert changed.status == 200
    read.institution.sources.reverse()
    read.delta()
    assert in_force() == chosen


@pytest.mark.parametrize("version", VERSIONS)
def test_r45_a_second_full_run_writes_nothing_but_its_own_marks(
    stages: Stages, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    stage = stages(version)
    stage.read_all()
    stage.clock.advance(HOUR)
    written: list[str] = []
    from botocore.client import BaseClient  # noqa: PLC0415 - only here is it watched

    passed_on = BaseClient._make_api_call  # type: ignore[attr-defined]  # every client's calls go through it

    def watched(client: BaseClient, operation: str, parameters: dict[str, object]) -> object:
        if operation in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "PutObject"):
            written.append(str(parameters.get("TableName") or parameters))
        return passed_on(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", watched)
    stage.read_all(full=True)
    assert not [one for one in written if stage.product.tables["CatalogueTable"] in one]
    assert written


def test_r45_lists_that_always_name_a_place_to_come_back_to_do_not_double_the_requests(stages: Stages) -> None:
    """Where a list of that kind once named a next page, one that names none is at its end."""
    stage = stages()
    stage.app.held.take(user(f"extra{n}") for n in range(20))
    stage.read_all()
    lists = [stage.requests(f"users/{person}/publications") for person in stage.institution.people]
    assert sum(len(found) for found in lists) <= 2 + 2 * 21
    stage.app.requests.addresses.clear()
    stage.clock.advance(HOUR)
    stage.read_all(full=True)
    assert stage.shown() == stage.wanted()


def test_r45_an_endless_list_ends_with_the_invocation(read: ElementsStage) -> None:
    read.app.faults.order("endless", "users?", times=0)
    read.clock.advance(HOUR)
    report = read.pull(seconds=140, full=True)
    assert not report["complete"]
    assert report["pages"] < 60
    assert read.shown() == read.wanted()
