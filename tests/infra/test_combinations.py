"""Every combination of parameters that changes what is made, with the longest values that the template accepts: it transforms,
refers to nothing that is not there, and stays within the limits of the services (C242).
"""

import itertools
import json
import re

import pytest
from cfnlint.config import _DEFAULT_RULESDIR
from cfnlint.helpers import REGIONS
from cfnlint.rules import Rules
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from evaluate import STACK, Stack, Unresolved
from regions import alike, representatives
from transform import TEMPLATE, transformed, written

ROOT = TEMPLATE.parents[1]
DECLARED = written()["Parameters"]
CERTIFICATE, ACL = "arn:aws:acm:us-east-1:111122223333:certificate/12345678", "arn:aws:wafv2:us-east-1:111122223333:global/webacl/w/1"
KEY = "arn:aws:kms:ap-southeast-1:111122223333:key/12345678-1234-1234-1234-123456789012"
TABLE = "t" * 255
VERSION = "v" * 64
# The longest values of what may be any text.
LONGEST = {
    "Issuer": "https://" + "i" * 120,
    "SigningAlgorithms": "RS256,PS256,ES256,EdDSA",
    "RegistrationApis": "a" * 200,
    "RegistrationSchemes": "s" * 50,
    "ClientIdDocumentHosts": "h" * 120,
    "MetadataApis": "m" * 120,
    "Brand": "b" * 950,
    "OutboundPrivateHosts": "o" * 120,
    "SignUp": "invitation", "SignUpDomains": "s" * 242 + ".example",
    "MailIdentity": "d" * 112 + ".example",
    "MailFrom": "m" * 64 + "@" + "d" * 47 + ".example",
    "Memory": "10240", "AuthorizeMemory": "10240", "SessionHours": "8760", "SessionIdleHours": "8760", "PasswordMinLength": "64", "PasswordMinLengthWithFactor": "64", "KeyRotationDays": "365",
    "PlatformLogLevel": "DEBUG", "RegistrationPkce": "required", "Architecture": "x86_64",
}
# What is made otherwise, one choice of each row. Rows that have nothing to do with each other are turned together.
ROWS = {
    "registration": [{}, {"DynamicRegistration": "token"}, {"DynamicRegistration": "open", "RegistrationLogos": "true"}],
    "documents": [{}, {"ClientIdDocuments": "listed"}, {"ClientIdDocuments": "open"}],
    "operations": [{}, {"Operations": "true", "AlarmEmail": "a" * 64 + "@example.com"},
                   {"Operations": "true", "AlarmTopicArn": "arn:aws:sns:ap-southeast-1:111122223333:alarms", "GradualDeployment": "Canary10Percent5Minutes"}],
    "firewall": [{}, {"WebAclArn": ACL, "EdgeRequired": "false"}, {"WebAclArn": ACL},
                 {"WebAclArn": ACL, "EdgeProofSent": VERSION, "EdgeProofAccepted": VERSION}],
    "domain": [{}, {"DomainName": "d" * 250 + ".com", "CertificateArn": CERTIFICATE, "EdgeCertificateArn": CERTIFICATE}],
    "grants": [{}, {"AllowImplicitGrant": "true", "AllowPasswordGrant": "true", "DirectorySeconds": "5",
                    "DirectoryFunctionArn": "arn:aws:lambda:ap-southeast-1:111122223333:function:" + "f" * 64 + ":" + "q" * 128}],
    "account": [{}, {"Tracing": "Active", "ReservedConcurrency": "20", "PrivateTokenCallers": ",".join(["role" * 16] * 10),
                     "PermissionsBoundary": "arn:aws:iam::111122223333:policy/boundary", "LogsKeyArn": KEY, "TablesKeyArn": KEY,
                     "BrandLayerArn": "arn:aws:lambda:ap-southeast-1:111122223333:layer:" + "l" * 140 + ":12345",
                     "WarmReads": "12000", "WarmWrites": "4000", "AuditRetentionDays": "3653", "HstsIncludeSubDomains": "true", "DeletionProtection": "true",
                     "VpcSubnetIds": ",".join(["subnet-12345678901234567"] * 16), "VpcSecurityGroupIds": ",".join(["sg-12345678901234567"] * 5)}],
    "existing": [{}, {"ExistingRegistryTable": TABLE, "ExistingGrantsTable": TABLE, "ExistingPeopleTable": TABLE, "ExistingKeysTable": TABLE,
                      "ExistingAuditTable": TABLE, "ExistingWrappingKey": KEY,
                      "ExistingPeopleStreamArn": f"arn:aws:dynamodb:ap-southeast-1:111122223333:table/{TABLE}/stream/2026-11-29T00:00:00.000"}],
}
COMBINATIONS = [dict(itertools.chain.from_iterable(it.items() for it in choice)) for choice in itertools.product(*ROWS.values())]
MADE_ANEW = ("AWS::KMS::Key", "AWS::DynamoDB::Table")
# Read by the SAM transform: all others are decided by CloudFormation.
TRANSFORMED = {value: transformed({"GradualDeployment": value}) for value in DECLARED["GradualDeployment"]["AllowedValues"]}


def template_of(parameters):
    return TRANSFORMED[parameters.get("GradualDeployment", "none")]


# ---- Limits ----------------------------------------------------------------------------------------------------------

# By type: a property, the most characters (or entries) it may have.
LIMITS = {
    "AWS::ApiGatewayV2::Api": {"Name": 128},
    "AWS::AppConfig::Application": {"Name": 64, "Description": 1024},
    "AWS::AppConfig::ConfigurationProfile": {"Name": 128},
    "AWS::AppConfig::HostedConfigurationVersion": {"Content": 1_000_000},
    "AWS::CloudFront::Function": {"Name": 64, "FunctionCode": 10_240},
    "AWS::CloudWatch::Alarm": {"AlarmDescription": 1024, "Namespace": 255, "MetricName": 255, "AlarmActions": 5, "OKActions": 5},
    "AWS::CloudWatch::Dashboard": {"DashboardName": 255},
    "AWS::DynamoDB::Table": {"TableName": 255},
    "AWS::IAM::ManagedPolicy": {"Description": 1000},
    "AWS::IAM::Role": {"Path": 512},
    "AWS::KMS::Alias": {"AliasName": 256},
    "AWS::KMS::Key": {"Description": 8192},
    "AWS::Lambda::Function": {"Description": 256, "MemorySize": 5},
    "AWS::Lambda::Version": {"Description": 256},
    "AWS::Logs::LogGroup": {"LogGroupName": 512},
    "AWS::Logs::MetricFilter": {"FilterPattern": 1024},
    "AWS::Scheduler::Schedule": {"Description": 512},
    "AWS::SecretsManager::Secret": {"Description": 2048},
    "AWS::SSM::Parameter": {"Name": 1011, "Value": 4096, "Description": 1024},
}


def compact(document):
    """The size of a policy, in which IAM counts no white space."""
    return len(re.sub(r"\s", "", json.dumps(document)))


def excesses(stack):
    """What is above a limit of a service."""
    resources = stack.resources()
    for name, (kind, properties) in resources.items():
        for key, most in LIMITS.get(kind, {}).items():
            value = properties.get(key, "")
            size = len(value) if isinstance(value, list) else len(str(value))
            if size > most:
                yield f"{name}: {key} has {size}, {most} are accepted"
        yield from of_kind(name, kind, properties)
    if len(resources) > 500:
        yield f"{len(resources)} resources, 500 are accepted"
    if len(stack.outputs()) > 200:
        yield "more than 200 outputs"


def of_kind(name, kind, properties):
    if kind == "AWS::Lambda::Function":
        variables = properties["Environment"]["Variables"]
        # A reference to a secret becomes the secret.
        size = sum(len(key) + len(re.sub(r"\{\{resolve:[^}]*\}\}", "x" * 43, str(value))) for key, value in variables.items())
        if size > 4096:
            yield f"{name}: {size} bytes of variables, 4096 are accepted"
        if network := properties.get("VpcConfig"):
            if len(network["SubnetIds"]) > 16 or len(network["SecurityGroupIds"]) > 5:
                yield f"{name}: more than 16 subnets or 5 security groups"
    if kind == "AWS::IAM::Role":
        size = sum(compact(it["PolicyDocument"]) for it in properties.get("Policies", []))
        if size > 10_240:
            yield f"{name}: {size} characters of policies, 10,240 are accepted"
        if compact(properties["AssumeRolePolicyDocument"]) > 2048:
            yield f"{name}: its trust has more than 2048 characters"
    if kind == "AWS::IAM::ManagedPolicy" and compact(properties["PolicyDocument"]) > 6144:
        yield f"{name}: more than 6144 characters"
    if kind == "AWS::CodeDeploy::DeploymentGroup" and len(properties["AlarmConfiguration"].get("Alarms", [])) > 10:
        yield f"{name}: more than 10 alarms"
    if kind == "AWS::KMS::Key" and len(json.dumps(properties["KeyPolicy"])) > 32_768:
        yield f"{name}: its policy has more than 32 KB"
    if kind == "AWS::CloudFront::Distribution":
        for header in properties["DistributionConfig"]["Origins"][0]["OriginCustomHeaders"]:
            if header["HeaderValue"].count("{{resolve") != 1:
                yield f"{name}: sends {header['HeaderValue']}, functions know one secret at a time by that header"


# ---- The tests -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("firewall", range(len(ROWS["firewall"])))
def test_c242_every_combination_is_within_the_limits(firewall):
    chosen = [it for it in COMBINATIONS if it.items() >= ROWS["firewall"][firewall].items()]
    assert len(chosen) >= 432
    faults = set()
    for parameters in chosen:
        faults |= set(excesses(Stack(template_of(parameters), LONGEST | parameters)))
    assert faults == set()


def test_c242_a_stack_of_the_shortest_values_is_there_too():
    assert list(excesses(Stack(TRANSFORMED["none"], {}))) == []


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-2", "cn-north-1", "cn-northwest-1", "us-gov-west-1"])
def test_c242_where_services_are_missing_the_rest_is_made(region):
    parameters = {"WebAclArn": ACL, "PrivateTokenCallers": "orders", "DomainName": "id.example.com", "CertificateArn": CERTIFICATE}
    stack = Stack(TRANSFORMED["none"], parameters, region)
    kinds = {kind for kind, _ in stack.resources().values()}
    stack.outputs()
    assert ("AWS::CloudFront::Distribution" in kinds) == (region in ("us-east-1", "eu-central-2"))
    assert ("AWS::Lambda::Url" in kinds) == (region == "us-east-1")
    assert {"AWS::ApiGatewayV2::DomainName", "AWS::CloudFront::Distribution"} & kinds


EVERYTHING = {name: value for row in ROWS.values() for name, value in row[-1].items()}


def missing(template, region):
    """The types of what is made with everything on, and that the region does not have."""
    made = {kind for kind, _ in Stack(template, LONGEST | EVERYTHING, region).resources().values()}
    return made - set(PROVIDER_SCHEMA_MANAGER.get_resource_types(region=region))


@pytest.mark.parametrize("region", REGIONS)
def test_c242_what_is_made_exists_in_the_region(region):
    assert missing(template_of(EVERYTHING), region) == set()


@pytest.mark.parametrize("choice", TRANSFORMED)
def test_c242_the_linter_reads_the_template_as_every_region_does(choice):
    template = TRANSFORMED[choice]
    groups = alike(template)
    assert sorted(itertools.chain(*groups)) == sorted(REGIONS)
    assert len(representatives(template)) == len(groups) >= 5


def test_c242_rules_that_know_regions_by_name_are_of_other_types():
    rules = Rules.create_from_directory(_DEFAULT_RULESDIR).values()
    # By name: the linter loads the class a second time.
    regional = [it for it in rules if "CfnLintJsonSchemaRegional" in [base.__name__ for base in type(it).__mro__]]
    assert len(regional) > 5
    types = {it["Type"] for it in TRANSFORMED["none"]["Resources"].values()}
    assert not [it.id for it in regional for keyword in it.keywords if set(keyword.split("/")) & types]
    assert "SnapStart" not in json.dumps(TRANSFORMED["none"])


def test_c242_the_template_is_small_enough_and_as_large_as_its_page_says():
    page = (ROOT / "infra" / "README.md").read_text()
    least, most = (int(it) for it in re.search(r"(\d+) to (\d+) KB after the transform", page).groups())
    sizes = [len(json.dumps(it, separators=(",", ":"))) / 1000 for it in TRANSFORMED.values()]
    assert least <= min(sizes) <= max(sizes) <= most, sizes
    for template in TRANSFORMED.values():
        # 1 MB from S3; a hundred bytes for what `sam package` writes at each function.
        assert len(json.dumps(template)) < 900_000
        assert len(template["Parameters"]) <= 200
        assert len(template["Resources"]) <= 500
        assert len(template["Outputs"]) <= 200
        assert all(len(it.get("Description", "")) <= 4000 for it in template["Parameters"].values())


def test_c242_the_transform_reads_one_parameter():
    made = {value: json.dumps(it["Resources"], sort_keys=True) for value, it in TRANSFORMED.items()}
    plain = {value: it.replace(value, "VALUE") for value, it in made.items()}
    assert len({it for value, it in plain.items() if value != "none"}) == 1
    without = json.dumps(TRANSFORMED["none"], sort_keys=True)
    others = {name: it for name, it in LONGEST.items()} | {name: value for row in ROWS.values() for name, value in row[-1].items()}
    others.pop("GradualDeployment")
    assert json.dumps(transformed(others), sort_keys=True) == without


def test_c242_values_that_are_tried_are_accepted_and_a_longer_one_is_not():
    tried = LONGEST | {name: value for row in ROWS.values() for choice in row for name, value in choice.items()}
    for name, value in tried.items():
        declared = DECLARED[name]
        assert re.fullmatch(declared.get("AllowedPattern", ".*"), value), name
        assert value in declared.get("AllowedValues", [value]), name
        assert len(value) <= declared.get("MaxLength", len(value)), name
        if "MaxLength" in declared:
            assert len(value) == declared["MaxLength"], f"{name}: a longer value is accepted"


@pytest.mark.parametrize("issuer", ["http://id.example.com", "https://id.example.com/", "https://id.example.com/tenant", "https://id.example.com?a", "id.example.com"])
def test_an_issuer_that_has_no_routes_is_refused(issuer):
    assert not re.fullmatch(DECLARED["Issuer"]["AllowedPattern"], issuer)


def test_c241_what_is_there_already_is_used_and_not_made():
    existing = ROWS["existing"][1]
    stack = Stack(TRANSFORMED["none"], existing)
    assert [name for name, (kind, _) in stack.resources().items() if kind in MADE_ANEW] == []
    told = json.dumps(stack.resources())
    for name in ("registry", "grants", "people", "keys", "audit"):
        assert f"table/{STACK}-{name}" not in told
    assert stack.outputs()["WrappingKeyArn"] == KEY
    streams = [it["EventSourceArn"] for kind, it in stack.resources().values() if kind == "AWS::Lambda::EventSourceMapping"]
    assert set(streams) == {existing["ExistingPeopleStreamArn"]}


@pytest.mark.parametrize("name", [name for name in ROWS["existing"][1] if not name.endswith("StreamArn")])
def test_c241_one_of_them_is_enough(name):
    parameters = {name: ROWS["existing"][1][name]}
    if name == "ExistingPeopleTable":
        parameters["ExistingPeopleStreamArn"] = ROWS["existing"][1]["ExistingPeopleStreamArn"]
    stack = Stack(TRANSFORMED["none"], parameters)
    made = [kind for kind, _ in stack.resources().values() if kind in MADE_ANEW]
    assert len(made) == 5
    stack.outputs()


def test_c241_what_a_first_deployment_made_goes_with_it_when_it_fails():
    for name, it in TRANSFORMED["none"]["Resources"].items():
        if it["Type"] in MADE_ANEW:
            assert (it["DeletionPolicy"], it["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain"), name
    # DynamoDB would refuse to delete a table that is protected.
    assert DECLARED["DeletionProtection"]["Default"] == "false"


def test_c243_a_firewall_is_turned_on_in_steps_that_refuse_nobody():
    domain = {"DomainName": "id.example.com", "CertificateArn": CERTIFICATE}
    steps = [{}, {"WebAclArn": ACL, "EdgeRequired": "false"}, {"WebAclArn": ACL}]
    without, both, required = (Stack(TRANSFORMED["none"], domain | step) for step in steps)
    token = [it.resources()["TokenFunction"][1]["Environment"]["Variables"] for it in (without, both, required)]
    assert ["JETON_EDGE_PROOF" in it for it in token] == [False, True, True]
    assert [it["JETON_EDGE_REQUIRED"] for it in token[1:]] == ["false", "true"]
    assert ["Domain" in it.there for it in (without, both, required)] == [True, True, False]
    assert ["Edge" in it.there for it in (without, both, required)] == [False, True, True]
    assert len({it["JETON_ISSUER"] for it in token}) == 1
    assert [it.resources()["Api"][1]["DisableExecuteApiEndpoint"] for it in (without, both, required)] == [True, False, False]
    # What the record has to lead to before the last step, and back again.
    assert {"DomainTarget", "GatewayTarget"} <= set(both.outputs())


def test_c243_each_step_of_a_new_secret_changes_functions_and_what_one_sends_the_other_knows():
    old, new = "o" * 36, "n" * 36
    steps = [(old, ""), (old, new), (new, old), (new, "")]
    stacks = [Stack(TRANSFORMED["none"], {"WebAclArn": ACL, "EdgeProofSent": sent, "EdgeProofAccepted": also}).resources() for sent, also in steps]
    # CloudFront takes minutes: it still sends what it sent before.
    sent = [it["Edge"][1]["DistributionConfig"]["Origins"][0]["OriginCustomHeaders"][0]["HeaderValue"] for it in stacks]
    for function in [name for name, (kind, it) in stacks[0].items() if kind == "AWS::Lambda::Function" and "JETON_EDGE_REQUIRED" in it["Environment"]["Variables"]]:
        accepted = [it[function][1]["Environment"]["Variables"]["JETON_EDGE_PROOF"] for it in stacks]
        assert len(set(accepted)) == len(steps), function
        for step, secrets in enumerate(accepted):
            assert {sent[step], sent[max(step - 1, 0)]} <= set(secrets.split(",")), function
    assert len({it["Configuration"][1]["Content"] for it in stacks}) == len(steps)
    assert len(set(sent)) == 2
    usual = Stack(TRANSFORMED["none"], {"WebAclArn": ACL}).resources()
    assert usual["Edge"][1]["DistributionConfig"]["Origins"][0]["OriginCustomHeaders"][0]["HeaderValue"] not in sent


# ---- The rules can fail ----------------------------------------------------------------------------------------------


def test_a_reference_to_what_is_not_made_is_seen():
    template = json.loads(json.dumps(TRANSFORMED["none"]))
    template["Resources"]["TokenLog"]["Condition"] = "TracingIsOn"
    with pytest.raises(Unresolved, match="TokenLog"):
        Stack(template, {}).resources()


def test_a_type_that_a_region_lacks_is_seen():
    template = json.loads(json.dumps(template_of(EVERYTHING)))
    template["Conditions"]["CloudFrontIsMissing"] = {"Fn::Equals": ["one", "other"]}
    assert missing(template, "us-gov-west-1") >= {"AWS::CloudFront::Distribution", "AWS::Lambda::Url"}


def test_regions_that_lack_a_type_are_a_group_of_their_own():
    alone = {"Resources": {"Url": {"Type": "AWS::Lambda::Url"}}}
    lacking = [set(group) for group in alike(alone) if "ap-southeast-4" in group]
    assert lacking and "us-east-1" not in lacking[0]
    assert len({tuple(group) for group in alike({"Resources": {}})}) == 3  # the partitions


@pytest.mark.parametrize(("resource", "key", "value"), [
    ("TokenFunction", "Description", "d" * 257), ("Configuration", "Content", "c" * 1_000_001),
    ("TokenRole", "Policies", [{"PolicyDocument": "p" * 10_241}]), ("RegistryTable", "TableName", "t" * 256)])
def test_an_excess_is_seen(resource, key, value):
    template = json.loads(json.dumps(TRANSFORMED["none"]))
    template["Resources"][resource]["Properties"][key] = value
    assert [it for it in excesses(Stack(template, {})) if it.startswith(resource)]


def test_an_alarm_more_than_codedeploy_takes_is_seen():
    gradual = {"GradualDeployment": "Canary10Percent5Minutes", "Operations": "true"}
    template = json.loads(json.dumps(template_of(gradual)))
    group = template["Resources"]["TokenFunctionDeploymentGroup"]["Properties"]
    alarms = group["AlarmConfiguration"]["Fn::If"][1]["Alarms"]
    alarms += [{"Name": f"alarm-{number}"} for number in range(11 - len(alarms))]
    assert list(excesses(Stack(template, gradual))) == ["TokenFunctionDeploymentGroup: more than 10 alarms"]
