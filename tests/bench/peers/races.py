"""One code redeemed by many at once: who gets tokens, and whose refresh token is good afterwards."""

import json
import socket
from http.client import HTTPResponse

from workloads import OfPeople, code_of

REDEMPTIONS = 16


def races(servers, count, say):
    """`count` races of each server: how many of the simultaneous redemptions of one code got tokens."""
    rows = []
    for server in servers:
        client = "web" if server.confidential else "app"
        flow = OfPeople("race", "ES256", client)
        got = [race(server, flow, client) for _ in range(count)]
        rows.append({
            "server": server.name, "client": client, "redemptions": REDEMPTIONS,
            "got_tokens": [len(tokens) for tokens, _ in got],
            "different_refresh_tokens": [len({token["refresh_token"] for token in tokens}) for tokens, _ in got],
            "refresh_tokens_good_afterwards": [good for _, good in got],
        })
        say(f"{server.name}: got tokens {rows[-1]['got_tokens']}, refresh tokens good afterwards "
            f"{rows[-1]['refresh_tokens_good_afterwards']}")
    return rows


def race(server, flow, client):
    """The answers with tokens, and how many of their refresh tokens are taken when all is over."""
    # A browser of its own: a replay ends all that the person gave this client in some servers.
    flow.browsers.clear()
    code = code_of(flow.browser(server).authorize(server.url + flow.path(server) + "race"))
    answers = at_once(server, client, code)
    statuses = [answer.status for answer, _ in answers]
    if any(status not in (200, 400) for status in statuses):
        raise SystemExit(f"{server.name}: a race got {sorted(statuses)}")
    tokens = [body for answer, body in answers if answer.status == 200]
    return tokens, sum(server.refresh(client, token["refresh_token"]).status == 200 for token in tokens)


def at_once(server, client, code):
    """Connects, sends all but the last byte of each request, then the last bytes one after the other."""
    headers, body = server.redeem_request(client)
    body = (body + code).encode()
    lines = [f"POST {server.token_path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    callers = [socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(REDEMPTIONS)]
    try:
        for caller in callers:
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            caller.sendall(request[:-1])
        for caller in callers:
            caller.sendall(request[-1:])
        return [answer_of(caller) for caller in callers]
    finally:
        for caller in callers:
            caller.close()


def answer_of(caller):
    response = HTTPResponse(caller)
    response.begin()
    return response, json.loads(response.read())
