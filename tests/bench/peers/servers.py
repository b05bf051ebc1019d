"""The servers that are compared: how each is started, and how each is asked for the same thing.

A further server is a class with the attributes of `Server` and an entry in `SERVERS`.
"""

import base64
import hashlib
import json
import pathlib
import platform
import secrets
import subprocess
import tempfile
from urllib.parse import quote, urlencode

from browser import Browser, ask
from processes import Process, free_port

HERE = pathlib.Path(__file__).resolve().parent
REDIRECT_URI = "https://shop.example/callback"
LIFETIMES = {"access": 900, "code": 60, "refresh": 14 * 86400, "grant": 90 * 86400}
APIS = {
    "ES256": {"identifier": "https://es256.example", "alg": "ES256", "format": "jwt"},
    "RS256": {"identifier": "https://rs256.example", "alg": "RS256", "format": "jwt"},
    "opaque": {"identifier": "https://opaque.example", "alg": None, "format": "opaque"},
}
VERIFIER = "a-verifier-of-the-bench-that-is-long-enough-for-everybody"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Server:
    """What the driver asks of a server. `start` gives the process that is counted, with its threads and children."""

    name = version = runtime = notes = ""
    authorize_path, token_path, introspect_path, jwks_path = "/authorize", "/token", "/introspect", "/.well-known/jwks.json"
    # Workloads that the server does not have, with the reason.
    missing = {}
    # Whether a client can have a secret in the code flow, and whether a refresh token can hold characters to escape.
    confidential = True
    escape_colon = False

    def __init__(self, work, core):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.name.replace(' ', '-')}-", dir=work))
        self.core = core
        self.process = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.clients = {}

    def launch(self):
        """Starts the process and waits until it listens."""
        raise NotImplementedError

    def stop(self):
        if self.process:
            process, self.process = self.process, None
            process.stop()

    def browser(self):
        """A browser whose person is not signed in yet."""
        return Browser("person-1", "a long enough pass phrase")

    def proof(self, client):
        """How a client proves itself: headers and parameters. HTTP Basic, or its name where it has no secret."""
        identifier, secret = self.clients[client]
        if secret is None:
            return FORM, {"client_id": identifier}
        word = base64.b64encode(f"{identifier}:{secret}".encode()).decode()
        return {**FORM, "Authorization": f"Basic {word}"}, {}

    def service_request(self, kind):
        """Client credentials: headers and body."""
        headers, parameters = self.proof("service")
        more = {"resource": APIS[kind]["identifier"], "scope": "read write"}
        return headers, urlencode({"grant_type": "client_credentials", **more, **parameters})

    def introspect_request(self, token):
        headers, parameters = self.proof("resource")
        return headers, urlencode({**parameters, "token": token})

    def authorize_request(self, client):
        """The path of an authorization request, up to the value of `state`."""
        parameters = {
            "response_type": "code",
            "client_id": self.clients[client][0],
            "redirect_uri": REDIRECT_URI,
            "scope": "read write",
            "resource": APIS["ES256"]["identifier"],
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.authorize_path}?{urlencode(parameters)}&state="

    def redeem_request(self, client):
        """Headers, and the body up to the code."""
        headers, parameters = self.proof(client)
        more = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
        return headers, urlencode({**parameters, **more}) + "&code="

    def refresh_request(self, client):
        """Headers, and the body up to the refresh token."""
        headers, parameters = self.proof(client)
        return headers, urlencode({**parameters, "grant_type": "refresh_token"}) + "&refresh_token="

    def post(self, path, request):
        headers, body = request
        return ask(self.url + path, body, headers)

    def redeem(self, client, code):
        headers, body = self.redeem_request(client)
        return self.post(self.token_path, (headers, body + code))

    def refresh(self, client, token):
        headers, body = self.refresh_request(client)
        return self.post(self.token_path, (headers, body + quote(token, safe="")))


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
    """`jeton dev` with the DynamoDB of a second `jeton dev`, whose cost is not counted, as that of DynamoDB is not.

    The store runs on the generator's core.
    """

    name = "jeton, store apart"
    notes = "as jeton, but the embedded DynamoDB is that of another process, which is not counted; the SDK's part is"

    def __init__(self, work, core, data=None):
        super().__init__(work, core, data)
        self.store = None

    def launch(self):
        port = free_port()
        key = self.work / "wrapping.key"
        key.write_bytes(base64.b64encode(secrets.token_bytes(32)))
        key.chmod(0o600)
        self.environment = {"JETON_KEY_FILE": str(key)}
        command = [self.jeton, "dev", "--port", free_port(), "--dynamodb-port", port]
        command += ["--data", self.data] if self.data else []
        store = Process(command, 0, self.work / "store-log", self.environment)
        self.store = store
        store.wait_for_port(command[3])
        if ask(f"http://127.0.0.1:{command[3]}/.well-known/oauth-authorization-server").status != 200:
            raise SystemExit("the store of jeton was not ready")
        self.environment["AWS_ENDPOINT_URL_DYNAMODB"] = f"http://127.0.0.1:{port}"
        data, self.data = self.data, None
        super().launch()
        self.data = data

    def stop(self):
        super().stop()
        if self.store:
            store, self.store = self.store, None
            store.stop()


class Peer(Server):
    """What both peers have in common: a program in JavaScript and a file of settings."""

    program = None
    package = None

    def __init__(self, work, core):
        super().__init__(work, core)
        self.clients = {name: (name, secrets.token_urlsafe(32)) for name in ("service", "resource", "web")}
        self.clients["app"] = ("app", None)
        self.version = json.loads((HERE / "node_modules" / self.package / "package.json").read_text())["version"]
        asked = subprocess.run([self.executable(), "--version"], capture_output=True, text=True, check=True)
        self.runtime = f"{self.executable().name} {asked.stdout.strip().removeprefix('v')}"

    def executable(self):
        return node()

    def launch(self):
        settings = self.work / "settings.json"
        settings.write_text(json.dumps({
            "port": self.port,
            "issuer": self.url,
            "keys": keys(self.work.parent),
            "clients": self.metadata(),
            "apis": list(APIS.values()),
            "lifetimes": LIFETIMES,
            "account": "person-1",
        }))
        command = [self.executable(), HERE / "servers" / self.program, settings]
        self.process = Process(command, self.core, self.work / "log", {"NODE_ENV": "production"})
        self.process.wait_for_port(self.port)

    def register(self):
        """Nothing: the settings hold it all."""

    def metadata(self):
        """The clients, by the names of RFC 7591."""
        grants = {"service": ["client_credentials"], "resource": []}
        return [
            {
                "client_id": identifier,
                **({"client_secret": secret} if secret else {}),
                "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
                "grant_types": grants.get(name, ["authorization_code", "refresh_token"]),
                "response_types": [] if name in grants else ["code"],
                "redirect_uris": [] if name in grants else [REDIRECT_URI],
            }
            for name, (identifier, secret) in self.clients.items()
        ]


class OidcProvider(Peer):
    """node-oidc-provider."""

    name = "node-oidc-provider"
    program = "oidc-provider.mjs"
    package = "oidc-provider"
    notes = "store: two Maps of the process; clients in the configuration; no log"
    authorize_path, introspect_path, jwks_path = "/auth", "/token/introspection", "/jwks"
    missing = {("introspection", "ES256"): "it refuses to introspect JWTs (unsupported_token_type)"}


class OpenAuth(Peer):
    """OpenAuth on Node."""

    name = "openauth"
    program = "openauth.mjs"
    package = "@openauthjs/openauth"
    notes = (
        "store: a Map of the process; log discarded by a console.log that does nothing; clients of the code flow have no "
        "secret; client_credentials gives and stores a refresh token too; no scope, no resource, no token_type"
    )
    confidential = False
    escape_colon = True
    missing = {
        ("client credentials", "RS256"): "it signs with ES256 only",
        ("client credentials", "opaque"): "its access tokens are JWTs",
        ("introspection", "opaque"): "it has no introspection",
        ("introspection", "ES256"): "it has no introspection",
        ("code redemption, confidential client", "ES256"): "clients do not authenticate in its code flow",
        ("refresh, confidential client", "ES256"): "clients do not authenticate when they refresh",
    }

    def service_request(self, _kind):
        identifier, secret = self.clients["service"]
        parameters = {"client_id": identifier, "client_secret": secret, "provider": "person"}
        return FORM, urlencode({"grant_type": "client_credentials", **parameters})


class OpenAuthOnBun(OpenAuth):
    """OpenAuth on Bun, the runtime of its own examples."""

    name = "openauth on bun"

    def executable(self):
        return bundled("@oven/bun-linux-*", "bun")


SERVERS = {server.name: server for server in (Jeton, JetonBesideItsStore, OidcProvider, OpenAuth, OpenAuthOnBun)}


def bundled(package, program):
    found = sorted((HERE / "node_modules").glob(f"{package}/bin/{program}"))
    if not found:
        raise SystemExit(f"no {program} for {platform.machine()}: run `npm ci` in {HERE}")
    return found[0]


def node():
    return bundled("node-linux-*", "node")


def run_node(program, text=""):
    """One of the small programs beside the servers; gives the JSON document that it prints."""
    command = [node(), HERE / "servers" / program]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{program} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def keys(work):
    """The peers' keys: made once for a run."""
    path = pathlib.Path(work) / "keys.json"
    if not path.exists():
        path.write_text(json.dumps(run_node("keys.mjs")))
    return json.loads(path.read_text())
