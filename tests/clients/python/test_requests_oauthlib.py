"""requests-oauthlib: an app that signs people in, and a service.

Run with: tests/clients/with-stack python -m pytest tests/clients/python
"""

import pytest
from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError
from requests_oauthlib import OAuth2Session

from person import Person
from stack import register_app, stack

ISSUER = stack("URL")
TOKEN = f"{ISSUER}/token"


@pytest.fixture(autouse=True)
def _http_is_fine_on_loopback(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def sign_in(registered, **more):
    """A finished authorization code flow: the session, with its tokens."""
    scope = ["openid", "profile", "read"]
    session = OAuth2Session(registered["client_id"], redirect_uri=stack("REDIRECT_URI"), scope=scope, **more)
    url, _ = session.authorization_url(f"{ISSUER}/authorize")
    callback = Person(stack("USERNAME"), stack("PASSWORD")).answer(url)
    session.fetch_token(TOKEN, authorization_response=callback, client_secret=registered["client_secret"])
    return session


def test_an_app_with_pkce_signs_a_person_in_and_refreshes():
    registered = register_app("Requests")
    session = sign_in(registered, pkce="S256")
    first = session.token
    assert set(first["scope"]) == {"openid", "profile", "read"}
    assert session.get(f"{ISSUER}/userinfo", timeout=60).json()["name"] == "Ada Lovelace"
    # Its way to refresh has the secret in the form, though it redeemed the code with HTTP Basic.
    secret = {name: registered[name] for name in ("client_id", "client_secret")}
    second = session.refresh_token(TOKEN, **secret)
    assert second["refresh_token"] != first["refresh_token"]
    assert session.get(f"{ISSUER}/userinfo", timeout=60).ok
    with pytest.raises(InvalidGrantError):
        session.refresh_token(TOKEN, refresh_token="jtr_none", **secret)


def test_an_app_as_it_comes_signs_a_person_in():
    # It sends neither PKCE nor a nonce.
    session = sign_in(register_app("Requests", "--pkce", "optional"))
    assert session.token["id_token"]


def test_a_service_gets_a_token():
    session = OAuth2Session(client=BackendApplicationClient(stack("BASIC_ID"), scope=["read"]))
    api = stack("APIS").split()[0]
    tokens = session.fetch_token(TOKEN, client_id=stack("BASIC_ID"), client_secret=stack("BASIC_SECRET"), resource=api)
    assert list(tokens["scope"]) == ["read"]
