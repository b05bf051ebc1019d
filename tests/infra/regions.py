"""Prints the regions that stand for all regions when cfn-lint reads a template.

    regions.py PLAIN.json

cfn-lint knows a region by its schemas of resource types and by its partition. Regions in which both are the same for the types of
the template get the same findings, so one of each such group is enough: the one with the longest name.
"""

import collections
import json
import sys
from pathlib import Path

from cfnlint.context.context import _get_pseudo_value_by_region as pseudo_value
from cfnlint.helpers import REGIONS
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER


def alike(template):
    """Groups all regions by what cfn-lint knows of them for the types of the template."""
    types = sorted({it["Type"] for it in template["Resources"].values()})
    groups = collections.defaultdict(list)
    for region in REGIONS:
        schemas = tuple(PROVIDER_SCHEMA_MANAGER._load_provider_module(region).get(it) for it in types)
        values = tuple(str(pseudo_value(it, region)).replace(region, "REGION") for it in ("AWS::Partition", "AWS::StackId", "AWS::URLSuffix"))
        groups[schemas, values].append(region)
    return list(groups.values())


def representatives(template):
    """One region of each group: the first of those with the longest name."""
    return [max(group, key=len) for group in alike(template)]


if __name__ == "__main__":
    print(*representatives(json.loads(Path(sys.argv[1]).read_text())))
