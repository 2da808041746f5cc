"""R13: which registry a stage may reach."""

from __future__ import annotations

import pytest
from orcid_sync.domain.errors import ConfigurationError
from orcid_sync.domain.stage import check_stage

PRODUCTION = ("https://api.orcid.org", "https://orcid.org")
SANDBOX = ("https://api.sandbox.orcid.org", "https://sandbox.orcid.org")
EMULATOR = ("http://127.0.0.1:8001", "http://127.0.0.1:8001")


@pytest.mark.parametrize("stage", ["dev", "test", "staging", "prod", "Production", "local"])
def test_r13_a_stage_that_is_not_production_never_reaches_production(stage: str) -> None:
    with pytest.raises(ConfigurationError, match="sandbox or a local registry"):
        check_stage(stage, *PRODUCTION, local=False)


@pytest.mark.parametrize("registry", [SANDBOX, EMULATOR])
def test_r13_production_needs_the_production_registry(registry: tuple[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="Stage production needs"):
        check_stage("production", *registry, local=False)


def test_r13_production_runs_against_the_production_registry() -> None:
    check_stage("production", *PRODUCTION, local=False)
    check_stage("production", "https://api.orcid.org/", "https://orcid.org/", local=False)


@pytest.mark.parametrize(
    "registry",
    [
        SANDBOX,
        EMULATOR,
        ("http://localhost:9000", "http://localhost:9001"),
        ("http://10.1.2.3", "http://registry:8080"),
        ("http://[::1]:8001", "http://registry.localhost:8001/"),
        ("https://192.168.1.7", "http://host.docker.internal:8001"),
    ],
)
@pytest.mark.parametrize("local", [True, False])
def test_r13_other_stages_run_against_the_sandbox_or_a_local_registry(registry: tuple[str, str], local: bool) -> None:
    check_stage("dev", *registry, local=local)


@pytest.mark.parametrize(
    ("api_url", "auth_url"),
    [
        (SANDBOX[0], PRODUCTION[1]),
        (PRODUCTION[0], SANDBOX[1]),
        (SANDBOX[0], EMULATOR[1]),
        (EMULATOR[0], SANDBOX[1]),
        (EMULATOR[0], PRODUCTION[1]),
    ],
)
@pytest.mark.parametrize("stage", ["dev", "production"])
def test_r13_both_addresses_belong_to_the_same_registry(stage: str, api_url: str, auth_url: str) -> None:
    with pytest.raises(ConfigurationError, match="must be of the same one"):
        check_stage(stage, api_url, auth_url, local=False)


@pytest.mark.parametrize(
    "api_url",
    [
        "https://api.orcid.org.example.org",
        "https://127.0.0.1@api.orcid.org",
        "https://127.0.0.1:80@api.orcid.org:443",
        "https://api.orcid.org.",
        "https://API.ORCID.ORG",
        "https://api.orcid.org:443",
        "http://api.orcid.org",
        "http://api.sandbox.orcid.org",
        "https://api.sandbox.orcid.org/v3.0",
        "https://pub.orcid.org",
        "https://8.8.8.8",
        "ftp://127.0.0.1",
        "http://127.0.0.1:99999",
        "127.0.0.1:8001",
        "",
    ],
)
@pytest.mark.parametrize("stage", ["dev", "production"])
def test_r13_any_other_address_refuses_to_start(stage: str, api_url: str) -> None:
    with pytest.raises(ConfigurationError, match="neither"):
        check_stage(stage, api_url, EMULATOR[1] if stage == "dev" else PRODUCTION[1], local=False)


@pytest.mark.parametrize("stage", ["production", "local"])
def test_r13_the_local_stack_refuses_production(stage: str) -> None:
    with pytest.raises(ConfigurationError, match="never reaches production"):
        check_stage(stage, *PRODUCTION, local=True)
    if stage == "production":
        with pytest.raises(ConfigurationError, match="never reaches production"):
            check_stage(stage, *EMULATOR, local=True)
