"""Each role grants what was done with it in all flows, and nothing else: the functions' roles and the schedule's.

The emulator has written down every decision it made about a role (emulator.py), while all flows ran on both stacks: the
template's defaults, and with both legacy grants allowed.
"""

import pytest

from roles import calls, covered, functions, grants, needs, roles, statements

STACKS = ["jeton", "jeton-legacy"]

# Granted, and yet no function asks for it: action, with the reason.
NOT_ASKED_BY_CODE = {
    "logs:CreateLogStream": "Lambda itself writes a function's output to its log, with the function's role",
    "logs:PutLogEvents": "Lambda itself writes a function's output to its log, with the function's role",
    **dict.fromkeys(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
                    "Lambda itself reads the stream for a function, with the function's role"),
    "sqs:SendMessage": "Lambda itself sends what the stream gave up, with the function's role",
    "xray:PutTraceSegments": "Lambda itself sends a function's traces, with the function's role",
    "xray:PutTelemetryRecords": "Lambda itself sends a function's traces, with the function's role",
}


# Granted, and not asked for in one of the stacks: stack, action and leading key, with the reason.
NOT_ASKED_IN_A_STACK = {
    **dict.fromkeys([("jeton", "dynamodb:UpdateItem", key) for key in ("client#dyn_*", "logo#dyn_*")],
                    "clients that registered themselves before that was turned off get a later end while they are used"),
    ("jeton-legacy", "dynamodb:UpdateItem", "mail#*"): "a mail that SES did not take is stored again, and ministack takes each",
}


def too_many(grants_of_role, calls_of_role, stack="jeton"):
    unused = [grant for grant in grants_of_role if not any(needs(call, grant) for call in calls_of_role)]
    excused = [*NOT_ASKED_BY_CODE, *NOT_ASKED_IN_A_STACK]
    return [grant for grant in unused if grant[0] not in excused and (stack, grant[0], grant[-1]) not in excused]


def too_few(grants_of_role, calls_of_role):
    return [call for call in calls_of_role if not call["allowed"] or not covered(call, grants_of_role)]


# There is no CodeDeploy here that would do anything with the role that SAM makes for it.
ROLES = [(stack, name, role) for stack in STACKS for name, role in roles(stack).items() if name != "CodeDeployService"]


@pytest.mark.parametrize(("stack", "name", "role"), ROLES, ids=[f"{stack}-{name}" for stack, name, _ in ROLES])
def test_a_role_grants_what_is_done_with_it_and_nothing_else(stack, name, role):
    granted = [grant for statement in statements(role) for grant in grants(statement)]
    done = calls(role)
    assert done, f"nothing was done with the role of {name} of {stack}"
    assert {"too few": too_few(granted, done), "too many": too_many(granted, done, stack)} == {"too few": [], "too many": []}


@pytest.mark.parametrize("stack", STACKS)
def test_each_function_has_a_role_of_its_own(stack):
    used = {name: configuration["Role"] for name, configuration in functions(stack).items()}
    assert used == {name: role for name, role in roles(stack).items() if name in used}


def test_no_exception_is_stale():
    granted = {grant[0] for _, _, role in ROLES for statement in statements(role) for grant in grants(statement)}
    asked = {call["action"] for _, _, role in ROLES for call in calls(role)}
    assert [action for action in NOT_ASKED_BY_CODE if action not in granted or action in asked] == []


def test_the_comparison_sees_an_action_too_many_and_one_too_few():
    _, _, role = next(found for found in ROLES if found[:2] == ("jeton", "Token"))
    granted = [grant for statement in statements(role) for grant in grants(statement)]
    done = calls(role)
    more = ("dynamodb:DeleteItem", "*", None, None)
    assert too_many([*granted, more], done) == [more]
    signing = next(grant for grant in granted if grant[3] == "signing")
    missing = too_few([grant for grant in granted if grant != signing], done)
    assert {call["keys"]["kms:EncryptionContext:purpose"] for call in missing} == {"signing"}
