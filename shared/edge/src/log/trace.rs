//! What the log says about an answer.

use protocol::ClientId;

use crate::log::audit::Event;

/// What the log says about an answer beside its status; it travels in the answer's extensions.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The client, once it is known.
    pub client_id: Option<String>,
    /// Why it was refused.
    pub reason: Option<&'static str>,
    /// What happened on the way, in order.
    pub events: Vec<Event>,
}

impl Trace {
    /// Of a refusal.
    pub fn refused(reason: &'static str) -> Self {
        Self { reason: Some(reason), ..Self::default() }
    }

    /// Of something that happened.
    pub fn event(event: Event) -> Self {
        Self { events: vec![event], ..Self::default() }
    }

    /// Adds the client.
    #[must_use]
    pub fn of_client(self, id: &ClientId) -> Self {
        Self { client_id: Some(id.to_string()), ..self }
    }
}
