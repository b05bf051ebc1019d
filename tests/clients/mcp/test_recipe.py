"""The MCP server of tests/clients/README.md, run as it is written there, and the MCP SDK's client at it.

Run with: tests/clients/with-mcp python -m pytest tests/clients/mcp
"""

import json
import os
import pathlib
import socket
import subprocess
import sys

import pytest
import requests

from test_mcp import Agent

RECIPE = pathlib.Path(__file__).parent / "recipes" / "mcp_server.py"
LOOPBACK = "http://localhost/callback"


def jeton(*arguments):
    command = [os.environ["STACK_JETON"], *arguments, "--json", "--env-file", os.environ["STACK_ENV_FILE"]]
    return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)


@pytest.fixture(name="resource", scope="module")
def fixture_resource():
    """The URL of the running server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    resource = f"http://127.0.0.1:{port}/mcp"
    jeton("api", "create", "--identifier", resource, "--scope", "mcp:read mcp:tools")
    own = {"ISSUER": os.environ["STACK_URL"], "RESOURCE": resource, "PORT": str(port)}
    process = subprocess.Popen([sys.executable, RECIPE], env={**os.environ, **own}, stdin=subprocess.DEVNULL)
    while True:
        assert process.poll() is None, "the recipe ended"
        try:
            requests.get(resource, timeout=10)
            break
        except requests.ConnectionError:
            continue
    yield resource
    process.terminate()
    process.wait(10)


def client(*more):
    made = jeton("client", "create", "--name", "Recipe agent", "--auth-method", "none", "--grant", "authorization_code",
                 "--grant", "refresh_token", "--redirect-uri", LOOPBACK, *more)
    return made["client_id"]


def test_an_agent_finds_the_issuer_signs_its_person_in_and_calls_a_tool(resource):
    agent = Agent(resource, registered=client("--api", resource))
    assert agent.text_of("orders") == "There are no orders."
    assert agent.saved[-1].scope.split() == ["mcp:read"]


def test_tokens_of_other_resources_and_without_the_scope_are_refused(resource):
    other = f"{resource}/other"
    jeton("api", "create", "--identifier", other, "--scope", "mcp:read")
    service = jeton("client", "create", "--name", "Recipe service", "--grant", "client_credentials", "--api", other, "--api", resource)

    def ask(api, scope):
        form = {"grant_type": "client_credentials", "resource": api, "scope": scope}
        by = service["client_id"], service["client_secret"]
        token = requests.post(f"{os.environ['STACK_URL']}/token", data=form, auth=by, timeout=60).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        return requests.post(resource, json=message, headers=headers, timeout=60).status_code

    assert [ask(other, "mcp:read"), ask(resource, "mcp:tools"), ask(resource, "mcp:read")] == [401, 403, 200]
