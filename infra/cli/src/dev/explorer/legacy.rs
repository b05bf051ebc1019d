//! The implicit and the password grant for the explorer's own client, and for no other.
//!
//! The policy of a deployment opens these grants for every client, so they stay closed in the functions that serve
//! everybody, and in the metadata. A second `/authorize` and a second `/token` have them open. They are given only the
//! requests that name the explorer's client, read with the same parser, and that carry no other client's credentials.

use edge::{Config, Incoming, RequestLog};
use grants::Policy;
use lambda_http::Request;
use protocol::{LegacyGrants, Parameters};

use crate::dev::explorer::clients::LEGACY;

/// Returns the configuration of the functions in which the grants are open.
pub(crate) fn opened(config: &Config) -> Config {
    let legacy = LegacyGrants { implicit: true, password: true };
    Config { policy: Policy { legacy, ..config.policy }, ..config.clone() }
}

/// Returns whether a request to this path of the server is one of the explorer's client for outdated grants.
pub(crate) fn is_of_legacy_client(path: &str, request: &Request) -> bool {
    let log = RequestLog::default();
    let incoming = Incoming::new(request, &log);
    let parameters = match path {
        "/authorize" => incoming.query_or_body().ok().and_then(parse),
        // The forms of these pages carry the authorization request along.
        "/authorize/sign-in" | "/authorize/consent" => {
            let form = incoming.body_form().ok();
            form.and_then(|form| form.one("request").ok().flatten().and_then(parse))
        }
        "/token" if incoming.header(http::header::AUTHORIZATION).is_none() => incoming.body_form().ok(),
        _ => None,
    };
    parameters.is_some_and(|parameters| names_legacy_client(&parameters))
}

fn parse(text: &str) -> Option<Parameters> {
    Parameters::parse(text.as_bytes()).ok()
}

fn names_legacy_client(parameters: &Parameters) -> bool {
    parameters.one("client_id") == Ok(Some(LEGACY)) && !parameters.has("client_assertion")
}

#[cfg(test)]
mod tests {
    use http::Method;
    use lambda_http::Body;

    use super::*;

    fn request(method: Method, uri: &str, body: &str) -> Request {
        let form = "application/x-www-form-urlencoded";
        let request = http::Request::builder().method(method).uri(uri).header("content-type", form);
        request.body(Body::Text(body.to_owned())).unwrap()
    }

    #[test]
    fn only_requests_that_name_the_explorers_client_reach_the_open_functions() {
        let own = "client_id=explorer-legacy&response_type=token";
        let carried = "request=client_id%3Dexplorer-legacy%26response_type%3Dtoken&ticket=t";
        for (path, request) in [
            ("/authorize", request(Method::GET, &format!("/authorize?{own}"), "")),
            ("/authorize", request(Method::POST, "/authorize", own)),
            ("/authorize/sign-in", request(Method::POST, "/authorize/sign-in", carried)),
            ("/authorize/consent", request(Method::POST, "/authorize/consent", carried)),
            ("/token", request(Method::POST, "/token", "grant_type=password&client_id=explorer-legacy")),
        ] {
            assert!(is_of_legacy_client(path, &request), "{path}");
        }
    }

    #[test]
    fn every_other_request_stays_with_the_closed_functions() {
        let legacy = "client_id=explorer-legacy";
        let mut with_header = request(Method::POST, "/token", legacy);
        with_header.headers_mut().insert("authorization", "Basic ZGVtby1zZXJ2aWNlOg==".parse().unwrap());
        for (path, request) in [
            ("/token", with_header),
            ("/token", request(Method::POST, "/token", "client_id=demo-app")),
            ("/token", request(Method::POST, "/token", "client_id=explorer-legacy&client_id=demo-app")),
            ("/token", request(Method::POST, "/token", "client_id=explorer-legacy&client_assertion=a.b.c")),
            ("/token", request(Method::POST, "/token?client_id=explorer-legacy", "client_id=demo-app")),
            // A POST is decided by its body, as the function does it.
            ("/authorize", request(Method::POST, "/authorize?client_id=explorer-legacy", "client_id=demo-app")),
            ("/authorize", request(Method::GET, "/authorize?client_id=demo-app", legacy)),
            ("/authorize", request(Method::GET, "/authorize?client_id=explorer-legacy&client_id=demo-app", "")),
            (
                "/authorize/sign-in",
                request(Method::POST, "/authorize/sign-in", "client_id=explorer-legacy&request=client_id%3Ddemo-app"),
            ),
            ("/introspect", request(Method::POST, "/introspect", legacy)),
            ("/.well-known/oauth-authorization-server", request(Method::GET, "/?client_id=explorer-legacy", "")),
        ] {
            assert!(!is_of_legacy_client(path, &request), "{path} {request:?}");
        }
    }
}
