"""What is deployed, and a deployed stack with the operator's commands."""

import importlib.machinery
import importlib.util
import json
import pathlib
import time

import template
from gateway import Gateway
from parameters import CALLER, DOMAIN, STRANGER

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGION = "us-east-1"
# The emulator's root account: the operator who deploys and who runs `jeton`. No function has these.
ROOT_KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}


def with_stack():
    """tests/clients/with-stack: what is registered for the client suites, and how."""
    loader = importlib.machinery.SourceFileLoader("with_stack", str(ROOT / "tests" / "clients" / "with-stack"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("with_stack", loader))
    loader.exec_module(module)
    return module


CLIENTS = with_stack()


def prepare(emulator):
    """What is in the account before: the role that a parameter names, and another one."""
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}]}
    for name in (CALLER, STRANGER):
        emulator.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))


class Stack(CLIENTS.Stack):
    """A deployed stack, with the operator's commands of tests/clients/with-stack."""

    # Not the parent's: that starts a `jeton dev`.
    def __init__(self, emulator, name, directory):
        self.emulator, self.name = emulator, name
        self.gateway = Gateway()
        self.url = self.gateway.url
        self.env_file = pathlib.Path(directory, f"{name}.env")
        self.log = emulator.log

    def deploy(self, parameters, conditions):
        copy, gone = template.for_emulator(template.plain(parameters), self.url)
        # A request takes 51,200 bytes of a template, a bucket more.
        self.emulator.client("s3").put_object(Bucket=template.BUCKET, Key=f"{self.name}.json", Body=json.dumps(copy))
        formation = self.emulator.client("cloudformation")
        formation.create_stack(
            StackName=self.name, TemplateURL=f"{self.emulator.url}/{template.BUCKET}/{self.name}.json",
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()])
        while (found := formation.describe_stacks(StackName=self.name)["Stacks"][0])["StackStatus"].endswith("PROGRESS"):
            time.sleep(0.1)
        events = formation.describe_stack_events(StackName=self.name)["StackEvents"]
        reasons = [f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in events
                   if "FAILED" in event["ResourceStatus"]]
        if found["StackStatus"] != "CREATE_COMPLETE":
            raise SystemExit(f"{self.name}: {found['StackStatus']}\n" + "\n".join([*reasons, self.log.read_text()[-4000:]]))
        self.look()
        self.check(copy["Resources"], conditions)
        return gone

    def look(self):
        """Reads what is deployed, and leads the proxy and the operator's commands to it."""
        formation = self.emulator.client("cloudformation")
        found = formation.describe_stacks(StackName=self.name)["Stacks"][0]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
        resources = formation.describe_stack_resources(StackName=self.name)["StackResources"]
        self.resources = {resource["LogicalResourceId"]: resource for resource in resources}
        self.write_env_file()
        # TLS ends before.
        self.gateway.lead_to(self.emulator.port, host=self.host(), x_forwarded_proto="https")

    def check(self, wanted, conditions):
        """Deployed is what the template says for these conditions, no more and no less."""
        wanted = {name for name, resource in wanted.items() if resource.get("Condition") in (None, *conditions)}
        different = sorted(wanted ^ set(self.resources))
        if different:
            raise SystemExit(f"{self.name}: deployed and not expected, or the other way round: {', '.join(different)}")

    def host(self):
        """What the API is asked as: CloudFront's name, its domain, or else the name that API Gateway gives."""
        if "Edge" in self.resources:
            return self.outputs["DomainTarget"]
        if "Domain" in self.resources:
            return DOMAIN
        return f"{self.resources['Api']['PhysicalResourceId']}.execute-api.localhost:{self.emulator.port}"

    def write_env_file(self):
        tables = {f"JETON_TABLE_{name.upper()}": self.outputs[f"{name}TableName"]
                  for name in ("Registry", "Grants", "People", "Keys", "Audit")}
        variables = {**ROOT_KEYS, **tables, "JETON_ISSUER": self.url, "JETON_KMS_KEY_ID": self.outputs["WrappingKeyArn"],
                     "JETON_AUDIT_DAYS": self.outputs["AuditDays"],
                     "AWS_ENDPOINT_URL_DYNAMODB": self.emulator.url, "AWS_ENDPOINT_URL_KMS": self.emulator.url}
        self.env_file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))

    def wait_for_keys(self, algorithms):
        """The first keys are made by the stack's own schedule, with nobody's help."""
        start = time.monotonic()
        while (made := {key["alg"] for key in self.jeton("keys", "list")}) != algorithms:
            if time.monotonic() - start > 60:
                raise SystemExit(f"{self.name}: the schedule has made {made} only\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)
        return f"the schedule has made {', '.join(sorted(algorithms))}, {time.monotonic() - start:.1f} s after the stack"

    def stop(self):
        self.gateway.stop()
