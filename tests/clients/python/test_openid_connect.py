"""Jeton signs people in: Authlib as a relying party of OpenID Connect, as its integrations for web frameworks use it.

Run with: tests/clients/with-stack python -m pytest tests/clients/python
"""

import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.integrations.base_client import BaseApp, FrameworkIntegration, OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from authlib.oauth2.rfc9207 import AuthorizationServerMetadata as IssuerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc.errors import BadSignatureError, InvalidClaimError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from person import Person
from stack import register_app, stack

SCOPE = "openid profile email phone address offline_access read"
ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


@pytest.fixture(autouse=True)
def _http_is_fine_on_loopback(monkeypatch):
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


class NoFramework(FrameworkIntegration):
    """What a web framework would do, where there is none."""

    def update_token(self, token, refresh_token=None, access_token=None):
        """Tokens are kept by the tests."""


class App(OAuth2Mixin, OpenIDMixin, BaseApp):
    """A web app, without the web framework."""

    client_cls = OAuth2Session

    def __init__(self, registered, **more):
        usual = {"scope": SCOPE, "code_challenge_method": "S256", "default_timeout": 60}
        super().__init__(
            NoFramework("jeton"),
            client_id=registered["client_id"],
            client_secret=more.pop("client_secret", registered.get("client_secret")),
            server_metadata_url=f"{stack('URL')}/.well-known/openid-configuration",
            client_kwargs={**usual, **more.pop("client_kwargs", {})},
            **more,
        )

    def begin(self, by, **parameters):
        """Sends a person away and gives the answer, with what it takes to redeem it."""
        request = self.create_authorization_url(stack("REDIRECT_URI"), **parameters)
        return by.answer(request["url"]), request

    def sign_in(self, by=None, **parameters):
        """A whole sign-in: the tokens, and the validated claims of the ID token."""
        callback, request = self.begin(by or person(), **parameters)
        tokens = self.redeem(callback, request)
        return tokens, self.identity(tokens, request["nonce"])

    def redeem(self, callback, request):
        return self.fetch_access_token(
            stack("REDIRECT_URI"),
            authorization_response=callback,
            state=request["state"],
            code_verifier=request["code_verifier"],
        )

    def identity(self, tokens, nonce):
        """Signature, issuer, audience, times, nonce, azp and at_hash."""
        expected = {"iss": stack("URL"), "aud": self.client_id}
        options = {name: {"essential": True, "value": value} for name, value in expected.items()}
        return self.parse_id_token(tokens, nonce, claims_options=options, leeway=0)


def person():
    return Person(stack("USERNAME"), stack("PASSWORD"))


def test_the_document_is_a_valid_one_of_an_openid_provider():
    metadata = OpenIDProviderMetadata(App(register_app("Reader")).load_server_metadata())
    metadata.validate(metadata_classes=[IssuerMetadata])
    assert metadata["issuer"] == stack("URL")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_person_signs_in_and_stays_the_same_person(algorithm):
    app = App(register_app("Shop", "--id-token-alg", algorithm))
    tokens, identity = app.sign_in(max_age=3600)
    assert identity["sub"] == stack("SUB")
    assert 0 <= identity["iat"] - identity["auth_time"] < 3600
    told = app.userinfo(token=tokens)
    assert (told["sub"], told["email"], told["email_verified"]) == (stack("SUB"), "ada@example.com", True)

    with app._get_oauth_client(**app.load_server_metadata()) as session:
        refreshed = session.refresh_token(app.server_metadata["token_endpoint"], tokens["refresh_token"])
    again = app.identity(refreshed, None)
    for name in ("iss", "sub", "aud", "auth_time"):
        assert again[name] == identity[name]
    assert "nonce" not in again
    with pytest.raises(OAuthError) as refused:
        with app._get_oauth_client(**app.server_metadata) as session:
            session.revoke_token(app.server_metadata["revocation_endpoint"], refreshed["refresh_token"])
            session.refresh_token(app.server_metadata["token_endpoint"], refreshed["refresh_token"])
    assert refused.value.error == "invalid_grant"


def test_an_id_token_is_good_for_its_request_and_its_access_token_alone():
    app = App(register_app("Careful"))
    callback, request = app.begin(person())
    tokens = app.redeem(callback, request)
    app.identity(tokens, request["nonce"])
    with pytest.raises(InvalidClaimError, match="nonce"):
        app.identity(tokens, "another")
    with pytest.raises(InvalidClaimError, match="at_hash"):
        app.identity({**tokens, "access_token": "another"}, request["nonce"])
    signed, _, signature = tokens["id_token"].rpartition(".")
    touched = f"{signed}.{'B' if signature.startswith('A') else 'A'}{signature[1:]}"
    with pytest.raises(BadSignatureError):
        app.identity({**tokens, "id_token": touched}, request["nonce"])
    other = App(register_app("Other"))
    with pytest.raises(InvalidClaimError, match="aud"):
        other.identity(tokens, request["nonce"])


def key_of(algorithm):
    make = {"ES256": lambda: ECKey.generate_key("P-256"), "EdDSA": lambda: OKPKey.generate_key("Ed25519")}
    return make.get(algorithm, lambda: RSAKey.generate_key(2048))()


# The library's own assertions are good for an hour.
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_app_proves_itself_with_its_key(algorithm, tmp_path):
    key = key_of(algorithm)
    public = tmp_path / "jwks.json"
    public.write_text(json.dumps({"keys": [key.as_dict(private=False, kid="app", alg=algorithm)]}))
    registered = register_app("Keyed", "--auth-method", "private_key_jwt", "--jwks", str(public))
    keyed = {"client_kwargs": {"token_endpoint_auth_method": "private_key_jwt"}}

    def method():
        return [PrivateKeyJWT(alg=algorithm, headers={"kid": "app"})]

    app = App(registered, client_secret=key, client_auth_methods=method(), **keyed)
    _, identity = app.sign_in()
    assert identity["sub"] == stack("SUB")
    thief = App(registered, client_secret=key_of(algorithm), client_auth_methods=method(), **keyed)
    with pytest.raises(OAuthError) as refused:
        thief.sign_in()
    assert refused.value.error == "invalid_client"


def test_an_app_proves_itself_with_a_jwt_by_its_secret():
    registered = register_app("Secret JWT", "--auth-method", "client_secret_jwt")
    kwargs = {"token_endpoint_auth_method": "client_secret_jwt"}
    app = App(registered, client_auth_methods=[ClientSecretJWT()], client_kwargs=kwargs)
    _, identity = app.sign_in()
    assert identity["sub"] == stack("SUB")


def test_who_is_signed_in_is_not_asked_again_unless_the_app_wants_it():
    app = App(register_app("Silent"))
    by = person()
    tokens, first = app.sign_in(by)
    _, silent = app.sign_in(by, prompt="none", id_token_hint=tokens["id_token"])
    assert silent["auth_time"] == first["auth_time"]
    while int(time.time()) <= first["auth_time"]:
        pass
    _, fresh = app.sign_in(by, prompt="login")
    assert fresh["auth_time"] > first["auth_time"]
    callback, _ = app.begin(person(), prompt="none")
    assert parse_qs(urlsplit(callback).query)["error"] == ["login_required"]


def test_a_pairwise_client_knows_the_person_by_a_name_of_its_own():
    app = App(register_app("Pairwise", "--subject-type", "pairwise"))
    tokens, identity = app.sign_in()
    assert identity["sub"] != stack("SUB")
    assert app.userinfo(token=tokens)["sub"] == identity["sub"]
