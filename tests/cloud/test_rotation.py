"""The rotation of a deployed stack: what its schedule did, keys that are due, keys that are retired, and runs at once.

The clock is not ours, so keys are made older in the table. Afterwards the table is as it was.
"""

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from parameters import STACKS
from roles import calls, client, every, functions, resources, roles

STACK = os.environ["STACK_NAME"]
TABLE, DAY = f"{STACK}-keys", 24 * 3600
FIRST = set(STACKS[STACK][0].get("SigningAlgorithms", "RS256").split(","))
INTERVAL = int(STACKS[STACK][0].get("KeyRotationDays", "90"))


@pytest.fixture
def table():
    before = items()
    yield
    empty()
    for item in before:
        client("dynamodb").put_item(TableName=TABLE, Item=item)


def items():
    return every("dynamodb", "scan", "Items", TableName=TABLE)


def empty():
    for item in items():
        client("dynamodb").delete_item(TableName=TABLE, Key={"id": item["id"]})


def states():
    """State by the name of the key, as the operator sees it."""
    command = [os.environ["STACK_JETON"], "keys", "list", "--env-file", os.environ["STACK_ENV_FILE"], "--json"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    return {key["kid"]: key["state"] for key in json.loads(told)}


def make_older(days, kids):
    """These keys sign since so many days."""
    then = {":then": {"N": str(int(time.time()) - days * DAY)}}
    for item in items():
        if json.loads(item.get("public", {"S": "{}"})["S"]).get("kid") in kids:
            client("dynamodb").update_item(TableName=TABLE, Key={"id": item["id"]}, ExpressionAttributeValues=then,
                                           UpdateExpression="SET created_at = :then, activates_at = :then")


def rotate(times=1):
    """Has the function run so many times at the same moment; gives the answers."""
    alias = resources(STACK, "AWS::Lambda::Alias")["RotateKeysFunctionAliaslive"]
    clients = [client("lambda") for _ in range(times)]
    with ThreadPoolExecutor(times) as pool:
        answers = list(pool.map(lambda one: one.invoke(FunctionName=alias, Payload=b"{}"), clients))
    told = [json.loads(answer["Payload"].read()) for answer in answers]
    assert not any("FunctionError" in answer for answer in answers), told
    return told


def attempts():
    """How often rotate-keys has tried to write so far."""
    role = functions(STACK)["RotateKeys"]["Role"].rpartition("/")[2]
    with open(os.environ["CLOUD_CALLS"], encoding="utf-8") as file:
        told = [json.loads(line) for line in file]
    return sum(one["role"] == role and one["action"] == "dynamodb:PutItem" for one in told)


def test_the_schedule_has_made_the_first_keys():
    invoked = [call["resource"] for call in calls(roles(STACK)["RotateKeysSchedule"]) if call["allowed"]]
    assert invoked == [resources(STACK, "AWS::Lambda::Alias")["RotateKeysFunctionAliaslive"]]
    assert {"handles", *(f"signing#{algorithm}" for algorithm in FIRST)} <= {item["id"]["S"] for item in items()}
    schedule, = resources(STACK, "AWS::Scheduler::Schedule").values()
    assert client("scheduler").get_schedule(Name=schedule)["ScheduleExpression"] == "rate(1 hour)"


@pytest.mark.usefixtures("table")
def test_a_run_that_finds_nothing_to_do_does_nothing():
    assert [(told["created"], told["deleted"]) for told in rotate()] == [([], [])]


@pytest.mark.usefixtures("table")
def test_a_due_key_gets_a_successor_and_a_retired_key_is_deleted():
    old = set(states())
    make_older(INTERVAL, old)
    told, = rotate()
    new = set(told["created"])
    assert len(new) == len(old) and told["deleted"] == []
    assert states() == {**dict.fromkeys(old, "active"), **dict.fromkeys(new, "pending")}
    make_older(1, new)
    assert states() == {**dict.fromkeys(old, "retiring"), **dict.fromkeys(new, "active")}
    assert [(told["created"], told["deleted"]) for told in rotate()] == [([], [])]
    make_older(2, new)
    told, = rotate()
    assert (told["created"], set(told["deleted"])) == ([], old)
    assert states() == dict.fromkeys(new, "active")


@pytest.mark.usefixtures("table")
def test_runs_at_the_same_moment_leave_one_master_and_one_key_of_each_algorithm():
    wanted, most, before = len(FIRST) + 1, 20, attempts()
    for rounds in range(1, most + 1):
        empty()
        told = rotate(3)
        created = sorted(kid for one in told for kid in one["created"])
        assert created == sorted(states())
        assert {item["id"]["S"] for item in items()} == {"handles", *(f"signing#{one}" for one in FIRST)}
        # More attempts than items: some of them met.
        if rounds >= 3 and attempts() - before > rounds * wanted:
            return
    pytest.fail(f"no two of them met in {most} rounds")
