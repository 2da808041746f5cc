"""The first things a person would try on the local stack."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from local.aws.embedded import ROOT
from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import Spent

ORCID_ID = "0000-0002-1825-0097"
OUTPUTS = {
    "ApiUrl",
    "WebUrl",
    "UploadsBucketName",
    "EventBusName",
    "SyncFunctionName",
    "NormalQueueUrl",
    "HighPriorityQueueUrl",
}

pytestmark = pytest.mark.stack


def _publication(number: int) -> dict[str, object]:
    record = {
        "source": "crossref",
        "id": f"10.5555/smoke.{number}",
        "data": {
            "title": f"On the growth of things, part {number}",
            "publication_status": "published",
            "publication_date": {"year": 2024},
            "authors": [{"family": "Jones", "given": "Ada"}],
            "identifiers": [{"type": "doi", "value": f"10.5555/smoke.{number}"}],
        },
    }
    return {
        "kind": "publication",
        "id": f"smoke-p{number}",
        "version": 1,
        "type": "journal-article",
        "privacy": "public",
        "records": [record],
    }


def _claims(user_id: str, publication_id: str) -> dict[str, object]:
    key = {"user_id": user_id, "publication_id": publication_id}
    return {"kind": "relationship", **key, "version": 1, "status": "claimed"}


def _user(user_id: str) -> dict[str, object]:
    person = {"name": "Ada Jones", "is_current": True, "login_allowed": True}
    return {"kind": "user", "id": user_id, "version": 1, **person, "orcid_ids": [ORCID_ID]}


def test_r50_one_command_serves_pages_api_and_registry(stack: LocalStack) -> None:
    info = stack.call("GET", "/_local/info").json
    assert info["outputs"].keys() >= OUTPUTS
    assert info["outputs"]["ApiUrl"] == stack.url
    for page in ("/", "/docs"):
        assert stack.call("GET", page).headers["content-type"].startswith("text/html")
    assert stack.call("GET", "/docs/openapi.json").json["paths"]
    assert stack.registry("GET", "/_control/records") is not None


def test_r46_the_gateway_refuses_calls_without_a_valid_token(stack: LocalStack) -> None:
    assert stack.call("GET", "/v1/users/me/orcid").status == 401
    assert stack.call("GET", "/v1/users/me/orcid", token=stack.token("u")[:-4] + "AAAA").status == 401
    assert stack.call("GET", "/v1/admin/configuration", token=stack.token("u")).status == 403


def test_r44_r36_a_claimed_publication_reaches_the_record_in_one_bulk_call(stack: LocalStack) -> None:
    spent = Spent(stack, ORCID_ID)
    stack.feed(
        _user("smoke-u"), *(_publication(n) for n in range(3)), *(_claims("smoke-u", f"smoke-p{n}") for n in range(3))
    )
    stack.connect("smoke-u", ORCID_ID)
    settings = f"/v1/users/me/orcid/{ORCID_ID}/settings"
    assert stack.call("PATCH", settings, {"mode": "write"}, token=stack.token("smoke-u")).status == 200
    stack.settle()
    assert len(stack.works(ORCID_ID)) == 3
    link = stack.call("GET", f"/v1/users/me/orcid/{ORCID_ID}", token=stack.token("smoke-u")).json
    assert (link["state"], link["counts"]["sent"]) == ("idle", 3)
    assert spent.calls().get("POST") == 1


def test_r13_the_local_stack_refuses_production() -> None:
    flags = ["--registry-api-url", "https://api.orcid.org", "--registry-auth-url", "https://orcid.org"]
    flags += ["--registry-client-id", "APP-1", "--registry-client-secret", "x"]
    path = f"{ROOT / 'layers' / 'common'}:{ROOT}"
    refused = subprocess.run(
        [sys.executable, "-m", "local", "--port", "0", *flags],
        cwd=ROOT,
        env={"PYTHONPATH": path, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert "never reaches production" in refused.stderr


def test_r44_files_put_under_feed_are_taken_up_and_reported_a_long_one_by_two_invocations(stack: LocalStack) -> None:
    bucket, functions, s3 = stack.outputs()["UploadsBucketName"], stack.aws("lambda"), stack.aws("s3")
    names = [one["FunctionName"] for one in functions.list_functions(MaxItems=100)["Functions"]]
    (name,) = [one for one in names if "-ImportFeedFunction-" in one]
    # Two lines as long as these are a batch, and in 30 seconds there is time for one: the reserve is as long.
    long = [json.dumps({**_user(f"smoke-long-{n}"), "ignored": "x" * 4_500_000}) for n in range(3)]
    short = [json.dumps(item) for item in (_user("smoke-file-u"), {"kind": "user", "id": "smoke bad"})]
    functions.update_function_configuration(FunctionName=name, Timeout=30)
    try:
        for key, lines in (("smoke", short), ("long", long)):
            s3.put_object(Bucket=bucket, Key=f"feed/{key}.jsonl", Body="\n".join(lines).encode())
        stack.settle()
    finally:
        functions.update_function_configuration(FunctionName=name, Timeout=900)

    def report(key: str) -> dict[str, Any]:
        found = s3.get_object(Bucket=bucket, Key=f"feed-reports/{key}.jsonl.json")["Body"].read()
        return dict(json.loads(found))

    assert (report("smoke")["accepted"], [error["line"] for error in report("smoke")["errors"]]) == (1, [2])
    assert stack.call("GET", "/v1/users/me/orcid", token=stack.token("smoke-file-u")).status == 200
    assert (report("long")["complete"], report("long")["accepted"], report("long")["state"]["parts"]) == (True, 3, 2)


def test_r40_the_sync_function_answers_when_it_is_invoked(stack: LocalStack) -> None:
    stack.feed(_user("smoke-idle"))
    assert stack.call("POST", "/_local/functions/sync", {"users": ["smoke-idle"]}).json == {"queued": 0}
