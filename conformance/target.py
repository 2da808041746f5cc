"""The registry a run is made against."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.transport import Sent, Transport

_FIRST_ID = 900_000_000_000
"""The first fifteen digits of 0009-0000-0000-000..., where ORCID hands out new iDs."""


@dataclass(frozen=True, slots=True)
class Target:
    """Addresses without a slash at the end, and what opens them; tokens belong to `orcid`.

    `control_url`: the emulator's controls, when the registry is one.
    """

    api_url: str
    auth_url: str
    client_id: str
    client_secret: str = field(repr=False)
    orcid: str
    write_token: str = field(repr=False)
    read_token: str | None = field(default=None, repr=False)
    control_url: str | None = None


class ControlFailedError(Exception):
    """The emulator did not carry out an order."""


def order(transport: Transport, control_url: str, name: str, body: Mapping[str, object]) -> dict[str, object]:
    """Carry out an order of the emulator's control interface (`/_control/<name>`) and give its answer."""
    sent = Sent(
        "POST", f"{control_url}/_control/{name}", {"Content-Type": "application/json"}, json.dumps(body).encode()
    )
    reply = transport(sent)
    if reply.status != 200 or not isinstance(reply.json, dict):
        raise ControlFailedError(f"{name}: {reply.status} {reply.text}")
    return reply.json


def emulated(transport: Transport, url: str) -> Target:
    """A client, a record and its tokens on an emulator, made through its controls."""
    letters = secrets.token_hex(4).upper()
    client = {
        "client_id": f"APP-CONFORM{letters}0",
        "client_secret": secrets.token_urlsafe(12),
        "name": "Conformance",
        "redirect_uris": ["https://conformance.example/back"],
    }
    orcid = orcid_id(_FIRST_ID + secrets.randbelow(10**9))
    order(transport, url, "client", client)

    def token(scope: str) -> str:
        answer = order(transport, url, "token", {"orcid": orcid, "scope": scope, "client_id": client["client_id"]})
        return str(answer["access_token"])

    return Target(
        api_url=f"{url}/v3.0",
        auth_url=url,
        client_id=str(client["client_id"]),
        client_secret=str(client["client_secret"]),
        orcid=orcid,
        write_token=token("/activities/update /read-limited"),
        read_token=token("/read-limited"),
        control_url=url,
    )


def orcid_id(number: int) -> str:
    """The ORCID iD with these first fifteen digits: groups of four, check character after ISO 7064 MOD 11-2."""
    digits = f"{number:015d}"
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2 % 11
    check = (12 - total) % 11
    whole = digits + ("X" if check == 10 else str(check))
    return "-".join(whole[place : place + 4] for place in range(0, 16, 4))
