"""What the adapters run on in these tests: moto, in process, with the tables and queues of template.yaml."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.moto_aws import REGION, Aws, moto_aws


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with moto_aws() as made:
        yield made


@pytest.fixture(params=["fake", "adapter"])
def backend(request: pytest.FixtureRequest) -> str:
    """Every contract test runs on both."""
    return str(request.param)
