"""The store that servers have apart from themselves: the embedded DynamoDB of a `jeton dev` on the generator's core.

Its cost is not counted, as that of DynamoDB is not.
"""

import base64
import json
import secrets
import threading
from collections import Counter
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from browser import ask
from processes import Process, free_port

CREDENTIALS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
TYPE = "application/x-amz-json-1.0"
# Nobody verifies it, but there must be one.
SIGNATURE = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"


class Store:
    """A DynamoDB. `port` is where to reach it: its own, or that of a proxy that counts."""

    jeton = None

    def __init__(self, work, data=None, counted=False):
        self.key_file = work / "wrapping.key"
        self.key_file.write_bytes(base64.b64encode(secrets.token_bytes(32)))
        self.key_file.chmod(0o600)
        front, port = free_port(), free_port()
        command = [self.jeton, "dev", "--port", front, "--dynamodb-port", port, *(["--data", data] if data else [])]
        self.process = Process(command, 0, work / "store-log", {"JETON_KEY_FILE": str(self.key_file)})
        self.process.wait_for_port(front)
        if ask(f"http://127.0.0.1:{front}/.well-known/oauth-authorization-server").status != 200:
            raise SystemExit("the store was not ready")
        self.calls = Calls(port) if counted else None
        self.endpoint = f"http://127.0.0.1:{self.calls.port if counted else port}"

    def ask(self, action, request):
        """One call of DynamoDB's API."""
        address = self.endpoint.removeprefix("http://")
        connection = HTTPConnection(address, timeout=30)
        headers = {"Content-Type": TYPE, "X-Amz-Target": f"DynamoDB_20120810.{action}", "Authorization": SIGNATURE,
                   "X-Amz-Date": "20260101T000000Z"}
        try:
            connection.request("POST", "/", json.dumps(request), headers)
            response = connection.getresponse()
            answer = response.read().decode()
        finally:
            connection.close()
        if response.status != 200:
            raise SystemExit(f"{action} of {request.get('TableName')} got {response.status} {answer}")
        return json.loads(answer)

    def create(self, table, keys, ttl, indexes=()):
        """A table of string keys (partition first); `indexes` are pairs of keys and projection."""
        names = sorted({name for each in (keys, *(index for index, _ in indexes)) for name in each})
        more = {"GlobalSecondaryIndexes": [
            {"IndexName": index[0], "KeySchema": schema(index), "Projection": {"ProjectionType": projection}}
            for index, projection in indexes
        ]} if indexes else {}
        self.ask("CreateTable", {
            "TableName": table, "BillingMode": "PAY_PER_REQUEST", "KeySchema": schema(keys),
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names], **more,
        })
        specification = {"AttributeName": ttl, "Enabled": True}
        self.ask("UpdateTimeToLive", {"TableName": table, "TimeToLiveSpecification": specification})

    def stop(self):
        if self.calls:
            self.calls.stop()
        self.process.stop()


def schema(keys):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(keys, ("HASH", "RANGE"))]


class Calls:
    """A proxy in front of a DynamoDB that counts the calls by their action. Never in the way of what is measured."""

    def __init__(self, store):
        self.seen = Counter()
        handler = type("Counting", (Counting,), {"seen": self.seen, "store": store})
        self.server = ThreadingHTTPServer(("127.0.0.1", free_port()), handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Counting(BaseHTTPRequestHandler):
    """One connection of a server, and one of our own to the store."""

    protocol_version = "HTTP/1.1"
    seen = store = None

    def setup(self):
        super().setup()
        self.behind = HTTPConnection("127.0.0.1", self.store, timeout=30)

    def finish(self):
        self.behind.close()
        super().finish()

    def do_POST(self):
        self.seen[self.headers["X-Amz-Target"].rpartition(".")[2]] += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.behind.request("POST", self.path, body, dict(self.headers))
        answer = self.behind.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """No log."""
