"""The examples of the OpenAPI document: calls and answers of docs/api-examples.json, which a test replays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orcid_sync.api.operations import Operation
from orcid_sync.api.problems import PROBLEMS


@dataclass(frozen=True, slots=True)
class Example:
    """One call and its answer, as they are: a body of JSON as its value, any other as text."""

    operation: str
    name: str
    summary: str
    right: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    status: int
    answer_type: str
    answer: Any
    answer_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def answered(self) -> dict[str, Any]:
        """As the document shows it in an answer."""
        return {"summary": self.summary, "value": self.answer}


def examples_of(operation: Operation, examples: Iterable[Example]) -> list[Example]:
    """Those of one operation, as they stand."""
    return [example for example in examples if example.operation == operation.name]


def shared_name(slug: str, status: int) -> str:
    """The name of a problem's example that several operations share; `internal` has two statuses."""
    return f"{slug}-{status}" if slug == "internal" else slug


def shared(examples: Iterable[Example]) -> dict[str, Any]:
    """Of each problem type the first example, for the operations that have none of their own."""
    slugs = {(slug, status) for status, slug, _ in PROBLEMS.values()}
    found: dict[str, Any] = {}
    for example in examples:
        key = (example.answer.get("type"), example.status) if isinstance(example.answer, dict) else None
        if key in slugs and key is not None:
            found.setdefault(shared_name(*key), example.answered)
    return dict(sorted(found.items()))


def requests(operation: Operation, examples: Iterable[Example]) -> dict[str, Any]:
    """Bodies by name, of calls in which nothing was refused."""
    own = [example for example in examples_of(operation, examples) if example.body is not None]
    good = [example for example in own if example.status < 400 and not _refused_in_part(example.answer)]
    return {example.name: {"summary": example.summary, "value": example.body} for example in good}


def _refused_in_part(answer: Any) -> bool:
    return isinstance(answer, dict) and bool(answer.get("errors"))


def parameter(operation: Operation, where: str, name: str, examples: Iterable[Example]) -> Any:
    """The value of a parameter in the first call that has it; None: no call has."""
    for example in examples_of(operation, examples):
        given: Mapping[str, str] = getattr(example, where)
        if name in given and example.status < 400:
            return given[name]
    return None
