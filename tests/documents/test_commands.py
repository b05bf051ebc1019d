"""The commands of the documents run as they are written, in the order of the document, beside a `jeton dev` of their own.

A placeholder stands for a value that only a run has; `VALUES` says where it comes from. A command that cannot run here is
in `EXCEPTIONS`, with the reason; what it names is checked all the same.
"""

import base64
import hashlib
import json
import os
import pathlib
import re
import secrets
import shlex
import signal
import subprocess
import tempfile
import time
import urllib.request
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from documents import FENCE, ROOT, blocks, commands, documents, prose, read, spans
from stack import Person, help_of, with_stack

# The beginning of a command, and why it does not run here.
EXCEPTIONS = {
    "tests/run": "it is the run that this test belongs to",
    "cargo build": "the run has built everything by now",
    "cargo test": "the run tests all crates; a debug build beside the release build takes minutes",
    "JETON_WRITE_SCREENSHOTS=1 tests/clients/with-stack": "the run compares the pictures that it takes",
    "JETON_WRITE_COVERAGE=1 cargo test": "the run compares the file that it writes",
    "sam ": "needs an AWS account",
    "aws ": "needs an AWS account",
    "infra/scripts/": "needs an AWS account; tests/cloud/test_drills.py runs each",
    "tests/bench/peers/run": "takes minutes; `--quick` of it too",
    "tests/clients/with-stack mvn": "it is the section Java clients of tests/run",
    "curl -i http://127.0.0.1:3000/": "calls the API of a recipe; tests/clients/node and python start each and call it",
}
# What a document's stack is started with, besides the defaults.
OPTIONS = {"functions/README.md": ["--registration", "token"]}
# The variables that documents export, by the beginnings of their names.
EXPORTED = ("JETON_TABLE", "JETON_ENV_FILE", "STOCK_", "PACKER=", "ORDERS=", "TOKEN=")
SERVER = re.compile(r"^((?:\w+=\S+\s+(?:\\\n\s*)?)*)(?:cargo run --bin jeton -- |jeton )dev\b")
PASSWORD = "a long enough pass phrase"


def exception(command):
    return next((begin for begin in EXCEPTIONS if command.startswith(begin)), None)


def written():
    """The documents that have blocks of commands."""
    return {document: found for document in documents() if (found := blocks(document))}


class Shell:
    """A shell beside a stack, in an empty folder with the files that the documents name."""

    def __init__(self, stack, folder):
        self.stack, self.folder, self.said = stack, pathlib.Path(folder), ""
        lines = dict(line.split("=", 1) for line in stack.env_file.read_text().splitlines() if "=" in line)
        values = {name: value.strip("'\"") for name, value in lines.items()}
        self.environment = {**os.environ, **values, "PATH": f"{with_stack.JETON.parent}:{os.environ['PATH']}"}
        key = {"kty": "EC", "crv": "P-256", "kid": "1", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
               "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}
        self.write("bank-public-keys.json", json.dumps({"keys": [key]}))
        (self.folder / "brand").mkdir(exist_ok=True)
        self.write("brand/brand.toml", next(found["text"] for found in FENCE.finditer(read("infra/README.md")) if found["kind"] == "toml"))
        people = [{"username": f"person-{number}", "password": PASSWORD, "claims": {"name": "A Person"}} for number in (1, 2)]
        self.write("jeton.toml", next(found["text"] for found in FENCE.finditer(read("infra/cli/README.md")) if found["kind"] == "toml"))
        clients = [{"client_id": "imported", "client_secret": secrets.token_urlsafe(32), "grant_types": ["client_credentials"],
                    "apis": ["https://orders.example"]}]
        self.write("clients.jsonl", "".join(json.dumps(client) + "\n" for client in clients))
        secret = {"value": "3JOdJfrH/4nM+sJulFtxb4fHW0tdTcZBrukjswEho3/TCXwmeuapMOWZGPajWk4/xH8/FPYekzPiZ1oQDwUHsw==",
                  "salt": "MDEyMzQ1Njc4OWFiY2RlZg==", "additionalParameters": {}}
        algorithm = {"hashIterations": 1000, "algorithm": "pbkdf2-sha256", "additionalParameters": {}}
        credential = {"type": "password", "secretData": json.dumps(secret), "credentialData": json.dumps(algorithm)}
        user = {"id": "1", "username": "from-keycloak", "enabled": True, "emailVerified": True, "email": "k@example.com",
                "firstName": "K", "credentials": [credential]}
        self.write("shop-users-0.json", json.dumps({"realm": "shop", "users": [user]}))
        self.write("people.jsonl", "".join(json.dumps(person) + "\n" for person in people))

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def run(self, text):
        """Runs a command to its end and gives what it prints."""
        text = self.filled(text)
        # Exported variables stay for the next command of the document.
        script = f"set -eo pipefail\n{text}\nenv -0 > \"$JETON_TEST_FOLDER\"/variables"
        environment = {**self.environment, "JETON_TEST_FOLDER": str(self.folder)}
        done = subprocess.run(["bash", "-c", script], cwd=self.folder, env=environment, capture_output=True, text=True,
                              timeout=60, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"{text}\n{done.stderr}{done.stdout}"
        kept = (self.folder / "variables").read_text().split("\0")
        self.environment |= dict(line.split("=", 1) for line in kept if line.startswith(EXPORTED))
        self.said = done.stdout
        return done.stdout

    def filled(self, text):
        """The command with this run's values instead of placeholders."""
        for placeholder, value in VALUES.items():
            if placeholder in text:
                text = text.replace(placeholder, value(self))
        return text


def demo_secret(shell):
    return re.search(r"demo-service:(jtk_\S+)", shell.stack.log.read_text())[1].strip("'\"")


def initial_token(shell):
    return re.search(r"jti_\S+", shell.said)[0].strip("\",")


def device_code(shell):
    return re.search(r"jtq_[\w-]+", shell.said)[0]


def access_token(shell):
    """An access token of Grace, who signs in to an app."""
    stack = shell.stack
    claims = ["name=Grace Hopper", "email=grace@example.com", "email_verified=true"]
    stack.jeton("user", "create", "--username", "grace", "--password-stdin", *with_stack.options("--claim", claims),
                text=PASSWORD + "\n")
    callback, verifier = "https://shop.example/callback", secrets.token_urlsafe(32)
    made = stack.client("SHOP", "--auth-method", "none", "--grant", "authorization_code", "--redirect-uri", callback)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    request = {"response_type": "code", "client_id": made["STACK_SHOP_ID"], "redirect_uri": callback, "scope": "openid profile email",
               "code_challenge": challenge, "code_challenge_method": "S256", "state": "s"}
    back = Person("grace", PASSWORD).answer(f"{stack.url}/authorize?{urlencode(request)}")
    form = {"grant_type": "authorization_code", "client_id": made["STACK_SHOP_ID"], "redirect_uri": callback,
            "code": parse_qs(urlsplit(back).query)["code"][0], "code_verifier": verifier}
    return requests.post(f"{stack.url}/token", data=form, timeout=60).json()["access_token"]


def token_for_orders(shell):
    """An access token of a service for the API of the orders."""
    made = shell.stack.client("CALLER", "--grant", "client_credentials", "--api", "https://orders.example")
    form = {"grant_type": "client_credentials", "client_id": made["STACK_CALLER_ID"], "client_secret": made["STACK_CALLER_SECRET"]}
    return requests.post(f"{shell.stack.url}/token", data=form, timeout=60).json()["access_token"]


def secret_of_orders(shell):
    return re.search(r"jtk_[\w-]+", shell.said)[0]


# Placeholders, and where a run has the value.
VALUES = {
    "/tmp/jeton-.../env": lambda shell: str(shell.stack.env_file),
    "http://127.0.0.1:9000": lambda shell: shell.stack.url,
    "https://id.example": lambda shell: shell.stack.url,
    "jtk_...": demo_secret,
    "jti_...": initial_token,
    "jtq_...": device_code,
    "$ACCESS_TOKEN": access_token,
    "$ORDERS_SECRET": secret_of_orders,
    "$ORDERS_TOKEN": token_for_orders,
}


def serves(command, folder):
    """Starts a command that serves until it is stopped, at a free port, and waits until it answers."""
    port = with_stack.free_port()
    text = SERVER.sub(lambda found: f"{found[1]}jeton dev", command)
    text = re.sub(r"--port \d+", "", text) + f" --port {port}"
    environment = {**os.environ, "PATH": f"{with_stack.JETON.parent}:{os.environ['PATH']}"}
    text = text.replace("suite-ca.pem", str(certificate(folder)))
    said = folder / "server.log"
    with said.open("wb") as log:
        process = subprocess.Popen(["bash", "-c", text], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=log, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/.well-known/oauth-authorization-server", process, said)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def certificate(folder):
    path = folder / "suite-ca.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=suite", "-keyout", folder / "key.pem", "-out", path], check=True, capture_output=True)
    return path


def wait_for(url, process, log):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"{url} does not answer:\n{log.read_text()}")


def matches(shown, printed):
    """Whether the output is as the document shows it, where `...` stands for any text."""
    form = r"\s*".join(re.escape(part).replace(r"\.\.\.", ".*") for part in shown.split())
    return re.fullmatch(form, " ".join(printed.split()), re.DOTALL) is not None


@pytest.mark.parametrize("document", written())
def test_every_command_runs(document):
    with tempfile.TemporaryDirectory(prefix="jeton-documents-") as directory:
        directory = pathlib.Path(directory)
        folder = directory / "shell"
        folder.mkdir()
        stack = with_stack.Stack(directory, *OPTIONS.get(document, []))
        try:
            stack.wait_until_ready()
            shell = Shell(stack, folder)
            for block in written()[document]:
                for command in block.commands:
                    run_one(block, command, shell, directory)
        finally:
            stack.stop()


def run_one(block, command, shell, directory):
    text = re.sub(r"\s+# .*$", "", command.text, flags=re.MULTILINE)
    if exception(text) is not None:
        assert named_files_exist(text) == [], block
    elif SERVER.match(text):
        serves(text, directory)
    else:
        printed = shell.run(text)
        assert not command.shown or matches(command.shown, printed), f"{block} shows\n{command.shown}\nand it is\n{printed}"


def named_files_exist(text):
    """The files of the repository that a command names and that are not there."""
    words = [word for word in shlex.split(text.replace("\\\n", " ")) if re.fullmatch(r"(tests|infra|shared|functions)/[\w./-]+", word)]
    return [word for word in words if not (ROOT / word).exists()]


def test_every_exception_is_needed():
    all_commands = [command.text for found in written().values() for block in found for command in block.commands]
    assert [begin for begin in EXCEPTIONS if not any(text.startswith(begin) for text in all_commands)] == []


def faults_of_span(span):
    """What is wrong with a `jeton` command line in a text: a command or an option that does not exist."""
    words = re.sub(r"\s+#.*", "", span).split()
    words = words[words.index("jeton") + 1:]
    path = []
    alternatives = [[]]
    while words and re.fullmatch(r"[a-z][a-z|-]*", words[0]):
        listed = re.search(r"^Commands:\n((?: .*\n)+)", help_of(*path), re.MULTILINE)
        if not listed:
            break
        known = set(re.findall(r"^  (\S+)", listed[1], re.MULTILINE))
        given = words.pop(0).split("|")
        unknown = [name for name in given if name not in known]
        if unknown:
            return [f"`{span}`: there is no command {' '.join([*path, *unknown])}"]
        alternatives = [[*path, name] for name in given]
        path = alternatives[0]
    options = [word.split("=")[0] for word in words if word.startswith("--")]
    wrong = [option for option in options for command in alternatives if option not in help_of(*command)]
    return [f"`{span}`: there is no option {option}" for option in wrong]


@pytest.mark.parametrize("document", [name for name in documents() if "CHANGELOG" not in name])
def test_commands_in_the_text_exist(document):
    found = [span for span in spans(prose(document)) if re.match(r"(?:\w+=\S+ )*jeton [a-z]", span)]
    assert [fault for span in found for fault in faults_of_span(span)] == []


@pytest.mark.parametrize("document", documents())
def test_packages_in_the_text_exist(document):
    text = (ROOT / document).read_text()
    packages = set(re.findall(r"--package ([a-z][\w-]+)", text))
    known = {path.parent.name for folder in ("functions", "shared", "tests") for path in ROOT.glob(f"{folder}/*/Cargo.toml")}
    assert packages <= known | {"name"}


@pytest.mark.parametrize("document", documents())
def test_commands_are_in_blocks_that_run(document):
    """Other blocks have no prompts, shell scripts are recipes (`test_recipes.py`), and nothing is indented like a block."""
    text = read(document)
    others = [found for found in FENCE.finditer(text) if found["kind"] != "console"]
    prompts = [found["text"] for found in others if re.search(r"^ *\$ ", found["text"], re.MULTILINE)]
    scripts = [found["text"] for found in others if found["kind"] in ("sh", "bash", "shell") and document != "tests/clients/README.md"]
    indented = re.findall(r"^\n    \S.*$", FENCE.sub("", text), re.MULTILINE)
    assert (prompts, scripts, indented) == ([], [], [])


def test_sam_builds_the_template_wherever_it_builds():
    texts = [command.text for found in written().values() for block in found for command in block.commands]
    builds = [text for text in texts if text.startswith("sam build")]
    assert builds and [text for text in builds if "--template-file infra/template.yaml" not in text] == []


@pytest.mark.parametrize("document", [name for name in documents() if "CHANGELOG" not in name])
def test_protection_is_turned_on_where_it_is_saved(document):
    """The next `sam deploy` sends what `--guided` saved: a parameter of the command line would be undone."""
    assert not re.search(r"--parameter-overrides[^`$]*DeletionProtection", read(document))


def test_a_wrong_command_is_a_fault():
    assert faults_of_span("jeton client create|remove ID") and faults_of_span("jeton keys rotate --soon")
    assert faults_of_span("jeton api create|list|show|delete") == [] and faults_of_span("jeton keys rotate --now") == []


def test_what_is_shown_is_compared():
    assert matches('{"a":"x...","b":1}', '{"a":"xyz","b":1}\n') and not matches('{"a":"x...","b":2}', '{"a":"xyz","b":1}')


def test_a_command_goes_on_after_a_backslash():
    assert [command.text for command in commands("$ a \\\n    b\nshown\n$ c\n")] == ["a \\\n    b", "c"]


def test_documents_have_commands():
    assert {"README.md", "infra/README.md", "infra/cli/README.md", "functions/README.md", "tests/README.md"} <= set(written())
