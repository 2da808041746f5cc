"""Reading an Elements server into the catalogue (R45): whatever order, cut or repetition, it ends as the server is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from orcid_sync.domain.catalogue import ClaimStatus, MadeHere, Relationship
from orcid_sync.domain.elements import ElementsSource, ElementsType, ElementsUser
from orcid_sync.domain.elements_items import Reading, UserIdFrom
from orcid_sync.ports.elements import ElementsUnavailableError, ElementsUnreadableError

from tests.unit.services.elements_institution import Institution

HOUR = 3600


@pytest.fixture
def here() -> Institution:
    """Three users, of whom the third has left, and four claims."""
    institution = Institution()
    server = institution.server
    for elements_id, active in (("1", True), ("2", True), ("3", False)):
        server.add_user(elements_id, active=active, orcid_ids=("0000-0002-1825-0097",) if elements_id == "1" else ())
    for number in range(4):
        server.add_publication(f"p{number}", f"Title {number}")
        server.claim(f"t{number}", "1" if number < 3 else "2", f"p{number}")
    server.claim("t9", "3", "p0")
    institution.clock.advance(HOUR)
    return institution


def test_r45_a_first_run_takes_over_users_types_and_claims(here: Institution) -> None:
    here.read_all()
    assert here.claims() == here.wanted()
    assert set(here.catalogue.users) == {"1", "2", "3"}
    assert [found.orcid_id for found in here.catalogue.users["1"].orcid_ids] == ["0000-0002-1825-0097"]
    assert set(here.catalogue.types) == {"journal-article"}
    assert here.catalogue.stored_headers["p0"].title == "Title 0"


def test_r33_the_publications_of_those_who_left_are_not_read_until_they_are_back(here: Institution) -> None:
    here.read_all()
    assert not any("users/3/publications" in url for url in here.server.reads)
    here.server.add_user("3", active=True)
    here.read_all()
    assert here.claims() == here.wanted()


def test_r45_nothing_is_written_for_what_is_the_same(here: Institution) -> None:
    here.read_all()
    versions = {key: tie.version for key, tie in here.catalogue.relationships.items()}
    headers = {key: found.version for key, found in here.catalogue.stored_headers.items()}
    here.clock.advance(HOUR)
    here.read_all(full=True)
    assert {key: tie.version for key, tie in here.catalogue.relationships.items()} == versions
    assert {key: found.version for key, found in here.catalogue.stored_headers.items()} == headers
    assert {user.version for user in here.catalogue.users.values()} == {here.catalogue.users["1"].version}


def test_r45_a_delta_asks_only_for_what_changed_and_compares_only_whom_it_concerns(here: Institution) -> None:
    here.read_all()
    here.clock.advance(2 * HOUR)
    here.server.claim("t2", "1", "p2", privacy="private")
    here.server.reads.clear()
    here.read_all()
    compared = {
        url.split("/users/")[1].split("/")[0]
        for url in here.server.reads
        if "/publications?" in url and "/users/" in url
    }
    assert compared == {"1"}
    assert here.claims()["1", "p2"] == "private"


def test_r45_an_unclaimed_publication_is_found_by_its_deleted_tie_alone(here: Institution) -> None:
    here.read_all()
    here.clock.advance(2 * HOUR)
    here.server.unclaim("t0")
    # A server that does not count a deletion as affecting its ends.
    here.server.users["1"] = replace(here.server.users["1"], affected_ms=0)
    here.read_all()
    assert here.claims() == here.wanted()
    assert here.catalogue.relationships["1", "p0"].deleted


def test_r56_a_merged_publication_says_where_it_went(here: Institution) -> None:
    here.read_all()
    here.clock.advance(2 * HOUR)
    here.server.claim("t5", "1", "p3")
    here.server.delete_publication("p0", merged_into="p3")
    here.read_all()
    found = here.catalogue.stored_headers["p0"]
    assert (found.deleted, found.merged_into) == (True, "p3")
    assert here.claims() == here.wanted()


def test_r45_a_changed_publication_is_stored_without_comparing_its_users(here: Institution) -> None:
    here.read_all()
    here.clock.advance(2 * HOUR)
    here.server.add_publication("p0", "A better title")
    here.server.add_publication("p8", "Nobody's")
    here.server.reads.clear()
    here.read_all()
    assert here.catalogue.stored_headers["p0"].title == "A better title"
    assert "p8" not in here.catalogue.stored_headers
    assert not any("/users/" in url for url in here.server.reads)


@pytest.mark.parametrize("full", [False, True])
def test_r33_a_user_who_is_no_more_has_left(here: Institution, full: bool) -> None:
    here.read_all()
    here.clock.advance(2 * HOUR)
    here.server.delete_user("2")
    here.read_all(**{"full" if full else "now": True})
    assert here.catalogue.users["2"].deleted
    assert here.claims() == here.wanted()


def test_r45_a_list_of_users_that_lost_most_of_them_is_not_believed(here: Institution) -> None:
    for number in range(100, 140):
        here.server.add_user(str(number))
    here.read_all()
    kept = dict(here.server.users)
    here.server.users = {"1": kept["1"]}
    here.server.unclaim("t0")
    report = here.run(full=True)
    assert report.complete
    assert report.problem is not None and "names 42 of 43 users" in report.problem
    assert all(not user.deleted for user in here.catalogue.users.values())
    assert ("1", "p0") not in here.claims()
    here.clock.advance(4 * HOUR)
    assert here.run().problem is None
    assert all(not user.deleted for user in here.catalogue.users.values())
    # Little time each: what was said once holds for the whole run.
    here.run(seconds=0, accept_departures=True)
    while not here.run(seconds=0.5).complete:
        here.clock.advance(1)
    assert sum(user.deleted for user in here.catalogue.users.values()) == 42


def test_r45_a_list_cut_short_drops_nothing(here: Institution) -> None:
    here.read_all()
    here.clock.advance(2 * HOUR)
    here.server.unclaim("t1")

    def cut(url: str) -> None:
        if "users/1/publications" in url and "after-id" in url:
            raise ElementsUnreadableError("The answer is no whole XML document.")

    here.server.per_page = 1
    here.server.before_read = cut
    report = here.run(now=True)
    assert (report.complete, "user 1" in (report.problem or "")) == (True, True)
    assert ("1", "p1") in here.claims()
    here.server.before_read = lambda _: None
    here.read_all()
    assert here.claims() == here.wanted()
    assert here.states.state.problem is None


def test_r45_the_server_that_is_away_is_asked_again_where_reading_stopped(here: Institution) -> None:
    def away(url: str) -> None:
        if "/users" in url and "after-id" in url:
            raise ElementsUnavailableError("The Elements server does not answer.")

    here.server.before_read = away
    report = here.run(now=True)
    assert (report.complete, report.problem) == (False, "The Elements server does not answer.")
    since = here.states.state.problem_since_ms
    here.run()
    assert here.states.state.problem_since_ms == since
    here.server.before_read = lambda _: None
    here.server.reads.clear()
    assert here.run().complete
    assert "after-id" in here.server.reads[0]
    assert here.claims() == here.wanted()


def test_r45_a_list_that_leads_in_circles_is_left(here: Institution) -> None:
    here.read_all()
    page = here.server.read(here.server.address("users", detail="full"))
    here.server.read = lambda url: replace(page, next_url=url)  # type: ignore[method-assign]
    report = here.run(full=True)
    assert report.problem is not None and "circles" in report.problem
    assert all(not user.deleted for user in here.catalogue.users.values())


def test_r45_a_run_stops_at_its_deadline_and_goes_on_in_the_next_invocation(here: Institution) -> None:
    here.server.before_read = lambda _: here.clock.advance(10)
    reports = [here.run(15, now=True)]
    while not reports[-1].complete:
        reports.append(here.run(25))
        assert len(reports) < 40
    assert here.claims() == here.wanted()
    assert max(report.pages for report in reports) <= 3


def test_r45_two_never_read_at_once(here: Institution) -> None:
    here.states.put(replace(here.states.get(), lease_until_ms=here.clock.now_ms() + 60_000))
    assert not here.run(now=True).running
    here.clock.advance(61)
    assert here.run(now=True).complete


def test_r45_runs_begin_by_themselves_when_it_is_time(here: Institution) -> None:
    assert here.run().complete
    assert not here.run().running
    here.clock.advance(3 * HOUR)
    here.server.reads.clear()
    assert here.run().complete
    assert any("affected-since" in url for url in here.server.reads)
    here.clock.advance(7 * 24 * HOUR)
    here.server.reads.clear()
    assert here.run().complete
    assert not any("affected-since" in url or "modified-since" in url for url in here.server.reads)


def test_r45_what_the_next_run_asks_for_overlaps_with_what_was_read(here: Institution) -> None:
    began = here.clock.now_ms()
    here.server.before_read = lambda _: here.clock.advance(60)
    here.read_all()
    assert here.states.state.since_ms is not None
    assert began - 15 * 60_000 <= here.states.state.since_ms <= began - 13 * 60_000


def test_r41_a_claim_made_here_is_not_dropped_because_the_server_does_not_know_it(here: Institution) -> None:
    here.read_all()
    made = Relationship("1", "p3", -1, ClaimStatus.CLAIMED, made_here=MadeHere(1, "0000-0002-1825-0097"))
    here.catalogue.relationships["1", "p3"] = made
    here.read_all(full=True)
    assert here.catalogue.relationships["1", "p3"] == made
    here.server.claim("t7", "1", "p3")
    here.read_all(full=True)
    assert here.catalogue.relationships["1", "p3"].made_here is None


def test_r46_users_go_by_the_name_that_the_institution_chose() -> None:
    here = Institution(Reading(UserIdFrom.PROPRIETARY_ID))
    here.server.add_user("1")
    here.server.add_publication("p0", "Title")
    here.server.claim("t0", "1", "p0")
    here.read_all()
    assert set(here.claims()) == {("E1", "p0")}
    here.server.users["1"] = replace(here.server.users["1"], proprietary_id="E2", affected_ms=here.clock.now_ms())
    here.clock.advance(HOUR)
    here.read_all()
    assert here.catalogue.users["E1"].deleted
    assert set(here.claims()) == {("E2", "p0")}


def test_r45_a_user_without_a_name_that_the_api_can_carry_is_counted_and_left(here: Institution) -> None:
    here.server.users["5"] = ElementsUser(
        "not an id", name="X", is_current_staff=True, is_login_allowed=True, whole=True
    )
    here.read_all()
    assert here.telemetry.counts["ElementsUsersWithoutId"] == 1
    assert set(here.catalogue.users) == {"1", "2", "3"}


def test_r26_the_servers_order_of_sources_is_taken_over_once(here: Institution) -> None:
    here.server.sources = [ElementsSource("manual", {"default": 2}), ElementsSource("wos", {"default": 1})]
    here.read_all()
    here.read_all(full=True)
    assert here.precedence == [(("wos", "manual"), ())]
    here.server.sources = [ElementsSource("manual", {"default": 1}), ElementsSource("wos", {"default": 2})]
    here.read_all(full=True)
    assert here.precedence[1:] == [(("manual", "wos"), ("wos", "manual"))]


def test_r45_two_people_of_one_name_never_get_each_others_publications() -> None:
    here = Institution(Reading(UserIdFrom.PROPRIETARY_ID))
    for elements_id in ("1", "2", "3"):
        here.server.add_user(elements_id)
        here.server.add_publication(f"p{elements_id}", f"Title {elements_id}")
        here.server.claim(f"t{elements_id}", elements_id, f"p{elements_id}")
    here.read_all()
    here.server.users["2"] = replace(here.server.users["2"], proprietary_id="E1", affected_ms=here.clock.now_ms())
    here.clock.advance(HOUR)
    for full in (False, True):
        report = here.run(now=True, full=full)
        assert (report.complete, report.users_compared) == (True, 1)
        assert report.problem is not None
        assert "E1" in report.problem
        assert set(here.claims()) == {("E1", "p1"), ("E3", "p3")}, "neither loses nor gains anything"
    report = here.pull.compare_now(["E1"], deadline_ms=here.clock.now_ms() + 600_000)
    assert (report.complete, report.users_compared) == (False, 0)
    here.server.delete_user("1")
    here.clock.advance(HOUR)
    here.read_all()
    assert set(here.claims()) == {("E1", "p2"), ("E3", "p3")}


def test_r4_a_type_that_the_server_no_longer_has_is_gone(here: Institution) -> None:
    here.server.types.append(ElementsType("c-19", "Working paper"))
    here.read_all()
    here.server.types = [found for found in here.server.types if found.name != "c-19"]
    here.read_all(full=True)
    assert {name for name, found in here.catalogue.types.items() if not found.deleted} == {"journal-article"}


def test_r45_somebody_is_compared_at_once_on_demand(here: Institution) -> None:
    here.read_all()
    here.server.claim("t6", "1", "p3")
    report = here.pull.compare_now(["1", "nobody"], deadline_ms=here.clock.now_ms() + 60_000)
    assert (report.users_compared, report.complete) == (1, False)
    assert report.problem is not None and "nobody" in report.problem
    assert here.claims() == here.wanted()


class StopError(BaseException):
    """A killed invocation."""


class Reader(RuleBasedStateMachine):
    """Whatever changes at the server while it is read, and wherever reading stops, the next whole runs mend it."""

    def __init__(self) -> None:
        super().__init__()
        self.here = Institution()
        self.serial = 0

    def _some(self, where: dict[str, object], at: int) -> str:
        return sorted(where)[at % len(where)]

    @rule(active=st.booleans())
    def a_user_comes(self, active: bool) -> None:
        self.serial += 1
        self.here.server.add_user(f"u{self.serial}", active=active)

    @precondition(lambda self: self.here.server.users)
    @rule(at=st.integers(0, 50), active=st.booleans())
    def a_user_changes(self, at: int, active: bool) -> None:
        self.here.server.add_user(self._some(dict(self.here.server.users), at), active=active)

    @precondition(lambda self: self.here.server.users)
    @rule(at=st.integers(0, 50))
    def a_user_goes(self, at: int) -> None:
        self.here.server.delete_user(self._some(dict(self.here.server.users), at))

    @precondition(lambda self: self.here.server.users)
    @rule(at=st.integers(0, 50), privacy=st.sampled_from(["public", "private"]))
    def a_publication_is_claimed(self, at: int, privacy: str) -> None:
        self.serial += 1
        self.here.server.add_publication(f"p{self.serial}", f"Title {self.serial}")
        user = self._some(dict(self.here.server.users), at)
        self.here.server.claim(f"t{self.serial}", user, f"p{self.serial}", privacy=privacy)

    @precondition(lambda self: self.here.server.ties)
    @rule(at=st.integers(0, 50), privacy=st.sampled_from(["public", "internal"]))
    def a_claim_changes(self, at: int, privacy: str) -> None:
        tie = self.here.server.ties[self._some(dict(self.here.server.ties), at)]
        self.here.server.claim(tie.tie_id, tie.user, tie.publication, privacy=privacy)

    @precondition(lambda self: self.here.server.ties)
    @rule(at=st.integers(0, 50))
    def a_claim_goes(self, at: int) -> None:
        self.here.server.unclaim(self._some(dict(self.here.server.ties), at))

    @precondition(lambda self: self.here.server.publications)
    @rule(at=st.integers(0, 50), title=st.sampled_from(["A", "B"]))
    def a_publication_changes(self, at: int, title: str) -> None:
        self.here.server.add_publication(self._some(dict(self.here.server.publications), at), title)

    @precondition(lambda self: self.here.server.publications)
    @rule(at=st.integers(0, 50))
    def a_publication_goes(self, at: int) -> None:
        self.here.server.delete_publication(self._some(dict(self.here.server.publications), at))

    @rule(minutes=st.integers(1, 300))
    def time_passes(self, minutes: int) -> None:
        self.here.clock.advance(minutes * 60)

    @rule(
        stop_after=st.integers(0, 12),
        how=st.sampled_from([StopError, ElementsUnavailableError, ElementsUnreadableError, None]),
        full=st.booleans(),
    )
    def it_is_read(self, stop_after: int, how: type[BaseException] | None, full: bool) -> None:
        left = [stop_after]

        def answer(_: str) -> None:
            self.here.clock.advance(1)
            left[0] -= 1
            if left[0] < 0 and how is not None:
                raise how("stopped")

        self.here.server.before_read = answer
        try:
            self.here.run(60, now=True, full=full, accept_departures=True)
        except StopError:
            self.here.clock.advance(200)
        self.here.server.before_read = lambda _: None

    def teardown(self) -> None:
        here = self.here
        here.clock.advance(600)
        for _ in range(2):
            while not here.run(now=True, accept_departures=True).complete:
                pass
        assert here.claims() == here.wanted()
        titles = {key: header.title for key, header in here.catalogue.stored_headers.items() if not header.deleted}
        for tie in here.server.ties.values():
            if here.server.users[tie.user].is_login_allowed:
                (record,) = here.server.publications[tie.publication].records
                assert titles[tie.publication] == record.fields["title"]
        living = {key for key, user in here.catalogue.users.items() if not user.deleted}
        assert living == set(here.server.users)


TestReader = Reader.TestCase
TestReader.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
