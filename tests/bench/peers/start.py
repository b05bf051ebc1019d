"""From the start of the process to the first token."""

import http.client
import re
import subprocess
import time

from jeton import Jeton, JetonBesideItsStore
from processes import pinned
from server import FORM


def first_token(server):
    """Milliseconds from the start of the process to a token: client credentials, ES256."""
    headers, body = server.service_request("ES256")
    server.launch()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", server.token_path, body, headers)
    response = connection.getresponse()
    answer = response.read()
    took = (time.perf_counter_ns() - server.process.began) / 1e6
    connection.close()
    server.stop()
    if response.status != 200 or b'"access_token"' not in answer:
        raise SystemExit(f"{server.name}: the first token request got {response.status} {answer}")
    return round(took, 2)


def start_times(servers, count, say):
    """`count` starts of each server, in turn. Jeton with --data, so that its clients and keys are there as the peers' are."""
    measured = {server: again(server) for server in servers if not isinstance(server, JetonBesideItsStore)}
    times = {server: [] for server in servers}
    for _ in range(count):
        for server, other in measured.items():
            times[server].append(first_token(other))
    for server in measured:
        say(f"{server.name}: starts {times[server]}")
    return times


def again(server):
    """A server like this one that has started before: for Jeton one with its data in a directory."""
    work = server.work.parent
    if not isinstance(server, Jeton):
        return type(server)(work, server.core)
    kept = type(server)(work, server.core, data=server.work / "data")
    kept.launch()
    kept.register()
    kept.stop()
    return kept


def starts_from_nothing(work, servers, count, say):
    """`jeton dev` in memory: tables, keys and the demo's clients are made first. Its demo token is an RS256 JWT."""
    found = {}
    for server in servers:
        if type(server) is Jeton:
            found[server] = [from_nothing(type(server)(work, server.core)) for _ in range(count)]
            say(f"{server.name}: starts from nothing {found[server]}")
    return found


def from_nothing(server):
    """The same, with the client that `jeton dev` prints: read before the clock stops, so it counts too."""
    began = time.perf_counter_ns()
    command = pinned(server.core, [str(server.jeton), "dev", "--port", str(server.port)])
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        secret = None
        while secret is None:
            line = process.stdout.readline()
            if not line:
                raise SystemExit("jeton dev ended before it named its demo client")
            secret = re.search(r"-u demo-service:(\S+)", line)
        server.clients["service"] = ("demo-service", secret[1])
        headers, _ = server.proof("service")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("POST", server.token_path, "grant_type=client_credentials", {**FORM, **headers})
        response = connection.getresponse()
        answer = response.read()
        took = (time.perf_counter_ns() - began) / 1e6
        if response.status != 200 or b'"access_token"' not in answer:
            raise SystemExit(f"the first token request got {response.status} {answer}")
        return round(took, 2)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
