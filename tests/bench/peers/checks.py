"""That each server does the work: what its tokens say, who signed them, and what is refused."""

import json
import time

from browser import ask
from peers import run_node
from server import APIS, LIFETIMES
from workloads import OfPeople, claims_of, code_of


def demand(what, server, found):
    if not what:
        raise SystemExit(f"{server.name}: not as it must be: {found}")


def verified(server, token, algorithm):
    """Header and claims of a JWT that the server's own JWKS verifies, with the lifetime that all servers are set to."""
    jwks = ask(server.url + server.jwks_path).json()
    got = run_node("verify.mjs", json.dumps({"token": token, "jwks": jwks}))
    demand(got["header"]["alg"] == algorithm and got["header"]["kid"], server, got)
    demand(got["modulusLength"] == 2048 if algorithm == "RS256" else got["namedCurve"] == "prime256v1", server, got)
    remaining = got["claims"]["exp"] - time.time()
    demand(LIFETIMES["access"] - 10 <= remaining <= LIFETIMES["access"] + 1, server, got)
    demand(got["claims"]["iss"] == server.url and got["claims"]["sub"], server, got)
    return {"header": got["header"], "claims": got["claims"]}


def services(server):
    """A token of each kind; a wrong secret is refused."""
    seen = {}
    for kind in APIS:
        if ("client credentials", kind) in server.missing:
            continue
        token = claims_of(server.post(server.token_path, server.service_request(kind)), "access_token")["access_token"]
        seen[kind] = "opaque" if kind == "opaque" else verified(server, token, kind)
        demand((kind == "opaque") != (token.count(".") == 2), server, token)
    good = server.clients["service"]
    server.clients["service"] = (good[0], good[1][:-1] + ("A" if good[1][-1] != "A" else "B"))
    refused = server.post(server.token_path, server.service_request("ES256"))
    server.clients["service"] = good
    demand("access_token" not in refused.body, server, f"a wrong secret got {refused.status} {refused.body}")
    return seen


def refused(server, answer, what):
    demand(answer.status == 400 and answer.json().get("error") == "invalid_grant", server, f"{what}: {answer.body}")


def people(server, client):
    """A code is good once, with its verifier; a rotated refresh token is refused."""
    # A browser of its own: a replay ends all that the person gave this client in some servers.
    flow = OfPeople("check", "ES256", client)

    def code():
        return code_of(flow.browser(server).authorize(server.url + flow.path(server) + "check"))

    headers, body = server.redeem_request(client)
    other = body.replace("a-verifier", "b-verifier")
    refused(server, server.post(server.token_path, (headers, other + code())), "a code with another verifier")

    first = code()
    tokens = claims_of(server.redeem(client, first), "access_token", "refresh_token")
    seen = verified(server, tokens["access_token"], "ES256")
    # Twice on, because Jeton gives the same successor again for a few seconds to whoever lost the answer.
    second = claims_of(server.refresh(client, tokens["refresh_token"]), "access_token", "refresh_token")
    demand(second["refresh_token"] != tokens["refresh_token"], server, "the refresh token was not rotated")
    verified(server, second["access_token"], "ES256")
    claims_of(server.refresh(client, second["refresh_token"]), "access_token", "refresh_token")
    refused(server, server.refresh(client, tokens["refresh_token"]), "a refresh token that was rotated")

    flow = OfPeople("check", "ES256", client)
    used = code()
    claims_of(server.redeem(client, used), "access_token")
    refused(server, server.redeem(client, used), "a code that was used")
    return seen


def introspections(server):
    """A live token is active, a garbled one is not."""
    for kind in ("opaque", "ES256"):
        if ("introspection", kind) in server.missing:
            continue
        token = claims_of(server.post(server.token_path, server.service_request(kind)), "access_token")["access_token"]
        live = server.post(server.introspect_path, server.introspect_request(token)).json()
        demand(live["active"] is True and live["client_id"] == server.clients["service"][0], server, live)
        middle = len(token) // 2
        bad = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1:]
        dead = server.post(server.introspect_path, server.introspect_request(bad)).json()
        demand(dead.get("active") is False, server, dead)


def check(server):
    """All of it; gives an example of the claims of a service and of a person."""
    seen = {"service": services(server)}
    introspections(server)
    for client in ("web", "app") if server.confidential else ("app",):
        seen[client] = people(server, client)
    return seen
