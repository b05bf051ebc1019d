"""The scripts of infra/scripts, as far as they need no account; tests/cloud/test_drills.py drills them."""

import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import zipfile

import pytest
from transform import ROOT, TEMPLATE, transformed, written

FOLDER = ROOT / "infra" / "scripts"
SCRIPTS = sorted(path.name for path in FOLDER.iterdir() if path.is_file() and "." not in path.name)
BINARIES = {name: told["Metadata"]["BuildProperties"]["Binary"] for name, told in written()["Resources"].items()
            if told["Type"] == "AWS::Serverless::Function"}


def run(name, *arguments, folder=None):
    environment = {"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, FOLDER / name, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_can_be_run_and_tells_what_it_does(name):
    assert os.access(FOLDER / name, os.X_OK)
    said = run(name, "--help")
    assert said.returncode == 0 and f"{name} " in said.stdout
    assert run(name).returncode == 2


@pytest.mark.parametrize(("name", "arguments"), [("restore", ["use", "grants", "jeton", "--table", "other"]),
                                                 ("restore", ["copy", "people", "jeton", "--at", "2026-11-29T10:00:00"]),
                                                 ("restore", ["copy", "grants", "jeton", "--at", "2026-11-29T10:00:00Z"]),
                                                 ("adopt", ["jeton", "--template", "file"]), ("adopt", ["jeton"]),
                                                 ("firewall", ["jeton"])])
def test_wrong_arguments_are_refused_before_anything_is_asked(name, arguments):
    said = run(name, *arguments)
    assert said.returncode == 2 and "usage:" in said.stderr


def test_without_an_account_the_error_is_one_line():
    said = run("clear-failed", "jeton")
    assert (said.returncode, said.stderr.count("\n")) == (1, 1) and said.stderr.startswith("error: ")


# ---- firewall --------------------------------------------------------------------------------------------------------

MAKE, ACCEPT, SEND, WAIT, DROP, NAME = "Make another", "Let the functions accept both", "Let CloudFront send", "Wait", \
    "Let the functions accept the new one alone", "Call the new version"


def loaded(name, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    loader = importlib.machinery.SourceFileLoader(name, str(FOLDER / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(("sent", "accepted", "pending", "steps"), [
    ("old", "", None, [MAKE, ACCEPT, SEND, WAIT, DROP, NAME]),
    ("old", "", "new", [ACCEPT, SEND, WAIT, DROP, NAME]),
    ("old", "new", "new", [SEND, WAIT, DROP, NAME]),
    ("new", "old", "new", [WAIT, DROP, NAME]),
    ("new", "", "new", [NAME]),
], ids=["from the beginning", "made", "accepted", "sent", "alone"])
def test_c243_a_rotation_goes_on_where_it_was_stopped(sent, accepted, pending, steps, monkeypatch):
    left = list(loaded("firewall", monkeypatch).left("secret", "distribution", (sent, accepted, pending), None))
    assert [step.text[:len(text)] for step, text in zip(left, steps, strict=True)] == steps


# ---- plain -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def code(tmp_path):
    """What `cargo lambda build` makes: a folder for each function."""
    for binary in BINARIES.values():
        (tmp_path / "lambda" / binary).mkdir(parents=True)
        (tmp_path / "lambda" / binary / "bootstrap").write_text(binary)
    return tmp_path


def plain(folder, *more):
    said = run("plain", "--code", "lambda", "--bucket", "bucket", "--output", "jeton.json", *more, folder=folder)
    assert said.returncode == 0, said.stderr
    return json.loads((folder / "jeton.json").read_text())


def keys(template):
    return {name: told["Properties"]["Code"]["S3Key"] for name, told in template["Resources"].items()
            if told["Type"] == "AWS::Lambda::Function"}


def test_plain_writes_what_the_transform_makes_and_the_archives_that_it_names(code):
    made, expected = plain(code), transformed({})
    assert "Transform" not in made and set(made["Resources"]) >= {"TokenFunction", "TokenRole", "KeysTable"}
    versions = {name for name, told in expected["Resources"].items() if told["Type"] == "AWS::Lambda::Version"}
    assert set(expected["Resources"]) - versions <= set(made["Resources"])
    assert set(made["Parameters"]) == set(written()["Parameters"]) and "Parameters:" in TEMPLATE.read_text()
    listed = dict(line.split() for line in (code / "jeton.json.code" / "keys.txt").read_text().splitlines())
    assert set(listed.values()) == set(keys(made).values())
    with zipfile.ZipFile(code / "jeton.json.code" / "token.zip") as archive:
        assert archive.read("bootstrap") == b"token" and archive.infolist()[0].external_attr >> 16 & 0o777 == 0o755


def test_the_same_code_is_no_change_and_new_code_is_a_new_version_of_that_function(code):
    first = plain(code)
    assert plain(code) == first
    (code / "lambda" / "token" / "bootstrap").write_text("another")
    second = plain(code)
    assert {name for name, key in keys(second).items() if keys(first)[name] != key} == {"TokenFunction"}
    versions = [{name for name in made["Resources"] if name.startswith("TokenFunctionVersion")} for made in (first, second)]
    assert versions[0] != versions[1]


def test_a_gradual_deployment_is_chosen_when_the_template_is_written(code):
    made = plain(code, "--gradual", "Canary10Percent5Minutes")
    assert made["Parameters"]["GradualDeployment"]["AllowedValues"] == ["Canary10Percent5Minutes"]
    assert any(told["Type"] == "AWS::CodeDeploy::DeploymentGroup" for told in made["Resources"].values())
    assert "one of none, Canary10Percent5Minutes" in run("plain", "--code", "lambda", "--bucket", "b", "--output", "o", "--gradual",
                                                         "Sometimes", folder=code).stderr


def test_code_that_was_not_built_is_told(code):
    (code / "lambda" / "token" / "bootstrap").unlink()
    said = run("plain", "--code", "lambda", "--bucket", "b", "--output", "jeton.json", folder=code)
    assert said.returncode == 1 and "no token/bootstrap" in said.stderr and not (code / "jeton.json").exists()
