//! Signed authorization responses (JWT Secured Authorization Response Mode §2.1).

use protocol::ClientId;

use crate::client::record::Client;
use crate::terms::api::SigningAlgorithm;
use crate::terms::time::{Seconds, Timestamp};

/// The lifetime in seconds: the browser brings it at once (§2.1 recommends ten minutes at most).
const LIFETIME: Seconds = 300;

/// A response of the authorization endpoint, before it is signed.
#[derive(Clone, Debug)]
pub struct SignedResponse<'a> {
    /// `aud`: the client that gets it.
    pub client_id: &'a ClientId,
    /// The time when it is signed.
    pub issued_at: Timestamp,
    /// `exp`: the time when it expires.
    pub expires_at: Timestamp,
    /// The signature algorithm that the client registered.
    pub algorithm: SigningAlgorithm,
    /// The parameters of the response, without `iss`.
    pub parameters: &'a [(&'a str, &'a str)],
}

impl<'a> SignedResponse<'a> {
    /// Creates the response to a client.
    pub fn to(client: &'a Client, parameters: &'a [(&'a str, &'a str)], now: Timestamp) -> Self {
        let registered = client.requests.response_algorithm.unwrap_or(SigningAlgorithm::Rs256);
        // Earlier versions let a client with a FAPI profile be registered without an algorithm.
        let algorithm = client.profile.algorithm_or_usual(registered);
        Self { client_id: &client.id, issued_at: now, expires_at: now.plus(LIFETIME), algorithm, parameters }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::profile::Profile;
    use crate::client::request_rules::RequestRules;
    use crate::fixtures::{self, NOW};

    #[test]
    fn c198_a_response_is_brief_and_signed_as_its_client_and_the_profile_demand() {
        use SigningAlgorithm::{EdDsa, Es256, Rs256};
        let rows = [
            (Profile::Baseline, None, Rs256),
            (Profile::Baseline, Some(EdDsa), EdDsa),
            (Profile::Fapi2, None, Es256),
            (Profile::Fapi2Signed, Some(Rs256), Es256),
            (Profile::Fapi2, Some(EdDsa), EdDsa),
        ];
        for (profile, response_algorithm, expected) in rows {
            let requests = RequestRules { response_algorithm, ..RequestRules::default() };
            let client = Client { profile, requests, ..fixtures::client() };
            let response = SignedResponse::to(&client, &[("code", "c")], NOW);
            assert_eq!(response.algorithm, expected, "{profile:?} {response_algorithm:?}");
            assert_eq!((response.client_id, response.parameters), (&client.id, &[("code", "c")][..]));
            assert_eq!((response.issued_at, response.expires_at), (NOW, NOW.plus(300)));
        }
    }
}
