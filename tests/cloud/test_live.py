"""What is live is a version: what leads to it, how an update reaches it and how an operator goes back (infra/README.md)."""

import os
import time

import requests

from parameters import STACKS
from roles import client, every, functions, resources

STACK, URL = os.environ["STACK_NAME"], os.environ["STACK_URL"]


def aliases():
    return set(resources(STACK, "AWS::Lambda::Alias").values())


def version(function):
    name = functions(STACK)[function]["FunctionName"]
    return client("lambda").get_alias(FunctionName=name, Name="live")["FunctionVersion"]


def metadata():
    return requests.get(f"{URL}/.well-known/oauth-authorization-server", timeout=60).json()


def update(**parameters):
    """Updates the stack: the same template, some parameters."""
    formation, others = client("cloudformation"), set(STACKS[STACK][0]) | {"Architecture"}
    formation.update_stack(
        StackName=STACK, UsePreviousTemplate=True, Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        Parameters=[*({"ParameterKey": name, "UsePreviousValue": True} for name in others - set(parameters)),
                    *({"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items())])
    while (found := formation.describe_stacks(StackName=STACK)["Stacks"][0])["StackStatus"].endswith("PROGRESS"):
        time.sleep(0.1)
    return found["StackStatus"]


def test_everything_leads_to_the_live_version():
    api, = resources(STACK, "AWS::ApiGatewayV2::Api").values()
    integrations = {one["IntegrationUri"] for one in client("apigatewayv2").get_integrations(ApiId=api)["Items"]}
    schedule, = resources(STACK, "AWS::Scheduler::Schedule").values()
    mappings = every("lambda", "list_event_source_mappings", "EventSourceMappings")
    there = resources(STACK, "AWS::Lambda::EventSourceMapping").values()
    streamed = {one["FunctionArn"] for one in mappings if one["UUID"] in there}
    led = integrations | streamed | {client("scheduler").get_schedule(Name=schedule)["Target"]["Arn"]}
    assert led == aliases() and len(led) == len(functions(STACK))
    assert {version(function) for function in functions(STACK)} == {"1"}


def test_a_change_by_hand_reaches_nobody():
    there = functions(STACK)["Metadata"]
    changed = {**there["Environment"]["Variables"], "JETON_ISSUER": "https://somebody.example"}
    client("lambda").update_function_configuration(FunctionName=there["FunctionName"], Environment={"Variables": changed})
    assert functions(STACK)["Metadata"]["Environment"]["Variables"] == changed
    assert metadata()["issuer"] == URL
    client("lambda").update_function_configuration(FunctionName=there["FunctionName"], Environment=there["Environment"])


def test_a_changed_parameter_becomes_a_version_and_an_operator_goes_back():
    assert "implicit" in metadata()["grant_types_supported"]
    assert update(AllowImplicitGrant="false") == "UPDATE_COMPLETE"
    assert {version(function) for function in functions(STACK)} == {"2"}
    assert "implicit" not in metadata()["grant_types_supported"]
    name = functions(STACK)["Metadata"]["FunctionName"]
    client("lambda").update_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert "implicit" in metadata()["grant_types_supported"]
