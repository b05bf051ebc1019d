//! The log: one JSON line for each request, and nothing in it that anyone could use.

use std::io;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use crate::Trace;

/// What our own lines are marked with.
const TARGET: &str = "jeton";

/// What is told of a request.
pub(crate) struct Line<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) endpoint: &'static str,
    pub(crate) method: &'a str,
    pub(crate) status: u16,
    pub(crate) trace: &'a Trace,
    pub(crate) duration_us: u64,
    pub(crate) storage_calls: u32,
}

pub(crate) fn request(line: &Line<'_>) {
    let outcome = if line.status < 400 {
        "done"
    } else if line.status < 500 {
        "refused"
    } else {
        "failed"
    };
    tracing::info!(
        target: TARGET,
        request_id = line.request_id,
        endpoint = line.endpoint,
        method = line.method,
        status = line.status,
        outcome,
        client_id = line.trace.client_id.as_deref(),
        reason = line.trace.reason,
        event = line.trace.event,
        duration_us = line.duration_us,
        storage_calls = line.storage_calls,
        "request"
    );
}

/// Tells the operator what went wrong inside. `cause` must hold nothing from the wire.
pub fn trouble(what: &'static str, cause: &dyn std::fmt::Display) {
    tracing::error!(target: TARGET, cause = %cause, "{what}");
}

/// Logs to standard output, where Lambda collects it.
pub(crate) fn to_stdout() {
    install(io::stdout);
}

/// Logs to standard error, as a command does.
pub fn to_stderr() {
    install(io::stderr);
}

fn install<W>(writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // Only what is said here: libraries log requests whole.
    let ours = Targets::new().with_target(TARGET, tracing::Level::INFO);
    let subscriber =
        tracing_subscriber::fmt().json().flatten_event(true).with_target(false).with_writer(writer).finish().with(ours);
    // A second start in one process keeps the first log.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
