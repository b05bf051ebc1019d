//! The settings that are named beside a profile: one that contradicts it is refused, and not replaced in silence.

use crate::client::profile::{Profile, ProfileFault};
use crate::client::record::{DpopRule, PkceRule};
use crate::client::request_rules::PushRule;
use crate::terms::api::SigningAlgorithm;

/// The settings that were named for a client, and that a profile decides about; `None` for one that was not named.
#[derive(Clone, Debug, Default)]
pub struct NamedSettings {
    /// Algorithms of this server's signatures.
    pub algorithms: Vec<SigningAlgorithm>,
    /// The rule on whether it must use PKCE.
    pub pkce: Option<PkceRule>,
    /// The rule on whether it must prove the key of its access tokens.
    pub dpop: Option<DpopRule>,
    /// The rule on whether it must push its authorization requests.
    pub pushed: Option<PushRule>,
    /// The rule that its assertions must have the issuer as their only audience.
    pub strict_audience: Option<bool>,
}

impl Profile {
    /// Checks settings that were named for the client, before those of the profile replace them
    /// ([`Client::under`](crate::Client::under)).
    ///
    /// # Errors
    /// [`ProfileFault`] for the first that the profile does not allow.
    pub fn check_named(self, named: &NamedSettings) -> Result<(), ProfileFault> {
        if named.algorithms.iter().any(|algorithm| !self.signs(*algorithm)) {
            return Err(ProfileFault::Algorithm);
        }
        let lax = [
            named.pkce.is_some_and(|rule| rule != PkceRule::Required),
            named.dpop == Some(DpopRule::Optional),
            named.pushed == Some(PushRule::Optional),
            named.strict_audience == Some(false),
        ];
        if self.is_fapi() && lax.contains(&true) { Err(ProfileFault::Rules) } else { Ok(()) }
    }
}
