"""Decisions and their reasons (R10, R12, R17-R19, R21, R26, R39, R56, R62)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.domain.catalogue import ClaimStatus, Privacy, RecordKey
from orcid_sync.domain.decide import Decision, Reason, decide, effective_privacy
from orcid_sync.domain.ledger import LedgerEntry
from orcid_sync.domain.precedence import choose_record, publication_status
from orcid_sync.domain.settings import InstitutionRules

from tests.builders import a_header, a_record_digest, a_relationship, a_sent_entry, a_user, rules


def decided(relationship, header, *, entry=None, by=None, excluded=frozenset(), user=None) -> Decision | None:
    entries = {entry.publication_id: entry} if entry is not None else {}
    decisions = decide(
        user or a_user(),
        [relationship],
        {header.publication_id: header},
        entries,
        rules=by or rules(),
        mapping=None,
        excluded=excluded,
    )
    return decisions.get(header.publication_id)


def test_r21_a_claimed_public_published_article_is_sent_with_its_mapped_type():
    decision = decided(a_relationship(), a_header())
    assert decision is not None
    assert decision.send
    assert decision.work_type == "journal-article"


def test_r21_what_is_pending_is_not_listed_at_all_unless_it_is_on_orcid():
    pending = a_relationship(status=ClaimStatus.PENDING)
    assert decided(pending, a_header()) is None
    on_orcid = decided(pending, a_header(), entry=a_sent_entry())
    assert on_orcid is not None
    assert on_orcid.reason is Reason.NOT_CLAIMED


def test_r21_a_work_whose_relationship_vanished_is_not_claimed_while_on_orcid():
    decisions = decide(a_user(), [], {}, {"p9": a_sent_entry("p9")}, rules=rules(), mapping=None, excluded=frozenset())
    assert decisions["p9"].reason is Reason.NOT_CLAIMED
    assert decisions["p9"].gone


def test_r44_a_relationship_whose_publication_has_not_arrived_waits_for_it():
    relationships = [a_relationship("p1"), a_relationship("p2")]
    decisions = decide(
        a_user(), relationships, {"p1": a_header("p1")}, {}, rules=rules(), mapping=None, excluded=frozenset()
    )
    assert set(decisions) == {"p1"}


# Each reason with what brings it about, in the order of R21.
CAUSES: dict[Reason, dict[str, object]] = {
    Reason.HIDDEN: {"hidden": True},
    Reason.EXCLUDED: {"excluded": True},
    Reason.PRIVATE: {"private": True},
    Reason.NOT_VERIFIED: {"only_verified": True},
    Reason.NOT_PUBLISHED: {"status": "submitted"},
    Reason.NOT_FAVOURITE: {"favourites_only": True},
    Reason.INVALID: {"defect": "no_title"},
}


def _with(causes: dict[str, object]) -> Decision:
    record = a_record_digest(status=causes.get("status", "published"), defect=causes.get("defect"))
    relationship = a_relationship(hidden="hidden" in causes, privacy=Privacy.PRIVATE if "private" in causes else None)
    decision = decided(
        relationship,
        a_header("p1", record),
        by=rules(only_verified="only_verified" in causes, favourites_only="favourites_only" in causes),
        excluded=frozenset({"p1"}) if "excluded" in causes else frozenset(),
    )
    assert decision is not None
    return decision


@pytest.mark.parametrize("chosen", list(product([False, True], repeat=len(CAUSES))))
def test_r21_the_first_reason_that_holds_is_given(chosen):
    reasons = [reason for reason, on in zip(CAUSES, chosen, strict=True) if on]
    causes = {key: value for reason in reasons for key, value in CAUSES[reason].items()}
    assert _with(causes).reason is (reasons[0] if reasons else None)


@pytest.mark.parametrize(
    ("relationship", "publication", "profile", "worked_out", "expected"),
    [
        (None, None, None, None, Privacy.PUBLIC),
        (Privacy.PUBLIC, Privacy.PUBLIC, Privacy.PUBLIC, None, Privacy.PUBLIC),
        (Privacy.PUBLIC, Privacy.INTERNAL, None, None, Privacy.INTERNAL),
        (None, None, Privacy.PRIVATE, None, Privacy.PRIVATE),
        (Privacy.INTERNAL, Privacy.PRIVATE, Privacy.PUBLIC, None, Privacy.PRIVATE),
        (Privacy.PRIVATE, Privacy.PRIVATE, Privacy.PRIVATE, Privacy.PUBLIC, Privacy.PUBLIC),
        (None, None, None, Privacy.INTERNAL, Privacy.INTERNAL),
    ],
)
def test_r18_effective_privacy_is_the_strictest_level_set(relationship, publication, profile, worked_out, expected):
    found = effective_privacy(
        a_user(profile_privacy=profile),
        a_relationship(privacy=relationship, effective_privacy=worked_out),
        a_header(privacy=publication),
    )
    assert found is expected


@pytest.mark.parametrize("level", [Privacy.INTERNAL, Privacy.PRIVATE])
def test_r18_private_relationship_stays_home_unless_included(level):
    relationship = a_relationship(privacy=level)
    left_out, sent = (
        decided(relationship, a_header()),
        decided(relationship, a_header(), by=rules(include_private=True)),
    )
    assert left_out is not None
    assert left_out.reason is Reason.PRIVATE
    assert sent is not None
    assert sent.send


def test_r18_another_users_public_relationship_is_unaffected():
    header = a_header(privacy=None)
    private = decided(a_relationship(privacy=Privacy.PRIVATE), header)
    public = decided(a_relationship(user_id="u2", privacy=Privacy.PUBLIC), header, user=a_user("u2"))
    assert private is not None
    assert public is not None
    assert (private.send, public.send) == (False, True)


@pytest.mark.parametrize(
    ("type_", "status", "published_only", "sent"),
    [
        ("journal-article", "published", True, True),
        ("journal-article", "publishedonline", True, True),
        ("journal-article", "accepted", True, False),
        ("journal-article", "", True, False),
        ("journal-article", "", False, True),
        ("book", "accepted", True, True),
        ("dataset", "", True, True),
    ],
)
def test_r17_published_only_concerns_journal_articles_alone(type_, status, published_only, sent):
    header = a_header("p1", a_record_digest(status=status), type=type_)
    decision = decided(a_relationship(), header, by=rules(published_only=published_only))
    assert decision is not None
    assert decision.send is sent


def test_r17_a_record_without_status_takes_it_from_the_highest_record_that_states_one():
    silent = a_record_digest("manual", "m", status="")
    low, high = a_record_digest("scopus", "s", status="published"), a_record_digest("crossref", "c", status="inpress")
    institution = rules().institution
    assert publication_status((silent, low, high), silent, institution) == "inpress"
    assert publication_status((silent,), silent, institution) == ""


def test_r26_the_highest_precedence_record_is_sent_and_the_first_of_one_source():
    records = (a_record_digest("scopus"), a_record_digest("crossref", "a"), a_record_digest("crossref", "b"))
    assert choose_record(records, None, rules().institution) == records[1]


def test_r26_a_source_not_in_the_order_comes_last():
    records = (a_record_digest("figshare"), a_record_digest("scopus"))
    assert choose_record(records, None, rules().institution) == records[1]


def test_r26_the_preferred_record_wins_while_it_exists():
    records = (a_record_digest("crossref"), a_record_digest("scopus", "s"))
    institution = rules().institution
    assert choose_record(records, RecordKey("scopus", "s"), institution) == records[1]
    assert choose_record(records, RecordKey("scopus", "gone"), institution) == records[0]


def test_r26_verified_manual_may_be_a_step_of_its_own():
    manual, verified = a_record_digest("manual", "m"), a_record_digest("manual", "v", verified=True)
    crossref = a_record_digest("crossref")
    order = InstitutionRules(source_precedence=("verified-manual", "crossref", "manual"))
    assert choose_record((manual, crossref, verified), None, order) == verified
    assert choose_record((manual, crossref), None, order) == crossref


def test_r12_only_verified_sends_the_verified_manual_record_and_overrides_preference():
    manual = a_record_digest("manual", "m", verified=True)
    second = a_record_digest("manual", "n", verified=True)
    crossref = a_record_digest("crossref", "c", verified=True)
    institution = rules(only_verified=True).institution
    assert choose_record((crossref, manual, second), RecordKey("crossref", "c"), institution) == manual
    assert choose_record((crossref, manual, second), RecordKey("manual", "n"), institution) == second
    assert choose_record((crossref,), None, institution) is None


def test_r62_a_publication_left_out_singly_is_excluded():
    decision = decided(a_relationship(), a_header(), excluded=frozenset({"p1"}))
    assert decision is not None
    assert decision.reason is Reason.EXCLUDED


def test_r21_a_publication_without_any_record_is_invalid_and_says_so():
    decision = decided(a_relationship(), replace(a_header(), records=()), by=rules(published_only=False))
    assert decision is not None
    assert (decision.reason, decision.detail) == (Reason.INVALID, "no_record")


def test_r29_a_record_without_title_is_invalid_and_says_so():
    decision = decided(a_relationship(), a_header("p1", a_record_digest(defect="no_title")))
    assert decision is not None
    assert (decision.reason, decision.detail) == (Reason.INVALID, "no_title")


@pytest.mark.parametrize("into", [None, "p2"])
@pytest.mark.parametrize(
    ("changes", "favourites_only", "waits"),
    [({}, False, True), ({"hidden": True}, False, False), ({"favourite": False}, True, False)],
    ids=["kept", "hidden", "not favourite"],
)
def test_r60_nothing_is_waited_for_where_its_owner_keeps_a_deleted_publication_off(
    into, changes, favourites_only, waits
):
    header = a_header(deleted=True, merged_into=into, records=())
    decision = decided(
        a_relationship(**changes), header, entry=a_sent_entry(), by=rules(favourites_only=favourites_only)
    )
    assert decision is not None
    assert (decision.reason, decision.gone) == (Reason.NOT_CLAIMED, waits)


def _twins(entries: dict[str, LedgerEntry], **richness: int) -> dict[str, Decision]:
    headers = {p: a_header(p, a_record_digest(self_ids=("doi:10.1/x",), richness=rich)) for p, rich in richness.items()}
    return decide(
        a_user(),
        [a_relationship(p) for p in richness],
        headers,
        entries,
        rules=rules(),
        mapping=None,
        excluded=frozenset(),
    )


def test_r56_of_two_twins_the_richer_is_sent_and_the_other_names_it():
    decisions = _twins({}, p1=3, p2=5)
    assert decisions["p2"].send
    assert (decisions["p1"].reason, decisions["p1"].duplicate_of) == (Reason.DUPLICATE, "p2")


def test_r56_the_one_already_sent_stays_whatever_the_richness():
    decisions = _twins({"p1": a_sent_entry("p1")}, p1=1, p2=9)
    assert decisions["p1"].send
    assert decisions["p2"].duplicate_of == "p1"


def test_r56_twins_that_do_not_both_belong_to_the_set_do_not_hinder_each_other():
    headers = {p: a_header(p, a_record_digest(self_ids=("doi:10.1/x",))) for p in ("p1", "p2")}
    relationships = [a_relationship("p1", hidden=True), a_relationship("p2")]
    decisions = decide(a_user(), relationships, headers, {}, rules=rules(), mapping=None, excluded=frozenset())
    assert decisions["p1"].reason is Reason.HIDDEN
    assert decisions["p2"].send


def test_r39_a_work_deleted_at_orcid_stays_deleted_and_its_twin_does_not_bring_it_back():
    entry = LedgerEntry("p1", deleted_at_orcid_ms=5)
    decisions = _twins({"p1": entry}, p1=1, p2=9)
    assert decisions["p1"].reason is Reason.DELETED_AT_ORCID
    assert decisions["p2"].duplicate_of == "p1"


def test_r6_an_unmapped_type_is_sent_as_other():
    decision = decided(a_relationship(), a_header(type="mural"))
    assert decision is not None
    assert decision.work_type == "other"


@given(
    statuses=st.lists(st.sampled_from(list(ClaimStatus)), min_size=1, max_size=6),
    shared=st.lists(st.sampled_from(["doi:a", "doi:b", "pmid:1"]), min_size=1, max_size=6),
    sent=st.sets(st.integers(0, 5)),
)
def test_r56_no_two_sent_publications_share_a_self_identifier(statuses, shared, sent):
    count = min(len(statuses), len(shared))
    ids = [f"p{n}" for n in range(count)]
    headers = {
        p: a_header(p, a_record_digest(self_ids=(shared[n], shared[(n + 1) % count]))) for n, p in enumerate(ids)
    }
    entries = {p: a_sent_entry(p, n + 1) for n, p in enumerate(ids) if n in sent}
    decisions = decide(
        a_user(),
        [a_relationship(p, status=statuses[n]) for n, p in enumerate(ids)],
        headers,
        entries,
        rules=rules(),
        mapping=None,
        excluded=frozenset(),
    )
    self_ids = [i for d in decisions.values() if d.send and d.record for i in set(d.record.self_ids)]
    assert len(self_ids) == len(set(self_ids))
    for decision in decisions.values():
        if decision.reason is Reason.DUPLICATE:
            assert decision.duplicate_of is not None
            assert decisions[decision.duplicate_of].reason in (None, Reason.DELETED_AT_ORCID)
