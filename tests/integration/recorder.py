"""Records calls of the API and their answers as examples, in a world whose clock and chance repeat."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.openapi_examples import Example

from local.openapi import operations
from tests.integration.conftest import Caller, Product, Reply

BEGIN_MS = 1_793_606_400_000  # 2026-11-02T08:00:00Z
OPERATIONS = {operation.name: operation for operation in operations()}


@dataclass
class Recorder:
    """`conceal` says what stands for a text that differs from run to run; a minute passes between two calls."""

    product: Product
    now_ms: int = BEGIN_MS
    examples: list[Example] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    conceal: dict[str, str] = field(default_factory=dict)

    def freeze(self, patch: pytest.MonkeyPatch) -> None:
        """Let clock and chance repeat."""
        patch.setattr(SystemClock, "now_ms", lambda _: self.now_ms)
        patch.setattr(SystemClock, "sleep", lambda _, seconds: self._pass(seconds))
        numbers = itertools.count(1)
        patch.setattr("secrets.token_hex", lambda size=32: f"{next(numbers):0{2 * size}x}")
        patch.setattr("secrets.token_urlsafe", lambda size=32: f"{next(numbers):0{size}d}")

    def _pass(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)

    def __call__(
        self,
        summary: str,
        operation: str,
        caller: str = "u-jones",
        *,
        expect: str,
        path: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: Any = None,
        keep: bool = True,
    ) -> Reply:
        """Call as `administrator`, `feed`, `nobody` or a user; `expect` is a status or a problem's type."""
        self.now_ms += 60_000
        route = OPERATIONS[operation]
        own = {"user_id": "me"} if "{user_id}" in route.path else {}
        placed = {**own, **(path or {})}
        address = re.sub(r"\{(\w+)\}", lambda found: quote(placed[found[1]], safe=""), route.path)
        given = {"raw": body} if isinstance(body, str) else {"body": body}
        reply = self._as(caller)(f"{route.method} {address}", query=query, headers=headers, **given)
        came = reply.type if reply.status >= 400 else str(reply.status)
        assert came == expect, f"{summary}: {reply}"
        self.seen.add((operation, came))
        if keep:
            name = re.sub(r"[^a-z0-9]+", "-", summary.lower()).strip("-")
            kept = {n: v for n, v in reply.headers.items() if n in ("ETag", "Location", "Retry-After")}
            kind = reply.headers.get("Content-Type") or ""
            right = caller if caller in ("administrator", "feed", "nobody") else "user"
            self.examples.append(
                Example(
                    operation=operation,
                    name=name,
                    summary=summary,
                    right=right,
                    path=placed,
                    query=query or {},
                    headers=headers or {},
                    body=None if came == "too-large" else body,
                    status=reply.status,
                    answer_type=kind if reply.body is not None else "",
                    answer=reply.body,
                    answer_headers=kept,
                )
            )
        return reply

    def _as(self, caller: str) -> Caller:
        named = {"administrator": self.product.administrator, "feed": self.product.ris, "nobody": self.product.stranger}
        return named[caller] if caller in named else self.product.user(caller)

    @staticmethod
    def rights(operation: str) -> set[str]:
        """Whose token opens it."""
        return {OPERATIONS[operation].right.value}

    def catalogue(self) -> str:
        """The examples as they are stored."""
        text = json.dumps([asdict(example) for example in self.examples], indent=1, ensure_ascii=False) + "\n"
        for found, shown in self.conceal.items():
            text = text.replace(found, shown).replace(quote(found, safe=""), quote(shown, safe=""))
        return text
