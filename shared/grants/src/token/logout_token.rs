//! What a client is told when a session ended (OpenID Connect Back-Channel Logout §2.4).

use protocol::{ClientId, Subject};

use crate::client::relying_party::RelyingParty;
use crate::step::grant::Grant;
use crate::terms::api::SigningAlgorithm;
use crate::terms::ids::SessionId;
use crate::terms::time::{Seconds, Timestamp};

/// It is for at once (§2.4 recommends two minutes at most).
const LIFETIME: Seconds = 120;

/// A logout token, before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    /// `sub`: the person, as the client knows that person.
    pub subject: Subject,
    /// `aud`.
    pub client_id: ClientId,
    /// `sid`.
    pub session: SessionId,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// As the ID tokens of the client are signed.
    pub algorithm: SigningAlgorithm,
}

impl LogoutToken {
    /// The message to the client of a grant when the session ends that the grant comes from; `None` for a grant without
    /// `openid`, whose client was not told of the session.
    pub fn of(grant: &Grant, registered: &RelyingParty, now: Timestamp) -> Option<Self> {
        grant.sign_in.as_ref()?;
        Some(Self {
            subject: grant.pairwise_subject.clone().or_else(|| grant.subject.clone())?,
            client_id: grant.client_id.clone(),
            session: grant.session()?,
            issued_at: now,
            expires_at: now.plus(LIFETIME),
            algorithm: registered.id_token_algorithm,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn c129_a_logout_token_names_person_client_and_session_and_is_brief() {
        let registered = RelyingParty { id_token_algorithm: SigningAlgorithm::Es256, ..RelyingParty::default() };
        let mut grant = fixtures::signed_in(1);
        let own = grant.subject.clone().unwrap();
        let session = grant.session().unwrap();
        let token = LogoutToken::of(&grant, &registered, fixtures::NOW).unwrap();
        assert_eq!((&token.subject, &token.client_id, token.session), (&own, &grant.client_id, session));
        assert_eq!(token.expires_at.since(token.issued_at), 120);
        assert_eq!(token.algorithm, SigningAlgorithm::Es256);
        let other = Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").unwrap();
        grant.pairwise_subject = Some(other.clone());
        assert_eq!(LogoutToken::of(&grant, &registered, fixtures::NOW).unwrap().subject, other);
        grant.sign_in = None;
        assert_eq!(LogoutToken::of(&grant, &registered, fixtures::NOW), None);
    }
}
