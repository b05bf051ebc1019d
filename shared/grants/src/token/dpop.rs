//! DPoP proofs (RFC 9449 §4.3): whether a proof, whose signature was verified, is one for this request, and what follows
//! for the tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{MalformedProof, ProofAlgorithm, ProofClaims, Secret, TargetUri, Thumbprint, TokenScheme};
use sha2::{Digest, Sha256};

use crate::client::profile::Profile;
use crate::client::record::Client;
use crate::step::once::{AssertionId, OneUse};
use crate::terms::confirmation::Confirmation;
use crate::terms::refusal::Refusal;
use crate::terms::time::{Seconds, Timestamp};
use crate::token::userinfo::Denial;

/// The seconds by which `iat` may differ from the clock of this server, before or after it: clocks of devices are
/// wrong by minutes. A client whose clock is worse needs nonces, which replace it.
pub const PROOF_WINDOW: Seconds = 300;
/// The seconds by which `iat` must not be ahead under a FAPI profile (FAPI 2.0 Security Profile §5.3.2.1). A nonce replaces
/// this time as well.
const TOO_FAR_AHEAD: Seconds = 60;
/// The seconds for which a nonce is the current one. After that it is accepted for as long again.
pub const NONCE_SLOT: Seconds = 60;

/// The request that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct ProvenRequest<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The URI of the endpoint, from the issuer and not from a header.
    pub target: &'a TargetUri,
    /// The access token that is sent along to a resource.
    pub token: Option<&'a Secret>,
    /// The nonces of which the proof must contain one, in a deployment that uses nonces.
    pub nonces: Option<&'a [String; 2]>,
    /// The time of the request.
    pub now: Timestamp,
}

/// Proof that the sender of a request has a key. Only [`judge`] creates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvenKey {
    confirmation: Confirmation,
    algorithm: ProofAlgorithm,
    is_early: bool,
    once: OneUse,
}

impl ProvenKey {
    /// The key, as tokens that are bound to it name it.
    pub const fn confirmation(&self) -> Confirmation {
        self.confirmation
    }

    /// The use of the proof, for a resource that accepts each proof once.
    pub const fn once(&self) -> OneUse {
        self.once
    }

    /// Checks the proof by the rules of the client's profile.
    ///
    /// # Errors
    /// [`Refusal::ProfileProofAlgorithm`] or [`Refusal::ProfileProofTime`].
    pub fn meets(&self, profile: Profile) -> Result<(), Refusal> {
        if !profile.accepts_proofs_of(self.algorithm) {
            return Err(Refusal::ProfileProofAlgorithm);
        }
        if profile.is_fapi() && self.is_early { Err(Refusal::ProfileProofTime) } else { Ok(()) }
    }
}

/// Checks that a proof signed by `key` with `algorithm` is for `request`, and was made just now: its nonce says so in a deployment that
/// uses nonces, and its `iat` elsewhere (RFC 9449 §4.3, items 8 to 12).
///
/// # Errors
/// A [`Refusal`] with `invalid_dpop_proof`, or `use_dpop_nonce` if the nonce is missing or too old.
pub fn judge(
    key: Thumbprint,
    algorithm: ProofAlgorithm,
    claims: &ProofClaims,
    request: &ProvenRequest<'_>,
) -> Result<ProvenKey, Refusal> {
    let ProvenRequest { method, target, token, nonces, now } = *request;
    let issued_at = Timestamp::from_seconds(claims.issued_at);
    if claims.method != method {
        return Err(Refusal::DpopProofMethod);
    }
    if !TargetUri::parse(&claims.target).is_ok_and(|named| named == *target) {
        return Err(Refusal::DpopProofTarget);
    }
    if token.is_some_and(|token| claims.token_hash.as_deref() != Some(&*token_hash(token))) {
        return Err(Refusal::DpopProofToken);
    }
    let until = match nonces {
        Some(nonces) if !claims.nonce.as_ref().is_some_and(|nonce| nonces.contains(nonce)) => {
            return Err(Refusal::DpopNonceNeeded);
        }
        Some(_) => now.plus(2 * NONCE_SLOT),
        None if !is_near(issued_at, now) => return Err(Refusal::DpopProofTime),
        None => issued_at.plus(PROOF_WINDOW + 1),
    };
    let once = OneUse { id: AssertionId::of_proof(&key, &claims.id), until };
    let is_early = nonces.is_none() && issued_at >= now.plus(TOO_FAR_AHEAD);
    Ok(ProvenKey { confirmation: Confirmation::Jkt(key), algorithm, is_early, once })
}

/// Returns the key to bind the tokens of a request to, if it came with a proof.
///
/// # Errors
/// [`Refusal::DpopProofRequired`] when the client is registered to get no token without a proof (RFC 9449 §5.2), or one of
/// [`ProvenKey::meets`].
pub fn binding(client: &Client, proven: Option<&ProvenKey>) -> Result<Option<Confirmation>, Refusal> {
    match proven {
        None if client.must_prove_a_key() => Err(Refusal::DpopProofRequired),
        None => Ok(None),
        Some(proven) => proven.meets(client.profile).map(|()| Some(proven.confirmation())),
    }
}

/// Returns the key to bind a code to: that of `dpop_jkt`, or that of the proof with which the request was pushed (RFC 9449
/// §10.1).
///
/// # Errors
/// [`Refusal::DpopKeysDiffer`] when there are both, and they differ, or one of [`ProvenKey::meets`]: by a key for another
/// algorithm the code could never be redeemed.
pub fn code_key(
    client: &Client,
    asked: Option<Thumbprint>,
    proven: Option<&ProvenKey>,
) -> Result<Option<Thumbprint>, Refusal> {
    proven.map(|proven| proven.meets(client.profile)).transpose()?;
    let proven = proven.map(|proven| {
        let Confirmation::Jkt(key) = proven.confirmation();
        key
    });
    match (asked, proven) {
        (Some(asked), Some(proven)) if asked != proven => Err(Refusal::DpopKeysDiffer),
        (asked, proven) => Ok(asked.or(proven)),
    }
}

/// Returns the key to bind the refresh token to: only that of a public client. A confidential client proves itself by
/// its credentials, and may change its key from one refresh to the next (RFC 9449 §5).
pub(crate) fn refresh_key(client: &Client, binding: Option<Confirmation>) -> Option<Thumbprint> {
    binding.filter(|_| !client.is_confidential()).map(|Confirmation::Jkt(key)| key)
}

/// Returns the key that must be proven for a token which is presented under `scheme`; `None` for a token of its
/// bearer (RFC 9449 §7.1, §7.2).
///
/// # Errors
/// [`Denial`] when the scheme is not the one of the token: a bound token is never accepted as a bearer token.
pub fn key_to_prove(scheme: TokenScheme, bound_to: Option<Confirmation>) -> Result<Option<Confirmation>, Denial> {
    match (scheme, bound_to) {
        (TokenScheme::Bearer, None) => Ok(None),
        (TokenScheme::Bearer, Some(_)) => Err(Denial::Bound),
        (TokenScheme::Dpop, None) => Err(Denial::Unbound),
        (TokenScheme::Dpop, Some(key)) => Ok(Some(key)),
    }
}

/// Returns the value of `ath` for a token (RFC 9449 §4.2).
pub fn token_hash(token: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose()))
}

fn is_near(one: Timestamp, other: Timestamp) -> bool {
    one.plus(PROOF_WINDOW) >= other && other.plus(PROOF_WINDOW) >= one
}

impl From<MalformedProof> for Refusal {
    fn from(fault: MalformedProof) -> Self {
        match fault {
            MalformedProof::Jwt => Self::DpopProofMalformed,
            MalformedProof::Type => Self::DpopProofType,
            MalformedProof::Algorithm => Self::DpopProofAlgorithm,
            MalformedProof::Key => Self::DpopProofKey,
            MalformedProof::Claims => Self::DpopProofClaims,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::record::{AuthMethod, DpopRule};
    use crate::fixtures::{NOW, client};

    const KEY: Thumbprint = Thumbprint::from_bytes([7; 32]);

    fn claims() -> ProofClaims {
        ProofClaims {
            method: "POST".to_owned(),
            target: "https://issuer.example/token".to_owned(),
            issued_at: NOW.seconds(),
            id: "a".to_owned(),
            token_hash: None,
            nonce: None,
        }
    }

    fn target() -> TargetUri {
        TargetUri::parse("https://issuer.example/token").unwrap()
    }

    fn judged(claims: &ProofClaims, token: Option<&Secret>, nonces: Option<&[String; 2]>) -> Result<OneUse, Refusal> {
        let request = ProvenRequest { method: "POST", target: &target(), token, nonces, now: NOW };
        judge(KEY, ProofAlgorithm::Es256, claims, &request).map(|proven| {
            assert_eq!(proven.confirmation(), Confirmation::Jkt(KEY));
            proven.once()
        })
    }

    #[test]
    fn c181_c182_a_proof_is_for_one_method_one_target_and_a_moment() {
        type Spoil = fn(&mut ProofClaims);
        let at = |offset: i64| NOW.seconds().saturating_add_signed(offset);
        let rows: [(Spoil, Result<(), Refusal>); 8] = [
            (|_| {}, Ok(())),
            (|c| c.method = "GET".to_owned(), Err(Refusal::DpopProofMethod)),
            (|c| c.method = "post".to_owned(), Err(Refusal::DpopProofMethod)),
            (|c| c.target = "https://ISSUER.example:443/token?x#y".to_owned(), Ok(())),
            (|c| c.target = "https://issuer.example/userinfo".to_owned(), Err(Refusal::DpopProofTarget)),
            (|c| c.target = "/token".to_owned(), Err(Refusal::DpopProofTarget)),
            (|c| c.token_hash = Some("x".to_owned()), Ok(())),
            (|c| c.nonce = Some("x".to_owned()), Ok(())),
        ];
        for (row, (spoil, expected)) in rows.into_iter().enumerate() {
            let mut claims = claims();
            spoil(&mut claims);
            assert_eq!(judged(&claims, None, None).map(drop), expected, "row {row}");
        }
        for (offset, good) in
            [(-10, true), (10, true), (-300, true), (300, true), (-301, false), (301, false), (3600, false)]
        {
            let judged = judged(&ProofClaims { issued_at: at(offset), ..claims() }, None, None);
            assert_eq!(judged.is_ok(), good, "{offset}");
            // The use is remembered until the proof is too old.
            assert!(judged.is_ok_and(|once| once.until.seconds() > at(offset) + 300) == good);
        }
        for extreme in [0, u64::MAX] {
            assert_eq!(
                judged(&ProofClaims { issued_at: extreme, ..claims() }, None, None),
                Err(Refusal::DpopProofTime)
            );
        }
    }

    #[test]
    fn c185_at_a_resource_the_proof_names_the_token() {
        let token = Secret::new("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU".to_owned());
        // RFC 9449 §7.1.
        assert_eq!(token_hash(&token), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
        let good = ProofClaims { token_hash: Some(token_hash(&token)), ..claims() };
        assert!(judged(&good, Some(&token), None).is_ok());
        for bad in [claims(), ProofClaims { token_hash: Some(token_hash(&Secret::new("x".to_owned()))), ..claims() }] {
            assert_eq!(judged(&bad, Some(&token), None), Err(Refusal::DpopProofToken));
        }
    }

    #[test]
    fn c188_a_nonce_replaces_the_time_where_nonces_are_used() {
        let nonces = ["now".to_owned(), "before".to_owned()];
        let with =
            |nonce: Option<&str>, issued_at| ProofClaims { nonce: nonce.map(str::to_owned), issued_at, ..claims() };
        for nonce in ["now", "before"] {
            for issued_at in [0, NOW.seconds() + 3600] {
                let once = judged(&with(Some(nonce), issued_at), None, Some(&nonces)).unwrap();
                assert_eq!(once.until, NOW.plus(2 * NONCE_SLOT), "the use is remembered until the nonce is too old");
            }
        }
        for nonce in [None, Some(""), Some("older")] {
            assert_eq!(judged(&with(nonce, NOW.seconds()), None, Some(&nonces)), Err(Refusal::DpopNonceNeeded));
        }
    }

    #[test]
    fn c186_c189_a_client_may_need_a_proof_and_the_refresh_tokens_of_public_ones_are_bound() {
        let proven = judge(
            KEY,
            ProofAlgorithm::Es256,
            &claims(),
            &ProvenRequest { method: "POST", target: &target(), token: None, nonces: None, now: NOW },
        );
        let proven = proven.unwrap();
        let held = Client { dpop: DpopRule::Required, ..client() };
        assert_eq!(binding(&client(), None), Ok(None));
        assert_eq!(binding(&held, None), Err(Refusal::DpopProofRequired));
        for client in [&client(), &held] {
            assert_eq!(binding(client, Some(&proven)), Ok(Some(Confirmation::Jkt(KEY))));
        }
        let public = Client { auth_method: AuthMethod::None, ..client() };
        let key = Some(Confirmation::Jkt(KEY));
        assert_eq!(
            [refresh_key(&public, key), refresh_key(&client(), key), refresh_key(&public, None)],
            [Some(KEY), None, None]
        );
    }

    #[test]
    fn c187_a_pushed_request_is_bound_to_its_key_and_two_keys_are_refused() {
        let (target, other) = (target(), Thumbprint::from_bytes([8; 32]));
        let request = ProvenRequest { method: "POST", target: &target, token: None, nonces: None, now: NOW };
        let proven = judge(KEY, ProofAlgorithm::Es256, &claims(), &request).unwrap();
        let rows = [
            (None, None, Ok(None)),
            (Some(KEY), None, Ok(Some(KEY))),
            (None, Some(&proven), Ok(Some(KEY))),
            (Some(KEY), Some(&proven), Ok(Some(KEY))),
            (Some(other), Some(&proven), Err(Refusal::DpopKeysDiffer)),
        ];
        for (asked, proven, expected) in rows {
            assert_eq!(code_key(&client(), asked, proven), expected);
        }
        let fapi = client().under(Profile::Fapi2);
        let other = judge(KEY, ProofAlgorithm::Es384, &claims(), &request).unwrap();
        assert_eq!(code_key(&fapi, None, Some(&proven)), Ok(Some(KEY)));
        assert_eq!(code_key(&fapi, None, Some(&other)), Err(Refusal::ProfileProofAlgorithm));
        assert_eq!(code_key(&client(), None, Some(&other)), Ok(Some(KEY)));
    }

    #[test]
    fn c201_a_proof_of_the_profile_is_less_than_a_minute_ahead_unless_its_nonce_says_so() {
        let (target, nonces) = (target(), ["now".to_owned(), "before".to_owned()]);
        let made = |ahead: i64, nonces: Option<&[String; 2]>| {
            let issued_at = NOW.seconds().saturating_add_signed(ahead);
            let claims = ProofClaims { issued_at, nonce: Some("now".to_owned()), ..claims() };
            let request = ProvenRequest { method: "POST", target: &target, token: None, nonces, now: NOW };
            judge(KEY, ProofAlgorithm::Es256, &claims, &request).unwrap()
        };
        for (ahead, good) in [(-300, true), (0, true), (10, true), (59, true), (60, false), (300, false)] {
            let proven = made(ahead, None);
            for profile in [Profile::Fapi2, Profile::Fapi2Signed] {
                let expected = if good { Ok(()) } else { Err(Refusal::ProfileProofTime) };
                assert_eq!(proven.meets(profile), expected, "{ahead}");
                assert_eq!(binding(&client().under(profile), Some(&proven)).map(drop), expected, "{ahead}");
                assert_eq!(code_key(&client().under(profile), None, Some(&proven)).map(drop), expected, "{ahead}");
            }
            assert_eq!(proven.meets(Profile::Baseline), Ok(()), "{ahead}");
            assert_eq!(made(ahead, Some(&nonces)).meets(Profile::Fapi2), Ok(()), "{ahead}");
        }
    }

    #[test]
    fn c185_a_bound_token_is_no_bearer_token_and_an_unbound_one_no_other() {
        let key = Some(Confirmation::Jkt(KEY));
        assert_eq!(key_to_prove(TokenScheme::Bearer, None), Ok(None));
        assert_eq!(key_to_prove(TokenScheme::Dpop, key), Ok(key));
        assert_eq!(key_to_prove(TokenScheme::Bearer, key), Err(Denial::Bound));
        assert_eq!(key_to_prove(TokenScheme::Dpop, None), Err(Denial::Unbound));
    }

    #[test]
    fn a_use_of_a_proof_belongs_to_its_key() {
        let id = |key, id: &str| AssertionId::of_proof(&Thumbprint::from_bytes([key; 32]), id);
        assert_eq!(id(1, "a"), id(1, "a"));
        assert_ne!(id(1, "a"), id(2, "a"));
        assert_ne!(id(1, "a"), id(1, "b"));
    }
}
