//! Logout tokens, which notify a client that a session ended (OpenID Connect Back-Channel Logout §2.4).

use protocol::{ClientId, Subject};

use crate::client::relying_party::RelyingParty;
use crate::step::grant::Grant;
use crate::terms::api::SigningAlgorithm;
use crate::terms::ids::SessionId;
use crate::terms::time::{Seconds, Timestamp};

/// The lifetime in seconds: it is used at once (§2.4 recommends two minutes at most).
const LIFETIME: Seconds = 120;

/// The content of a logout token, before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    /// `sub`: the person, by the name the client knows.
    pub subject: Subject,
    /// `aud`: the client that is notified.
    pub client_id: ClientId,
    /// `sid`: the session that ended.
    pub session: SessionId,
    /// `iat`: the time when it was issued.
    pub issued_at: Timestamp,
    /// `exp`: the time when it expires.
    pub expires_at: Timestamp,
    /// The signature algorithm, the same as for the client's ID tokens.
    pub algorithm: SigningAlgorithm,
}

impl LogoutToken {
    /// Creates the message to the client of a grant when the grant's session ends; `None` for a grant without
    /// `openid`, whose client does not know the session.
    pub fn of(grant: &Grant, registered: &RelyingParty, now: Timestamp) -> Option<Self> {
        let person = grant.person().filter(|person| person.sign_in.is_some())?;
        Some(Self {
            subject: person.known_as().clone(),
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
    use crate::step::grant::Footing;

    #[test]
    fn c129_a_logout_token_names_person_client_and_session_and_is_brief() {
        let registered = RelyingParty { id_token_algorithm: SigningAlgorithm::Es256, ..RelyingParty::default() };
        let mut grant = fixtures::signed_in(1);
        let own = grant.person().unwrap().subject.clone();
        let session = grant.session().unwrap();
        let token = LogoutToken::of(&grant, &registered, fixtures::NOW).unwrap();
        assert_eq!((&token.subject, &token.client_id, token.session), (&own, &grant.client_id, session));
        assert_eq!(token.expires_at.since(token.issued_at), 120);
        assert_eq!(token.algorithm, SigningAlgorithm::Es256);
        let other = Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").unwrap();
        fixtures::person_of(&mut grant).pairwise_subject = Some(other.clone());
        assert_eq!(LogoutToken::of(&grant, &registered, fixtures::NOW).unwrap().subject, other);
        let footing = grant.footing();
        fixtures::person_of(&mut grant).footing = footing.map(|footing| Footing { session: None, ..footing });
        assert_eq!(LogoutToken::of(&grant, &registered, fixtures::NOW), None);
        fixtures::person_of(&mut grant).footing = footing;
        assert!(LogoutToken::of(&grant, &registered, fixtures::NOW).is_some());
        fixtures::person_of(&mut grant).sign_in = None;
        assert_eq!(LogoutToken::of(&grant, &registered, fixtures::NOW), None);
    }
}
