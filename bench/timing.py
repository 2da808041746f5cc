"""How long things take, as ratios within one run: medians; each function is imported in an interpreter of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orcid_sync.adapters.orcid_json import work_to_json
from orcid_sync.domain.catalogue import Publication
from orcid_sync.domain.decide import decide
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.own_entry import OwnEntry
from orcid_sync.domain.settings import InstitutionRules, LinkSettings, Rules
from orcid_sync.domain.type_mapping import DEFAULT_TYPE_MAPPING
from orcid_sync.domain.work import BuiltWork, Work
from orcid_sync.domain.work_builder import build_work
from orcid_sync.feed_parsing import parse_line

from bench import samples
from local.aws.template import load, resources
from tests.builders import ORCID_ID, a_relationship, a_user

ROOT = Path(__file__).parents[1]
WORKS = 300
ROUNDS = 5
COLD_ROUNDS = 3
_COLD = """
import sys, time
began = time.process_time()
sys.path.insert(0, sys.argv[1])
import app
imported = time.process_time()
if sys.argv[2] == "build":
    getattr(app, "services", lambda: None)()
print(imported - began, time.process_time() - imported)
"""
# What is no free text to the functions.
_VARIABLES = {
    "STAGE": "test",
    "LANE": "normal",
    "ORCID_API_URL": "http://127.0.0.1:1",
    "ORCID_AUTH_URL": "http://127.0.0.1:1",
}


@dataclass(frozen=True, slots=True)
class Cold:
    """Seconds of a cold start of one function: importing it, then building what it calls."""

    function: str
    importing: float
    building: float


@dataclass(frozen=True, slots=True)
class Step:
    """Seconds that a work takes in one step of the way."""

    what: str
    seconds: float


def cold_starts() -> list[Cold]:
    """Of every function of the template."""
    folders = sorted({properties["CodeUri"] for properties in resources(load(), "AWS::Serverless::Function").values()})
    taken: dict[str, list[tuple[float, float]]] = {folder: [] for folder in folders}
    # Each round takes all, so that whatever else the machine does meets them alike.
    for _ in range(COLD_ROUNDS):
        for folder in folders:
            taken[folder].append(_cold(ROOT / folder))
    return [
        Cold(Path(folder).name, *(statistics.median(seconds) for seconds in zip(*runs, strict=True)))
        for folder, runs in taken.items()
    ]


def _cold(folder: Path) -> tuple[float, float]:
    """Seconds of importing and building. One that is deployed on a condition is only imported."""
    template = load()
    functions = resources(template, "AWS::Serverless::Function")
    (name, *_) = (one for one in functions if Path(functions[one]["CodeUri"]).name == folder.name)
    variables = functions[name].get("Environment", {}).get("Variables", {})
    optional = "Condition" in template["Resources"][name]
    environment = {name: _VARIABLES.get(name) or _given(value, template) for name, value in variables.items()}
    environment |= {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t"}
    environment |= {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "layers/common")}
    command = [sys.executable, "-c", _COLD, str(folder), "import" if optional else "build"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    importing, building = run.stdout.split()[-2:]
    return float(importing), float(building)


def _given(value: Any, template: Mapping[str, Any]) -> str:
    """What a variable holds by default; `value` where the template does not tell."""
    parameter = template["Parameters"].get(value.get("Ref"), {}) if isinstance(value, dict) else {"Default": value}
    return str(parameter.get("Default") or "value")


def steps() -> list[Step]:
    """The first is the unit that the others are compared with."""
    lines = [json.dumps(item).encode() for item in samples.publications(WORKS)]
    publications = [_publication(line) for line in lines]
    headers = {publication.publication_id: digest_publication(publication) for publication in publications}
    related = [a_relationship(publication_id) for publication_id in headers]
    rules = Rules(LinkSettings(), InstitutionRules(only_verified=False, source_precedence=("manual", "crossref")))
    own = OwnEntry(orcid_id=ORCID_ID, name="Ada Jones")
    types = DEFAULT_TYPE_MAPPING

    def decided() -> object:
        return decide(a_user(), related, headers, {}, rules=rules, mapping=types, excluded=frozenset())

    works = [_built(publication, own) for publication in publications]
    return [
        Step("read a publication's JSON (the unit)", _each(lambda: [json.loads(line) for line in lines])),
        Step("take in a feed item", _each(lambda: [_publication(line) for line in lines])),
        Step("header and digests of a publication", _each(lambda: [digest_publication(one) for one in publications])),
        Step("decide about a publication", _each(decided)),
        Step("build a work", _each(lambda: [_built(publication, own) for publication in publications])),
        Step("a work's JSON", _each(lambda: [json.dumps(work_to_json(work)) for work in works])),
    ]


def _publication(line: bytes) -> Publication:
    item = parse_line(line, now_ms=0).item
    assert isinstance(item, Publication)
    return item


def _built(publication: Publication, own: OwnEntry) -> Work:
    built = build_work(
        publication.records[0].metadata,
        publication_id=publication.publication_id,
        publication_type=publication.type,
        work_type=DEFAULT_TYPE_MAPPING[publication.type],
        own=own,
    )
    assert isinstance(built, BuiltWork)
    return built.work


def _each(run: Callable[[], object]) -> float:
    """Median seconds a work."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        run()
        taken.append(time.process_time() - began)
    return statistics.median(taken) / WORKS
