"""The registry's records, most of them packed: thousands of full ones fit into memory."""

from __future__ import annotations

import pickle
import zlib
from collections import OrderedDict
from collections.abc import Iterator, MutableMapping

from local.registry.state import Record

# Those used last stay as they are: writers at work, ten a lane, and some to spare.
_WARM = 48


class ColdRecords(MutableMapping[str, Record]):
    """By iD, in the place of a dict. What was changed in a record counts until it is packed, and after."""

    def __init__(self) -> None:
        self._warm: OrderedDict[str, Record] = OrderedDict()
        self._cold: dict[str, bytes] = {}

    def __getitem__(self, orcid: str) -> Record:
        if orcid in self._warm:
            self._warm.move_to_end(orcid)
            return self._warm[orcid]
        record: Record = pickle.loads(zlib.decompress(self._cold.pop(orcid)))  # noqa: S301 - packed below
        self[orcid] = record
        return record

    def __setitem__(self, orcid: str, record: Record) -> None:
        self._cold.pop(orcid, None)
        self._warm[orcid] = record
        self._warm.move_to_end(orcid)
        if len(self._warm) > _WARM:
            coldest, packed = self._warm.popitem(last=False)
            self._cold[coldest] = zlib.compress(pickle.dumps(packed, pickle.HIGHEST_PROTOCOL), 1)

    def __delitem__(self, orcid: str) -> None:
        if orcid in self._warm:
            del self._warm[orcid]
        else:
            del self._cold[orcid]

    def __contains__(self, orcid: object) -> bool:
        return orcid in self._warm or orcid in self._cold

    def __iter__(self) -> Iterator[str]:
        return iter([*self._cold, *self._warm])

    def __len__(self) -> int:
        return len(self._warm) + len(self._cold)
