"""`python -m soak`: prints its seed first, so that whatever it finds can be seen again with `--seed`."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time

from soak.backlog import urgent_wishes, waiting_updates
from soak.hour import Size, soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rounds", type=int, default=1, help="so many hours, each with the seed after")
    parser.add_argument("--researchers", type=int, default=40)
    parser.add_argument("--publications", type=int, default=20, help="of each researcher, on average")
    parser.add_argument("--events", type=int, default=3_000)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--outage-minutes", type=int, default=180)
    parser.add_argument("--backlog", action="store_true", help="measure priorities with 10,000 links due, too")
    given = parser.parse_args()
    first = given.seed if given.seed is not None else random.SystemRandom().randrange(1_000_000)
    size = Size(given.researchers, given.publications, given.events, given.minutes, given.outage_minutes)
    if given.backlog:
        print(f"seed {first}", flush=True)
        print(urgent_wishes(first), waiting_updates(first), sep="\n", flush=True)
    failed = 0
    for seed in range(first, first + given.rounds):
        print(f"seed {seed}", flush=True)
        began = time.perf_counter()
        verdict = soak(seed, size)
        for line in verdict.figures:
            print(f"  {line}")
        print(f"  {time.perf_counter() - began:.0f} s")
        for problem in verdict.problems:
            print(f"  PROBLEM: {problem}", file=sys.stderr, flush=True)
        failed += bool(verdict.problems)
    print("everything is as it should be" if not failed else f"{failed} of {given.rounds} rounds have problems")
    return 1 if failed else 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets is part of what happens: the same seed has to give the same run.
        again = [sys.executable, "-m", "soak", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {"PYTHONHASHSEED": "0"})  # noqa: S606 - this program, once more
    sys.exit(main())
