//! Endpoints for programs: which methods they support, and which origins may call them.

use std::future::Future;

use http::{HeaderValue, Method, header};

use crate::http::cors::{cross_origin, preflight};
use crate::http::failure::Failure;
use crate::http::request::Incoming;
use crate::http::response::Response;
use crate::log::request_log::RequestLog;

/// The declaration of an endpoint for programs.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    methods: &'static str,
    any_origin: bool,
}

impl Endpoint {
    /// Declares an endpoint for servers: apps in a browser cannot read its answers.
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
            return preflight(self.methods);
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
