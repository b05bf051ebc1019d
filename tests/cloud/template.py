"""infra/template.yaml as the emulator gets it: plain CloudFormation, with the zips where `sam package` would name them."""

import copy
import logging
import os
import pathlib
import platform
import zipfile

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
BINARIES = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
BUCKET = "code"

# What the emulator does not know, taken out of the copy that it gets: by type, with the reason.
TAKEN_OUT = {
    "AWS::CodeDeploy::Application": "ministack has no CodeDeploy: every function goes to its newest version at once",
    "AWS::CodeDeploy::DeploymentGroup": "ministack has no CodeDeploy: every function goes to its newest version at once",
}


def zips(directory):
    """The functions' zips, `bootstrap` being the release binary: paths by the binary's name."""
    made = {}
    for properties in functions(yaml_parse(TEMPLATE.read_text())).values():
        binary = properties["Metadata"]["BuildProperties"]["Binary"]
        path = BINARIES / binary
        if not path.is_file():
            raise SystemExit(f"{path} is missing: build first, as tests/run does")
        made[binary] = pathlib.Path(directory, f"{binary}.zip")
        with zipfile.ZipFile(made[binary], "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr, entry.compress_type = 0o100755 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=1)
    return made


def functions(template):
    kind = "AWS::Serverless::Function"
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def plain(parameters):
    """The template after the SAM transform, which happens offline."""
    template = yaml_parse(TEMPLATE.read_text())
    template["Globals"]["Function"].pop("CodeUri", None)
    for function in functions(template).values():
        binary = function["Metadata"]["BuildProperties"]["Binary"]
        function["Properties"]["CodeUri"] = f"s3://{BUCKET}/{binary}.zip"
    # It warns about its own metrics.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    return transform(template, parameters, _ManagedPolicies())


def of_this_machine():
    """The parameters that tell about the machine that the functions run on."""
    return {"Architecture": {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]}


def for_emulator(plain_template, issuer):
    """The copy that is deployed, and what was taken out of it: type by logical id."""
    template = copy.deepcopy(plain_template)
    template["Resources"]["IssuerParameter"]["Properties"]["Value"] = issuer
    kinds = {name: resource["Type"] for name, resource in template["Resources"].items()}
    unknown = sorted({kind for kind in kinds.values() if kind not in _RESOURCE_HANDLERS} - set(TAKEN_OUT))
    if unknown:
        raise SystemExit(f"ministack does not know {', '.join(unknown)}: add it to TAKEN_OUT with the reason")
    gone = {name: kind for name, kind in kinds.items() if kind in TAKEN_OUT}
    for name in gone:
        del template["Resources"][name]
    for resource in template["Resources"].values():
        if "CodeDeployLambdaAliasUpdate" in resource.get("UpdatePolicy", {}):
            del resource["UpdatePolicy"]
        needed = resource.get("DependsOn", [])
        needed = [name for name in ([needed] if isinstance(needed, str) else needed) if name not in gone]
        resource.pop("DependsOn", None)
        if needed:
            resource["DependsOn"] = needed
    return template, gone


class _ManagedPolicies:
    """What SAM looks up in an account. The template's own roles are written out; CodeDeploy's is not."""

    def load(self):
        return {"AWSCodeDeployRoleForLambda": "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"}
