"""Jeton, read by Authlib: a client that nobody here wrote.

Run with: tests/clients/with-stack python -m pytest tests/clients/python
"""

import os
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6750.errors import InvalidTokenError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from authlib.oauth2.rfc9207 import AuthorizationServerMetadata as IssuerMetadata
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from person import Person
from stack import stack


ISSUER = stack("URL")
APIS = stack("APIS").split()
OPAQUE_API = "https://opaque.example"
JWT_APIS = [api for api in APIS if api != OPAQUE_API]
ALGORITHMS = ["RS256", "ES256", "EdDSA", "PS256"]


@pytest.fixture(autouse=True)
def _http_is_fine_on_loopback(monkeypatch):
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture(name="metadata")
def fixture_metadata():
    return discover("oauth-authorization-server")


def discover(document):
    url = get_well_known_url(ISSUER, external=True, suffix=document)
    response = requests.get(url, timeout=60)
    assert response.status_code == 200
    return AuthorizationServerMetadata(response.json())


def session(name, **more):
    defaults = {"client_id": stack(f"{name}_ID"), "client_secret": os.environ.get(f"STACK_{name}_SECRET")}
    return OAuth2Session(**{**defaults, "default_timeout": 60, **more})


def app_session(name, **more):
    return session(name, redirect_uri=stack("REDIRECT_URI"), code_challenge_method="S256", **more)


def person():
    return Person(stack("USERNAME"), stack("PASSWORD"))


class Validator(JWTBearerTokenValidator):
    """What an API does with a token: RFC 9068."""

    def __init__(self, metadata, api):
        super().__init__(issuer=ISSUER, resource_server=api)
        self.metadata = metadata

    def get_jwks(self):
        return KeySet.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=60).json())


def validate(metadata, token, api, scope=None):
    validator = Validator(metadata, api)
    claims = validator.authenticate_token(token)
    validator.validate_token(claims, [scope] if scope else [], None)
    return claims


def service_token(metadata, api):
    with session("BASIC") as service:
        tokens = service.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", resource=api)
    return tokens["access_token"]


def with_another_signature(token):
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'B' if signature.startswith('A') else 'A'}{signature[1:]}"


def introspect(metadata, token):
    with session("RESOURCE") as asking:
        response = asking.introspect_token(metadata["introspection_endpoint"], token=token)
    assert response.status_code == 200
    return response.json()


def begin(metadata, app, verifier, scope="read", api=JWT_APIS[0]):
    """An authorization request: its URL and its state."""
    endpoint = metadata["authorization_endpoint"]
    return app.create_authorization_url(endpoint, code_verifier=verifier, scope=scope, resource=api)


def sign_in(metadata, name, scope="read", api=JWT_APIS[0]):
    """A finished authorization code flow: the session and its tokens."""
    app = app_session(name)
    verifier = generate_token(48)
    url, state = begin(metadata, app, verifier, scope, api)
    callback = person().answer(url)
    tokens = app.fetch_token(
        metadata["token_endpoint"], authorization_response=callback, state=state, code_verifier=verifier
    )
    return app, tokens


@pytest.mark.parametrize("document", ["oauth-authorization-server", "openid-configuration"])
def test_the_metadata_is_valid(document):
    metadata = discover(document)
    metadata.validate(metadata_classes=[IssuerMetadata])
    assert metadata["issuer"] == ISSUER
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["code_challenge_methods_supported"] == ["S256"]


@pytest.mark.parametrize(("name", "method"), [("BASIC", "client_secret_basic"), ("POST", "client_secret_post")])
def test_client_credentials(metadata, name, method):
    api = JWT_APIS[0]
    with session(name, token_endpoint_auth_method=method) as service:
        tokens = service.fetch_token(
            metadata["token_endpoint"], grant_type="client_credentials", scope="read", resource=api
        )
    assert tokens["scope"] == "read"
    assert tokens["token_type"].lower() == "bearer"
    assert "refresh_token" not in tokens
    claims = validate(metadata, tokens["access_token"], api, "read")
    assert claims["sub"] == claims["client_id"] == stack(f"{name}_ID")


# Authlib's own validator takes these two algorithms only.
@pytest.mark.parametrize("api", JWT_APIS[:2])
def test_a_token_is_good_at_its_api_and_nowhere_else(metadata, api):
    token = service_token(metadata, api)
    validate(metadata, token, api)
    with pytest.raises(InvalidTokenError):
        validate(metadata, token, "https://other.example")
    with pytest.raises(InvalidTokenError):
        validate(metadata, with_another_signature(token), api)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(("api", "algorithm"), list(zip(JWT_APIS, ALGORITHMS, strict=True)))
def test_a_token_is_signed_as_its_api_wants(metadata, api, algorithm):
    token = service_token(metadata, api)
    keys = Validator(metadata, api).get_jwks()
    decoded = jwt.decode(token, keys, algorithms=[algorithm])
    assert (decoded.header["alg"], decoded.header["typ"]) == (algorithm, "at+jwt")
    assert decoded.claims["aud"] in (api, [api])
    with pytest.raises(BadSignatureError):
        jwt.decode(with_another_signature(token), keys, algorithms=[algorithm])


@pytest.mark.parametrize("name", ["BASIC", "POST"])
def test_a_wrong_secret_is_invalid_client(metadata, name):
    method = f"client_secret_{name.lower()}"
    with session(name, client_secret="wrong", token_endpoint_auth_method=method) as service:
        with pytest.raises(OAuthError) as refused:
            service.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert refused.value.error == "invalid_client"


@pytest.mark.parametrize("name", ["WEB", "APP"])
def test_code_refresh_introspection_and_revocation(metadata, name):
    api = JWT_APIS[0]
    app, tokens = sign_in(metadata, name)
    claims = validate(metadata, tokens["access_token"], api, "read")
    assert claims["sub"] == stack("SUB")
    told = introspect(metadata, tokens["access_token"])
    assert told["active"] is True
    assert (told["sub"], told["client_id"], told["iss"]) == (stack("SUB"), stack(f"{name}_ID"), ISSUER)

    refreshed = app.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
    assert refreshed["refresh_token"] != tokens["refresh_token"]
    validate(metadata, refreshed["access_token"], api, "read")

    response = app.revoke_token(metadata["revocation_endpoint"], token=refreshed["refresh_token"])
    assert response.status_code == 200
    for token in (tokens["access_token"], refreshed["access_token"]):
        assert introspect(metadata, token) == {"active": False}
    with pytest.raises(OAuthError) as refused:
        app.refresh_token(metadata["token_endpoint"], refresh_token=refreshed["refresh_token"])
    assert refused.value.error == "invalid_grant"
    app.close()


def test_an_opaque_token_is_known_by_introspection_alone(metadata):
    app, tokens = sign_in(metadata, "WEB", "write", OPAQUE_API)
    assert "." not in tokens["access_token"]
    told = introspect(metadata, tokens["access_token"])
    assert (told["active"], told["scope"], told["sub"]) == (True, "write", stack("SUB"))
    app.revoke_token(metadata["revocation_endpoint"], token=tokens["access_token"], token_type_hint="access_token")
    assert introspect(metadata, tokens["access_token"]) == {"active": False}
    app.close()


def test_the_answer_names_its_issuer_and_keeps_the_state(metadata):
    app = app_session("APP")
    url, state = begin(metadata, app, generate_token(48))
    answer = parse_qs(urlsplit(person().answer(url)).query)
    assert (answer["iss"], answer["state"]) == ([ISSUER], [state])
    app.close()


def test_a_wrong_verifier_is_invalid_grant_and_leaves_the_code_good(metadata):
    app = app_session("WEB")
    verifier = generate_token(48)
    url, state = begin(metadata, app, verifier)
    answer = {"authorization_response": person().answer(url), "state": state}
    with pytest.raises(OAuthError) as refused:
        app.fetch_token(metadata["token_endpoint"], code_verifier=generate_token(48), **answer)
    assert refused.value.error == "invalid_grant"
    tokens = app.fetch_token(metadata["token_endpoint"], code_verifier=verifier, **answer)
    assert tokens["access_token"]
    with pytest.raises(OAuthError) as refused:
        app.fetch_token(metadata["token_endpoint"], code_verifier=verifier, **answer)
    assert refused.value.error == "invalid_grant"
    app.close()


def test_who_says_no_sends_access_denied(metadata):
    app = app_session("APP")
    url, state = begin(metadata, app, generate_token(48))
    # Somebody who agreed before is asked again.
    answer = parse_qs(urlsplit(person().answer(f"{url}&prompt=consent", decision="deny")).query)
    assert (answer["error"], answer["state"], answer["iss"]) == (["access_denied"], [state], [ISSUER])
    app.close()
