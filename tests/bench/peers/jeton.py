"""Jeton: `jeton dev`, and the same with its store in another process."""

import json
import subprocess

from browser import ask
from processes import Process
from server import APIS, LIFETIMES, REDIRECT_URI, Server
from store import Store


class Jeton(Server):
    """`jeton dev`: every function, the store (DynamoDB's protocol over SQLite in memory) and the HTTP front in a process."""

    name = "jeton"
    runtime = "native"
    notes = (
        "jeton dev: each storage call is an HTTP request of the AWS SDK to the embedded DynamoDB (SQLite, in memory) in the "
        "same process, whose cost is counted; one line of log per request, to /dev/null"
    )
    jeton = None

    def __init__(self, work, core, data=None):
        super().__init__(work, core)
        self.env_file = self.work / "env"
        self.data = data
        self.environment = {}
        described = subprocess.run([self.jeton, "--version"], capture_output=True, text=True, check=False)
        self.version = described.stdout.strip().removeprefix("jeton ")

    def launch(self):
        command = [self.jeton, "dev", "--port", self.port, "--env-file", self.env_file]
        command += ["--data", self.data] if self.data else []
        self.process = Process(command, self.core, self.work / "log", self.environment)
        self.process.wait_for_port(self.port)

    def operate(self, *arguments, text=""):
        command = [self.jeton, *arguments, "--env-file", self.env_file, "--json"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise SystemExit(f"jeton {' '.join(map(str, arguments))} failed:\n{done.stderr}{done.stdout}")
        return json.loads(done.stdout)

    def register(self):
        # The port is bound before the rest is made; the answer comes when all is there.
        ready = ask(f"{self.url}/.well-known/oauth-authorization-server")
        if ready.status != 200:
            raise SystemExit(f"jeton dev answered {ready.status} when it was asked for its metadata")
        for api in APIS.values():
            form = ["--alg", api["alg"]] if api["alg"] else ["--token-format", "opaque"]
            lifetime = ["--lifetime", str(LIFETIMES["access"])]
            self.operate("api", "create", "--identifier", api["identifier"], "--scope", "read write", *form, *lifetime)
        apis = [part for api in APIS.values() for part in ("--api", api["identifier"])]
        flow = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", REDIRECT_URI, *apis]
        self._client("service", "--grant", "client_credentials", *apis)
        self._client("resource", *(part.replace("--api", "--introspects") for part in apis))
        self._client("web", *flow)
        self._client("app", "--auth-method", "none", *flow)
        person = ["--username", "person-1", "--password-stdin"]
        self.operate("user", "create", *person, text="a long enough pass phrase\n")

    def _client(self, name, *arguments):
        made = self.operate("client", "create", "--name", name, *arguments)
        self.clients[name] = (made["client_id"], made.get("client_secret"))


class JetonBesideItsStore(Jeton):
    """`jeton dev` with its DynamoDB in another process, see store.py."""

    name = "jeton, store apart"
    notes = "as jeton, but the embedded DynamoDB is that of another process, which is not counted; the SDK's part is"

    def launch(self):
        self.store = Store(self.work, self.data, self.counted)
        self.environment = {"JETON_KEY_FILE": str(self.store.key_file), "AWS_ENDPOINT_URL_DYNAMODB": self.store.endpoint}
        data, self.data = self.data, None
        super().launch()
        self.data = data
