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
