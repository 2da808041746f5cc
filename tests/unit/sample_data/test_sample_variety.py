"""The sample institution shows what it promises: its researchers, its invented items, and a case for each rule."""

import re
from collections import Counter, defaultdict
from typing import Any

from local.sample_data import feed_items, institution_name, researchers

Item = dict[str, Any]


def items_of(kind: str) -> list[Item]:
    return [item for item in feed_items() if item["kind"] == kind]


def publications() -> dict[str, Item]:
    return {item["id"]: item for item in items_of("publication")}


def claimed_by(user_id: str) -> list[Item]:
    return [item for item in items_of("relationship") if item["user_id"] == user_id and item["status"] == "claimed"]


def titles() -> list[str]:
    return [record["data"].get("title", "") for item in items_of("publication") for record in item["records"]]


def check_character(digits: str) -> str:
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    value = (12 - total % 11) % 11
    return "X" if value == 10 else str(value)


def people_of(item: Item) -> list[dict[str, str]]:
    return [p for r in item["records"] for role in ("authors", "editors") for p in r["data"].get(role, [])]


def statuses_by_source(item: Item) -> dict[str, str | None]:
    return {record["source"]: record["data"].get("publication_status") for record in item["records"]}


def test_the_institution_says_that_it_is_invented() -> None:
    assert "invented" in institution_name()


def test_the_researchers_are_the_users_of_the_feed() -> None:
    users = {item["id"]: item for item in items_of("user")}
    assert [person.user_id for person in researchers()] == list(users)
    for person in researchers():
        assert person.name == users[person.user_id]["name"]
        claimed = tuple(iri.removeprefix("https://orcid.org/") for iri in users[person.user_id]["orcid_ids"])
        assert person.orcid_ids == claimed


def test_orcid_ids_are_sound_each_somebodys_own_and_outside_the_ranges_of_real_ones() -> None:
    ids = [orcid_id for person in researchers() for orcid_id in person.orcid_ids]
    assert len(set(ids)) == len(ids) == 20
    for orcid_id in ids:
        assert re.fullmatch(r"0009-0012-\d{4}-\d{3}[\dX]", orcid_id)
        characters = orcid_id.replace("-", "")
        assert check_character(characters[:15]) == characters[15]
    assert any(orcid_id.endswith("X") for orcid_id in ids)


def test_r15_most_researchers_write_two_read_one_claims_only_and_one_has_no_id() -> None:
    assert Counter(person.access for person in researchers()) == {"write": 16, "read": 2, "none": 2}
    modes = {"write": "write", "read": "read", "none": "claim-only"}
    for person in researchers():
        assert person.settings.get("mode") == (modes[person.access] if person.orcid_ids else None)
    assert [person.user_id for person in researchers() if not person.orcid_ids] == ["u-whitcombe"]


def test_r14_one_researcher_has_two_ids_and_one_claim_comes_as_an_address() -> None:
    assert [person.user_id for person in researchers() if len(person.orcid_ids) == 2] == ["u-ferreira"]
    addresses = [item["id"] for item in items_of("user") if any("https://" in iri for iri in item["orcid_ids"])]
    assert addresses == ["u-nakagawa"]


def test_r17_r18_r19_settings_off_the_default_are_there_once_each() -> None:
    def having(name: str, value: bool) -> list[str]:
        return [person.user_id for person in researchers() if person.settings.get(name) is value]

    assert having("published_only", False) == ["u-oconnell"]
    assert having("include_private", True) == ["u-haddad"]
    assert having("favourites_only", True) == ["u-kowalczyk"]


def test_r33_one_researcher_who_wrote_has_left() -> None:
    gone = {item["id"] for item in items_of("user") if not item["is_current"]}
    assert gone == {"u-castellanos"}
    assert all(person.access == "write" for person in researchers() if person.user_id in gone)


def test_whoever_writes_has_8_to_45_claimed_publications() -> None:
    counts = {person.user_id: len(claimed_by(person.user_id)) for person in researchers() if person.access == "write"}
    assert 8 <= min(counts.values()) <= 10
    assert max(counts.values()) == 45


def test_real_publications_outnumber_invented_ones_and_the_two_are_told_apart() -> None:
    invented = [item for item in items_of("publication") if item["id"].startswith("x-")]
    assert len(invented) == 32
    for item in items_of("publication"):
        dois = [i["value"] for r in item["records"] for i in r["data"].get("identifiers", []) if i["type"] == "doi"]
        assert all(("10.5555/exu." in doi) == item["id"].startswith("x-") for doi in dois)


def test_r27_the_researchers_stand_among_the_authors_of_invented_items_alone() -> None:
    full_names = {frozenset(person.name.split()) for person in researchers()}
    named = set()
    for item in items_of("publication"):
        for person in people_of(item):
            name = frozenset(f"{person.get('given', '')} {person['family']}".split())
            if item["id"].startswith("x-"):
                named |= full_names & {name}
            else:
                assert name not in full_names
                assert "orcid_id" not in person
    assert len(named) >= 15


def test_r41_an_id_in_the_metadata_waits_to_be_noticed() -> None:
    authors = publications()["x-talk-005"]["records"][0]["data"]["authors"]
    named = {author["orcid_id"] for author in authors if "orcid_id" in author}
    (owner,) = [person for person in researchers() if set(person.orcid_ids) & named]
    related = [i for i in items_of("relationship") if i["publication_id"] == "x-talk-005"]
    assert owner.user_id not in {item["user_id"] for item in related}


def test_r17_articles_state_published_in_many_ways_other_things_and_nothing() -> None:
    articles = [item for item in items_of("publication") if item["type"] == "journal-article"]
    said = {status for item in articles for status in statuses_by_source(item).values()}
    assert {"Published online", "published-online", "PUBLISHED", "Accepted", "In press", "Submitted", None} <= said
    silent = [item for item in articles if not any(statuses_by_source(item).values())]
    silent_crossref = [item for item in articles if statuses_by_source(item).get("crossref", "said") is None]
    assert (len(silent), len(silent_crossref)) == (6, 11)


def test_r18_private_internal_and_worked_out_levels_occur() -> None:
    levels = Counter(item.get("privacy") for item in items_of("relationship"))
    assert levels["private"] >= 10
    assert levels["internal"] >= 5
    assert sum("effective_privacy" in item for item in items_of("relationship")) == 3
    assert {item.get("privacy") for item in items_of("publication")} == {None, "public", "internal", "private"}
    private_to = [i["user_id"] for i in items_of("relationship") if i.get("privacy") == "private"]
    assert private_to.count("u-haddad") >= 3


def test_r18_one_publication_is_public_for_one_and_private_for_another() -> None:
    levels = {
        i["user_id"]: i.get("privacy") for i in items_of("relationship") if i["publication_id"] == "p-watson-1953"
    }
    assert levels["u-lindqvist"] == "public"
    assert levels["u-haddad"] == "private"


def test_r21_hidden_favourite_and_preferred_occur() -> None:
    relationships = items_of("relationship")
    assert sum(item["hidden"] for item in relationships) >= 5
    assert sum("preferred_record" in item for item in relationships) >= 10
    favourites = Counter(item["user_id"] for item in relationships if item["favourite"])
    assert 3 <= favourites["u-kowalczyk"] < len(claimed_by("u-kowalczyk"))


def test_r12_verified_and_unverified_manual_records_occur() -> None:
    manual = Counter(r["verified"] for i in items_of("publication") for r in i["records"] if r["source"] == "manual")
    assert min(manual[True], manual[False]) >= 40


def test_r26_many_publications_have_records_of_several_sources() -> None:
    assert sum(len(item["records"]) > 1 for item in items_of("publication")) >= 100
    sources = {record["source"] for item in items_of("publication") for record in item["records"]}
    assert sources == {"manual", "crossref", "scopus", "pubmed", "arxiv", "datacite"}


def test_r56_two_entries_of_one_user_share_a_doi() -> None:
    holders: dict[str, set[str]] = defaultdict(set)
    for item in items_of("publication"):
        for record in item["records"]:
            for identifier in record["data"].get("identifiers", []):
                if identifier["type"] == "doi":
                    holders[identifier["value"].lower().split("doi.org/")[-1]].add(item["id"])
    twins = {"p-hirsch-2005", "p-hirsch-2005-twin"}
    assert [ids for ids in holders.values() if len(ids) > 1] == [twins]
    assert twins <= {item["publication_id"] for item in claimed_by("u-oconnell")}


def test_publications_are_shared_by_researchers() -> None:
    shared = Counter(item["publication_id"] for item in items_of("relationship") if item["status"] == "claimed")
    assert sum(count > 1 for count in shared.values()) >= 100


def test_r29_titles_carry_markup_entities_and_many_scripts() -> None:
    everything = "\n".join(titles())
    for piece in ("<i>", "<sub>", "<sup>", "<mml:math", "&Omega;", "&amp;", "🦜", "′"):
        assert piece in everything
    for script in (
        "\u0590-\u05ff",
        "\u0600-\u06ff",
        "\u3040-\u309f",
        "\u4e00-\u9fff",
        "\u0400-\u04ff",
        "\u0370-\u03ff",
    ):
        assert re.search(f"[{script}]{{3}}", everything)


def test_r29_translated_titles_abstracts_editors_and_large_author_lists_occur() -> None:
    data = [record["data"] for item in items_of("publication") for record in item["records"]]
    assert sum("translated_title" in d for d in data) >= 10
    assert sum("abstract" in d for d in data) >= 12
    assert sum("editors" in d for d in data) >= 12
    assert max(len(d.get("authors", [])) for d in data) == 53


def test_r28_identifiers_come_as_addresses_and_with_hyphens() -> None:
    values = [
        (i["type"], i["value"])
        for p in items_of("publication")
        for r in p["records"]
        for i in r["data"].get("identifiers", [])
    ]
    assert sum(kind == "doi" and value.startswith("http") for kind, value in values) >= 4
    assert sum(kind == "isbn" and "-" in value for kind, value in values) >= 20
    assert any(kind == "doi" and "<" in value for kind, value in values)
