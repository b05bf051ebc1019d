//! The log: one JSON line for each request, which tells what happened in it, and nothing in it that anyone could use.
//!
//! # Decisions
//! - Bytes of the log are most of what a token costs to make. So what an auditor looks for stands in the line of the
//!   request; only where more happened than one thing has each of those before the last a line of its own.
//! - A password that let nobody in is told with a `person`: the person's key, or for a name that is nobody's a keyed hash of
//!   the name in the same form. So attempts on one name are counted together, an attack on a person leads to the person
//!   (`jeton user show` prints the key), and the log neither repeats what was typed, which may be a password, nor tells which
//!   names exist. The hash is made for every attempt, so that the time of an answer does not tell either. A person whom a
//!   version without random keys registered has a key that can be computed from the name.

use std::io::{self, Write};

use grants::Timestamp;
use protocol::ClientId;
use serde_json::json;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{Format, Json, JsonFields};
use tracing_subscriber::fmt::{Layer, layer};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

use crate::log::audit::{AuditEvent, Event};
use crate::log::trace::Trace;

/// What our own lines are marked with.
const TARGET: &str = "jeton";

/// A request is named by 16 to 36 characters: more is no name.
const MOST_BYTES: usize = 64;

/// The methods of RFC 9110 §9 and RFC 5789.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/// What is told of a request.
pub(crate) struct Line<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) source: Option<&'a str>,
    pub(crate) endpoint: &'static str,
    pub(crate) method: &'a str,
    pub(crate) status: u16,
    pub(crate) trace: &'a Trace,
    pub(crate) duration_us: u64,
    pub(crate) storage_calls: u32,
}

/// Tells of a request and of what happened in it.
pub(crate) fn request(line: &Line<'_>) {
    let events = &line.trace.events;
    let last = events.last().filter(|last| last.legacy.is_none());
    for event in events.iter().take(events.len().saturating_sub(usize::from(last.is_some()))) {
        self::event(line, event);
    }
    tracing::info!(
        target: TARGET,
        request_id = short(line.request_id),
        endpoint = line.endpoint,
        method = known(line.method),
        status = line.status,
        event = last.map(|last| last.name.as_str()),
        client_id = line.trace.client_id.as_deref(),
        source = last.and(line.source),
        subject = last.and_then(|last| last.subject.as_deref()),
        person = last.and_then(|last| last.person.as_deref()),
        grant = last.and_then(|last| last.grant.as_deref()),
        jti = last.and_then(|last| last.jti.as_deref()),
        reason = line.trace.reason,
        duration_us = line.duration_us,
        storage_calls = line.storage_calls,
        "request"
    );
}

/// Tells what happened: who did what to which grant, from where.
fn event(line: &Line<'_>, event: &Event) {
    let (request_id, client_id, source) = (short(line.request_id), line.trace.client_id.as_deref(), line.source);
    if let Some((grant_type, advice)) = event.legacy {
        let (event, grant_type) = (event.name.as_str(), grant_type.as_str());
        tracing::warn!(target: TARGET, event, request_id, client_id, source, grant_type, advice, "audit");
        return;
    }
    tracing::info!(
        target: TARGET,
        event = event.name.as_str(),
        request_id,
        client_id,
        source,
        subject = event.subject.as_deref(),
        person = event.person.as_deref(),
        grant = event.grant.as_deref(),
        jti = event.jti.as_deref(),
        reason = line.trace.reason,
        "audit"
    );
}

/// What a caller may have written is told as far as it is a name.
fn short(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MOST_BYTES)).unwrap_or_default()
}

/// A method that nobody knows may be any text of the caller's.
fn known(method: &str) -> &str {
    if METHODS.contains(&method) { method } else { "other" }
}

/// Tells of a rotation of the signing keys: which came, which went, and for how many seconds the oldest has signed.
pub fn rotation(created: &[String], deleted: &[String], oldest_signing_key_age: u64) {
    let kept = created.is_empty() && deleted.is_empty();
    let event = if kept { AuditEvent::KeysKept } else { AuditEvent::KeysRotated }.as_str();
    let (created, deleted) = (created.join(" "), deleted.join(" "));
    tracing::info!(target: TARGET, event, created, deleted, oldest_signing_key_age, "audit");
}

/// Tells whether a client heard of the end of a session, and why it did not.
pub fn logout(client: &ClientId, missed: Option<&dyn std::fmt::Display>) {
    let client_id = client.as_str();
    match missed {
        None => {
            let event = AuditEvent::ClientToldOfLogout.as_str();
            tracing::info!(target: TARGET, event, client_id, "audit");
        }
        Some(cause) => {
            let event = AuditEvent::ClientNotToldOfLogout.as_str();
            tracing::warn!(target: TARGET, event, client_id, cause = %cause, "audit");
        }
    }
}

/// Tells a number in CloudWatch's embedded metric format, without dimensions: a line of the log that becomes a metric.
///
/// # Errors
/// When standard output is closed.
pub fn metric(namespace: &str, name: &str, value: u64, now: Timestamp) -> io::Result<()> {
    let directive = json!({ "Namespace": namespace, "Dimensions": [[]], "Metrics": [{ "Name": name }] });
    let metadata = json!({ "Timestamp": now.seconds().saturating_mul(1000), "CloudWatchMetrics": [directive] });
    writeln!(io::stdout().lock(), "{}", json!({ "_aws": metadata, name: value }))
}

/// Tells the operator what went wrong inside. `cause` must hold nothing from the wire.
pub fn trouble(what: &'static str, cause: &dyn std::fmt::Display) {
    tracing::error!(target: TARGET, cause = %cause, "{what}");
}

/// Tells the operator what a deployment should not do for long.
pub fn warning(what: &'static str) {
    tracing::warn!(target: TARGET, "{what}");
}

/// Logs to standard output, where Lambda collects it and writes the time beside each line.
pub(crate) fn to_stdout() {
    install(lines().without_time().with_writer(io::stdout));
}

/// Logs to standard error, as a command does.
pub fn to_stderr() {
    install(lines().with_writer(io::stderr));
}

fn lines() -> Layer<Registry, JsonFields, Format<Json>> {
    layer().json().flatten_event(true).with_target(false)
}

fn install(lines: impl tracing_subscriber::Layer<Registry> + Send + Sync) {
    // Only what is said here: libraries log requests whole.
    let ours = Targets::new().with_target(TARGET, tracing::Level::INFO);
    // A second start in one process keeps the first log.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines).with(ours));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_nobody_knows_is_not_told() {
        assert_eq!(METHODS.map(known), METHODS);
        assert_eq!(["get", "", "BREW", "jtk_secret"].map(known), ["other"; 4]);
    }

    #[test]
    fn a_name_from_outside_is_told_up_to_its_longest() {
        assert_eq!(short("JKJaXmPLvHcESHA="), "JKJaXmPLvHcESHA=");
        assert_eq!(short(&"a".repeat(65)), "a".repeat(64));
        assert_eq!(short(&"\u{20ac}".repeat(30)), "\u{20ac}".repeat(21));
    }
}
