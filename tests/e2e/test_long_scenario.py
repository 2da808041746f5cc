"""A long random scenario over HTTP: after every step counts and lists agree (R21), at its end the records as well.

`LONG_SCENARIO_SECONDS` and `LONG_SCENARIO_SEED` make it longer and another one; a failure tells seed and last steps.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack
from tests.e2e.scenes import A_DAY_AND_AN_HOUR_S
from tests.e2e.scholar import Scholar, record
from tests.e2e.test_type_mapping import DEFAULT, MAPPING, csv

pytestmark = pytest.mark.stack

SECONDS = float(os.environ.get("LONG_SCENARIO_SECONDS", "10"))
SEED = int(os.environ.get("LONG_SCENARIO_SEED", "20240522"))
NAMES = [f"p{n}" for n in range(16)]
TOGGLES = ("published_only", "include_private", "favourites_only")


class Scenario:
    """Two users with three iDs between them, and what may happen to them; each step returns what to tell of it."""

    def __init__(self, stack: LocalStack, seed: int) -> None:
        self.stack, self.random, self.story = stack, random.Random(seed), [f"seed {seed}"]
        self.ann, self.bob = Scholar(stack, "long-ann", 6401), Scholar(stack, "long-bob", 6402)
        second = Scholar(stack, self.ann.user_id, 6403)
        second.user_id = self.ann.user_id
        self.links = [self.ann, second, self.bob]
        self.people = {
            s.user_id: [link.orcid_id for link in self.links if link.user_id == s.user_id] for s in self.links
        }
        self.publications: dict[str, dict[str, Any]] = {}
        self.relations: dict[tuple[str, str], dict[str, Any]] = {}
        for scholar in (self.ann, self.bob):
            scholar.person(orcid_ids=self.people[scholar.user_id])
        for name in NAMES[:10]:
            self._feed(name, {})
            for scholar in (self.ann, self.bob):
                self._relate(scholar, name, {})
        for link in self.links:
            link.write()

    def step(self) -> None:
        """One step, and the check after it."""
        act = self.random.choice(STEPS)
        link = self.random.choice(self.links)
        self.story.append(f"{link.user_id} {link.orcid_id}: {act.__name__} {act(self, link)}")
        for other in self.links if not self._is_off() else []:
            if other.call("GET").status != 404:
                other.agrees(other is link)

    def _is_off(self) -> bool:
        return bool(self.ann.call("GET").status == 403)

    def _boss(self, method: str, path: str, body: Any = None) -> int:
        return self.stack.call(method, path, body, token=self.stack.token("boss", groups=["orcid-admins"])).status

    def _feed(self, name: str, changes: dict[str, Any]) -> str:
        """Publications are shared: they are Ann's by name."""
        known = self.publications.setdefault(name, {"title": f"About {name}", "doi": name, "type": "journal-article"})
        known |= changes
        data = {key: known[key] for key in ("title", "publication_status", "container_title") if key in known}
        identifiers = [{"type": "doi", "value": f"10.5555/{self.ann.id_of(known['doi'])}"}]
        given = [record(identifiers=identifiers, **data)]
        if known.get("verified"):
            given.append(record("manual", verified=True, **{**data, "title": "By hand"}))
        fields = {key: known[key] for key in ("type", "privacy", "deleted", "merged_into") if known.get(key)}
        self.stack.feed(self.ann.publication(name, *given, **fields))
        return f"{name} {changes}"

    def _relate(self, scholar: Scholar, name: str, changes: dict[str, Any]) -> str:
        known = self.relations.setdefault((scholar.user_id, name), {})
        known |= changes
        item = scholar.relation(name, **known)
        self.stack.feed({**item, "publication_id": self.ann.id_of(name)})
        return f"{name} {changes}"

    def _pick(self) -> str:
        return self.random.choice(list(self.publications))

    def publication_changes(self, _: Scholar) -> str:
        pick = self.random.choice
        change: dict[str, Any] = pick(
            [
                {"title": pick(["About time", "About space", "", "About <i>all</i>"])},
                {"publication_status": pick(["published", "accepted", None])},
                {"type": pick(["journal-article", "book", "figure"])},
                {"privacy": pick([None, "private", "internal", "public"])},
                {"verified": pick([True, False])},
                {"container_title": pick([None, "A Journal"])},
                {"doi": pick(NAMES[:4])},  # twins
            ]
        )
        return self._feed(self._pick(), change)

    def publication_goes_or_returns(self, _: Scholar) -> str:
        name = self._pick()
        deleted = not self.publications[name].get("deleted")
        into = self.ann.id_of(self._pick()) if deleted and self.random.random() < 0.3 else None
        return self._feed(name, {"deleted": deleted, "merged_into": into})

    def publication_comes(self, link: Scholar) -> str:
        name = self.random.choice(NAMES)
        return self._feed(name, {}) + self._relate(link, name, {})

    def relationship_changes(self, link: Scholar) -> str:
        pick = self.random.choice
        change: dict[str, Any] = pick(
            [
                {"hidden": pick([True, False])},
                {"status": pick(["claimed", "claimed", "rejected", "pending"])},
                {"deleted": pick([True, False])},
                {"favourite": pick([True, False])},
                {"privacy": pick([None, "public", "private"])},
                {"effective_privacy": pick([None, None, "public", "internal"])},
            ]
        )
        return self._relate(link, self._pick(), change)

    def person_changes(self, link: Scholar) -> str:
        ids = self.people[link.user_id]
        pick = self.random.choice
        change: dict[str, Any] = pick(
            [{}, {}, {"is_current": False}, {"profile_privacy": "internal"}, {"orcid_ids": ids[:1]}]
        )
        link.person(**{"orcid_ids": ids, **change})
        return str(change)

    def settings_change(self, link: Scholar) -> str:
        wanted: dict[str, Any] = {name: self.random.random() < 0.4 for name in TOGGLES}
        wanted["mode"] = self.random.choice(["write", "write", "read", "claim-only"])
        return f"{wanted}: {link.change(**wanted).status}"

    def work_is_left_out(self, link: Scholar) -> str:
        name, method = self._pick(), self.random.choice(["PUT", "DELETE"])
        return f"{method} {name}: {link.call(method, f'/publications/{self.ann.id_of(name)}/exclusion').status}"

    def work_is_sent_again(self, link: Scholar) -> str:
        name = self._pick()
        return f"{name}: {link.call('POST', f'/publications/{self.ann.id_of(name)}/resend').status}"

    def sync_is_run(self, link: Scholar) -> str:
        return str(link.call("POST", "/sync").status)

    def removal_begins(self, link: Scholar) -> str:
        return str(link.call("POST", "/removal", {"confirm": True}).status)

    def link_ends(self, link: Scholar) -> str:
        query = self.random.choice(["", "?works=remove"])
        return f"{query}: {link.call('DELETE', query).status}"

    def link_is_connected(self, link: Scholar) -> str:
        self.stack.registry("POST", "/_control/record", {"orcid": link.orcid_id, "state": "ok"})
        if self._is_off():
            return "off"
        reply = self.stack.connect_reply(link.user_id, link.orcid_id, self.random.choice(["write", "write", "read"]))
        return f"{reply.status} {link.change(mode='write').status}"

    def owner_deletes(self, link: Scholar) -> str:
        works = self.stack.works(link.orcid_id)
        if not works:
            return "none"
        codes = [work["put-code"] for work in self.random.sample(works, min(2, len(works)))]
        self.stack.registry("POST", "/_control/works/delete", {"orcid": link.orcid_id, "put_codes": codes})
        return str(codes)

    def registry_changes(self, link: Scholar) -> str:
        kind = self.random.choice(["revocation", "locked", "deactivated", "ok"])
        if kind == "revocation":
            self.stack.registry("POST", "/_control/revocation", {"orcid": link.orcid_id})
        else:
            self.stack.registry("POST", "/_control/record", {"orcid": link.orcid_id, "state": kind})
        return kind

    def registry_fails(self, link: Scholar) -> str:
        kind: dict[str, Any] = self.random.choice(
            [{"status": 500}, {"status": 400}, {"kind": "lost_after"}, {"kind": "lost_before"}]
        )
        fault = {"kind": "status", "orcid": link.orcid_id, "times": self.random.choice([1, 3]), **kind}
        self.stack.registry("POST", "/_control/faults", fault)
        return str(kind)

    def mapping_changes(self, _: Scholar) -> str:
        kind = self.random.choice(["book", "report", "other"])
        token = self.stack.token("boss", groups=["orcid-admins"])
        content = csv(figure=kind)
        reply, _text = self.stack.send("PUT", MAPPING, content, token=token, **{"content-type": "text/csv"})
        return f"{kind}: {reply.status}"

    def institution_changes(self, _: Scholar) -> str:
        change: dict[str, Any] = self.random.choice(
            [
                {"only_verified": True},
                {"only_verified": False},
                {"deleted_at_orcid": "resend"},
                {"write_enabled": False},
            ]
        )
        self.stack.configure(**{"write_enabled": True, "batch_create_used": "no", **change})
        return str(change)

    def time_passes(self, _: Scholar) -> str:
        seconds = self.random.choice([60, 3600, A_DAY_AND_AN_HOUR_S])
        self.stack.advance(seconds)
        return str(seconds)

    def schedule_runs(self, _: Scholar) -> str:
        self.stack.run_schedule()
        return ""

    def all_falls_quiet(self, _: Scholar) -> str:
        self.stack.quiet()
        return ""

    def comes_to_rest(self) -> None:
        """Everything is mended and everybody writes; days pass."""
        self.stack.registry("DELETE", "/_control/faults")
        self.restore()
        self.stack.settle()
        for link in self.links:
            link.person(orcid_ids=self.people[link.user_id])
            self.stack.registry("POST", "/_control/record", {"orcid": link.orcid_id, "state": "ok"})
            self.stack.connect(link.user_id, link.orcid_id, "write")
        self.stack.advance(A_DAY_AND_AN_HOUR_S)
        self.stack.settle()
        for link in self.links:
            assert link.change(mode="write").status == 200
        for _ in range(2):
            assert self._boss("POST", "/v1/admin/sync", {"users": list(self.people), "reconcile": True}) == 202
            self.stack.advance(A_DAY_AND_AN_HOUR_S)
            self.stack.settle()

    def restore(self) -> None:
        """What other tests take for granted."""
        self.stack.configure(
            write_enabled=True, batch_create_used="no", only_verified=False, deleted_at_orcid="respect"
        )
        token = self.stack.token("boss", groups=["orcid-admins"])
        reply, _ = self.stack.send("PUT", MAPPING, DEFAULT, token=token, **{"content-type": "text/csv"})
        assert reply.status == 200


STEPS: list[Callable[[Scenario, Scholar], str]] = [
    *[Scenario.publication_changes, Scenario.relationship_changes, Scenario.settings_change] * 3,
    *[Scenario.schedule_runs, Scenario.sync_is_run, Scenario.publication_comes, Scenario.link_is_connected] * 2,
    Scenario.publication_goes_or_returns, Scenario.person_changes, Scenario.work_is_left_out,
    Scenario.work_is_sent_again, Scenario.removal_begins, Scenario.link_ends, Scenario.owner_deletes,
    Scenario.registry_changes, Scenario.registry_fails, Scenario.mapping_changes, Scenario.institution_changes,
    Scenario.time_passes, Scenario.all_falls_quiet,
]  # fmt: skip


def test_r21_counts_and_lists_agree_after_every_step_of_a_long_scenario(stack: LocalStack) -> None:
    scenario = Scenario(stack, SEED)
    try:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            scenario.step()
        scenario.comes_to_rest()
        for link in scenario.links:
            counts = link.agrees(waiting_add=0, waiting_update=0, waiting_remove=0, failed=0)
            assert counts["eligible"] == counts["sent"] == counts["on_orcid"]
            sent = {item["publication_id"] for item in link.listed("&state=sent")}
            assert link.sources() == dict.fromkeys(sent, 1), "each work once, and no other of ours"
    except AssertionError as failure:
        failure.add_note("\n".join(scenario.story[:1] + scenario.story[-40:]))
        raise
    finally:
        stack.registry("DELETE", "/_control/faults")
        scenario.restore()
