"""Agents without a person at hand: the MCP SDK's providers for services and for the enterprise, unchanged.

Run with: tests/clients/with-mcp python -m pytest tests/clients/mcp
"""

import json
import os
import subprocess
import time
import uuid
from urllib.parse import urljoin

import anyio
import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mcp.client.auth import OAuthFlowError
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
    static_assertion_provider,
)
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider

ISSUER = os.environ["STACK_URL"]
RESOURCE = urljoin(os.environ["MCP_URL"], "/mcp")


class Kept:
    """What an agent keeps."""

    tokens = client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Key:
    """A key, and the file with which its owner is registered."""

    def __init__(self, directory):
        self.secret = ec.generate_private_key(ec.SECP256R1())
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.secret.public_key()))
        self.file = directory / f"{uuid.uuid4()}.json"
        self.file.write_text(json.dumps({"keys": [public | {"alg": "ES256", "use": "sig"}]}))

    @property
    def pem(self):
        format_of_key = serialization.PrivateFormat.PKCS8
        return self.secret.private_bytes(serialization.Encoding.PEM, format_of_key, serialization.NoEncryption()).decode()

    def sign(self, typ, **claims):
        now = int(time.time())
        usual = {"aud": ISSUER, "iat": now, "exp": now + 300, "jti": str(uuid.uuid4())}
        return jwt.encode(usual | claims, self.secret, algorithm="ES256", headers={"typ": typ})


def jeton(*arguments):
    command = [os.environ["STACK_JETON"], *map(str, arguments), "--env-file", os.environ["STACK_ENV_FILE"], "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)


def service(*more):
    return jeton("client", "create", "--name", "Agent", "--grant", "client_credentials", "--api", RESOURCE, *more)


def called(auth):
    """Calls a tool; gives the client and the scope of the token that it was called with."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read", "arguments": {}}}

    async def send():
        headers = {"Accept": "application/json, text/event-stream"}
        async with httpx2.AsyncClient(auth=auth, headers=headers, timeout=30) as session:
            return await session.post(RESOURCE, json=message)

    answer = anyio.run(send)
    assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
    return json.loads(answer.json()["result"]["content"][0]["text"])


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_an_agent_with_a_secret_gets_its_tokens_by_client_credentials(method):
    client = service("--auth-method", method)

    def provider(secret):
        return ClientCredentialsOAuthProvider(RESOURCE, Kept(), client["client_id"], secret, method, issuer=ISSUER)

    assert called(provider(client["client_secret"])) == {"client": client["client_id"], "scope": "mcp:read"}
    with pytest.raises(OAuthFlowError):
        called(provider("wrong"))


def test_an_agent_with_a_key_signs_its_assertions(tmp_path):
    key, other = Key(tmp_path), Key(tmp_path)
    client = service("--auth-method", "private_key_jwt", "--jwks", key.file)["client_id"]

    def provider(pem):
        signed = SignedJWTParameters(issuer=client, subject=client, signing_key=pem, signing_algorithm="ES256")
        assertions = signed.create_assertion_provider()
        return PrivateKeyJWTOAuthProvider(RESOURCE, Kept(), client, assertions, issuer=ISSUER)

    assert called(provider(key.pem)) == {"client": client, "scope": "mcp:read"}
    with pytest.raises(OAuthFlowError):
        called(provider(other.pem))


def test_c126_an_agent_on_a_platform_authenticates_by_the_token_of_its_workload(tmp_path):
    key, url = Key(tmp_path), "https://platform-of-python.example"
    jeton("issuer", "create", "mcp-python", "--url", url, "--jwks", key.file, "--for", "client-auth")
    client = service("--federated", "mcp-python", "--subject", "agents/1")["client_id"]

    def provider(subject):
        assertions = static_assertion_provider(key.sign("JWT", iss=url, sub=subject))
        return PrivateKeyJWTOAuthProvider(RESOURCE, Kept(), client, assertions, issuer=ISSUER)

    for _ in range(2):
        assert called(provider("agents/1")) == {"client": client, "scope": "mcp:read"}
    with pytest.raises(OAuthFlowError):
        called(provider("agents/2"))


def test_c127_an_agent_of_an_enterprise_acts_for_a_person_by_an_identity_assertion(tmp_path):
    key, url = Key(tmp_path), "https://enterprise.example"
    jeton("issuer", "create", "mcp-enterprise", "--url", url, "--jwks", key.file, "--for", "id-jag")
    grants = ["--grant", "jwt-bearer", "--auth-method", "client_secret_post", "--api", RESOURCE]
    client = jeton("client", "create", "--name", "Enterprise agent", *grants)
    jeton("user", "link", os.environ["STACK_USERNAME"], "--issuer", "mcp-enterprise", "--subject", "ada@enterprise")
    asked = []

    def provider(subject):
        async def assertion(audience, resource):
            asked.append((audience, resource))
            claims = {"iss": url, "sub": subject, "client_id": client["client_id"], "resource": resource}
            return key.sign("oauth-id-jag+jwt", **claims)

        return IdentityAssertionOAuthProvider(
            RESOURCE, Kept(), client["client_id"], client["client_secret"], ISSUER, assertion, scope="mcp:read"
        )

    assert called(provider("ada@enterprise")) == {"client": client["client_id"], "scope": "mcp:read"}
    assert asked == [(ISSUER, RESOURCE)]
    with pytest.raises(OAuthFlowError):
        called(provider("nobody@enterprise"))
