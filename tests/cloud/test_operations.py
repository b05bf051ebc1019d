"""Alarms, metrics and dashboard: each of them is about something that is there, and would see it."""

import json
import os
import re

import pytest

from parameters import STACKS
from roles import client, every, functions, json_lines, resources

STACK = os.environ["STACK_NAME"]
NAMESPACE = f"Jeton/{STACK}"


def filters():
    found = every("logs", "describe_metric_filters", "metricFilters")
    return {name: one for name, there in resources(STACK, "AWS::Logs::MetricFilter").items()
            for one in found if one["filterName"] == there}


def alarms():
    found = every("cloudwatch", "describe_alarms", "MetricAlarms")
    return {name: one for name, there in resources(STACK, "AWS::CloudWatch::Alarm").items()
            for one in found if one["AlarmName"] == there}


def own_metrics():
    """Those that the metric filters make, and the one that rotate-keys tells in the embedded metric format."""
    made = {one["metricName"] for found in filters().values() for one in found["metricTransformations"]}
    group = functions(STACK)["RotateKeys"]["LoggingConfig"]["LogGroup"]
    directives = [one for line in json_lines(group) if "_aws" in line for one in line["_aws"]["CloudWatchMetrics"]]
    return made | {metric["Name"] for one in directives if one["Namespace"] == NAMESPACE for metric in one["Metrics"]}


def names():
    """What a metric of AWS may be about: the stack's functions, tables, API and queue."""
    kinds = "AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::ApiGatewayV2::Api", "AWS::SQS::Queue"
    # A queue is known by its URL, which ends with its name.
    return {there.rpartition("/")[2] for kind in kinds for there in resources(STACK, kind).values()}


def test_a_listing_is_read_over_all_its_pages():
    group = functions(STACK)["Token"]["LoggingConfig"]["LogGroup"]
    listings = [every("logs", "describe_log_streams", "logStreams", logGroupName=group, PaginationConfig={"PageSize": size})
                for size in (7, 50)]
    assert len(listings[0]) > 50, "the token function wrote more than a page"
    assert listings[0] == listings[1]


def test_a_filter_counts_what_a_function_writes():
    assert len(filters()) == 10
    unseen = {}
    for name, found in filters().items():
        # All patterns are of this form; the emulator lets every line through them.
        alternatives = re.findall(r'\(\$\.event = "(\w+)"\)', found["filterPattern"])
        left_out = re.findall(r'\(\$\.cause != "([^"]+)"\)', found["filterPattern"])
        form = " || ".join(f'($.event = "{event}")' for event in alternatives)
        form += "".join(f' && ($.cause != "{cause}")' for cause in left_out)
        assert found["filterPattern"] == f'{{ {form} }}'
        seen = [line for line in json_lines(found["logGroupName"]) if line.get("event") in alternatives]
        # The SES of the emulator takes every mail, so all that is not sent is what nobody may get.
        if not seen or left_out and not {line["cause"] for line in seen} & set(left_out):
            unseen[name] = alternatives
        for transformation in found["metricTransformations"]:
            assert (transformation["metricNamespace"], transformation["metricValue"]) == (NAMESPACE, "1")
    assert unseen == {}, "all flows were run, and yet the filters never counted"


def test_the_age_of_the_keys_is_told_as_a_metric():
    assert "KeyAgeDays" in own_metrics()


def test_an_alarm_is_about_something_that_is_there():
    found = alarms()
    assert len(found) == 40
    own = own_metrics()
    for name, alarm in found.items():
        if alarm["Namespace"] == NAMESPACE:
            assert alarm["MetricName"] in own, name
        else:
            about = {one["Value"] for one in alarm["Dimensions"] if one["Name"] != "Operation"}
            assert len(about) == 1 and about <= names(), name


def test_an_alarm_reaches_the_operator():
    topic, = resources(STACK, "AWS::SNS::Topic").values()
    for actions in ("AlarmActions", "OKActions"):
        assert {tuple(alarm[actions]) for alarm in alarms().values()} == {(topic,)}
    subscription, = every("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic)
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", STACKS[STACK][0]["AlarmEmail"])


@pytest.mark.parametrize(("alarm", "threshold"), [("SigningKeyAgeAlarm", 97), ("SignInFailuresAlarm", 100),
                                                  ("TokenReplayAlarm", 1), ("MailFailuresAlarm", 1), ("ApiLatencyAlarm", 1000)])
def test_an_alarm_has_the_limit_of_its_parameter(alarm, threshold):
    assert alarms()[alarm]["Threshold"] == threshold


def test_the_dashboard_shows_what_is_there():
    name, = resources(STACK, "AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])["widgets"]
    shown = [part for widget in widgets for metric in widget["properties"].get("metrics", []) for part in metric]
    about = {part for part in shown if isinstance(part, str) and part.startswith(f"{STACK}-")}
    own = {metric[1] for widget in widgets for metric in widget["properties"].get("metrics", []) if metric[0] == NAMESPACE}
    assert about <= names() and {function["FunctionName"] for function in functions(STACK).values()} <= about
    assert own <= own_metrics()
    queries = [widget["properties"].get("query", "") for widget in widgets]
    groups = {group for query in queries for group in re.findall(r"SOURCE '([^']+)'", query)}
    assert len(groups) == 10 and groups <= set(resources(STACK, "AWS::Logs::LogGroup").values())
