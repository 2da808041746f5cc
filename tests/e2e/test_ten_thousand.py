"""A user with 10,000 publications: the settings page costs a bounded number of calls, the list pages through all once.

The catalogue's items are put into the table by the adapter's own code, as they lie there after a feed; fed one by one,
and with each of them noticed, it would take minutes on the embedded AWS.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from orcid_sync.adapters.dynamodb_table import Table
from orcid_sync.adapters.items_catalogue import header_item, relationship_item
from orcid_sync.domain.catalogue import ClaimStatus, Header, RecordDigest, RecordKey, Relationship

from tests.e2e.local_stack import LocalStack
from tests.e2e.scholar import Scholar

pytestmark = pytest.mark.stack

PUBLICATIONS = 10_000
# Every tenth is a draft, every hundredth has no title.
DRAFTS, NAMELESS = 1000, 100
KEYS_A_READ = 100


def _header(publication_id: str, number: int) -> Header:
    digest = RecordDigest(
        key=RecordKey("crossref", "1"),
        digest=f"{number:020x}",
        verified=False,
        status="accepted" if number % 10 == 0 else "published",
        self_ids=(f"doi:10.5555/{publication_id}",),
        richness=20,
        defect="no_title" if number % 100 == 1 else None,
    )
    title = f"A matter of some length, as titles are, of number {number}"
    return Header(publication_id, 1, "journal-article", title, None, (digest,), builder_version=1)


def _catalogue(stack: LocalStack) -> Table:
    resources = stack.aws("cloudformation").get_paginator("list_stack_resources")
    found = (r for page in resources.paginate(StackName="orcid-sync") for r in page["StackResourceSummaries"])
    return Table(
        stack.aws("dynamodb"),
        next(r["PhysicalResourceId"] for r in found if r["LogicalResourceId"] == "CatalogueTable"),
    )


@contextmanager
def _unnoticed(stack: LocalStack) -> Iterator[None]:
    """The catalogue's stream passes nothing on: nobody writes for this user, so there is nothing to notice."""
    functions = stack.aws("lambda")
    (mapping,) = [
        one
        for one in functions.get_paginator("list_event_source_mappings")
        .paginate()
        .build_full_result()["EventSourceMappings"]
        if "/stream/" in one["EventSourceArn"]
    ]
    nothing = {"Filters": [{"Pattern": '{"eventName": ["NOTHING"]}'}]}
    functions.update_event_source_mapping(UUID=mapping["UUID"], FilterCriteria=nothing)
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=mapping["UUID"], FilterCriteria=mapping["FilterCriteria"])


def _reads(usage: dict[str, Any]) -> Counter[str]:
    return Counter({call["operation"]: call["count"] for call in usage["aws"] if call["service"] == "dynamodb"})


def _invocations(usage: dict[str, Any]) -> Counter[str]:
    return Counter({function: told["count"] for function, told in usage["functions"].items()})


def _alone(stack: LocalStack, path: str, token: str) -> tuple[Any, Counter[str], float]:
    """The answer of a call that meets no other function, what it reads, and its seconds.

    Schedules go on, each minute one, and what they read cannot be told from what the call reads: then once more.
    """
    for _ in range(5):
        stack.quiet()
        before, began = stack.call("GET", "/_local/usage").json, time.monotonic()
        answer = stack.call("GET", path, token=token).json
        took, after = time.monotonic() - began, stack.call("GET", "/_local/usage").json
        stack.quiet()
        at_rest = stack.call("GET", "/_local/usage").json
        if (_invocations(at_rest) - _invocations(before)).total() == 1:
            return answer, _reads(after) - _reads(before), took
    raise AssertionError("other functions ran beside the call each time")


def test_r21_ten_thousand_publications_are_counted_by_one_query_and_listed_once(stack: LocalStack) -> None:
    mara = Scholar(stack, "many-mara", 6501)
    ids = [mara.id_of(f"p{number:05d}") for number in range(PUBLICATIONS)]
    headers = [header_item(_header(publication_id, number)) for number, publication_id in enumerate(ids)]
    claimed = [relationship_item(Relationship(mara.user_id, one, 1, ClaimStatus.CLAIMED)) for one in ids]
    table = _catalogue(stack)
    parts = [part[start : start + 500] for part in (claimed, headers) for start in range(0, PUBLICATIONS, 500)]
    with _unnoticed(stack):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(table.put_many, parts))
        stack.quiet()
    token = stack.token(mara.user_id)
    answer, spent, took = _alone(stack, "/v1/users/me/orcid", token)
    (link,) = answer["items"]
    counts = link["counts"]
    assert (counts["claimed"], counts["waiting_add"]) == (PUBLICATIONS, PUBLICATIONS - DRAFTS - NAMELESS)
    assert (counts["left_out"]["not_published"], counts["left_out"]["invalid"]) == (DRAFTS, NAMELESS)
    # One query of the user's relationships, one of their links; headers by the hundred; and single items: user, writer
    # item, configuration, type mapping.
    assert spent["BatchGetItem"] == PUBLICATIONS // KEYS_A_READ
    assert spent["Query"] == 2
    assert spent["GetItem"] <= 6
    assert set(spent) == {"BatchGetItem", "Query", "GetItem"}
    assert took < 10, f"a page of 10,000 took {took:.1f} s"
    listed = [item["publication_id"] for item in mara.listed()]
    assert sorted(listed) == ids
    assert len(mara.listed("&reason=invalid")) == NAMELESS
