"""Section 6.6: creating works by bulk."""

from __future__ import annotations

from typing import Any

from conformance.bodies import Json, bulk, identifier, title, work
from conformance.case import Case, Control, Need
from conformance.matching import AnInteger, Gone, Matches
from conformance.steps import CREATED, case, get, post, post_bulk, read, refused, shows

_THERE: dict[str, Any] = {"orcid": "$fresh", "caller": "mine"}


def cases() -> list[Case]:
    return [*_limits(), *_items(), *_full_record()]


def _works(count: int) -> list[Json]:
    return [work({"title": title(f"Conformance $case {n:03d}")}, identifier(f"$case-{n}")) for n in range(count)]


def _limits() -> list[Case]:
    titles = [f"Conformance $case {n:03d}" for n in range(100)]
    return [
        case(
            "100 items, answered in order",
            "6.6",
            post_bulk(bulk(*_works(100)), shows({"bulk.#": 100, "bulk.*.work.title.title.value": titles})),
        ),
        case("101 items", "6.6", post_bulk(bulk(*_works(101)), refused(400, 9006))),
        case(
            "101 items: the text names the limit",
            "6.6",
            post_bulk(bulk(*_works(101)), refused(400, 9006, developer_message=Matches(r".*\b100\b.*"))),
        ),
        case(
            "101 items: nothing is stored",
            "6.6",
            post_bulk(bulk(*_works(101)), refused(400, 9006)),
            post(work({}, identifier("$case-0"))),
        ),
        case(
            "101 items that could not even be created",
            "6.6",
            post_bulk(bulk(*[{"type": "book"}] * 101), refused(400, 9006)),
        ),
    ]


def _items() -> list[Case]:
    good, later = work(), work({}, identifier("$case-2"))
    bad, update_ = work({}, identifier("$case-3", "part-of")), work({"put-code": 1}, identifier("$case-4"))
    mixed = bulk(good, bad, later, update_)
    return [
        case(
            "each result stands in its item's place",
            "6.6",
            post_bulk(
                mixed,
                shows(
                    {
                        "bulk.#": 4,
                        "bulk.0.work.put-code": AnInteger(),
                        "bulk.1.error.error-code": 9023,
                        "bulk.2.work.put-code": AnInteger(),
                        "bulk.3.error.error-code": 9024,
                    }
                ),
            ),
        ),
        case(
            "failures do not undo successes",
            "6.6",
            post_bulk(mixed, shows({}), keep={"a": "bulk.2.work.put-code"}),
            read("a", {"put-code": "$a"}),
        ),
        case(
            "a created item carries no error, a failed one no work",
            "6.6",
            post_bulk(mixed, shows({"bulk.0.error": Gone(), "bulk.1.work": Gone(), "bulk.#": 4})),
        ),
        case(
            "a created item has put-code, visibility, source, dates",
            "6.6",
            post_bulk(
                bulk(good),
                shows(
                    {
                        "bulk.0.work.put-code": AnInteger(),
                        "bulk.0.work.visibility": Matches("[a-z-]+"),
                        "bulk.0.work.source.source-client-id.path": "$client_id",
                        "bulk.0.work.created-date.value": AnInteger(),
                        "bulk.0.work.last-modified-date.value": AnInteger(),
                    }
                ),
            ),
        ),
        case(
            "an earlier item counts for later ones",
            "6.6",
            post_bulk(
                bulk(good, work({"type": "book"})),
                shows(
                    {
                        "bulk.0.work.put-code": AnInteger(),
                        "bulk.1.error.error-code": 9021,
                        "bulk.1.error.developer-message": Matches(r".*put-code \d+.*"),
                    }
                ),
            ),
        ),
        case(
            "an earlier item that failed does not count",
            "6.6",
            post_bulk(
                bulk(work({"citation": {"citation-value": "x"}}), good),
                shows({"bulk.0.error.error-code": 9037, "bulk.1.work.put-code": AnInteger()}),
            ),
        ),
        case(
            "an item with a put-code does not update",
            "6.6",
            post(put_code="a"),
            post_bulk(
                bulk(work({"put-code": "$a", "title": title("Changed")})), shows({"bulk.0.error.error-code": 9024})
            ),
            read("a", {"title.title.value": "Conformance $case"}),
        ),
        case(
            "all items fail: still 200",
            "6.6",
            post_bulk(bulk(bad, update_), shows({"bulk.#": 2, "bulk.*.error.response-code": [400, 400]})),
        ),
        case(
            "created by bulk, listed",
            "6.6",
            post_bulk(bulk(good), shows({}), keep={"a": "bulk.0.work.put-code"}),
            get("/works", shows({"group($a).work-summary($a).display-index": "1"})),
        ),
    ]


def _full_record() -> list[Case]:
    def filled(count: int) -> Control:
        works = [work({}, identifier(f"$case-f{n}")) for n in range(count)]
        return Control("works", {"orcid": "$fresh", "source": "owner", "works": works})

    token = Control("token", {"orcid": "$fresh", "client_id": "$client_id"}, {"mine": "access_token"})
    full = refused(409, 9048)
    return [
        case(
            "10,000 works: the last fits, one more does not; bulks are told as a whole, before their own limit",
            "6.6",
            token,
            filled(9_998),
            post_bulk(bulk(*_works(3)), full, **_THERE),
            post(work({}, identifier("$case-a")), CREATED, **_THERE),
            post(work({}, identifier("$case-b")), CREATED, **_THERE),
            post(work({}, identifier("$case-c")), full, **_THERE),
            post_bulk(bulk(*_works(101)), full, **_THERE),
            post_bulk(bulk(work()), full, **_THERE),
            needs=Need.MANY_WORKS,
        ),
        case(
            "10,000 works: the limit comes before the duplicate check, after the rules",
            "3.1",
            token,
            filled(9_999),
            post(**_THERE),
            post(expect=full, **_THERE),
            post(work({}, identifier(kind="colour")), refused(400, 9023), **_THERE),
            needs=Need.MANY_WORKS,
        ),
    ]
