"""A demo MCP server that is protected as MCP's authorization specification says, for the tests of its clients.

It serves its metadata (RFC 9728), challenges with their URL and the scope to ask for (401), says when a token has too
little scope (403 `insufficient_scope`), and asks Jeton about each token by introspection. Its tools do nothing. It has two
resources: `/mcp` names its scopes, and `/bare` names none. With `POST /control/...` a test makes it refuse the tokens that
it has seen so far, or takes down the host of the client's document.
"""

import base64
import http.server
import json
import threading
import urllib.parse
import urllib.request

READ, TOOLS = "mcp:read", "mcp:tools"
VERSIONS = ("2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")
# What each resource tells of its scopes.
RESOURCES = {"/mcp": [READ, TOOLS], "/bare": None}


class Resource:
    """The MCP server. `credentials` are those of the client that introspects for it."""

    def __init__(self, port, issuer, documents):
        self.url = f"http://127.0.0.1:{port}"
        self.issuer = issuer
        self.documents = documents
        self.credentials = None
        self.refused = set()
        self.seen = set()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler_of(self))
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def identifier(self, path):
        return f"{self.url}{path}"

    def metadata(self, path):
        document = {"resource": self.identifier(path), "authorization_servers": [self.issuer],
                    "bearer_methods_supported": ["header"]}
        scopes = RESOURCES[path]
        return document | ({"scopes_supported": [READ]} if scopes else {})

    def challenge(self, path, **more):
        """The value of WWW-Authenticate (RFC 9728 §5.1, RFC 6750 §3)."""
        told = {"resource_metadata": f"{self.url}/.well-known/oauth-protected-resource{path}", **more}
        return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in told.items())

    def facts(self, path, token):
        """What Jeton says of a token that is for this resource; `None` if it is not good here."""
        if token in self.refused:
            return None
        self.seen.add(token)
        basic = base64.b64encode(":".join(map(urllib.parse.quote, self.credentials)).encode()).decode()
        body = urllib.parse.urlencode({"token": token}).encode()
        request = urllib.request.Request(f"{self.issuer}/introspect", body, {"Authorization": f"Basic {basic}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            facts = json.load(answer)
        return facts if facts["active"] and self.identifier(path) in facts["aud"] else None

    def control(self, step):
        if step == "refuse-seen-tokens":
            self.refused |= self.seen
        else:
            self.documents.is_down = {"documents-down": True, "documents-up": False}[step]


def handler_of(resource):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = self.path.removeprefix("/.well-known/oauth-protected-resource")
            if path != self.path and path in RESOURCES:
                self.say(200, resource.metadata(path))
            else:
                self.say(405 if self.path in RESOURCES else 404, {})

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.startswith("/control/"):
                resource.control(self.path.removeprefix("/control/"))
                self.say(200, {})
            elif self.headers.get("Origin", resource.url) != resource.url:
                # A page that reached this server by DNS rebinding.
                self.say(403, {})
            elif self.headers.get("MCP-Protocol-Version", VERSIONS[0]) not in VERSIONS:
                self.say(400, {})
            elif self.path in RESOURCES:
                self.call(json.loads(body))
            else:
                self.say(404, {})

        def call(self, message):
            """Answers a message of MCP, if its token is good and has the scope for it."""
            kind, _, token = self.headers.get("Authorization", "").partition(" ")
            facts = resource.facts(self.path, token) if kind == "Bearer" else None
            named = {"scope": READ} if RESOURCES[self.path] else {}
            if facts is None:
                error = {"error": "invalid_token"} if token else {}
                self.say(401, {}, resource.challenge(self.path, **error, **named))
                return
            writes = message["method"] == "tools/call" and message["params"]["name"] == "write"
            if writes and TOOLS not in facts.get("scope", "").split():
                wanted = {"error": "insufficient_scope", "scope": f"{READ} {TOOLS}"}
                self.say(403, {}, resource.challenge(self.path, **wanted))
                return
            answer = reply(message, facts)
            self.say(200 if answer else 202, answer)

        def say(self, status, document, challenge=None):
            body = json.dumps(document).encode() if document is not None else b""
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if challenge:
                self.send_header("WWW-Authenticate", challenge)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def reply(message, facts):
    """The answer to a message of MCP; `None` for a notification."""
    if "id" not in message:
        return None
    told = {"content": [{"type": "text", "text": json.dumps({"client": facts["client_id"], "scope": facts["scope"]})}]}
    tools = [{"name": name, "inputSchema": {"type": "object"}} for name in ("read", "write")]
    results = {
        "initialize": {"protocolVersion": message.get("params", {}).get("protocolVersion"),
                       "capabilities": {"tools": {}}, "serverInfo": {"name": "demo", "version": "1"}},
        "tools/list": {"tools": tools},
        "tools/call": told,
    }
    return {"jsonrpc": "2.0", "id": message["id"], "result": results.get(message["method"], {})}
