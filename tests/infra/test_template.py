"""What infra/template.yaml promises and no linter knows.

Each rule is a function from a template to its faults, so that it is also shown a spoiled one and seen to object.
"""

import copy
import re
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse
from transform import DEFAULTS, EVERYTHING, FIREWALL, transformed, written

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "infra" / "README.md").read_text()
TEMPLATES = {"defaults": transformed(DEFAULTS), "everything": transformed(EVERYTHING), "firewall": transformed(FIREWALL)}

# What may stand in a policy with `*`, and why.
WILDCARDS = {
    ("WrappingKey", "Resource"): "in a key's policy it is the key",
    ("AuditStreamRole", "Resource"): "the objects of its own bucket",
}
# Statements that may name every resource: the services know none.
WITHOUT_RESOURCES = {"Trace": "xray:", "EnterNetwork": "ec2:"}
# Who may unwrap the keys that sign: /userinfo signs its answers for clients that are registered for it, and /introspect
# for those that ask for a signed one; /authorize signs responses.
SIGNS = ("AuthorizeRole", "TokenRole", "IntrospectRole", "UserinfoRole", "BackChannelLogoutRole")
ASKS_FOR_FACTORS = {"AuthorizeRole", "AccountRole"}
# What costs nothing while nobody asks for a token; the wrapping key is the exception, $1 a month.
FREE_WHILE_IDLE = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::AppConfig::Application",
    "AWS::AppConfig::ConfigurationProfile",
    "AWS::AppConfig::HostedConfigurationVersion",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Scheduler::Schedule",
}


def of_type(template, kind):
    return {name: it for name, it in template["Resources"].items() if it["Type"] == kind}


def functions(template):
    return {name: it["Properties"] for name, it in of_type(template, "AWS::Lambda::Function").items()}


def values(tree, key):
    """All that stands below `key`, anywhere in `tree`."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from values(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from values(value, key)


def referred(tree):
    """The logical ids that `tree` speaks of, by Ref, GetAtt or Sub."""
    ids = {name for name in values(tree, "Ref") if isinstance(name, str)}
    ids |= {target[0] if isinstance(target, list) else target.split(".")[0] for target in values(tree, "Fn::GetAtt")}
    for text in values(tree, "Fn::Sub"):
        text = text[0] if isinstance(text, list) else text
        ids |= {name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text)}
    return ids


def statements(template):
    """Every statement of every policy, with the resource that it belongs to; those in `Fn::If` too."""
    for name, resource in template["Resources"].items():
        for found in values(resource["Properties"], "Statement"):
            pending = list(found)
            while pending:
                statement = pending.pop()
                if "Fn::If" in statement:
                    pending.extend(branch for branch in statement["Fn::If"][1:] if "Ref" not in branch)
                else:
                    yield name, statement


def listed(value):
    return value if isinstance(value, list) else [value]


def role_of(function):
    return function["Role"]["Fn::GetAtt"][0]


# ---- The rules -------------------------------------------------------------------------------------------------------


def each_function_has_a_role_and_a_log_group_of_its_own(template):
    roles, groups = {}, {}
    for name, function in functions(template).items():
        roles.setdefault(role_of(function), []).append(name)
        group = function.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref")
        groups.setdefault(group, []).append(name)
        if group not in template["Resources"] or "RetentionInDays" not in template["Resources"][group]["Properties"]:
            yield f"{name}: no log group of the template that forgets"
        writes = [s for owner, s in statements(template) if owner == role_of(function) and "logs:" in str(s["Action"])]
        if [s["Resource"] for s in writes] != [{"Fn::GetAtt": [group, "Arn"]}]:
            yield f"{name}: its role may write to other log groups than {group}, or to none"
    yield from (f"{names} share {it}" for it, names in [*roles.items(), *groups.items()] if len(names) > 1)


def no_policy_names_everything(template):
    for owner, statement in statements(template):
        for part in ("Action", "Resource", "NotAction", "NotResource"):
            for value in listed(statement.get(part, [])):
                # A star in a name that is otherwise written out is one too.
                if part == "Resource" and value == "*" and all(
                        it.startswith(WITHOUT_RESOURCES.get(statement.get("Sid"), "nothing")) for it in listed(statement["Action"])):
                    continue
                if "*" in str(value) and (owner, part) not in WILDCARDS:
                    yield f"{owner}: {part} {value}"


def nobody_is_a_principal_but_services_and_this_account(template):
    root = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    for owner, statement in statements(template):
        principal = statement.get("Principal")
        if principal is not None and principal != root and "Service" not in principal:
            yield f"{owner}: {principal}"


ENCRYPTION = {"Fn::If": ["TablesKeyIsGiven", {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "TablesKeyArn"}}, {"SSEEnabled": False}]}


def tables_are_encrypted_and_stay(template):
    for name, table in of_type(template, "AWS::DynamoDB::Table").items():
        properties = table["Properties"]
        # Every table is encrypted, by a key of DynamoDB's own unless another is given: `SSEEnabled` alone would pay for KMS.
        if properties.get("SSESpecification") != ENCRYPTION:
            yield f"{name}: not encrypted with the key that is given"
        if properties.get("DeletionProtectionEnabled") != {"Ref": "DeletionProtection"}:
            yield f"{name}: deletion protection is not told by the parameter"
        if (table.get("DeletionPolicy"), table.get("UpdateReplacePolicy")) != ("RetainExceptOnCreate", "Retain"):
            yield f"{name}: goes with the stack, or stays when the first deployment fails"


def nothing_speaks_of_cors(template):
    for word in ("CorsConfiguration", "Cors"):
        for _ in values(template["Resources"], word):
            yield f"{word}: the functions decide, endpoint by endpoint"


def legacy_grants_are_off(template):
    for name in ("AllowImplicitGrant", "AllowPasswordGrant"):
        if template["Parameters"][name]["Default"] != "false":
            yield name


def an_idle_stack_is_free_by_default(template):
    defaults = {name: str(it.get("Default", "")) for name, it in template["Parameters"].items()}
    for name, resource in template["Resources"].items():
        if "Condition" in resource and not holds({"Condition": resource["Condition"]}, defaults, template):
            continue
        if resource["Type"] not in FREE_WHILE_IDLE:
            yield f"{name}: {resource['Type']} is there by default"
    if any("ProvisionedConcurrency" in str(it) for it in template["Resources"].values()):
        yield "provisioned concurrency is paid by the hour"


def holds(condition, parameters, template):
    """Whether a condition holds with these parameters."""
    ((function, inside),) = condition.items()
    inner = {
        "Condition": lambda: holds(template["Conditions"][inside], parameters, template),
        "Fn::Not": lambda: not holds(inside[0], parameters, template),
        "Fn::And": lambda: all(holds(it, parameters, template) for it in inside),
        "Fn::Or": lambda: any(holds(it, parameters, template) for it in inside),
        "Fn::Equals": lambda: text(inside[0], parameters) == text(inside[1], parameters),
    }
    return inner[function]()


def text(value, parameters):
    if isinstance(value, dict) and "Ref" in value:
        return "us-east-1" if value["Ref"] == "AWS::Region" else parameters[value["Ref"]]
    if isinstance(value, dict):
        index, items = value["Fn::Select"]
        return text(items, parameters).split(",")[index]
    return str(value)


def a_function_knows_the_tables_that_its_role_may_use(template):
    tables = of_type(template, "AWS::DynamoDB::Table")
    for name, function in functions(template).items():
        told = referred(function["Environment"]) & set(tables)
        used = set()
        for owner, statement in statements(template):
            if owner == role_of(function):
                used |= referred(statement.get("Resource")) & set(tables)
        if told != used:
            yield f"{name}: told of {sorted(told)}, may use {sorted(used)}"


def no_role_may_touch_the_audit_trail(template):
    for owner, statement in statements(template):
        if "AuditTable" in referred(statement.get("Resource")):
            yield f"{owner}: {statement['Action']}"


def a_variable_is_one_that_the_code_reads(template):
    for name, function in functions(template).items():
        for variable in function["Environment"]["Variables"]:
            if f'"{variable}"' not in code():
                yield f"{name}: nothing reads {variable}"


def a_version_is_made_when_a_parameter_changes_what_a_function_is(template):
    # These change a version's code, or are no part of a version.
    apart = {"Architecture", "ReservedConcurrency"}
    configuration = template["Resources"]["Configuration"]
    told = referred(configuration) & set(template["Parameters"])
    if "IssuerParameter" in referred(configuration):
        issuer = template["Resources"]["IssuerParameter"]
        told |= (referred(issuer) & set(template["Parameters"])) | decide(issuer, template)
    number = "${Configuration.VersionNumber}"
    versions = {it["Properties"]["FunctionName"]["Ref"]: it["Properties"] for it in of_type(template, "AWS::Lambda::Version").values()}
    for name, function in functions(template).items():
        missing = ((referred(function) & set(template["Parameters"])) | decide(function, template)) - apart - told
        if missing:
            yield f"{name}: the Configuration does not name {sorted(missing)}"
        # Lambda makes no version of a function that did not change, and CloudFormation none with the same description.
        for what, it in [("the function", function), ("its version", versions[name])]:
            if number not in str(it.get("Description")):
                yield f"{name}: {what} does not tell the number of the Configuration"


def decide(tree, template):
    """The parameters that decide between the branches of `tree`."""
    pending, names = [it[0] for it in values(tree, "Fn::If")], set()
    while pending:
        condition = template["Conditions"][pending.pop()]
        pending.extend(values(condition, "Condition"))
        names |= referred(condition) & set(template["Parameters"])
    return names


def everything_calls_the_live_version(template):
    aliases = of_type(template, "AWS::Lambda::Alias")
    lead = [(name, it["Properties"]["IntegrationUri"]) for name, it in of_type(template, "AWS::ApiGatewayV2::Integration").items()]
    lead += [(name, it["Properties"]["FunctionName"]) for name, it in of_type(template, "AWS::Lambda::Permission").items()]
    lead += [(name, it["Properties"]["Target"]["Arn"]) for name, it in of_type(template, "AWS::Scheduler::Schedule").items()]
    lead += [(name, it["Properties"]["TargetFunctionArn"]) for name, it in of_type(template, "AWS::Lambda::Url").items()]
    for name, target in lead:
        if target.get("Ref") not in aliases:
            yield f"{name}: leads to {target}"


def only_what_signs_unwraps_signing_keys(template):
    for owner, statement in statements(template):
        if "kms:Decrypt" not in listed(statement["Action"]):
            continue
        purposes = statement.get("Condition", {}).get("StringEquals", {}).get("kms:EncryptionContext:purpose")
        if purposes is None:
            yield f"{owner}: unwraps whatever it finds"
            continue
        is_bounded = owner == "WrappingKey" and "aws:PrincipalArn" in statement["Condition"].get("ArnLike", {})
        if "signing" in listed(purposes) and owner not in SIGNS and not is_bounded:
            yield f"{owner}: unwraps signing keys"
        if "second-factors" in listed(purposes) and owner not in ASKS_FOR_FACTORS and not is_bounded:
            yield f"{owner}: unwraps the key for second factors"


def only_who_checks_passwords_asks_the_directory(template):
    """Each of them asks this one function, and token only where the password grant is allowed."""
    conditions = {"AccountRole": "DirectoryIsGiven", "AuthorizeRole": "DirectoryIsGiven", "TokenRole": "TokenAsksDirectory"}
    statement = {"Sid": "AskDirectory", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": {"Ref": "DirectoryFunctionArn"}}
    for name, it in functions(template).items():
        role = role_of(it)
        variables = {key for key in it["Environment"]["Variables"] if key.startswith("JETON_DIRECTORY_")}
        if variables != ({"JETON_DIRECTORY_FUNCTION", "JETON_DIRECTORY_SECONDS"} if role in conditions else set()):
            yield f"{name}: {sorted(variables)}"
        written_down = template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        expected = {"Fn::If": [conditions.get(role), statement, {"Ref": "AWS::NoValue"}]}
        if (expected in written_down) != (role in conditions):
            yield f"{role}: asks the directory, or cannot"
        if any("lambda:InvokeFunction" in listed(found["Action"]) and found != statement for owner, found in statements(template) if owner == role):
            yield f"{role}: invokes another function"


def counted_by(template, event):
    """The logs in which a metric filter counts an event, each with the filters that do."""
    found = {}
    for name, it in of_type(template, "AWS::Logs::MetricFilter").items():
        if event in re.findall(r'\$\.event = "(\w+)"', it["Properties"]["FilterPattern"]):
            found.setdefault(it["Properties"]["LogGroupName"]["Ref"], []).append(name)
    return found


def every_function_that_checks_passwords_is_counted(template):
    for event in ("sign_in_failed", "sign_in_throttled"):
        counted = counted_by(template, event)
        for name, it in functions(template).items():
            if "JETON_DIRECTORY_FUNCTION" in it["Environment"]["Variables"] and it["LoggingConfig"]["LogGroup"]["Ref"] not in counted:
                yield f"{name}: nobody counts its {event}"


def mails_that_fail_are_counted(template):
    """All but those that nobody may get: anybody can ask for these."""
    source = (ROOT / "functions" / "back-channel-logout" / "src" / "mail.rs").read_text()
    causes = dict(re.findall(r'^const (\w+): &str = "(.+)";$', source, re.MULTILINE))
    filters = counted_by(template, "mail_not_sent").get("BackChannelLogoutLog", [])
    if len(filters) != 1:
        yield f"counted by {filters}"
    for name in filters:
        left_out = re.findall(r'\(\$\.cause != "([^"]+)"\)', template["Resources"][name]["Properties"]["FilterPattern"])
        if sorted(left_out) != sorted([causes["NOBODY"], causes["TOO_MANY"]]):
            yield f"{name}: leaves out {left_out}"


def a_key_of_many_regions_can_be_replicated(template):
    """By IAM, as everything else that is done with the key itself: no other statement of its policy allows it."""
    allowed = {action for owner, it in statements(template) if owner == "WrappingKey" for action in listed(it["Action"])}
    yield from (f"nobody has {action}" for action in ("kms:ReplicateKey", "kms:UpdatePrimaryRegion") if action not in allowed)


def who_makes_keys_cannot_use_them_and_has_no_route(template):
    for owner, statement in statements(template):
        if owner == "RotateKeysRole" and "kms:Decrypt" in listed(statement["Action"]):
            yield "rotate-keys may unwrap"
        if owner == "RotateKeysScheduleRole" and statement["Action"] not in ("lambda:InvokeFunction", "sts:AssumeRole"):
            yield f"the schedule may {statement['Action']}"
    for name, it in of_type(template, "AWS::ApiGatewayV2::Integration").items():
        if "RotateKeys" in str(it):
            yield f"{name}: leads to rotate-keys"


def each_throttled_route_is_there_before_the_stage(template):
    stage = template["Resources"]["DefaultStage"]
    routes = {it["Properties"]["RouteKey"]: name for name, it in of_type(template, "AWS::ApiGatewayV2::Route").items()}
    for key in stage["Properties"]["RouteSettings"]:
        if routes.get(key) not in stage.get("DependsOn", []):
            yield key


def alarms_watch_what_somebody_tells(template):
    told = {"KeyAgeDays"}
    for it in of_type(template, "AWS::Logs::MetricFilter").values():
        told |= {metric["MetricName"] for metric in it["Properties"]["MetricTransformations"]}
    for name, it in of_type(template, "AWS::CloudWatch::Alarm").items():
        properties = it["Properties"]
        if "Jeton/" in str(properties["Namespace"]) and properties["MetricName"] not in told:
            yield f"{name}: nobody tells {properties['MetricName']}"
        if not properties.get("AlarmActions") or properties["AlarmActions"] != properties.get("OKActions"):
            yield f"{name}: tells nobody, or not that it is over"


def metrics_count_events_that_the_code_logs(template):
    for name, it in of_type(template, "AWS::Logs::MetricFilter").items():
        for event in re.findall(r'\$\.event = "(\w+)"', it["Properties"]["FilterPattern"]):
            if f'"{event}"' not in code():
                yield f"{name}: nothing logs {event}"


def operations_cost_what_the_parameter_says(template):
    alarms = len(of_type(template, "AWS::CloudWatch::Alarm"))
    cents = 10 * alarms + 300 * len(of_type(template, "AWS::CloudWatch::Dashboard")) + 30
    price = f"${cents // 100}.{cents % 100:02}"
    if price not in template["Parameters"]["Operations"]["Description"]:
        yield f"{alarms} alarms, a dashboard and a metric are {price} a month"
    if not re.search(rf"^\| `Operations=true`: {alarms} alarms .* \| {price[1:]} \|$", README, re.MULTILINE):
        yield f"infra/README.md does not say {alarms} alarms and {price}"


def roles_are_bounded_and_have_what_functions_wait_for(template):
    """A function waits for its role, and for nothing that is attached to it later."""
    used = {role_of(function) for function in functions(template).values()}
    for name, role in of_type(template, "AWS::IAM::Role").items():
        boundary = {"Fn::If": ["BoundaryIsGiven", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
        if role["Properties"].get("PermissionsBoundary") != boundary:
            yield f"{name}: no boundary"
        found = {statement.get("Sid") for owner, statement in statements(template) if owner == name}
        if name in used and not found >= {"Trace", "EnterNetwork"}:
            yield f"{name}: its function cannot be traced, or cannot enter a network"


def what_the_stream_gives_up_is_kept(template):
    for name, it in of_type(template, "AWS::Lambda::EventSourceMapping").items():
        properties = it["Properties"]
        queue = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", {}).get("Fn::GetAtt", [""])[0]
        if queue not in of_type(template, "AWS::SQS::Queue") or properties.get("BisectBatchOnFunctionError") is not True:
            yield f"{name}: a record that fails takes others with it, or is lost"
        # The stream itself keeps a record for a day.
        if not 0 < properties.get("MaximumRecordAgeInSeconds", 0) < 86_400:
            yield f"{name}: a record that fails holds up its shard for a day"


def every_function_behind_a_route_knows_the_firewall(template):
    counted = {it["Properties"]["LogGroupName"]["Ref"] for it in of_type(template, "AWS::Logs::MetricFilter").values() if "firewall_bypassed" in it["Properties"]["FilterPattern"]}
    for it in of_type(template, "AWS::ApiGatewayV2::Integration").values():
        alias = template["Resources"][it["Properties"]["IntegrationUri"]["Ref"]]
        name = alias["Properties"]["FunctionName"]["Ref"]
        function = template["Resources"][name]["Properties"]
        if not {"JETON_EDGE_PROOF", "JETON_EDGE_REQUIRED", "JETON_HSTS_INCLUDE_SUBDOMAINS"} <= set(function["Environment"]["Variables"]):
            yield f"{name}: does not know the firewall"
        if function["LoggingConfig"]["LogGroup"]["Ref"] not in counted:
            yield f"{name}: nobody counts whom its firewall refuses"


def every_log_with_events_is_archived(template):
    archived = {it["Properties"]["LogGroupName"]["Ref"] for it in of_type(template, "AWS::Logs::SubscriptionFilter").values()}
    for name, function in functions(template).items():
        # The documents under /.well-known are read by anybody, and nobody logs an event for it.
        if name != "MetadataFunction" and function["LoggingConfig"]["LogGroup"]["Ref"] not in archived:
            yield f"{name}: its events are in its log only"


def mail_goes_from_one_sender(template):
    senders = [(owner, it) for owner, it in statements(template) if any(str(action).startswith("ses:") for action in listed(it["Action"]))]
    if [owner for owner, _ in senders] != ["BackChannelLogoutRole"]:
        yield f"sent by {[owner for owner, _ in senders]}"
    for owner, it in senders:
        if it["Action"] != "ses:SendEmail" or it.get("Condition") != {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}:
            yield f"{owner}: from any address"


def every_log_has_the_key_that_is_given(template):
    for name, it in of_type(template, "AWS::Logs::LogGroup").items():
        if it["Properties"].get("KmsKeyId") != {"Fn::If": ["LogsKeyIsGiven", {"Ref": "LogsKeyArn"}, {"Ref": "AWS::NoValue"}]}:
            yield name


def a_deployment_goes_back_by_alarms_that_are_quick_enough(template):
    """The shortest gradual deployment takes five minutes."""
    named = written()["Globals"]["Function"]["DeploymentPreference"]["Alarms"]["Fn::If"][1]
    for name in [it["Ref"] for it in named]:
        properties = template["Resources"][name]["Properties"]
        if properties["Period"] * properties.get("DatapointsToAlarm", properties["EvaluationPeriods"]) > 240:
            yield f"{name}: tells after the deployment is over"


def code():
    """What functions run: their sources and those of the shared crates, up to the tests."""
    files = [path for folder in ("functions", "shared") for path in sorted((ROOT / folder).rglob("*.rs"))]
    return "\n".join(path.read_text().split("#[cfg(test)]")[0] for path in files if path.name != "tests.rs")


# ---- The tests -------------------------------------------------------------------------------------------------------

# Each rule with one way to break it.
RULES = [
    (each_function_has_a_role_and_a_log_group_of_its_own, lambda r: r["TokenFunction"]["Properties"].update(LoggingConfig={"LogGroup": {"Ref": "RevokeLog"}})),
    (each_function_has_a_role_and_a_log_group_of_its_own, lambda r: r["TokenFunction"]["Properties"].update(Role={"Fn::GetAtt": ["RevokeRole", "Arn"]})),
    (no_policy_names_everything, lambda r: first_statement(r, "TokenRole").update(Action="dynamodb:*")),
    (no_policy_names_everything, lambda r: first_statement(r, "TokenRole").update(Resource={"Fn::Sub": "${GrantsTable.Arn}/*"})),
    (nobody_is_a_principal_but_services_and_this_account, lambda r: r["WrappingKey"]["Properties"]["KeyPolicy"]["Statement"][0].update(Principal="*")),
    (tables_are_encrypted_and_stay, lambda r: r["KeysTable"]["Properties"].pop("SSESpecification")),
    (tables_are_encrypted_and_stay, lambda r: r["KeysTable"]["Properties"].update(DeletionProtectionEnabled=False)),
    (tables_are_encrypted_and_stay, lambda r: r["KeysTable"].pop("DeletionPolicy")),
    (tables_are_encrypted_and_stay, lambda r: r["KeysTable"].update(DeletionPolicy="Retain")),
    (roles_are_bounded_and_have_what_functions_wait_for, lambda r: r["TokenRole"]["Properties"].pop("PermissionsBoundary")),
    (roles_are_bounded_and_have_what_functions_wait_for, lambda r: r["TokenRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].pop()),
    (roles_are_bounded_and_have_what_functions_wait_for, lambda r: r["TokenRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].pop(-2)),
    (mail_goes_from_one_sender, lambda r: sender_of_mail(r).pop("Condition")),
    (mail_goes_from_one_sender, lambda r: sender_of_mail(r).update(Action=["ses:SendEmail", "ses:SendRawEmail"])),
    (what_the_stream_gives_up_is_kept, lambda r: r["BackChannelLogoutRetries"]["Properties"].pop("DestinationConfig")),
    (what_the_stream_gives_up_is_kept, lambda r: r["BackChannelLogoutSource"]["Properties"].pop("MaximumRecordAgeInSeconds")),
    (every_function_behind_a_route_knows_the_firewall, lambda r: r["TokenFunction"]["Properties"]["Environment"]["Variables"].pop("JETON_EDGE_REQUIRED")),
    (every_function_behind_a_route_knows_the_firewall, lambda r: r.pop("RevokeBypassesMetric")),
    (every_log_with_events_is_archived, lambda r: r.pop("TokenAuditFilter")),
    (every_log_has_the_key_that_is_given, lambda r: r["TokenLog"]["Properties"].pop("KmsKeyId")),
    (a_deployment_goes_back_by_alarms_that_are_quick_enough, lambda r: r["DeploymentLatencyAlarm"]["Properties"].update(Period=300)),
    (a_version_is_made_when_a_parameter_changes_what_a_function_is, lambda r: r["TokenFunction"]["Properties"].update(Description="/token")),
    (a_version_is_made_when_a_parameter_changes_what_a_function_is, lambda r: r["Configuration"]["Properties"].update(Content="nothing")),
    (only_who_checks_passwords_asks_the_directory, lambda r: r["TokenFunction"]["Properties"]["Environment"]["Variables"].pop("JETON_DIRECTORY_FUNCTION")),
    (only_who_checks_passwords_asks_the_directory, lambda r: first_statement(r, "AuthorizeRole").update(Action="lambda:InvokeFunction")),
    (only_who_checks_passwords_asks_the_directory, lambda r: r["RevokeFunction"]["Properties"]["Environment"]["Variables"].update(JETON_DIRECTORY_SECONDS="3")),
    (nothing_speaks_of_cors, lambda r: r["Api"]["Properties"].update(CorsConfiguration={"AllowOrigins": ["*"]})),
    (an_idle_stack_is_free_by_default, lambda r: r["TokenErrorsAlarm"].pop("Condition")),
    (a_function_knows_the_tables_that_its_role_may_use, lambda r: r["MetadataFunction"]["Properties"]["Environment"]["Variables"].update(JETON_TABLE_PEOPLE={"Ref": "PeopleTable"})),
    (no_role_may_touch_the_audit_trail, lambda r: first_statement(r, "TokenRole").update(Resource={"Fn::GetAtt": ["AuditTable", "Arn"]})),
    (a_variable_is_one_that_the_code_reads, lambda r: r["TokenFunction"]["Properties"]["Environment"]["Variables"].update(JETON_TABLE_TOKENS="tokens")),
    (a_version_is_made_when_a_parameter_changes_what_a_function_is, lambda r: r["TokenFunction"]["Properties"].update(Timeout={"Ref": "LogRetentionDays"})),
    (everything_calls_the_live_version, lambda r: r["TokenIntegration"]["Properties"].update(IntegrationUri={"Fn::GetAtt": ["TokenFunction", "Arn"]})),
    (only_what_signs_unwraps_signing_keys, lambda r: first_statement(r, "RevokeRole").update(Action="kms:Decrypt")),
    (only_what_signs_unwraps_signing_keys, lambda r: first_statement(r, "RevokeRole").update(Action="kms:Decrypt", Condition={"StringEquals": {"kms:EncryptionContext:purpose": ["handles", "signing"]}})),
    (only_what_signs_unwraps_signing_keys, lambda r: first_statement(r, "TokenRole").update(Action="kms:Decrypt", Condition={"StringEquals": {"kms:EncryptionContext:purpose": ["handles", "second-factors"]}})),
    (who_makes_keys_cannot_use_them_and_has_no_route, lambda r: first_statement(r, "RotateKeysRole").update(Action=["kms:Decrypt"])),
    (who_makes_keys_cannot_use_them_and_has_no_route, lambda r: r["TokenIntegration"]["Properties"].update(IntegrationUri={"Ref": "RotateKeysFunctionAliaslive"})),
    (each_throttled_route_is_there_before_the_stage, lambda r: r["DefaultStage"]["DependsOn"].remove("TokenRoute")),
    (alarms_watch_what_somebody_tells, lambda r: r["TokenReplaysMetric"]["Properties"]["MetricTransformations"][0].update(MetricName="Other")),
    (alarms_watch_what_somebody_tells, lambda r: r["TokenReplayAlarm"]["Properties"].pop("AlarmActions")),
    (metrics_count_events_that_the_code_logs, lambda r: r["TokenReplaysMetric"]["Properties"].update(FilterPattern='{ $.event = "code_redeemed_twice" }')),
    (operations_cost_what_the_parameter_says, lambda r: r.pop("TokenErrorsAlarm")),
    (every_function_that_checks_passwords_is_counted, lambda r: r.pop("AccountSignInFailuresMetric")),
    (every_function_that_checks_passwords_is_counted, lambda r: r["SignInFailuresMetric"]["Properties"].update(FilterPattern='{ ($.event = "sign_in_failed") }')),
    (mails_that_fail_are_counted, lambda r: r.pop("MailFailuresMetric")),
    (mails_that_fail_are_counted, lambda r: r["MailFailuresMetric"]["Properties"].update(FilterPattern='{ ($.event = "mail_not_sent") }')),
    (a_key_of_many_regions_can_be_replicated, lambda r: r["WrappingKey"]["Properties"]["KeyPolicy"]["Statement"][0]["Action"].remove("kms:ReplicateKey")),
]


def first_statement(resources, role):
    return resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]


def sender_of_mail(resources):
    return next(it for _, it in statements({"Resources": resources}) if it.get("Sid") == "SendMail")


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("rule", dict.fromkeys([*(rule for rule, _ in RULES), legacy_grants_are_off]))
def test_the_template_has_no_fault(rule, name):
    assert list(rule(TEMPLATES[name])) == []


@pytest.mark.parametrize(("rule", "spoil"), RULES)
def test_a_spoiled_template_has_one(rule, spoil):
    template = copy.deepcopy(TEMPLATES["defaults"])
    spoil(template["Resources"])
    assert list(rule(template))


def test_a_legacy_grant_that_is_on_is_a_fault():
    template = copy.deepcopy(TEMPLATES["defaults"])
    template["Parameters"]["AllowPasswordGrant"]["Default"] = "true"
    assert list(legacy_grants_are_off(template)) == ["AllowPasswordGrant"]


def limits_of_the_firewall(firewall):
    """Whether the lower limit of infra/firewall.yaml is for all paths where passwords are checked, and for no others."""
    rule = next(it for it in firewall["Resources"]["WebAcl"]["Properties"]["Rules"] if it["Name"] == "authorize")
    matches = [it["ByteMatchStatement"] for it in rule["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["OrStatement"]["Statements"]]
    prefixes = {it["SearchString"] for it in matches if it["PositionalConstraint"] == "STARTS_WITH"}
    # The pages with passwords are below paths whose routes have the rate of sign-ins.
    settings = TEMPLATES["defaults"]["Resources"]["DefaultStage"]["Properties"]["RouteSettings"]
    paths = {key.removeprefix("ANY ").partition("{")[0] for key, it in settings.items()
             if it["ThrottlingRateLimit"] == {"Ref": "AuthorizeRate"} and "+}" in key}
    yield from (f"nothing limits {path}" for path in paths if not path.startswith(tuple(prefixes)))
    yield from (f"{prefix} has no passwords" for prefix in prefixes if not any(path.startswith(prefix) for path in paths))
    yield from (f"{it['SearchString']} can be written otherwise" for it in matches if [one["Type"] for one in it["TextTransformations"]] != ["URL_DECODE"])


@pytest.mark.parametrize(("spoil", "fault"), [
    (lambda them: None, []),
    (lambda them: them.pop(), ["nothing limits /account/"]),
    (lambda them: them[0]["ByteMatchStatement"].update(SearchString="/token"), ["nothing limits /authorize/", "/token has no passwords"]),
    (lambda them: them[1]["ByteMatchStatement"].update(TextTransformations=[{"Priority": 0, "Type": "NONE"}]), ["/device/ can be written otherwise"]),
], ids=["as it is", "one less", "another", "not decoded"])
def test_the_firewall_limits_all_pages_with_passwords(spoil, fault):
    firewall = yaml_parse((ROOT / "infra" / "firewall.yaml").read_text())
    rule = firewall["Resources"]["WebAcl"]["Properties"]["Rules"][0]
    spoil(rule["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["OrStatement"]["Statements"])
    assert list(limits_of_the_firewall(firewall)) == fault


def test_with_everything_on_each_resource_is_there():
    template = TEMPLATES["everything"]
    conditions = {it["Condition"] for it in template["Resources"].values() if "Condition" in it}
    defaults = {name: str(it.get("Default", "")) for name, it in template["Parameters"].items()}
    on = [{name for name in conditions if holds({"Condition": name}, defaults | these, template)} for these in (EVERYTHING, FIREWALL)]
    assert on[0] | on[1] == conditions
    assert "FirewallIsGiven" in on[1] - on[0]
    assert of_type(template, "AWS::CodeDeploy::DeploymentGroup")
    assert not of_type(TEMPLATES["defaults"], "AWS::CodeDeploy::DeploymentGroup")


def test_each_excuse_has_a_reason():
    excuses = [excuse for skip in values(written()["Resources"], "skip") for excuse in skip]
    assert excuses
    assert [excuse for excuse in excuses if len(excuse.get("comment", "")) < 20] == []
