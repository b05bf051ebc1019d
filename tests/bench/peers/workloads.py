"""The work that is compared. Each workload prepares what it needs (not measured), runs, and looks at a sample."""

import statistics
from urllib.parse import parse_qs, quote, urlsplit

from load import CONNECTIONS

# Beyond these a round ends before its time: no more codes than a server can redeem while they are good (60 s).
MOST_CODES = 40_000


class Workload:
    """One kind of request, for one algorithm."""

    def __init__(self, name, algorithm):
        self.name = name
        self.algorithm = algorithm

    def missing_in(self, server):
        return server.missing.get((self.name, self.algorithm))

    def round(self, generator, server, seconds, rate):
        """One round. `rate` is what an earlier one reached, or None."""
        raise NotImplementedError

    def prepare(self, server):
        """A function that makes one more request of the kind and reads the answer."""
        raise NotImplementedError

    def sample(self, server):
        return self.prepare(server)()


def claims_of(answer, *members):
    if answer.status != 200:
        raise SystemExit(f"{answer.status} instead of a token:\n{answer.body}")
    body = answer.json()
    lacking = [member for member in members if not body.get(member)]
    if lacking:
        raise SystemExit(f"no {', '.join(lacking)} in {body}")
    return body


class ClientCredentials(Workload):
    """A service asks for a token."""

    def round(self, generator, server, seconds, rate):
        headers, body = server.service_request(self.algorithm)
        job = {"method": "POST", "path": server.token_path, "headers": headers, "body": body}
        return generator.run(server, "fixed", job, seconds)

    def prepare(self, server):
        request = server.service_request(self.algorithm)
        return lambda: claims_of(server.post(server.token_path, request), "access_token")


class Introspection(Workload):
    """An API asks about one and the same live token."""

    def _request(self, server):
        got = claims_of(server.post(server.token_path, server.service_request(self.algorithm)), "access_token")
        return server.introspect_request(got["access_token"])

    def round(self, generator, server, seconds, rate):
        headers, body = self._request(server)
        job = {"method": "POST", "path": server.introspect_path, "headers": headers, "body": body}
        return generator.run(server, "fixed", job, seconds)

    def prepare(self, server):
        request = self._request(server)
        return lambda: claims_of(server.post(server.introspect_path, request), "active", "client_id", "scope", "exp")


def code_of(location):
    codes = parse_qs(urlsplit(location).query).get("code")
    if not codes:
        raise SystemExit(f"no code in {location}")
    return codes[0]


class OfPeople(Workload):
    """What begins with a person who is signed in: one browser for a server and client, signed in once."""

    def __init__(self, name, algorithm, client):
        super().__init__(name, algorithm)
        self.client = client
        self.browsers = {}

    def client_of(self, server):
        """OpenAuth has public clients only."""
        return self.client if server.confidential else "app"

    def path(self, server):
        return server.authorize_request(self.client_of(server))

    def browser(self, server):
        if server not in self.browsers:
            self.browsers[server] = server.browser()
            self.browsers[server].authorize(server.url + self.path(server) + "first")
        return self.browsers[server]

    def sign_in(self, generator, server, out, limit, seconds, more=None):
        """Authorization requests with a live session until there are `limit` codes, or tokens with `more`."""
        job = {
            "path": self.path(server), "cookie": self.browser(server).cookie(), "origin": server.url,
            "out": str(out), "limit": limit, **(more or {}),
        }
        return generator.run(server, "signin", job, seconds)

    def codes(self, generator, server, count):
        """A file of fresh codes."""
        out = generator.work / "codes"
        made = self.sign_in(generator, server, out, count, 50)
        if made["errors"] or made["requests"] < count:
            raise SystemExit(f"{server.name} made {made['requests']} of {count} codes in 50 s: {made}")
        return out

    def code(self, server):
        return code_of(self.browser(server).authorize(server.url + self.path(server) + "sample"))

    def redeem(self, server, code):
        return claims_of(server.redeem(self.client_of(server), code), "access_token", "refresh_token")

    def tokens(self, server):
        return self.redeem(server, self.code(server))


class CodeRedemption(OfPeople):
    """An app redeems a code: each code once, with PKCE, for an access token and a refresh token."""

    def round(self, generator, server, seconds, rate):
        # A tenth more than is likely to be used: a round that uses them up ends then.
        count = min(MOST_CODES, int((rate or 400) * seconds * 1.1) + CONNECTIONS)
        headers, body = server.redeem_request(self.client)
        job = {"method": "POST", "path": server.token_path, "headers": headers, "body": body}
        return generator.run(server, "items", {**job, "items": str(self.codes(generator, server, count))}, seconds)

    def prepare(self, server):
        code = self.code(server)
        return lambda: self.redeem(server, code)


class Refresh(OfPeople):
    """An app refreshes, each time with the token of the last answer."""

    def round(self, generator, server, seconds, rate):
        tokens = [self.tokens(server)["refresh_token"] for _ in range(2 * CONNECTIONS)]
        items = generator.work / "tokens"
        items.write_text("".join(quote(token, safe="") + "\n" for token in tokens))
        headers, body = server.refresh_request(self.client)
        job = {"method": "POST", "path": server.token_path, "headers": headers, "body": body, "items": str(items)}
        return generator.run(server, "chain", {**job, "escape_colon": server.escape_colon}, seconds)

    def prepare(self, server):
        token = self.tokens(server)["refresh_token"]
        return lambda: claims_of(server.refresh(self.client, token), "access_token", "refresh_token")


class SilentSignIn(OfPeople):
    """An authorization request with a live session, the redirects, the code, its redemption: counted as one."""

    def round(self, generator, server, seconds, rate):
        headers, body = server.redeem_request(self.client_of(server))
        out = generator.work / "times"
        more = {"token_path": server.token_path, "token_headers": headers, "token_body": body}
        got = self.sign_in(generator, server, out, None, seconds, more)
        times = sorted(map(float, out.read_text().split()))
        if len(times) != got["requests"]:
            raise SystemExit(f"{len(times)} times of {got['requests']} sign-ins")
        cuts = statistics.quantiles(times, n=100)
        return {**got, "p50_us": round(cuts[49]), "p99_us": round(cuts[98])}

    def prepare(self, server):
        self.browser(server)
        return lambda: self.tokens(server)


WORKLOADS = [
    ClientCredentials("client credentials", "ES256"),
    ClientCredentials("client credentials", "RS256"),
    ClientCredentials("client credentials", "opaque"),
    Introspection("introspection", "opaque"),
    Introspection("introspection", "ES256"),
    CodeRedemption("code redemption, confidential client", "ES256", "web"),
    CodeRedemption("code redemption, public client", "ES256", "app"),
    Refresh("refresh, confidential client", "ES256", "web"),
    Refresh("refresh, public client", "ES256", "app"),
    SilentSignIn("silent sign-in", "ES256", "web"),
]
