"""What a function's role may not do, tried with the role's own credentials: everything that is not in the table below.

The credentials are the ones the emulator gives to the function. A probe changes nothing: its writes have a condition that
never holds, its keys name no item.
"""

import hashlib

import pytest
from botocore.exceptions import ClientError

from roles import client, functions

STACKS = ["jeton", "jeton-legacy"]
# What each function's role may do of the probes; and what more with both legacy grants.
ALLOWED = {
    "Authorize": ({"registry get", "registry batch", "grants put", "count", "counters batch", "people batch", "people put",
                   "keys scan", "decrypt handles"}, {"decrypt signing"}),
    "Token": ({"registry get", "registry batch", "grants put", "grants update", "count", "keys scan", "decrypt handles",
               "decrypt signing"}, {"people batch", "counters batch"}),
    "Introspect": ({"registry get", "grants get", "counter get", "count", "keys scan", "decrypt handles"}, set()),
    "Revoke": ({"registry get", "grants put", "grants update", "count", "keys scan", "decrypt handles"}, set()),
    "Metadata": ({"keys scan"}, set()),
}
DENIED = {"AccessDeniedException", "AccessDenied"}


def credentials(configuration):
    """As ministack makes them for a function's role (ministack.core.lambda_runtime.execution_credentials)."""
    digest = hashlib.sha256(f"{configuration['FunctionArn']}:{configuration['Role']}".encode()).hexdigest()
    secret, token = (hashlib.sha256(f"{kind}:{digest}".encode()).hexdigest() for kind in ("secret", "token"))
    return f"ASIA{digest[:16].upper()}", secret, token


def probes(stack, configuration, ciphertexts):
    dynamodb, kms = (client(service, credentials(configuration)) for service in ("dynamodb", "kms"))
    registry, grants, people, keys = (f"{stack}-{table}" for table in ("registry", "grants", "people", "keys"))
    ours, counter, person = {"id": {"S": "x"}}, {"id": {"S": "throttle#x"}}, {"person": {"S": "x"}, "record": {"S": "x"}}

    def never(name):
        return {"ConditionExpression": f"attribute_exists({name})"}

    def batch(table, key):
        return lambda: dynamodb.batch_get_item(RequestItems={table: {"Keys": [key]}})

    def decrypt(purpose):
        context = {"EncryptionContext": {"purpose": purpose}} if purpose else {}
        return lambda: kms.decrypt(KeyId=ciphertexts["key"], CiphertextBlob=ciphertexts[purpose], **context)

    return {
        "registry get": lambda: dynamodb.get_item(TableName=registry, Key=ours),
        "registry batch": batch(registry, ours),
        "registry scan": lambda: dynamodb.scan(TableName=registry),
        "registry put": lambda: dynamodb.put_item(TableName=registry, Item=ours, **never("id")),
        "registry delete": lambda: dynamodb.delete_item(TableName=registry, Key=ours, **never("id")),
        "grants get": lambda: dynamodb.get_item(TableName=grants, Key=ours),
        "grants batch": batch(grants, ours),
        "grants put": lambda: dynamodb.put_item(TableName=grants, Item=ours, **never("id")),
        "grants update": lambda: dynamodb.update_item(TableName=grants, Key=ours, **never("id")),
        "grants delete": lambda: dynamodb.delete_item(TableName=grants, Key=ours, **never("id")),
        "grants scan": lambda: dynamodb.scan(TableName=grants),
        "grants query": lambda: dynamodb.query(
            TableName=grants, IndexName="by-subject", KeyConditionExpression="subject = :s",
            ExpressionAttributeValues={":s": {"S": "x"}}),
        "counter get": lambda: dynamodb.get_item(TableName=grants, Key=counter),
        "counters batch": batch(grants, counter),
        "count": lambda: dynamodb.update_item(TableName=grants, Key=counter, **never("id")),
        "people get": lambda: dynamodb.get_item(TableName=people, Key=person),
        "people batch": batch(people, person),
        "people put": lambda: dynamodb.put_item(TableName=people, Item=person, **never("person")),
        "people update": lambda: dynamodb.update_item(TableName=people, Key=person, **never("person")),
        "people delete": lambda: dynamodb.delete_item(TableName=people, Key=person, **never("person")),
        "people scan": lambda: dynamodb.scan(TableName=people),
        "keys scan": lambda: dynamodb.scan(TableName=keys),
        "keys put": lambda: dynamodb.put_item(TableName=keys, Item=ours, **never("id")),
        "keys update": lambda: dynamodb.update_item(TableName=keys, Key=ours, **never("id")),
        "keys delete": lambda: dynamodb.delete_item(TableName=keys, Key=ours, **never("id")),
        "decrypt handles": decrypt("handles"),
        "decrypt signing": decrypt("signing"),
        "decrypt without a purpose": decrypt(None),
        "encrypt": lambda: kms.encrypt(KeyId=ciphertexts["key"], Plaintext=b"x", EncryptionContext={"purpose": "handles"}),
        "data key": lambda: kms.generate_data_key(KeyId=ciphertexts["key"], KeySpec="AES_256"),
        "disable key": lambda: kms.disable_key(KeyId=ciphertexts["key"]),
        "delete key": lambda: kms.schedule_key_deletion(KeyId=ciphertexts["key"]),
    }


def answer(probe):
    """`allowed`, `denied`, or what else stood in the way, which no probe should meet."""
    try:
        probe()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            return "allowed"
        return "denied" if code in DENIED else str(error)
    return "allowed"


FUNCTIONS = [(stack, name, configuration) for stack in STACKS for name, configuration in functions(stack).items()]


@pytest.mark.parametrize(("stack", "function", "configuration"), FUNCTIONS,
                         ids=[f"{stack}-{name}" for stack, name, _ in FUNCTIONS])
def test_a_role_may_do_what_the_table_says_and_nothing_else(stack, function, configuration):
    assert function in ALLOWED, f"say in ALLOWED what {function} may do"
    usual, with_legacy = ALLOWED[function]
    allowed = usual | (with_legacy if stack == "jeton-legacy" else set())
    kms, key = client("kms"), client("kms").describe_key(KeyId=f"alias/{stack}-wrapping")["KeyMetadata"]["Arn"]
    ciphertexts = {"key": key}
    for purpose in ("handles", "signing", None):
        context = {"EncryptionContext": {"purpose": purpose}} if purpose else {}
        ciphertexts[purpose] = kms.encrypt(KeyId=key, Plaintext=b"x", **context)["CiphertextBlob"]
    # The credentials are known to the emulator once the function was started.
    client("lambda").invoke(FunctionName=configuration["FunctionName"], Payload=b"{}")
    found = {name: answer(probe) for name, probe in probes(stack, configuration, ciphertexts).items()}
    assert allowed <= set(found)
    assert found == {name: "allowed" if name in allowed else "denied" for name in found}
