//! The log of one request: the request carries it, every step may add to it, and it is written once at the end.

use std::sync::{Mutex, PoisonError};

use protocol::ClientId;

use crate::log::audit::AuditEntry;

/// The log of one request. Concurrent steps of the request may share it.
#[derive(Debug, Default)]
pub struct RequestLog {
    request_id: String,
    facts: Mutex<Facts>,
}

/// The recorded facts, besides those that the request and the response show.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) client_id: Option<ClientId>,
    pub(crate) reason: Option<&'static str>,
    pub(crate) events: Vec<AuditEntry>,
}

impl RequestLog {
    /// Begins the log of the request with this id.
    pub fn of(request_id: &str) -> Self {
        Self { request_id: request_id.to_owned(), facts: Mutex::default() }
    }

    /// Returns the id of the request, by which its line in the log is found.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Records the client's id.
    pub fn client(&self, id: &ClientId) {
        self.with(|facts| facts.client_id = Some(id.clone()));
    }

    /// Records the reason of a refusal; the last one counts.
    pub fn refused(&self, reason: &'static str) {
        self.with(|facts| facts.reason = Some(reason));
    }

    /// Records an event. The log keeps the order of the events.
    pub fn event(&self, event: AuditEntry) {
        self.with(|facts| facts.events.push(event));
    }

    /// Records an event that came before the others, but is only certain now.
    pub fn earlier_event(&self, event: AuditEntry) {
        self.with(|facts| facts.events.insert(0, event));
    }

    /// Ends the request and returns what was recorded.
    pub(crate) fn close(self) -> Facts {
        self.facts.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, record: impl FnOnce(&mut Facts)) {
        record(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::audit::AuditEvent;

    #[test]
    fn an_earlier_event_comes_first_and_the_last_reason_and_client_count() {
        let log = RequestLog::default();
        log.event(AuditEntry::new(AuditEvent::CodeIssued));
        log.earlier_event(AuditEntry::new(AuditEvent::SignedIn));
        for text in ["first", "second"] {
            log.client(&ClientId::parse(text).unwrap());
            log.refused(text);
        }
        let facts = log.close();
        let names: Vec<AuditEvent> = facts.events.iter().map(|event| event.name).collect();
        assert_eq!(names, [AuditEvent::SignedIn, AuditEvent::CodeIssued]);
        assert_eq!((facts.client_id.as_ref().map(ClientId::as_str), facts.reason), (Some("second"), Some("second")));
    }
}
