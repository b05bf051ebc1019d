//! The name by which pages show a client.

use grants::Client;

/// Returns the name of a client in the language of the request that is answered, if it has one in that language.
pub fn shown_name(client: &Client) -> String {
    edge::localized(&client.localized_name()).to_owned()
}
