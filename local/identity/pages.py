"""The page on which somebody chooses as whom to sign in on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
:root { color-scheme: light dark; --line: #8887; --soft: #666; --mark: #2b6317; }
@media (prefers-color-scheme: dark) { :root { --soft: #aaa; --mark: #a6ce39; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .3rem; } p { color: var(--soft); margin: 0 0 1rem; }
fieldset { border: 0; padding: 0; margin: 0 0 1rem; } legend { font-weight: 600; padding: 0; margin: 0 0 .4rem; }
button { font: inherit; cursor: pointer; }
button.person { display: block; width: 100%; text-align: left; padding: .55rem .8rem; margin: 0 0 .35rem;
  border: 1px solid var(--line); border-radius: 8px; background: transparent; color: inherit; }
button.person:hover, button.person:focus-visible { border-color: var(--mark); }
button.person span { color: var(--soft); display: block; font-size: .88rem; }
.other { display: flex; gap: .5rem; } .other input { flex: 1; min-width: 0; font: inherit; padding: .45rem; }
label { display: block; font-weight: 600; margin: 0 0 .3rem; }
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in; `note` says what there is to see as them."""

    sub: str
    name: str
    groups: tuple[str, ...] = ()
    note: str = ""


def choice_page(people: Sequence[Person], handed_on: Mapping[str, str]) -> str:
    """The form; `handed_on` are the authorization request's own parameters."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in handed_on.items()
    )
    choices = "".join(
        f'<button class="person" name="sub" value="{escape(person.sub)}">{escape(person.name)}'
        f"<span>{escape(person.note or person.sub)}</span></button>"
        for person in people
    )
    return _page(
        "Sign in",
        f"<h1>Sign in</h1><p>The identity provider of this machine. It asks for no password.</p>"
        f'<form method="post"><input type="hidden" name="decision" value="sign-in">{hidden}'
        f"<fieldset><legend>Who are you?</legend>{choices or 'Nobody is known yet.'}</fieldset></form>"
        f'<form method="post"><input type="hidden" name="decision" value="sign-in">{hidden}'
        '<label for="other">Another id in the research information system</label>'
        '<div class="other"><input id="other" name="other" autocomplete="off" required><button>Sign in</button></div>'
        f'</form><form method="post"><input type="hidden" name="decision" value="cancel">{hidden}'
        "<p><br><button>Cancel</button></p></form>",
    )


def refusal_page(reason: str) -> str:
    """Why the browser is not sent back."""
    return _page("Error", f"<h1>Sorry</h1><p>{escape(reason)}</p>")


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
