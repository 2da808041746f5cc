"""Reads one record's summary and prints what that took: `python -m bench.summary_reading URL IID TOKEN`.

A process of its own, so that its memory is the reading's alone.
"""

from __future__ import annotations

import resource
import sys
import time
import tracemalloc

from orcid_sync.adapters.orcid_client import OrcidRegistry
from orcid_sync.adapters.system_clock import SystemClock
from orcid_sync.domain.tokens import AccessToken

if __name__ == "__main__":
    url, orcid_id, token = sys.argv[1:]
    registry = OrcidRegistry(url, "APP-0000000000000001", SystemClock(), orcid_host="sandbox.orcid.org")
    began = time.process_time()
    reading = registry.read_works(orcid_id, AccessToken(token))
    seconds, resident = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    again = registry.read_works(orcid_id, AccessToken(token))
    print(len(reading.own_works), len(again.own_works), seconds, resident * 1024, tracemalloc.get_traced_memory()[1])
