"""Who already has this identifier: the duplicate checks of single and bulk writes, which differ."""

from __future__ import annotations

from collections.abc import Iterable

from local.registry.content import WorkContent
from local.registry.errors import RegistryError
from local.registry.state import Key, Source, StoredWork, comparison_key, normalised_values


def check_single(content: WorkContent, existing: Iterable[StoredWork], source: Source) -> None:
    """A `self` identifier clashes with a `self` identifier of another work of the same source (9021)."""
    wanted = _self_keys(content)
    for work in existing:
        if work.source != source:
            continue
        for identifier, key in work.keyed_identifiers():
            if identifier.relationship == "self" and key in wanted:
                raise RegistryError(9021, put_code=work.put_code)


class BulkTable:
    """The lookup table of a bulk: it grows with each item stored.

    Unlike in a single write an existing `version-of` clashes too, and the put-code named is that of the work which
    last brought the identifier into the table, be it as `part-of`.
    """

    def __init__(self, existing: Iterable[StoredWork], source: Source) -> None:
        self._clashing: set[Key] = set()
        self._put_codes: dict[Key, int] = {}
        for work in existing:
            if work.source == source:
                self.add(work)

    def add(self, work: StoredWork) -> None:
        for identifier, key in work.keyed_identifiers():
            self._put_codes[key] = work.put_code
            if identifier.relationship not in ("part-of", "funded-by"):
                self._clashing.add(key)

    def check(self, content: WorkContent) -> None:
        """Raises 9021 when a `self` identifier of the work is in the table."""
        for key in _self_keys(content):
            if key in self._clashing:
                raise RegistryError(9021, put_code=self._put_codes[key])


def _self_keys(content: WorkContent) -> dict[Key, None]:
    return {
        comparison_key(identifier, normalised): None
        for identifier, normalised in zip(content.identifiers, normalised_values(content), strict=True)
        if identifier.relationship == "self"
    }
