//! The facts of a client that guards test.

use crate::client::record::Client;
use crate::step::guard::{Attribute, Fact, Guard, Held};

/// A fact of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientFact {
    /// The time of the registration: another one means that the id was reused for another client.
    CreatedAt,
    /// `true` if the operator disabled the client.
    Disabled,
    /// The secrets of the client, in their order.
    Secrets,
    /// The time when the registration ends, if the client registered itself and it does.
    EndsAt,
}

impl ClientFact {
    /// The guards of a change to the registration: the client that was read was not disabled, replaced by another
    /// of its id, or given other secrets.
    pub fn of_registration(client: &Client) -> Vec<Guard<Self>> {
        vec![Self::Disabled.is(false), Self::CreatedAt.is(client.created_at), Self::Secrets.is(&*client.secrets)]
    }
}

impl Fact for ClientFact {
    type Record = Client;

    const KEY: &'static str = "id";

    fn attribute(self) -> Attribute<Self> {
        match self {
            Self::CreatedAt => Attribute::named("created_at"),
            Self::Disabled => Attribute::named("disabled"),
            Self::Secrets => Attribute::named("secrets"),
            Self::EndsAt => Attribute::named("expires_at"),
        }
    }

    fn of(self, client: &Client) -> Option<Held<'_>> {
        match self {
            Self::CreatedAt => Some(Held::Time(client.created_at)),
            Self::Disabled => Some(Held::Flag(client.disabled)),
            Self::Secrets => Some(Held::Secrets(&client.secrets)),
            Self::EndsAt => client.registered_by.as_ref().and_then(|by| by.ends_at).map(Held::Time),
        }
    }
}
