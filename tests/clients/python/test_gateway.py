"""A gateway that nobody here wrote signs people in through Jeton: Apache with mod_auth_openidc.

Everything speaks TLS: Apache ends it in front of `jeton dev`, whose issuer is another host than the one it listens on,
and in front of the gateway's own hosts, behind which a small server shows what it is told of the person.

Needs Debian's apache2-bin and libapache2-mod-auth-openidc, which tests/run installs. Run with:
tests/clients/with-stack python -m pytest tests/clients/python
"""

import datetime
import http.server
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
import urllib3.util.connection
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import RSAKey

from person import Form

MODULES = pathlib.Path("/usr/lib/apache2/modules")
LOADED = ["mpm_event", "authn_core", "authz_core", "authz_user", "socache_shmcb", "ssl", "proxy", "proxy_http"]
LOADED += ["auth_openidc"]
USERNAME, PASSWORD = "ada", "a long enough pass phrase"
# libcurl, with which the gateway asks, knows that these are on this machine.
LOGIN, PORTAL, VAULT = "login.localhost", "portal.localhost", "vault.localhost"


def load_with_stack():
    path = pathlib.Path(__file__).parents[1] / "with-stack"
    loader = importlib.machinery.SourceFileLoader("with_stack", str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("with_stack", loader))
    loader.exec_module(module)
    return module


with_stack = load_with_stack()


class Told(http.server.BaseHTTPRequestHandler):
    """Shows the headers that the gateway passes on."""

    def do_GET(self):
        body = json.dumps(dict(self.headers.items())).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def certified(directory, *hosts):
    """An authority, and a certificate of it for all hosts: ca.pem, tls.pem with its key."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def certificate(name, key, issuer, issuer_key, extension, critical):
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder(issuer or subject, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(minutes=5))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1)).add_extension(extension, critical)
        return builder.sign(issuer_key, hashes.SHA256())

    ca_key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = certificate("Test authority", ca_key, None, ca_key, x509.BasicConstraints(True, None), True)
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    own = certificate(hosts[0], own_key, ca.subject, ca_key, names, False)
    pem = serialization.Encoding.PEM
    key = own_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "ca.pem").write_bytes(ca.public_bytes(pem))
    (directory / "tls.pem").write_bytes(own.public_bytes(pem) + key)


class Place:
    """Apache, what it stands in front of, and what it is told."""

    def __init__(self, directory):
        self.directory = directory
        self.ports = {host: with_stack.free_port() for host in (LOGIN, PORTAL, VAULT)}
        certified(directory, *self.ports)
        self.backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Told)
        threading.Thread(target=self.backend.serve_forever, daemon=True).start()
        self.stack = with_stack.Stack(directory, "--issuer", self.url(LOGIN))
        self.stack.wait_until_ready()
        user = self.stack.jeton("user", "create", "--username", USERNAME, "--password-stdin", text=PASSWORD + "\n")
        self.sub = user["sub"]
        claims = ["--claim", "email=ada@example.com", "--claim", "email_verified=true", "--claim", "name=Ada Lovelace"]
        self.stack.jeton("user", "update", USERNAME, *claims)
        self.apache = None

    def url(self, host):
        return f"https://{host}:{self.ports[host]}"

    def register(self, host, *more):
        grants = ["--grant", "authorization_code", "--grant", "refresh_token"]
        redirect = ["--redirect-uri", f"{self.url(host)}/callback"]
        return self.stack.jeton("client", "create", "--name", host, *grants, *redirect, *more)

    def vault_key(self):
        """The key with which the second host proves itself, and the file of its public half."""
        key = RSAKey.generate_key(2048)
        (self.directory / "vault.pem").write_bytes(key.as_pem(private=True))
        (self.directory / "vault.pub").write_bytes(key.as_pem(private=False))
        jwks = self.directory / "vault.json"
        jwks.write_text(json.dumps({"keys": [key.as_dict(private=False, kid="vault", alg="RS256")]}))
        return str(jwks)

    def virtual_host(self, host, lines):
        port = self.ports[host]
        address = f"127.0.0.1:{port}"
        tls = ["SSLEngine on", f"SSLCertificateFile {self.directory}/tls.pem"]
        begin = [f"Listen {address}", f"<VirtualHost {address}>", f"ServerName {self.url(host)}"]
        return [*begin, *tls, *lines, "</VirtualHost>"]

    def relying_party(self, host, registered, lines):
        """What the gateway is told for one of its hosts."""
        backend = f"http://127.0.0.1:{self.backend.server_port}/"
        lines = [
            f"OIDCProviderMetadataURL {self.url(LOGIN)}/.well-known/openid-configuration",
            f"OIDCClientID {registered['client_id']}",
            f"OIDCRedirectURI {self.url(host)}/callback",
            f"OIDCCryptoPassphrase {secrets.token_hex(16)}",
            f"OIDCCABundlePath {self.directory}/ca.pem",
            "OIDCPKCEMethod S256",
            'OIDCScope "openid profile email"',
            'OIDCAuthRequestParams "max_age=3600"',
            "OIDCPassClaimsAs headers",
            *lines,
            "<Location />",
            "AuthType openid-connect",
            "Require valid-user",
            "</Location>",
            "<Location /others>",
            "Require claim email:somebody@else.example",
            "</Location>",
            "ProxyPass /callback !",
            f"ProxyPass / {backend}",
        ]
        return self.virtual_host(host, lines)

    def configuration(self):
        portal = self.register(PORTAL, "--id-token-alg", "RS256")
        key = ["--auth-method", "private_key_jwt", "--jwks", self.vault_key()]
        signed = ["--id-token-alg", "ES256", "--userinfo-alg", "PS256"]
        vault = self.register(VAULT, *key, *signed, "--subject-type", "pairwise")
        by_secret = [f"OIDCClientSecret {portal['client_secret']}", "OIDCProviderTokenEndpointAuth client_secret_basic"]
        by_key = [
            f"OIDCPublicKeyFiles vault#{self.directory}/vault.pub",
            f"OIDCPrivateKeyFiles vault#{self.directory}/vault.pem",
            "OIDCProviderTokenEndpointAuth private_key_jwt",
            "OIDCIDTokenSignedResponseAlg ES256",
            "OIDCUserInfoSignedResponseAlg PS256",
            "OIDCResponseMode form_post",
        ]
        modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED]
        files = [f"PidFile {self.directory}/apache.pid", f"ErrorLog {self.directory}/apache.log"]
        # Only root can become somebody else, and only root must not serve.
        user = ["User www-data", "Group www-data"] if os.geteuid() == 0 else []
        return [
            f"ServerRoot {self.directory}",
            f"DefaultRuntimeDir {self.directory}",
            *modules,
            *files,
            "ServerName localhost",
            *user,
            "LogLevel warn auth_openidc:info",
            "SSLRandomSeed startup builtin",
            *self.virtual_host(LOGIN, [f"ProxyPass / {self.stack.url}/"]),
            *self.relying_party(PORTAL, portal, by_secret),
            *self.relying_party(VAULT, vault, by_key),
        ]

    def start_apache(self):
        file = self.directory / "apache.conf"
        file.write_text("\n".join(self.configuration()) + "\n")
        apache = shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin")
        is_there = apache and (MODULES / "mod_auth_openidc.so").is_file()
        assert is_there, "apt-get install apache2-bin libapache2-mod-auth-openidc"
        self.apache = subprocess.Popen([apache, "-f", file, "-D", "FOREGROUND"], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.apache.poll() is None, self.log()
            try:
                if requests.get(f"{self.url(LOGIN)}/.well-known/jwks.json", timeout=5).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.02)
        raise AssertionError(f"Apache was not ready within 30 s:\n{self.log()}")

    def log(self):
        log = self.directory / "apache.log"
        return log.read_text() if log.is_file() else ""

    def stop(self):
        if self.apache:
            self.apache.terminate()
            self.apache.wait(10)
        self.backend.shutdown()
        self.stack.stop()


@pytest.fixture(name="hosts_on_loopback", autouse=True, scope="module")
def fixture_hosts_on_loopback():
    """Names below localhost are this machine, for the person's browser too."""
    connect = urllib3.util.connection.create_connection

    def here(address, *arguments, **more):
        host, port = address
        return connect(("127.0.0.1" if host.endswith(".localhost") else host, port), *arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(urllib3.util.connection, "create_connection", here)
        yield patch


@pytest.fixture(name="place", scope="module")
def fixture_place(hosts_on_loopback):
    with tempfile.TemporaryDirectory(prefix="jeton-gateway-") as directory:
        path = pathlib.Path(directory)
        # Apache's workers are somebody else.
        path.chmod(0o755)
        place = Place(path)
        try:
            hosts_on_loopback.setenv("REQUESTS_CA_BUNDLE", str(path / "ca.pem"))
            place.start_apache()
            yield place
        finally:
            place.stop()


class Browser(requests.Session):
    """A browser that keeps cookies as it should: all is TLS here."""

    def visit(self, url):
        """Opens a page and fills in what stands in the way to it; gives the page and the forms it took."""
        response, forms = self.get(url, timeout=60), []
        while "text/html" in response.headers.get("content-type", "") and "<form" in response.text and len(forms) < 5:
            form = Form(response.text)
            forms.append(sorted(form.fields))
            if "password" in form.fields:
                form.fields |= {"username": USERNAME, "password": PASSWORD}
            elif "code" not in form.fields:
                form.fields["decision"] = "allow"
            headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
            response = self.post(urljoin(response.url, form.action), data=form.fields, headers=headers, timeout=60)
        return response, forms


@pytest.mark.parametrize("host", [PORTAL, VAULT])
def test_a_person_gets_in_after_the_gateway_checked_who_it_is(place, host):
    browser = Browser()
    page, forms = browser.visit(f"{place.url(host)}/page?x=1")
    assert (page.status_code, page.url) == (200, f"{place.url(host)}/page?x=1"), f"{page.text}\n{place.log()}"
    told = {name.lower(): value for name, value in page.json().items()}
    assert told["oidc_claim_iss"] == place.url(LOGIN)
    assert told["oidc_claim_email"] == "ada@example.com"
    assert told["oidc_claim_name"] == "Ada Lovelace"
    assert int(told["oidc_claim_auth_time"]) <= time.time()
    assert told["oidc_access_token"]
    # The second host knows the person by a name of its own, and had the answer by form_post.
    assert (told["oidc_claim_sub"] == place.sub) == (host == PORTAL)
    assert any("code" in fields for fields in forms) == (host == VAULT)
    assert browser.get(f"{place.url(host)}/others", timeout=60).status_code in (401, 403)


def test_who_signed_in_at_one_host_is_not_asked_for_the_password_at_the_other(place):
    browser = Browser()
    _, first = browser.visit(f"{place.url(PORTAL)}/")
    page, second = browser.visit(f"{place.url(VAULT)}/")
    assert page.status_code == 200, page.text
    assert any("password" in fields for fields in first)
    assert not any("password" in fields for fields in second)


def test_behind_the_proxy_the_issuer_is_the_configured_one_and_cookies_are_locked_to_it(place):
    lies = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"}
    for path in ("openid-configuration", "oauth-authorization-server"):
        document = requests.get(f"{place.url(LOGIN)}/.well-known/{path}", headers=lies, timeout=60).json()
        assert document["issuer"] == place.url(LOGIN)
        endpoints = [url for name, url in document.items() if name.endswith(("_endpoint", "jwks_uri"))]
        assert len(endpoints) >= 6
        assert all(url.startswith(f"{place.url(LOGIN)}/") for url in endpoints), endpoints
    browser = Browser()
    browser.visit(f"{place.url(PORTAL)}/")
    own = [cookie for cookie in browser.cookies if cookie.domain == LOGIN]
    assert own and all(cookie.name.startswith("__Host-") and cookie.secure and cookie.path == "/" for cookie in own)
    assert not any(cookie.domain_specified for cookie in own)


def test_the_gateway_refuses_an_answer_that_was_not_for_this_browser(place):
    first, second = requests.Session(), requests.Session()
    away = first.get(f"{place.url(PORTAL)}/", allow_redirects=False, timeout=60)
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["max_age"] == ["3600"]
    answer = {"code": "x", "state": asked["state"][0], "iss": place.url(LOGIN)}
    refused = second.get(f"{place.url(PORTAL)}/callback", params=answer, allow_redirects=False, timeout=60)
    assert refused.status_code >= 400 or "/callback" not in refused.headers.get("location", "")
    assert not any("session" in cookie.name for cookie in second.cookies)
