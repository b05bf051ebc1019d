"""What the scripts of this folder share: the stack as CloudFormation tells of it, and steps that are shown before they are done.

Each script reads what is there, says which steps are left, and asks before it does them. So it can be run again after it
was stopped half way. Credentials, profile and region come from the environment, as for the AWS CLI.
"""

import argparse
import dataclasses
import functools
import json
import re
import sys
import time
import typing

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

KINDS = ("registry", "grants", "people", "keys", "audit")
# The attributes of the keys of each table, as the template writes them.
KEY_SCHEMAS = {"registry": ["id"], "grants": ["id"], "people": ["person", "record"], "keys": ["id"], "audit": ["day", "id"]}
# What a copy of a table lacks, and the template sets.
EXPIRING = ("registry", "grants", "people", "audit")
RECOVERABLE = ("registry", "people", "keys", "audit")
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# The parameters that are lists: in CloudFormation with commas, in Terraform with brackets.
LISTS = ("PrivateTokenCallers", "VpcSubnetIds", "VpcSecurityGroupIds")


class Refused(Exception):
    """Why a script does not go on, and what to do instead."""


@dataclasses.dataclass
class Step:
    """One thing to do, with the words that tell of it."""

    text: str
    do: typing.Callable[[], object]


# ---- The command line ------------------------------------------------------------------------------------------------


def parser(description):
    """A parser with the options of every script."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    with_common(made)
    return made


def with_common(made):
    """Adds the options of every script to a parser."""
    made.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    made.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal")
    made.add_argument("--patience", type=int, default=7200, metavar="SECONDS",
                      help="how long to wait for CloudFormation, DynamoDB and CloudFront (default: two hours)")
    return made


def main(work):
    """Runs a script; what it refuses, and what AWS or a file refuses, is one line and exit status 1."""
    try:
        work()
    except json.JSONDecodeError as error:
        print(f"error: the notes are no JSON ({error}): mend them, or move them away and give --key", file=sys.stderr)
        sys.exit(1)
    except (Refused, ClientError, BotoCoreError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)


def say(text):
    """Tells the operator what happens; standard output has results alone."""
    print(text, file=sys.stderr, flush=True)


def carry_out(steps, options):
    """Shows the steps, asks, and does them; false when there were none or none was done."""
    if not steps:
        say("Nothing is left to do.")
        return False
    for number, step in enumerate(steps, 1):
        say(f"{number}. {step.text}")
    if options.dry_run:
        say("Nothing was done (--dry-run).")
        return False
    confirm(options)
    for number, step in enumerate(steps, 1):
        start = time.monotonic()
        step.do()
        say(f"Done {number} of {len(steps)}, {time.monotonic() - start:.0f} s")
    return True


def confirm(options):
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask on: give --yes to go on, or --dry-run to look only")
    say("Go on? [y/N] ")
    # The end of the input is no answer.
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was done")


# ---- Parameters in files ---------------------------------------------------------------------------------------------


def tell(parameters):
    """Tells the values of parameters that a script changes to those who deploy from a file of their own, and would take them
    back: Terraform sends what the module is given, and CloudFormation takes the template's default for all that is left out."""
    if not parameters:
        return
    width = max(len(variable(name)) for name in parameters)
    lines = "\n".join(f"  {variable(name):{width}} = {in_hcl(name, value)}" for name, value in parameters.items())
    say("If you deploy from a file, write these values into it before the next deployment: it takes them back otherwise.\n"
        f"In the Terraform module, all of them:\n{lines}\n"
        "In samconfig.toml or at `cdk deploy --parameters`, those that are named there:\n"
        + "\n".join(f"  {name}={value}" for name, value in parameters.items()))


def variable(name):
    """The variable of the Terraform module for a parameter: `EdgeRequired` is `edge_required`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def in_hcl(name, value):
    """A value as Terraform reads it; it makes a number of a text itself."""
    if name in LISTS:
        return f"[{', '.join(in_hcl('', one) for one in value.split(',') if one)}]"
    if value in ("true", "false"):
        return value
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


# ---- AWS -------------------------------------------------------------------------------------------------------------


@functools.cache
def client(service):
    return boto3.client(service, config=Config(retries={"mode": "standard", "total_max_attempts": 5}))


def is_code(error, *codes):
    return error.response["Error"]["Code"] in codes


def until(found, options, what):
    """Asks `found` until its answer is true, and gives that answer."""
    deadline, pause = time.monotonic() + options.patience, 0.2
    while not (answer := found()):
        if time.monotonic() > deadline:
            raise Refused(f"waited {options.patience} s for {what}: look at it, then run the same command again")
        time.sleep(pause)
        pause = min(pause * 1.5, 15)
    return answer


def find_stack(name):
    """The description of a stack, or nothing."""
    try:
        return client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def living_stack(name, options):
    """A stack that can be updated."""
    found = settled(name, options)
    if found is None:
        raise Refused(f"there is no stack {name} in this account and region: check the name, AWS_PROFILE and AWS_REGION")
    if not found["StackStatus"].endswith("_COMPLETE") or found["StackStatus"] in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
        raise Refused(f"the stack {name} is {found['StackStatus']}, and nothing can be changed in it: bring it back first")
    return found


def settled(name, options):
    """The description of a stack in which nothing is in progress, or nothing when there is none."""

    def look():
        found = find_stack(name)
        moving = found and found["StackStatus"].endswith("IN_PROGRESS") and found["StackStatus"] != "REVIEW_IN_PROGRESS"
        return None if moving else (found,)

    return until(look, options, f"the stack {name}")[0]


def parameters_of(stack):
    return {one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])}


def outputs_of(stack):
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def resources_of(name):
    """Physical ids by logical ids."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
    return {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for page in pages for one in page["StackResourceSummaries"]
            if one["ResourceStatus"] not in ("DELETE_COMPLETE", "DELETE_SKIPPED")}


def events_of(name):
    pages = client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=name)
    return [event for page in pages for event in page["StackEvents"]]


def failures(name):
    """Why the last operation on a stack failed, as far as CloudFormation tells."""
    found = [f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
             for event in events_of(name) if event["ResourceStatus"].endswith("_FAILED")]
    return "\n".join(found[:10])


def update(name, options, **changed):
    """Updates a stack by the template that it has: these parameters change, all others stay."""
    stack = living_stack(name, options)
    known = parameters_of(stack)
    missing = sorted(set(changed) - set(known))
    if missing:
        raise Refused(f"the stack {name} has no parameter {', '.join(missing)}: deploy this version's template first")
    kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in known if key not in changed]
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in changed.items()]
    try:
        client("cloudformation").update_stack(StackName=name, UsePreviousTemplate=True, Parameters=[*kept, *given],
                                              Capabilities=CAPABILITIES)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise Refused(f"the stack {name} was not updated, and is as it was before: {error}") from error
        return
    updated = settled(name, options)
    if updated["StackStatus"] not in ("UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"):
        raise Refused(f"the update of {name} ended as {updated['StackStatus']}; the stack is as it was before. Why:\n"
                      f"{failures(name)}")


def create(name, url, parameters, options):
    """Creates a stack; a first deployment that fails takes with it what it made."""
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    client("cloudformation").create_stack(StackName=name, TemplateURL=url, Parameters=given, Capabilities=CAPABILITIES)
    made = settled(name, options)
    if made is None or made["StackStatus"] != "CREATE_COMPLETE":
        raise Refused(f"the stack {name} was not created. Why:\n{failures(name)}\n"
                      f"Put that right, run `clear-failed {name}`, then this command again")


def delete(name, options):
    """Deletes a stack and waits until it is gone."""
    client("cloudformation").delete_stack(StackName=name)

    def gone():
        found = find_stack(name)
        if found and found["StackStatus"] == "DELETE_FAILED":
            raise Refused(f"the stack {name} could not be deleted. Why:\n{failures(name)}")
        return found is None or found["StackStatus"] == "DELETE_COMPLETE"

    until(gone, options, f"the end of the stack {name}")


# ---- Tables ----------------------------------------------------------------------------------------------------------


def find_table(name):
    try:
        return client("dynamodb").describe_table(TableName=name)["Table"]
    except ClientError as error:
        if is_code(error, "ResourceNotFoundException"):
            return None
        raise


def has_items(name):
    """Whether a table has any item: a table's own count is six hours old."""
    page = client("dynamodb").scan(TableName=name, Limit=1, ConsistentRead=True)
    return bool(page["Items"])


def active_table(name, options):
    """Waits until a table can be used."""

    def look():
        found = find_table(name)
        if found is None:
            raise Refused(f"there is no table {name}")
        indexes = found.get("GlobalSecondaryIndexes") or []
        ready = found["TableStatus"] == "ACTIVE" and all(one.get("IndexStatus", "ACTIVE") == "ACTIVE" for one in indexes)
        return found if ready else None

    return until(look, options, f"the table {name}")


def check_schema(kind, table):
    """Refuses a table that is none of this kind."""
    found = [one["AttributeName"] for one in sorted(table["KeySchema"], key=lambda one: one["KeyType"])]
    if found != KEY_SCHEMAS[kind]:
        raise Refused(f"{table['TableName']} is no table of {kind}: its key is {', '.join(found)} and not "
                      f"{', '.join(KEY_SCHEMAS[kind])}")


def settings(kind, name, protected, options):
    """The steps that give a table what the template gives it and a restored copy lacks."""
    dynamodb, table, steps = client("dynamodb"), find_table(name), []
    change = functools.partial(changed_table, name, options)
    if kind == "people" and not streams_keys(table):
        if (table.get("StreamSpecification") or {}).get("StreamEnabled"):
            steps.append(Step(f"Turn off the stream of {name}, which has another view than KEYS_ONLY",
                              lambda: change(StreamSpecification={"StreamEnabled": False})))
        steps.append(Step(f"Turn on the stream of {name}: the keys of what changes, for back-channel-logout", lambda: change(
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})))
    if kind in EXPIRING and not expires(name):
        steps.append(Step(f"Let what expired be deleted from {name} (TTL by expires_at)", lambda: dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"})))
    if kind in RECOVERABLE and not recoverable(name):
        steps.append(Step(f"Turn on point-in-time recovery of {name}", lambda: dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})))
    if protected and not table.get("DeletionProtectionEnabled"):
        steps.append(Step(f"Protect {name} from deletion", lambda: change(DeletionProtectionEnabled=True)))
    return steps


def changed_table(name, options, **changes):
    active_table(name, options)
    client("dynamodb").update_table(TableName=name, **changes)
    active_table(name, options)


def streams_keys(table):
    told = table.get("StreamSpecification") or {}
    return told.get("StreamEnabled") is True and told.get("StreamViewType") == "KEYS_ONLY"


def expires(name):
    told = client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return told.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")


def recoverable(name):
    told = client("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    return told.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
