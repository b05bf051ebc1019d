"""The recipe for API Gateway of tests/clients/README.md: its JWT authorizer lets the tokens of this stack in."""

import http.server
import os
import pathlib
import threading

import pytest
import requests

from roles import client as client_of

ISSUER, EMULATOR = os.environ["STACK_URL"], os.environ["STACK_EMULATOR"]
API, OTHER = "https://rs256.example", "https://ps256.example"
RECIPE = pathlib.Path(__file__).parent / "recipes" / "jwt-authorizer.yaml"
NAME = "recipe"


class Backend(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"orders": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(name="host", scope="module")
def fixture_host():
    """The name of the deployed API. Its stack is gone afterwards, because other suites count resources."""
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    values = {"Issuer": ISSUER, "Audience": API, "Backend": f"http://127.0.0.1:{backend.server_port}"}
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]
    formation = client_of("cloudformation")
    formation.create_stack(StackName=NAME, TemplateBody=RECIPE.read_text(), Parameters=parameters)
    formation.get_waiter("stack_create_complete").wait(StackName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    api = formation.describe_stack_resource(StackName=NAME, LogicalResourceId="Api")["StackResourceDetail"]
    yield f"{api['PhysicalResourceId']}.execute-api.localhost"
    formation.delete_stack(StackName=NAME)
    formation.get_waiter("stack_delete_complete").wait(StackName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    backend.shutdown()


def token(resource, scope):
    form = {"grant_type": "client_credentials", "resource": resource, "scope": scope}
    by = os.environ["STACK_BASIC_ID"], os.environ["STACK_BASIC_SECRET"]
    answer = requests.post(f"{ISSUER}/token", data=form, auth=by, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


def ask(host, text=None):
    headers = {"Host": host, **({"Authorization": f"Bearer {text}"} if text else {})}
    return requests.get(f"{EMULATOR}/orders", headers=headers, timeout=60)


def test_a_token_for_the_api_with_the_scope_is_let_in(host):
    answer = ask(host, token(API, "read"))
    assert (answer.status_code, answer.text) == (200, '{"orders": []}')


def test_everything_else_is_refused(host):
    good = token(API, "read")
    head, body, signature = good.split(".")
    refused = {None: 401, "garbled": 401, f"{head}.{body}.{signature[::-1]}": 401, token(OTHER, "read"): 401, token(API, "write"): 403}
    assert {text: ask(host, text).status_code for text in refused} == refused
