//! DPoP proofs of requests (RFC 9449): the same check for every endpoint that takes them.

use edge::{DpopNonce, Failure, Incoming, Response};
use grants::dpop::{ProvenKey, ProvenRequest, judge};
use grants::{Refusal, Timestamp};
use keys::proven_key;
use protocol::{DpopProof, Secret, TargetUri};

use crate::wiring::Wiring;

impl Wiring {
    /// Returns the key that a request proves to have; `None` if it has no `DPoP` header. `path` is that of the endpoint,
    /// and `token` the access token that is sent along to a resource. Nothing is written.
    ///
    /// # Errors
    /// A [`Failure`] with `invalid_dpop_proof` or `use_dpop_nonce`; or the nonces cannot be computed, because no keys can
    /// be read.
    pub async fn proven_key(
        &self,
        incoming: Incoming<'_>,
        path: &str,
        token: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Option<ProvenKey>, Failure> {
        let Some(header) = incoming.dpop_proof()? else { return Ok(None) };
        let proof = DpopProof::parse(header).map_err(Refusal::from)?;
        let nonces = match self.config.dpop_nonce {
            DpopNonce::Off => None,
            DpopNonce::Required => Some(self.keys.ring(now).await?.handles().dpop_nonces(now)),
        };
        let target = TargetUri::parse(&format!("{}{path}", self.config.issuer));
        let target = target.map_err(|_| Refusal::DpopProofTarget)?;
        let request =
            ProvenRequest { method: incoming.sent_method(), target: &target, token, nonces: nonces.as_ref(), now };
        Ok(Some(judge(proven_key(&proof)?, proof.algorithm, &proof.claims, &request)?))
    }

    /// Adds the current nonce to the response, if the request has a `DPoP` header and proofs need nonces here. So a
    /// client always has the nonce for its next request (RFC 9449 §8.2).
    pub async fn with_nonce(&self, incoming: Incoming<'_>, response: Response) -> Response {
        if self.config.dpop_nonce == DpopNonce::Off || !incoming.has_dpop_proof() {
            return response;
        }
        let now = edge::now();
        match self.keys.ring(now).await {
            Ok(ring) => {
                let [nonce, _] = ring.handles().dpop_nonces(now);
                edge::with_dpop_nonce(response, &nonce)
            }
            // Without keys no proof is accepted either, and the response says so.
            Err(_) => response,
        }
    }
}
