"""The peers, and the programs of theirs that the driver uses."""

import json
import pathlib
import platform
import secrets
import subprocess
from urllib.parse import urlencode

from processes import Process
from server import APIS, FORM, LIFETIMES, REDIRECT_URI, Server
from store import CREDENTIALS, Store

HERE = pathlib.Path(__file__).resolve().parent
TABLE = "peer"


class Peer(Server):
    """What both peers have in common: a program in JavaScript and a file of settings."""

    program = None
    package = None
    store_settings = {}

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
        environment = self.open_store()
        settings = self.work / "settings.json"
        settings.write_text(json.dumps({
            "port": self.port,
            "issuer": self.url,
            "keys": keys(self.work.parent),
            "clients": self.metadata(),
            "apis": list(APIS.values()),
            "lifetimes": LIFETIMES,
            "account": "person-1",
            "store": {"endpoint": self.store.endpoint, "table": TABLE, **self.store_settings} if self.store else None,
        }))
        command = [self.executable(), HERE / "servers" / self.program, settings]
        self.process = Process(command, self.core, self.work / "log", {"NODE_ENV": "production", **environment})
        self.process.wait_for_port(self.port)

    def open_store(self):
        """Starts the store, where the peer has one apart; gives what is said of it in the environment."""
        return {}

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


class OidcProviderOnDynamoDb(OidcProvider):
    """node-oidc-provider with its state in DynamoDB: an adapter in the manner of its documentation's."""

    name = "node-oidc-provider, DynamoDB"
    notes = "store: servers/dynamodb-adapter.mjs over the AWS SDK; clients in the configuration; no log"
    beside = "jeton, store apart"

    def open_store(self):
        self.store = Store(self.work, counted=self.counted)
        indexes = [(["uid"], "ALL"), (["userCode"], "ALL"), (["grantId", "id"], "KEYS_ONLY")]
        self.store.create(TABLE, ["id"], "expires", indexes)
        return CREDENTIALS


class GuardedOidcProvider(OidcProviderOnDynamoDb):
    """The same with a consume() that is refused when somebody was first. For the races only."""

    name = "node-oidc-provider, DynamoDB, guarded consume()"
    store_settings = {"guarded": True}


class OpenAuthOnDynamoDb(OpenAuth):
    """OpenAuth with its state in DynamoDB: the storage that it ships."""

    name = "openauth, DynamoDB"
    notes = OpenAuth.notes.replace("a Map of the process", "its own DynamoStorage")
    beside = "jeton, store apart"

    def open_store(self):
        self.store = Store(self.work, counted=self.counted)
        self.store.create(TABLE, ["pk", "sk"], "expiry")
        for kind, key in keys(self.work.parent)["openauth"].items():
            item = {"pk": f"{kind}:key", "sk": key["id"], "value": json.dumps(key)}
            self.store.ask("PutItem", {"TableName": TABLE, "Item": {name: {"S": text} for name, text in item.items()}})
        return CREDENTIALS


class OpenAuthOnBunAndDynamoDb(OpenAuthOnBun, OpenAuthOnDynamoDb):
    """The same on Bun."""

    name = "openauth on bun, DynamoDB"


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
