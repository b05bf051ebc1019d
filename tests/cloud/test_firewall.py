"""A firewall: CloudFront before the API. Everything works through it, and nothing around it."""

import json
import os
import time

import pytest
import requests

from parameters import STACKS
from roles import client as client_of, functions, json_lines, resources
from test_flows import JWT_API, URL, client, introspect, new_person, post, refresh, tokens

STACK = os.environ["STACK_NAME"]
METADATA = "/.well-known/oauth-authorization-server"


def around(**headers):
    """A request to the URL that API Gateway gives."""
    api, = resources(STACK, "AWS::ApiGatewayV2::Api").values()
    said = {"Host": f"{api}.execute-api.localhost", **headers}
    return requests.get(f"{os.environ['STACK_EMULATOR']}{METADATA}", headers=said, timeout=60)


def word():
    """What CloudFront shows: Secrets Manager has made it."""
    secret, = resources(STACK, "AWS::SecretsManager::Secret").values()
    return client_of("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]


def audits(function, event):
    group = functions(STACK)[function]["LoggingConfig"]["LogGroup"]
    return [line for line in json_lines(group) if line.get("event") == event]


def test_the_documents_come_through_cloudfront():
    answer = requests.get(f"{URL}{METADATA}", timeout=60)
    assert answer.json()["issuer"] == URL
    assert "CloudFront" in answer.headers["Via"]


def test_a_service_and_a_person_get_tokens_through_it():
    token = post("/token", client("BASIC"), grant_type="client_credentials", resource=JWT_API)["access_token"]
    assert introspect(token)["active"] is True
    found = tokens(new_person(), client("WEB"))
    assert introspect(refresh(client("WEB"), found)["access_token"])["active"] is True


@pytest.mark.parametrize("headers", [{}, {"X-Jeton-Edge": ""}, {"X-Jeton-Edge": "a guess"}], ids=["none", "empty", "guess"])
def test_who_goes_around_it_is_refused(headers):
    assert around(**headers).status_code == 403


def test_the_word_of_cloudfront_opens():
    assert len(word()) == 43
    assert around(**{"X-Jeton-Edge": word()}).json()["issuer"] == URL


def test_nobody_chooses_the_address_that_is_written_down():
    wrong = {"grant_type": "client_credentials", "client_id": client("POST")["id"], "client_secret": "wrong"}
    answer = requests.post(f"{URL}/token", data=wrong, headers={"X-Jeton-Source": "203.0.113.9"}, timeout=60)
    assert answer.status_code == 401
    deadline = time.monotonic() + 10
    while not (found := audits("Token", "client_authentication_failed")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "127.0.0.1" in json.dumps(found) and "203.0.113.9" not in json.dumps(found), found


def test_the_distribution_has_the_web_acl_and_the_domain():
    there, = resources(STACK, "AWS::CloudFront::Distribution").values()
    told = client_of("cloudfront").get_distribution_config(Id=there)["DistributionConfig"]
    assert told["WebACLId"] == STACKS[STACK][0]["WebAclArn"]
    assert told["Aliases"]["Items"] == [STACKS[STACK][0]["DomainName"]]
    assert told["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
