"""Private callers: a token from the URL of the function itself, signed with the role that the template names."""

import os

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from parameters import CALLER, STRANGER
from roles import REGION, client

STACK, EMULATOR = os.environ["STACK_NAME"], os.environ["STACK_EMULATOR"]
FIELDS = {"grant_type": "client_credentials", "resource": "https://es256.example", "client_id": os.environ["STACK_POST_ID"],
          "client_secret": os.environ["STACK_POST_SECRET"]}


def endpoint():
    stack, = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return next(output["OutputValue"] for output in stack["Outputs"] if output["OutputKey"] == "PrivateTokenEndpoint")


def session(role):
    arn = client("iam").get_role(RoleName=role)["Role"]["Arn"]
    keys = client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def ask(role=None, **more):
    """A request to the private URL, signed by a role; the emulator tells its URLs by the header Host."""
    request = AWSRequest("POST", endpoint(), data=requests.models.RequestEncodingMixin._encode_params({**FIELDS, **more}),
                         headers={"Content-Type": "application/x-www-form-urlencoded"})
    host = request.url.split("/")[2]
    if role:
        SigV4Auth(session(role).get_credentials(), "lambda", REGION).add_auth(request)
    return requests.post(request.url.replace(f"https://{host}", EMULATOR), data=request.body,
                         headers={**dict(request.headers.items()), "Host": host}, timeout=60)


def test_a_caller_that_is_named_gets_a_token():
    answer = ask(CALLER)
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "Bearer"
    asked = {"token": answer.json()["access_token"]}
    by = os.environ["STACK_RESOURCE_ID"], os.environ["STACK_RESOURCE_SECRET"]
    told = requests.post(f"{os.environ['STACK_URL']}/introspect", data=asked, auth=by, timeout=60).json()
    assert (told["active"], told["client_id"]) == (True, FIELDS["client_id"])


def test_who_signs_is_still_asked_who_the_client_is():
    answer = ask(CALLER, client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("role", [None, STRANGER], ids=["nobody", "a role that is not named"])
def test_nobody_else_reaches_the_function(role):
    answer = ask(role)
    assert answer.status_code == 403
    assert "access_token" not in answer.text


def test_the_policy_names_the_alias_and_this_way_only():
    attached, = client("iam").list_attached_role_policies(RoleName=CALLER)["AttachedPolicies"]
    told = client("iam").get_policy_version(PolicyArn=attached["PolicyArn"], VersionId="v1")["PolicyVersion"]["Document"]
    assert {statement["Resource"].rpartition(":")[2] for statement in told["Statement"]} == {"live"}
    assert all(statement["Condition"] for statement in told["Statement"])
