"""Readers that take JSON apart as strictly as the registry's own mapper does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

Reader = Callable[[Any, str], Any]


class MappingError(Exception):
    """A body that does not fit the model: unknown field, wrong JSON type, missing wrapper."""


class EnumerationError(MappingError):
    """A value outside its list. Kept apart because XML bodies get another error code for it."""

    def __init__(self, where: str, value: str) -> None:
        super().__init__(f"{where}: {value!r} is not in its list")
        self.where = where
        self.value = value


def members(value: Any, where: str, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """The fields of a JSON object, None for those missing or null.

    Raises:
        MappingError: not an object, or a field that has no reader.
    """
    if not isinstance(value, dict):
        raise MappingError(f"{where}: an object is expected")
    for name in value:
        if name not in readers:
            raise MappingError(f'{where}: unrecognized field "{name}"')
    return {
        name: None if value.get(name) is None else reader(value[name], f"{where}.{name}")
        for name, reader in readers.items()
    }


def text(value: Any, where: str) -> str:
    """A string; numbers and booleans are taken as their text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise MappingError(f"{where}: a text is expected")


def whole_number(value: Any, where: str) -> int | None:
    """A whole number; its decimal text is taken too, and an empty text is nothing."""
    if isinstance(value, bool):
        raise MappingError(f"{where}: a number is expected")
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            return int(value)
        except ValueError as exc:
            raise MappingError(f"{where}: a number is expected") from exc
    raise MappingError(f"{where}: a number is expected")


def one_of(options: Collection[str], aliases: Mapping[str, str] | None = None) -> Reader:
    """A text out of a list; an alias is read as what it stands for."""

    def read(value: Any, where: str) -> str:
        written = text(value, where)
        if aliases and written in aliases:
            return aliases[written]
        if written not in options:
            raise EnumerationError(where, written)
        return written

    return read


def list_of(reader: Reader) -> Reader:
    """A list; a single object is accepted in its place."""

    def read(value: Any, where: str) -> tuple[Any, ...]:
        items = value if isinstance(value, list) else [value]
        return tuple(reader(item, f"{where}[{index}]") for index, item in enumerate(items))

    return read


def checked_and_dropped(readers: Mapping[str, Reader]) -> Reader:
    """An object that is looked at for unknown fields and then forgotten, such as `source`."""

    def read(value: Any, where: str) -> None:
        members(value, where, readers)

    return read


def dropped(_value: Any, _where: str) -> None:
    """Anything at all, forgotten."""
