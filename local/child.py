"""Runs a program that must not outlive its parent: it ends when its standard input, a pipe of the parent, closes.

`python local/child.py script.py [argument ...]` or `python local/child.py -m module [argument ...]`. Works however the
parent ends, a kill included. Needs the standard library alone: it also runs in the embedded AWS's own environment.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

_GRACE_SECONDS = 10.0


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


def main() -> None:
    """Watch the parent and become the program named on the command line."""
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    # Ctrl-C reaches the whole group of processes; the parent decides when its children end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.argv[1] == "-m":
        sys.argv = sys.argv[2:]
        sys.path[0] = os.getcwd()  # noqa: PTH109 - as `python -m` has it
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = sys.argv[1:]
        sys.path[0] = os.path.dirname(sys.argv[0])  # noqa: PTH120 - as `python script.py` has it
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
