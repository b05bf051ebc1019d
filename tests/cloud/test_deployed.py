"""The other resources of the template, as far as the emulator knows them.

What the emulator does not know is here too, as a test that is expected to fail: it is listed in the output with its reason,
and the day the emulator learns it, the test says so.
"""

import json
import os
import re

import pytest
import requests
from botocore.exceptions import ClientError

from parameters import DOMAIN, STACKS
from roles import client, every, functions, log_lines

STACK, URL = os.environ["STACK_NAME"], os.environ["STACK_URL"]
PARAMETERS = STACKS[STACK][0]
# A stream or a schedule invokes the others.
ROUTED = sorted(functions(STACK).keys() - {"BackChannelLogout", "RotateKeys"})
TABLES = [f"{STACK}-{name}" for name in ("registry", "grants", "people", "keys", "audit")]


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


@pytest.mark.parametrize("table", [*TABLES[1:3], TABLES[4]])
@emulator_lacks("TimeToLiveSpecification of a template is dropped; every expiry is compared by the functions anyway")
def test_what_expired_is_cleaned_away(table):
    told = client("dynamodb").describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert told == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


@pytest.mark.parametrize("table", [TABLES[0], *TABLES[2:]])
@emulator_lacks("PointInTimeRecoverySpecification of a template is dropped")
def test_a_table_can_be_restored(table):
    told = client("dynamodb").describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert told["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_wrapping_key_is_found_by_its_alias_and_turns():
    assert key()["Arn"].endswith(resource("WrappingKey"))
    assert client("kms").get_key_rotation_status(KeyId=key()["KeyId"])["KeyRotationEnabled"] is True


def test_private_keys_are_stored_wrapped_by_that_key_each_for_its_purpose():
    items = every("dynamodb", "scan", "Items", TableName=f"{STACK}-keys")
    assert len(items) >= 5, "the master of the handles and a key of each algorithm"
    for item in items:
        purpose, other = ("signing", "handles") if "public" in item else ("handles", "signing")
        wrapped = {"KeyId": key()["Arn"], "CiphertextBlob": item["wrapped"]["B"]}
        assert client("kms").decrypt(**wrapped, EncryptionContext={"purpose": purpose})["Plaintext"]
        with pytest.raises(ClientError, match="InvalidCiphertext"):
            client("kms").decrypt(**wrapped, EncryptionContext={"purpose": other})
        if "client_secrets" in item:
            secrets = {"KeyId": key()["Arn"], "CiphertextBlob": item["client_secrets"]["B"]}
            assert client("kms").decrypt(**secrets, EncryptionContext={"purpose": "client-secrets"})["Plaintext"]
            with pytest.raises(ClientError, match="InvalidCiphertext"):
                client("kms").decrypt(**secrets, EncryptionContext={"purpose": "handles"})
        if "second_factors" in item:
            factors = {"KeyId": key()["Arn"], "CiphertextBlob": item["second_factors"]["B"]}
            for purpose in ("handles", "client-secrets"):
                with pytest.raises(ClientError, match="InvalidCiphertext"):
                    client("kms").decrypt(**factors, EncryptionContext={"purpose": purpose})
        assert ("client_secrets" in item) is ("second_factors" in item) is ("public" not in item)
        assert "d" not in json.loads(item.get("public", {"S": "{}"})["S"])


@pytest.mark.parametrize("function", sorted(functions(STACK)))
def test_a_function_writes_json_lines_to_its_own_log(function):
    group = functions(STACK)[function]["LoggingConfig"]["LogGroup"]
    assert group == f"/aws/lambda/{STACK}-{re.sub('(?<!^)(?=[A-Z])', '-', function).lower()}"
    lines = log_lines(group)
    assert [line for line in lines if line.startswith("{") and "message" in json.loads(line)]
    assert os.environ["STACK_PASSWORD"] not in "".join(lines)


def test_every_log_is_kept_as_long_as_the_parameter_says():
    listed = every("logs", "describe_log_groups", "logGroups")
    groups = [group for group in listed if f"/{STACK}-" in group["logGroupName"]]
    assert {group["retentionInDays"] for group in groups} == {int(PARAMETERS["LogRetentionDays"])}
    assert len(groups) == len(functions(STACK)) + 1


@emulator_lacks("its gateway writes no access log")
def test_the_gateway_writes_an_access_log():
    assert client("logs").describe_log_streams(logGroupName=f"/aws/vendedlogs/{STACK}-access")["logStreams"]


@emulator_lacks("settings of routes in a template are dropped, and its gateway never throttles")
def test_the_gateway_throttles_each_route():
    stage = client("apigatewayv2").get_stage(ApiId=resource("Api"), StageName="$default")
    rates = {route: settings["ThrottlingRateLimit"] for route, settings in stage["RouteSettings"].items()}
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 200
    assert rates == {"ANY /authorize": 100, "ANY /authorize/{step+}": 100, "ANY /token": 1000, "ANY /introspect": 1000}


def test_the_domain_leads_to_the_api():
    # All requests so far were made to this name: gateway.py says it in the header Host.
    mapping, = client("apigatewayv2").get_api_mappings(DomainName=DOMAIN)["Items"]
    assert (mapping["ApiId"], mapping["Stage"]) == (resource("Api"), "$default")
    configuration, = client("apigatewayv2").get_domain_name(DomainName=DOMAIN)["DomainNameConfigurations"]
    assert configuration["CertificateArn"] == PARAMETERS["CertificateArn"]
    assert configuration["SecurityPolicy"] == "TLS_1_2"


@emulator_lacks("it stores DisableExecuteApiEndpoint at most, and answers at both names")
def test_with_a_domain_the_other_url_is_switched_off():
    host = {"Host": f"{resource('Api')}.execute-api.localhost"}
    answer = requests.get(f"{os.environ['STACK_EMULATOR']}/.well-known/jwks.json", headers=host, timeout=60)
    assert answer.status_code == 403


@pytest.mark.parametrize("function", sorted(functions(STACK)))
def test_a_function_is_as_large_as_the_parameters_say(function):
    told = functions(STACK)[function]
    assert told["MemorySize"] == (1024 if function in ("Account", "Authorize") else 512)
    assert told["TracingConfig"]["Mode"] == PARAMETERS["Tracing"]


@pytest.mark.parametrize("function", ROUTED)
@emulator_lacks("ReservedConcurrentExecutions of a template is dropped")
def test_executions_are_set_aside_for_a_function_behind_a_route(function):
    told = client("lambda").get_function_concurrency(FunctionName=functions(STACK)[function]["FunctionName"])
    assert told["ReservedConcurrentExecutions"] == int(PARAMETERS["ReservedConcurrency"])


@emulator_lacks("its gateway invokes a function without asking the function's policy (AWS::Lambda::Permission)")
def test_the_gateway_needs_its_permission():
    name = functions(STACK)["Metadata"]["FunctionName"]
    policy = json.loads(client("lambda").get_policy(FunctionName=name, Qualifier="live")["Policy"])
    client("lambda").remove_permission(FunctionName=name, Qualifier="live", StatementId=policy["Statement"][0]["Sid"])
    assert requests.get(f"{URL}/.well-known/jwks.json", timeout=60).status_code == 500
