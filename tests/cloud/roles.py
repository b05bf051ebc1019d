"""The functions' roles as they were deployed, and what was asked with them."""

import json
import os
from fnmatch import fnmatchcase

import boto3

REGION = "us-east-1"
# What `covers` understands. Another operator in the template has to be taught to it first.
OPERATORS = {"StringEquals", "StringLike", "ForAllValues:StringEquals", "ForAllValues:StringLike"}


def client(service, keys=("test", "test", None)):
    identity, secret, token = keys
    return boto3.client(service, endpoint_url=os.environ["STACK_EMULATOR"], region_name=REGION,
                        aws_access_key_id=identity, aws_secret_access_key=secret, aws_session_token=token)


def functions(stack):
    """The stack's functions, by the logical id without its ending: configuration as Lambda tells it."""
    resources = client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    found = {resource["LogicalResourceId"].removesuffix("Function"): resource["PhysicalResourceId"]
             for resource in resources if resource["ResourceType"] == "AWS::Lambda::Function"}
    return {name: client("lambda").get_function_configuration(FunctionName=there) for name, there in found.items()}


def statements(role_arn):
    """All statements of a role's own policies; it must have no others."""
    iam, role = client("iam"), role_arn.rpartition("/")[2]
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == [], f"{role} has managed policies"
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
                 for name in iam.list_role_policies(RoleName=role)["PolicyNames"]]
    return [statement for document in documents for statement in document["Statement"]]


def calls(role_arn):
    """What was asked with a role so far, each different thing once."""
    role = role_arn.rpartition("/")[2]
    with open(os.environ["CLOUD_CALLS"], encoding="utf-8") as file:
        found = {line for line in file if json.loads(line)["role"] == role}
    return [json.loads(line) for line in sorted(found)]


def each(value):
    return value if isinstance(value, list) else [value]


def grants(statement):
    """A statement's parts, each of which somebody must need: (action, resource, key of a condition, value)."""
    assert statement["Effect"] == "Allow" and set(statement.get("Condition", {})) <= OPERATORS, statement
    conditions = [(key, value) for block in statement.get("Condition", {}).values()
                  for key, values in block.items() for value in each(values)] or [(None, None)]
    return [(action, resource, *condition) for action in each(statement["Action"])
            for resource in each(statement["Resource"]) for condition in conditions]


def covers(grant, call):
    """Whether one part of a statement lets one call through."""
    action, resource, key, value = grant
    if not (fnmatchcase(call["action"], action) and fnmatchcase(call["resource"], resource)):
        return False
    if key is None:
        return True
    there = each(call["keys"].get(key, []))
    return bool(there) and all(fnmatchcase(one, value) for one in there)
