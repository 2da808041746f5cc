"""`make run`: starts the whole product on this machine and serves it until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

from orcid_sync.domain.errors import ConfigurationError

from local import load
from local.aws.embedded import StartError
from local.front.server import FrontServer
from local.idleness import wait_until_idle
from local.invoke import invoke, schedules
from local.options import Options, read_arguments
from local.progress import Progress
from local.stack import Stack, start

_LOOK_SECONDS = 2.0
_LONGEST_FIRST_SYNC_SECONDS = 300.0


def main() -> int:
    """Run until interrupted; returns the exit status."""
    options, progress = read_arguments(), Progress()
    signal.signal(signal.SIGTERM, _interrupt)
    stack: Stack | None = None
    front: FrontServer | None = None
    try:
        _refuse_taken_port(options.port)
        progress.say("Starting the local stack (the logs are in .local/)")
        stack = start(options, progress)
        front = FrontServer(stack, options.port, live_pages=options.live_pages)
        _welcome(stack, progress)
        if options.sample_data:
            _load_once(stack, options, progress)
        progress.say("\nReady. Ctrl-C stops everything.")
        _wait()
    except KeyboardInterrupt:
        progress.say("\nStopping")
    except (StartError, ConfigurationError) as exc:
        print(f"\n{exc}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave anything behind
        if front is not None:
            front.stop()
        if stack is not None:
            stack.stop()
    return 0


def _wait() -> None:
    """Until Ctrl-C; started by make, also until make is gone, however it went."""
    parent = os.getppid()
    while "STOP_WITH_PARENT" not in os.environ or os.getppid() == parent:
        time.sleep(1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise StartError(f'Port {port} is taken; choose another: make run ARGS="--port {port + 1}"')


def _welcome(stack: Stack, progress: Progress) -> None:
    records = stack.emulator.url if stack.emulator is not None else stack.registry.auth_url
    progress.say()
    progress.say(f"  Settings page  {stack.url}/")
    progress.say(f"  API            {stack.url}/v1/, described at {stack.url}/docs")
    progress.say(f"  ORCID records  {records}/")
    for name, where in stack.stand_ins.lines():
        progress.say(f"  {name:<14} {where}")
    progress.say(f"  All addresses  {stack.url}/_local")
    progress.say()


def _load_once(stack: Stack, options: Options, progress: Progress) -> None:
    """Load the sample data unless the data directory has it; an error is told, and the stack goes on."""
    done = _marker(options.data_dir)
    if done is not None and done.exists():
        return
    try:
        load.load(stack, progress)
        if stack.emulator is not None:
            _watch(stack, progress)
    except load.LoadError as exc:
        print(f"\nThe sample data could not be loaded completely. {exc}", file=sys.stderr)
        return
    if done is not None:
        done.touch()


def _marker(data_dir: Path | None) -> Path | None:
    return None if data_dir is None else data_dir / "sample-data-loaded"


def _watch(stack: Stack, progress: Progress) -> None:
    """Show the records filling until nobody is queued any more, then who got what."""
    progress.say("  The first sync")
    until = time.monotonic() + _LONGEST_FIRST_SYNC_SECONDS
    while time.monotonic() < until:
        links = [link for _, _, link in load.results(stack)]
        sent, eligible = (sum(link["counts"][key] for link in links) for key in ("sent", "eligible"))
        progress.again(f"{sent} of {eligible} works are on ORCID")
        if wait_until_idle(stack.aws.state, _LOOK_SECONDS).idle:
            if not any(link["state"] in ("queued", "syncing") for link in links):
                break
            for schedule in schedules(stack):  # they come every minute; the first time nobody likes to wait
                invoke(stack, schedule.function, schedule.input)
    progress.say("\n")
    for researcher, orcid_id, link in load.results(stack):
        counts = link["counts"]
        progress.say(
            f"  {researcher.name:<28} {counts['sent']:>4} of {counts['eligible']:>3} works"
            f"  {link['state_reason'] or '':<14} {stack.registry.auth_url}/{orcid_id}"
        )


if __name__ == "__main__":
    sys.exit(main())
