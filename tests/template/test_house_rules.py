"""House rules that no linter knows, kept by every resource of the template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from local.aws.embedded import ROOT
from local.aws.template import TEMPLATE, resources

Template = dict[str, Any]
Properties = dict[str, Any]


def _functions(template: Template) -> dict[str, Properties]:
    return resources(template, "AWS::Serverless::Function")


def _queues(template: Template) -> dict[str, Properties]:
    return resources(template, "AWS::SQS::Queue")


def _dead_letter_queues(template: Template) -> set[str]:
    """Where a queue, a rule or a function puts what it could not handle."""
    return {
        name
        for name in _queues(template)
        if re.search(
            rf'"(deadLetterTargetArn|Arn|Destination)": \{{"Fn::GetAtt": \["{name}", "Arn"\]', json.dumps(template)
        )
        and "RedrivePolicy" not in _queues(template)[name]
    }


def _alarms(template: Template, metric: str) -> list[Properties]:
    return [alarm for alarm in resources(template, "AWS::CloudWatch::Alarm").values() if alarm["MetricName"] == metric]


def _alarmed(template: Template, metric: str, reference: dict[str, Any]) -> bool:
    return any(reference in [d["Value"] for d in alarm["Dimensions"]] for alarm in _alarms(template, metric))


def test_every_queue_has_a_dead_letter_queue_of_its_own_kind(template: Template) -> None:
    queues = _queues(template)
    for name in queues.keys() - _dead_letter_queues(template):
        target = queues[name]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        assert queues[target].get("FifoQueue") == queues[name].get("FifoQueue"), name
        assert queues[name]["RedrivePolicy"]["maxReceiveCount"] == 3, name


def test_every_dead_letter_queue_rings_an_alarm_and_keeps_its_messages_for_14_days(template: Template) -> None:
    names = _dead_letter_queues(template)
    assert len(names) >= 3
    for name in names:
        reference = {"Fn::GetAtt": [name, "QueueName"]}
        assert _alarmed(template, "ApproximateNumberOfMessagesVisible", reference), name
        assert _queues(template)[name]["MessageRetentionPeriod"] == 14 * 24 * 3600, name


def test_what_fails_after_an_event_is_kept(template: Template) -> None:
    kept = {"Fn::GetAtt": ["EventDeadLetterQueue", "Arn"]}
    for name, function in _functions(template).items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "EventBridgeRule":
                assert event["Properties"]["DeadLetterConfig"] == {"Arn": kept}, name
                assert function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"] == kept, name


def test_every_rule_may_put_what_it_cannot_deliver_into_the_dead_letter_queue(translated: Template) -> None:
    (policy,) = resources(translated, "AWS::SQS::QueuePolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    allowed = {source["Fn::GetAtt"][0] for source in statement["Condition"]["ArnEquals"]["aws:SourceArn"]}
    assert allowed == resources(translated, "AWS::Events::Rule").keys()


def test_r44_a_function_that_asks_for_its_own_next_invocation_is_not_stopped_as_a_loop(template: Template) -> None:
    """Lambda ends a chain after some 16 rounds, which is four hours of a first load."""
    functions = _functions(template)
    assert {name for name, one in functions.items() if one.get("RecursiveLoop") == "Allow"} == {"ImportFeedFunction"}


def test_whoever_reads_files_that_may_be_gone_hears_so(template: Template) -> None:
    """S3 answers 403 in place of 404 to whoever may not list the bucket; asking for one object names no prefix, so that
    a condition on it would not be met.
    """
    listing = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": {"Fn::GetAtt": ["UploadsBucket", "Arn"]}}
    readers = {"ImportFeedRole": "feed", "ImportTypeMappingRole": "type-mapping"}
    found = list(_statements(template))
    assert {name for name, statement in found if statement == listing} >= readers.keys()
    for name, prefix in readers.items():
        read = [s for role, s in found if role == name and "s3:GetObject" in s["Action"]]
        assert {"Fn::Sub": f"${{UploadsBucket.Arn}}/{prefix}/*"} in [s["Resource"] for s in read]


def test_pages_of_other_origins_may_read_the_headers_that_the_api_answers_with(template: Template) -> None:
    (api,) = resources(template, "AWS::Serverless::HttpApi").values()
    assert set(api["CorsConfiguration"]["ExposeHeaders"]) == {"etag", "location", "retry-after"}


def test_r31_both_lanes_are_fifo_queues_with_an_alarm_on_their_age(template: Template) -> None:
    for name in ("NormalQueue", "HighPriorityQueue"):
        queue = _queues(template)[name]
        assert queue["FifoQueue"] is True
        assert queue["QueueName"]["Fn::Sub"].endswith(".fifo")  # CloudFormation names it without, and fails
        # Groups are independent only when both are set.
        assert (queue["DeduplicationScope"], queue["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")
        assert _alarmed(template, "ApproximateAgeOfOldestMessage", {"Fn::GetAtt": [name, "QueueName"]})


def test_queues_are_encrypted(template: Template) -> None:
    assert all(queue["SqsManagedSseEnabled"] is True for queue in _queues(template).values())


def _queue_mappings(template: Template) -> Iterator[tuple[str, Properties, Properties, Properties]]:
    """Function's name, function, mapping, queue."""
    for name, function in _functions(template).items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = _queues(template)[event["Properties"]["Queue"]["Fn::GetAtt"][0]]
                yield name, function, event["Properties"], queue


def test_r37_visibility_time_outs_let_a_killed_writers_id_be_heard_again_soon(template: Template) -> None:
    for name, function, _, queue in _queue_mappings(template):
        writer = name.startswith("WriteWorks")
        expected = function["Timeout"] + 30 if writer else 6 * function["Timeout"]
        assert queue["VisibilityTimeout"] == expected, f"{name}: see DESIGN 3"


def test_r31_writers_take_one_message_at_a_time_and_about_ten_run_in_each_lane(template: Template) -> None:
    mappings = [mapping for name, _, mapping, _ in _queue_mappings(template) if name.startswith("WriteWorks")]
    assert len(mappings) == 2
    assert all((m["BatchSize"], m["ScalingConfig"]) == (1, {"MaximumConcurrency": 10}) for m in mappings)


def test_every_function_has_a_role_and_a_log_group_of_its_own(template: Template) -> None:
    functions = _functions(template)
    roles = [function["Role"]["Fn::GetAtt"][0] for function in functions.values()]
    logs = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions.values()]
    assert len(set(roles)) == len(set(logs)) == len(functions)
    for group in resources(template, "AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_every_functions_errors_ring_an_alarm(template: Template) -> None:
    for name in _functions(template):
        assert _alarmed(template, "Errors", {"Ref": name}), name


def test_a_call_that_fails_unforeseen_rings_an_alarm_though_it_is_answered(template: Template) -> None:
    (alarm,) = _alarms(template, "UnexpectedErrors")
    assert (alarm["Namespace"], alarm["Threshold"], alarm["Statistic"]) == ("OrcidSync", 0, "Sum")


def test_alarms_look_where_the_metrics_are_told(template: Template) -> None:
    """Powertools writes them under one dimension, the service's name, which is the stack's (R49)."""
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "OrcidSync"
    for name, alarm in resources(template, "AWS::CloudWatch::Alarm").items():
        if alarm["Namespace"] == "OrcidSync":
            assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}], name


def test_every_alarm_reaches_the_topic_and_is_quiet_without_data(template: Template) -> None:
    for name, alarm in resources(template, "AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        assert alarm["TreatMissingData"] == "notBreaching", name


def test_r32_the_age_of_the_oldest_waiting_update_rings_before_30_days(template: Template) -> None:
    (alarm,) = _alarms(template, "OldestWaitingUpdateSeconds")
    assert 20 * 86400 <= alarm["Threshold"] < 30 * 86400


def test_the_age_of_the_catalogues_stream_rings_an_alarm(template: Template) -> None:
    assert _alarmed(template, "IteratorAge", {"Ref": "NoticeChangesFunction"})


def test_the_stream_mapping_gives_up_on_what_cannot_be_handled_and_keeps_it(template: Template) -> None:
    event = _functions(template)["NoticeChangesFunction"]["Events"]["CatalogueChanged"]["Properties"]
    assert event["BisectBatchOnFunctionError"] is True
    assert event["MaximumRetryAttempts"] == 10
    assert event["MaximumRecordAgeInSeconds"] == 6 * 3600
    assert event["DestinationConfig"]["OnFailure"]["Type"] == "S3"


def _statements(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in resources(template, "AWS::IAM::Role").items():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                # One that stands under a condition is kept to the same rules.
                yield name, statement["Fn::If"][1] if "Fn::If" in statement else statement


def test_roles_name_their_actions_and_have_no_policies_but_their_own(template: Template) -> None:
    for name, role in resources(template, "AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role, name
    for name, statement in _statements(template):
        assert not any("*" in action for action in statement["Action"]), f"{name}: {statement['Action']}"


def test_a_wildcard_for_every_resource_carries_its_reason_on_the_line(template: Template) -> None:
    everything = [name for name, statement in _statements(template) if statement["Resource"] == "*"]
    explained = re.findall(r'^ +Resource: "\*" # \S+', TEMPLATE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(everything) == len(explained)


def test_r47_only_writers_readers_compaction_and_the_connecting_function_may_read_vaults(template: Template) -> None:
    statements = [(name, s) for name, s in _statements(template) if "/tokens/" in json.dumps(s["Resource"])]
    assert {name for name, _ in statements} == {
        "ConnectRole", "WriteWorksRole", "WriteWorksHighPriorityRole", "CompactVaultsRole",
        "ReadRecordsRole",
    }  # fmt: skip
    assert {n for n, s in statements if "secretsmanager:DeleteSecret" in s["Action"]} == {"CompactVaultsRole"}


def test_r47_no_secret_is_a_parameter_or_a_functions_environment(template: Template) -> None:
    secret = re.compile(r"secret|password|token|private|key$", re.IGNORECASE)
    assert [name for name in template["Parameters"] if secret.search(name)] == []
    for function in _functions(template).values():
        for name in function["Environment"]["Variables"]:
            assert not secret.search(name) or name.endswith("_NAME"), name
    for name, given in resources(template, "AWS::SecretsManager::Secret").items():
        assert "SecretString" not in given, name


def test_r49_state_is_encrypted_backed_up_and_outlives_the_stack(template: Template) -> None:
    for name, table in resources(template, "AWS::DynamoDB::Table").items():
        assert table["SSESpecification"] == {"SSEEnabled": True}, name
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert template["Resources"][name]["DeletionPolicy"] == "Retain", name
    for name, bucket in resources(template, "AWS::S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name
        assert template["Resources"][name]["DeletionPolicy"] == "Retain", name


def test_every_queue_and_table_is_named_in_the_dashboard_or_an_alarm(template: Template) -> None:
    (dashboard,) = resources(template, "AWS::CloudWatch::Dashboard").values()
    body = re.sub(r"\$\{[^}]+\}", "x", dashboard["DashboardBody"]["Fn::Sub"])
    assert json.loads(body)["widgets"]
    for name in _queues(template):
        assert f"${{{name}.QueueName}}" in dashboard["DashboardBody"]["Fn::Sub"]


def test_leaving_the_dashboard_out_leaves_out_nothing_else(template: Template) -> None:
    conditions = {name: one["Condition"] for name, one in template["Resources"].items() if "Condition" in one}
    assert [name for name, condition in conditions.items() if condition == "HasDashboard"] == ["Dashboard"]
    assert template["Parameters"]["WithDashboard"]["Default"] == "true"
    assert "HasDashboard" not in json.dumps({k: v for k, v in template["Resources"].items() if k != "Dashboard"})
    assert '"Dashboard"' not in json.dumps(list(template["Resources"].values()) + list(template["Outputs"].values()))


def test_every_functions_handler_is_there(template: Template) -> None:
    assert template["Globals"]["Function"]["Handler"] == "app.handler"
    for name, function in _functions(template).items():
        assert (ROOT / function["CodeUri"] / "app.py").exists(), name


def test_every_function_folder_is_deployed_under_its_name(template: Template) -> None:
    deployed = {function["CodeUri"].strip("/").rpartition("/")[2] for function in _functions(template).values()}
    assert deployed == {file.parent.name for file in (ROOT / "functions").glob("*/app.py")}
    for name, function in _functions(template).items():
        folder = function["CodeUri"].strip("/").rpartition("/")[2]
        assert name.startswith("".join(word.title() for word in folder.split("_"))), name


def test_schedules_have_names_and_expressions_that_the_scheduler_takes(template: Template) -> None:
    schedules = [
        event["Properties"]
        for function in _functions(template).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    ]
    assert schedules
    for schedule in schedules:
        assert schedule["Name"]["Fn::Sub"].startswith("${AWS::StackName}-")
        # rate(1 minute), rate(2 minutes), cron with six fields: neither the linter nor an emulator minds any other.
        rate = r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)"
        assert re.fullmatch(rf"{rate}|cron\((\S+ ){{5}}\S+\)", schedule["ScheduleExpression"])


def test_every_metric_watched_is_one_that_the_code_tells(template: Template) -> None:
    (dashboard,) = resources(template, "AWS::CloudWatch::Dashboard").values()
    watched = set(re.findall(r'"OrcidSync","(\w+)"', dashboard["DashboardBody"]["Fn::Sub"]))
    alarms = resources(template, "AWS::CloudWatch::Alarm").values()
    watched |= {alarm["MetricName"] for alarm in alarms if alarm["Namespace"] == "OrcidSync"}
    code = "".join(file.read_text() for file in (ROOT / "layers/common/orcid_sync").rglob("*.py"))
    told = set(re.findall(r'\.(?:count|gauge)\(\s*"(\w+)"', code))
    # A visit's counts are told with `Works` before them (services/sync_record.py).
    settling = (ROOT / "layers/common/orcid_sync/services/settle.py").read_text()
    told |= {f"Works{word.title()}" for word in re.findall(r'"([a-z]+)"', settling)}
    # Errors that nobody foresaw are counted where they are caught (api/routes.py).
    told |= set(re.findall(r'\.add_metric\(name="(\w+)"', code))
    assert watched
    assert watched <= told


def test_r13_the_rules_survive_the_transform(template: Template, translated: Template) -> None:
    assert translated["Rules"] == template["Rules"]
