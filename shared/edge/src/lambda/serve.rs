//! Start-up, and the loop that answers Lambda.

use std::future::Future;
use std::pin::Pin;

use lambda_http::request::RequestContext;
use lambda_http::{Body, LambdaEvent, Request, RequestExt, lambda_runtime, service_fn};
use serde_json::value::RawValue;

use crate::http::firewall::FirewallGuard;
use crate::http::language;
use crate::http::request::{Incoming, source_of};
use crate::http::response::Response;
use crate::lambda::event::answer_event;
use crate::lambda::payload::Received;
use crate::log::lines::{Line, request as log_request, to_stdout};
use crate::log::request_log::RequestLog;
use crate::setup::clock;
use crate::setup::config::Config;

/// The error type of a function's `main`.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// An answer to come. The compiler generates the code of an `async fn` in each program that awaits it, but that behind a
/// pointer once, where the pointer is made.
pub type Awaited<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The loop that answers Lambda, which stays on one thread.
pub type Served<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// A function that serves one endpoint.
pub trait Function: Send + Sync + 'static {
    /// The function's name in the log.
    fn name(&self) -> &'static str;

    /// Does the work that the first request would otherwise wait for.
    fn warm_up(&self) -> Awaited<'_, ()>;

    /// Answers one HTTP request.
    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response>;
}

/// Starts a function: the log, then the configuration, and with it the look of the pages.
///
/// # Errors
/// [`crate::ConfigError`] names the variable that is missing or malformed.
pub fn start() -> Result<Config, Error> {
    to_stdout();
    let config = Config::from_environment()?;
    if let Some(brand) = &config.brand {
        pages::wear(brand);
    }
    Ok(config)
}

/// Answers Lambda's events that the firewall admits, until Lambda stops the process.
///
/// # Errors
/// When the runtime API cannot be reached.
pub fn serve<'a>(firewall: &'a FirewallGuard, function: &'a dyn Function) -> Served<'a> {
    Box::pin(answer_lambda(firewall, function))
}

async fn answer_lambda(firewall: &FirewallGuard, function: &dyn Function) -> Result<(), Error> {
    function.warm_up().await;
    lambda_runtime::run(service_fn(|LambdaEvent { payload, .. }: LambdaEvent<Box<RawValue>>| async move {
        let received = Received::read(&payload)?;
        drop(payload);
        Ok::<_, Error>(answer_event(received, firewall, |request| respond(function, request)).await)
    }))
    .await
}

/// Answers one request and logs one line about it, plus one for each additional event. `HEAD` is answered as `GET`,
/// without the body (RFC 9110 §9.3.2).
pub fn respond(function: &dyn Function, request: Request) -> Awaited<'_, Response> {
    Box::pin(answer_and_log(function, request))
}

async fn answer_and_log(function: &dyn Function, request: Request) -> Response {
    let started = clock::stopwatch();
    let log = RequestLog::of(request_id(&request));
    let incoming = Incoming::new(&request, &log);
    let answered = pages::speaking(language::of_browser(incoming), async {
        language::follow_query(incoming);
        store::counted(function.answer(incoming)).await
    });
    let (mut answer, storage_calls) = answered.await;
    if incoming.is_head() {
        *answer.body_mut() = Body::Empty;
    }
    log_request(&Line {
        request_id: request_id(&request),
        source: source_of(&request),
        endpoint: function.name(),
        method: request.method().as_str(),
        status: answer.status().as_u16(),
        facts: &log.close(),
        duration_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        storage_calls,
    });
    answer
}

fn request_id(request: &Request) -> &str {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.as_deref().unwrap_or_default(),
        Some(_) | None => "",
    }
}
