"""Requests and expectations that many cases share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.bodies import work
from conformance.case import Case, Expect, Need, Request, Step
from conformance.matching import Matches

CREATED = Expect(201, headers={"Location": Matches(r".*/v3\.0/$record/work/\d+")}, empty=True)
DELETED = Expect(204, empty=True)
OK = Expect(200)


def refused(status: int, code: int | None = None, **fields: object) -> Expect:
    """An ORCID error; `fields` in Python spelling are members of its body."""
    return Expect(status, code, {name.replace("_", "-"): value for name, value in fields.items()})


def oauth_error(status: int | tuple[int, ...], error: object) -> Expect:
    """An OAuth error, which is not ORCID's error object."""
    return Expect(status, fields={"error": error})


def shows(fields: Mapping[str, object], status: int = 200) -> Expect:
    """Success with these values in the body."""
    return Expect(status, fields=fields)


def post(body: object = None, expect: Expect = CREATED, put_code: str = "", **options: Any) -> Request:
    """Create one work; the minimal one unless another is given."""
    return Request("POST", "/work", expect, work() if body is None else body, put_code=put_code, **options)


def post_bulk(body: object, expect: Expect = OK, **options: Any) -> Request:
    return Request("POST", "/works", expect, body, **options)


def put(name: str, body: object, expect: Expect = OK, **options: Any) -> Request:
    """Replace the work whose put-code is saved under a name."""
    return Request("PUT", f"/work/${name}", expect, body, **options)


def get(path: str, expect: Expect = OK, **options: Any) -> Request:
    return Request("GET", path, expect, content_type=options.pop("content_type", None), **options)


def read(name: str, fields: Mapping[str, object], **options: Any) -> Request:
    """Read the work whose put-code is saved under a name, and look at some of its members."""
    return get(f"/work/${name}", shows(fields), **options)


def delete(name: str, expect: Expect = DELETED, **options: Any) -> Request:
    return Request("DELETE", f"/work/${name}", expect, content_type=options.pop("content_type", None), **options)


def token(form: Mapping[str, str], expect: Expect, path: str = "/oauth/token", **options: Any) -> Request:
    """A call of the authorization server."""
    return Request("POST", path, expect, form=form, server="auth", caller=options.pop("caller", None), **options)


def case(name: str, section: str, *steps: Step, needs: Need | tuple[Need, ...] = ()) -> Case:
    return Case(name, section, steps, (needs,) if isinstance(needs, Need) else needs)
