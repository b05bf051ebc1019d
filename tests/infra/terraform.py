"""infra/terraform: what of the module follows from the parameters and outputs of the template.

    python terraform.py

writes infra/terraform/variables.tf, parameters.tf and outputs.tf.
"""

import re
from pathlib import Path

from transform import ROOT, written

FOLDER = ROOT / "infra" / "terraform"
HEAD = "# Written by tests/infra/terraform.py from infra/template.yaml.\n"


def snake(name):
    """A variable's name: `AuthorizeRate` is `authorize_rate`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def kind(parameter):
    """The type of a variable."""
    if parameter.get("AllowedValues") == ["true", "false"]:
        return "bool"
    return {"String": "string", "Number": "number", "CommaDelimitedList": "list(string)"}.get(parameter["Type"], "string")


def quoted(text):
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
    return f'"{escaped}"'


def variables():
    blocks = [f'variable "{snake(name)}" {{\n  description = {quoted(told["Description"])}\n  type        = {kind(told)}\n'
              f"  default     = null\n}}\n" for name, told in written()["Parameters"].items()]
    return HEAD + "# A variable that is null leaves the template's default.\n\n" + "\n".join(blocks)


def parameters():
    found = written()["Parameters"]
    width = max(map(len, found))
    values = {name: f'var.{snake(name)} == null ? null : join(",", var.{snake(name)})' if kind(told) == "list(string)"
              else f"var.{snake(name)}" for name, told in found.items()}
    lines = "".join(f"    {name:{width}} = {value}\n" for name, value in values.items())
    return f"{HEAD}\nlocals {{\n  given = {{\n{lines}  }}\n}}\n"


def outputs():
    return HEAD + "\n" + "\n".join(output(name, told) for name, told in written()["Outputs"].items())


def output(name, told):
    value = f'lookup(aws_cloudformation_stack.jeton.outputs, "{name}", null)'
    lines = f"  description = {quoted(told['Description'])}\n  value       = {value}" if "Description" in told else f"  value = {value}"
    return f'output "{snake(name)}" {{\n{lines}\n}}\n'


WRITTEN = {"variables.tf": variables, "parameters.tf": parameters, "outputs.tf": outputs}


if __name__ == "__main__":
    for file, text in WRITTEN.items():
        Path(FOLDER, file).write_text(text())
