//! The introduction on pages for a client that no operator registered.

use std::borrow::Cow;

use grants::{Client, Registrant};
use pages::Introduction;
use protocol::ClientIdUrl;

/// Returns the way in which a client became known that no operator registered, in words for people; `None` for a
/// client of the operator.
pub fn registered_itself(client: &Client) -> Option<Introduction> {
    match client.registrant() {
        Registrant::Operator => None,
        Registrant::Itself { since } => Some(Introduction::RegisteredOn(Cow::Owned(pages::date(since.seconds())))),
        Registrant::Document => {
            let host = ClientIdUrl::parse(&client.id).map(|url| url.host().to_owned()).unwrap_or_default();
            Some(Introduction::DescribedBy(Cow::Owned(host)))
        }
    }
}
