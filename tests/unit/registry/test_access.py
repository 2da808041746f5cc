"""Who may do what, and in which order the registry looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.registry.harness import CLIENT, ORCID, OTHER_CLIENT, OTHER_ORCID, Harness, bulk, identifier, work

UPDATE = "/activities/update"
BOTH = "/activities/update /read-limited"


def test_bearer_refusals_are_json_whatever_is_asked_for() -> None:
    registry = Harness()
    nothing = registry.call("GET", f"/v3.0/{ORCID}/works", headers={"accept": "application/xml"})
    assert (nothing.status, nothing.json["error"]) == (403, "forbidden")
    unknown = registry.works("GET", "/works", token="nonsense", accept="application/xml")
    assert unknown.headers["content-type"] == "application/json;charset=UTF-8"
    assert (unknown.status, unknown.json) == (
        401,
        {"error": "invalid_token", "error_description": "Invalid access token: nonsense"},
    )
    registry.control("client", client_id=CLIENT, public=True)
    public = registry.works("GET", "/works")
    assert (public.status, public.json["error"]) == (403, "forbidden")
    assert registry.access in public.json["error_description"]


def test_token_may_come_as_parameter_and_the_scheme_in_any_case() -> None:
    registry = Harness()
    assert registry.call("GET", f"/v3.0/{ORCID}/works?access_token={registry.access}").status == 200
    headers = {"authorization": f"bEaReR {registry.access}"}
    assert registry.call("GET", f"/v3.0/{ORCID}/works", headers=headers).status == 200


def test_expired_token_is_invalid(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    registry = Harness(clock_file=clock)
    token = registry.token(expires_in=100)
    assert registry.works("GET", "/works", token=token).status == 200
    clock.write_text("101")
    assert registry.works("GET", "/works", token=token).status == 401


@pytest.mark.parametrize(("by", "deleting"), [("user", 204), ("client", 401), ("staff", 401)])
def test_token_revoked_by_its_owner_still_deletes_and_no_other(by: str, deleting: int) -> None:
    registry = Harness()
    put_code = registry.add(work())
    registry.control("revocation", orcid=ORCID, client_id=CLIENT, by=by)
    assert registry.works("GET", "/works").status == 401
    assert registry.works("POST", "/work", work()).status == 401
    assert registry.works("PUT", f"/work/{put_code}", work()).status == 401
    assert registry.works("DELETE", f"/work/{put_code}").status == deleting


@pytest.mark.parametrize(
    ("scope", "post", "put", "delete"),
    [
        (UPDATE, 201, 200, 204),
        ("/orcid-works/create", 201, 403, 403),
        ("/orcid-works/update", 201, 200, 204),
        ("/read-limited", 403, 403, 403),
        ("/authenticate", 403, 403, 403),
    ],
)
def test_scopes_decide_what_may_be_written(scope: str, post: int, put: int, delete: int) -> None:
    registry = Harness()
    put_code = registry.add(work())
    token = registry.token(scope)
    other = work(identifier(value="10.1234/other"))
    assert registry.works("POST", "/work", other, token=token).status == post
    changed = {**work(title={"title": {"value": "New"}}), "put-code": put_code}
    replies = [
        registry.works("PUT", f"/work/{put_code}", changed, token=token),
        registry.works("DELETE", f"/work/{put_code}", token=token),
    ]
    assert [reply.status for reply in replies] == [put, delete]
    assert all(reply.json["error-code"] == 9038 for reply in replies if reply.status == 403)


@pytest.mark.parametrize(
    ("visibility", "scope", "mine", "single", "in_bulk"),
    [
        ("public", UPDATE, False, 200, 200),
        ("limited", BOTH, False, 200, 200),
        ("limited", UPDATE, False, (403, 9038), (403, 9013)),
        ("private", BOTH, False, (403, 9013), (403, 9013)),
        ("private", UPDATE, False, (403, 9038), (403, 9013)),
        ("limited", UPDATE, True, 200, 200),
        ("private", UPDATE, True, 200, 200),
    ],
)
def test_who_may_read_what(visibility: str, scope: str, mine: bool, single: Any, in_bulk: Any) -> None:
    registry = Harness()
    source = CLIENT if mine else OTHER_CLIENT
    (code,) = registry.control("works", orcid=ORCID, source=source, works=[work(visibility=visibility)])["put_codes"]
    token = registry.token(scope)
    for path in (f"/work/{code}", f"/work/summary/{code}"):
        reply = registry.works("GET", path, token=token)
        assert (200 if reply.status == 200 else reply.refusal) == single
    (item,) = registry.works("GET", f"/works/{code}", token=token).json["bulk"]
    found = 200 if "work" in item else (item["error"]["response-code"], item["error"]["error-code"])
    assert found == in_bulk
    assert len(registry.works("GET", "/works", token=token).json["group"]) == (1 if single == 200 else 0)


READING = [
    ("GET", "/works", None),
    ("GET", "/works/1", None),
    ("GET", "/work/1", None),
    ("GET", "/work/summary/1", None),
]
WRITING = [
    ("POST", "/work", work()),
    ("POST", "/works", bulk(work())),
    ("PUT", "/work/1", {**work(), "put-code": 1}),
    ("DELETE", "/work/1", None),
]


@pytest.mark.parametrize(
    ("state", "reading", "writing"),
    [
        ("locked", (409, 9018), (409, 9018)),
        ("deactivated", (409, 9044), (409, 9044)),
        ("unclaimed", (409, 9036), (409, 9036)),
        ("deprecated", (301, 9007), (409, 9007)),
    ],
)
def test_condition_of_the_record_stops_everything(state: str, reading: Any, writing: Any) -> None:
    registry = Harness()
    registry.control("record", orcid=ORCID, state=state, primary=OTHER_ORCID)
    for calls, expected in ((READING, reading), (WRITING, writing)):
        for method, path, body in calls:
            reply = registry.works(method, path, body)
            assert reply.refusal == expected
            if state == "deprecated":
                assert reply.headers["location"] == f"http://registry.test/v3.0/{OTHER_ORCID}{path}"
                assert f"Please refer to account: https://sandbox.orcid.org/{OTHER_ORCID}." in reply.text


def test_unclaimed_record_is_open_to_its_creator_and_to_all_after_ten_days(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    registry = Harness(clock_file=clock)
    registry.control("record", orcid=ORCID, state="unclaimed")
    assert registry.works("GET", "/works").status == 409
    clock.write_text(str(10 * 24 * 3600 + 1))
    assert registry.works("GET", "/works").status == 200
    clock.write_text("0")
    registry.control("record", orcid=ORCID, creator=CLIENT)
    assert registry.works("GET", "/works").status == 200


def test_no_such_record() -> None:
    registry = Harness()
    assert registry.works("GET", "/works", orcid=OTHER_ORCID).refusal == (401, 9017)
    registry.control("client", client_id=CLIENT, client_secret="s")
    form = {"client_id": CLIENT, "client_secret": "s", "grant_type": "client_credentials", "scope": "/read-public"}
    token = registry.form("/oauth/token", form).json["access_token"]
    assert registry.works("GET", "/works", orcid=OTHER_ORCID, token=token).refusal == (404, 9016)
    assert registry.works("GET", "/works", token=token).status == 200
    assert registry.works("POST", "/work", work(), token=token).refusal == (403, 9038)


def test_checks_come_in_orcids_order() -> None:
    """Each step mends what the last one found; the next fault then comes to light."""
    registry = Harness()
    registry.control("record", orcid=OTHER_ORCID, state="locked")
    reader = registry.token("/read-limited", orcid=OTHER_ORCID)
    writer = registry.token(orcid=OTHER_ORCID)
    bad, good = {"colour": 1}, work()

    def put(token: str, body: Any, code: str = "x", orcid: str = OTHER_ORCID, **options: Any) -> tuple[int, int]:
        return registry.works("PUT", f"/work/{code}", body, token=token, orcid=orcid, **options).refusal

    mine = registry.access
    steps = [
        put(mine, bad, content_type="text/plain"),  # before the record is looked at
        put(mine, bad),
        put(reader, bad),
        put(reader, good),
        put(reader, good, "7"),
    ]
    registry.control("record", orcid=OTHER_ORCID, state="ok")
    steps += [put(reader, good, "7"), put(writer, good, "7"), put(writer, {**good, "put-code": 7}, "7")]
    assert steps == [
        (415, 9001),
        (401, 9017),
        (400, 9047),
        (400, 9034),
        (409, 9018),
        (403, 9038),
        (400, 9019),
        (404, 9016),
    ]
    unknown = registry.works("PUT", "/work/x", bad, token="nonsense", content_type="text/plain")
    assert unknown.status == 401  # and the token comes before all


def test_delete() -> None:
    registry = Harness()
    (foreign,) = registry.control("works", orcid=ORCID, source="owner", works=[work()])["put_codes"]
    put_code = registry.add(work())
    assert registry.works("DELETE", f"/work/{foreign}").refusal == (403, 9010)
    gone = registry.works("DELETE", f"/work/{put_code}")
    assert (gone.status, gone.body) == (204, b"")
    assert registry.works("DELETE", f"/work/{put_code}").refusal == (404, 9016)
    assert registry.works("DELETE", "/work/x").refusal == (400, 9034)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/record", 404),
        ("PATCH", "/work/1", 405),
        ("PUT", "/works", 405),
        ("DELETE", "/works", 405),
        ("GET", "/work", 405),
    ],
)
def test_unknown_paths_and_methods(method: str, path: str, expected: int) -> None:
    assert Harness().works(method, path, work()).refusal == (expected, 9001)


def test_paths_without_or_with_another_version() -> None:
    registry = Harness()
    moved = registry.call("GET", f"/{ORCID}/works")
    assert (moved.status, moved.headers["location"]) == (302, f"/v3.0/{ORCID}/works")
    assert registry.call("POST", f"/{ORCID}/work", headers={"accept": "application/json"}).refusal == (400, 9012)
    candidate = registry.call("GET", f"/v3.0_rc2/{ORCID}/works")
    assert (candidate.status, candidate.headers["location"]) == (308, f"/v3.0/{ORCID}/works")
