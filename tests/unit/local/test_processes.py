"""Processes of the local stack: their clock, and that none outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from local.aws.embedded import ROOT
from local.clock import Clock

CHILD = ROOT / "local" / "child.py"
WORKER_PATH = ROOT / "local" / "aws" / "worker_path"


def _worker_time(clock_file: Path, **environment: str) -> float:
    """What `time.time` says in a process as the embedded AWS starts them for functions."""
    env = {"PYTHONPATH": str(WORKER_PATH), "LOCAL_CLOCK_FILE": str(clock_file), **environment}
    printed = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"], env=env, capture_output=True, text=True, check=True
    )
    return float(printed.stdout)


def test_functions_see_the_clock_moved_forward(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    assert clock.advance(3600) == 3600
    assert clock.advance(86400) == 90000
    assert abs(_worker_time(clock.file, AWS_LAMBDA_FUNCTION_NAME="f") - time.time() - 90000) < 30


def test_the_embedded_aws_itself_keeps_real_time(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    clock.advance(90000)
    assert abs(_worker_time(clock.file) - time.time()) < 30


def test_the_shift_is_kept_with_the_data(tmp_path: Path) -> None:
    Clock(tmp_path / "clock").advance(60)
    assert Clock(tmp_path / "clock").offset_s == 60


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that ended but was not waited for is still listed; nobody waits for a grandchild.
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text() if Path("/proc").exists() else True


def test_a_killed_parent_leaves_no_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    program = tmp_path / "program.py"
    program.write_text(
        f"import os, time\nopen({str(tmp_path / 'new')!r}, 'w').write(str(os.getpid()))\n"
        f"os.rename({str(tmp_path / 'new')!r}, {str(pid_file)!r})\ntime.sleep(60)\n"
    )
    start = (
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, {str(CHILD)!r}, {str(program)!r}], stdin=subprocess.PIPE).wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", start]) as parent:
        until = time.monotonic() + 20
        while not pid_file.exists() and time.monotonic() < until:
            time.sleep(0.05)
        child = int(pid_file.read_text())
        assert _alive(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
        while _alive(child) and time.monotonic() < until:
            time.sleep(0.05)
    assert not _alive(child)
