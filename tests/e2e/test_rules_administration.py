"""What administrators upload and choose, over HTTP: mapping of types, verified records, stage (R1-R8, R12, R13)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.aws.embedded import ROOT
from tests.e2e.local_stack import LocalStack
from tests.e2e.test_main_job import Researcher, Spent, claim, publication
from tests.e2e.test_type_mapping import DEFAULT, MAPPING, Administrator, csv

pytestmark = pytest.mark.stack

TYPES = "/v1/admin/publication-types"
# Left: what the RIS calls it. Right: what the registry is sent (R1).
SENT_AS = {
    "artefact": "other", "book": "book", "chapter": "book-chapter", "composition": "other",
    "conference": "conference-paper", "dataset": "data-set", "design": "other", "exhibition": "other",
    "figure": "other", "fileset": "other", "internet-publication": "online-resource",
    "journal-article": "journal-article", "media": "other", "other": "other", "patent": "patent",
    "performance": "artistic-performance", "presentation": "lecture-speech", "poster": "conference-poster",
    "report": "report", "scholarly-edition": "other", "software": "software",
    "thesis-dissertation": "dissertation-thesis",
}  # fmt: skip


def run_sync(stack: LocalStack, *researchers: Researcher) -> None:
    """Each presses Run sync; returns when all is quiet."""
    for researcher in researchers:
        assert researcher.call("POST", "/sync").status == 202
    stack.quiet()


@pytest.fixture
def boss(stack: LocalStack) -> Iterator[Administrator]:
    """Whatever they upload, the default is in force again afterwards."""
    administrator = Administrator(stack)
    yield administrator
    if administrator.download().encode() != DEFAULT:
        assert administrator.upload(DEFAULT).status == 200


@pytest.fixture(scope="module")
def typed(stack: LocalStack) -> Researcher:
    """A researcher with one publication of each of the 22 types on the record."""
    researcher = Researcher(stack, "rule-typed", 9001)
    works = ({**publication(f"rule-typed-{name}", title=name), "type": name} for name in SENT_AS)
    stack.feed(*works, *(claim("rule-typed", f"rule-typed-{name}") for name in SENT_AS))
    run_sync(stack, researcher.write())
    return researcher


def types_on_record(researcher: Researcher) -> dict[str, str]:
    """Title -> type of each work."""
    return {work["title"]["title"]["value"]: work["type"] for work in researcher.works()}


def test_r1_every_type_goes_out_as_the_default_says(typed: Researcher, boss: Administrator) -> None:
    assert types_on_record(typed) == SENT_AS
    rows = [line.split(",") for line in boss.download().splitlines()]
    assert (rows[0], dict(rows[1:])) == (["Elements type", "ORCID type"], SENT_AS)


def test_r2_what_is_downloaded_uploads_again_unchanged(boss: Administrator, stack: LocalStack) -> None:
    assert boss.upload(csv(figure='a "quoted", type;', patent="=1+1")).status == 200
    text = boss.download()
    again = boss.upload(text.encode())
    assert (again.status, again.json["changes"]) == (200, [])
    assert boss.download() == text
    reply = stack.call("GET", MAPPING, token=boss.token, accept="application/json")
    assert len(reply.json["items"]) == 22


PLAIN = csv(figure="image")
SPREADSHEETS = {
    "byte-order mark": PLAIN.decode().encode("utf-8-sig"),
    "UTF-16": PLAIN.decode().encode("utf-16"),
    "CRLF": PLAIN.replace(b"\n", b"\r\n"),
    "semicolons": PLAIN.replace(b",", b";"),
    "tabs": PLAIN.replace(b",", b"\t"),
    "rows that are empty": PLAIN.replace(b"\n", b"\n\n") + b",\n,\n,,\n",
    "spaces": PLAIN.replace(b",", b" ,  ").replace(b"\n", b" \n"),
    "quotes": PLAIN.replace(b"Elements type,ORCID type", b'"Elements type","ORCID type"').replace(b"book", b'"book"'),
}


@pytest.mark.parametrize("file", SPREADSHEETS.values(), ids=SPREADSHEETS)
def test_r4_what_a_spreadsheet_makes_of_the_file_is_read(boss: Administrator, file: bytes) -> None:
    tried = boss.upload(file, "application/octet-stream", query="?dry_run=true")
    assert (tried.status, tried.json["warnings"]) == (200, []), tried
    assert tried.json["changes"] == [{"type": "figure", "before": "other", "after": "image"}]


def test_r4_a_display_name_is_refused_and_told_the_identifier(boss: Administrator, stack: LocalStack) -> None:
    before = boss.download()
    names = [{"id": name, "name": f"The {name}"} for name in SENT_AS]
    assert stack.call("PUT", TYPES, names, token=boss.token).status == 200
    try:
        refused = boss.upload(DEFAULT.replace(b"journal-article,", b"The journal-article,"))
        (error,) = refused.json["errors"]
        assert (refused.status, error["line"], error["value"]) == (422, 13, "The journal-article")
        assert "journal-article" in error["message"].replace("The journal-article", "")
    finally:
        assert (
            stack.call("PUT", TYPES, [{**item, "name": item["id"]} for item in names], token=boss.token).status == 200
        )
    assert boss.download() == before


def test_r3_r4_five_megabytes_of_rubbish_change_nothing(boss: Administrator) -> None:
    rubbish, before = os.urandom(5_000_000), boss.download()
    assert boss.upload(rubbish, "application/octet-stream").status == 413
    assert boss.download() == before


def test_r3_of_two_uploads_at_once_one_wins(boss: Administrator, stack: LocalStack) -> None:
    etag = stack.call("GET", MAPPING, token=boss.token).headers["etag"]
    files = [csv(figure="image"), csv(figure="sound")]

    def upload(file: bytes) -> int:
        headers = {"content-type": "text/csv", "if-match": etag}
        return stack.send("PUT", MAPPING, file, token=boss.token, **headers)[0].status

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(upload, files))
    assert sorted(statuses) == [200, 412]
    assert boss.download().encode() == files[statuses.index(200)]


def test_r5_an_unheard_of_type_is_taken_and_does_not_spoil_its_neighbours(
    boss: Administrator, stack: LocalStack
) -> None:
    uploaded = boss.upload(csv(figure="imagge"))
    (warning,) = uploaded.json["warnings"]
    assert (uploaded.status, warning["value"]) == (200, "imagge")
    assert "image" in warning["message"].replace("imagge", "")
    hana = Researcher(stack, "rule-hana", 9002)
    ids = hana.publish(100)
    stack.feed({**publication(ids[50], version=2), "type": "figure"})
    spent = Spent(stack, hana.orcid_id)
    run_sync(stack, hana.write())
    counts = hana.counts()
    assert (counts["sent"], counts["failed"], spent.calls()) == (99, 1, {"POST": 2, "GET": 1})
    (failed,) = hana.call("GET", "/publications?state=failed").json["items"]
    assert (failed["publication_id"], failed["work_type"]) == (ids[50], "imagge")
    assert failed["error"]
    assert boss.upload(csv(figure="image")).status == 200
    run_sync(stack, hana)
    assert (len(hana.works()), hana.counts()["failed"]) == (100, 0)


def test_r6_a_type_that_the_file_leaves_out_is_sent_as_other(
    boss: Administrator, stack: LocalStack, typed: Researcher
) -> None:
    lines = DEFAULT.decode().splitlines(keepends=True)
    short = "".join(line for line in lines if not line.startswith(("software,", "book,", "media,")))
    spent = Spent(stack, typed.orcid_id)
    uploaded = boss.upload(short.encode())
    warned = {warning["value"] for warning in uploaded.json["warnings"]}
    assert (uploaded.status, warned) == (200, {"software", "book", "media"})
    run_sync(stack, typed)
    assert types_on_record(typed) == {**SENT_AS, "software": "other", "book": "other"}
    assert boss.upload(DEFAULT).status == 200
    run_sync(stack, typed)
    assert (spent.calls(), types_on_record(typed)) == ({"PUT": 4}, SENT_AS)


def test_r7_a_changed_mapping_makes_due_what_it_changes_and_no_more(
    boss: Administrator, stack: LocalStack, typed: Researcher
) -> None:
    spent = Spent(stack, typed.orcid_id)
    assert boss.upload(csv(figure="image", poster="lecture-speech", media="other")).status == 200
    run_sync(stack, typed)
    assert spent.calls() == {"PUT": 2}
    assert types_on_record(typed) == {**SENT_AS, "figure": "image", "poster": "lecture-speech"}
    assert boss.upload(DEFAULT).status == 200
    run_sync(stack, typed)
    assert (spent.calls(), types_on_record(typed)) == ({"PUT": 4}, SENT_AS)


def test_r8_an_earlier_version_is_validated_again_before_it_is_put_back(boss: Administrator, stack: LocalStack) -> None:
    good = boss.upload(csv(figure="image")).json["upload_id"]
    refused = boss.upload(b"Elements type,ORCID type\nFigure,image\n").json
    assert refused["errors"][0]["line"] == 2
    boss.upload(DEFAULT)
    newest = boss.history()[:3]
    assert [(entry["by"], entry["via"], entry["accepted"]) for entry in newest] == [
        ("boss", "api", True), ("boss", "api", False), ("boss", "api", True),
    ]  # fmt: skip
    assert newest[1]["report"]["errors"] == refused["errors"]
    assert all(entry["at"].endswith("Z") for entry in newest)

    def restore(upload_id: str) -> Any:
        return stack.call("POST", f"{MAPPING}/uploads/{upload_id}/restore", token=boss.token)

    assert restore(newest[1]["upload_id"]).status == 422
    assert restore("nothing-of-the-kind").status == 404
    without = [{"id": name, "name": name} for name in SENT_AS if name != "figure"]
    stack.call("PUT", TYPES, without, token=boss.token)
    try:
        again = restore(good)
        assert (again.status, again.json["errors"][0]["value"]) == (422, "figure")
    finally:
        stack.call("PUT", TYPES, [*without, {"id": "figure", "name": "figure"}], token=boss.token)
    assert boss.download().encode() == DEFAULT
    assert restore(good).status == 200
    assert boss.download().encode() == csv(figure="image")


def record(source: str, record_id: str, title: str, *, verified: bool = False) -> dict[str, Any]:
    data = {"title": title, "identifiers": [{"type": "handle", "value": f"9999/{title.replace(' ', '-')}"}]}
    return {"source": source, "id": record_id, "verified": verified, "data": data}


def book(publication_id: str, *records: dict[str, Any], version: int = 1) -> dict[str, Any]:
    head = {"kind": "publication", "id": publication_id, "version": version}
    return {**head, "type": "book", "records": list(records)}


def test_r12_only_verified_manual_records_go_out_and_the_page_says_so(stack: LocalStack) -> None:
    vera, many = Researcher(stack, "rule-vera", 9003), Researcher(stack, "rule-many", 9004)
    crossref = record("crossref", "c", "From crossref")
    verified = [record("manual", f"m{n}", f"Verified {n}", verified=True) for n in range(2)]
    stack.feed(
        book("rule-v-both", crossref, *verified),
        book("rule-v-preferred", record("manual", "m7", "Verified 7", verified=True), *verified, version=2),
        book("rule-v-none", record("crossref", "d", "Unverified"), record("manual", "m9", "Manual")),
        claim("rule-vera", "rule-v-both", preferred_record={"source": "crossref", "id": "c"}),
        claim("rule-vera", "rule-v-preferred", preferred_record={"source": "manual", "id": "m7"}),
        claim("rule-vera", "rule-v-none"),
    )
    many.publish(22)
    run_sync(stack, vera.write(), many.write())
    assert {"From crossref", "Manual"} <= set(types_on_record(vera))
    boss = stack.token("boss", groups=["orcid-admins"])
    try:
        wanted = {"only_verified": True, "show_verification": False}
        changed = stack.call("PATCH", "/v1/admin/configuration", wanted, token=boss)
        assert (changed.status, len(changed.json["warnings"])) == (200, 1)
        page = stack.call("GET", "/v1/users/me/orcid", token=stack.token("rule-vera")).json
        assert [notice["code"] for notice in page["notices"]] == ["only_verified"]
        assert (vera.counts()["eligible"], vera.counts()["left_out"]["not_verified"]) == (2, 1)
        run_sync(stack, vera, many)
        assert set(types_on_record(vera)) == {"Verified 0", "Verified 7"}, "no grace for what a setting caused"
        assert len(many.works()) == 22, "the guard holds what would take more than half"
        assert many.call("GET").json["state_reason"] == "held"
    finally:
        stack.configure(only_verified=False, show_verification=True)
    run_sync(stack, vera, many)
    assert (len(vera.works()), many.counts()["sent"], many.counts()["waiting_remove"]) == (3, 22, 0)


PRODUCTION = ("https://api.orcid.org", "https://orcid.org")
SANDBOX = ("https://api.sandbox.orcid.org", "https://sandbox.orcid.org")


@pytest.mark.parametrize(
    ("api", "auth", "words"),
    [
        (*PRODUCTION, "never reaches production"),
        (SANDBOX[0], PRODUCTION[1], "both must be of the same"),
        (PRODUCTION[0], "http://127.0.0.1:1", "both must be of the same"),
        ("https://api.orcid.org.evil.example", "https://orcid.org", "neither"),
        ("https://api.orcid.org/v3.0", PRODUCTION[1], "neither"),
    ],
)
def test_r13_the_local_stack_refuses_what_is_not_one_registry_of_its_own(api: str, auth: str, words: str) -> None:
    flags = ["--registry-api-url", api, "--registry-auth-url", auth]
    flags += ["--registry-client-id", "APP-1", "--registry-client-secret", "x", "--port", "0"]
    refused = subprocess.run(
        [sys.executable, "-m", "local", *flags],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'layers' / 'common'}:{ROOT}", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
