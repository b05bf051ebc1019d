//! A warning about APIs whose tokens do not meet the profile of a client.

use grants::{Client, SigningAlgorithm, TokenFormat};
use protocol::Resource;

use crate::output::aside;
use crate::stack::Stack;

/// The number of APIs that are read at once.
const AT_ONCE: usize = 25;

/// Returns the APIs whose access tokens a client gets under a FAPI profile.
pub(crate) fn apis_under_a_profile(client: &Client) -> &[Resource] {
    if client.profile.is_fapi() { &client.apis } else { &[] }
}

/// Warns when a client with a FAPI profile gets access tokens that are signed with RS256 (FAPI 2.0 Security Profile §5.4.1): the
/// algorithm is a setting of the API, which other clients use as well.
pub(crate) async fn warn_of_apis(stack: &Stack, client: &Client) {
    warn_of(stack, apis_under_a_profile(client)).await;
}

/// Warns of those of these APIs whose access tokens are signed with RS256.
/// The clients are written already, so a failure to read the APIs is no failure of the command.
pub(crate) async fn warn_of(stack: &Stack, apis: &[Resource]) {
    for some in apis.chunks(AT_ONCE) {
        for api in stack.registry.apis(some, edge::now()).await.into_iter().flatten() {
            if api.format == TokenFormat::Jwt && api.algorithm == SigningAlgorithm::Rs256 {
                aside(&format!(
                    "jeton: warning: access tokens for {0} are signed with RS256, which FAPI 2.0 does not allow: use `jeton api update {0} --alg ES256`",
                    api.identifier
                ));
            }
        }
    }
}
