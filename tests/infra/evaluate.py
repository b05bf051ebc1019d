"""What CloudFormation makes of a plain template with parameters: conditions decided, intrinsic functions replaced.

What only the cloud knows is a stand-in of the usual length. A reference to something that is not made is an error, as in
the cloud.
"""

import re

NOTHING = {"Ref": "AWS::NoValue"}
ACCOUNT = "111122223333"
# The longest name that a stack may have.
STACK = "s" * 128
PARTITIONS = {"cn-": ("aws-cn", "amazonaws.com.cn"), "us-gov-": ("aws-us-gov", "amazonaws.com")}


class Unresolved(Exception):
    """Something refers to what is not there."""


class Stack:
    """A template with parameters, in a region."""

    def __init__(self, template, parameters, region="ap-southeast-1"):
        self.template = template
        declared = template["Parameters"]
        if unknown := set(parameters) - set(declared):
            raise Unresolved(f"no such parameters: {sorted(unknown)}")
        self.parameters = {name: self.typed(it, parameters.get(name, it.get("Default", ""))) for name, it in declared.items()}
        partition, suffix = next((it for start, it in PARTITIONS.items() if region.startswith(start)), ("aws", "amazonaws.com"))
        self.pseudo = {
            "AWS::StackName": STACK, "AWS::Region": region, "AWS::AccountId": ACCOUNT, "AWS::Partition": partition, "AWS::URLSuffix": suffix,
            "AWS::StackId": f"arn:{partition}:cloudformation:{region}:{ACCOUNT}:stack/{STACK}/12345678-1234-1234-1234-123456789012",
        }
        self.decided = {}
        self.there = {name for name, it in template["Resources"].items() if "Condition" not in it or self.holds(it["Condition"])}
        # One value is read by others: the issuer.
        self.values = {}

    @staticmethod
    def typed(declared, value):
        return str(value).split(",") if declared["Type"] == "CommaDelimitedList" else str(value)

    def holds(self, name):
        if name not in self.decided:
            self.decided[name] = self.decide(self.template["Conditions"][name])
        return self.decided[name]

    def decide(self, condition):
        ((function, inside),) = condition.items()
        if function == "Condition":
            return self.holds(inside)
        if function == "Fn::Not":
            return not self.decide(inside[0])
        if function == "Fn::And":
            return all(self.decide(it) for it in inside)
        if function == "Fn::Or":
            return any(self.decide(it) for it in inside)
        if function == "Fn::Equals":
            one, other = (self.value(it) for it in inside)
            return str(one) == str(other)
        raise Unresolved(f"the condition {condition}")

    def resources(self):
        """The resources that are made: type and properties by logical id."""
        return {name: (it["Type"], self.value(it.get("Properties", {}))) for name, it in self.template["Resources"].items() if name in self.there}

    def outputs(self):
        return {name: self.value(it["Value"]) for name, it in self.template["Outputs"].items() if "Condition" not in it or self.holds(it["Condition"])}

    def value(self, tree):
        """A tree without intrinsic functions."""
        if isinstance(tree, list):
            return [self.value(it) for it in tree if self.chosen(it) != NOTHING]
        if not isinstance(tree, dict):
            return tree
        if len(tree) == 1:
            ((function, inside),) = tree.items()
            if function == "Ref":
                return self.ref(inside)
            if function.startswith("Fn::"):
                return self.call(function, inside)
        return {name: self.value(it) for name, it in tree.items() if self.chosen(it) != NOTHING}

    def chosen(self, tree):
        """The branch that is taken of a tree that is an `If`."""
        while isinstance(tree, dict) and list(tree) == ["Fn::If"]:
            condition, yes, no = tree["Fn::If"]
            tree = yes if self.holds(condition) else no
        return tree

    def ref(self, name):
        if name in self.parameters:
            return self.parameters[name]
        if name in self.pseudo:
            return self.pseudo[name]
        return self.attribute(name, "")

    def attribute(self, name, attribute):
        if name not in self.there:
            raise Unresolved(f"{name} is not made, and is referred to")
        if (name, attribute) == ("IssuerParameter", "Value"):
            return self.value(self.template["Resources"][name]["Properties"]["Value"])
        kind = self.template["Resources"][name]["Type"]
        if attribute.endswith(("Arn", "ARN")) or kind in ("AWS::Lambda::Alias", "AWS::SecretsManager::Secret", "AWS::SNS::Topic"):
            return f"arn:{self.pseudo['AWS::Partition']}:service:{self.pseudo['AWS::Region']}:{ACCOUNT}:{name}-123456789012"[:140]
        if kind == "AWS::DynamoDB::Table":
            return self.value(self.template["Resources"][name]["Properties"]["TableName"])
        if attribute == "VersionNumber":
            return "1234567"
        return f"{name}-1234567890AB.example"

    def call(self, function, inside):
        if function == "Fn::If":
            return self.value(self.chosen({function: inside}))
        if function == "Fn::GetAtt":
            name, attribute = inside if isinstance(inside, list) else inside.split(".", 1)
            return self.attribute(name, attribute)
        if function == "Fn::Join":
            return str(inside[0]).join(self.value(inside[1]))
        if function == "Fn::Select":
            return self.value(inside[1])[int(inside[0])]
        if function == "Fn::Split":
            return self.value(inside[1]).split(inside[0])
        if function == "Fn::Sub":
            text, given = inside if isinstance(inside, list) else (inside, {})
            return re.sub(r"\$\{([^!}]+)\}", lambda found: self.replaced(found[1], given), text)
        raise Unresolved(f"the function {function}")

    def replaced(self, name, given):
        if name in given:
            return str(self.value(given[name]))
        value = self.attribute(*name.split(".", 1)) if "." in name else self.ref(name)
        if isinstance(value, list):
            raise Unresolved(f"Sub takes no list, and {name} is one")
        return value
