"""What can be set when a registry is started."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """Settings of one registry; the defaults are those of ORCID's sandbox as far as they are known.

    `base_url` is the address the registry gives out (in `Location`); when None it follows the request's Host header.
    `identifier_host` stands in the iD and client URIs inside bodies, as the sandbox's host does there; nobody calls it.
    `requests_per_second` and `burst` are the published limits of the Member API.
    `refresh_revokes_old`: ORCID documents it, its forwarders drop the parameter; both behaviours can be had.
    """

    host: str = "127.0.0.1"
    port: int = 0
    base_url: str | None = None
    data_dir: Path | None = None
    clock_file: Path | None = None
    rate_limit: bool = True
    requests_per_second: float = 24.0
    burst: int = 40
    identifier_host: str = "sandbox.orcid.org"
    works_per_record: int = 10_000
    bulk_items: int = 100
    refresh_revokes_old: bool = False
