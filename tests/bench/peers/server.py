"""What every server is to the driver, and what all of them are set to."""

import base64
import hashlib
import pathlib
import tempfile
from urllib.parse import quote, urlencode

from browser import Browser, ask
from processes import free_port

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
    """What the driver asks of a server. `launch` sets `process`: what is counted, with its threads and children."""

    name = version = runtime = notes = ""
    authorize_path, token_path, introspect_path, jwks_path = "/authorize", "/token", "/introspect", "/.well-known/jwks.json"
    # Workloads that the server does not have, with the reason.
    missing = {}
    # Whether a client can have a secret in the code flow, and whether a refresh token can hold characters to escape.
    confidential = True
    escape_colon = False
    # Which of the servers of Jeton it is like: where its state is.
    beside = "jeton"

    def __init__(self, work, core):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.name.replace(' ', '-')}-", dir=work))
        self.core = core
        self.process = None
        # A store in a process of its own, and whether its calls are counted.
        self.store = None
        self.counted = False
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
        if self.store:
            store, self.store = self.store, None
            store.stop()

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
