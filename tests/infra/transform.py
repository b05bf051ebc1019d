"""The SAM transform, offline: what CloudFormation makes of infra/template.yaml.

    python transform.py FOLDER

writes plain-defaults.json and plain-everything.json: with a firewall it makes what it makes without.
"""

import json
import logging
import sys
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"

DEFAULTS: dict[str, str] = {}
# Each optional part on, but for the firewall: it takes the domain to another place.
EVERYTHING = {
    "AlarmEmail": "alarms@example.com",
    "AllowImplicitGrant": "true",
    "AllowPasswordGrant": "true",
    "AuditRetentionDays": "400",
    "BrandLayerArn": "arn:aws:lambda:us-east-1:111122223333:layer:jeton-brand:1",
    "CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
    "ClientIdDocuments": "open",
    "DirectoryFunctionArn": "arn:aws:lambda:us-east-1:111122223333:function:old-directory",
    "DomainName": "id.example.com",
    "DynamicRegistration": "token",
    "GradualDeployment": "Canary10Percent5Minutes",
    "MailFrom": "accounts@example.com",
    "MetadataApis": "https://orders.example",
    "Operations": "true",
    "PrivateTokenCallers": "orders,billing",
    "ReservedConcurrency": "20",
    "SignUp": "open",
    "Tracing": "Active",
}
FIREWALL = {
    "CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
    "DomainName": "id.example.com",
    "DynamicRegistration": "token",
    "Operations": "true",
    "WebAclArn": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/w/1",
}


class NoPolicies:
    """The names of managed policies, which the transform would ask IAM for: the template uses none."""

    def load(self):
        return {}


def written():
    """The template as it is written, intrinsic functions as JSON has them."""
    return yaml_parse(TEMPLATE.read_text())


def transformed(parameters):
    """Plain CloudFormation."""
    logging.disable(logging.WARNING)
    template = written()
    # As `sam package` does; nothing is uploaded here.
    template["Globals"]["Function"]["CodeUri"] = {"Bucket": "code", "Key": "code.zip"}
    return transform(template, dict(parameters), NoPolicies())


if __name__ == "__main__":
    for name, parameters in [("defaults", DEFAULTS), ("everything", EVERYTHING)]:
        path = Path(sys.argv[1]) / f"plain-{name}.json"
        path.write_text(json.dumps(transformed(parameters), indent=1))
