"""The page of the front that tells what there is on this machine."""

from __future__ import annotations

from html import escape

from local.stack import Stack

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 3rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
code { background: #f2f4f5; padding: .1rem .3rem; border-radius: 3px; }
a { color: #085c77; }
li { margin: .3rem 0; } ul { padding-left: 0; list-style: none; } p.note { color: #555; }
"""


def start_page(stack: Stack) -> str:
    """What can be looked at."""
    registry = stack.emulator.url if stack.emulator is not None else stack.registry.auth_url
    return _page(
        "ORCID sync, on this machine",
        f"""<p>Researchers' ORCID records, kept in step with what their institution's research information system says
they published. Everything here runs locally: the same functions and the same template as in AWS.</p>
<ul>
<li><a href="/">The settings page</a>, signed in as anybody you like</li>
<li><a href="{escape(registry)}">The ORCID records</a>, as they fill</li>
<li><a href="/docs">The API's description</a> (<a href="/docs/openapi.json">OpenAPI</a>)</li>
{"".join(f"<li>{escape(name)}: <code>{escape(where)}</code></li>" for name, where in stack.stand_ins.lines())}
<li><a href="/_local/info">Addresses and the stack's outputs</a></li>
<li><a href="/_local/usage">Calls made since start</a></li>
</ul>
<p class="note">A token for the API: <code>curl -X POST {escape(stack.url)}/_local/token
-d '{{"sub": "u-adeyemi", "groups": []}}'</code></p>""",
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1>{body}</body></html>"
    )
