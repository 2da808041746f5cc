"""Builds template.yaml with SAM for this machine, deploys it to the embedded AWS, and reads what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws.embedded import CREDENTIALS, INTERPRETER, ROOT, EmbeddedAws, StartError
from local.aws.template import load, resources

STACK_NAME = "orcid-sync"
_SOURCES_BUCKET = "sources"


@dataclass(frozen=True, slots=True)
class Deployment:
    """What was deployed: `physical` names by logical id, the stack's `outputs`, `template` as written."""

    physical: dict[str, str]
    outputs: dict[str, str]
    template: dict[str, Any]

    def functions(self) -> dict[str, str]:
        """Physical names of the functions by logical id; one whose condition does not hold is not deployed."""
        wanted = resources(self.template, "AWS::Serverless::Function")
        return {name: self.physical[name] for name in wanted if name in self.physical}

    def function(self, name: str) -> str | None:
        """The physical name of a function given by its folder (`sync`), logical id or physical name."""
        return next((self.physical[logical_id] for logical_id in self._named(name)), None)

    def log_groups(self, name: str) -> list[str]:
        """Physical names of the log groups of the functions so named: a folder may be deployed more than once."""
        functions = resources(self.template, "AWS::Serverless::Function")
        return [self.physical[functions[one]["LoggingConfig"]["LogGroup"]["Ref"]] for one in self._named(name)]

    def _named(self, name: str) -> list[str]:
        """Logical ids of the functions with this folder, logical id or physical name."""
        wanted = resources(self.template, "AWS::Serverless::Function")
        return [
            logical_id
            for logical_id, physical in self.functions().items()
            if name in (str(wanted[logical_id]["CodeUri"]).strip("/").rpartition("/")[2], logical_id, physical)
        ]


def build(build_dir: Path, log_dir: Path) -> None:
    """`sam build`; the layer gets wheels for the interpreter that will run the functions. Raises StartError."""
    _sam(["build", "--build-dir", str(build_dir)], {"LAYER_PYTHON": str(INTERPRETER)}, log_dir / "build.log")


def deploy(aws: EmbeddedAws, build_dir: Path, log_dir: Path, parameters: dict[str, str]) -> Deployment:
    """`sam deploy` to the embedded AWS. Raises StartError."""
    s3 = aws.client("s3")
    if _SOURCES_BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        location = {"LocationConstraint": CREDENTIALS["AWS_DEFAULT_REGION"]}
        s3.create_bucket(Bucket=_SOURCES_BUCKET, CreateBucketConfiguration=location)
    command = ["deploy", "--template-file", str(build_dir / "template.yaml"), "--stack-name", STACK_NAME]
    command += ["--s3-bucket", _SOURCES_BUCKET, "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    command += ["--no-confirm-changeset", "--no-fail-on-empty-changeset"]
    command += ["--parameter-overrides", *(f'{name}="{value}"' for name, value in parameters.items())]
    env = {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "SAM_CLI_POLL_DELAY": "0.5"}
    _sam(command, env, log_dir / "deploy.log")
    return describe(aws)


def describe(aws: EmbeddedAws) -> Deployment:
    """The deployed stack's resources and outputs."""
    cloudformation = aws.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return Deployment(
        physical={resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "") for resource in found},
        outputs={output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
        template=load(),
    )


def _sam(command: list[str], env: dict[str, str], log: Path) -> None:
    """Run the SAM CLI of this environment. Its whole output goes to `log`; the end of it into the error."""
    log.parent.mkdir(parents=True, exist_ok=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    full = {**os.environ, "SAM_CLI_TELEMETRY": "0", "PATH": path, **env}
    done = subprocess.run(
        [sys.executable, "-m", "samcli", *command], cwd=ROOT, env=full, capture_output=True, text=True, check=False
    )
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise StartError(f"sam {command[0]} failed ({log}):\n{tail}")
