"""The template on a cloud emulator: deployed, used by strangers' clients, its roles compared with what was done.

Started by `run`. Everything lives in a temporary directory and ends with this process.
"""

import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
from botocore.config import Config

import template
from parameters import STACKS
from stacks import CLIENTS, REGION, ROOT, ROOT_KEYS, Stack, prepare

HERE = pathlib.Path(__file__).resolve().parent


def say(text):
    print(text, flush=True)


class Emulator:
    """ministack with IAM enforced, in a directory of its own."""

    def __init__(self, directory):
        self.port = CLIENTS.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.calls = pathlib.Path(directory, "calls")
        self.log = pathlib.Path(directory, "ministack.log")
        self.calls.touch()
        home = pathlib.Path(directory, "ministack")
        home.mkdir()
        own = {
            "AUTH": "true", "IOT_MTLS_ENABLED": "0", "GATEWAY_PORT": str(self.port), "BIND_HOST": "127.0.0.1",
            "LAMBDA_EXECUTOR": "local", "PERSIST_STATE": "0", "STATE_DIR": str(home / "state"),
            "S3_DATA_DIR": str(home / "s3"), "TMPDIR": str(home), "HOME": str(home), "LOG_LEVEL": "WARNING",
            # The functions are its children, and find it by these.
            "AWS_ENDPOINT_URL": self.url, "AWS_ENDPOINT_URL_DYNAMODB": self.url, "AWS_ENDPOINT_URL_KMS": self.url,
            "AWS_ENDPOINT_URL_SESV2": self.url,
            "CLOUD_CALLS": str(self.calls), **ROOT_KEYS,
        }
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
        with self.log.open("wb") as log:
            command = [sys.executable, HERE / "emulator.py"]
            self.process = subprocess.Popen(command, env={**kept, **own}, cwd=home, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True)

    def wait_until_ready(self):
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f"ministack ended before it was ready:\n{self.log.read_text()}")
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"ministack was not ready within 90 s:\n{self.log.read_text()}")

    def client(self, service):
        # A deployment is waited for, and never asked for twice.
        patience = Config(read_timeout=120, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, config=patience,
                            aws_access_key_id="test", aws_secret_access_key="test")

    def stop(self):
        """Ends it with all functions, which are in its process group."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


def clients_of_rust():
    """The built tests of tests/clients. The whole workspace is named, so that nothing is built with other features."""
    command = ["cargo", "test", "--release", "--locked", "--workspace", "--lib", "--no-run", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    found = [message["executable"] for message in messages
             if message.get("target", {}).get("name") == "clients" and message.get("executable")]
    if len(found) != 1:
        raise SystemExit(f"cargo built no tests of the package clients:\n{built.stderr}")
    return found[0]


class Report:
    """What is done, with times; the first failure does not hide the next."""

    def __init__(self):
        self.start = self.section_start = time.monotonic()
        self.failed = []

    def section(self, name):
        self.section_start = time.monotonic()
        say(f"\n---- {name} (at {self.section_start - self.start:.0f} s)")

    def suite(self, name, command, environment):
        self.section(name)
        status = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode
        say(f"{name}: {'passed' if status == 0 else 'FAILED'} in {time.monotonic() - self.section_start:.1f} s")
        if status != 0:
            self.failed.append(name)


def tell_resources(stack, gone):
    say(f"{stack.name}: {len(stack.resources)} resources, issuer {stack.url}")
    kinds = collections.Counter(resource["ResourceType"] for resource in stack.resources.values())
    say("  " + ", ".join(f"{count} {kind.removeprefix('AWS::')}" for kind, count in sorted(kinds.items())))
    for kind, count in collections.Counter(gone.values()).items():
        say(f"  TAKEN OUT {count} {kind}: {template.TAKEN_OUT[kind]}")


def test(report, directory, emulator, stacks):
    report.section("Deployment")
    zips = template.zips(directory)
    emulator.wait_until_ready()
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=template.BUCKET)
    for binary, path in zips.items():
        s3.put_object(Bucket=template.BUCKET, Key=f"{binary}.zip", Body=path.read_bytes())
        say(f"uploaded {binary}.zip, {path.stat().st_size / 1e6:.1f} MB")
    say("One override in the template: the value of IssuerParameter is the URL of a proxy on loopback, where the API "
        "answers here; the parameter itself takes https only.")
    prepare(emulator)
    for name, (parameters, conditions) in STACKS.items():
        stacks.append(stack := Stack(emulator, name, directory))
        tell_resources(stack, stack.deploy({**template.of_this_machine(), **parameters}, conditions))
        say(f"  keys: {stack.wait_for_keys(set(parameters.get('SigningAlgorithms', 'RS256').split(',')))}")

    environments = [{**CLIENTS.register(stack), "STACK_NAME": stack.name, "STACK_EMULATOR": emulator.url,
                     "STACK_LEGACY": STACKS[stack.name][0].get("AllowPasswordGrant", ""),
                     "CLOUD_CALLS": str(emulator.calls), "CLOUD_LOG": str(emulator.log)} for stack in stacks]
    python = [sys.executable, "-m", "pytest", "-q", "-rsx", "-p", "no:cacheprovider"]
    node = sorted(str(path) for path in (ROOT / "tests" / "clients" / "node").glob("*.test.mjs"))
    usual, legacy, edge = environments
    report.suite("Node clients", ["node", "--test", "--test-reporter=spec", *node], usual)
    # The recipes are about frameworks of APIs, which are not installed here and ask nothing else of the stack.
    without_recipes = ["--ignore", "tests/clients/python/test_recipes.py"]
    report.suite("Python clients", [*python, *without_recipes, "tests/clients/python"], usual)
    report.suite("The crates oauth2 and openidconnect", [clients_of_rust()], {"JETON_TEST_STACK": str(stacks[0].env_file)})
    for environment in (usual, legacy):
        report.suite(f"All flows of {environment['STACK_NAME']}", [*python, "tests/cloud/test_flows.py"], environment)
        report.suite(f"Rotation of {environment['STACK_NAME']}", [*python, "tests/cloud/test_rotation.py"], environment)
    report.suite("The recipe for API Gateway", [*python, "tests/cloud/test_recipe.py"], usual)
    report.suite("Roles: what was granted and what was used", [*python, "tests/cloud/test_roles.py"], usual)
    report.suite("Roles: what is refused", [*python, "tests/cloud/test_refusals.py"], usual)
    report.suite("The firewall", [*python, "tests/cloud/test_firewall.py"], edge)
    report.suite("Drills", [*python, "tests/cloud/test_drills.py"], usual)
    last = [f"tests/cloud/test_{name}.py" for name in ("private", "operations", "deployed", "live", "end")]
    report.suite("The other resources, and the end", [*python, *last], legacy)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report, emulator, stacks = Report(), None, []
    with tempfile.TemporaryDirectory(prefix="jeton-cloud-", ignore_cleanup_errors=True) as directory:
        try:
            emulator = Emulator(directory)
            test(report, directory, emulator, stacks)
        finally:
            for stack in stacks:
                stack.stop()
            if emulator is not None:
                emulator.stop()
                if report.failed and os.environ.get("CLOUD_KEEP_LOG"):
                    pathlib.Path(os.environ["CLOUD_KEEP_LOG"]).write_bytes(emulator.log.read_bytes())
    say(f"\nCloud emulator: {'FAILED: ' + ', '.join(report.failed) if report.failed else 'all passed'} "
        f"in {time.monotonic() - report.start:.0f} s")
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
