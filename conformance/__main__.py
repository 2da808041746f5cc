"""`python -m conformance`: the suite against a registry, or against the emulator when none is named."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator

from conformance import table
from conformance.cases import all_cases
from conformance.runner import Runner, Verdict
from conformance.target import Target, emulated, order
from conformance.transport import HttpTransport, Transport

_REMOTE_PAUSE_SECONDS = 0.1  # ten a second: far below the registry's limit


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 0 when every case that ran went as expected and nothing was left on the record, else 1."""
    options = _options(arguments)
    cases = [case for case in all_cases() if options.only in f"{case.section} {case.name}"]
    started = time.monotonic()
    with _opened(options) as (target, transport):
        runner = Runner(target, transport)
        _say(f"registry {target.api_url}, record {target.orcid}, run {runner.run_id}\n{table.head()}")
        outcomes = []
        try:
            for outcome in runner.run(cases):
                outcomes.append(outcome)
                if not (options.quiet and outcome.verdict is Verdict.OK):
                    _say(table.row(outcome))
        finally:
            left = runner.left_behind()
    _say(table.failures(outcomes))
    if left:
        _say(f"could not be deleted from {target.orcid}: {', '.join(map(str, left))}")
    _say(table.summary(outcomes, time.monotonic() - started))
    failed = any(outcome.verdict is Verdict.FAILED for outcome in outcomes)
    return 1 if failed or left or not outcomes else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _opened(options: argparse.Namespace) -> Iterator[tuple[Target, Transport]]:
    if options.api_url:
        transport = HttpTransport(pause_seconds=options.pause)
        yield _named(options), transport
        return
    if options.control_url:
        transport = HttpTransport(use_environment=False)
        url = options.control_url.rstrip("/")
        limit = order(transport, url, "limit", {})
        order(transport, url, "limit", {"enabled": False})
        try:
            yield emulated(transport, url), transport
        finally:
            order(transport, url, "limit", limit)
        return
    from local.registry import RegistrySettings, RunningRegistry  # noqa: PLC0415  # not needed for other registries

    with RunningRegistry(RegistrySettings(rate_limit=False)) as registry:
        transport = HttpTransport(use_environment=False)
        yield emulated(transport, registry.url), transport


def _named(options: argparse.Namespace) -> Target:
    return Target(
        api_url=options.api_url.rstrip("/"),
        auth_url=options.auth_url.rstrip("/"),
        client_id=options.client_id,
        client_secret=options.client_secret,
        orcid=options.orcid,
        write_token=options.write_token,
        read_token=options.read_token,
    )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument("--api-url", help="such as https://api.sandbox.orcid.org/v3.0")
    parser.add_argument("--auth-url", help="such as https://sandbox.orcid.org")
    parser.add_argument("--client-id")
    parser.add_argument("--client-secret")
    parser.add_argument("--orcid", help="a claimed record kept for tests")
    parser.add_argument("--write-token", help="of this record, scope /activities/update /read-limited")
    parser.add_argument(
        "--read-token", help="of this record, scope /read-limited alone; cases that need it are skipped"
    )
    parser.add_argument("--pause", type=float, default=_REMOTE_PAUSE_SECONDS, help="seconds between two requests")
    parser.add_argument("--control-url", help="address of a running emulator, instead of all these")
    parser.add_argument("--only", default="", help="only cases whose section and name hold this text")
    parser.add_argument("--quiet", action="store_true", help="only rows that are not ok")
    options = parser.parse_args(arguments)
    needed = ("auth_url", "client_id", "client_secret", "orcid", "write_token")
    missing = [f"--{name.replace('_', '-')}" for name in needed if options.api_url and not getattr(options, name)]
    if missing:
        parser.error(f"--api-url also needs {', '.join(missing)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
