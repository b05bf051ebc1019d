"""The scripts of infra/scripts, as far as they need no account; tests/cloud/test_drills.py drills them."""

import copy
import datetime
import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess
import sys
import types
import zipfile

import botocore.exceptions
import pytest
from evaluate import Stack
from terraform import kind, snake
from transform import ROOT, TEMPLATE, transformed, written

FOLDER = ROOT / "infra" / "scripts"
SCRIPTS = sorted(path.name for path in FOLDER.iterdir() if path.is_file() and "." not in path.name)
BINARIES = {name: told["Metadata"]["BuildProperties"]["Binary"] for name, told in written()["Resources"].items()
            if told["Type"] == "AWS::Serverless::Function"}


def run(name, *arguments, folder=None):
    environment = {"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, FOLDER / name, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_can_be_run_and_tells_what_it_does(name):
    assert os.access(FOLDER / name, os.X_OK)
    said = run(name, "--help")
    assert said.returncode == 0 and f"{name} " in said.stdout
    assert run(name).returncode == 2


@pytest.mark.parametrize(("name", "arguments"), [("restore", ["use", "grants", "jeton", "--table", "other"]),
                                                 ("restore", ["copy", "people", "jeton", "--at", "2026-11-29T10:00:00"]),
                                                 ("restore", ["copy", "grants", "jeton", "--at", "2026-11-29T10:00:00Z"]),
                                                 ("adopt", ["jeton", "--template", "file"]), ("adopt", ["jeton"]),
                                                 ("adopt", ["jeton", "--template", "no-such-file", "--bucket", "bucket"]),
                                                 ("firewall", ["jeton"])])
def test_wrong_arguments_are_refused_before_anything_is_asked(name, arguments):
    said = run(name, *arguments)
    assert said.returncode == 2 and "usage:" in said.stderr


def test_without_an_account_the_error_is_one_line():
    said = run("clear-failed", "jeton")
    assert (said.returncode, said.stderr.count("\n")) == (1, 1) and said.stderr.startswith("error: ")


# ---- firewall --------------------------------------------------------------------------------------------------------

MAKE, ACCEPT, SEND, WAIT, DROP, NAME = "Make another", "Let the functions accept both", "Let CloudFront send", "Wait", \
    "Let the functions accept the new one alone", "Call the new version"


def loaded(name, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    loader = importlib.machinery.SourceFileLoader(name, str(FOLDER / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(("sent", "accepted", "pending", "steps"), [
    ("old", "", None, [MAKE, ACCEPT, SEND, WAIT, DROP, NAME]),
    ("old", "", "new", [ACCEPT, SEND, WAIT, DROP, NAME]),
    ("old", "new", "new", [SEND, WAIT, DROP, NAME]),
    ("new", "old", "new", [WAIT, DROP, NAME]),
    ("new", "", "new", [NAME]),
], ids=["from the beginning", "made", "accepted", "sent", "alone"])
def test_c243_a_rotation_goes_on_where_it_was_stopped(sent, accepted, pending, steps, monkeypatch):
    left = list(loaded("firewall", monkeypatch).left("secret", "distribution", (sent, accepted, pending), None))
    assert [step.text[:len(text)] for step, text in zip(left, steps, strict=True)] == steps


# ---- adopt -----------------------------------------------------------------------------------------------------------

ACCOUNT = "111122223333"


def policy_of(stack):
    """The policy of a wrapping key, as CloudFormation makes it for the stack of this name."""
    text = json.dumps(written()["Resources"]["WrappingKey"]["Properties"]["KeyPolicy"])
    for name, value in (("Partition", "aws"), ("AccountId", ACCOUNT), ("StackName", stack)):
        text = text.replace(f"${{AWS::{name}}}", value)
    return json.loads(re.sub(r'\{"Fn::Sub": ("[^"]*")\}', r"\1", text))


def adopted(policy, monkeypatch, stack, old, there=()):
    """The policy that `adopt` gives the key, or nothing where it leaves the policy as it is."""
    adopt, put = loaded("adopt", monkeypatch), []
    kms = types.SimpleNamespace(get_key_policy=lambda **_: {"Policy": json.dumps(policy)},
                                put_key_policy=lambda **given: put.append(json.loads(given["Policy"])))
    monkeypatch.setattr(adopt, "client", lambda _: kms)
    monkeypatch.setattr(adopt.operate, "find_stack", lambda name: name in there)
    for step in adopt.key_knows_the_roles("key", types.SimpleNamespace(stack=stack, old=old)):
        step.do()
    return put[0] if put else None


def by_sid(policy):
    return {one["Sid"]: one for one in policy["Statement"]}


def test_c241_a_key_that_is_adopted_has_the_policy_of_the_template(monkeypatch):
    assert adopted(policy_of("jeton"), monkeypatch, "jeton", "jeton") is None, "what the stack itself has made is right"
    assert by_sid(adopted(policy_of("jeton"), monkeypatch, "moved", "jeton")) == by_sid(policy_of("moved"))
    # A key of an earlier version, whose policy an operator has added to.
    earlier = policy_of("jeton")
    own = {"Sid": "Own", "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    earlier["Statement"] = [one for one in earlier["Statement"] if one["Sid"] != "SecondFactorsAreForWhatAsks"] + [own]
    by_sid(earlier)["SigningKeysAreForWhatSigns"]["Condition"]["ArnLike"]["aws:PrincipalArn"].pop()
    assert by_sid(adopted(earlier, monkeypatch, "jeton", "jeton")) == {**by_sid(policy_of("jeton")), "Own": own}


def test_c241_the_roles_of_an_old_stack_that_is_there_may_use_the_key_too(monkeypatch):
    both = by_sid(adopted(policy_of("jeton"), monkeypatch, "moved", "jeton", there=("jeton",)))
    for sid in ("SigningKeysAreForWhatSigns", "SecondFactorsAreForWhatAsks"):
        roles = [by_sid(policy_of(name))[sid]["Condition"]["ArnLike"]["aws:PrincipalArn"] for name in ("moved", "jeton")]
        assert sorted(both[sid]["Condition"]["ArnLike"]["aws:PrincipalArn"]) == sorted(sum(roles, [])), sid


def test_c241_the_key_of_a_living_stack_gets_the_policy_of_the_template(monkeypatch, capsys):
    adopt, put = loaded("adopt", monkeypatch), []
    earlier = policy_of("jeton")
    earlier["Statement"].pop()
    kms = types.SimpleNamespace(get_key_policy=lambda **_: {"Policy": json.dumps(earlier)},
                                put_key_policy=lambda **given: put.append((given["KeyId"], json.loads(given["Policy"]))))
    monkeypatch.setattr(adopt, "client", lambda _: kms)
    options = types.SimpleNamespace(stack="jeton", old="jeton", patience=1, dry_run=False, yes=True)
    for existing, expected in (("", []), ("key", [("key", by_sid(policy_of("jeton")))])):
        stack = {"StackStatus": "UPDATE_COMPLETE", "Outputs": [{"OutputKey": "WrappingKeyArn", "OutputValue": "key"}],
                 "Parameters": [{"ParameterKey": "ExistingWrappingKey", "ParameterValue": existing}]}
        monkeypatch.setattr(adopt.operate, "find_stack", lambda _, stack=stack: stack)
        adopt.renew_policy(options)
        assert [(key, by_sid(policy)) for key, policy in put] == expected
    assert "the stack's own" in capsys.readouterr().err


# ---- restore ---------------------------------------------------------------------------------------------------------


def denied(action):
    return botocore.exceptions.ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, action)


class Lambda:
    """Functions by the executions that are set aside for them; one of them cannot be changed."""

    def __init__(self, refused=None):
        self.reserved, self.refused = {}, refused

    def put_function_concurrency(self, FunctionName, ReservedConcurrentExecutions):
        if FunctionName == self.refused:
            raise denied("PutFunctionConcurrency")
        self.reserved[FunctionName] = ReservedConcurrentExecutions

    def delete_function_concurrency(self, FunctionName):
        self.reserved.pop(FunctionName, None)

    def get_function_concurrency(self, FunctionName):
        return {"ReservedConcurrentExecutions": self.reserved[FunctionName]} if FunctionName in self.reserved else {}

    def invoke(self, **_):
        return {}


def test_c243_functions_that_cannot_all_be_stopped_run_on(monkeypatch):
    restore, there = loaded("restore", monkeypatch), Lambda(refused="b")
    functions = {"AFunction": "a", "BFunction": "b", "CFunction": "c"}
    monkeypatch.setattr(restore, "client", lambda _: there)
    with pytest.raises(restore.Refused):
        restore.stop(functions, lambda: restore.run_again(functions, 0))
    assert there.reserved == {}


def test_c243_functions_run_on_when_the_stack_may_not_be_updated(monkeypatch):
    restore, there = loaded("restore", monkeypatch), Lambda()
    functions = {"AFunction": "a"}

    def update_stack(**_):
        raise denied("UpdateStack")

    monkeypatch.setattr(restore, "client", lambda _: there)
    monkeypatch.setattr(restore.operate, "client", lambda _: types.SimpleNamespace(update_stack=update_stack))
    stack = {"StackStatus": "CREATE_COMPLETE", "Parameters": [{"ParameterKey": "ExistingAuditTable", "ParameterValue": ""}]}
    monkeypatch.setattr(restore.operate, "find_stack", lambda _: stack)
    options = types.SimpleNamespace(stack="jeton", kind="audit", patience=1)
    restore.stop(functions, lambda: None)
    assert there.reserved == {"a": 0}
    with pytest.raises(restore.Refused, match="was not updated"):
        restore.lead_to("copy", {}, options, lambda: restore.run_again(functions, 0))
    assert there.reserved == {}


# ---- A gradual deployment ------------------------------------------------------------------------------------------

GRADUAL = "Linear10PercentEvery10Minutes"


class CodeDeploy:
    """Two deployment groups by name: how each moves requests, and its alarms. One of them may be such that it cannot be changed."""

    def __init__(self, refused=None):
        alarms = {"enabled": True, "ignorePollAlarmFailure": False, "alarms": [{"name": "slow"}, {"name": "failing"}]}
        self.groups = {name: {"applicationName": "app", "deploymentGroupName": name, "alarmConfiguration": alarms,
                              "deploymentConfigName": f"CodeDeployDefault.Lambda{GRADUAL}"} for name in ("a-group", "b-group")}
        self.before, self.refused = copy.deepcopy(self.groups), refused

    def get_paginator(self, _):
        return types.SimpleNamespace(paginate=lambda applicationName: [{"deploymentGroups": [name]} for name in self.groups])

    def batch_get_deployment_groups(self, applicationName, deploymentGroupNames):
        return {"deploymentGroupsInfo": [copy.deepcopy(self.groups[name]) for name in deploymentGroupNames]}

    def update_deployment_group(self, applicationName, currentDeploymentGroupName, **changed):
        if currentDeploymentGroupName == self.refused:
            raise denied("UpdateDeploymentGroup")
        self.groups[currentDeploymentGroupName] |= changed

    def state(self):
        return {(group["deploymentConfigName"], group["alarmConfiguration"]["enabled"]) for group in self.groups.values()}


def gradual(monkeypatch, updated, refused=None):
    """A stack that is deployed gradually, with its functions and groups; `updated` hears of its updates."""
    functions, groups = Lambda(), CodeDeploy(refused)
    formation = Formation(updated=lambda: updated(functions, groups), GradualDeployment=GRADUAL, Operations="true")
    return formation, functions, groups, lambda: use("registry", formation, monkeypatch, codedeploy=groups, **{"lambda": functions})


def at_once(functions, groups):
    assert functions.reserved == {"a": 0, "b": 0}, "nobody writes meanwhile"
    assert groups.state() == {("CodeDeployDefault.LambdaAllAtOnce", False)}


def test_c243_requests_are_moved_at_once_while_functions_are_stopped_and_gradually_afterwards(monkeypatch):
    formation, functions, groups, restored = gradual(monkeypatch, at_once)
    restored()
    assert formation.updates == [{"ExistingRegistryTable": "copy"}], "the parameter of the transform stays"
    assert (groups.groups, functions.reserved) == (groups.before, {})


def test_c243_a_gradual_deployment_is_as_before_when_the_stack_may_not_be_updated(monkeypatch):
    def updated(functions, groups):
        at_once(functions, groups)
        raise denied("UpdateStack")

    _, functions, groups, restored = gradual(monkeypatch, updated)
    with pytest.raises(loaded("restore", monkeypatch).Refused, match="was not updated"):
        restored()
    assert (groups.groups, functions.reserved) == (groups.before, {})


def test_c243_a_restore_that_was_stopped_leaves_a_gradual_deployment_when_it_is_run_again(monkeypatch):
    def updated(*_):
        raise KeyboardInterrupt

    formation, functions, groups, restored = gradual(monkeypatch, updated)
    with pytest.raises(KeyboardInterrupt):
        restored()
    at_once(functions, groups)
    assert formation.given["ExistingRegistryTable"] == "copy"
    restored()
    assert (groups.groups, functions.reserved, len(formation.updates)) == (groups.before, {}, 1)


def test_c243_nothing_is_stopped_when_codedeploy_cannot_be_told(monkeypatch):
    formation, functions, groups, restored = gradual(monkeypatch, at_once, refused="b-group")
    with pytest.raises(loaded("restore", monkeypatch).Refused, match="cannot be told"):
        restored()
    assert (groups.groups, functions.reserved, formation.updates) == (groups.before, {}, [])


def test_c243_the_groups_of_a_gradual_deployment_are_found_by_what_the_transform_makes(monkeypatch):
    codedeploy, given = loaded("restore", monkeypatch).codedeploy, {"GradualDeployment": GRADUAL, "Operations": "true"}
    template = transformed(given)
    assert template["Resources"][codedeploy.APPLICATION]["Type"] == "AWS::CodeDeploy::Application"
    aliases = [it["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"] for it in template["Resources"].values() if it["Type"] == "AWS::Lambda::Alias"]
    assert aliases and all(it["ApplicationName"] == {"Ref": codedeploy.APPLICATION} for it in aliases)
    made = Stack(template, given).resources().values()
    groups = [properties for type_of, properties in made if type_of == "AWS::CodeDeploy::DeploymentGroup"]
    assert len(groups) == len(aliases) and {it["DeploymentConfigName"] for it in groups} == {codedeploy.WAYS + GRADUAL}


def switched(way, groups, monkeypatch, formation=None, yes=("--yes",)):
    """Runs `gradual`, which changes nothing but the groups."""
    formation = formation or Formation(GradualDeployment=GRADUAL, Operations="true")
    there = {"ServerlessDeploymentApplication": "app"} if groups else {}
    run_on("gradual", [way, "jeton"], formation, monkeypatch, {"codedeploy": groups}, yes, resources_of=lambda _: there)
    assert formation.updates == []


def test_c243_a_restore_tells_that_it_ends_what_gradual_off_began(monkeypatch, capsys):
    _, _, groups, restored = gradual(monkeypatch, at_once)
    switched("off", groups, monkeypatch)
    capsys.readouterr()
    restored()
    assert groups.groups == groups.before and "That ends `gradual off`" in capsys.readouterr().err
    _, _, _, restored = gradual(monkeypatch, at_once)
    restored()
    assert "gradual off" not in capsys.readouterr().err


def test_a_dry_run_of_gradual_does_not_tell_to_deploy(monkeypatch, capsys):
    groups = CodeDeploy()
    switched("off", groups, monkeypatch, yes=("--dry-run",))
    assert groups.groups == groups.before and "Then deploy" not in capsys.readouterr().err
    for _ in range(2):
        switched("off", groups, monkeypatch)
        assert "Then deploy" in capsys.readouterr().err


def test_c243_a_fix_is_deployed_while_an_alarm_is_raised(monkeypatch, capsys):
    groups = CodeDeploy()
    for way, expected in (("off", {("CodeDeployDefault.LambdaAllAtOnce", False)}), ("on", {(f"CodeDeployDefault.Lambda{GRADUAL}", True)})):
        switched(way, groups, monkeypatch)
        assert groups.state() == expected and "Nothing is left" not in capsys.readouterr().err
        switched(way, groups, monkeypatch)
        assert groups.state() == expected and "Nothing is left" in capsys.readouterr().err
    assert groups.groups == groups.before


def test_c243_a_deployment_stays_gradual_when_codedeploy_cannot_be_told_or_is_not_there(monkeypatch):
    groups, refused = CodeDeploy(refused="b-group"), loaded("gradual", monkeypatch).Refused
    with pytest.raises(refused, match="cannot be told"):
        switched("off", groups, monkeypatch)
    assert groups.groups == groups.before
    with pytest.raises(refused, match="not deployed gradually"):
        switched("off", None, monkeypatch, Formation())


# ---- Parameters in files ---------------------------------------------------------------------------------------------

ACL, CERTIFICATE = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/w/1", "arn:aws:acm:us-east-1:111122223333:certificate/1"
STREAM, KEY = "arn:aws:dynamodb:us-east-1:111122223333:table/copy/stream/1", "arn:aws:kms:us-east-1:111122223333:key/1"
TABLES = ("registry", "grants", "people", "keys", "audit")
OLD_VERSION, VERSION = "1" * 36, "2" * 36


class Formation:
    """A stack with the parameters of the template, which keeps what its updates change."""

    def __init__(self, updated=lambda: None, **given):
        self.given = {name: str(told.get("Default", "")) for name, told in written()["Parameters"].items()} | given
        self.before, self.updates, self.updated = dict(self.given), [], updated

    def describe_stacks(self, StackName):
        tables = {f"{name.capitalize()}TableName": self.given[f"Existing{name.capitalize()}Table"] or f"jeton-{name}" for name in TABLES}
        outputs = {**tables, "Issuer": "https://id.example", "WrappingKeyArn": KEY, "RotateKeysFunctionName": "rotate-keys",
                   "AuditDays": self.given["AuditDays"]}
        return {"Stacks": [{
            "StackStatus": "UPDATE_COMPLETE",
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in self.given.items()],
            "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()]}]}

    def update_stack(self, Parameters, **_):
        changed = {one["ParameterKey"]: one["ParameterValue"] for one in Parameters if "ParameterValue" in one}
        before = dict(self.given)
        self.given |= changed
        try:
            self.updated()
        except botocore.exceptions.ClientError:
            self.given = before
            raise
        finally:
            self.updates.append(changed)

    def changes(self):
        return {name: value for name, value in self.given.items() if value != self.before[name]}


class Trail:
    """The audit table with these records: time, command, what it was about, and attributes. A page has two of them."""

    def __init__(self, *records):
        self.items = [{"day": {"S": at.date().isoformat()}, "id": {"S": f"{int(at.timestamp() * 1000):015}#0123456789abcdef"}, "who": {"S": "ada"},
                       "action": {"S": action}, "about": {"S": about}, "attributes": {"L": [{"S": name} for name in names]}}
                      for at, action, about, *names in records]

    def get_paginator(self, operation):
        return {"query": types.SimpleNamespace(paginate=self.pages)}[operation]

    def pages(self, TableName, ExpressionAttributeValues, **_):
        assert TableName == "jeton-audit"
        day, since = ExpressionAttributeValues[":day"], ExpressionAttributeValues[":since"]
        found = [item for item in self.items if item["day"] == day and item["id"]["S"] >= since["S"]]
        return [{"Items": found[start:start + 2]} for start in range(0, len(found), 2)]


def run_on(name, arguments, formation, monkeypatch, services, yes=("--yes",), **stubs):
    """Runs a script as its command line does, on this stack and these services, with stubs in it and in `operate`."""
    script = loaded(name, monkeypatch)
    for module in (script, script.operate):
        monkeypatch.setattr(module, "client", lambda service: {"cloudformation": formation, **services}[service], raising=False)
    for stub, value in stubs.items():
        monkeypatch.setattr(script.operate if hasattr(script.operate, stub) else script, stub, value)
    monkeypatch.setattr(sys, "argv", [name, *arguments, *yes])
    script.work()


def use(table, formation, monkeypatch, copied=None, yes=("--yes",), **services):
    """Takes a copy into service, which was made as the table was at a time."""
    there = {"AFunction": "a", "BFunction": "b", **({"ServerlessDeploymentApplication": "app"} if "codedeploy" in services else {})}
    which = ["--empty"] if table == "grants" else ["--table", "copy"]
    copy_of = {"TableName": "copy", **({"RestoreSummary": {"RestoreDateTime": copied}} if copied else {})}
    run_on("restore", ["use", table, "jeton", *which], formation, monkeypatch, {"lambda": Lambda(), "dynamodb": Trail(), **services}, yes,
           active_table=lambda *_: {"LatestStreamArn": STREAM}, check_schema=lambda *_: None, find_table=lambda _: copy_of,
           settings=lambda *_: [], resources_of=lambda _: there, unused_grants=lambda *_: None, make_empty=lambda *_: None)


def told(said):
    """The values that a script tells: by the variables of the Terraform module, and by parameters."""
    variables = {name: json.loads(value) for name, value in re.findall(r"^  (\w+) += (.+)$", said, re.MULTILINE)}
    return variables, dict(re.findall(r"^  (\w+)=(.*)$", said, re.MULTILINE))


def assert_told(said, changes):
    """Each change is told with its value, and by the name and the type of a variable of the module."""
    variables, parameters = told(said)
    assert changes and changes.items() <= parameters.items(), said
    assert set(variables) == {snake(name) for name in parameters}
    for name, value in parameters.items():
        declared = written()["Parameters"][name]
        types_of = {"bool": (bool, value == "true"), "list(string)": (list, value.split(",")), "string": (str, value), "number": (str, value)}
        expected_type, expected = types_of[kind(declared)]
        assert (type(variables[snake(name)]), variables[snake(name)]) == (expected_type, expected), name


@pytest.mark.parametrize("table", TABLES)
def test_c243_a_restore_tells_the_parameters_that_it_changed(table, monkeypatch, capsys):
    formation = Formation()
    use(table, formation, monkeypatch)
    assert_told(capsys.readouterr().err, formation.changes())
    # An earlier run may have been stopped before it told them.
    if table != "grants":
        use(table, formation, monkeypatch)
        said = capsys.readouterr().err
        assert "Nothing is left" in said
        assert_told(said, formation.changes())


class Secrets:
    """The secret of a firewall, with its first version."""

    def __init__(self):
        self.stages = {"AWSCURRENT": OLD_VERSION}

    def describe_secret(self, SecretId):
        versions = set(self.stages.values())
        return {"VersionIdsToStages": {it: [stage for stage, version in self.stages.items() if version == it] for it in versions}}

    def put_secret_value(self, ClientRequestToken, VersionStages, **_):
        self.stages |= dict.fromkeys(VersionStages, ClientRequestToken)

    def update_secret_version_stage(self, VersionStage, MoveToVersionId=None, **_):
        self.stages.pop(VersionStage)
        if MoveToVersionId:
            self.stages[VersionStage] = MoveToVersionId


@pytest.mark.parametrize(("command", "given", "by_cloudfront", "changed"), [
    ("on", {}, False, {"WebAclArn", "EdgeCertificateArn", "EdgeRequired"}),
    ("on", {"WebAclArn": ACL, "EdgeRequired": "false"}, True, {"EdgeRequired"}),
    ("off", {"WebAclArn": ACL, "EdgeProofSent": VERSION}, True, {"EdgeRequired"}),
    ("off", {"WebAclArn": ACL, "EdgeRequired": "false", "EdgeProofSent": VERSION}, False, {"WebAclArn", "EdgeRequired", "EdgeProofSent"}),
    ("rotate", {"WebAclArn": ACL}, True, {"EdgeProofSent"}),
    ("rotate", {"WebAclArn": ACL, "EdgeProofSent": OLD_VERSION, "EdgeProofAccepted": VERSION}, True, {"EdgeProofSent", "EdgeProofAccepted"}),
], ids=["beside", "on", "open", "off", "rotated", "half rotated"])
def test_c243_a_firewall_tells_the_parameters_that_it_changed(command, given, by_cloudfront, changed, monkeypatch, capsys):
    formation, more = Formation(DomainName="id.example", **given), ["--web-acl", ACL, "--certificate", CERTIFICATE]
    run_on("firewall", [command, "jeton", *(more if command == "on" else [])], formation, monkeypatch, {"secretsmanager": Secrets()},
           resources_of=lambda _: {"EdgeProof": "secret", "Edge": "distribution"}, by_cloudfront=lambda _: by_cloudfront,
           edge=lambda _: "edge.example", gateway=lambda _: "gateway.example", deployed=lambda _: True)
    assert set(formation.changes()) == changed
    assert_told(capsys.readouterr().err, formation.changes())


NOTES = {"stack": "jeton", "issuer": "https://id.example", "key": KEY, "tables": {name: f"jeton-{name}" for name in TABLES}}


@pytest.mark.parametrize("way", [["--overrides"], ["--template-url", "https://s3.example/template"]], ids=["by SAM", "by CloudFormation"])
def test_c241_a_stack_that_is_made_again_has_no_versions_of_the_old_secret_and_what_differs_is_told(way, tmp_path, monkeypatch, capsys):
    before = Formation(WebAclArn=ACL, EdgeProofSent=VERSION, EdgeProofAccepted=OLD_VERSION, Operations="true").given
    notes, created = tmp_path / "notes", {}
    notes.write_text(json.dumps({**NOTES, "parameters": before}))
    formation = Formation()
    run_on("adopt", ["jeton", "--notes", str(notes), *way, "--parameter", "VpcSubnetIds=subnet-1,subnet-2"], formation, monkeypatch, {},
           settled=lambda *_: None, active_table=lambda *_: {}, check_schema=lambda *_: None, settings=lambda *_: [],
           create=lambda name, url, parameters, options: created.update(parameters), find_table=lambda _: {"LatestStreamArn": STREAM},
           wrapping_key=lambda *_: KEY, key_is_kept=lambda _: [], key_knows_the_roles=lambda *_: [], unwraps=lambda *_: None)
    out, said = capsys.readouterr()
    changes = {"EdgeProofSent": "", "EdgeProofAccepted": "", "VpcSubnetIds": "subnet-1,subnet-2", "ExistingPeopleStreamArn": STREAM,
               "ExistingWrappingKey": KEY, **{f"Existing{name.capitalize()}Table": f"jeton-{name}" for name in TABLES}}
    assert_told(said, changes)
    assert set(told(said)[1]) == set(changes), "what is as the notes say is not told"
    if created:
        assert created["WebAclArn"] == ACL and not {"EdgeProofSent", "EdgeProofAccepted"} & set(created)
    else:
        assert f"WebAclArn={ACL}" in out and "EdgeProof" not in out


def test_c241_of_the_notes_all_is_taken_but_what_goes_with_the_stack(monkeypatch):
    adopt, names = loaded("adopt", monkeypatch), set(written()["Parameters"])
    versions = set(re.findall(r"\{\{resolve:secretsmanager:\$\{\w+\}:[^}]*\$\{(\w+)\}", TEMPLATE.read_text()))
    assert versions == set(adopt.OF_THE_SECRET) and versions <= names
    taken = adopt.parameters({"parameters": dict.fromkeys(names, "1")}, types.SimpleNamespace(parameter=[]))
    assert names - set(taken) == versions | {name for name in names if name.startswith("Existing")}


def test_parameters_have_the_names_and_the_lists_of_the_module(monkeypatch):
    operate = loaded("adopt", monkeypatch).operate
    declared = written()["Parameters"]
    assert {name: operate.variable(name) for name in declared} == {name: snake(name) for name in declared}
    assert sorted(operate.LISTS) == sorted(name for name, it in declared.items() if kind(it) == "list(string)")
    assert operate.in_hcl("Brand", 'a "${b}" %{c}') == r'"a \"$${b}\" %%{c}"'


# ---- What was ended since a table was copied -------------------------------------------------------------------------

COPIED = datetime.datetime(2026, 11, 28, 23, 59, 30, tzinfo=datetime.UTC)


def after(seconds):
    return COPIED + datetime.timedelta(seconds=seconds)


ENDED = Trail(
    (after(-1), "client disable", "client:before", "disabled"), (after(1), "client rotate-secret", "client:shop", "secrets"),
    (after(2), "client rotate-secret --retire-old", "client:shop", "secrets"), (after(3), "client disable", "client:idle", "disabled"),
    (after(4), "client enable", "client:idle", "disabled"), (after(40), "client create", "client:new", "name"),
    (after(41), "client delete", "client:new"), (after(42), "client delete", "client:gone one"), (after(43), "keys retire", "key:-old"),
    (after(44), "keys retire", "key:next", "kid"), (after(45), "client update", "client:shop", "redirect_uris"),
    (after(46), "api delete", "api:https://a.example"), (after(47), "user disable", "user:usr_1", "disabled"),
    (after(48), "client delete", "client:-x"), (after(49), "client update", "client:-y", "redirect_uris"),
    (after(50), "user invite", "invitation:new", "address"), (after(51), "user uninvite", "invitation:new"),
    (after(52), "user uninvite", "invitation:AbC"), (after(53), "consent withdraw", "consent:usr_1:urn:a shop"),
    (after(54), "user unlink", "user:usr_3", "links"), (after(55), "user set-password", "user:usr_4", "password"),
    (after(56), "user update", "user:usr_5", "roles"), (after(57), "user factors --remove", "user:usr_5", "factors"),
    (after(58), "session end", "session:-qAB"), (after(59), "user delete", "user:usr_2", "disabled"), (after(60), "user delete", "user:usr_2"),
    (after(61), "user delete", "user:usr_6", "disabled"), (after(62), "user import", "user:usr_7", "name"), (after(63), "user disable", "user:usr_7"),
)


def commands(said):
    return [line.partition("    #")[0].strip() for line in said.splitlines() if line.startswith("  jeton ")]


@pytest.mark.parametrize(("table", "expected"), [
    ("registry", ["jeton client rotate-secret shop", "jeton client rotate-secret --retire-old shop", "jeton client delete 'gone one'",
                  "jeton client update shop ...", "jeton api delete https://a.example", "jeton client delete -- -x",
                  "jeton client update ... -- -y", "jeton keys retire -- -old"]),
    ("people", ["jeton user disable NAME", "jeton user uninvite ADDRESS", "jeton consent withdraw NAME --client='urn:a shop'",
                "jeton user unlink NAME --issuer ... --subject ...", "jeton user set-password NAME --password-stdin", "jeton user update NAME ...",
                "jeton user factors --remove NAME", "jeton session end -- -qAB", "jeton user delete NAME", "jeton user delete NAME"]),
    ("keys", ["jeton keys retire -- -old"]),
])
def test_c151_a_restore_tells_what_was_ended_since_and_waits_for_an_answer(table, expected, monkeypatch, capsys):
    formation = Formation()
    with pytest.raises(loaded("restore", monkeypatch).Refused, match="--yes"):
        use(table, formation, monkeypatch, COPIED, yes=(), dynamodb=ENDED)
    said = capsys.readouterr().err
    assert (commands(said), formation.updates) == (expected, [])
    # The commands work on the copy, and everything else is that of the stack.
    variables = dict(one.split("=", 1) for one in re.search(r"^  export (.*)$", said, re.MULTILINE)[1].split())
    tables = {f"JETON_TABLE_{name.upper()}": "copy" if name == table else f"jeton-{name}" for name in TABLES}
    assert variables == {"JETON_ENV_FILE": "", **tables, "JETON_KMS_KEY_ID": KEY, "JETON_AUDIT_DAYS": formation.given["AuditDays"]}
    assert "without --stack or --env-file" in said and "was in service after" in said
    use(table, formation, monkeypatch, COPIED, dynamodb=ENDED)
    assert commands(capsys.readouterr().err) == expected and len(formation.updates) == 1


def test_c151_a_restore_tells_whose_name_a_command_about_people_takes(monkeypatch, capsys):
    use("people", Formation(), monkeypatch, COPIED, dynamodb=ENDED)
    hints = re.findall(r"    # (NAME of \w+|ADDRESS of invitation \w+)", capsys.readouterr().err)
    people = [f"NAME of usr_{number}" for number in (1, 3, 4, 5, 5, 2, 6)]
    assert hints == [people[0], "ADDRESS of invitation AbC", *people]


def test_c151_a_table_is_restored_when_the_trail_cannot_be_read(monkeypatch, capsys):
    def refused(**_):
        raise denied("Query")

    formation, dynamodb = Formation(), types.SimpleNamespace(get_paginator=lambda _: types.SimpleNamespace(paginate=refused))
    with pytest.raises(loaded("restore", monkeypatch).Refused, match="--yes"):
        use("registry", formation, monkeypatch, COPIED, yes=(), dynamodb=dynamodb)
    said = capsys.readouterr().err
    assert "cannot be read" in said and "is not listed" in said and "tells of nothing" not in said
    use("registry", formation, monkeypatch, COPIED, dynamodb=dynamodb)
    assert formation.updates == [{"ExistingRegistryTable": "copy"}]


def test_c151_all_of_the_trail_is_told_where_a_table_does_not_say_to_which_time_it_goes_back(monkeypatch, capsys):
    today = datetime.datetime.now(datetime.UTC)
    trail = Trail((today - datetime.timedelta(days=401), "client delete", "client:over"), (today, "client disable", "client:old"))
    use("registry", Formation(), monkeypatch, dynamodb=trail)
    said = capsys.readouterr().err
    assert commands(said) == ["jeton client disable old"] and "--since" in said
    use("registry", Formation(), monkeypatch, today + datetime.timedelta(seconds=1), dynamodb=trail)
    said = capsys.readouterr().err
    assert commands(said) == [] and "tells of nothing" in said


def test_c151_each_command_of_the_trail_is_known_and_its_records_are_read_as_they_are_written(monkeypatch):
    trail, store = loaded("restore", monkeypatch).trail, ROOT / "shared" / "store" / "src" / "audit"
    written_down = set(re.findall(r'Self::\w+ => "(.+)"', (store / "record.rs").read_text()))
    # These give something, or end what no table that is restored has.
    harmless = {"user rename", "user link", "keys rotate", "grant revoke"}
    known = {*trail.MAKES, *trail.TAKES_BACK, *sum(trail.ENDS.values(), ())}
    assert known | harmless == written_down and not known & harmless
    table = (store / "table.rs").read_text()
    assert '"{milliseconds:015}"' in table and set(re.findall(r'\("(\w+)"\.to_owned', table)) == {*ENDED.items[0], "expires_at"}


# ---- What tables take at once ----------------------------------------------------------------------------------------


def throughput(reads, writes):
    return {"WarmThroughput": {"ReadUnitsPerSecond": reads, "WriteUnitsPerSecond": writes}}


WARM = {"WarmReads": "20000", "WarmWrites": "9000"}


def test_a_new_table_of_grants_takes_at_once_what_the_stack_paid_for(monkeypatch):
    restore, made = loaded("restore", monkeypatch), []
    like = {"KeySchema": [], "AttributeDefinitions": [], "GlobalSecondaryIndexes": [{"IndexName": "by-subject", "KeySchema": [], "Projection": {}}]}
    monkeypatch.setattr(restore, "client", lambda _: types.SimpleNamespace(create_table=lambda **given: made.append(given)))
    monkeypatch.setattr(restore.operate, "find_table", lambda _: like)
    monkeypatch.setattr(restore.operate, "active_table", lambda *_: like)
    for given, expected in ((WARM, throughput(20000, 9000)), ({"WarmReads": "20000", "WarmWrites": "0"}, {})):
        restore.make_empty("jeton-grants", "new", restore.warm(given), None)
        for one in (made[-1], *made[-1]["GlobalSecondaryIndexes"]):
            assert {name: value for name, value in one.items() if name == "WarmThroughput"} == expected


@pytest.mark.parametrize(("kind", "table", "expected"), [
    ("people", throughput(12000, 40000), throughput(20000, 40000)),
    ("grants", {**throughput(20000, 9000), "GlobalSecondaryIndexes": [{"IndexName": "by-subject", **throughput(12000, 4000)}]},
     {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by-subject", **throughput(20000, 9000)}}]}),
    ("people", throughput(20000, 9000), None),
    ("registry", throughput(12000, 4000), None),
], ids=["a copy", "an index", "warm already", "never warm"])
def test_a_table_that_is_taken_into_service_is_as_warm_as_the_stacks_own(kind, table, expected, monkeypatch):
    restore, changed = loaded("restore", monkeypatch), []
    monkeypatch.setattr(restore.operate, "client", lambda _: types.SimpleNamespace(update_table=lambda **given: changed.append(given)))
    monkeypatch.setattr(restore.operate, "find_table", lambda _: table)
    monkeypatch.setattr(restore.operate, "active_table", lambda *_: table)
    assert restore.warming(kind, "copy", {"WarmReads": "0", "WarmWrites": "0"}, None) == []
    for step in restore.warming(kind, "copy", WARM, None):
        step.do()
    assert changed == ([{"TableName": "copy", **expected}] if expected else [])
    warm_tables = {name for name, it in written()["Resources"].items() if "WarmThroughput" in it.get("Properties", {})}
    assert {f"{one.capitalize()}Table" for one in restore.WARM} == warm_tables


# ---- plain -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def code(tmp_path):
    """What `cargo lambda build` makes: a folder for each function."""
    for binary in BINARIES.values():
        (tmp_path / "lambda" / binary).mkdir(parents=True)
        (tmp_path / "lambda" / binary / "bootstrap").write_text(binary)
    return tmp_path


def plain(folder, *more):
    said = run("plain", "--code", "lambda", "--bucket", "bucket", "--output", "jeton.json", *more, folder=folder)
    assert said.returncode == 0, said.stderr
    return json.loads((folder / "jeton.json").read_text())


def keys(template):
    return {name: told["Properties"]["Code"]["S3Key"] for name, told in template["Resources"].items()
            if told["Type"] == "AWS::Lambda::Function"}


def test_plain_writes_what_the_transform_makes_and_the_archives_that_it_names(code):
    made, expected = plain(code), transformed({})
    assert "Transform" not in made and set(made["Resources"]) >= {"TokenFunction", "TokenRole", "KeysTable"}
    versions = {name for name, told in expected["Resources"].items() if told["Type"] == "AWS::Lambda::Version"}
    assert set(expected["Resources"]) - versions <= set(made["Resources"])
    assert set(made["Parameters"]) == set(written()["Parameters"]) and "Parameters:" in TEMPLATE.read_text()
    listed = dict(line.split() for line in (code / "jeton.json.code" / "keys.txt").read_text().splitlines())
    assert set(listed.values()) == set(keys(made).values())
    with zipfile.ZipFile(code / "jeton.json.code" / "token.zip") as archive:
        assert archive.read("bootstrap") == b"token" and archive.infolist()[0].external_attr >> 16 & 0o777 == 0o755


def test_the_same_code_is_no_change_and_new_code_is_a_new_version_of_that_function(code):
    first = plain(code)
    assert plain(code) == first
    (code / "lambda" / "token" / "bootstrap").write_text("another")
    second = plain(code)
    assert {name for name, key in keys(second).items() if keys(first)[name] != key} == {"TokenFunction"}
    versions = [{name for name in made["Resources"] if name.startswith("TokenFunctionVersion")} for made in (first, second)]
    assert versions[0] != versions[1]


def test_a_gradual_deployment_is_chosen_when_the_template_is_written(code):
    made = plain(code, "--gradual", "Canary10Percent5Minutes")
    assert made["Parameters"]["GradualDeployment"]["AllowedValues"] == ["Canary10Percent5Minutes"]
    assert any(told["Type"] == "AWS::CodeDeploy::DeploymentGroup" for told in made["Resources"].values())
    assert "one of none, Canary10Percent5Minutes" in run("plain", "--code", "lambda", "--bucket", "b", "--output", "o", "--gradual",
                                                         "Sometimes", folder=code).stderr


def test_code_that_was_not_built_is_told(code):
    (code / "lambda" / "token" / "bootstrap").unlink()
    said = run("plain", "--code", "lambda", "--bucket", "b", "--output", "jeton.json", folder=code)
    assert said.returncode == 1 and "no token/bootstrap" in said.stderr and not (code / "jeton.json").exists()
