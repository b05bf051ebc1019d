"""What the drills share: a stack of their own, and the scripts of infra/scripts as an operator runs them."""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time

import boto3
import requests
import template
from botocore.config import Config
from stacks import CLIENTS, REGION, ROOT, ROOT_KEYS, Stack

SCRIPTS = ROOT / "infra" / "scripts"


class Emulator:
    """The emulator that `cloud.py` has started."""

    url, log = os.environ["STACK_EMULATOR"], pathlib.Path(os.environ["CLOUD_LOG"])
    port = int(url.rpartition(":")[2])

    def client(self, service):
        patience = Config(read_timeout=120, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, config=patience,
                            aws_access_key_id="test", aws_secret_access_key="test")


class Drill(Stack):
    """A stack that an operator works on, in a folder of the operator's."""

    def __init__(self, name, folder):
        super().__init__(Emulator(), name, folder)
        self.folder = pathlib.Path(folder)

    def script(self, name, *arguments, refused=False, yes=True):
        """Runs a script to its end, and gives what it printed."""
        environment = {**ROOT_KEYS, "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": self.emulator.url, "PYTHONDONTWRITEBYTECODE": "1",
                       "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(self.folder), "AWS_DEFAULT_REGION": REGION}
        command = [sys.executable, SCRIPTS / name, *arguments, *(["--yes"] if yes else [])]
        done = subprocess.run(command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=300, check=False)
        print(f"$ {name} {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        assert (done.returncode != 0) == refused, f"{name} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    def written(self, parameters, spoil=lambda copy: None):
        """A file with the template, as `plain` writes it and this emulator takes it."""
        copy, _ = template.for_emulator(template.plain(parameters), self.url)
        spoil(copy)
        path = self.folder / "template.json"
        path.write_text(json.dumps(copy))
        return path

    def status(self):
        """How the stack is, or nothing when there is none."""
        found = [one for one in self.emulator.client("cloudformation").describe_stacks()["Stacks"] if one["StackName"] == self.name]
        return found[0]["StackStatus"] if found else None

    def made(self, parameters, spoil=lambda copy: None):
        """Tries to create the stack, and gives how it is then."""
        path, formation = self.written(parameters, spoil), self.emulator.client("cloudformation")
        self.emulator.client("s3").put_object(Bucket=template.BUCKET, Key=f"{self.name}.json", Body=path.read_bytes())
        formation.create_stack(
            StackName=self.name, TemplateURL=f"{self.emulator.url}/{template.BUCKET}/{self.name}.json",
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()])
        while self.status().endswith("IN_PROGRESS"):
            time.sleep(0.1)
        if self.status() == "CREATE_COMPLETE":
            self.look()
        return self.status()

    def tables(self):
        """The tables whose names begin with the stack's."""
        pages = self.emulator.client("dynamodb").get_paginator("list_tables").paginate()
        names = [name for page in pages for name in page["TableNames"]]
        return {name for name in names if name.startswith(f"{self.name}-")}

    def functions(self):
        """Names of functions, by the logical id without its ending."""
        return {name.removesuffix("Function"): one["PhysicalResourceId"] for name, one in self.resources.items()
                if one["ResourceType"] == "AWS::Lambda::Function"}

    def by_outputs(self, *arguments):
        """One of the operator's commands, which finds the stack by its name alone."""
        endpoints = {f"AWS_ENDPOINT_URL_{service}": self.emulator.url for service in ("CLOUDFORMATION", "DYNAMODB", "KMS")}
        command = [CLIENTS.JETON, *arguments, "--stack", self.name, "--json"]
        done = subprocess.run(command, env={**ROOT_KEYS, **endpoints}, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def helps(self, *command):
        """What a command of `jeton` says of itself."""
        return subprocess.run([CLIENTS.JETON, *command, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout

    # ---- Who uses it ------------------------------------------------------------------------------------------------

    def registered(self):
        """An API and a service: what a token is asked with."""
        self.jeton("api", "create", "--identifier", "https://drill.example", "--scope", "read")
        made = self.jeton("client", "create", "--name", "Drill", "--grant", "client_credentials", "--api", "https://drill.example",
                          "--scope", "read", "--introspects", "https://drill.example")
        return made["client_id"], made["client_secret"]

    def ask(self, service, path="/token", **form):
        """An answer to a service that authenticates with HTTP Basic."""
        return requests.post(f"{self.url}{path}", data=form, auth=service, timeout=60)

    def token(self, service):
        answer = self.ask(service, grant_type="client_credentials", resource="https://drill.example")
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def is_active(self, service, token):
        answer = self.ask(service, "/introspect", token=token)
        assert answer.status_code == 200, answer.text
        return answer.json()["active"]


class Load:
    """Somebody who asks again and again, from beginning to end, and counts the answers by status."""

    def __init__(self, ask):
        self.ask, self.seen, self.over = ask, {}, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over.is_set():
            status = self.ask()
            self.seen[status] = self.seen.get(status, 0) + 1

    def asked(self):
        return sum(self.seen.copy().values())

    def pass_by(self):
        """Waits until what is under way has its answer: two requests later."""
        before, deadline = self.asked(), time.monotonic() + 120
        while self.asked() < before + 2:
            assert time.monotonic() < deadline, "nothing is answered any more"
            time.sleep(0.05)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(60)
