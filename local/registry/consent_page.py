"""The page on which somebody signs in to the emulator and allows or denies a client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from local.registry.page_style import page
from local.registry.state import Client, Record

_LISTED = 50
_MEANINGS = {
    "/activities/update": "Add and update your research activities",
    "/read-limited": "Read your information with visibility set to trusted parties",
    "/authenticate": "Get your ORCID iD",
    "openid": "Get your ORCID iD",
}


def consent_page(
    client: Client,
    scopes: Sequence[str],
    records: Sequence[Record],
    fields: Mapping[str, str],
    *,
    fault: str | None = None,
) -> str:
    """The form; `fields` are the request's own parameters, handed through, with `orcid` as the one filled in."""
    wanted = fields.get("orcid", "")
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
        if name != "orcid"
    )
    listed = [record for record in records if record.condition == "ok"][:_LISTED]
    known = {record.orcid for record in listed}
    choices = "".join(
        f'<label class="choice"><input type="radio" name="orcid" value="{escape(record.orcid)}"'
        f"{' checked' if record.orcid == wanted else ''}> {escape(record.orcid)}"
        f"{' · ' + escape(record.name) if record.name else ''}</label>"
        for record in listed
    )
    typed = "" if wanted in known else wanted
    return page(
        "Authorize access",
        f"<h1>{escape(client.name)}</h1><p>asks for access to your ORCID record:</p>"
        f"<ul>{''.join(f'<li>{escape(_MEANINGS.get(scope, scope))}</li>' for scope in scopes)}</ul>"
        f'<form method="post" action="/oauth/authorize" class="card">{hidden}'
        + (f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else "")
        + f"<p><strong>Who are you signing in as?</strong></p>{choices}"
        f'<label class="choice"><input type="radio" name="orcid" value=""{"" if wanted in known else " checked"}> '
        f"{'Another iD' if choices else 'ORCID iD'} "
        f'<input type="text" name="other_orcid" value="{escape(typed)}" placeholder="0000-0000-0000-0000"></label>'
        '<p><button class="main" name="decision" value="allow">Authorize access</button> '
        '<button class="other" name="decision" value="deny">Deny access</button></p></form>',
    )


def refusal_page(reason: str) -> str:
    """Why the client cannot be sent back to."""
    return page("Error", f'<h1>Sorry</h1><p class="fault">{escape(reason)}</p>')
