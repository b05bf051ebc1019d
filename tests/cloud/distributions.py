"""ministack's CloudFront, taught that an API of ministack is an origin: it refuses all that bear a name of AWS."""

import os

from ministack.services import cloudfront


def teach():
    forward, port = cloudfront._forward_to_origin, int(os.environ["GATEWAY_PORT"])

    def forward_to_origin(origin, method, uri, query, headers, *more):
        api, dot, _ = origin["domain_name"].partition(".execute-api.")
        if not dot or origin["protocol_policy"] != "https-only":
            return forward(origin, method, uri, query, headers, *more)
        # An API answers at its own name only, as when a policy forwards the viewer's.
        if headers.get("host", origin["domain_name"]) != origin["domain_name"]:
            return 403, "Forbidden", [("Content-Type", "application/json")], b'{"message":"Forbidden"}'
        here = {**origin, "domain_name": "127.0.0.1", "http_port": port, "protocol_policy": "http-only"}
        return forward(here, method, uri, query, {**headers, "host": f"{api}.execute-api.localhost:{port}"}, *more)

    cloudfront._forward_to_origin = forward_to_origin
