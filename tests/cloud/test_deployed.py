"""The other resources of the template, as far as the emulator knows them; then the stack is deleted.

What the emulator does not know is here too, as a test that is expected to fail: it is listed in the output with its reason,
and the day the emulator learns it, the test says so. Runs last: it ends the stack it is given.
"""

import json
import os
import re
import time

import pytest
import requests
from botocore.exceptions import ClientError

from roles import client, functions

STACK, URL = os.environ["STACK_NAME"], os.environ["STACK_URL"]
TABLES = [f"{STACK}-{name}" for name in ("registry", "grants", "people", "keys")]


def emulator_lacks(reason):
    return pytest.mark.xfail(strict=True, reason=f"ministack: {reason}")


def resource(name):
    answer = client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=name)
    return answer["StackResourceDetail"]["PhysicalResourceId"]


def key():
    return client("kms").describe_key(KeyId=f"alias/{STACK}-wrapping")["KeyMetadata"]


def test_the_issuer_is_in_the_parameter_store_for_other_stacks():
    assert client("ssm").get_parameter(Name=f"/{STACK}/issuer")["Parameter"]["Value"] == URL


@pytest.mark.parametrize("table", TABLES)
def test_a_table_cannot_be_deleted(table):
    with pytest.raises(ClientError, match="protect"):
        client("dynamodb").delete_table(TableName=table)


@pytest.mark.parametrize("table", TABLES[1:3])
@emulator_lacks("TimeToLiveSpecification of a template is dropped; every expiry is compared by the functions anyway")
def test_what_expired_is_cleaned_away(table):
    told = client("dynamodb").describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert told == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


@pytest.mark.parametrize("table", [TABLES[0], TABLES[2], TABLES[3]])
@emulator_lacks("PointInTimeRecoverySpecification of a template is dropped")
def test_a_table_can_be_restored(table):
    told = client("dynamodb").describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert told["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.parametrize("table", TABLES)
@emulator_lacks("SSESpecification of a template is dropped")
def test_a_table_is_encrypted_with_a_key_of_the_account(table):
    assert client("dynamodb").describe_table(TableName=table)["Table"]["SSEDescription"]["Status"] == "ENABLED"


def test_the_wrapping_key_is_found_by_its_alias_and_turns():
    assert key()["Arn"].endswith(resource("WrappingKey"))
    assert client("kms").get_key_rotation_status(KeyId=key()["KeyId"])["KeyRotationEnabled"] is True


def test_private_keys_are_stored_wrapped_by_that_key_each_for_its_purpose():
    items = client("dynamodb").scan(TableName=f"{STACK}-keys")["Items"]
    assert len(items) >= 5, "the master of the handles and a key of each algorithm"
    for item in items:
        purpose, other = ("signing", "handles") if "public" in item else ("handles", "signing")
        wrapped = {"KeyId": key()["Arn"], "CiphertextBlob": item["wrapped"]["B"]}
        assert client("kms").decrypt(**wrapped, EncryptionContext={"purpose": purpose})["Plaintext"]
        with pytest.raises(ClientError, match="InvalidCiphertext"):
            client("kms").decrypt(**wrapped, EncryptionContext={"purpose": other})
        assert "d" not in json.loads(item.get("public", {"S": "{}"})["S"])


@pytest.mark.parametrize("function", sorted(functions(STACK)))
def test_a_function_writes_json_lines_to_its_own_log(function):
    logs, group = client("logs"), functions(STACK)[function]["LoggingConfig"]["LogGroup"]
    assert group == f"/aws/lambda/{STACK}-{re.sub('(?<!^)(?=[A-Z])', '-', function).lower()}"
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    lines = [event["message"] for stream in streams for event in logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)["events"]]
    assert [line for line in lines if line.startswith("{") and json.loads(line)["message"]]
    assert os.environ["STACK_PASSWORD"] not in "".join(lines)


def test_every_log_is_kept_as_long_as_the_parameter_says():
    groups = [group for group in client("logs").describe_log_groups()["logGroups"] if f"/{STACK}-" in group["logGroupName"]]
    assert {group["retentionInDays"] for group in groups} == {30}
    assert len(groups) == len(functions(STACK)) + 1


@emulator_lacks("its gateway writes no access log")
def test_the_gateway_writes_an_access_log():
    assert client("logs").describe_log_streams(logGroupName=f"/aws/vendedlogs/{STACK}-access")["logStreams"]


@emulator_lacks("DefaultRouteSettings of a template are dropped, and its gateway never throttles")
def test_the_gateway_throttles():
    stage = client("apigatewayv2").get_stage(ApiId=resource("Api"), StageName="$default")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 1000


@emulator_lacks("its gateway invokes a function without asking the function's policy (AWS::Lambda::Permission)")
def test_the_gateway_needs_its_permission():
    name = functions(STACK)["Metadata"]["FunctionName"]
    policy = json.loads(client("lambda").get_policy(FunctionName=name)["Policy"])
    client("lambda").remove_permission(FunctionName=name, StatementId=policy["Statement"][0]["Sid"])
    assert requests.get(f"{URL}/.well-known/jwks.json", timeout=60).status_code == 500


def test_tables_and_key_outlive_the_stack_and_nothing_else_does():
    roles = {configuration["Role"].rpartition("/")[2] for configuration in functions(STACK).values()}
    names, wrapping = {function["FunctionName"] for function in functions(STACK).values()}, key()["KeyId"]
    client("cloudformation").delete_stack(StackName=STACK)
    deadline = time.monotonic() + 60
    while STACK in {stack["StackName"] for stack in client("cloudformation").describe_stacks()["Stacks"]}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert set(TABLES) <= set(client("dynamodb").list_tables()["TableNames"])
    assert client("kms").describe_key(KeyId=wrapping)["KeyMetadata"]["Enabled"] is True
    assert not names & {function["FunctionName"] for function in client("lambda").list_functions()["Functions"]}
    assert not roles & {role["RoleName"] for role in client("iam").list_roles()["Roles"]}
    assert not [group for group in client("logs").describe_log_groups()["logGroups"] if f"/{STACK}-" in group["logGroupName"]]
