"""The Terraform module: its variables and outputs are the template's, and Terraform finds it valid."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import hcl2
import pytest
from terraform import FOLDER, WRITTEN, snake
from transform import written

TERRAFORM = shutil.which("terraform") or shutil.which("tofu")
# Where providers are on a machine that does not reach the registry.
PLUGINS = Path(os.environ.get("JETON_TERRAFORM_PLUGINS", "/opt/tf-plugins"))


def blocks(kind):
    """The names of the module's blocks of a kind."""
    found = [block for path in sorted(FOLDER.glob("*.tf")) for block in hcl2.loads(path.read_text()).get(kind, [])]
    return [name.strip('"') for block in found for name in block if not name.startswith("__")]


@pytest.mark.parametrize("file", WRITTEN)
def test_the_module_is_what_the_template_gives(file):
    assert (FOLDER / file).read_text() == WRITTEN[file](), "run: python tests/infra/terraform.py"


def test_there_is_a_variable_for_each_parameter_and_an_output_for_each_output():
    own = {"stack_name", "template_url", "tags"}
    variables = blocks("variable")
    assert len(variables) == len(set(variables)), "a parameter has the name of a variable of the module itself"
    assert set(variables) - own == {snake(name) for name in written()["Parameters"]}
    assert set(blocks("output")) == {snake(name) for name in written()["Outputs"]}


def test_the_readme_shows_variables_that_exist():
    text = re.search(r"```hcl\n(.*?)```", Path(FOLDER.parent, "README.md").read_text(), re.DOTALL)[1]
    (module,) = hcl2.loads(text)["module"]
    given = {name.strip('"') for body in module.values() for name in body if not name.startswith("__")}
    assert given - {"source"} <= set(blocks("variable")) and "template_url" in given


@pytest.mark.skipif(TERRAFORM is None, reason="needs terraform or tofu")
def test_terraform_takes_it_and_hands_over_what_is_given(tmp_path):
    for path in [*FOLDER.glob("*.tf"), *Path(__file__).parent.glob("*.tftest.hcl")]:
        shutil.copy(path, tmp_path)
    plugins = ["-plugin-dir", str(PLUGINS)] if PLUGINS.is_dir() else []
    for command in (["fmt", "-check", "-diff"], ["init", "-backend=false", "-input=false", *plugins], ["validate"], ["test"]):
        done = subprocess.run([TERRAFORM, *command, "-no-color"] if command[0] != "fmt" else [TERRAFORM, *command], cwd=tmp_path,
                              capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"terraform {' '.join(command)}\n{done.stdout}{done.stderr}"
