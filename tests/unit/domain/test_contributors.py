"""Contributors, their names, roles and iDs, and the user's own entry (R27)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orcid_sync.domain.build_warnings import WarningList
from orcid_sync.domain.catalogue import Person
from orcid_sync.domain.contributors import clean_people, credited
from orcid_sync.domain.own_entry import OwnEntry, mark_own_entry
from orcid_sync.domain.work import Contributor

ADA = "0000-0002-1825-0097"
OTHER = "0000-0001-5109-3700"


def _credited(*authors: Person, editors: tuple[Person, ...] = (), own: OwnEntry | None = None) -> list[Contributor]:
    return list(credited(mark_own_entry(clean_people(authors, editors, WarningList()), own)))


def _owned(name: str, *authors: Person, editors: tuple[Person, ...] = ()) -> list[str]:
    """Return the names on which the iD of the user stands."""
    found = _credited(*authors, editors=editors, own=OwnEntry(ADA, name))
    return [contributor.credit_name for contributor in found if contributor.orcid_id == ADA]


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (Person("Jones", "Ada"), "Ada Jones"),
        (Person("Olympus Collaboration"), "Olympus Collaboration"),
        (Person("山田", "太郎"), "山田太郎"),
        (Person("김", "철수"), "김철수"),
        (Person("King", "Martin Luther, Jr."), "Martin Luther King Jr."),
        (Person("Smith Jr.", "John"), "John Smith Jr."),
        (Person("Smith", "John III"), "John Smith III"),
        (Person("Pal", "Sal"), "Sal Pal"),
        (Person("M&uuml;ller<sup>1</sup>", "J&#246;rg*"), "Jörg Müller"),
        (Person("Smith et al."), "Smith"),
        (Person("Jones", "Ada\u2009B."), "Ada B. Jones"),
        (Person("Jones (ada@example.org)", "Ada"), "Ada Jones"),
        (Person("NIRAS A/S"), "NIRAS A/S"),
    ],
)
def test_r27_credit_names_read_as_people_write_them(person: Person, name: str) -> None:
    assert [contributor.credit_name for contributor in _credited(person)] == [name]


@pytest.mark.parametrize(
    "family", ["", "  ", "et al.", "and others", "(:unav)", "(:Unkn) Unknown", "[S.N.]", "-", "n/a", "<i></i>", "42"]
)
def test_r27_what_names_nobody_is_skipped(family: str) -> None:
    assert _credited(Person(family)) == []


def test_r27_authors_then_editors_in_their_order_with_their_roles() -> None:
    found = _credited(Person("B"), Person("A"), editors=(Person("C"),))
    assert [(contributor.credit_name, contributor.role) for contributor in found] == [
        ("B", "author"), ("A", "author"), ("C", "editor"),
    ]  # fmt: skip


def test_r27_thousands_of_authors_all_go_in_order_and_quickly() -> None:
    authors = tuple(Person(f"Family{number}", "G. I.") for number in range(2927))
    start = time.perf_counter()
    found = _credited(*authors, own=OwnEntry(ADA, "Gina Family2000"))
    assert time.perf_counter() - start < 2
    assert [contributor.credit_name for contributor in found] == [f"G. I. Family{number}" for number in range(2927)]
    assert found[2000].orcid_id == ADA


def test_r27_very_long_group_names_are_cut_to_the_schema() -> None:
    (contributor,) = _credited(Person("The Consortium of " + "many " * 50))
    assert len(contributor.credit_name) <= 150


def test_r27_an_invalid_id_is_left_away_with_a_warning_and_a_repeated_one_stays_on_the_first() -> None:
    warnings = WarningList()
    people = clean_people(
        (
            Person("A", "B", "https://orcid.org/0000-0002-1825-0097"),
            Person("C", "D", ADA),
            Person("E", "F", "0000-0002-1825-0098"),
        ),
        (Person("A", "B", ADA),),
        warnings,
    )
    assert [person.orcid_id for person in people] == [ADA, None, None, ADA]  # author and editor: one person, two roles
    assert [warning.code for warning in warnings.as_tuple()] == [
        "contributor_orcid_repeated",
        "contributor_orcid_invalid",
    ]


@pytest.mark.parametrize(
    ("user", "author"),
    [
        ("Ada Jones", Person("Jones", "Ada")),
        ("Ada Jones", Person("JONES", "A.")),
        ("Ada B. Jones", Person("Jones", "Ada Beth")),
        ("Jones, Ada", Person("Jones", "AB")),
        ("Dr. Ada Jones", Person("Jones", "Ada, Jr.")),
        ("Jörg Müller", Person("Mueller", "J")),
        ("Søren Ångström", Person("Angstrom", "Soren")),
        ("Ada van der Jones", Person("van der Jones", "A")),
        ("Ada van der Jones", Person("Jones", "Ada van der")),
        ("Jean-Pierre O'Neil", Person("O’Neil", "J.-P.")),
        ("山田 太郎", Person("山田", "太郎")),
    ],
)
def test_r27_the_users_own_entry_is_found_where_it_is_sure(user: str, author: Person) -> None:
    assert len(_owned(user, Person("Smith", "Zoe"), author)) == 1


@pytest.mark.parametrize(
    ("user", "authors"),
    [
        ("Ada Jones", (Person("Jones", "A."), Person("Jones", "Ada"))),
        ("Ada Jones", (Person("Jones", "Bob"),)),
        ("Ada Jones", (Person("Jones-Smith", "Ada"),)),
        ("Ada Jones", (Person("Jones"),)),
        ("Ada Jones", (Person("Jones Ada"),)),
        ("Ada B. Jones", (Person("Jones", "A. C."),)),
        ("Jones", (Person("Jones", "Ada"),)),
        ("", (Person("Jones", "Ada"),)),
    ],
)
def test_r27_in_doubt_nobody_carries_the_users_id(user: str, authors: tuple[Person, ...]) -> None:
    assert _owned(user, *authors) == []


def test_r27_another_id_in_the_metadata_is_never_altered() -> None:
    (contributor,) = _credited(Person("Jones", "Ada", OTHER), own=OwnEntry(ADA, "Ada Jones"))
    assert contributor.orcid_id == OTHER


def test_r27_an_entry_that_has_the_id_already_is_the_own_one() -> None:
    assert _owned("Ada Jones", Person("Jones", "Ada"), Person("Married-Name", "A.", ADA)) == ["A. Married-Name"]


def test_r27_an_editor_is_looked_at_when_no_author_fits() -> None:
    assert _owned("Ada Jones", Person("Smith", "Z"), editors=(Person("Jones", "Ada"),)) == ["Ada Jones"]
    assert _owned("Ada Jones", Person("Jones", "Ada"), editors=(Person("Jones", "Ada"),)) == ["Ada Jones"]


@given(st.lists(st.builds(Person, st.text(), st.text(), st.none() | st.text())), st.text())
def test_r27_any_names_give_contributors_in_a_stable_order(authors: list[Person], name: str) -> None:
    own = OwnEntry(ADA, name)
    assert _credited(*authors, own=own) == _credited(*authors, own=own)
    assert len(_owned(name, *authors)) <= 1 or any(person.orcid_id for person in authors)
