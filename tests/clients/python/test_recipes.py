"""The recipes of tests/clients/README.md that are Python, each run as it is written there.

Run with: tests/clients/with-stack python -m pytest tests/clients/python
"""

import os
import pathlib
import socket
import subprocess
import sys

import pytest
import requests

from stack import jeton, stack

RECIPES = pathlib.Path(__file__).parent / "recipes"
API, OTHER = "https://recipes-in-python.example", "https://recipes-in-python.example/other"


@pytest.fixture(name="service", scope="module")
def fixture_service():
    for identifier in (API, OTHER):
        jeton("api", "create", "--identifier", identifier, "--scope", "read write")
    return jeton("client", "create", "--name", "Recipe", "--grant", "client_credentials", "--api", API, "--api", OTHER)


class Api:
    """A recipe as a program of its own."""

    def __init__(self, name, **environment):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "uvicorn", "--app-dir", RECIPES, "--port", str(port), "--log-level", "warning", f"{name}:app"]
        own = {"ISSUER": stack("URL"), "AUDIENCE": API, **environment}
        self.process = subprocess.Popen(command, env={**os.environ, **own}, stdin=subprocess.DEVNULL)
        self._wait()

    def _wait(self):
        while True:
            assert self.process.poll() is None, "the recipe ended"
            try:
                requests.get(self.url, timeout=10)
                return
            except requests.ConnectionError:
                continue

    def ask(self, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.get(f"{self.url}/orders", headers=headers, timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


def post(path, service, **form):
    answer = requests.post(f"{stack('URL')}{path}", data=form, auth=(service["client_id"], service["client_secret"]), timeout=60)
    assert answer.status_code == 200, answer.text
    return answer


def token(service, resource=API, scope="read"):
    return post("/token", service, grant_type="client_credentials", resource=resource, scope=scope).json()["access_token"]


def assert_protected(api, service):
    """What every API does, whichever way it looks at tokens; gives the token that it lets in."""
    good = token(service)
    answer = api.ask(good)
    assert (answer.status_code, answer.json()) == (200, {"client": service["client_id"]})
    head, body, signature = good.split(".")
    forged = f"{head}.{body}.{signature[::-1]}"
    refusals = [
        (None, 401, "Bearer"),
        ("garbled", 401, 'Bearer error="invalid_token"'),
        (forged, 401, 'Bearer error="invalid_token"'),
        (token(service, OTHER), 401, 'Bearer error="invalid_token"'),
        (token(service, scope="write"), 403, 'Bearer error="insufficient_scope", scope="read"'),
    ]
    for text, status, challenge in refusals:
        answer = api.ask(text)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (status, challenge)
    return good


def test_an_api_in_fastapi_verifies_tokens_offline(service):
    with Api("fastapi_api") as api:
        good = assert_protected(api, service)
        post("/revoke", service, token=good)
        assert api.ask(good).status_code == 200, "a JWT that is verified offline stays valid until it expires"


def test_an_api_in_fastapi_introspects_tokens_and_refuses_a_revoked_one_at_once(service):
    own = jeton("client", "create", "--name", "Recipe API", "--introspects", API)
    with Api("fastapi_introspection", CLIENT_ID=own["client_id"], CLIENT_SECRET=own["client_secret"]) as api:
        good = assert_protected(api, service)
        post("/revoke", service, token=good)
        assert api.ask(good).status_code == 401
