"""ministack's CloudFront, taught two things that Amazon's does.

An API of ministack is an origin: it refuses all that bear a name of AWS. And a change takes time to reach every edge: for two
seconds each other request goes to an edge that sends the origin what was configured before, and the distribution is InProgress.
"""

import itertools
import os
import re
import threading

from ministack.services import cloudfront
from ministack.services.cloudformation import provisioners

KIND, WORD = "AWS::CloudFront::Distribution", re.compile(r"HeaderName>x-jeton-edge<[^>]*>\s*<[^>]*HeaderValue>([^<]*)<")
SECONDS = 2
# What late edges send, by what the others do.
late, turns = {}, itertools.count()


def teach():
    teach_origins()
    teach_edges()


def teach_origins():
    forward, port = cloudfront._forward_to_origin, int(os.environ["GATEWAY_PORT"])

    def forward_to_origin(origin, method, uri, query, headers, *more):
        api, dot, _ = origin["domain_name"].partition(".execute-api.")
        if not dot or origin["protocol_policy"] != "https-only":
            return forward(origin, method, uri, query, headers, *more)
        # An API answers at its own name only, as when a policy forwards the viewer's.
        if headers.get("host", origin["domain_name"]) != origin["domain_name"]:
            return 403, "Forbidden", [("Content-Type", "application/json")], b'{"message":"Forbidden"}'
        sent = [(name, sent_by_an_edge(value)) for name, value in origin.get("custom_headers") or []]
        here = {**origin, "domain_name": "127.0.0.1", "http_port": port, "protocol_policy": "http-only", "custom_headers": sent}
        return forward(here, method, uri, query, {**headers, "host": f"{api}.execute-api.localhost:{port}"}, *more)

    cloudfront._forward_to_origin = forward_to_origin


def sent_by_an_edge(value):
    return late.get(value, value) if next(turns) % 2 else value


def teach_edges():
    handler = provisioners._RESOURCE_HANDLERS[KIND]
    change = handler["update"]

    def update(physical_id, *more):
        before = word(physical_id)
        answer = change(physical_id, *more)
        after, distribution = word(physical_id), cloudfront._distributions[physical_id]
        if before and after != before:
            late[after], distribution["Status"] = before, "InProgress"
            threading.Timer(SECONDS, arrived, (after, distribution)).start()
        return answer

    provisioners._RESOURCE_HANDLERS[KIND] = {**handler, "update": update}


def arrived(value, distribution):
    late.pop(value)
    distribution["Status"] = "Deployed"


def word(distribution):
    """The secret that a distribution sends."""
    found = WORD.search(cloudfront._distributions[distribution]["config_xml"]) if distribution in cloudfront._distributions else None
    return found and found[1]
