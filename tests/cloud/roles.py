"""The roles of a stack as they were deployed, and what was asked with them."""

import json
import os
from fnmatch import fnmatchcase

import boto3

REGION = "us-east-1"
# What `needs` and `covered` understand. Another operator in the template has to be taught to it first.
OPERATORS = {"StringEquals", "StringLike", "ForAllValues:StringEquals", "ForAllValues:StringLike"}


def client(service, keys=("test", "test", None)):
    identity, secret, token = keys
    return boto3.client(service, endpoint_url=os.environ["STACK_EMULATOR"], region_name=REGION,
                        aws_access_key_id=identity, aws_secret_access_key=secret, aws_session_token=token)


def every(service, operation, key, **request):
    """All items under `key` of a listing, over all its pages: one answer holds 50 log streams or 50 roles at most."""
    pages = client(service).get_paginator(operation).paginate(**request)
    return [item for page in pages for item in page.get(key, [])]


def log_lines(group):
    """The messages written to a log so far, of all its streams: the emulator makes a stream for each invocation."""
    streams = every("logs", "describe_log_streams", "logStreams", logGroupName=group)
    return [event["message"] for stream in streams for event in client("logs").get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)["events"]]


def json_lines(group):
    """The objects written to a log so far."""
    return [json.loads(line) for line in log_lines(group) if line.startswith("{")]


def resources(stack, kind):
    """Physical ids by logical ids."""
    found = client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found if one["ResourceType"] == kind}


def functions(stack):
    """The stack's functions, by the logical id without its ending: configuration as Lambda tells it."""
    return {name.removesuffix("Function"): client("lambda").get_function_configuration(FunctionName=there)
            for name, there in resources(stack, "AWS::Lambda::Function").items()}


def roles(stack):
    """The stack's own roles, by the logical id without its ending."""
    return {name.removesuffix("Role"): client("iam").get_role(RoleName=there)["Role"]["Arn"]
            for name, there in resources(stack, "AWS::IAM::Role").items()}


def statements(role_arn):
    """All statements of a role: of its own policies, and of those that are attached to it."""
    iam, role = client("iam"), role_arn.rpartition("/")[2]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
                 for name in every("iam", "list_role_policies", "PolicyNames", RoleName=role)]
    for attached in every("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role):
        version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
        told = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)
        documents.append(told["PolicyVersion"]["Document"])
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


def needs(call, grant):
    """Whether one call needs one part of a statement: a call of several keys may need several."""
    action, resource, key, value = grant
    if not (fnmatchcase(call["action"], action) and fnmatchcase(call["resource"], resource)):
        return False
    return key is None or any(fnmatchcase(one, value) for one in each(call["keys"].get(key, [])))


def covered(call, found):
    """Whether the parts of statements let one call through: all its values of a key, or without one."""
    needed = [grant for grant in found if needs(call, grant)]
    by_key = {key: [value for _, _, of, value in needed if of == key] for _, _, key, _ in needed}
    return any(key is None or all(any(fnmatchcase(one, value) for value in values) for one in each(call["keys"][key]))
               for key, values in by_key.items())
