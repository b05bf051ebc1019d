"""ministack's function URLs, taught to tell a function who signed a request, as Amazon's do.

It is in `requestContext.authorizer.iam` of the event.
"""

from ministack.services import apigateway, lambda_svc


def teach():
    build = lambda_svc._build_function_url_event

    def build_function_url_event(url, account, region, method, path, headers, body, parameters, **more):
        event = build(url, account, region, method, path, headers, body, parameters, **more)
        caller = None if more.get("anonymous") else apigateway._iam_caller_identity_v2(headers, parameters)
        if caller:
            event["requestContext"]["authorizer"] = {"iam": caller}
        return event

    lambda_svc._build_function_url_event = build_function_url_event
