"""Reads one record's summary and prints what that took: `python -m bench.summary_reading URL IID TOKEN`.

A process of its own, so that its memory is the reading's alone.
"""

from __future__ import annotations

import re
import resource
import sys
import time
import tracemalloc
from pathlib import Path

from orcid_sync.adapters.orcid_client import OrcidRegistry
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.domain.tokens import AccessToken

STATUS = Path("/proc/self/status")


def most_resident() -> int:
    """Bytes. Linux's `ru_maxrss` would be the parent's where that is larger, for it outlives the exec."""
    if STATUS.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="ascii"))
        assert found is not None
        return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


if __name__ == "__main__":
    url, orcid_id, token = sys.argv[1:]
    registry = OrcidRegistry(url, "APP-0000000000000001", SystemClock(), orcid_host="sandbox.orcid.org")
    began = time.process_time()
    reading = registry.read_works(orcid_id, AccessToken(token))
    seconds, resident = time.process_time() - began, most_resident()
    tracemalloc.start()
    again = registry.read_works(orcid_id, AccessToken(token))
    print(len(reading.own_works), len(again.own_works), seconds, resident, tracemalloc.get_traced_memory()[1])
