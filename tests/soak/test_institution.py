"""A small institution's week, the same each time as `make institution` plays with thousands; and that it can fail."""

from __future__ import annotations

import pytest

from local.registry.state import Record
from soak.cold_records import ColdRecords
from soak.institution import HOUR_MS, MINUTE_MS, institution
from soak.institution_catalogue import Catalogue, name
from soak.institution_run import Run, Size
from soak.institution_verdict import problems
from soak.large_record import large_record
from soak.peak_memory import PeakMemory


def test_r31_r36_after_an_institutions_week_every_record_is_as_wanted_and_no_check_cost_a_call() -> None:
    size = Size(users=60, works=12, resent=1.0, every=1, large=0, idle_minutes=30)
    run = Run(size, seed=1, told=lambda _: None)
    run.whole()
    assert run.problems == []
    told = dict(line.split(" | ", 1) for line in run.lines)
    assert told["their calls to the registry"] == "0"
    assert set(told) >= {"sync for all", "reconcile all", "another mapping for patent", "GET /v1/admin/status"}
    assert "60 visits, 60 calls" in told["reconcile all"]
    assert "messages, 0 at most" not in told["normal lane"]


def test_what_is_not_as_wanted_is_told() -> None:
    with institution(3, 10) as big:
        big.takes_in(3)
        big.connect_all()
        big.passes(3 * MINUTE_MS)
        assert not [one for one in problems(big) if "record" in one or "ledger" in one]
        records = big.world.edge.app.state.records
        gone = next(iter(records[big.catalogue.who(0).orcid_id].works))
        del records[big.catalogue.who(0).orcid_id].works[gone]
        big.catalogue.hidden.add((1, big.catalogue.works_of(1)[0]))
        number = big.catalogue.works_of(2)[0]
        big.catalogue.titles[number] = 3
        big.longest_gap_ms = 200 * HOUR_MS
        big.most.seconds["sync"] = 800
        big.world.queue("normal").deepest = 400
        found = "\n".join(problems(big))
    for what in ("u0: ledger and record differ", "u0: 9 works", "u1: 10 works", f"{name(number)} is out of date"):
        assert what in found, found
    for what in ("8.3 days", "sync took 800 s of 900", "400 messages in the normal lane"):
        assert what in found, found


def test_r54_a_large_record_is_sent_changed_and_emptied_in_visits_that_keep_their_time() -> None:
    record = large_record(150, lambda _: None)
    assert record.problems == []
    calls = {step.what: step.calls for step in record.steps}
    assert calls == {
        "first sync": 3, "Run sync with nothing to do": 0, "a title changed": 1, "one hidden": 1, "reconciled": 1,
        "everything removed": 149,
    }  # fmt: skip


@pytest.mark.parametrize(("users", "works"), [(1, 10), (2, 20), (50, 40)])
def test_the_catalogue_made_of_numbers_agrees_with_itself(users: int, works: int) -> None:
    catalogue = Catalogue(users, works)
    pairs = [(user, number) for user in range(users) for number in catalogue.works_of(user)]
    assert len(pairs) == len(set(pairs)) == (users * works if users > 1 else catalogue.firsts)
    assert all(user in catalogue.authors(number) for user, number in pairs)
    assert sum(len(catalogue.authors(number)) for number in range(catalogue.publications)) == len(pairs)


def test_a_record_that_was_packed_keeps_what_was_changed() -> None:
    records = ColdRecords()
    for number in range(200):
        records[f"{number}"] = Record(f"{number}", created_ms=number)
    records["3"].name = "Ada"
    assert all(records[f"{number}"].created_ms == number for number in range(200))
    assert (records["3"].name, "200" in records, len(records), len(list(records))) == ("Ada", False, 200, 200)


def test_memory_of_the_world_around_is_not_counted() -> None:
    memory = PeakMemory()
    memory.begin()
    with memory.aside():
        kept = bytearray(5_000_000)
    own = bytearray(1_000_000)
    del own
    assert 1_000_000 <= memory.end() < 1_200_000
    assert len(kept) == 5_000_000
