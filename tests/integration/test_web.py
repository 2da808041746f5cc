"""The pages as the gateway serves them: what is there, what is not, and with which headers."""

from __future__ import annotations

import base64
import gzip
import importlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.aws.embedded import ROOT
from tests.integration.conftest import EVENTS, Context

ENVIRONMENT = {
    "JWT_ISSUER": "https://login.example.org/tenant/v2",
    "JWT_AUDIENCE": "orcid-sync",
    "USER_ID_CLAIM": "sub",
    "GROUPS_CLAIM": "groups",
    "ADMIN_GROUP": "orcid-admins",
    "ORCID_AUTH_URL": "https://sandbox.orcid.org",
    "WEB_CLIENT_ID": "page",
    "WEB_SCOPE": "openid profile",
    "WEB_CONNECT_ORIGINS": "https://tokens.example.org",
    "WEB_FRAME_ANCESTORS": "",
    "INSTITUTION_NAME": "Universität Beispiel",
    "RIS_NAME": "",
    "HELP_URL": "",
}


@dataclass(frozen=True)
class Served:
    """An answer, its body as it is after decompression."""

    status: int
    headers: dict[str, str]
    body: bytes

    def policy(self) -> dict[str, str]:
        """The Content-Security-Policy by directive."""
        parts = (part.strip().partition(" ") for part in self.headers["content-security-policy"].split(";"))
        return {name: value for name, _, value in parts}


@dataclass(frozen=True)
class Site:
    """The function `web`."""

    handler: Any

    def get(self, path: str, **headers: str) -> Served:
        event = json.loads((EVENTS / "web" / "get_page.json").read_text())
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        event["headers"] = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.handler(event, Context())
        assert answer["isBase64Encoded"] is True
        body = base64.b64decode(answer["body"])
        packed = answer["headers"].get("content-encoding") == "gzip"
        return Served(answer["statusCode"], answer["headers"], gzip.decompress(body) if packed else body)

    def version(self) -> str:
        """The folder that index.html names its files in."""
        return self.get("/").body.decode().partition('src="/web/')[2].partition("/")[0]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return Site(importlib.import_module("functions.web.app").handler)


def test_the_start_page_is_html_that_browsers_ask_for_again(site: Site) -> None:
    page = site.get("/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-cache"
    assert b"{version}" not in page.body


def test_files_of_the_current_version_are_kept_for_ever(site: Site) -> None:
    script = site.get(f"/web/{site.version()}/main.js")
    assert (script.status, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert "immutable" in script.headers["cache-control"]
    assert script.body == (ROOT / "web" / "main.js").read_bytes()


def test_a_page_of_an_older_version_still_finds_its_files_but_keeps_none(site: Site) -> None:
    for path in ("/web/v-000000000000/main.js", "/web/main.js"):
        assert site.get(path).body == (ROOT / "web" / "main.js").read_bytes()
        assert site.get(path).headers["cache-control"] == "no-cache"


def test_what_the_browser_has_is_not_sent_again(site: Site) -> None:
    first = site.get("/")
    for known in (first.headers["etag"], f'"other", {first.headers["etag"]}', first.headers["etag"].removeprefix("W/")):
        again = site.get("/", if_none_match=known, accept_encoding="gzip")
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert site.get("/", if_none_match='W/"other"').status == 200


def test_files_are_compressed_for_whoever_takes_that(site: Site) -> None:
    for taken in ("gzip", "br, gzip;q=0.8", "*"):
        packed = site.get("/", accept_encoding=taken)
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.body == site.get("/").body
    for refused in ("", "br", "gzip;q=0", "identity"):
        assert "content-encoding" not in site.get("/", accept_encoding=refused).headers
    assert packed.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    [
        "/web/nothing.js",
        "/web/",
        "/web",
        "/web/Makefile",
        "/web/README.md",
        "/web/../template.yaml",
        "/web/..%2f..%2ftemplate.yaml",
        "/web//etc/passwd",
        "/web/v-000000000000/../../pyproject.toml",
        "/web/core",
        "/favicon.ico",
        "/v1/users/me",
    ],
)
def test_nothing_but_the_pages_files_can_be_had(site: Site, path: str) -> None:
    answer = site.get(path)
    assert (answer.status, answer.body) == (404, b"Not found\n")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/web/main.js", "/web/config.json", "/web/nothing"])
def test_every_answer_has_the_strict_headers(site: Site, path: str) -> None:
    answer = site.get(path)
    policy = answer.policy()
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self' https://login.example.org https://tokens.example.org"
    assert policy["img-src"] == "'self' data:"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_an_institution_may_embed_the_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_FRAME_ANCESTORS", "https://ris.example.org https://portal.example.org")
    page = site.get("/")
    assert page.policy()["frame-ancestors"] == "https://ris.example.org https://portal.example.org"
    assert "x-frame-options" not in page.headers


def test_the_page_learns_where_to_sign_in_and_no_secret(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCID_CLIENT_SECRET", "hush")
    answer = site.get("/web/config.json")
    told = json.loads(answer.body)
    assert answer.headers["cache-control"] == "no-cache"
    assert (told["issuer"], told["client_id"], told["institution"]) == (
        "https://login.example.org/tenant/v2",
        "page",
        "Universität Beispiel",
    )
    assert b"hush" not in answer.body


def test_another_environment_is_not_answered_from_the_last_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_CLIENT_ID", "")
    assert json.loads(site.get("/web/config.json").body)["client_id"] == ""


def test_the_layer_holds_what_is_served(site: Site, tmp_path: Path) -> None:
    subprocess.run(["make", "build-WebLayer", f"ARTIFACTS_DIR={tmp_path}"], cwd=ROOT / "web", check=True)
    built = {str(file.relative_to(tmp_path / "python" / "web")) for file in tmp_path.rglob("*") if file.is_file()}
    assert {"index.html", "main.js", "style.css"} <= built
    assert not {name for name in built if site.get(f"/web/{name}").status != 200} - {"index.html"}
