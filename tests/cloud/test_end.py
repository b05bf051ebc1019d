"""The stack is deleted: what stays, and what does not. Runs last."""

import os
import time

from roles import client, every, functions, roles

STACK = os.environ["STACK_NAME"]
TABLES = {f"{STACK}-{name}" for name in ("registry", "grants", "people", "keys", "audit")}


def gone(left):
    """Whether none of the stack's things is among these names."""
    return not [name for name in left if f"{STACK}-" in name]


def test_tables_and_key_outlive_the_stack_and_nothing_else_does():
    wrapping = client("kms").describe_key(KeyId=f"alias/{STACK}-wrapping")["KeyMetadata"]["KeyId"]
    assert functions(STACK) and roles(STACK)
    client("cloudformation").delete_stack(StackName=STACK)
    deadline = time.monotonic() + 60
    while STACK in {stack["StackName"] for stack in every("cloudformation", "describe_stacks", "Stacks")}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert TABLES <= set(every("dynamodb", "list_tables", "TableNames"))
    assert client("kms").describe_key(KeyId=wrapping)["KeyMetadata"]["Enabled"] is True
    assert gone(function["FunctionName"] for function in every("lambda", "list_functions", "Functions"))
    assert gone(role["RoleName"] for role in every("iam", "list_roles", "Roles"))
    assert gone(group["logGroupName"] for group in every("logs", "describe_log_groups", "logGroups"))
    assert gone(schedule["Name"] for schedule in every("scheduler", "list_schedules", "Schedules"))
    assert gone(alarm["AlarmName"] for alarm in every("cloudwatch", "describe_alarms", "MetricAlarms"))
    assert gone(topic["TopicArn"] for topic in every("sns", "list_topics", "Topics"))
    assert gone(policy["PolicyName"] for policy in every("iam", "list_policies", "Policies", Scope="Local"))
    assert gone(url.rpartition("/")[2] for url in every("sqs", "list_queues", "QueueUrls"))
    assert every("cloudwatch", "list_dashboards", "DashboardEntries") == []
