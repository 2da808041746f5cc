"""The local stack: starts and stops its parts, and deploys the product's own template into them."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from orcid_sync.domain.stage import check_stage

from local.aws import deploy, http_api
from local.aws.deploy import Deployment
from local.aws.embedded import INTERPRETER, ROOT, EmbeddedAws, StartError, free_port
from local.clock import Clock
from local.emulated_registry import EmulatedRegistry
from local.identity.people import people
from local.identity.provider import IdentityProvider
from local.identity.sign_in import SignIn
from local.options import Options, OtherRegistry
from local.progress import Progress
from local.sample_data import institution_name
from local.stand_ins import StandIns

STAGE = "local"
AUDIENCE = "orcid-sync"
ISSUER_PATH = "/_local/identity"
_PAGE_CLIENT_ID = "settings-page"
_CLIENT_ID = "APP-LOCAL00000000001"
_CLIENT_SECRET = "local-client-secret"  # noqa: S105 - of the emulator, which is open to everybody on this machine


@dataclass(frozen=True, slots=True)
class Stack:
    """The running parts. `registry` is where the product writes; `emulator` is None when that is somewhere else."""

    url: str
    aws: EmbeddedAws
    emulator: EmulatedRegistry | None
    registry: OtherRegistry
    identity: IdentityProvider
    sign_in: SignIn
    clock: Clock
    deployment: Deployment
    api_url: str
    stand_ins: StandIns

    def stop(self) -> None:
        """Stop all parts; state is saved if it is kept."""
        self.aws.stop()
        self.stand_ins.stop()
        if self.emulator is not None:
            self.emulator.stop()


def start(options: Options, progress: Progress) -> Stack:
    """Start everything but the front. Raises StartError or ConfigurationError (R13); then nothing is left running."""
    if options.registry is not None:
        check_stage(STAGE, options.registry.api_url, options.registry.auth_url, local=True)
    if not INTERPRETER.exists():
        raise StartError(f"{INTERPRETER} is missing: run `make install`.")
    run_dir = _fresh(ROOT / ".local" / f"run-{options.port}")
    ports = _ports(options.data_dir)
    clock = Clock((options.data_dir or run_dir) / "clock")
    aws = EmbeddedAws(ports["aws"], run_dir / "logs", clock.file, _inside(options.data_dir, "aws"))
    emulator = None
    if options.registry is None:
        records = _inside(options.data_dir, "registry")
        emulator = EmulatedRegistry(ports["registry"], run_dir / "logs", clock.file, records)
    stand_ins = StandIns.wanted(options, ports, run_dir / "logs", clock.file)
    try:
        return _start(options, progress, run_dir, aws, emulator, clock, stand_ins)
    except BaseException:
        aws.stop()
        stand_ins.stop()
        if emulator is not None:
            emulator.stop()
        raise


def _start(
    options: Options,
    progress: Progress,
    run_dir: Path,
    aws: EmbeddedAws,
    emulator: EmulatedRegistry | None,
    clock: Clock,
    stand_ins: StandIns,
) -> Stack:
    url = f"http://127.0.0.1:{options.port}"
    aws.start()
    stand_ins.start()
    if emulator is not None:
        emulator.start()
    with progress.step("Building the functions"):
        deploy.build(run_dir / "build", run_dir / "logs")
    with progress.step("Starting the embedded AWS" + (" and the registry" if emulator else "")):
        aws.wait()
        stand_ins.wait()
        if emulator is not None:
            redirect_uri = f"{url}/v1/orcid/callback"
            emulator.wait(client_id=_CLIENT_ID, client_secret=_CLIENT_SECRET, redirect_uri=redirect_uri)
    registry = options.registry or _emulated(emulator)
    parameters = _parameters(url, registry) | stand_ins.parameters()
    with progress.step("Deploying the stack"):
        deployment = deploy.deploy(aws, run_dir / "build", run_dir / "logs", parameters)
        secret = deployment.outputs["ClientSecretName"]
        aws.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=registry.client_secret)
        stand_ins.put_account(aws, deploy.STACK_NAME)
        api_url = http_api.wire(aws, deployment, parameters)
        shutil.rmtree(run_dir / "build")
    identity = IdentityProvider(parameters["JwtIssuer"], AUDIENCE, _inside(options.data_dir, "identity.pem"))
    known = people(sample_data=options.sample_data)
    sign_in = SignIn(identity, _PAGE_CLIENT_ID, [deployment.outputs["WebUrl"]], known)
    return Stack(url, aws, emulator, registry, identity, sign_in, clock, deployment, api_url, stand_ins)


def _emulated(emulator: EmulatedRegistry | None) -> OtherRegistry:
    assert emulator is not None
    return OtherRegistry(emulator.url, emulator.url, _CLIENT_ID, _CLIENT_SECRET)


def _parameters(url: str, registry: OtherRegistry) -> dict[str, str]:
    """The template's parameters; what is not named keeps its default."""
    return {
        "Stage": STAGE,
        "OrcidApiUrl": registry.api_url,
        "OrcidAuthUrl": registry.auth_url,
        "OrcidClientId": registry.client_id,
        "JwtIssuer": url + ISSUER_PATH,
        "JwtAudience": AUDIENCE,
        "AllowedOrigins": f"{url},{url.replace('127.0.0.1', 'localhost')}",
        "PublicApiUrl": url,
        "RisUrlTemplate": "https://ris.example.org/publications/{publication_id}",
        "WebClientId": _PAGE_CLIENT_ID,
        "InstitutionName": institution_name(),
        "RisName": "Example RIS",
        "HelpUrl": "/_local",
    }


def _ports(data_dir: Path | None) -> dict[str, int]:
    """Free ports, or those of the last start with this data directory: addresses stand in the state kept there."""
    ports = {name: free_port() for name in ("aws", "registry", "elements", "open_sources")}
    if data_dir is None:
        return ports
    file = data_dir / "ports.json"
    kept = json.loads(file.read_text(encoding="ascii")) if file.exists() else {}
    data_dir.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(ports | kept), encoding="ascii")
    return ports | kept


def _inside(data_dir: Path | None, name: str) -> Path | None:
    return None if data_dir is None else data_dir / name


def _fresh(directory: Path) -> Path:
    """An empty directory; the logs of an earlier run on the same port go."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory
