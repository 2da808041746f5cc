"""Says in people's words what pydantic refuses: the field, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from orcid_sync.domain.errors import FieldError

# More than anybody reads; a body can have thousands of wrong fields, and names as long as itself.
MOST_FAULTS = 50
LONGEST_FIELD = 200


def _choices(expected: str) -> str:
    """`expected` is pydantic's list: `'a', 'b' or 'c'`."""
    if expected == "False":
        return "Use true or false, without quotes."
    return f"Use one of: {expected.replace(' or ', ', ')}."


# By pydantic's type of error; what is not here keeps pydantic's own words.
_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "Give a value; it is required.",
    "extra_forbidden": lambda _: "Leave this field away; it is not known here.",
    "enum": lambda context: _choices(context["expected"]),
    "literal_error": lambda context: _choices(context["expected"]),
    "bool_type": lambda _: "Use true or false, without quotes.",
    "bool_parsing": lambda _: "Use true or false.",
    "float_parsing": lambda _: "Use a number.",
    "int_type": lambda _: "Use a whole number, without quotes.",
    "int_parsing": lambda _: "Use a whole number.",
    "int_from_float": lambda _: "Use a whole number.",
    "float_type": lambda _: "Use a number.",
    "string_type": lambda _: "Use a text.",
    "string_unicode": lambda _: "Use a text of valid Unicode; this one holds half of a surrogate pair.",
    "string_pattern_mismatch": lambda context: f"Use a value that matches {context['pattern']}.",
    "string_too_short": lambda _: "Give a value; it is empty.",
    "string_too_long": lambda context: f"Use at most {context['max_length']} characters.",
    "list_type": lambda _: "Use a list.",
    "model_type": lambda _: "Use an object.",
    "model_attributes_type": lambda _: "Use an object.",
    "dict_type": lambda _: "Use an object.",
    "too_long": lambda context: f"Give at most {context['max_length']} entries; these are {context['actual_length']}.",
    "greater_than_equal": lambda context: f"Use {context['ge']} or more.",
    "value_error": lambda context: f"{str(context['error']).removesuffix('.')}.",
    "less_than_equal": lambda context: f"Use {context['le']} or less.",
}


def explained(error: ValidationError) -> tuple[FieldError, ...]:
    """The first faults, each with its field as `records[0].data.title`. Never quotes the value (R47)."""
    faults = error.errors(include_url=False, include_input=False)[:MOST_FAULTS]
    return tuple(FieldError(_path(fault["loc"])[:LONGEST_FIELD], _words(fault)) for fault in faults)


def _words(fault: Mapping[str, Any]) -> str:
    words = _WORDS.get(fault["type"])
    return words(fault.get("ctx", {})) if words is not None else f"{fault['msg']}."


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path
