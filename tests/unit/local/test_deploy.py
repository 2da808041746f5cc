"""What the local stack knows of its functions after a deployment."""

from __future__ import annotations

from typing import Any

from local.aws.deploy import Deployment


def _function(folder: str) -> dict[str, Any]:
    logs = {"LogGroup": {"Ref": f"{folder.title()}Logs"}}
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": f"functions/{folder}/", "LoggingConfig": logs},
    }


def test_a_function_whose_condition_does_not_hold_is_not_there() -> None:
    template = {"Resources": {"SyncFunction": _function("sync"), "PullFunction": _function("pull")}}
    deployment = Deployment({"SyncFunction": "stack-sync", "SyncLogs": "/sync"}, {}, template)
    assert deployment.functions() == {"SyncFunction": "stack-sync"}
    assert (deployment.function("sync"), deployment.function("pull")) == ("stack-sync", None)
    assert (deployment.log_groups("sync"), deployment.log_groups("pull")) == (["/sync"], [])
