"""The device grant and token exchange, by requests-oauthlib and Authlib.

Run with: tests/clients/with-stack python -m pytest tests/clients/python
"""

import json

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey
from oauthlib.oauth2 import DeviceClient, OAuth2Error
from requests_oauthlib import OAuth2Session

from person import Person
from stack import jeton, register_app, stack

ISSUER = stack("URL")
TOKEN = f"{ISSUER}/token"
API, OTHER_API = stack("APIS").split()[:2]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


@pytest.fixture(autouse=True)
def _http_is_fine_on_loopback(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


def register(name, *more):
    return jeton("client", "create", "--name", name, "--api", API, *more)


def television(name):
    return register(name, "--grant", "device_code", "--grant", "refresh_token", "--auth-method", "none")["client_id"]


def begin(client_id):
    """The codes of a device, by the request of RFC 8628 itself: the libraries leave it to the app."""
    response = requests.post(
        f"{ISSUER}/device_authorization", data={"client_id": client_id, "scope": "read"}, timeout=60
    )
    assert response.status_code == 200, response.text
    return response.json()


def answer(codes, decision):
    Person(stack("USERNAME"), stack("PASSWORD")).answer_device(codes["verification_uri_complete"], decision)


def test_requests_oauthlib_polls_until_the_person_has_allowed_it():
    client_id = television("Requests TV")
    codes = begin(client_id)
    session = OAuth2Session(client=DeviceClient(client_id))

    def poll():
        return session.fetch_token(TOKEN, device_code=codes["device_code"], include_client_id=True)

    with pytest.raises(OAuth2Error) as waiting:
        poll()
    assert waiting.value.error == "authorization_pending"
    answer(codes, "allow")
    first = poll()
    assert first["refresh_token"] and list(first["scope"]) == ["read"]
    second = session.refresh_token(TOKEN, client_id=client_id)
    assert second["refresh_token"] != first["refresh_token"]
    with pytest.raises(OAuth2Error) as spent:
        poll()
    assert spent.value.error == "invalid_grant"


def test_authlib_polls_and_is_told_of_a_denial():
    client_id = television("Authlib TV")
    allowed, denied = begin(client_id), begin(client_id)
    with AuthlibSession(client_id, token_endpoint_auth_method="none", default_timeout=60) as session:

        def poll(codes):
            return session.fetch_token(TOKEN, grant_type=DEVICE, device_code=codes["device_code"])

        with pytest.raises(OAuthError) as waiting:
            poll(allowed)
        assert waiting.value.error == "authorization_pending"
        answer(allowed, "allow")
        answer(denied, "deny")
        assert poll(allowed)["token_type"] == "Bearer"
        with pytest.raises(OAuthError) as refused:
            poll(denied)
        assert refused.value.error == "access_denied"


def token_of_a_person():
    """The access token of a person's app, by Authlib."""
    registered = register_app("Calls an API", "--pkce", "optional")
    with AuthlibSession(
        registered["client_id"],
        registered["client_secret"],
        redirect_uri=stack("REDIRECT_URI"),
        scope="read",
        default_timeout=60,
    ) as app:
        url, state = app.create_authorization_url(f"{ISSUER}/authorize")
        callback = Person(stack("USERNAME"), stack("PASSWORD")).answer(url)
        return app.fetch_token(TOKEN, authorization_response=callback, state=state)["access_token"]


def test_authlib_exchanges_the_token_that_an_api_was_called_with():
    subject_token = token_of_a_person()
    watches = ["--introspects", API, "--introspects", OTHER_API]
    api = jeton("client", "create", "--name", "Exchanges", "--grant", "token-exchange", "--api", OTHER_API, *watches)
    asked = {"grant_type": EXCHANGE, "subject_token": subject_token, "subject_token_type": ACCESS_TOKEN}
    with AuthlibSession(api["client_id"], api["client_secret"], default_timeout=60) as session:
        tokens = session.fetch_token(TOKEN, resource=OTHER_API, scope="read", **asked)
        assert tokens["issued_token_type"] == ACCESS_TOKEN and "refresh_token" not in tokens
        told = session.introspect_token(f"{ISSUER}/introspect", token=tokens["access_token"]).json()
        assert told["active"] and told["act"]["sub"] == api["client_id"]
        with pytest.raises(OAuthError) as wider:
            session.fetch_token(TOKEN, resource=OTHER_API, scope="write", **asked)
        assert wider.value.error == "invalid_scope"
        with pytest.raises(OAuthError) as unknown:
            session.fetch_token(TOKEN, resource=OTHER_API, **{**asked, "subject_token": "x"})
        assert unknown.value.error == "invalid_request"


def test_authlib_authenticates_as_fapi_wants_and_gets_no_token_without_a_proof(tmp_path):
    # Authlib makes no DPoP proofs, so this is as far as it goes: the assertion names the issuer alone.
    key = ECKey.generate_key("P-256")
    public = tmp_path / "jwks.json"
    public.write_text(json.dumps({"keys": [key.as_dict(private=False, kid="bank", alg="ES256")]}))
    bank = register("Bank", "--profile", "fapi2", "--grant", "client_credentials", "--jwks", str(public))
    with AuthlibSession(
        bank["client_id"], key, token_endpoint_auth_method="private_key_jwt", default_timeout=60
    ) as session:
        session.register_client_auth_method(PrivateKeyJWT(ISSUER, alg="ES256", headers={"kid": "bank"}))
        with pytest.raises(OAuthError) as unproven:
            session.fetch_token(TOKEN, grant_type="client_credentials")
        assert unproven.value.error == "invalid_request"
        # An assertion for the token endpoint is not one for the issuer.
        session.register_client_auth_method(PrivateKeyJWT(TOKEN, alg="ES256", headers={"kid": "bank"}))
        with pytest.raises(OAuthError) as elsewhere:
            session.fetch_token(TOKEN, grant_type="client_credentials")
        assert elsewhere.value.error == "invalid_client"
