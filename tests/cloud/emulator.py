"""ministack, taught what it lacks to judge the roles of the template, and made to write down what it judges.

Started as a process of its own by `cloud.py`, with ministack's own variables and CLOUD_CALLS, the file to write to.

ministack evaluates IAM conditions, but does not know two keys of a request that the template's roles speak of:
`dynamodb:LeadingKeys` (without it, `ForAllValues` lets everything through) and `kms:EncryptionContext:*` (without it,
`StringEquals` lets nothing through), nor of a mail its sender (`ses:FromAddress`) and the identity that it is. Another it knows
differently: `aws:PrincipalArn` is the ARN of the role with its path, not that of the session. They are told to its evaluator here; the decisions stay its own. What else it is taught is in
`schedules.py`, `function_urls.py` and `distributions.py`.

Every decision about a role becomes a line of JSON: role, action, resource, the keys of the request, whether it was allowed.
"""

import json
import os
import threading

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb, iam

import distributions
import failures
import function_urls
import schedules

BY_TABLE = "leading-keys-by-table"
CALLS = os.environ["CLOUD_CALLS"]
lock = threading.Lock()


def read(body):
    try:
        data = json.loads(body or b"{}")
    except (ValueError, TypeError):
        return {}
    return data if isinstance(data, dict) else {}


def partition_key(table):
    return next(key["AttributeName"] for key in dynamodb._tables[table]["KeySchema"] if key["KeyType"] == "HASH")


def leading_keys(body):
    """The partition keys that a request names, by table. A scan and a query by an index name none here."""
    data = read(body)
    named = {}
    table, item = data.get("TableName"), data.get("Key") or data.get("Item")
    if table and item:
        named[table] = [item]
    for table, wanted in (data.get("RequestItems") or {}).items():
        if isinstance(wanted, dict):
            named[table] = wanted.get("Keys", [])
        else:
            requests = [request for entry in wanted for request in entry.values()]
            named[table] = [request.get("Key") or request.get("Item") for request in requests]
    for entry in data.get("TransactItems") or []:
        for part in entry.values():
            named.setdefault(part["TableName"], []).append(part.get("Key") or part.get("Item"))
    return {table: [next(iter(item[partition_key(table)].values())) for item in items]
            for table, items in named.items() if dynamodb._tables.get(table)}


def teach(ours):
    known_of_dynamodb, known_of_all, known_of_caller, identity_of, decide = (
        iam_actions.dynamodb_service_context, iam_actions.request_tag_context, iam_evaluator._resolve_condition_key,
        iam_actions._ses_v2_resource_arn, iam_evaluator.enforce)

    def dynamodb_service_context(body):
        return {**known_of_dynamodb(body), BY_TABLE: leading_keys(body)}

    def request_tag_context(service, action, body, parameters):
        context = read(body).get("EncryptionContext") if service == "kms" else None
        keys = {f"kms:EncryptionContext:{name}": value for name, value in (context or {}).items()}
        return {**known_of_all(service, action, body, parameters), **keys}

    def ses_v2_resource_arn(method, path, body, region, account_id):
        sender = read(body).get("FromEmailAddress")
        if path.endswith("/outbound-emails") and sender:
            return f"arn:aws:ses:{region}:{account_id}:identity/{sender}"
        return identity_of(method, path, body, region, account_id)

    def resolve_condition_key(key, context):
        found = known_of_caller(key, context)
        if key.lower() == "aws:principalarn" and ":assumed-role/" in found:
            return iam._roles[found.split("/")[1]]["Arn"]
        return found

    def enforce(access_key_id, action, service, region, resource_arn="*", service_context=None):
        context = dict(service_context or {})
        keys = context.pop(BY_TABLE, {}).get(resource_arn.rpartition(":table/")[2])
        if keys is not None:
            context["dynamodb:LeadingKeys"] = keys
        if action == "ses:SendEmail":
            # The path of SES tells its evaluator nothing of the body. Its sender is the identity that `ses_v2_resource_arn` found.
            context["ses:FromAddress"] = resource_arn.rpartition(":identity/")[2]
        denied = decide(access_key_id, action, service, region, resource_arn, context)
        ours(access_key_id, action, resource_arn, context, denied)
        return denied

    iam_actions.dynamodb_service_context = dynamodb_service_context
    iam_actions.request_tag_context = request_tag_context
    iam_actions._ses_v2_resource_arn = ses_v2_resource_arn
    iam_evaluator._resolve_condition_key = resolve_condition_key
    iam_evaluator.enforce = enforce


def teach_paths():
    """`/logout` is a path of the API like others: ministack has a page of Cognito there, whatever the host."""
    ask = app._handle_cognito_get_request

    async def handle_cognito_get_request(method, path, headers, query):
        return None if path == "/logout" else await ask(method, path, headers, query)

    app._handle_cognito_get_request = handle_cognito_get_request


def write_down(access_key_id, action, resource, context, denied):
    who = (iam_evaluator.resolve_caller_identity(access_key_id) or {}).get("userArn", "")
    if ":assumed-role/" not in who:
        return
    told = {"role": who.split("/")[1], "action": action, "resource": resource,
            "keys": {name: value for name, value in context.items() if value}, "allowed": denied is None}
    with lock, open(CALLS, "a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    teach(write_down)
    teach_paths()
    schedules.teach()
    function_urls.teach()
    distributions.teach()
    failures.teach()
    app.main()
