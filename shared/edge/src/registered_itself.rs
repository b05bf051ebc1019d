//! The date that pages tell of a client that registered itself.

use grants::{Client, Registrant};

/// The date when a client registered itself, as people write it; `None` for a client of the operator.
pub fn registered_itself(client: &Client) -> Option<String> {
    match client.registrant() {
        Registrant::Operator => None,
        Registrant::Itself { since } => Some(pages::date(since.seconds())),
    }
}
