//! A warning about APIs whose tokens do not meet the profile of a client.

use grants::{Client, SigningAlgorithm, TokenFormat};

use crate::output::aside;
use crate::stack::Stack;

/// Warns when a client with a FAPI profile gets access tokens that are signed with RS256 (FAPI 2.0 Security Profile §5.4.1): the
/// algorithm is a setting of the API, which other clients use as well.
/// The client is written already, so a failure to read its APIs is no failure of the command.
pub(crate) async fn warn_of_apis(stack: &Stack, client: &Client) {
    if !client.profile.is_fapi() || client.apis.is_empty() {
        return;
    }
    for api in stack.registry.apis(&client.apis, edge::now()).await.into_iter().flatten() {
        if api.format == TokenFormat::Jwt && api.algorithm == SigningAlgorithm::Rs256 {
            aside(&format!(
                "jeton: warning: access tokens for {0} are signed with RS256, which FAPI 2.0 does not allow: use `jeton api update {0} --alg ES256`",
                api.identifier
            ));
        }
    }
}
