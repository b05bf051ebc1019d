"""Tables of the documents say what the code says: nothing is missing, and nothing is there no more."""

import json
import re
import subprocess
import tomllib

import pytest

from documents import ROOT, cells, read, spans, table
from stack import help_of, with_stack

TEMPLATE = (ROOT / "infra/template.yaml").read_text()


def first_spans(rows):
    return [spans(row[0]) for row in rows]


def below(key):
    """The lines of the template below a key at its top."""
    return re.search(rf"^{key}:\n((?: .*\n|\n)*)", TEMPLATE, re.MULTILINE)[1]


def entries(key):
    """The entries below a key of the template: each name with its lines."""
    found = re.split(r"^  (\w+):\n", below(key), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def product_sources():
    """The text of the product's Rust files, without tests."""
    for path in sorted(ROOT.glob("*/**/src/**/*.rs")):
        parts = path.relative_to(ROOT).parts
        if parts[0] in ("shared", "functions", "infra") and path.name != "tests.rs" and "tests" not in parts:
            yield path.read_text().partition("#[cfg(test)]\nmod tests")[0]


EVERYWHERE = {"--help", "--json", "--env-file", "--stack", "--quiet", "--dry-run", "--yes"}


def options(*command):
    """The options in the help of a command, without those that all commands have, or all that change something."""
    return set(re.findall(r"^ +(?:-\w, )?(--[\w-]+)", help_of(*command), re.MULTILINE)) - EVERYWHERE


def subcommands(*command):
    listed = re.search(r"^Commands:\n((?: .*\n)+)", help_of(*command), re.MULTILINE)
    return set(re.findall(r"^  (\S+)", listed[1], re.MULTILINE)) - {"help"} if listed else set()


@pytest.mark.parametrize(("document", "head"), [("README.md", ("path",)), ("functions/README.md", ("endpoint",))])
def test_endpoints_are_the_routes_of_the_template(document, head):
    routes = {re.sub(r"/\{\w+\+\}$", "", route) for route in re.findall(r"RouteKey: ANY (\S+)", TEMPLATE)}
    named = {path for row in first_spans(table(document, head)) for path in row}
    assert {"/.well-known" if path.startswith("/.well-known/") else path for path in named} == routes


def test_every_path_of_the_metadata_function_is_in_the_readme():
    named = {path for row in first_spans(table("README.md", ("path",))) for path in row if "well-known" in path}
    served = set(re.findall(r'"(/?\.well-known/[\w./-]+)"', (ROOT / "functions/metadata/src/lib.rs").read_text()))
    assert served == named


def test_functions_are_the_folders():
    folders = {path.parent.name for path in ROOT.glob("functions/*/Cargo.toml")}
    assert {name for row in first_spans(table("functions/README.md", ("function",))) for name in row if "/" not in name} == folders
    roles = re.findall(r"^\| the role of `([\w-]+)`", read("SECURITY.md"), re.MULTILINE)
    assert sorted(roles) == sorted(folders)


def test_parameters_are_those_of_the_template_with_their_defaults():
    rows = table("infra/README.md", ("parameter", "default"))
    named = [name for row in rows for name in spans(row[0]) if name != "...Burst"]
    if any("...Burst" in row[0] for row in rows):
        named += [name.replace("Rate", "Burst") for name in named if name.endswith("Rate")]
    assert sorted(named) == sorted(entries("Parameters"))
    faults = []
    for row in rows:
        names, shown = [name for name in spans(row[0]) if name != "...Burst"], [part.strip(" `") for part in row[1].split(",")]
        if not re.fullmatch(r"[\w.]+|0, none", row[1].strip("`")) and len(shown) != len(names):
            continue
        for name, value in zip(names, shown, strict=False):
            default = re.search(r"^    Default: \"?(.*?)\"?$", entries("Parameters")[name], re.MULTILINE)
            if value != "none" and (default is None or default[1] != value) and (default is None or default[1] != ""):
                faults.append(f"{name}: {value} is not {default and default[1]!r}")
    assert faults == [], "a default in the table is not the template's"


def test_the_guide_says_how_many_parameters_it_is_asked_for():
    asked = re.search(r"asks for the (\d+) \[parameters\]", read("infra/README.md"))[1]
    assert int(asked) == len(entries("Parameters"))


def test_environment_variables_are_those_that_the_product_reads():
    rows = table("infra/README.md", ("variable",))
    named = set()
    for row in rows:
        family = ""
        for name in spans(row[0]):
            named.add(family + name if name.startswith("_") else name)
            family = re.sub(r"_[A-Z]+$", "", name) if not name.startswith("_") else family
    shown = {name for name in named | set(re.findall(r"`(_AUDIT)`", read("infra/README.md"))) if name.startswith(("JETON_", "_"))}
    shown = {f"JETON_TABLE{name}" if name.startswith("_") else name for name in shown}
    read_by_code = {name for text in product_sources() for name in re.findall(r"\"(JETON_[A-Z_]*[A-Z])\"", text)}
    assert shown == read_by_code


def test_the_template_sets_the_variables_that_its_page_says_it_sets():
    unset = {"JETON_KEY_FILE", "JETON_ENV_FILE", "JETON_DEVELOPMENT"}
    read_by_code = {name for text in product_sources() for name in re.findall(r"\"(JETON_[A-Z_]*[A-Z])\"", text)}
    expected = {name for name in read_by_code - unset if not name.endswith("_SECONDS")} | {"JETON_DEVICE_SECONDS", "JETON_DIRECTORY_SECONDS"}
    assert {name for name in re.findall(r"JETON_[A-Z_]+", TEMPLATE)} & read_by_code == expected


def test_alarms_are_those_of_the_template():
    patterns = [pattern for row in first_spans(table("infra/README.md", ("alarm",))) for pattern in row]
    alarms = [name for name, lines in entries("Resources").items() if "Type: AWS::CloudWatch::Alarm" in lines]
    matches = {pattern: [name for name in alarms if re.fullmatch(pattern.replace("...", r"\w+"), name)] for pattern in patterns}
    assert [pattern for pattern, found in matches.items() if not found] == []
    assert set(alarms) == {name for found in matches.values() for name in found}


def test_procedures_are_scripts_and_each_has_its_drill():
    rows = table("infra/README.md", ("what happened", "command", "drill"))
    named = [name for row in rows for name in re.findall(r"infra/scripts/([\w-]+)", row[1])]
    scripts = {path.name for path in (ROOT / "infra/scripts").iterdir() if path.is_file() and "." not in path.name}
    # `plain` is no answer to something that happened; tests/infra runs it.
    assert set(named) == scripts - {"plain"}
    drills = re.findall(r"^def (test_\w+)", (ROOT / "tests/cloud/test_drills.py").read_text(), re.MULTILINE)
    assert sorted(name for row in rows for name in spans(row[2])) == sorted(drills)


def test_commands_are_those_of_the_command_line():
    named = {}
    for row in table("infra/cli/README.md", ("command", "purpose")):
        _, command, *parts = spans(row[0])[0].split(" ")
        named[command] = {part for group in parts for part in group.split("|")}
    assert named == {command: subcommands(command) for command in subcommands() - {"dev"}}


def test_options_of_a_client_are_those_of_the_command_line():
    named = {option.split(" ")[0] for row in first_spans(table("infra/cli/README.md", ("option of `jeton client create`",))) for option in row}
    assert named == options("client", "create")


def test_options_of_dev_are_those_of_the_command_line():
    named = {option.split(" ")[0] for row in first_spans(table("infra/cli/README.md", ("option", "effect"))) for option in row}
    assert named - {"--env-file"} == options("dev")


def test_options_in_the_row_of_apply_are_those_of_the_command_line():
    row = next(row for row in table("infra/cli/README.md", ("command", "purpose")) if "`jeton apply`" in row[0])
    assert {span.split(" ")[0] for span in spans(row[1])} - EVERYWHERE == {"-f"} | options("apply") - {"--file"}


WORD = "none-such"
FILES = {
    "`[[api]]`": f'[[api]]\nidentifier = "urn:a"\n{WORD} = 1\n',
    "`[[issuer]]`": f'[[issuer]]\nname = "a"\nurl = "https://a.example"\npurposes = []\n{WORD} = 1\n',
    "`[[client]]`": f'[[client]]\nid = "a"\nname = "A"\n{WORD} = 1\n',
    "`[client.relying_party]`": f'[[client]]\nid = "a"\nname = "A"\n[client.relying_party]\n{WORD} = 1\n',
}


@pytest.mark.parametrize("head", FILES)
def test_words_of_a_file_are_those_that_apply_knows(head):
    done = subprocess.run([with_stack.JETON, "apply", "-f", "-"], input=FILES[head], capture_output=True, text=True, timeout=60, check=False)
    known = re.findall(r"`(\w+)`", done.stderr.partition("expected one of")[2])
    row = next(row for row in table("infra/cli/README.md", ("table", "its words")) if row[0] == head)
    named = [re.match(r"`(\w+)`", part)[1] for part in re.split(r", (?=`)", row[1])]
    assert sorted(named) == sorted(known)


@pytest.mark.parametrize("command", ["api", "registration-token"])
def test_options_in_the_row_of_a_command_are_those_of_its_create(command):
    row = next(row for row in table("infra/cli/README.md", ("command", "purpose")) if f"`jeton {command} " in row[0])
    assert {span.split(" ")[0] for span in spans(row[1]) if span.startswith("--")} == options(command, "create")


def test_crates_are_the_folders():
    rows = first_spans(table("CONTRIBUTING.md", ("crate", "content")))
    named = {name for row in rows for name in row if name.startswith("shared/")}
    assert named == {f"shared/{path.parent.name}" for path in ROOT.glob("shared/*/Cargo.toml")}


def test_suites_are_the_folders():
    rows = first_spans(table("tests/README.md", ("suite", "what it tests")))
    named = {name.split("/")[0] for row in rows for name in row}
    assert named == {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}


LOCKED = {
    "openid-client": "node", "oauth4webapi": "node", "Auth.js": "node:@auth/core", "better-auth": "node",
    "passport-openidconnect": "node", "express-openid-connect": "node", "jwks-rsa": "node", "jsonwebtoken": "node",
    "aws-jwt-verify": "node", "MSAL for browsers": "browser:@azure/msal-browser", "oidc-client-ts": "browser", "react-oidc-context": "browser",
    "Next.js": "browser:next", "`next-auth`": "browser:next-auth",
    "Swagger UI": "browser:swagger-ui-dist", "Authlib": "python:Authlib", "requests-oauthlib": "python",
    "golang.org/x/oauth2": "go", "coreos/go-oidc": "go:github.com/coreos/go-oidc/v3", "zitadel/oidc": "go:github.com/zitadel/oidc/v3",
    "hashicorp/cap": "go:github.com/hashicorp/cap", "Kubernetes API server": "go:k8s.io/apiserver",
    "MCP Go SDK": "go:github.com/modelcontextprotocol/go-sdk",
}


def locked(name):
    """The version of a package in the lock file of its suite."""
    place, _, package = LOCKED[name].partition(":")
    package = package or name
    if place == "python":
        return re.search(rf"^{package}==(\S+)$", (ROOT / "tests/clients/python/requirements.txt").read_text(), re.MULTILINE)[1]
    if place == "go":
        return re.search(rf"^\s*(?:require )?{package} v(\S+)", (ROOT / "tests/clients/go/go.mod").read_text(), re.MULTILINE)[1]
    folder = {"node": "clients/node", "browser": "browser"}[place]
    return json.loads((ROOT / f"tests/{folder}/package-lock.json").read_text())["packages"][f"node_modules/{package}"]["version"]


@pytest.mark.parametrize("name", LOCKED)
def test_versions_of_clients_are_those_of_the_lock_files(name):
    row = next(row for row in table("tests/README.md", ("library", "version")) if name in row[0])
    assert locked(name) in row[1].split(", "), row


def test_the_price_among_the_reasons_is_that_of_the_table():
    prices = dict(table("README.md", ("a million tokens for services (RS256)",)))
    jeton, hosted = prices["Jeton, through API Gateway"], f"[${prices['Clerk']} to ${prices['Amazon Cognito']}](#price)"
    assert f"A million tokens for services cost ${jeton}, and {hosted} at" in " ".join(read("README.md").split())


def test_the_rust_version_is_the_manifests():
    wanted = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["rust-version"]
    for document in ("README.md", "CONTRIBUTING.md", "infra/README.md", "tests/README.md"):
        assert set(re.findall(r"Rust (\d+\.\d+)", read(document))) == {".".join(wanted.split(".")[:2])}, document


def test_a_bar_in_a_cell_does_not_end_it():
    assert cells("| `a\\|b` | c |") == ["`a|b`", "c"]
