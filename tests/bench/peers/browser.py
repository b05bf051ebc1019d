"""One person's browser, and the requests of the checks: plain HTTP, cookies kept by hand."""

import http.client
import json
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit


class Answer:
    """What came back."""

    def __init__(self, status, headers, body):
        self.status = status
        self.location = headers.get("location")
        self.cookies = [line.partition(";")[0] for line in headers.get_all("set-cookie") or []]
        self.body = body.decode()

    def json(self):
        return json.loads(self.body)


def ask(url, form=None, headers=None):
    """One request on a connection of its own: GET, or POST of a form."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    headers = dict(headers or {})
    body = None
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = form if isinstance(form, str) else urlencode(form)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET" if form is None else "POST", target or "/", body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


class Form(HTMLParser):
    """The first form of a page: where it goes, and its inputs."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.fields = {}
        self.feed(page)
        if self.action is None:
            raise SystemExit(f"no form on the page:\n{page[:2000]}")

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attributes["action"]
        elif tag == "input" and "name" in attributes:
            self.fields[attributes["name"]] = attributes.get("value") or ""


class Browser:
    """Signs in where it is asked to and consents; keeps its cookies."""

    def __init__(self, username, password):
        self.person = {"username": username, "password": password}
        self.cookies = {}

    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def authorize(self, url):
        """Follows an authorization request to its end; gives the URL that leads back to the app."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        form = None
        for _ in range(10):
            headers = {"Cookie": self.cookie()} if self.cookies else {}
            answer = ask(url, form, headers if form is None else {**headers, "Origin": origin})
            self._keep(answer.cookies)
            if answer.location:
                url, form = urljoin(url, answer.location), None
                if not url.startswith(origin + "/"):
                    return url
                continue
            if answer.status != 200:
                raise SystemExit(f"{answer.status} at {url}:\n{answer.body[:2000]}")
            page = Form(answer.body)
            more = self.person if "password" in page.fields else {"decision": "allow"}
            url, form = urljoin(url, page.action), {**page.fields, **more}
        raise SystemExit(f"no way back to the app, the last step was {url}")

    def _keep(self, lines):
        for line in lines:
            name, _, value = line.partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
