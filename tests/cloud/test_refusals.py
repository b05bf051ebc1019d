"""What a function's role may not do, tried with the role's own credentials: everything that is not in the table below.

The credentials are the ones the emulator gives to the function. A probe changes nothing: its writes have a condition that
never holds, its keys name no item.
"""

import hashlib
import json

import pytest
from botocore.exceptions import ClientError

from roles import client, functions

STACKS = ["jeton", "jeton-legacy"]
# What each function's role may do of the probes; and what more with both legacy grants.
ALLOWED = {
    "Authorize": ({"registry get", "registry batch", "extend registration", "grants get", "counter get", "grants put", "grants update", "use assertion", "count", "counters batch",
                   "people batch", "people put", "people update", "people delete",
                   "keys scan", "decrypt handles", "decrypt signing", "decrypt second-factors"}, {"registry scan"}),
    "Par": ({"registry get", "registry batch", "grants put", "use assertion", "count", "keys scan", "decrypt handles", "decrypt client-secrets"}, {"registry scan"}),
    "Device": ({"registry get", "registry batch", "grants put", "use assertion", "count", "keys scan", "decrypt handles", "decrypt client-secrets"}, set()),
    "Token": ({"registry get", "registry batch", "grants put", "grants update", "use assertion", "count", "keys scan", "decrypt handles", "decrypt client-secrets",
               "grants batch", "counters batch", "people batch", "decrypt signing"}, {"people update"}),
    "Introspect": ({"registry get", "grants batch", "counters batch", "people batch", "use assertion", "count", "keys scan", "decrypt handles", "decrypt client-secrets", "decrypt signing"}, set()),
    "Revoke": ({"registry get", "grants put", "grants update", "use assertion", "count", "keys scan", "decrypt handles", "decrypt client-secrets"}, set()),
    "Userinfo": ({"registry get", "grants batch", "counters batch", "people batch", "use assertion", "keys scan", "decrypt handles", "decrypt signing"},
                 set()),
    "Logout": ({"registry get", "people batch", "people delete", "keys scan", "decrypt handles"}, set()),
    "Account": ({"registry get", "grants query", "grants batch", "counters batch", "grants update", "count", "people batch", "people put",
                 "people update", "people delete", "keys scan", "decrypt handles", "decrypt second-factors"}, set()),
    "BackChannelLogout": ({"registry get", "grants of a session", "grants query", "grants batch", "counters batch", "grants update", "count", "people get",
                           "people put", "people delete", "keys scan", "decrypt handles", "decrypt signing"}, {"people batch"}),
    "Register": ({"registry get", "registry scan", "registry batch", "register", "extend registration", "deregister", "use initial token", "make initial token", "count", "keys scan", "decrypt handles", "decrypt client-secrets"},
                 set()),
    "Metadata": ({"keys scan"}, set()),
    "RotateKeys": ({"keys scan", "keys put", "keys delete", "secret for handles", "secret for client-secrets", "secret for second-factors", "pair for signing",
                    "encrypt for signing"},
                   set()),
}
PURPOSES = ("handles", "signing", "client-secrets", "second-factors", None)
DENIED = {"AccessDeniedException", "AccessDenied"}


def credentials(configuration):
    """As ministack makes them for a function's role (ministack.core.lambda_runtime.execution_credentials)."""
    digest = hashlib.sha256(f"{configuration['FunctionArn']}:{configuration['Role']}".encode()).hexdigest()
    secret, token = (hashlib.sha256(f"{kind}:{digest}".encode()).hexdigest() for kind in ("secret", "token"))
    return f"ASIA{digest[:16].upper()}", secret, token


def probes(stack, keys_of_caller, ciphertexts):
    dynamodb, kms = (client(service, keys_of_caller) for service in ("dynamodb", "kms"))
    registry, grants, people, keys = (f"{stack}-{table}" for table in ("registry", "grants", "people", "keys"))
    used, registered, initial = {"id": {"S": "jti#x"}}, {"id": {"S": "client#dyn_x"}}, {"id": {"S": "initial#x"}}
    ours, counter, person = {"id": {"S": "x"}}, {"id": {"S": "throttle#x"}}, {"person": {"S": "x"}, "record": {"S": "x"}}

    def never(name):
        return {"ConditionExpression": f"attribute_exists({name})"}

    def batch(table, key):
        return lambda: dynamodb.batch_get_item(RequestItems={table: {"Keys": [key]}})

    def context(purpose):
        return {"KeyId": ciphertexts["key"], **({"EncryptionContext": {"purpose": purpose}} if purpose else {})}

    def decrypt(purpose):
        return lambda: kms.decrypt(CiphertextBlob=ciphertexts[purpose], **context(purpose))

    def encrypt(purpose):
        return lambda: kms.encrypt(Plaintext=b"x", **context(purpose))

    def secret(purpose):
        return lambda: kms.generate_data_key_without_plaintext(KeySpec="AES_256", **context(purpose))

    def pair(purpose):
        return lambda: kms.generate_data_key_pair_without_plaintext(KeyPairSpec="ECC_NIST_P256", **context(purpose))

    return {
        "registry get": lambda: dynamodb.get_item(TableName=registry, Key=ours),
        "registry batch": batch(registry, ours),
        "registry scan": lambda: dynamodb.scan(TableName=registry),
        "registry put": lambda: dynamodb.put_item(TableName=registry, Item=ours, **never("id")),
        "registry delete": lambda: dynamodb.delete_item(TableName=registry, Key=ours, **never("id")),
        "register": lambda: dynamodb.put_item(TableName=registry, Item=registered, **never("id")),
        "deregister": lambda: dynamodb.delete_item(TableName=registry, Key=registered, **never("id")),
        "extend registration": lambda: dynamodb.update_item(TableName=registry, Key=registered, **never("id")),
        "registry update": lambda: dynamodb.update_item(TableName=registry, Key=ours, **never("id")),
        "use initial token": lambda: dynamodb.update_item(TableName=registry, Key=initial, **never("id")),
        "make initial token": lambda: dynamodb.put_item(TableName=registry, Item=initial, **never("id")),
        "delete initial token": lambda: dynamodb.delete_item(TableName=registry, Key=initial, **never("id")),
        "grants get": lambda: dynamodb.get_item(TableName=grants, Key=ours),
        "grants batch": batch(grants, ours),
        "grants put": lambda: dynamodb.put_item(TableName=grants, Item=ours, **never("id")),
        "grants update": lambda: dynamodb.update_item(TableName=grants, Key=ours, **never("id")),
        "grants delete": lambda: dynamodb.delete_item(TableName=grants, Key=ours, **never("id")),
        "grants scan": lambda: dynamodb.scan(TableName=grants),
        "grants query": lambda: dynamodb.query(
            TableName=grants, IndexName="by-subject", KeyConditionExpression="subject = :s",
            ExpressionAttributeValues={":s": {"S": "x"}}),
        "grants of a session": lambda: dynamodb.query(
            TableName=grants, IndexName="by-session", KeyConditionExpression="#s = :s",
            ExpressionAttributeNames={"#s": "session"}, ExpressionAttributeValues={":s": {"S": "x"}}),
        "counter get": lambda: dynamodb.get_item(TableName=grants, Key=counter),
        "counters batch": batch(grants, counter),
        "count": lambda: dynamodb.update_item(TableName=grants, Key=counter, **never("id")),
        "use assertion": lambda: dynamodb.put_item(TableName=grants, Item=used, **never("id")),
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
        "decrypt client-secrets": decrypt("client-secrets"),
        "decrypt second-factors": decrypt("second-factors"),
        "decrypt without a purpose": decrypt(None),
        **{f"encrypt for {purpose}": encrypt(purpose) for purpose in PURPOSES},
        **{f"secret for {purpose}": secret(purpose) for purpose in PURPOSES},
        **{f"pair for {purpose}": pair(purpose) for purpose in PURPOSES},
        "secret in plain": lambda: kms.generate_data_key(KeySpec="AES_256", **context("handles")),
        "pair in plain": lambda: kms.generate_data_key_pair(KeyPairSpec="ECC_NIST_P256", **context("signing")),
        "policy of the key": lambda: kms.put_key_policy(KeyId=ciphertexts["key"], PolicyName="default", Policy="{}"),
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
    # The credentials are known to the emulator once the function was started.
    client("lambda").invoke(FunctionName=configuration["FunctionName"], Payload=b"{}")
    tried = probes(stack, credentials(configuration), wrapped(stack))
    found = {name: answer(probe) for name, probe in tried.items()}
    assert allowed <= set(found)
    assert found == {name: "allowed" if name in allowed else "denied" for name in found}


def wrapped(stack):
    """The wrapping key, and a ciphertext for each purpose."""
    kms, key = client("kms"), client("kms").describe_key(KeyId=f"alias/{stack}-wrapping")["KeyMetadata"]["Arn"]
    context = {purpose: {"EncryptionContext": {"purpose": purpose}} if purpose else {} for purpose in PURPOSES}
    return {"key": key, **{purpose: kms.encrypt(KeyId=key, Plaintext=b"x", **context[purpose])["CiphertextBlob"]
                           for purpose in PURPOSES}}


@pytest.mark.parametrize("stack", STACKS)
def test_whatever_iam_says_nobody_else_unwraps_a_signing_key(stack):
    iam, name = client("iam"), f"administrator-of-{stack}"
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))["Role"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=json.dumps(everything))
    session = client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    keys = session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
    tried = {name: probe for name, probe in probes(stack, keys, wrapped(stack)).items()
             if name.split()[0] in ("decrypt", "encrypt", "secret", "pair")}
    assert {name for name, probe in tried.items() if answer(probe) == "allowed"} == {
        "decrypt handles", "decrypt client-secrets", "secret for handles", "secret for client-secrets",
        "secret for second-factors", "encrypt for signing", "pair for signing"}
