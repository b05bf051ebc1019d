"""How CodeDeploy moves requests to new versions, where a stack is deployed gradually: step by step, or all of them at once whatever
alarms say.

The deployment groups are changed, and not the parameter GradualDeployment: it is the transform that reads it, an update without a
new template may take what the transform has made before, and a template of `plain` takes one value only.
"""

import operate
from operate import Refused

# The application of CodeDeploy that the transform makes for a gradual deployment, how it moves requests at once, and the beginning
# of the names of its other ways, which end with the parameter's value.
APPLICATION, AT_ONCE, WAYS = "ServerlessDeploymentApplication", "CodeDeployDefault.LambdaAllAtOnce", "CodeDeployDefault.Lambda"


def groups_of(stack):
    """The deployment groups by which CodeDeploy moves the aliases; none where CloudFormation does that at once."""
    there = operate.resources_of(stack).get(APPLICATION)
    if not there:
        return []
    service = operate.client("codedeploy")
    pages = service.get_paginator("list_deployment_groups").paginate(applicationName=there)
    names = [name for page in pages for name in page["deploymentGroups"]]
    # An answer has a hundred groups at most, and a stack a group for each function.
    return service.batch_get_deployment_groups(applicationName=there, deploymentGroupNames=names)["deploymentGroupsInfo"]


def is_at_once(group):
    return group["deploymentConfigName"] == AT_ONCE


def at_once(groups, gradual):
    """Lets CodeDeploy move all requests in one step, whatever alarms say. When one group cannot be changed, those before it
    are as they were."""
    changed = []
    try:
        for group in groups:
            move_by(AT_ONCE, group, heeds=False)
            changed.append(group)
    except operate.ClientError as error:
        gradually(changed, gradual)
        raise Refused(f"CodeDeploy cannot be told to move requests at once, and moves them by {gradual} as before: {error}") from error


def gradually(groups, gradual):
    for group in groups:
        move_by(f"{WAYS}{gradual}", group, heeds=True)


def move_by(way, group, heeds):
    known = group.get("alarmConfiguration", {})
    operate.client("codedeploy").update_deployment_group(
        applicationName=group["applicationName"], currentDeploymentGroupName=group["deploymentGroupName"], deploymentConfigName=way,
        alarmConfiguration={**known, "enabled": heeds and bool(known.get("alarms"))})
