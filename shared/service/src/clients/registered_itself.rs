//! The date shown on pages for a client that registered itself.

use grants::{Client, Registrant};

/// Returns the date when a client registered itself, formatted for people; `None` for a client of the operator.
pub fn registered_itself(client: &Client) -> Option<String> {
    match client.registrant() {
        Registrant::Operator => None,
        Registrant::Itself { since } => Some(pages::date(since.seconds())),
    }
}
