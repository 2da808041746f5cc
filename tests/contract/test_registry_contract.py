"""One suite for the Registry port: the fake that services are tried on, and the adapter on the registry's emulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from orcid_sync.adapters.orcid_answers import Operation
from orcid_sync.domain.catalogue import PartialDate
from orcid_sync.domain.insistence import insisting
from orcid_sync.domain.outcomes import Answer, Outcome, RecordReading
from orcid_sync.domain.tokens import AccessToken
from orcid_sync.domain.work import Citation, Contributor, ExternalId, IdRelationship, Work
from orcid_sync.ports.registry import Registry

from local.registry import RegistrySettings, RunningRegistry
from tests.contract.registry_stages import CAPACITY, EmulatorStage, FakeStage, Stage, new_orcid_id

SELF, PART_OF, VERSION_OF = IdRelationship.SELF, IdRelationship.PART_OF, IdRelationship.VERSION_OF

Call = Callable[[Registry, str, AccessToken, int, Work], Answer]


def work(number: int, *ids: ExternalId, title: str = "On Bats", type: str = "journal-article") -> Work:
    own = ExternalId("source-work-id", f"Pub-{number}", SELF)
    return Work(
        title=title,
        type=type,
        external_ids=(own, *ids),
        publication_date=PartialDate(2024, 5),
        contributors=(Contributor("Ada Lovelace", "author"),),
    )


def doi(value: str, relationship: IdRelationship = SELF) -> ExternalId:
    return ExternalId("doi", value, relationship)


@pytest.fixture(scope="module")
def emulator() -> Iterator[RunningRegistry]:
    with RunningRegistry(RegistrySettings(rate_limit=False, works_per_record=CAPACITY)) as running:
        yield running


@pytest.fixture(params=["fake", "adapter"])
def stage(request: pytest.FixtureRequest, emulator: RunningRegistry) -> Stage:
    return FakeStage() if request.param == "fake" else EmulatorStage(emulator)


@pytest.fixture
def orcid() -> str:
    return new_orcid_id()


@pytest.fixture
def token(stage: Stage, orcid: str) -> AccessToken:
    return stage.grant(orcid)


def added(stage: Stage, orcid: str, token: AccessToken, new: Work) -> int:
    answer = stage.registry.add_work(orcid, token, new)
    assert answer.outcome is Outcome.CREATED, answer
    assert answer.put_code is not None
    return answer.put_code


def read(stage: Stage, orcid: str, token: AccessToken) -> RecordReading:
    reading = stage.registry.read_works(orcid, token)
    assert reading.answer.outcome is Outcome.READ, reading.answer
    return reading


def own_codes(stage: Stage, orcid: str, token: AccessToken) -> set[int]:
    return {own.put_code for own in read(stage, orcid, token).own_works}


# Adding


def test_r28_a_work_added_is_found_again_by_its_identifiers(stage: Stage, orcid: str, token: AccessToken) -> None:
    ids = (doi("https://doi.org/10.1234/ABC"), ExternalId("issn", "2049-3630", PART_OF), doi("10.1234/v1", VERSION_OF))
    put_code = added(stage, orcid, token, work(1, *ids))
    reading = read(stage, orcid, token)
    (own,) = reading.own_works
    assert own.put_code == put_code
    assert own.source_work_ids == ("pub-1",)
    assert own.self_ids == ("doi:10.1234/abc",)
    assert (own.title, own.type) == ("On Bats", "journal-article")
    assert own.created_ms is not None
    assert reading.total_works == 1


def test_r36_a_bulk_answers_each_work_in_the_order_sent(stage: Stage, orcid: str, token: AccessToken) -> None:
    without_self = replace(work(2), external_ids=(doi("10.1234/x", PART_OF),))
    works = [work(1), without_self, work(3, doi("10.1234/same")), work(4, doi("10.1234/SAME")), work(5)]
    answers = stage.registry.add_works(orcid, token, works)
    assert isinstance(answers, list)
    assert [(answer.outcome, answer.code) for answer in answers] == [
        (Outcome.CREATED, None),
        (Outcome.REFUSED, "9023"),
        (Outcome.CREATED, None),
        (Outcome.DUPLICATE, "9021"),
        (Outcome.CREATED, None),
    ]
    assert answers[3].put_code == answers[2].put_code
    assert own_codes(stage, orcid, token) == {answers[index].put_code for index in (0, 2, 4)}


def test_a_bulk_of_nothing_has_no_answers(stage: Stage, orcid: str, token: AccessToken) -> None:
    assert stage.registry.add_works(orcid, token, []) == []


def test_r37_an_add_repeated_names_the_work_of_the_first_time(stage: Stage, orcid: str, token: AccessToken) -> None:
    put_code = added(stage, orcid, token, work(1))
    again = stage.registry.add_work(orcid, token, work(1, title="Another title"))
    assert (again.outcome, again.put_code, again.status, again.code) == (Outcome.DUPLICATE, put_code, 409, "9021")
    in_bulk = stage.registry.add_works(orcid, token, [work(1)])
    assert isinstance(in_bulk, list)
    assert (in_bulk[0].outcome, in_bulk[0].put_code) == (Outcome.DUPLICATE, put_code)


def test_an_identifier_of_a_version_clashes_in_a_bulk_alone(stage: Stage, orcid: str, token: AccessToken) -> None:
    put_code = added(stage, orcid, token, work(1, doi("10.1234/v1", VERSION_OF)))
    in_bulk = stage.registry.add_works(orcid, token, [work(2, doi("10.1234/v1"))])
    assert isinstance(in_bulk, list)
    assert (in_bulk[0].outcome, in_bulk[0].put_code) == (Outcome.DUPLICATE, put_code)
    assert stage.registry.add_work(orcid, token, work(2, doi("10.1234/v1"))).outcome is Outcome.CREATED


def test_r23_works_of_others_neither_clash_nor_count_as_ours(stage: Stage, orcid: str, token: AccessToken) -> None:
    same = doi("10.1234/same")
    stage.owner_adds(orcid, work(1, same))
    stage.another_client_adds(orcid, work(1, same))
    put_code = added(stage, orcid, token, work(1, same))
    reading = read(stage, orcid, token)
    assert [own.put_code for own in reading.own_works] == [put_code]
    assert reading.total_works == 3


def test_r38_content_that_breaks_a_rule_is_refused(stage: Stage, orcid: str, token: AccessToken) -> None:
    lone = replace(work(1), external_ids=(doi("10.1234/x", PART_OF),))
    answer = stage.registry.add_work(orcid, token, lone)
    assert (answer.outcome, answer.status, answer.code) == (Outcome.REFUSED, 400, "9023")
    assert answer.message


def test_r5_an_unknown_type_spoils_its_whole_bulk_and_is_refused_alone(
    stage: Stage, orcid: str, token: AccessToken
) -> None:
    odd = work(2, type="hologram")
    in_bulk = stage.registry.add_works(orcid, token, [work(1), odd])
    assert isinstance(in_bulk, Answer)
    alone = stage.registry.add_work(orcid, token, odd)
    assert {(answer.outcome, answer.status, answer.code) for answer in (in_bulk, alone)} == {
        (Outcome.REFUSED, 400, "9047")
    }
    assert read(stage, orcid, token).total_works == 0


def test_r36_more_than_a_hundred_works_are_refused_as_a_whole(stage: Stage, orcid: str, token: AccessToken) -> None:
    answer = stage.registry.add_works(orcid, token, [work(number) for number in range(101)])
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "9006")


def test_r54_a_full_record_takes_no_more(stage: Stage, orcid: str, token: AccessToken) -> None:
    stage.registry.add_works(orcid, token, [work(number) for number in range(100)])
    over = stage.registry.add_works(orcid, token, [work(number) for number in range(100, CAPACITY + 1)])
    assert isinstance(over, Answer)
    assert (over.outcome, over.status, over.code) == (Outcome.FULL, 409, "9048")
    fits = stage.registry.add_works(orcid, token, [work(number) for number in range(100, CAPACITY)])
    assert isinstance(fits, list)
    assert stage.registry.add_work(orcid, token, work(500)).outcome is Outcome.FULL


# Updating


def test_r7_an_update_replaces_the_work(stage: Stage, orcid: str, token: AccessToken) -> None:
    put_code = added(stage, orcid, token, work(1, doi("10.1234/a")))
    changed = work(1, doi("10.1234/b"), title="On Birds", type="book")
    answer = stage.registry.update_work(orcid, token, put_code, changed)
    assert (answer.outcome, answer.put_code) == (Outcome.UPDATED, put_code)
    (own,) = read(stage, orcid, token).own_works
    assert (own.put_code, own.self_ids, own.title, own.type) == (put_code, ("doi:10.1234/b",), "On Birds", "book")


def test_r53_an_update_that_changes_nothing_is_still_an_update(stage: Stage, orcid: str, token: AccessToken) -> None:
    put_code = added(stage, orcid, token, work(1))
    assert stage.registry.update_work(orcid, token, put_code, work(1)).outcome is Outcome.UPDATED


def test_r56_an_update_onto_anothers_identifier_names_that_work(stage: Stage, orcid: str, token: AccessToken) -> None:
    first = added(stage, orcid, token, work(1, doi("10.1234/a")))
    second = added(stage, orcid, token, work(2))
    answer = stage.registry.update_work(orcid, token, second, work(2, doi("10.1234/A")))
    assert (answer.outcome, answer.put_code) == (Outcome.DUPLICATE, first)


def test_r39_a_work_that_its_owner_deleted_is_gone(stage: Stage, orcid: str, token: AccessToken) -> None:
    put_code = added(stage, orcid, token, work(1))
    stage.owner_deletes(orcid, put_code)
    for answer in (
        stage.registry.update_work(orcid, token, put_code, work(1)),
        stage.registry.remove_work(orcid, token, put_code),
    ):
        assert (answer.outcome, answer.status, answer.code) == (Outcome.GONE, 404, "9016")
    assert added(stage, orcid, token, work(1)) != put_code


def test_a_put_code_of_another_record_is_gone_too(stage: Stage, orcid: str, token: AccessToken) -> None:
    put_code = added(stage, orcid, token, work(1))
    elsewhere = new_orcid_id()
    answer = stage.registry.remove_work(elsewhere, stage.grant(elsewhere), put_code)
    assert answer.outcome is Outcome.GONE
    assert own_codes(stage, orcid, token) == {put_code}


# Removing


def test_r23_a_work_removed_is_gone_afterwards(stage: Stage, orcid: str, token: AccessToken) -> None:
    put_code = added(stage, orcid, token, work(1))
    answer = stage.registry.remove_work(orcid, token, put_code)
    assert (answer.outcome, answer.put_code, answer.status) == (Outcome.REMOVED, put_code, 204)
    assert stage.registry.remove_work(orcid, token, put_code).outcome is Outcome.GONE
    assert read(stage, orcid, token).total_works == 0


@pytest.mark.parametrize("by_owner", [True, False])
def test_r23_a_work_of_somebody_else_cannot_be_changed_or_removed(
    stage: Stage, orcid: str, token: AccessToken, by_owner: bool
) -> None:
    put_code = stage.owner_adds(orcid, work(1)) if by_owner else stage.another_client_adds(orcid, work(1))
    changed = stage.registry.update_work(orcid, token, put_code, work(1, title="Mine"))
    removed = stage.registry.remove_work(orcid, token, put_code)
    assert {(answer.outcome, answer.code) for answer in (changed, removed)} == {(Outcome.NOT_OURS, "9010")}
    assert read(stage, orcid, token).total_works == 1


# Tokens and states of a record

CALLS: dict[str, Call] = {
    "read": lambda registry, orcid, token, _put_code, _work: registry.read_works(orcid, token).answer,
    "add": lambda registry, orcid, token, _put_code, new: registry.add_work(orcid, token, new),
    "add_bulk": lambda registry, orcid, token, _put_code, new: whole(registry.add_works(orcid, token, [new])),
    "update": lambda registry, orcid, token, put_code, new: registry.update_work(orcid, token, put_code, new),
    "remove": lambda registry, orcid, token, put_code, _work: registry.remove_work(orcid, token, put_code),
}


def whole(answer: Answer | list[Answer]) -> Answer:
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_r25_an_unknown_token_is_not_authorised(stage: Stage, orcid: str, token: AccessToken, call: Call) -> None:
    put_code = added(stage, orcid, token, work(1))
    secret = "11111111-2222-4333-8444-555555555555"
    answer = call(stage.registry, orcid, AccessToken(secret), put_code, work(2))
    assert (answer.outcome, answer.status, answer.code) == (Outcome.UNAUTHORISED, 401, "invalid_token")
    assert secret not in answer.message


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_token_of_another_record_is_a_fault_of_ours(stage: Stage, orcid: str, token: AccessToken, call: Call) -> None:
    put_code = added(stage, orcid, token, work(1))
    answer = call(stage.registry, orcid, stage.grant(new_orcid_id()), put_code, work(2))
    assert (answer.outcome, answer.code) == (Outcome.WRONG_RECORD, "9017")


@pytest.mark.parametrize("call", [CALLS[name] for name in ("add", "add_bulk", "update", "remove")])
def test_r16_reading_permission_does_not_write(stage: Stage, orcid: str, token: AccessToken, call: Call) -> None:
    put_code = added(stage, orcid, token, work(1))
    reader = stage.grant(orcid, "/read-limited")
    answer = call(stage.registry, orcid, reader, put_code, work(2))
    assert (answer.outcome, answer.status, answer.code) == (Outcome.SCOPE_MISSING, 403, "9038")
    assert own_codes(stage, orcid, reader) == {put_code}


def test_r23_a_token_that_the_owner_revoked_still_removes(stage: Stage, orcid: str, token: AccessToken) -> None:
    put_code = added(stage, orcid, token, work(1))
    stage.owner_revokes(orcid)
    for name in ("read", "add", "add_bulk", "update"):
        assert CALLS[name](stage.registry, orcid, token, put_code, work(2)).outcome is Outcome.UNAUTHORISED
    assert stage.registry.remove_work(orcid, token, put_code).outcome is Outcome.REMOVED


@pytest.mark.parametrize("state", [Outcome.LOCKED, Outcome.DEACTIVATED, Outcome.UNCLAIMED, Outcome.DEPRECATED])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_r54_a_record_in_a_state_of_its_own_says_so(
    stage: Stage, orcid: str, token: AccessToken, call: Call, state: Outcome
) -> None:
    put_code = added(stage, orcid, token, work(1))
    primary = new_orcid_id() if state is Outcome.DEPRECATED else None
    stage.set_state(orcid, state, primary)
    answer = call(stage.registry, orcid, token, put_code, work(2))
    assert (answer.outcome, answer.primary_orcid_id) == (state, primary)
    stage.set_state(orcid, None)
    assert own_codes(stage, orcid, token) == {put_code}


# Faults of the way


@pytest.mark.parametrize("name", CALLS)
def test_r35_a_busy_registry_says_how_long_to_wait_and_does_nothing(
    stage: Stage, orcid: str, token: AccessToken, name: str
) -> None:
    put_code = added(stage, orcid, token, work(1))
    stage.be_busy(orcid, Operation(name), retry_after=7)
    answer = CALLS[name](stage.registry, orcid, token, put_code, work(2))
    assert (answer.outcome, answer.status, answer.retry_after_seconds) == (Outcome.SLOW_DOWN, 503, 7.0)
    assert own_codes(stage, orcid, token) == {put_code}


def test_r37_a_bulk_whose_answer_got_lost_is_found_by_repeating_it(
    stage: Stage, orcid: str, token: AccessToken
) -> None:
    works = [work(1), work(2)]
    stage.lose_the_answer(orcid, Operation.ADD_BULK)
    lost = stage.registry.add_works(orcid, token, works)
    assert isinstance(lost, Answer)
    assert lost.outcome is Outcome.NO_ANSWER
    again = stage.registry.add_works(orcid, token, works)
    assert isinstance(again, list)
    assert {answer.outcome for answer in again} == {Outcome.DUPLICATE}
    assert {answer.put_code for answer in again} == own_codes(stage, orcid, token)


def test_r37_a_removal_whose_answer_got_lost_is_gone_the_next_time(
    stage: Stage, orcid: str, token: AccessToken
) -> None:
    put_code = added(stage, orcid, token, work(1))
    stage.lose_the_answer(orcid, Operation.REMOVE)
    assert stage.registry.remove_work(orcid, token, put_code).outcome is Outcome.NO_ANSWER
    assert stage.registry.remove_work(orcid, token, put_code).outcome is Outcome.GONE


def test_sizes_and_times_of_calls_are_told(stage: Stage) -> None:
    small, large = stage.registry.body_size(work(1)), stage.registry.body_size(work(1, title="x" * 900))
    assert 0 < small < large - 850
    assert 30 <= stage.registry.longest_call_seconds < 120


# Updates that the registry overlooks (ORCID_API 7)

DATED = work(1, doi("10.1234/x"))
MANY = tuple(Contributor(f"Author {n}", "author") for n in range(60))
OVERLOOKED = {
    "a month added": (
        replace(DATED, publication_date=PartialDate(2024)),
        replace(DATED, publication_date=PartialDate(2024, 5)),
    ),
    "a day added": (DATED, replace(DATED, publication_date=PartialDate(2024, 5, 7))),
    "the date left out": (DATED, replace(DATED, publication_date=None)),
    "the citation left out": (replace(DATED, citation=Citation("bibtex", "@misc{x}")), DATED),
    "the translated title left out": (
        replace(DATED, translated_title="Fledermäuse", translated_title_language="de"),
        DATED,
    ),
    "contributors beyond the fiftieth": (replace(DATED, contributors=MANY), replace(DATED, contributors=MANY[:55])),
}


@pytest.mark.parametrize(("before", "after"), OVERLOOKED.values(), ids=OVERLOOKED)
def test_r32_what_the_registry_overlooks_is_told_and_can_be_made_to_count(
    stage: Stage, orcid: str, token: AccessToken, before: Work, after: Work
) -> None:
    put_code = added(stage, orcid, token, before)
    assert stage.registry.update_work(orcid, token, put_code, after).outcome is Outcome.IGNORED
    for insistent in insisting(after):
        assert stage.registry.update_work(orcid, token, put_code, insistent).outcome is Outcome.UPDATED
    assert stage.registry.update_work(orcid, token, put_code, after).outcome is Outcome.UPDATED


@pytest.mark.parametrize(
    "after",
    [
        DATED,
        replace(DATED, publication_date=PartialDate(2024)),
        replace(DATED, title="On Other Bats"),
        replace(DATED, external_ids=DATED.external_ids[::-1]),
        replace(DATED, contributors=(Contributor("Grace Hopper", "author"),)),
    ],
)
def test_an_update_that_the_registry_notices_is_taken(
    stage: Stage, orcid: str, token: AccessToken, after: Work
) -> None:
    put_code = added(stage, orcid, token, DATED)
    assert stage.registry.update_work(orcid, token, put_code, after).outcome is Outcome.UPDATED
