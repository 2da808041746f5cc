"""Section 6.1: when a work is a duplicate, for single works, updates and bulks."""

from __future__ import annotations

from typing import Any

from conformance.bodies import bulk, doi, identifier, update, work
from conformance.case import Case, Control, Expect, Need, Step
from conformance.matching import AnInteger, Contains, Matches
from conformance.steps import CREATED, case, delete, post, post_bulk, put, read, refused, shows

_CLASH = refused(409, 9021, developer_message=Matches(r".*put-code $a\b.*"))
_CLASH_AT_0 = shows(
    {
        "bulk.0.error.error-code": 9021,
        "bulk.0.error.response-code": 409,
        "bulk.0.error.developer-message": Matches(r".*put-code $a\b.*"),
    }
)
_NEW_AT_0 = shows({"bulk.0.work.put-code": AnInteger()})
_OTHER = {"title": {"title": {"value": "Another title"}}, "type": "book"}


def cases() -> list[Case]:
    return [*_single(), *_relationships(), *_same_value(), *_updates(), *_in_bulk(), *_sources()]


def _single() -> list[Case]:
    return [
        case("the same identifier again: 409/9021 naming the put-code", "6.1", post(put_code="a"), post(expect=_CLASH)),
        case("title and type play no part", "6.1", post(put_code="a"), post(work(_OTHER), _CLASH)),
        case(
            "another identifier: no duplicate, though all else is equal",
            "6.1",
            post(),
            post(work({}, identifier("$case-2"))),
        ),
        case(
            "one identifier of several is enough",
            "6.1",
            post(put_code="a"),
            post(work({}, identifier("$case-2"), identifier()), _CLASH),
        ),
        case("the type of the identifier counts", "6.1", post(), post(work({}, identifier(kind="other-id")))),
        case("the same identifier twice in one work", "6.1", post(work({}, identifier(), identifier()))),
        case("after a DELETE it is free again", "6.1", post(put_code="a"), delete("a"), post()),
        case(
            "the user-message names the client",
            "6.1",
            post(put_code="a"),
            read("a", {}, keep={"name": "source.source-name.value"}),
            post(expect=refused(409, 9021, user_message=Contains("$name"))),
        ),
    ]


def _relationships() -> list[Case]:
    def pair(there: str, new: str, expect: Expect, in_bulk: Expect) -> list[Case]:
        """A DOI on a stored work and on a new one, each beside an own self identifier."""
        stored = post(work({}, identifier("$case-1"), doi("$case", there)), put_code="a")
        body = work({}, identifier("$case-2"), doi("$case", new))
        return [
            case(f"stored as {there}, new as {new}: single", "6.1", stored, post(body, expect)),
            case(f"stored as {there}, new as {new}: bulk", "6.1", stored, post_bulk(bulk(body), in_bulk)),
        ]

    return [
        *pair("self", "self", _CLASH, _CLASH_AT_0),
        *pair("self", "part-of", CREATED, _NEW_AT_0),
        *pair("self", "version-of", CREATED, _NEW_AT_0),
        *pair("self", "funded-by", CREATED, _NEW_AT_0),
        *pair("version-of", "self", CREATED, _CLASH_AT_0),
        *pair("part-of", "self", CREATED, _NEW_AT_0),
        *pair("funded-by", "self", CREATED, _NEW_AT_0),
        *pair("version-of", "version-of", CREATED, _NEW_AT_0),
        *pair("part-of", "part-of", CREATED, _NEW_AT_0),
    ]


def _same_value() -> list[Case]:
    def two(name: str, kind: str, first: str, second: str, expect: Expect) -> Case:
        return case(
            f"{kind}: {name}",
            "6.1",
            post(work({}, identifier(first, kind=kind)), put_code="a"),
            post(work({}, identifier(second, kind=kind)), expect),
        )

    return [
        two("letters of another case are the same", "doi", "10.5555/abc-$case", "10.5555/ABC-$case", _CLASH),
        two("a URL is the same", "doi", "10.5555/$case", "https://doi.org/10.5555/$case", _CLASH),
        two("a prefix is the same", "doi", "10.5555/$case", "doi:10.5555/$case", _CLASH),
        two("a final dot makes another", "doi", "10.5555/$case", "10.5555/$case.", CREATED),
        two("hyphens play no part", "isbn", "978-3-1-$digits", "97831$digits", _CLASH),
        two("case plays no part", "source-work-id", "Local-$case", "LOCAL-$case", _CLASH),
        two("case counts", "ark", "ark:/1/Abc$case", "ark:/1/ABC$case", CREATED),
        two("not normalisable: compared as it stands", "doi", "no doi $case", "No doi $case", CREATED),
        two("not normalisable: the same text clashes", "doi", "no doi $case", "no doi $case", _CLASH),
    ]


def _updates() -> list[Case]:
    two: tuple[Step, ...] = (post(put_code="a"), post(work({}, identifier("$case-2")), put_code="b"))
    changed = {"type": "book"}
    return [
        case("PUT does not clash with itself", "6.1", post(put_code="a"), put("a", update("a", changed))),
        case("PUT that would make a duplicate", "6.1", *two, put("b", update("b", changed), _CLASH)),
        case(
            "PUT that adds a clashing identifier",
            "6.1",
            *two,
            put("b", update("b", {}, identifier("$case-2"), identifier()), _CLASH),
        ),
        case(
            "PUT with the other's identifier as part-of",
            "6.1",
            *two,
            put("b", update("b", changed, identifier("$case-2"), identifier(relationship="part-of"))),
        ),
        case(
            "PUT against a version-of does not clash",
            "6.1",
            post(work({}, identifier("$case-1"), doi("$case", "version-of")), put_code="a"),
            post(work({}, identifier("$case-2")), put_code="b"),
            put("b", update("b", {}, identifier("$case-2"), doi())),
        ),
    ]


def _in_bulk() -> list[Case]:
    twice = bulk(work(_OTHER), work())
    fresh = {"bulk.0.work.put-code": AnInteger(), "bulk.1.error.error-code": 9021, "bulk.1.error.response-code": 409}
    return [
        case("an earlier item of the bulk clashes", "6.1", post_bulk(twice, shows(fresh))),
        case("bulk: against a stored work", "6.1", post(put_code="a"), post_bulk(bulk(work()), _CLASH_AT_0)),
        case(
            "an earlier item's version-of clashes",
            "6.1",
            post_bulk(bulk(work({}, identifier("$case-1"), doi("$case", "version-of")), work({}, doi())), shows(fresh)),
        ),
        case(
            "an earlier item's part-of does not",
            "6.1",
            post_bulk(
                bulk(work({}, identifier("$case-1"), doi("$case", "part-of")), work({}, doi())),
                shows({"bulk.1.work.put-code": AnInteger()}),
            ),
        ),
        case(
            "bulk: another spelling of a DOI",
            "6.1",
            post(work({}, doi()), put_code="a"),
            post_bulk(bulk(work({}, identifier("https://doi.org/10.5555/$case", kind="doi"))), _CLASH_AT_0),
        ),
    ]


def _sources() -> list[Case]:
    there: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}
    token = Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"})
    wizard = {"client_id": "APP-CONFORMWIZARD000", "client_secret": "x", "acts_for_user": True}
    return [
        *(
            case(
                f"the work of {whose} never counts",
                "6.1",
                Control("works", {"orcid": "$fresh", "source": source, "works": [work()]}),
                token,
                post(expect=CREATED, **there),
                needs=Need.OTHER_SOURCE,
            )
            for whose, source in (("the owner", "owner"), ("another client", "APP-CONFORMOTHER0000"))
        ),
        *(
            case(
                f"an own {visibility} work counts",
                "6.1",
                Control(
                    "works",
                    {"orcid": "$fresh", "source": "$client_id", "works": [work({"visibility": visibility})]},
                    {"a": "put_codes.0"},
                ),
                token,
                post(expect=_CLASH, **there),
                needs=Need.OWNER,
            )
            for visibility in ("limited", "private")
        ),
        case(
            "the same client with another assertion origin is another source",
            "6.1",
            Control("client", {**wizard, "acts_for_user": False}),
            Control(
                "works", {"orcid": "$fresh", "source": "APP-CONFORMWIZARD000", "works": [work()]}, {"a": "put_codes.0"}
            ),
            Control("client", wizard),
            Control("token", {"orcid": "$fresh", "client_id": "APP-CONFORMWIZARD000"}, {"mine": "access_token"}),
            post(expect=CREATED, **there),
            put("a", update("a", _OTHER, identifier("$case-2")), refused(403, 9010), **there),
            delete("a", refused(403, 9010), **there),
            needs=Need.CLIENT_KIND,
        ),
        case("works on another record never count", "6.1", token, post(), post(**there), needs=Need.TOKENS),
        case(
            "all of it also for the bulk",
            "6.1",
            Control("works", {"orcid": "$fresh", "source": "owner", "works": [work()]}),
            token,
            post_bulk(bulk(work()), _NEW_AT_0, **there),
            needs=Need.OTHER_SOURCE,
        ),
    ]
