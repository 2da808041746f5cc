"""Turns MathML in titles and abstracts into plain text a person can read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from orcid_sync.domain.scripts import subscript, superscript

_TOKEN = re.compile(r"<(/?)(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w-]*)([^<>]*?)(/?)>|([^<]+|<)")
_ACCENTS = {
    "\u00af": "\u0304", "\u203e": "\u0304", "\u0305": "\u0304", "_": "\u0304", "\u2212": "\u0304", "-": "\u0304",
    "^": "\u0302", "\u02c6": "\u0302", "~": "\u0303", "\u02dc": "\u0303",
    "\u2192": "\u20d7", "\u20d7": "\u20d7", "\u02d9": "\u0307", "\u00a8": "\u0308",
}  # fmt: skip
_SILENT = frozenset({"annotation", "annotation-xml", "mprescripts", "none", "mphantom"})
# Deeper markup than this is no formula of a title; deeper nodes are kept flat so that no input can exhaust the stack.
_MAX_DEPTH = 50


@dataclass(slots=True)
class _Node:
    name: str
    children: list[_Node | str] = field(default_factory=list)


def _tree(fragment: str) -> _Node:
    """Read the fragment into nodes; unclosed and stray tags are forgiven."""
    root = _Node("math")
    stack = [root]
    for closing, name, _, empty, text in _TOKEN.findall(fragment):
        if text:
            stack[-1].children.append(text)
        elif closing:
            if any(node.name == name for node in stack[1:]):
                while stack.pop().name != name:
                    pass
        else:
            node = _Node(name)
            stack[-1].children.append(node)
            if not empty and len(stack) < _MAX_DEPTH:
                stack.append(node)
    return root


def _bracketed(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _parts(node: _Node) -> list[str]:
    """Return the rendered child elements; white space between them means nothing in MathML."""
    return [_render(child) for child in node.children if not (isinstance(child, str) and not child.strip())]


def _render(node: _Node | str) -> str:
    if isinstance(node, str):
        return " ".join(node.split())
    if node.name in _SILENT:
        return ""
    if node.name == "mspace":
        return " "
    parts = _parts(node)
    if node.name == "msqrt":
        return "\u221a" + _bracketed("".join(parts))
    if node.name == "mfenced":
        return "(" + ",".join(parts) + ")"
    if len(parts) == 2:
        return _pair(node.name, parts[0], parts[1])
    if node.name in ("msubsup", "munderover") and len(parts) == 3:
        return parts[0] + subscript(parts[1]) + superscript(parts[2])
    return "".join(parts)


def _pair(name: str, first: str, second: str) -> str:
    if name in ("msub", "munder"):
        return first + subscript(second)
    if name == "msup":
        return first + superscript(second)
    if name == "mover":
        return first + _ACCENTS.get(second, superscript(second))
    if name == "mfrac":
        return f"{_bracketed(first)}/{_bracketed(second)}"
    if name == "mroot":
        return f"{superscript(second)}\u221a{_bracketed(first)}"
    return first + second


def mathml_to_text(fragment: str) -> str:
    """Return what stands between `<math>` and `</math>` as text: H2O with real subscripts, fractions with a slash."""
    return _render(_tree(fragment))
