"""The procedures of infra/README.md, each by the script that it names, on stacks of their own."""

import datetime
import json
import time

import pytest
import requests
from drills import Drill, Load
from parameters import CERTIFICATE, WEB_ACL
from template import BUCKET, of_this_machine

HERE = of_this_machine()
METADATA = "/.well-known/oauth-authorization-server"


@pytest.fixture
def drill(request, tmp_path):
    """A stack with a name of its own; what is left of it ends with the emulator."""
    made = Drill(f"drill-{request.session.items.index(request.node)}", tmp_path)
    yield made
    made.stop()


# ---- A first deployment that failed ----------------------------------------------------------------------------------


def keep_all(copy):
    """The template as it was: what a first deployment that fails has made stays."""
    for resource in copy["Resources"].values():
        if resource.get("DeletionPolicy") == "RetainExceptOnCreate":
            resource["DeletionPolicy"] = "Retain"


@pytest.mark.parametrize(("spoil", "protection", "left"), [
    (keep_all, "true", 5),
    (lambda copy: None, "true", 5),
    (lambda copy: None, "false", 0),
], ids=["an older template", "protected tables", "the defaults"])
def test_c241_a_first_deployment_that_failed_is_repeated(drill, spoil, protection, left):
    # There is no such role.
    failing = {**HERE, "PrivateTokenCallers": "nobody", "DeletionProtection": protection}
    assert drill.made(failing, spoil).startswith("ROLLBACK")
    assert len(drill.tables()) == left
    said = drill.script("clear-failed", drill.name, "--dry-run", yes=False)
    assert (f"{drill.name}-keys" in said) == bool(left) and len(drill.tables()) == left
    assert "--yes" in drill.script("clear-failed", drill.name, yes=False, refused=True)
    drill.script("clear-failed", drill.name)
    assert (drill.status(), drill.tables()) == (None, set())
    assert "Nothing is left" in drill.script("clear-failed", drill.name)
    assert drill.made(HERE) == "CREATE_COMPLETE"
    drill.wait_for_keys({"RS256"})
    assert drill.token(drill.registered())


def test_c243_what_was_in_service_is_not_cleared(drill):
    assert drill.made(HERE) == "CREATE_COMPLETE"
    drill.registered()
    assert "in service" in drill.script("clear-failed", drill.name, refused=True)
    drill.script("adopt", drill.name, "--take-down")
    assert "in service" in drill.script("clear-failed", drill.name, refused=True)
    # A deployment that fails because the tables are there.
    assert drill.made(HERE).startswith("ROLLBACK")
    assert "in service" in drill.script("clear-failed", drill.name, refused=True)
    assert len(drill.tables()) == 5


# ---- Down, and up again ----------------------------------------------------------------------------------------------


def test_c241_a_stack_is_taken_down_and_made_again_on_its_tables_and_key(drill):
    assert drill.made(HERE) == "CREATE_COMPLETE"
    drill.wait_for_keys({"RS256"})
    service, keys, key = drill.registered(), kids(drill), drill.outputs["WrappingKeyArn"]
    token = drill.token(service)
    drill.script("adopt", drill.name, "--take-down")
    assert (drill.status(), len(drill.tables())) == (None, 5)
    assert "taken down already" in drill.script("adopt", drill.name, "--take-down")
    # Somebody cleans up what nobody seems to use.
    drill.emulator.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    again = ["adopt", drill.name, "--template", drill.written(HERE), "--bucket", BUCKET]
    drill.script(*again, "--dry-run", yes=False)
    assert drill.status() is None
    drill.script(*again, "--parameter", "PrivateTokenCallers=nobody", refused=True)
    drill.script("clear-failed", drill.name)
    assert (drill.status(), len(drill.tables())) == (None, 5), "adopted tables are not what a failed deployment has left"
    drill.script(*again)
    drill.look()
    assert drill.outputs["WrappingKeyArn"] == key and kids(drill) == keys
    assert drill.is_active(service, token) and drill.token(service)
    assert "there is a stack" in drill.script(*again, refused=True)


def test_c241_a_stack_is_made_under_another_name_on_the_tables_of_the_first(drill, tmp_path):
    assert drill.made(HERE) == "CREATE_COMPLETE"
    drill.wait_for_keys({"RS256"})
    service = drill.registered()
    drill.script("adopt", drill.name, "--take-down")
    # Tables and key tell enough.
    (tmp_path / f"{drill.name}.notes.json").unlink()
    moved = Drill(f"{drill.name}-moved", tmp_path)
    try:
        parameters = [part for name, value in HERE.items() for part in ("--parameter", f"{name}={value}")]
        said = moved.script("adopt", moved.name, "--from", drill.name, "--overrides", *parameters)
        assert f"ExistingKeysTable={drill.name}-keys" in said
        moved.script("adopt", moved.name, "--from", drill.name, "--template", moved.written(HERE), "--bucket", BUCKET, *parameters)
        moved.look()
        assert moved.is_active(service, moved.token(service)), "the roles of the new stack may unwrap signing keys"
        assert moved.by_outputs("keys", "list") == moved.jeton("keys", "list")
        assert [one["client_id"] for one in moved.by_outputs("client", "list")] == [service[0]]
    finally:
        moved.stop()


def kids(drill):
    return {one["kid"] for one in drill.jeton("keys", "list")}


# ---- Restored tables -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def living(tmp_path_factory):
    """A stack with a service, a person and executions that are set aside; each drill restores another of its tables."""
    made = Drill("drill-restore", tmp_path_factory.mktemp("restore"))
    assert made.made({**HERE, "ReservedConcurrency": "20", "DeletionProtection": "true"}) == "CREATE_COMPLETE"
    made.wait_for_keys({"RS256"})
    made.service = made.registered()
    made.jeton("user", "create", "--username", "ada", "--password-stdin", text="a long enough pass phrase\n")
    yield made
    made.stop()


def restored(drill, kind, damage, tells=""):
    """A copy, made before the damage and taken into service after it, which tells what it brings back."""
    before = drill.outputs[f"{kind.capitalize()}TableName"]
    copy = f"{drill.name}-{kind}-then"
    drill.script("restore", "copy", kind, drill.name, "--at", "2026-11-29T10:00:00Z", "--table", copy)
    # The emulator copies the table as it is now, whatever time is given.
    since = datetime.datetime.now(datetime.UTC).isoformat()
    damage()
    use = ["restore", "use", kind, drill.name, "--table", copy, "--since", since]
    assert tells in drill.script(*use, "--dry-run", yes=False)
    assert tells in drill.script(*use, yes=False, refused=True)
    drill.look()
    assert drill.outputs[f"{kind.capitalize()}TableName"] == before
    drill.script(*use)
    drill.look()
    assert drill.outputs[f"{kind.capitalize()}TableName"] == copy
    assert before in drill.emulator.client("dynamodb").list_tables()["TableNames"], "what was in service stays"
    assert "Nothing is left" in drill.script(*use)
    has_what_the_template_gives(drill, kind, copy)
    return copy


def has_what_the_template_gives(drill, kind, name):
    dynamodb = drill.emulator.client("dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["DeletionProtectionEnabled"] is True
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"] == "ENABLED") == (kind != "keys")
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    assert (recovery == "ENABLED") == (kind != "grants")
    for function, there in drill.functions().items():
        told = drill.emulator.client("lambda").get_function_concurrency(FunctionName=there)
        expected = None if function in ("BackChannelLogout", "RotateKeys") else 20
        assert told.get("ReservedConcurrentExecutions") == expected, function


def delete_all(drill, table):
    dynamodb = drill.emulator.client("dynamodb")
    schema = [one["AttributeName"] for one in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
    for item in dynamodb.scan(TableName=table)["Items"]:
        dynamodb.delete_item(TableName=table, Key={name: item[name] for name in schema})


def test_c243_a_restored_registry_is_taken_into_service(living):
    identity, _ = living.service
    restored(living, "registry", lambda: living.jeton("client", "delete", identity, *agreed(living)), f"jeton client delete {identity} ")
    assert living.token(living.service)


def agreed(drill):
    """`--yes`, where the command asks."""
    return ["--yes"] if "--yes" in drill.helps("client", "delete") else []


def test_c243_restored_keys_are_taken_into_service(living):
    before, token = kids(living), living.token(living.service)
    restored(living, "keys", lambda: delete_all(living, living.outputs["KeysTableName"]))
    assert before <= kids(living)
    assert living.is_active(living.service, token) and living.token(living.service)


def test_c243_a_restored_audit_trail_is_taken_into_service(living):
    before = living.jeton("audit", "list")
    restored(living, "audit", lambda: delete_all(living, living.outputs["AuditTableName"]))
    assert before and living.jeton("audit", "list") == before


def test_c243_restored_people_are_taken_into_service_and_their_stream_is_followed(living):
    table = restored(living, "people", lambda: delete_all(living, living.outputs["PeopleTableName"]))
    assert [one["username"] for one in living.jeton("user", "list")] == ["ada"]
    stream = living.emulator.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    mappings = living.emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    ours = [one for one in mappings if one["UUID"] in {there["PhysicalResourceId"] for there in living.resources.values()}]
    assert [one["EventSourceArn"] for one in ours] == [stream, stream]
    # A session that ends is heard of: the function writes to its log.
    before, session = heard(living), {"person": {"S": "usr_drill"}, "record": {"S": "session#drill"}}
    living.emulator.client("dynamodb").put_item(TableName=table, Item=session)
    living.emulator.client("dynamodb").delete_item(TableName=table, Key=session)
    deadline = time.monotonic() + 30
    while heard(living) == before:
        assert time.monotonic() < deadline, "back-channel-logout was not invoked"
        time.sleep(0.2)


def heard(drill):
    group = f"/aws/lambda/{drill.name}-back-channel-logout"
    return len(drill.emulator.client("logs").filter_log_events(logGroupName=group)["events"])


def test_c243_an_empty_table_of_grants_is_taken_into_service(living):
    before = living.outputs["GrantsTableName"]
    assert "--empty" in living.script("restore", "use", "grants", living.name, "--table", before, refused=True)
    living.script("restore", "use", "grants", living.name, "--empty")
    living.look()
    now = living.outputs["GrantsTableName"]
    assert now != before and now.startswith(f"{living.name}-grants-")
    has_what_the_template_gives(living, "grants", now)
    assert living.is_active(living.service, living.token(living.service))


def test_c243_what_a_stopped_restore_has_stopped_runs_again(living):
    for there in living.functions().values():
        living.emulator.client("lambda").put_function_concurrency(FunctionName=there, ReservedConcurrentExecutions=0)
    now = living.outputs["RegistryTableName"]
    living.script("restore", "use", "registry", living.name, "--table", now)
    has_what_the_template_gives(living, "registry", now)
    wrong = living.outputs["PeopleTableName"]
    assert "no table of registry" in living.script("restore", "use", "registry", living.name, "--table", wrong, refused=True)


# ---- The firewall ----------------------------------------------------------------------------------------------------


def word(drill):
    secret = drill.resources["EdgeProof"]["PhysicalResourceId"]
    return drill.emulator.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]


def around(drill, **headers):
    """The status for who goes around CloudFront."""
    host = f"{drill.resources['Api']['PhysicalResourceId']}.execute-api.localhost"
    return requests.get(f"{drill.emulator.url}{METADATA}", headers={"Host": host, **headers}, timeout=60).status_code


def lead(drill, host, *loads):
    """What the operator does with the DNS record; then nobody comes by the old one any more."""
    drill.gateway.lead_to(drill.emulator.port, host=host, x_forwarded_proto="https")
    for load in loads:
        load.pass_by()


def required(drill):
    told = drill.emulator.client("cloudformation").describe_stacks(StackName=drill.name)["Stacks"][0]["Parameters"]
    return next(one["ParameterValue"] for one in told if one["ParameterKey"] == "EdgeRequired")


def test_c243_a_firewall_is_turned_on_and_off_and_its_secret_changed_and_nobody_is_refused(drill):
    domain = f"{drill.name}.example.com"
    assert drill.made({**HERE, "DomainName": domain, "CertificateArn": CERTIFICATE}) == "CREATE_COMPLETE"
    lead(drill, domain)
    drill.wait_for_keys({"RS256"})
    service = drill.registered()
    on = ["firewall", "on", drill.name, "--web-acl", WEB_ACL]
    form = {"grant_type": "client_credentials", "resource": "https://drill.example"}
    with Load(lambda: requests.get(f"{drill.url}{METADATA}", timeout=60).status_code) as documents, \
            Load(lambda: drill.ask(service, **form).status_code) as tokens:
        assert "Now lead" in drill.script(*on)
        assert around(drill) == 200
        assert "Now lead" in drill.script(*on), "DNS leads to API Gateway still: the way around stays open"
        assert required(drill) == "false" and around(drill) == 200
        drill.look()
        distribution = drill.resources["Edge"]["PhysicalResourceId"]
        edge = drill.emulator.client("cloudfront").get_distribution(Id=distribution)["Distribution"]["DomainName"]
        lead(drill, edge, documents, tokens)
        drill.script(*on)
        assert required(drill) == "true" and around(drill) == 403
        assert "is on" in drill.script(*on)

        first = word(drill)
        assert around(drill, **{"X-Jeton-Edge": first}) == 200
        for _ in range(2):
            before = word(drill)
            drill.script("firewall", "rotate", drill.name)
            assert word(drill) != before
            assert around(drill, **{"X-Jeton-Edge": before}) == 403
            assert around(drill, **{"X-Jeton-Edge": word(drill)}) == 200
        half_rotated(drill)

        assert "Now lead" in drill.script("firewall", "off", drill.name)
        assert around(drill) == 200
        assert "Now lead" in drill.script("firewall", "off", drill.name), "DNS leads to CloudFront still"
        lead(drill, domain, documents, tokens)
        drill.script("firewall", "off", drill.name)
    for load in (documents, tokens):
        # A busy machine may start a function too late (503); nobody is refused.
        assert 403 not in load.seen and load.seen[200] > 10, (documents.seen, tokens.seen)
    drill.look()
    assert not {"Edge", "EdgeProof"} & set(drill.resources)
    assert "is off" in drill.script("firewall", "off", drill.name)
    assert "no secret" in drill.script("firewall", "rotate", drill.name, refused=True)


def test_c241_a_stack_is_made_again_with_a_firewall_whose_secret_was_changed(drill):
    parameters = {**HERE, "WebAclArn": WEB_ACL, "DomainName": f"{drill.name}.example.com", "CertificateArn": CERTIFICATE}
    assert drill.made(parameters) == "CREATE_COMPLETE"
    drill.wait_for_keys({"RS256"})
    service = drill.registered()
    told = drill.script("firewall", "rotate", drill.name)
    assert "edge_proof_sent " in told and "EdgeProofSent=" in told
    first = word(drill)
    drill.script("adopt", drill.name, "--take-down")
    assert drill.status() is None
    again = drill.script("adopt", drill.name, "--template", drill.written(parameters), "--bucket", BUCKET)
    assert "EdgeProofSent=\n" in again, "the versions of the secret went with the stack"
    drill.look()
    assert word(drill) != first
    assert around(drill, **{"X-Jeton-Edge": first}) == 403 and around(drill, **{"X-Jeton-Edge": word(drill)}) == 200
    assert drill.token(service)
    drill.script("firewall", "rotate", drill.name)
    assert drill.token(service)


def half_rotated(drill):
    """A rotation that was stopped after its first step goes on with the version that it has made."""
    secret = drill.resources["EdgeProof"]["PhysicalResourceId"]
    manager, made = drill.emulator.client("secretsmanager"), "a" * 43
    manager.put_secret_value(SecretId=secret, SecretString=made, VersionStages=["AWSPENDING"])
    drill.script("firewall", "rotate", drill.name)
    assert word(drill) == made
    stages = manager.describe_secret(SecretId=secret)["VersionIdsToStages"]
    assert "AWSPENDING" not in json.dumps(stages)
