"""Every way through every function of a deployed stack, once: what the roles are compared with.

The client suites take the usual ways; here are the others too: guesses, replays, refusals, and the two legacy grants where
the deployment allows them. Each function does here all that it can do with its tables and its key.
"""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import threading
import time
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients" / "python"))
from person import Form, Person  # noqa: E402

from parameters import STACKS  # noqa: E402
from roles import client as client_of, functions  # noqa: E402


def stack(name):
    return os.environ[f"STACK_{name}"]


URL, CALLBACK = stack("URL"), stack("REDIRECT_URI")
JWT_API, OPAQUE_API = "https://es256.example", "https://opaque.example"
LEGACY = stack("LEGACY") == "true"
PASSWORD = "a long enough pass phrase"
# An image of one pixel.
LOGO = base64.b64decode("R0lGODlhAQABAIAAAAEBAf///ywAAAAAAQABAAACAkQBADs=")
legacy = pytest.mark.skipif(not LEGACY, reason="the deployment does not allow the legacy grants; the other stack does")


def jeton(*arguments, text="", **variables):
    command = [stack("JETON"), *arguments, "--env-file", stack("ENV_FILE"), "--json"]
    done = subprocess.run(command, input=text, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def new_person():
    name = f"p-{secrets.token_hex(6)}"
    jeton("user", "create", "--username", name, "--password-stdin", text=PASSWORD + "\n")
    return Person(name, PASSWORD)


def client(name):
    return {"id": stack(f"{name}_ID"), "secret": os.environ.get(f"STACK_{name}_SECRET")}


def new_client(*options):
    made = jeton("client", "create", "--name", "Of the cloud test", *options)
    return {"id": made["client_id"], "secret": made.get("client_secret")}


def post(path, by, status=200, **fields):
    """An authenticated request; gives the JSON document of the answer, if there is one."""
    if by["secret"] is None:
        fields["client_id"], auth = by["id"], None
    else:
        auth = (by["id"], by["secret"])
    answer = requests.post(f"{URL}{path}", data=fields, auth=auth, timeout=60)
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def assertion(by):
    """A new assertion of a client that authenticates with client_secret_jwt (RFC 7523 §2.2)."""
    now = int(time.time())
    claims = {"iss": by["id"], "sub": by["id"], "aud": URL, "exp": now + 60, "iat": now, "jti": secrets.token_hex(16)}
    signed = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
    signature = hmac.new(by["secret"].encode(), signed.encode(), hashlib.sha256).digest()
    return {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": f"{signed}.{encode(signature)}"}


def encode(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def introspect(token):
    return post("/introspect", client("RESOURCE"), token=token)


def authorization(by, **more):
    """An authorization request and its verifier."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"response_type": "code", "client_id": by["id"], "redirect_uri": CALLBACK, "code_challenge": challenge,
             "code_challenge_method": "S256", "scope": "read", "resource": JWT_API, "state": "s"}
    return f"{URL}/authorize?{urlencode({**asked, **more})}", verifier


def code(person, by, **more):
    url, verifier = authorization(by, **more)
    answer = parse_qs(urlsplit(person.answer(url)).query)
    assert answer.get("iss") == [URL], answer
    return {"grant_type": "authorization_code", "code": answer["code"][0], "code_verifier": verifier,
            "redirect_uri": CALLBACK}


def tokens(person, by, **more):
    return post("/token", by, **code(person, by, **more))


def refresh(by, found, status=200):
    return post("/token", by, status, grant_type="refresh_token", refresh_token=found["refresh_token"])


def test_the_documents_are_at_every_address_they_are_looked_for():
    metadata = requests.get(f"{URL}/.well-known/oauth-authorization-server", timeout=60).json()
    assert metadata["issuer"] == URL
    of_openid = requests.get(f"{URL}/.well-known/openid-configuration", timeout=60).json()
    assert metadata.items() <= of_openid.items()
    keys = requests.get(metadata["jwks_uri"], timeout=60).json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256", "EdDSA", "PS256"}
    assert all("d" not in key for key in keys)
    assert ({"password", "implicit"} <= set(metadata["grant_types_supported"])) is LEGACY
    assert metadata["userinfo_endpoint"] == f"{URL}/userinfo"


def test_the_gateway_passes_on_every_method_and_its_own_paths_only():
    assert requests.get(f"{URL}/token", timeout=60).status_code == 405
    assert requests.put(f"{URL}/revoke", timeout=60).status_code == 405
    assert requests.get(f"{URL}/nothing", timeout=60).status_code == 404


def test_a_script_of_another_origin_reads_tokens_and_no_pages():
    asked = {"Origin": "https://shop.example"}
    assert "Access-Control-Allow-Origin" in requests.post(f"{URL}/token", headers=asked, timeout=60).headers
    assert "Access-Control-Allow-Origin" not in requests.get(f"{URL}/authorize", headers=asked, timeout=60).headers


@pytest.mark.xfail(strict=True, reason="ministack answers OPTIONS itself, also for an API without CorsConfiguration; the "
                   "real gateway gives it to the ANY route. The next test asks the function")
def test_the_gateway_passes_on_a_preflight():
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    assert requests.options(f"{URL}/token", headers=asked, timeout=60).ok


@pytest.mark.parametrize(("function", "path", "any_origin"), [("Token", "/token", True), ("Userinfo", "/userinfo", True),
                                                               ("Authorize", "/authorize", False)])
def test_the_function_answers_a_preflight_as_the_gateway_gives_it(function, path, any_origin):
    headers = {"origin": "https://shop.example", "access-control-request-method": "POST", "host": "x"}
    http = {"method": "OPTIONS", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "x"}
    context = {"http": http, "accountId": "0", "apiId": "x", "stage": "$default", "requestId": "x", "timeEpoch": 0,
               "domainName": "x", "domainPrefix": "x", "routeKey": f"ANY {path}", "time": "22/Nov/2026:00:00:00 +0000"}
    event = {"version": "2.0", "routeKey": f"ANY {path}", "rawPath": path, "rawQueryString": "", "headers": headers,
             "requestContext": context, "isBase64Encoded": False}
    name = functions(stack("NAME"))[function]["FunctionName"]
    told = json.loads(client_of("lambda").invoke(FunctionName=name, Payload=json.dumps(event))["Payload"].read())
    assert ("access-control-allow-origin" in told["headers"]) is any_origin, told


def test_an_assertion_authenticates_once_at_each_endpoint():
    by = new_client("--auth-method", "client_secret_jwt", "--grant", "client_credentials", "--api", JWT_API,
                    "--introspects", JWT_API)
    named = {"id": by["id"], "secret": None}
    token = post("/token", named, grant_type="client_credentials", **assertion(by))["access_token"]
    assert post("/introspect", named, token=token, **assertion(by))["active"] is True
    once = assertion(by)
    post("/revoke", named, token=token, **once)
    for path in ("/par", "/device_authorization", "/token", "/introspect", "/revoke"):
        assert post(path, named, 401, grant_type="client_credentials", token=token, **once)["error"] == "invalid_client"


@pytest.mark.parametrize("api", [JWT_API, OPAQUE_API])
def test_a_service_gets_a_token_and_gives_it_back(api):
    service = client("BASIC")
    token = post("/token", service, grant_type="client_credentials", resource=api)["access_token"]
    assert introspect(token)["active"] is True
    post("/revoke", service, token=token)
    assert introspect(token) == {"active": False}


def test_a_person_agrees_once_to_an_app_with_a_secret():
    person, web = new_person(), client("WEB")
    first = tokens(person, web)
    assert introspect(first["access_token"])["active"] is True
    # Signed in and agreed already: straight back.
    silent = requests.get(authorization(web)[0], headers={"Cookie": cookies(person)}, allow_redirects=False, timeout=60)
    assert silent.headers["location"].startswith(f"{CALLBACK}?")


def push(by, status=201, **more):
    """Pushes an authorization request; gives the address at which the browser goes on, and its verifier."""
    url, verifier = authorization(by, **more)
    fields = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
    pushed = post("/par", by, status, **fields)
    return f"{URL}/authorize?{urlencode({'client_id': by['id'], 'request_uri': pushed.get('request_uri', '')})}", verifier


def redeemed(person, by, url, verifier):
    """The tokens for a request that was pushed."""
    answer = parse_qs(urlsplit(person.answer(url)).query)
    assert answer["state"] == ["s"], answer
    return post("/token", by, grant_type="authorization_code", code=answer["code"][0], code_verifier=verifier,
                redirect_uri=CALLBACK)


def test_a_pushed_request_is_allowed_once_and_denied_for_good():
    web, person = client("WEB"), new_person()
    url, verifier = push(web)
    assert redeemed(person, web, url, verifier)["refresh_token"]
    assert requests.get(url, timeout=60, allow_redirects=False).status_code == 400
    url, _ = push(client("APP"), prompt="consent")
    assert parse_qs(urlsplit(person.answer(url, "deny")).query)["error"] == ["access_denied"]
    push(web, 400, scope="none-such")
    assert post("/par", web, 400, request_uri="urn:ietf:params:oauth:request_uri:x")["error"] == "invalid_request"


def test_a_device_gets_its_tokens_when_a_person_allows_it():
    # Of two APIs: they are read together.
    apis = ["--api", JWT_API, "--api", OPAQUE_API]
    tv, person = new_client("--auth-method", "none", "--grant", "device_code", *apis), new_person()
    assert post("/device_authorization", tv, 400, scope="none-such", resource=JWT_API)["error"] == "invalid_scope"
    asked = post("/device_authorization", tv, scope="read", resource=JWT_API)
    poll = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": asked["device_code"]}
    assert post("/token", tv, 400, **poll)["error"] == "authorization_pending"
    wrong = person._ask(f"{URL}/device", {"user_code": "BBBB-BBBB"})
    assert wrong.status_code == 400, wrong.text
    allow_device(person, asked["verification_uri_complete"])
    assert introspect(post("/token", tv, **poll)["access_token"])["active"] is True


def allow_device(person, url):
    """Signs in at the page of a device, and allows what it asks for."""
    page = person._ask(url, None)
    for _ in range(4):
        if "location" in page.headers:
            page = person._ask(urljoin(url, page.headers["location"]), None)
            continue
        if "Your device is connected" in page.text:
            return
        form = Form(page.text)
        mine = {"username": person.username, "password": person.password} if "password" in form.fields else {"decision": "allow"}
        page = person._ask(urljoin(url, form.action), {**form.fields, **mine})
    assert "Your device is connected" in page.text, page.text


def test_a_person_looks_after_the_account():
    person, web = new_person(), client("WEB")
    found = tokens(person, web)
    other = Person(person.username, person.password)
    tokens(other, client("APP"))
    visitor = Person(person.username, person.password)
    form = Form(visitor._ask(f"{URL}/account", None).text)
    mine = {**form.fields, "username": person.username}
    wrong = visitor._ask(f"{URL}{form.action}", {**mine, "password": "wrong"})
    assert wrong.status_code == 403, wrong.text
    mine = {**Form(wrong.text).fields, "username": person.username}
    assert visitor._ask(f"{URL}{form.action}", {**mine, "password": person.password}).status_code == 303

    def change(path, **fields):
        page = visitor._ask(f"{URL}/account", None).text
        ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
        session = re.search(r'name="session" value="([^"]+)"', page)
        more = {"session": session[1]} if path == "end-session" and session else {}
        answer = visitor._ask(f"{URL}/account/{path}", {"ticket": ticket, **more, **fields})
        assert answer.status_code == 303, f"{path}: {answer.status_code} {answer.text}"

    change("profile", name="Ada", given_name="", family_name="")
    change("withdraw", client=web["id"])
    assert introspect(found["access_token"]) == {"active": False}
    # What the index may not have shown yet was looked for, and nothing is left to do.
    people = client_of("dynamodb")
    left = lambda: [item for item in people.scan(TableName=f"{stack('NAME')}-people")["Items"]  # noqa: E731
                    if item["record"]["S"].startswith("ended#app#")]
    assert eventually(lambda: not left())
    change("end-session")
    change("end-others")
    form = Form(visitor._ask(f"{URL}/account/password", None).text)
    new = {"current_password": person.password, "new_password": "another phrase that is long enough"}
    answer = visitor._ask(f"{URL}{form.action}", {**form.fields, **new})
    assert answer.status_code in (200, 303), answer.text
    assert visitor._ask(f"{URL}/account", None).status_code == 200


def mails_to(address):
    """What SES sent to an address, the newest last."""
    sent = requests.get(f"{os.environ['STACK_EMULATOR']}/_ministack/ses/messages", timeout=60).json()
    return [mail for mails in sent["messages"].values() for mail in mails if address in mail["To"]]


def wait_for_mails(address, number):
    deadline = time.monotonic() + 60
    while len(found := mails_to(address)) < number:
        assert time.monotonic() < deadline, f"{len(found)} mails to {address}"
        time.sleep(0.2)
    return found


@pytest.mark.skipif(not LEGACY, reason="mail is on in the other stack")
def test_a_forgotten_password_is_replaced_by_a_mail_and_the_new_one_is_told():
    person = new_person()
    address, sender = f"{person.username}@example.com", STACKS[stack("NAME")][0]["MailFrom"]
    jeton("user", "update", person.username, "--claim", f"email={address}", "--claim", "email_verified=true")
    for identity in (sender, address):
        client_of("ses").verify_email_identity(EmailAddress=identity)
    before = tokens(person, client("APP"))
    visitor = Person(person.username, "a new pass phrase, long enough")
    form = Form(visitor._ask(f"{URL}/account/forgotten", None).text)
    for typed in ("nobody-at-all", person.username):
        asked = visitor._ask(f"{URL}{form.action}", {**form.fields, "username": typed})
        assert asked.status_code == 200, asked.text
    mail, = wait_for_mails(address, 1)
    assert mail["Source"] == sender and URL in mail["BodyHtml"], mail
    link = re.search(rf"{re.escape(URL)}/account/reset/\S+", mail["BodyText"])[0]
    page = requests.get(link, timeout=60)
    assert page.status_code == requests.head(link, timeout=60).status_code == 200, page.text
    form = Form(page.text)
    answer = requests.post(f"{URL}{form.action}", data={**form.fields, "new_password": visitor.password}, timeout=60)
    assert answer.status_code == 200, answer.text
    assert requests.get(link, timeout=60).status_code == 400
    wait_for_mails(address, 2)
    assert refresh(client("APP"), before, 400)["error"] == "invalid_grant"
    assert tokens(visitor, client("APP"))["access_token"]


@pytest.mark.skipif(not LEGACY, reason="sign-up and deletion are on in the other stack")
def test_a_person_signs_up_by_a_mail_downloads_the_data_and_deletes_the_account():
    visitor = Person(f"n-{secrets.token_hex(6)}", "a new pass phrase, long enough")
    address, sender = f"{visitor.username}@example.com", STACKS[stack("NAME")][0]["MailFrom"]
    for identity in (sender, address):
        client_of("ses").verify_email_identity(EmailAddress=identity)
    form = Form(visitor._ask(f"{URL}/account/sign-up", None).text)
    asked = visitor._ask(f"{URL}{form.action}", {**form.fields, "email": address})
    assert asked.status_code == 200, asked.text
    mail, = wait_for_mails(address, 1)
    assert mail["Source"] == sender and URL in mail["BodyHtml"], mail
    link = re.search(rf"{re.escape(URL)}/account/sign-up/\S+", mail["BodyText"])[0]
    page = requests.get(link, timeout=60)
    assert page.status_code == requests.head(link, timeout=60).status_code == 200, page.text
    form = Form(page.text)
    chosen = {**form.fields, "username": visitor.username, "new_password": visitor.password}
    answer = requests.post(f"{URL}{form.action}", data=chosen, timeout=60)
    assert answer.status_code == 200, answer.text
    assert requests.get(link, timeout=60).status_code == 400
    found = tokens(visitor, client("APP"))
    kept = visitor._ask(f"{URL}/account/data", None)
    assert kept.status_code == 200, kept.text
    told = kept.json()
    assert (told["username"], told["claims"]["email"], told["claims"]["email_verified"]) == (visitor.username, address, True)
    assert [app["client_id"] for app in told["apps"]] == [client("APP")["id"]]
    form = Form(visitor._ask(f"{URL}/account/delete", None).text)
    deleted = visitor._ask(f"{URL}{form.action}", {**form.fields, "current_password": visitor.password})
    assert deleted.status_code == 200, deleted.text
    wait_for_mails(address, 2)
    assert refresh(client("APP"), found, 400)["error"] == "invalid_grant"
    assert visitor.username not in json.dumps(jeton("user", "list"))


def test_a_sign_in_of_somebody_else_on_the_same_browser_ends_the_session_there():
    first, app = new_person(), client("APP")
    before = tokens(first, app)
    second = new_person()
    second.cookies = first.cookies
    tokens(second, app, prompt="login")
    assert refresh(app, before, 400)["error"] == "invalid_grant"


def cookies(person):
    return "; ".join(f"{name}={value}" for name, value in person.cookies.items())


def test_a_refresh_token_is_used_once():
    app = client("APP")
    first = tokens(new_person(), app)
    second = refresh(app, first)
    third = refresh(app, second)
    # Two generations old: not a lost answer but a stolen token.
    assert refresh(app, first, 400)["error"] == "invalid_grant"
    assert refresh(app, third, 400)["error"] == "invalid_grant"
    assert introspect(third["access_token"]) == {"active": False}


def test_a_code_is_redeemed_once_and_its_replay_revokes():
    app = client("APP")
    redemption = code(new_person(), app)
    found = post("/token", app, **redemption)
    assert post("/token", app, 400, **redemption)["error"] == "invalid_grant"
    assert introspect(found["access_token"]) == {"active": False}


def test_an_opaque_token_and_a_refresh_token_are_revoked():
    web = client("WEB")
    found = tokens(new_person(), web, resource=OPAQUE_API)
    assert introspect(found["access_token"])["active"] is True
    post("/revoke", web, token=found["access_token"])
    assert introspect(found["access_token"]) == {"active": False}
    post("/revoke", web, token=found["refresh_token"])
    assert refresh(web, found, 400)["error"] == "invalid_grant"


@pytest.mark.parametrize("api", [JWT_API, OPAQUE_API])
@pytest.mark.parametrize("signed", [(), ("--userinfo-alg", "ES256")], ids=["plain", "signed"])
def test_an_app_is_told_who_signed_in(api, signed):
    app = new_client("--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK, "--api", api, *signed)
    person = new_person()
    jeton("user", "update", person.username, "--claim", "email=ada@example.com", "--claim", "email_verified=true")
    found = tokens(person, app, scope="openid email read", resource=api, nonce="n")
    said = claims(found["id_token"])
    assert (said["iss"], said["aud"], said["nonce"]) == (URL, app["id"], "n")
    told = userinfo(found["access_token"])
    assert told.headers["Content-Type"] == ("application/jwt" if signed else "application/json")
    document = claims(told.text) if signed else told.json()
    assert {"sub": said["sub"], "email": "ada@example.com", "email_verified": True}.items() <= document.items()
    assert claims(refresh(app, found)["id_token"])["sub"] == said["sub"]
    userinfo(tokens(person, app, resource=api)["access_token"], 403)
    post("/revoke", app, token=found["refresh_token"])
    userinfo(found["access_token"], 401)


def test_an_api_gets_a_signed_answer_about_a_token():
    by, found = client("RESOURCE"), tokens(new_person(), client("WEB"), resource=OPAQUE_API)
    headers = {"Accept": "application/token-introspection+jwt"}
    answer = requests.post(f"{URL}/introspect", data={"token": found["access_token"]}, auth=(by["id"], by["secret"]),
                           headers=headers, timeout=60)
    assert answer.headers["Content-Type"] == "application/token-introspection+jwt"
    said = claims(answer.text)
    assert (said["iss"], said["aud"], said["token_introspection"]["active"]) == (URL, by["id"], True)


def proof(key, method, path, token=None):
    """A DPoP proof of a key (RFC 9449 §4.2)."""
    said = {"htm": method, "htu": f"{URL}{path}", "iat": int(time.time()), "jti": secrets.token_hex(16)}
    if token:
        said["ath"] = encode(hashlib.sha256(token.encode()).digest())
    return jwt.encode({"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}, said, key)


@pytest.mark.parametrize("api", [JWT_API, OPAQUE_API])
def test_an_app_proves_the_key_of_its_tokens(api):
    app = new_client("--auth-method", "none", "--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", api)
    key, grant = ECKey.generate_key("P-256"), code(new_person(), app, scope="openid", resource=api)
    headers, fields = {"DPoP": proof(key, "POST", "/token")}, {**grant, "client_id": app["id"]}
    answer = requests.post(f"{URL}/token", data=fields, headers=headers, timeout=60)
    assert answer.json()["token_type"] == "DPoP", answer.text
    token = answer.json()["access_token"]
    headers = {"Authorization": f"DPoP {token}", "DPoP": proof(key, "GET", "/userinfo", token)}
    assert requests.get(f"{URL}/userinfo", headers=headers, timeout=60).status_code == 200
    # The proof is good once, and the token is no bearer token.
    assert requests.get(f"{URL}/userinfo", headers=headers, timeout=60).status_code == 401
    userinfo(token, 401)


def userinfo(token, status=200):
    answer = requests.get(f"{URL}/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.fixture
def told_of_logout():
    """A server of an app, and the bodies that were posted to it."""
    bodies = []

    class App(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), App) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/out", bodies
        server.shutdown()


def eventually(what):
    """What is true at last; nothing here waits for it but this test."""
    deadline = time.monotonic() + 60
    while not (found := what()):
        assert time.monotonic() < deadline, "not within a minute"
        time.sleep(0.1)
    return found


def test_a_sign_out_ends_what_hangs_on_the_session_and_tells_the_apps(told_of_logout):
    (uri, bodies), back = told_of_logout, "https://app.example/out"
    # Only one of the stacks may ask addresses inside a network.
    uri = uri if LEGACY else "https://app.invalid/out"
    options = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK, "--api", JWT_API,
               "--post-logout-redirect-uri", back, "--backchannel-logout-uri", uri]
    made = jeton("client", "create", "--name", "Signs out", *options, JETON_OUTBOUND_PRIVATE_HOSTS="127.0.0.1")
    app, person = {"id": made["client_id"], "secret": made["client_secret"]}, new_person()
    found = tokens(person, app, scope="openid read", nonce="n")
    asked = urlencode({"id_token_hint": found["id_token"], "post_logout_redirect_uri": back, "state": "s"})
    answer = person._ask(f"{URL}/logout?{asked}", None)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{back}?state=s")
    assert eventually(lambda: not introspect(found["access_token"])["active"])
    assert refresh(app, found, 400)["error"] == "invalid_grant"
    if LEGACY:
        said = claims(eventually(lambda: bodies)[0]["logout_token"][0])
        assert (said["aud"], said["sid"]) == (app["id"], claims(found["id_token"])["sid"])
    # What was left of it is done, or nobody asks an app any more that never answers.
    people = client_of("dynamodb")
    left = lambda: [item for item in people.scan(TableName=f"{stack('NAME')}-people")["Items"]  # noqa: E731
                    if item["record"]["S"].startswith("ended#")]
    assert eventually(lambda: not left())


def test_a_person_is_asked_whether_to_sign_out():
    person, app = new_person(), client("WEB")
    tokens(person, app)
    form = Form(person._ask(f"{URL}/logout", None).text)
    answer = person._ask(f"{URL}{form.action}", {**form.fields, "decision": "sign_out"})
    assert answer.status_code == 200 and "signed out" in answer.text
    assert Form(person._ask(authorization(app)[0], None).text).fields["password"] == ""


@legacy
def test_clients_register_themselves_with_a_token_and_without():
    document = {"redirect_uris": [CALLBACK], "scope": "openid read", "token_endpoint_auth_method": "client_secret_jwt"}
    initial = jeton("registration-token", "create", "--api", JWT_API, "--api", OPAQUE_API)["registration_token"]
    for token in (initial, None):
        made = register("POST", f"{URL}/register", token, document, 201)
        own = made["registration_client_uri"], made["registration_access_token"]
        assert register("GET", *own, None, 200)["client_id"] == made["client_id"]
        changed = {**document, "client_id": made["client_id"], "client_name": "Changed"}
        assert register("PUT", *own, changed, 200)["client_name"] == "Changed"
        register("DELETE", *own, None, 204)
    assert register("POST", f"{URL}/register", initial, document, 401)["error"] == "invalid_token"


@contextlib.contextmanager
def host(content_type, body):
    """A host on this machine with one answer, which `body` gives; gives its URL."""

    class Host(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Cache-Control", "max-age=0")
            self.end_headers()
            self.wfile.write(body())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def logo():
    """The URL of a logo, to which a query may be added."""
    with host("image/gif", lambda: LOGO) as url:
        yield f"{url}/logo.gif"


@legacy
def test_a_client_that_registers_itself_brings_its_logo_and_both_last_while_it_is_used(logo):
    document = {"redirect_uris": [CALLBACK], "scope": "openid read", "logo_uri": logo, "token_endpoint_auth_method": "none"}
    initial = jeton("registration-token", "create", "--api", JWT_API)["registration_token"]
    for token in (initial, None):
        made = register("POST", f"{URL}/register", token, document, 201)
        own, identity = (made["registration_client_uri"], made["registration_access_token"]), made["client_id"]
        told = lambda: jeton("client", "show", identity)["logo"]  # noqa: B023, E731
        assert told() == {"type": "image/gif", "bytes": len(LOGO)}
        changed = {**document, "client_id": identity}
        register("PUT", *own, {**changed, "logo_uri": f"{logo}?another"}, 200)
        assert told() == {"type": "image/gif", "bytes": len(LOGO)}
        if token is None:
            soon = int(time.time()) + 3600
            ends = [ending(f"{kind}#{identity}", soon) for kind in ("client", "logo")]
            tokens(new_person(), {"id": identity, "secret": None})
            assert all(end() > soon for end in ends)
        register("PUT", *own, {key: value for key, value in changed.items() if key != "logo_uri"}, 200)
        assert told() is None
        register("DELETE", *own, None, 204)


def ending(key, end):
    """Lets an item of the registry end at that time; gives how to read the time again."""
    dynamodb = client_of("dynamodb")
    item = {"TableName": f"{stack('NAME')}-registry", "Key": {"id": {"S": key}}}
    dynamodb.update_item(**item, UpdateExpression="SET expires_at = :end", ConditionExpression="attribute_exists(id)",
                         ExpressionAttributeValues={":end": {"N": str(end)}})
    return lambda: int(dynamodb.get_item(**item, ConsistentRead=True)["Item"]["expires_at"]["N"])


def register(method, url, token, document, status):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.request(method, url, json=document, headers=headers, timeout=60)
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


@pytest.fixture
def described():
    """The host of a document, which serves it as JSON; gives the document's URL, and how to change it."""
    document = {}
    with host("application/json", lambda: json.dumps(document).encode()) as at:
        url = f"{at}/client.json"
        document.update(client_id=url, client_name="Described", redirect_uris=[CALLBACK],
                        grant_types=["authorization_code", "refresh_token"], scope="read")
        yield url, document


def pushed_tokens(person, by):
    return redeemed(person, by, *push(by))


@legacy
@pytest.mark.parametrize("tokens", [tokens, pushed_tokens])
def test_a_client_is_described_by_the_document_at_its_id(described, tokens):
    url, document = described
    by, person = {"id": url, "secret": None}, new_person()
    found = tokens(person, by)
    assert introspect(found["access_token"])["client_id"] == url
    found = refresh(by, found)
    # Fetched again, half a minute later at the earliest: the copy is replaced.
    document["client_name"] = "Described anew"
    copy = lambda: jeton("client", "show", url)  # noqa: E731
    fresh_until = copy()["self_registered"]["document"]["fresh_until"]
    eventually(lambda: time.time() > fresh_until + 1)
    # No process may still have read it a moment ago.
    assert eventually(lambda: tokens(person, by) and copy()["name"] == "Described anew")
    post("/revoke", by, token=found["refresh_token"])


@pytest.mark.skipif(LEGACY, reason="the deployment lets documents describe clients; the other stack does not")
def test_no_document_describes_a_client_where_that_is_off(described):
    url, _ = described
    answer = requests.get(authorization({"id": url})[0], allow_redirects=False, timeout=60)
    assert answer.status_code == 400 and "not known" in answer.text
    metadata = requests.get(f"{URL}/.well-known/oauth-authorization-server", timeout=60).json()
    assert not {"client_id_metadata_document_supported", "protected_resources"} & metadata.keys()


@legacy
def test_the_metadata_list_the_apis_that_the_operator_names():
    for _ in range(2):
        metadata = requests.get(f"{URL}/.well-known/oauth-authorization-server", timeout=60).json()
        assert metadata["protected_resources"] == [JWT_API]
        assert {"openid", "read", "write"} <= set(metadata["scopes_supported"])
        assert metadata["client_id_metadata_document_supported"] is True


@pytest.mark.skipif(LEGACY, reason="the deployment lets clients register themselves; the other stack does not")
def test_nobody_registers_where_registration_is_off():
    assert requests.post(f"{URL}/register", json={"redirect_uris": [CALLBACK]}, timeout=60).status_code == 404


def test_a_person_with_a_session_agrees_to_another_app():
    person = new_person()
    tokens(person, client("WEB"))
    assert tokens(person, client("APP"))["refresh_token"]
    answer = parse_qs(urlsplit(person.answer(authorization(client("APP"), prompt="consent")[0], "deny")).query)
    assert answer["error"] == ["access_denied"]


def test_a_sixth_wrong_password_waits_and_another_person_does_not():
    person = new_person()
    url, _ = authorization(client("APP"))
    page, answers = person._ask(url, None), []
    for _ in range(6):
        form = Form(page.text)
        filled = {**form.fields, "username": person.username, "password": "not it"}
        page = person._ask(f"{URL}{form.action}", filled)
        answers.append(page.status_code)
    assert answers == [403] * 5 + [429]
    assert int(page.headers["Retry-After"]) >= 1
    assert tokens(new_person(), client("APP"))["access_token"]


def test_a_right_password_forgets_the_wrong_ones():
    person = new_person()
    url, _ = authorization(client("APP"))
    form = Form(person._ask(url, None).text)
    wrong = person._ask(f"{URL}{form.action}", {**form.fields, "username": person.username, "password": "not it"})
    assert wrong.status_code == 403
    assert person.answer(url).startswith(f"{CALLBACK}?")


@pytest.mark.parametrize("path", ["/par", "/device_authorization", "/token", "/introspect", "/revoke"])
def test_a_wrong_secret_is_counted(path):
    service = new_client("--grant", "client_credentials", "--api", JWT_API, "--introspects", JWT_API)
    wrong = {**service, "secret": "wrong"}
    answers = {post(path, wrong, 401, grant_type="client_credentials", token="x")["error"] for _ in range(3)}
    assert answers == {"invalid_client"}


def test_a_disabled_person_is_out():
    person, app = new_person(), client("APP")
    found = tokens(person, app)
    jeton("user", "disable", person.username)
    assert introspect(found["access_token"]) == {"active": False}
    assert refresh(app, found, 400)["error"] == "invalid_grant"


@legacy
@pytest.mark.parametrize("api", [JWT_API, OPAQUE_API])
def test_the_implicit_grant_answers_in_the_fragment(api):
    old = new_client("--grant", "implicit", "--auth-method", "none", "--redirect-uri", CALLBACK, "--api", api, "--scope", "read")
    asked = {"response_type": "token", "client_id": old["id"], "redirect_uri": CALLBACK, "state": "s"}
    answer = parse_qs(urlsplit(new_person().answer(f"{URL}/authorize?{urlencode(asked)}")).fragment)
    assert answer["iss"] == [URL]
    assert introspect(answer["access_token"][0])["active"] is True


@legacy
def test_the_password_grant_checks_counts_and_waits():
    old = new_client("--grant", "password", "--grant", "refresh_token", "--api", JWT_API, "--scope", "read")
    person = new_person()
    ask = {"grant_type": "password", "username": person.username}
    assert post("/token", old, 400, password="not it", **ask)["error"] == "invalid_grant"
    found = post("/token", old, password=PASSWORD, **ask)
    assert introspect(found["access_token"])["active"] is True
    assert refresh(old, found)["access_token"]
    for _ in range(5):
        post("/token", old, 400, password="not it", **ask)
    post("/token", old, 429, password=PASSWORD, **ask)


@pytest.mark.skipif(LEGACY, reason="the deployment allows the legacy grants; the other stack does not")
def test_the_legacy_grants_are_not_there():
    asked = {"grant_type": "password", "username": "a", "password": "b"}
    assert post("/token", client("BASIC"), 400, **asked)["error"] == "unsupported_grant_type"
    url, _ = authorization(client("APP"), response_type="token")
    assert "unsupported_response_type" in requests.get(url, allow_redirects=False, timeout=60).headers["location"]
