"""ministack's scheduler, taught two things that Amazon's does.

A rate without a start date begins with a run at once (EventBridge Scheduler User Guide, "Rate-based schedules"; ministack
waits for the first interval to pass). And the target is invoked with the schedule's role: it has to trust the service, and
its policy has to allow the invocation (ministack asks neither). Both are asked of ministack's own evaluator.
"""

import hashlib
import json
import logging

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, iam, scheduler, sts

SERVICE = "scheduler.amazonaws.com"


def teach():
    tick, invoke = scheduler._tick_schedules, eventbridge._invoke_target

    def tick_schedules():
        # A schedule that is made again under its name begins again.
        for key in scheduler._schedule_last_fired.keys() - set(scheduler._schedules._data):
            del scheduler._schedule_last_fired[key]
        for key, schedule in list(scheduler._schedules._data.items()):
            if schedule["StartDate"] is None and schedule["ScheduleExpression"].startswith("rate("):
                scheduler._schedule_last_fired.setdefault(key, 0)
        tick()

    def invoke_target(target, event, rule, view=None):
        if event["Source"] != "aws.scheduler" or may_invoke(target["RoleArn"], target["Arn"]):
            invoke(target, event, rule, view)
        else:
            logging.getLogger("schedules").error("%s may not be invoked with %s", target["Arn"], target["RoleArn"])

    scheduler._SCHEDULE_TICK_INTERVAL = 0.2
    scheduler._tick_schedules = tick_schedules
    eventbridge._invoke_target = invoke_target


def may_invoke(role_arn, function_arn):
    name, account, region = role_arn.rpartition("/")[2], get_account_id(), get_region()
    # In the evaluator the services of ministack are its root.
    root = f"arn:aws:iam::{account}:root"
    context = iam_evaluator.EvalContext(
        principal_arn=root, principal_type="Root", principal_account=account, action="sts:AssumeRole", resource_arn=role_arn,
        region=region, service_context={"aws:sourceaccount": account})
    statements = json.loads(iam._roles[name]["AssumeRolePolicyDocument"])["Statement"]
    about_us = [statement for statement in statements if statement["Principal"] == {"Service": SERVICE}]
    if not iam_evaluator.evaluate_trust_policy({"Statement": about_us}, root, context):
        return False
    key = f"ASIA{hashlib.sha256(role_arn.encode()).hexdigest()[:16].upper()}"
    sts.register_session(key, {"Arn": f"arn:aws:sts::{account}:assumed-role/{name}/schedule", "UserId": f"{name}:schedule",
                               "SecretAccessKey": "not used", "SessionToken": "not used"})
    return iam_evaluator.enforce(key, "lambda:InvokeFunction", "lambda", region, resource_arn=function_arn) is None
