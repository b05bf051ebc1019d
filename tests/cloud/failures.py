"""ministack's CloudFormation, taught three refusals of Amazon's, so that a deployment fails here as it does in the cloud,
and secrets without punctuation, where a template says so: a comma would make two of one.

A table whose name is taken is not created: ministack writes an empty one over it. A table with deletion protection is not
deleted, in a rollback either: ministack asks nobody. A managed policy is not created for a role that is not there: ministack
leaves the role out.
"""

import secrets
import string

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

TABLE, POLICY, SECRET = "AWS::DynamoDB::Table", "AWS::IAM::ManagedPolicy", "AWS::SecretsManager::Secret"


def teach():
    handlers = provisioners._RESOURCE_HANDLERS
    create, delete, attach = handlers[TABLE]["create"], handlers[TABLE]["delete"], handlers[POLICY]["create"]

    def create_table(logical_id, props, *more):
        name = props.get("TableName")
        if name and name in dynamodb._tables:
            raise ValueError(f"Resource of type '{TABLE}' with identifier '{name}' already exists.")
        return create(logical_id, props, *more)

    def delete_table(physical_id, props, *more):
        if (dynamodb._tables.get(physical_id) or {}).get("DeletionProtectionEnabled") in (True, "true"):
            raise ValueError(f"Resource cannot be deleted: deletion protection is enabled for the table {physical_id}.")
        return delete(physical_id, props, *more)

    def create_policy(logical_id, props, *more):
        provisioners._iam_policy_require_entities(props)
        return attach(logical_id, props, *more)

    make = handlers[SECRET]["create"]

    def create_secret(logical_id, props, *more):
        asked = props.get("GenerateSecretString") or {}
        if str(asked.get("ExcludePunctuation")).lower() == "true":
            letters = string.ascii_letters + string.digits
            word = "".join(secrets.choice(letters) for _ in range(int(asked.get("PasswordLength", 32))))
            props = {**{name: value for name, value in props.items() if name != "GenerateSecretString"}, "SecretString": word}
        return make(logical_id, props, *more)

    handlers[SECRET] = {**handlers[SECRET], "create": create_secret}
    handlers[TABLE] = {**handlers[TABLE], "create": create_table, "delete": delete_table}
    handlers[POLICY] = {**handlers[POLICY], "create": create_policy}
