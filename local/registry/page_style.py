"""The look shared by the registry's pages."""

from __future__ import annotations

from html import escape

_CSS = """
:root { --ink: #1f2a30; --soft: #5c6b73; --line: #dfe5e8; --mark: #3f7d20; --paper: #ffffff; --ground: #f4f6f7; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header { background: var(--paper); border-bottom: 3px solid var(--mark); padding: .8rem 1.5rem; }
header a { color: inherit; text-decoration: none; font-weight: 600; }
header span { color: var(--soft); margin-left: .6rem; }
main { max-width: 54rem; margin: 1.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; }
.soft { color: var(--soft); }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; }
.card { padding: 1rem 1.2rem; margin: 1rem 0; }
.version + .version { border-top: 1px solid var(--line); margin-top: .8rem; padding-top: .8rem; }
.version h2 { font-size: 1.05rem; margin: 0; }
.tag { border: 1px solid var(--line); border-radius: 3px; padding: 0 .35rem; font-size: .82rem; color: var(--soft); }
ul.plain { list-style: none; padding: 0; margin: .3rem 0; }
table { border-collapse: collapse; width: 100%; background: var(--paper); }
th, td { text-align: left; padding: .5rem .8rem; border-bottom: 1px solid var(--line); }
a { color: #2b6317; }
label.choice { display: block; padding: .25rem 0; }
input[type=text] { padding: .4rem; border: 1px solid var(--soft); border-radius: 4px; min-width: 16rem; font: inherit; }
button { font: inherit; padding: .5rem 1.2rem; border-radius: 4px; border: 1px solid var(--mark); cursor: pointer; }
button.main { background: var(--mark); color: #fff; } button.other { background: var(--paper); color: var(--ink); }
.fault { color: #a01010; }
"""


def page(title: str, body: str) -> str:
    """A whole HTML page; `title` is escaped here, `body` is HTML already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_CSS}</style></head><body>"
        '<header><a href="/">Local registry</a><span>an emulator for development, not ORCID</span></header>'
        f"<main>{body}</main></body></html>"
    )
