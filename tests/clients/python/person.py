"""A person with a browser, as far as the protocol sees one.

Follows redirects within the site, keeps cookies by hand (they are Secure, which HTTP libraries do not keep for http),
and fills in the forms.
"""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


class Form(HTMLParser):
    """The first form of a page: where it goes, and its inputs."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.fields = {}
        self.feed(page)
        assert self.action, f"no form on the page:\n{page}"

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attributes["action"]
        elif tag == "input" and "name" in attributes:
            self.fields[attributes["name"]] = attributes.get("value") or ""


class Person:
    """Somebody with a username and a password."""

    def __init__(self, username, password):
        self.username = username
        self.password = password
        self.cookies = {}

    def answer(self, authorization_url, decision="allow"):
        """Signs in where asked to and answers the question for consent; gives the URL that leads back to the app."""
        url, data = authorization_url, None
        for _ in range(10):
            response = self._ask(url, data)
            if "location" in response.headers:
                target = urljoin(url, response.headers["location"])
                if urlsplit(target).netloc != urlsplit(authorization_url).netloc:
                    return target
                url, data = target, None
                continue
            assert response.status_code == 200, f"{response.status_code} at {url}:\n{response.text}"
            form = Form(response.text)
            if "password" in form.fields:
                form.fields |= {"username": self.username, "password": self.password}
            else:
                form.fields["decision"] = decision
            url, data = urljoin(url, form.action), form.fields
        raise AssertionError(f"no way back to the app, the last step was {url}")

    def answer_device(self, url, decision="allow"):
        """Signs in at the page with a device's code and answers it; gives the page that ends it."""
        data = None
        for _ in range(10):
            response = self._ask(url, data)
            if "location" in response.headers:
                url, data = urljoin(url, response.headers["location"]), None
                continue
            assert response.status_code == 200, f"{response.status_code} at {url}:\n{response.text}"
            if data and "decision" in data:
                return response.text
            form = Form(response.text)
            if "password" in form.fields:
                form.fields |= {"username": self.username, "password": self.password}
            else:
                form.fields["decision"] = decision
            url, data = urljoin(url, form.action), form.fields
        raise AssertionError(f"no end of the questions, the last step was {url}")

    def _ask(self, url, data):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        method = "GET" if data is None else "POST"
        headers = {"Cookie": cookie} if cookie else {}
        response = requests.request(method, url, data=data, headers=headers, allow_redirects=False, timeout=60)
        for line in response.raw.headers.getlist("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response
