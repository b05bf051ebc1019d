//! The log data that an answer carries.

use protocol::ClientId;

use crate::log::audit::AuditEntry;

/// The log data of an answer besides its status; stored in the answer's extensions.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The client's id, if known.
    pub client_id: Option<String>,
    /// The reason of a refusal.
    pub reason: Option<&'static str>,
    /// The events of the request, in order.
    pub events: Vec<AuditEntry>,
}

impl Trace {
    /// Creates the trace of a refusal.
    pub fn refused(reason: &'static str) -> Self {
        Self { reason: Some(reason), ..Self::default() }
    }

    /// Creates the trace of an event.
    pub fn event(event: AuditEntry) -> Self {
        Self { events: vec![event], ..Self::default() }
    }

    /// Adds the client's id.
    #[must_use]
    pub fn of_client(self, id: &ClientId) -> Self {
        Self { client_id: Some(id.to_string()), ..self }
    }
}
