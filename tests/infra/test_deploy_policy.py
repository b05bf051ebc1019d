"""infra/deploy-policy.yaml: CloudFormation can do with it all that template.yaml asks for, and little else.

handlers.json has the actions by which CloudFormation makes, reads, changes and deletes each type of resource: `handlers` of the
schemas in its public registry (aws cloudformation describe-type), joined for each type, as of 2026-11.
"""

import json
import re
from pathlib import Path

import cfnlint
import pytest
from cfnlint.decode import cfn_yaml
from evaluate import Stack
from transform import DEFAULTS, EVERYTHING, FIREWALL, transformed

HERE = Path(__file__).resolve().parent
POLICY = HERE.parents[1] / "infra" / "deploy-policy.yaml"
HANDLERS = json.loads((HERE / "handlers.json").read_text())
TEMPLATES = [transformed(it) for it in (DEFAULTS, EVERYTHING, FIREWALL)]
# Actions of handlers for properties that no resource of the template has.
UNUSED = {
    "no table is imported, replicated, streamed to Kinesis or given a policy":
        r"dynamodb:(DescribeImport|ImportTable|(Dis|En)ableKinesis.*|UpdateKinesis.*|UpdateContributorInsights|(Put|Delete)ResourcePolicy)|kinesis:.*"
        r"|logs:(CreateLogStream|DescribeLogStreams|PutLogEvents)|s3:GetObjectMetadata",
    "the services' roles are there, or made by an administrator": r"iam:CreateServiceLinkedRole",
    "the policy of callers has roles, not users or groups": r"iam:(At|De)tach(User|Group)Policy",
    "a boundary is never taken away": r"iam:DeleteRolePermissionsBoundary",
    "functions have no file systems, signed code, provisioned concurrency or runtime of their own":
        r"lambda:(PassCapacityProvider|.*CodeSigningConfig|PutFunctionRecursionConfig|.*FunctionScalingConfig"
        r"|(Put|Delete)ProvisionedConcurrencyConfig|PutRuntimeManagementConfig)|elasticfilesystem:.*|ec2:DescribeNetworkInterfaces",
    "variables and streams have no key of their own": r"kms:GenerateDataKey",
    "the key is never switched off": r"kms:(En|Dis)ableKey",
    "logs and topics have no data protection": r"(logs|sns):(Put|Delete)DataProtectionPolicy",
    "the secret is in one region": r"secretsmanager:(ReplicateSecretToRegions|RemoveRegionsFromReplication)",
    "the bucket is plain": r"s3:(Put(Accelerate|Analytics|Bucket(Abac|Acl|CORS|Logging|Notification|ObjectLock|Replication|Versioning|Website)"
        r"|Intelligent|Inventory|Metrics|Object|Replication).*|Create.*Metadata.*|Delete(Bucket.+|Object)|UpdateBucket.*|(Unt|T)agResource)|s3tables:.*",
}
# Actions that no handler names, and who needs them.
BESIDE = {
    "codedeploy:UpdateApplication": "a stack's tags change",
    "codedeploy:RegisterApplicationRevision": "a gradual deployment begins",
    "lambda:ListTags": "tags of event source mappings are read",
    "lambda:ListVersionsByFunction": "SAM's versions are found",
    "logs:DescribeIndexPolicies": "a log group is read",
    "logs:GetLogDelivery": "API Gateway writes its log",
    "logs:ListLogDeliveries": "API Gateway writes its log",
    "logs:UpdateLogDelivery": "API Gateway writes its log",
    "logs:DeleteLogDelivery": "API Gateway writes its log",
    "lambda:ListEventSourceMappings": "mappings are found again",
    "ssm:ListTagsForResource": "a parameter is read",
    "wafv2:GetWebACL": "CloudFront takes a web ACL",
}


def policies(boundary=""):
    template = cfn_yaml.load(str(POLICY))
    stack = Stack(template, {"StackName": "jeton", "ArtifactBucket": "artifacts", "PermissionsBoundary": boundary})
    return {name: properties["PolicyDocument"]["Statement"] for name, (kind, properties) in stack.resources().items() if kind == "AWS::IAM::ManagedPolicy"}


def listed(value):
    return value if isinstance(value, list) else [value]


def statements(boundary=""):
    """The statements of the role of CloudFormation."""
    return [it for name, all_of in policies(boundary).items() if name != "Deployer" for it in all_of]


def allowed(boundary=""):
    return {action for statement in statements(boundary) for action in listed(statement["Action"])}


def needed():
    kinds = {it["Type"] for template in TEMPLATES for it in template["Resources"].values()}
    return {action for kind in kinds for action in HANDLERS[kind]}


def is_unused(action):
    return any(re.fullmatch(pattern, action) for pattern in UNUSED.values())


def test_each_type_of_the_template_is_known():
    kinds = {it["Type"] for template in TEMPLATES for it in template["Resources"].values()}
    assert kinds == set(HANDLERS), "bring handlers.json in line with the template: aws cloudformation describe-type --type RESOURCE"


def test_the_role_may_do_what_each_type_asks_for():
    missing = {action for action in needed() if not is_unused(action)} - allowed()
    assert not missing, f"infra/deploy-policy.yaml lacks {sorted(missing)}"


def test_the_role_may_do_nothing_that_no_type_asks_for():
    surplus = allowed() - needed() - set(BESIDE)
    assert not surplus, f"nothing of the template needs {sorted(surplus)}"
    # Reading harms nobody; what is excused is not allowed otherwise.
    excused = {action for action in allowed() if is_unused(action) and not re.search(r":(Get|List|Describe)", action)}
    assert not excused, f"excused and allowed: {sorted(excused)}"
    assert set(BESIDE) <= allowed(), "remove these from BESIDE"


def test_no_action_is_a_pattern_and_no_policy_is_too_large():
    for name, all_of in policies("arn:aws:iam::111122223333:policy/" + "b" * 100).items():
        assert len(json.dumps(all_of, separators=(",", ":"))) + 50 < 6144, name
        for statement in all_of:
            assert statement["Effect"] == "Allow" and "NotAction" not in statement and "NotResource" not in statement
            assert not any("*" in action for action in listed(statement["Action"])), statement["Sid"]


def test_each_action_exists_and_has_a_resource_that_iam_knows_for_it():
    # The service authorization reference, as cfn-lint has it. Where it names no kind of resource for an action, IAM asks about
    # `*`, and a statement for anything else never allows it.
    reference = json.loads((Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "Policies.json").read_text())
    for statement in (it for all_of in policies().values() for it in all_of):
        for action in listed(statement["Action"]):
            service, _, name = action.partition(":")
            known = reference[service]["Actions"].get(name.lower())
            assert known is not None, f"{statement['Sid']}: there is no action {action}"
            assert known.get("Resources") or listed(statement["Resource"]) == ["*"], f"{statement['Sid']}: {action} is for every resource"


# Statements for every resource, since the services know none there, or a condition says which.
EVERY_RESOURCE = {"EventSourceMappings", "ReadEventSourceMappings", "LookAtNetwork", "MakeKey", "ListAliases", "LogDeliveries", "RandomPassword",
                  "EndSubscriptions", "ReadTemplates", "MakeAndStop"}
# Statements for resources whose names the service chooses.
BY_KIND = {"TagEventSourceMappings", "Archives", "Callers", "Keys", "Aliases", "KeyOfTables", "AuditBucket", "EdgeSecret", "Api", "Configuration",
           "DeploymentConfigs", "Edge", "EdgeSource", "Firewall", "Transform", "PassRole", "Artifacts", "ArtifactBucket",
           # Read alone, and the template names the version.
           "BrandLayer"}


def test_what_has_a_name_is_the_stacks_own():
    for name, all_of in policies().items():
        for statement in all_of:
            for resource in listed(statement["Resource"]):
                if resource == "*":
                    assert statement["Sid"] in EVERY_RESOURCE, f"{name}: {statement['Sid']}"
                elif statement["Sid"] not in BY_KIND:
                    assert re.search(r"[:/]jeton[-/]", resource), f"{name}: {statement['Sid']}: {resource}"


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"])
def test_a_boundary_that_is_given_is_demanded(action):
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    of_roles = [it for it in statements(boundary) if action in listed(it["Action"]) and it["Sid"] != "Callers"]
    assert of_roles and all(it["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": boundary}} for it in of_roles)
    assert all("Condition" not in it for it in statements() if action in listed(it["Action"]) and it["Sid"] != "Callers")
    assert all("jeton-deploy" not in resource for it in statements() for resource in listed(it["Resource"])), "the role cannot change itself"
