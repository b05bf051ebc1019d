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
    /// The way in which the client authenticates.
    AuthMethod,
    /// The claims in its own tokens, if there are any.
    Claims,
    /// The facts of its logo, if it has one.
    Logo,
    /// The number of changes to its settings, if there were any.
    Revision,
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
            Self::AuthMethod => Attribute::named("auth_method"),
            Self::Claims => Attribute::named("claims"),
            Self::Logo => Attribute::named("logo"),
            Self::Revision => Attribute::named("revision"),
        }
    }

    fn of(self, client: &Client) -> Option<Held<'_>> {
        Some(match self {
            Self::CreatedAt => Held::Time(client.created_at),
            Self::Disabled => Held::Flag(client.disabled),
            Self::Secrets => Held::Secrets(&client.secrets),
            Self::AuthMethod => Held::Text(client.auth_method.as_str().into()),
            Self::Claims if client.claims.is_empty() => return None,
            Self::Claims => Held::Text(client.claims.to_string().into()),
            Self::Logo => Held::Text(client.logo.as_ref()?.to_string().into()),
            Self::Revision if client.revision == 0 => return None,
            Self::Revision => Held::Number(client.revision),
            Self::EndsAt => Held::Time(client.registered_by.as_ref().and_then(|by| by.ends_at)?),
        })
    }
}
