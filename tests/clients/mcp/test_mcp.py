"""The MCP SDK for Python, unchanged, against an MCP server that Jeton protects.

Run with: tests/clients/with-mcp python -m pytest tests/clients/mcp
"""

import json
import os
import pathlib
import random
import sys
from urllib.parse import parse_qs, urljoin, urlsplit

import anyio
import httpx2
import pytest
import requests
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.oauth2 import AuthorizationCodeResult
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from person import Person  # noqa: E402


def told(name):
    return os.environ[f"MCP_{name}"]


def control(step):
    requests.post(f"{told('URL')}/control/{step}", timeout=10).raise_for_status()


class Agent:
    """What an agent keeps, and its person. The port is another one at each start."""

    def __init__(self, path, *, host="localhost", document=None, registered=None, refreshes=True, scope=None):
        self.url, self.saved, self.client = urljoin(told("URL"), path), [], None
        self.person = Person(os.environ["STACK_USERNAME"], os.environ["STACK_PASSWORD"])
        self.redirect_uri = f"http://{host}:{random.randint(20000, 60000)}/callback"
        grants = ["authorization_code", "refresh_token"] if refreshes else ["authorization_code"]
        # The SDK's own default of `application_type` is taken.
        metadata = OAuthClientMetadata(client_name="MCP agent", redirect_uris=[self.redirect_uri], grant_types=grants,
                                       token_endpoint_auth_method="none", scope=scope)
        if registered:
            self.client = OAuthClientInformationFull(client_id=registered, redirect_uris=[self.redirect_uri],
                                                     token_endpoint_auth_method="none")
        document = document and f"https://{told('DOCUMENT_HOST')}{document}"
        self.auth = OAuthClientProvider(self.url, metadata, self, self._open, self._answer, client_metadata_url=document)

    async def get_tokens(self):
        return self.saved[-1] if self.saved else None

    async def set_tokens(self, tokens):
        self.saved.append(tokens)

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client

    async def _open(self, url):
        self.callback = await anyio.to_thread.run_sync(self.person.answer, url)

    async def _answer(self):
        assert self.callback.startswith(f"{self.redirect_uri}?"), self.callback
        told = {name: values[0] for name, values in parse_qs(urlsplit(self.callback).query).items()}
        assert "code" in told, told
        return AuthorizationCodeResult(code=told["code"], state=told["state"], iss=told["iss"])

    def call(self, tool):
        """Calls a tool of the resource; gives the client and the scope of the token that it was called with."""
        return json.loads(self.text_of(tool))

    def text_of(self, tool):
        """Calls a tool; gives the text that it answers."""
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {}}}

        async def send():
            headers = {"Accept": "application/json, text/event-stream"}
            async with httpx2.AsyncClient(auth=self.auth, headers=headers, timeout=30) as session:
                return await session.post(self.url, json=message)

        answer = anyio.run(send)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return answer.json()["result"]["content"][0]["text"]


WAYS = {
    "document": {"document": "/client.json"},
    "document-with-scope": {"document": "/with-scope.json"},
    "registration": {},
    "registration-with-scope": {"scope": "mcp:read mcp:tools"},
    "beforehand": {"registered": os.environ.get("MCP_BEFOREHAND_ID")},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", ["/mcp", "/bare"])
def test_c163_c225_a_client_uses_the_resource_and_signs_in_again_when_its_token_is_refused(way, path):
    agent = Agent(path, **WAYS[way])
    first = agent.call("read")
    assert first["client"] == agent.client.client_id
    assert first["client"].startswith("https://") == ("document" in way)
    control("refuse-seen-tokens")
    assert agent.call("read")["client"] == first["client"]


@pytest.mark.parametrize("way", ["document", "registration"])
def test_a_token_that_is_over_is_refreshed(way):
    agent = Agent("/mcp", **WAYS[way])
    agent.call("read")
    agent.auth.context.token_expiry_time = 1
    agent.call("read")
    first, second = agent.saved
    assert second.refresh_token and first.refresh_token != second.refresh_token


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_c162_the_loopback_has_any_port_by_any_of_its_names(way, host):
    assert "mcp:read" in Agent("/mcp", host=host, **WAYS[way]).call("read")["scope"].split()


@pytest.mark.parametrize("way", WAYS)
def test_c165_a_403_makes_a_client_ask_for_more_scope(way):
    agent = Agent("/mcp", **WAYS[way])
    assert "mcp:tools" not in agent.call("read")["scope"].split()
    assert {"mcp:read", "mcp:tools"} <= set(agent.call("write")["scope"].split())


def test_c225_tokens_are_issued_while_the_host_of_the_document_is_down():
    agent = Agent("/mcp", document="/down/client.json")
    agent.call("read")
    control("documents-down")
    try:
        agent.auth.context.token_expiry_time = 1
        agent.call("read")
        assert len(agent.saved) == 2
        assert Agent("/mcp", document="/down/client.json").call("read")["client"] == agent.client.client_id
    finally:
        control("documents-up")
