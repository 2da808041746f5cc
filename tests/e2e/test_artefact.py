"""What is deployed can start: each function with the built layer and nothing else but what Lambda's runtime brings."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from local.aws.embedded import ROOT

# The embedded AWS runs functions in its own environment, where a library missing from the layer would not be missed.
RUNTIME_BRINGS = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
FUNCTIONS = sorted(app.parent for app in (ROOT / "functions").glob("*/app.py"))

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer's `python` folder, built as SAM builds it, for this interpreter."""
    target = tmp_path_factory.mktemp("layer")
    variables = [f"ARTIFACTS_DIR={target}", f"LAYER_PYTHON={sys.executable}"]
    subprocess.run(["make", "build-CommonLayer", *variables], cwd=ROOT / "layers" / "common", check=True)
    return target / "python"


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the libraries of Lambda's Python runtime alone."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME_BRINGS:
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.origin is not None
        origin = Path(found.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_r49_a_function_starts_from_the_layer_alone(function: Path, layer: Path, runtime: Path) -> None:
    paths = [str(function), str(layer), str(runtime)]
    program = f"import sys; sys.path[:0] = {paths!r}; import app; assert callable(app.handler)"
    started = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], env={}, capture_output=True, text=True, check=False
    )
    assert started.returncode == 0, started.stderr


def test_the_layer_carries_bytecode_and_no_boto3(layer: Path) -> None:
    assert list((layer / "orcid_sync").rglob("*.pyc"))
    assert not (layer / "boto3").exists()  # Lambda's runtime has it, and 33 MB more would cost start-up
    size = sum(file.stat().st_size for file in layer.rglob("*") if file.is_file())
    assert size < 60_000_000  # Lambda takes 250 MB unpacked; a leap means that something slipped in
