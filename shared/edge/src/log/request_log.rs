//! The log of one request: the request carries it, every step may add to it, and it is written once at the end.

use std::sync::{Mutex, PoisonError};

use protocol::ClientId;

use crate::log::audit::AuditEntry;
use crate::log::trace::Trace;

/// The log of one request. Concurrent steps of the request may share it.
#[derive(Debug, Default)]
pub struct RequestLog(Mutex<Facts>);

/// The recorded facts, besides those that the request and the response show.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) client_id: Option<String>,
    pub(crate) reason: Option<&'static str>,
    pub(crate) events: Vec<AuditEntry>,
}

impl RequestLog {
    /// Records the client's id.
    pub fn client(&self, id: &ClientId) {
        self.with(|facts| facts.client_id = Some(id.to_string()));
    }

    /// Records the reason of a refusal; the last one counts.
    pub fn refused(&self, reason: &'static str) {
        self.with(|facts| facts.reason = Some(reason));
    }

    /// Records an event. The log keeps the order of the events.
    pub fn event(&self, event: AuditEntry) {
        self.with(|facts| facts.events.push(event));
    }

    /// Adds the facts that a response carries.
    pub(crate) fn add(&self, trace: &Trace) {
        self.with(|facts| {
            facts.client_id = trace.client_id.clone().or_else(|| facts.client_id.take());
            facts.reason = trace.reason.or(facts.reason);
            facts.events.extend_from_slice(&trace.events);
        });
    }

    /// Ends the request and returns what was recorded.
    pub(crate) fn close(self) -> Facts {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, record: impl FnOnce(&mut Facts)) {
        record(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
