"""What researchers, administrators and the RIS do in the examples of the API, from the first batch to an erasure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from orcid_sync.domain.ledger import LedgerEntry

from functions.connect import app as connect
from functions.write_works import app as write_works
from local.registry import RunningRegistry
from tests.integration.conftest import EVENTS, ORIGIN, Context
from tests.integration.recorder import Recorder
from tests.integration.test_oversight_api import HELD, Stored

JONES, SMITH, OTHER = "0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-9079-593X"


def a_person(user_id: str, name: str, *orcid_ids: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    person = {"kind": "user", "id": user_id, "version": version, "name": name, "is_current": True}
    return {**person, "login_allowed": True, "profile_privacy": "public", "orcid_ids": list(orcid_ids), **changes}


def an_article(publication_id: str, title: str, *, of: str | None = None) -> dict[str, Any]:
    doi = f"10.5555/{publication_id}"
    data = {
        "title": title,
        "container_title": "Annals of Examples",
        "publication_status": "published",
        "publication_date": {"year": 2024, "month": 5},
        "authors": [{"family": "Jones", "given": "Ada", "orcid_id": of}],
        "identifiers": [{"type": "doi", "value": doi}, {"type": "issn", "value": "1234-5679"}],
        "url": f"https://doi.org/{doi}",
        "language": "en",
    }
    record = {"source": "crossref", "id": doi, "data": data}
    key = {"kind": "publication", "id": publication_id, "version": 1, "type": "journal-article"}
    return {**key, "privacy": "public", "records": [record]}


def claimed(user_id: str, publication_id: str, **changes: Any) -> dict[str, Any]:
    key = {"kind": "relationship", "user_id": user_id, "publication_id": publication_id, "version": 1}
    return {**key, "status": "claimed", **changes}


class _LongContext(Context):
    """The writer begins no call that could outlive its invocation."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 300_000


@dataclass
class Story:
    """`tell` has everything happen, in an order in which it can."""

    call: Recorder
    running: RunningRegistry
    stored: Stored
    follow: Callable[[], None]

    def feed(self, *items: dict[str, Any]) -> None:
        report = self.call.product.feed(*items)
        assert report.body["errors"] == [], report

    def consent(self, authorize_url: str, orcid_id: str) -> dict[str, str]:
        """The researcher agrees at ORCID; returns what the callback is called with."""
        requests.post(f"{self.running.url}/_control/record", json={"orcid": orcid_id}, timeout=10)
        address, _, query = authorize_url.partition("?")
        fields = {name: values[0] for name, values in parse_qs(query).items()}
        sent = requests.post(
            address, {**fields, "orcid": orcid_id, "decision": "allow"}, allow_redirects=False, timeout=10
        )
        back = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
        self.call.conceal[back["code"]] = f"Q70Y3{len(self.call.conceal)}"
        return {"code": back["code"], "state": back["state"]}

    def connect(self, user_id: str, orcid_id: str, *, keep: bool = False) -> None:
        wish = {"access": "write", "return_url": f"{ORIGIN}/orcid", "orcid_id": orcid_id}
        url = self.call("Connect for writing", "start_connecting", user_id, expect="200", body=wish, keep=keep).body
        came = self.consent(url["authorize_url"], orcid_id)
        self.call("Agreed at ORCID", "return_from_orcid", "nobody", expect="302", query=came, keep=keep)
        self.call("Exchange the code", "complete_connecting", user_id, expect="200", body=came, keep=keep)

    def sync(self, orcid_id: str) -> dict[str, Any]:
        """The writer visits the record, as a message has it do."""
        event = json.loads((EVENTS / "write_works" / "message.json").read_text())
        (record,) = event["Records"]
        record["body"] = json.dumps({**json.loads(record["body"]), "orcid_id": orcid_id})
        report: dict[str, Any] = write_works.handler(event, _LongContext())
        return report

    def tell(self) -> None:
        self.the_institution_begins()
        self.a_researcher_connects()
        self.works_are_sent()
        self.publications_are_suggested()
        self.a_second_researcher_comes()
        self.administrators_look_after_works()
        self.the_type_mapping_changes()
        self.links_end()
        self.a_user_is_erased()

    def the_institution_begins(self) -> None:
        call, boss = self.call, "administrator"
        types = [{"kind": "publication-type", "id": "journal-article", "version": 1, "name": "Journal article"}]
        ada = a_person("u-jones", "Ada Jones", f"https://orcid.org/{JONES}")
        articles = [an_article("p-1", "On the naming of rules"), an_article("p-2", "On the keeping of ledgers")]
        items = [*types, ada, *articles, claimed("u-jones", "p-1"), claimed("u-jones", "p-2", favourite=True)]
        call("A first batch", "put_batch", "feed", expect="200", body={"items": items})
        gone = {"kind": "relationship", "user_id": "u-jones", "publication_id": "p-9", "version": 4, "deleted": True}
        mixed = [ada, {**ada, "version": 2, "is_current": "yes"}, gone, a_person("u-smith", "Ben Smith", SMITH, "x")]
        call("Stale, refused and deleted items", "put_batch", "feed", expect="200", body={"items": mixed})
        call("No list of items", "put_batch", "feed", expect="invalid", body={})
        call("More than 500 items", "put_batch", "feed", expect="too-large", body={"items": [ada] * 501})
        call("Not the feed's token", "put_batch", "u-jones", expect="forbidden", body={"items": []})
        call("Without a token", "get_configuration", "nobody", expect="unauthorized")
        call("The write integration is off", "list_links", expect="write-integration-disabled")
        read = call("As it is", "get_configuration", boss, expect="200")
        change, tag = "change_configuration", {"If-Match": read.headers["ETag"]}
        call("Writing without search", change, boss, expect="search-not-enabled", body={"write_enabled": True})
        rehearse, on = "begin_rehearsal", {"configuration": {"write_enabled": True}}
        call("Trying to write without search", rehearse, boss, expect="search-not-enabled", body=on)
        both = {"search_enabled": True, "write_enabled": True}
        call("Writing without the one answer", change, boss, expect="invalid", body=both)
        switched = {**both, "batch_create_used": "no", "source_precedence": ["verified-manual", "manual", "crossref"]}
        call("Switch both on", change, boss, expect="200", body=switched, headers=tag)
        call("Changed meanwhile", change, boss, expect="stale", body={"only_verified": False}, headers=tag)
        call("Search off while writing", change, boss, expect="write-enabled", body={"search_enabled": False})
        off = {"configuration": {"search_enabled": False}}
        call("Trying without search while writing", rehearse, boss, expect="write-enabled", body=off)

    def a_researcher_connects(self) -> None:
        call, mine = self.call, {"orcid_id": JONES}
        call("The settings page", "list_links", expect="200")
        call("Claim another iD", "claim_orcid_id", expect="201", body={"orcid_id": OTHER})
        call("Claimed already", "claim_orcid_id", expect="already-claimed", body={"orcid_id": OTHER})
        call("A wrong check digit", "claim_orcid_id", expect="invalid", body={"orcid_id": "0000-0002-1825-0098"})
        call("One link", "get_link", expect="200", path=mine)
        call("An iD that is not claimed", "get_link", expect="not-found", path={"orcid_id": SMITH})
        call("Of somebody else", "get_link", "u-smith", expect="forbidden", path={"user_id": "u-jones", **mine})
        body = {"mode": "write"}
        call("Without a connection", "change_settings", expect="reconnect-required", path=mine, body=body)
        wish = {"access": "read", "return_url": f"{ORIGIN}/orcid"}
        for_ada = {"user_id": "u-jones"}
        call("By an administrator", "start_connecting", "administrator", expect="forbidden", path=for_ada, body=wish)
        elsewhere = {**wish, "return_url": "https://elsewhere.example"}
        call("An address that is not allowed", "start_connecting", expect="invalid", body=elsewhere)
        wrong = {"code": "Q70Y3A", "state": "forged.0"}
        call("A forged state", "return_from_orcid", "nobody", expect="invalid", query=wrong)
        call("A state that is over", "complete_connecting", expect="invalid", body=wrong)
        asked = call("", "start_connecting", expect="200", body={**wish, "orcid_id": JONES}, keep=False).body
        came = self.consent(asked["authorize_url"], OTHER)
        call("Another iD came back", "complete_connecting", expect="orcid-id-mismatch", body=came)
        asked = call("", "start_connecting", expect="200", body=wish, keep=False).body
        came = self.consent(asked["authorize_url"], JONES)
        fault = {"method": "POST", "path": "/oauth/token", "kind": "status", "status": 503}
        requests.post(f"{self.running.url}/_control/faults", json=fault, timeout=10)
        call("ORCID does not answer", "complete_connecting", expect="internal", body=came)
        self.connect("u-jones", JONES, keep=True)
        call("Not in mode write", "run_sync", expect="not-in-write-mode", path=mine)
        call("Not in mode write", "resend", expect="not-in-write-mode", path={**mine, "publication_id": "p-1"})

    def works_are_sent(self) -> None:
        call, mine = self.call, {"orcid_id": JONES}
        call("Try favourites only", "preview", expect="200", path=mine, body={"mode": "write", "favourites_only": True})
        call("A setting that is not known", "preview", expect="invalid", path=mine, body={"favorites_only": True})
        tag = call("", "get_link", expect="200", path=mine, keep=False).headers["ETag"]
        settings = {"mode": "write", "published_only": True}
        call("Switch writing on", "change_settings", expect="200", path=mine, body=settings, headers={"If-Match": tag})
        call(
            "Changed meanwhile", "change_settings", expect="stale", path=mine, body=settings, headers={"If-Match": tag}
        )
        call("No such mode", "change_settings", expect="invalid", path=mine, body={"mode": "both"})
        report = self.sync(JONES)
        assert report["added"] == 2
        call("Run sync", "run_sync", expect="202", path=mine)
        call("The first page", "list_publications", expect="200", path=mine, query={"limit": "1"})
        call("Left out as hidden", "list_publications", expect="200", path=mine, query={"reason": "hidden"})
        call("No such reason", "list_publications", expect="invalid", path=mine, query={"reason": "ugly"})
        work = {**mine, "publication_id": "p-1"}
        call("What was tried", "list_history", expect="200", path=work)
        call("A cursor that is not ours", "list_history", expect="invalid", path=work, query={"cursor": "x"})
        call("Leave a work out", "exclude", expect="204", path=work)
        call("No such publication", "exclude", expect="not-found", path={**mine, "publication_id": "p-0"})
        call("Take it back", "include", expect="204", path=work)
        call("Send it again", "resend", expect="202", path=work)
        call("Nothing was tried yet", "resend", expect="not-found", path={**mine, "publication_id": "p-0"})

    def publications_are_suggested(self) -> None:
        call = self.call
        self.follow()
        self.feed(an_article("p-3", "On the finding of names", of=JONES), an_article("p-4", "On doubt", of=JONES))
        self.follow()
        call("What may be theirs", "list_suggestions", expect="200", query={"limit": "1"})
        call("A cursor that is not ours", "list_suggestions", expect="invalid", query={"cursor": "x"})
        answer = {"suggestion_id": "pub:p-3"}
        call("It is mine", "answer_suggestion", expect="204", path=answer, body={"accept": True})
        call("Answered already", "answer_suggestion", expect="not-found", path=answer, body={"accept": False})
        call("No answer", "answer_suggestion", expect="invalid", path={"suggestion_id": "pub:p-4"}, body={})
        call("What was claimed here", "list_claims", "feed", expect="200", query={"since": "2026-11-01T00:00:00Z"})
        call("No time", "list_claims", "feed", expect="invalid", query={"since": "lately"})
        read = call("Each iD's choice", "list_claiming", expect="200")
        assert read.body["items"]
        mine = {"orcid_id": OTHER}
        choice = {"claiming": "auto"}
        chosen = call("Claim by itself", "change_claiming", expect="200", path=mine, body=choice)
        call("No such choice", "change_claiming", expect="invalid", path=mine, body={"claiming": "never"})
        tag = {"If-Match": chosen.headers["ETag"].replace('"', '"9')}
        call("Changed meanwhile", "change_claiming", expect="stale", path=mine, body=choice, headers=tag)

    def a_second_researcher_comes(self) -> None:
        call = self.call
        self.feed(a_person("u-smith", "Ben Smith", SMITH, JONES, version=3))
        theirs = {"user_id": "u-smith", "orcid_id": JONES}
        asked = {"access": "write", "return_url": ORIGIN}
        url = call("", "start_connecting", "u-smith", expect="200", body=asked, keep=False).body["authorize_url"]
        came = self.consent(url, JONES)
        call("Taken", "complete_connecting", "u-smith", expect="orcid-id-taken", body=came)
        body = {"mode": "write"}
        call("Taken", "change_settings", "u-smith", expect="orcid-id-taken", path={"orcid_id": JONES}, body=body)
        call("By whom", "change_settings", "administrator", expect="orcid-id-taken", path=theirs, body=body)
        self.connect("u-smith", SMITH)
        mine = {"orcid_id": SMITH}
        call("", "change_settings", "u-smith", expect="200", path=mine, body=body, keep=False)
        self.feed(a_person("u-smith", "Ben Smith", JONES, version=4))
        call("The RIS dropped the iD", "run_sync", "u-smith", expect="paused", path=mine)
        call("The RIS dropped the iD", "resend", "u-smith", expect="paused", path={**mine, "publication_id": "p-1"})
        self.feed(a_person("u-smith", "Ben Smith", SMITH, version=5, is_current=False))
        call("The user has left", "run_sync", "u-smith", expect="user-inactive", path=mine)
        work = {**mine, "publication_id": "p-1"}
        call("The user has left", "resend", "u-smith", expect="user-inactive", path=work)

    def administrators_look_after_works(self) -> None:
        call, boss = self.call, "administrator"
        for put_code in (71, 72):
            self.stored.ledger.put(SMITH, LedgerEntry(f"p-{put_code}", put_code=put_code, removal=HELD))
        call("Works of concern", "list_all_works", boss, expect="200", query={"state": "held", "limit": "1"})
        call("No such state", "list_all_works", boss, expect="invalid", query={"state": "sent"})
        call("What is held", "list_held_removals", boss, expect="200", query={"limit": "1"})
        call("A cursor that is not ours", "list_held_removals", boss, expect="invalid", query={"cursor": "x"})
        decision = {"approve": False, "orcid_ids": [SMITH]}
        call("They stay", "decide_held_removals", boss, expect="202", body=decision)
        call("About nothing", "decide_held_removals", boss, expect="invalid", body={"approve": True})
        call("Found by name", "list_all_links", boss, expect="200", query={"q": "jones", "connection": "write"})
        call("No such state", "list_all_links", boss, expect="invalid", query={"state": "asleep"})
        call("How the whole is doing", "get_status", boss, expect="200")
        call("The newest changes", "list_audit_trail", boss, expect="200", query={"user": "u-jones", "limit": "2"})
        call("No time", "list_audit_trail", boss, expect="invalid", query={"from": "yesterday"})
        call("What would be done", "sync_on_demand", boss, expect="200", body={"users": ["u-jones"], "dry_run": True})
        urgent = {"orcid_ids": [JONES], "priority": "high", "reconcile": True}
        call("Sync a record now", "sync_on_demand", boss, expect="202", body=urgent)
        call("An unknown user", "sync_on_demand", boss, expect="not-found", body={"users": ["u-nobody"]})
        tried = {
            "configuration": {"only_verified": True},
            "type_mapping": "Elements type,ORCID type\njournal-article,book\n",
        }
        begun = call("What if only verified records went", "begin_rehearsal", boss, expect="202", body=tried)
        call("How far it is", "get_rehearsal", boss, expect="200", path={"rehearsal_id": begun.body["id"]})
        call("Those of the last days", "list_rehearsals", boss, expect="200")
        call("No such rehearsal", "get_rehearsal", boss, expect="not-found", path={"rehearsal_id": "1-a"})
        bad = {"type_mapping": "Elements type,ORCID type\nmemo,report\n"}
        call("A type that the RIS does not have", "begin_rehearsal", boss, expect="invalid", body=bad)
        call("Whom?", "sync_on_demand", boss, expect="invalid", body={"dry_run": True})
        call("Give the iD free", "release_orcid_id", boss, expect="200", path={"orcid_id": SMITH})
        call("Nobody holds it", "release_orcid_id", boss, expect="not-found", path={"orcid_id": SMITH})
        assert self.stored.writers.lease(JONES, lease_id="visit", now_ms=0, until_ms=1 << 50) is not None

    def the_type_mapping_changes(self) -> None:
        call, boss = self.call, "administrator"
        call("As JSON", "get_type_mapping", boss, expect="200", headers={"accept": "application/json"})
        read = call("As CSV", "get_type_mapping", boss, expect="200", headers={"accept": "text/csv"})
        put, csv = "replace_type_mapping", {"content-type": "text/csv"}
        changed = str(read.body).replace("report,report", "report,working-paper")
        tried = {"dry_run": "true"}
        call("Only say what it would change", put, boss, expect="200", body=changed, headers=csv, query=tried)
        tag = {**csv, "If-Match": read.headers["ETag"]}
        upload = call("Replace it", put, boss, expect="200", body=changed, headers=tag).body["upload_id"]
        stale = {**csv, "If-Match": '"99"'}
        call("Replaced meanwhile", put, boss, expect="stale", body=changed, headers=stale)
        bad = "Elements type,ORCID type\nJournal article,journal-article\nbook,\n"
        refused = call("Bad rows", put, boss, expect="invalid", body=bad, headers=csv).body["upload_id"]
        call("Above 1 MB", put, boss, expect="too-large", body="x" * 1_000_001, headers=csv)
        call("The history", "list_type_mapping_uploads", boss, expect="200", query={"limit": "2"})
        call("A cursor not ours", "list_type_mapping_uploads", boss, expect="invalid", query={"cursor": "\u00e9"})
        restore = "restore_type_mapping"
        call("Put the default back", restore, boss, expect="200", path={"upload_id": "default"})
        call("Put one back that was refused", restore, boss, expect="invalid", path={"upload_id": refused})
        call("No such upload", restore, boss, expect="not-found", path={"upload_id": "0"})
        call("Replaced meanwhile", restore, boss, expect="stale", path={"upload_id": upload}, headers=stale)
        call("The types", "get_publication_types", boss, expect="200")
        items = [{"id": "journal-article", "name": "Journal article"}, {"id": "book", "name": "Book"}]
        call("Say which there are", "replace_publication_types", boss, expect="200", body={"items": items})
        call("One twice", "replace_publication_types", boss, expect="invalid", body={"items": items[:1] * 2})

    def links_end(self) -> None:
        call, mine = self.call, {"orcid_id": JONES}
        call("Too large a body", "remove_from_orcid", expect="too-large", path=mine, body=" " * 64_001)
        call("Without a word", "remove_from_orcid", expect="invalid", path=mine, body={})
        call("Claimed by the RIS", "disconnect", expect="already-claimed", path=mine, query={"unclaim": "true"})
        call("Remove everything", "remove_from_orcid", expect="202", path=mine, body={"confirm": True})
        call("While works go", "change_settings", expect="frozen", path=mine, body={"mode": "read"})
        call("While works go", "disconnect", expect="frozen", path=mine)
        call("While works go", "run_sync", expect="frozen", path=mine)
        call("While works go", "release_orcid_id", "administrator", expect="frozen", path=mine)
        work = {**mine, "publication_id": "p-1"}
        for operation in ("exclude", "include", "resend"):
            call("While works go", operation, expect="frozen", path=work)
        call("Works neither here nor there", "disconnect", expect="invalid", path=mine, query={"works": "some"})
        call("Works first", "disconnect", expect="202", path=mine, query={"works": "remove"})
        call("Changed meanwhile", "disconnect", expect="stale", path=mine, headers={"If-Match": '"0"'})
        end = {"unclaim": "true"}
        call("Works stay, the claim goes", "disconnect", expect="204", path={"orcid_id": OTHER}, query=end)

    def a_user_is_erased(self) -> None:
        call, boss, ben = self.call, "administrator", {"user_id": "u-smith"}
        call("Begin", "erase_user", boss, expect="202", path=ben, query={"works": "leave"})
        call("Works neither here nor there", "erase_user", boss, expect="invalid", path=ben, query={"works": "some"})
        call("A user nobody knows", "erase_user", boss, expect="not-found", path={"user_id": "u-nobody"})
        call("How far it is", "get_erasure", boss, expect="200", path=ben)
        call("Nobody asked for it", "get_erasure", boss, expect="not-found", path={"user_id": "u-jones"})
        call("Still being erased", "readmit_user", boss, expect="frozen", path=ben)
        call("Not erased", "readmit_user", boss, expect="not-found", path={"user_id": "u-jones"})
        event = json.loads((EVENTS / "connect" / "erasure_requested.json").read_text())
        event["detail"]["user_id"] = "u-smith"
        connect.handler(event, Context())
        call("Done", "get_erasure", boss, expect="200", path=ben)
        call("Take them back", "readmit_user", boss, expect="204", path=ben)
