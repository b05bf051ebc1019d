//! The log: one JSON line for each request, which tells what happened and contains no usable secret.
//!
//! # Decisions
//! - The volume of the log is most of what a token costs to issue. So the event of a request is part of the
//!   request's line; only if there is more than one event, each before the last gets its own line.
//! - A failed sign-in is logged with a `person`: the person's key, or, for an unknown name, a keyed hash of the
//!   name in the same form. So attempts on one name are counted together, and an attack can be traced to a person
//!   (`jeton user show` prints the key), but the log neither repeats the input, which may be a password, nor
//!   reveals which names exist. The hash is computed for every attempt, so the response time reveals nothing
//!   either. The key of a person registered by a version without random keys can be computed from the name.

use std::io::{self, Write};
use std::net::IpAddr;

use grants::Timestamp;
use protocol::ClientId;
use serde_json::json;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{Format, Json, JsonFields};
use tracing_subscriber::fmt::{Layer, layer};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

use crate::log::audit::{AuditEntry, AuditEvent};
use crate::log::levels::{self, MalformedLevels, TARGET};
use crate::log::request_log::Facts;

/// The length limit of logged names, in bytes. Request ids have 16 to 36 characters; anything longer is truncated.
const MOST_BYTES: usize = 64;

/// The methods of RFC 9110 §9 and RFC 5789.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/// The facts about a request for its log line.
pub(crate) struct Line<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) source: Option<IpAddr>,
    pub(crate) endpoint: &'static str,
    pub(crate) method: &'a str,
    pub(crate) status: u16,
    pub(crate) facts: &'a Facts,
    pub(crate) duration_us: u64,
    pub(crate) storage_calls: u32,
}

/// Logs a request and its events.
pub(crate) fn request(line: &Line<'_>) {
    let events = &line.facts.events;
    let last = events.last().filter(|last| last.legacy.is_none());
    let exchange = last.and_then(|last| last.exchange.as_ref());
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
        client_id = line.facts.client_id.as_ref().map(ClientId::as_str),
        source = last.and(line.source).map(tracing::field::display),
        subject = last.and_then(|last| last.subject.as_deref()),
        person = last.and_then(|last| last.person.as_deref()),
        grant = last.and_then(|last| last.grant.as_deref()),
        jti = last.and_then(|last| last.jti.as_deref()),
        subject_jti = exchange.map(|exchange| exchange.subject_jti.as_str()),
        act = exchange.map(|exchange| exchange.act.as_str()),
        reason = line.facts.reason,
        duration_us = line.duration_us,
        storage_calls = line.storage_calls,
        "request"
    );
}

/// Logs an event: who did what to which grant, from where.
fn event(line: &Line<'_>, event: &AuditEntry) {
    let (request_id, client_id, source) = (
        short(line.request_id),
        line.facts.client_id.as_ref().map(ClientId::as_str),
        line.source.map(tracing::field::display),
    );
    if let Some((grant_type, advice)) = event.legacy {
        let (event, grant_type) = (event.name.as_str(), grant_type.as_str());
        tracing::warn!(target: TARGET, event, request_id, client_id, source, grant_type, advice, "audit");
        return;
    }
    let exchange = event.exchange.as_ref();
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
        subject_jti = exchange.map(|exchange| exchange.subject_jti.as_str()),
        act = exchange.map(|exchange| exchange.act.as_str()),
        reason = line.facts.reason,
        "audit"
    );
}

/// Truncates text from the caller to the length limit of a name.
fn short(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MOST_BYTES)).unwrap_or_default()
}

/// Returns the method only if it is known: an unknown one may be any text.
fn known(method: &str) -> &str {
    if METHODS.contains(&method) { method } else { "other" }
}

/// Logs a rotation of the signing keys: keys created, keys deleted, and for how many seconds the oldest has
/// signed.
pub fn rotation(created: &[String], deleted: &[String], oldest_signing_key_age: u64) {
    let kept = created.is_empty() && deleted.is_empty();
    let event = if kept { AuditEvent::KeysKept } else { AuditEvent::KeysRotated }.as_str();
    let (created, deleted) = (created.join(" "), deleted.join(" "));
    tracing::info!(target: TARGET, event, created, deleted, oldest_signing_key_age, "audit");
}

/// Logs whether a client was notified of the end of a session, and if not, why.
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

/// Logs whether a mail of a kind was sent to a person, and if not, why. `cause` must not contain an address.
pub fn mail(kind: &'static str, subject: Option<&str>, missed: Option<&dyn std::fmt::Display>) {
    match missed {
        None => {
            let event = AuditEvent::MailSent.as_str();
            tracing::info!(target: TARGET, event, kind, subject, "audit");
        }
        Some(cause) => {
            let event = AuditEvent::MailNotSent.as_str();
            tracing::warn!(target: TARGET, event, kind, subject, cause = %cause, "audit");
        }
    }
}

/// Logs a number in CloudWatch's embedded metric format, without dimensions: a log line that becomes a metric.
///
/// # Errors
/// When standard output is closed.
pub fn metric(namespace: &str, name: &str, value: u64, now: Timestamp) -> io::Result<()> {
    let directive = json!({ "Namespace": namespace, "Dimensions": [[]], "Metrics": [{ "Name": name }] });
    let metadata = json!({ "Timestamp": now.seconds().saturating_mul(1000), "CloudWatchMetrics": [directive] });
    writeln!(io::stdout().lock(), "{}", json!({ "_aws": metadata, name: value }))
}

/// Logs an internal error for the operator. `cause` must not contain anything from a request.
pub fn trouble(what: &'static str, cause: &dyn std::fmt::Display) {
    tracing::error!(target: TARGET, cause = %cause, "{what}");
}

/// Logs a request that was refused because it did not come through the firewall. `cause` must not contain anything
/// from a request.
pub(crate) fn bypass(cause: &dyn std::fmt::Display) {
    let event = AuditEvent::FirewallBypassed.as_str();
    tracing::warn!(target: TARGET, event, cause = %cause, "an event was refused");
}

/// Logs a warning about a configuration that should only be temporary.
pub fn warning(what: &'static str) {
    tracing::warn!(target: TARGET, "{what}");
}

/// Sends the log to standard output, where Lambda collects it and adds the time to each line.
pub(crate) fn to_stdout() {
    install(lines().without_time().with_writer(io::stdout), levels::ours());
}

/// Sends the log to standard error, for commands. `chosen` are levels in the form of `RUST_LOG`.
///
/// # Errors
/// [`MalformedLevels`] when they cannot be read.
pub fn to_stderr(chosen: Option<&str>) -> Result<(), MalformedLevels> {
    install(lines().with_writer(io::stderr), chosen.map_or(Ok(levels::ours()), levels::read)?);
    Ok(())
}

fn lines() -> Layer<Registry, JsonFields, Format<Json>> {
    layer().json().flatten_event(true).with_target(false)
}

fn install(lines: impl tracing_subscriber::Layer<Registry> + Send + Sync, levels: Targets) {
    // If a process starts the log twice, the first one stays.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines).with(levels));
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
