"""Brings in the sample institution as its RIS, its administrator and its researchers would: through the API alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import urllib3

from local.invoke import invoke
from local.progress import Progress
from local.sample_data import Researcher, feed_items, researchers
from local.stack import Stack

_BATCH_ITEMS = 500  # of POST /v1/feed/batch
_SECONDS = 60.0


class LoadError(Exception):
    """A call was not answered as expected; the text says which and how."""


def load(stack: Stack, progress: Progress) -> None:
    """Feed, configuration, connections and settings. Raises LoadError."""
    institution = _Institution(stack)
    if stack.stand_ins.elements is not None:
        with progress.step("Reading the sample institution from Elements"):
            _read_elements(stack)
    else:
        with progress.step("Feeding the sample institution"):
            items = feed_items()
            for start in range(0, len(items), _BATCH_ITEMS):
                institution.feed(items[start : start + _BATCH_ITEMS])
    institution.switch_on()
    if stack.emulator is None:
        progress.say("  Nobody is connected: only the emulator lets sample researchers sign in.")
        return
    with progress.step("Connecting the researchers"):
        for researcher in researchers():
            for orcid_id in researcher.orcid_ids:
                institution.connect(researcher, orcid_id)


def _read_elements(stack: Stack) -> None:
    """The whole of the stand-in, as the schedule would have it read a little later."""
    function = stack.deployment.function("pull_elements")
    assert function is not None, "it is deployed where there is an Elements server"
    answer = invoke(stack, function, b'{"now": true}')
    if answer.error or not json.loads(answer.payload).get("complete"):
        raise LoadError(f"Elements could not be read: {answer.payload[:500].decode(errors='replace')}")


def results(stack: Stack) -> Iterator[tuple[Researcher, str, dict[str, Any]]]:
    """Researcher, iD and Link (API.md) of everybody connected for writing."""
    institution = _Institution(stack)
    for researcher in researchers():
        for orcid_id in researcher.orcid_ids:
            if researcher.access == "write":
                yield researcher, orcid_id, institution.link(researcher, orcid_id)


@dataclass
class _Institution:
    stack: Stack
    _http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def feed(self, items: list[dict[str, Any]]) -> None:
        token = self.stack.identity.token("ris", scope="orcid-feed")
        answer = self._call("POST", "/v1/feed/batch", token, {"items": items})
        if answer["errors"]:
            raise LoadError(f"The feed refused sample items: {answer['errors'][:3]}")

    def switch_on(self) -> None:
        token = self.stack.identity.token("admin", groups=["orcid-admins"])
        wanted = {"search_enabled": True, "write_enabled": True, "batch_create_used": "no"}
        self._call("PATCH", "/v1/admin/configuration", token, wanted)

    def connect(self, researcher: Researcher, orcid_id: str) -> None:
        """Connect, if the demo wants it, and set the mode; somebody who left cannot do either (R33)."""
        token = self.stack.identity.token(researcher.user_id)
        base = f"/v1/users/{researcher.user_id}/orcid"
        if researcher.access != "none":
            request = {"access": researcher.access, "return_url": f"{self.stack.url}/", "orcid_id": orcid_id}
            authorize_url = str(self._call("POST", f"{base}/connect", token, request)["authorize_url"])
            answer = self._sign_in(authorize_url, orcid_id, researcher.name)
            self._call("POST", f"{base}/connect/complete", token, answer)
        self._call("PATCH", f"{base}/{orcid_id}/settings", token, dict(researcher.settings))

    def link(self, researcher: Researcher, orcid_id: str) -> dict[str, Any]:
        token = self.stack.identity.token(researcher.user_id)
        return self._call("GET", f"/v1/users/{researcher.user_id}/orcid/{orcid_id}", token)

    def _sign_in(self, authorize_url: str, orcid_id: str, name: str) -> dict[str, str]:
        """Consent at the registry and follow the browser's way back; returns code and state for the front end."""
        registry = self.stack.registry.auth_url
        record = {"orcid": orcid_id, "name": name}
        self._http.request("POST", f"{registry}/_control/record", json=record, timeout=_SECONDS)
        asked = {key: values[0] for key, values in parse_qs(urlsplit(authorize_url).query).items()}
        consent = {**asked, "orcid": orcid_id, "decision": "allow"}
        at_callback = self._redirection("POST", authorize_url.partition("?")[0], consent)
        back = parse_qs(urlsplit(self._redirection("GET", at_callback)).query)
        if "orcid_code" not in back:
            raise LoadError(f"Signing in as {orcid_id} came back with {back}.")
        return {"code": back["orcid_code"][0], "state": back["orcid_state"][0]}

    def _redirection(self, method: str, url: str, form: dict[str, str] | None = None) -> str:
        answer = (
            self._http.request(
                method, url, fields=form, encode_multipart=False, redirect=False, retries=False, timeout=_SECONDS
            )
            if form
            else self._http.request(method, url, redirect=False, retries=False, timeout=_SECONDS)
        )
        if "location" not in answer.headers:
            raise LoadError(f"{method} {url.partition('?')[0]} answered {answer.status}: {answer.data[:300]!r}")
        return str(answer.headers["location"])

    def _call(self, method: str, path: str, token: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}"}
        answer = self._http.request(
            method, self.stack.url + path, json=body, headers=headers, retries=False, timeout=_SECONDS
        )
        if answer.status not in (200, 201, 202):
            raise LoadError(f"{method} {path} answered {answer.status}: {answer.data[:500].decode(errors='replace')}")
        result: dict[str, Any] = answer.json()
        return result
