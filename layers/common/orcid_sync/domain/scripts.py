"""Subscripts and superscripts in Unicode."""

from __future__ import annotations

_SUBSCRIPTS = dict(
    zip(
        "0123456789+-\u2212=()aehijklmnoprstuvx\u03b2\u03b3\u03c1\u03c6\u03c7",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-\u2212=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW\u03b2\u03b3\u03b4\u03b8\u03c6\u03c7",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
        strict=True,
    )
)


def _mapped(text: str, table: dict[str, str]) -> str:
    content = text.strip()
    if content and all(char in table for char in content):
        return text.replace(content, "".join(table[char] for char in content))
    return text


def subscript(text: str) -> str:
    """Return the text as subscript if every character has one, else unchanged."""
    return _mapped(text, _SUBSCRIPTS)


def superscript(text: str) -> str:
    """Return the text as superscript if every character has one, else unchanged."""
    return _mapped(text, _SUPERSCRIPTS)
