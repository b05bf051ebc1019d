//! Endpoints for programs: which methods they support, and which origins may call them.

use std::future::Future;

use http::{HeaderValue, Method, header};

use crate::http::cors::{cross_origin, preflight};
use crate::http::failure::Failure;
use crate::http::request::Incoming;
use crate::http::response::Response;
use crate::log::request_log::RequestLog;

/// The declaration of an endpoint for programs. An endpoint with `GET` also declares `HEAD`, which arrives as `GET`.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    methods: &'static str,
    any_origin: bool,
}

impl Endpoint {
    /// Declares an endpoint for servers: apps in a browser cannot read its responses.
    pub const fn for_servers(methods: &'static str) -> Self {
        Self { methods, any_origin: false }
    }

    /// Declares an endpoint that apps in a browser may call from any origin.
    pub const fn for_any_origin(methods: &'static str) -> Self {
        Self { methods, any_origin: true }
    }

    /// Answers a request: a preflight request and an unsupported method here, everything else with `handle`.
    pub async fn answer<'r, F>(self, incoming: Incoming<'r>, handle: impl FnOnce(Incoming<'r>) -> F) -> Response
    where
        F: Future<Output = Result<Response, Failure>>,
    {
        if self.any_origin && incoming.method() == Method::OPTIONS {
            return preflight(incoming, self.methods);
        }
        let response = if self.supports(incoming.method()) {
            handle(incoming).await.unwrap_or_else(|failure| failure.answer(incoming.log()))
        } else {
            self.method_not_allowed(incoming.log())
        };
        if self.any_origin { cross_origin(response) } else { response }
    }

    fn method_not_allowed(self, log: &RequestLog) -> Response {
        let mut response = Failure::wrong_method().answer(log);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(self.methods));
        response
    }

    fn supports(self, method: &Method) -> bool {
        self.methods.split(", ").any(|supported| supported == method.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use lambda_http::Body;

    use super::*;
    use crate::http::response::no_content;

    /// Returns status, `Allow`, whether any origin may read the response, and the reason in the log.
    fn answered(endpoint: Endpoint, method: &str) -> (u16, Option<String>, bool, Option<&'static str>) {
        let request = http::Request::builder().method(method).uri("/").body(Body::Empty).unwrap();
        let log = RequestLog::default();
        let answer = endpoint.answer(Incoming::new(&request, &log), |_| async { Ok(no_content()) });
        let Poll::Ready(response) = pin!(answer).poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("nothing to wait for")
        };
        let allow = response.headers().get(header::ALLOW).map(|value| value.to_str().unwrap().to_owned());
        let readable = response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        (response.status().as_u16(), allow, readable, log.close().reason)
    }

    #[test]
    fn c062_a_preflight_is_for_endpoints_of_any_origin() {
        let open = Endpoint::for_any_origin("GET, POST");
        assert_eq!(answered(open, "OPTIONS"), (204, None, true, None));
        assert_eq!(answered(open, "POST"), (204, None, true, None));
        assert_eq!(answered(Endpoint::for_servers("POST"), "POST"), (204, None, false, None));
        let refused = (405, Some("POST".to_owned()), false, Some("method"));
        assert_eq!(answered(Endpoint::for_servers("POST"), "OPTIONS"), refused);
    }

    #[test]
    fn c053_a_method_that_is_not_declared_is_refused() {
        for method in ["PUT", "get", "GE"] {
            let refused = (405, Some("GET, POST".to_owned()), true, Some("method"));
            assert_eq!(answered(Endpoint::for_any_origin("GET, POST"), method), refused, "{method}");
        }
    }
}
