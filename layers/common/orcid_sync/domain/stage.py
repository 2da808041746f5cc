"""Which registry a stage may reach (R13): production the production registry, every other stage anything but that."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from orcid_sync.domain.errors import ConfigurationError

PRODUCTION = "production"
_REGISTRIES = {
    PRODUCTION: ("https://api.orcid.org", "https://orcid.org"),
    "sandbox": ("https://api.sandbox.orcid.org", "https://sandbox.orcid.org"),
}
_LOCAL = "local"
_LOCAL_NAMES = ("localhost", "host.docker.internal")
_LOCAL_DOMAINS = (".localhost", ".local", ".internal", ".test")
_UNKNOWN = (
    "{!r} is neither ORCID's production registry nor its sandbox nor a registry on this machine or network"
    " (addresses go without the API's version)."
)


def check_stage(stage: str, api_url: str, auth_url: str, *, local: bool) -> None:
    """Raise ConfigurationError unless this stage may run against the registry at these addresses.

    `api_url` is the Member API without the version, `auth_url` the sign-in pages. `local` says that this is the local
    stack, which refuses production altogether.
    """
    api, auth = _registry(api_url, 0), _registry(auth_url, 1)
    if api != auth:
        raise ConfigurationError(
            f"{api_url} belongs to the {api} registry, {auth_url} to the {auth} registry: both must be of the same one."
        )
    if local and PRODUCTION in (stage, api):
        raise ConfigurationError("The local stack never reaches production: choose the sandbox or another registry.")
    if stage == PRODUCTION and api != PRODUCTION:
        raise ConfigurationError(f"Stage {PRODUCTION} needs {' and '.join(_REGISTRIES[PRODUCTION])}, not {api_url}.")
    if stage != PRODUCTION and api == PRODUCTION:
        raise ConfigurationError(f"Stage {stage!r} may use the sandbox or a local registry, never {api_url}.")


def _registry(url: str, position: int) -> str:
    """The registry that an address belongs to: `production`, `sandbox` or `local`. Raises ConfigurationError."""
    for name, addresses in _REGISTRIES.items():
        if url.rstrip("/") == addresses[position]:
            return name
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port  # an impossible port raises ValueError only when it is asked for
    except ValueError as exc:
        raise ConfigurationError(_UNKNOWN.format(url)) from exc
    if parts.scheme in ("http", "https") and _is_local(host) and not (parts.username or parts.query or parts.fragment):
        return _LOCAL
    raise ConfigurationError(_UNKNOWN.format(url))


def _is_local(host: str) -> bool:
    """A name or address that cannot lead to the public internet; a name without a dot never does."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host in _LOCAL_NAMES or host.endswith(_LOCAL_DOMAINS))
    return address.is_loopback or address.is_private
