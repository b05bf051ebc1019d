//! The implicit grant (RFC 6749 §4.2, OpenID Connect Core §3.2): one short-lived access token, an ID token, or
//! both, straight from the authorization endpoint.
//!
//! RFC 9700 §2.1.2 advises against it. It exists for clients that still migrate from it, and both the deployment
//! and the client's registration must enable it.

use protocol::{AuthorizationRequest, Claims};

use crate::flow::authorization_code::{self, Agreement};
use crate::request::access::Target;
use crate::request::redirect::RedirectTrusted;
use crate::step::grant::Grant;
use crate::step::stage::Stage;
use crate::terms::ids::{Generation, GrantId};
use crate::terms::moment::Moment;
use crate::terms::policy::Policy;

/// Returns those of the person's `known` claims that are for the ID token: the ones requested one by one and, if no
/// access token for the UserInfo endpoint is issued, also those of the scope (OpenID Connect Core §5.4).
pub fn id_token_claims(request: &AuthorizationRequest, target: &Target, known: &Claims) -> Claims {
    let alone = request.response_type.gives_id_token() && !request.response_type.gives_token();
    let of_scope = known.of_scopes(|scope| alone && target.scope.has(scope));
    of_scope.and(known.only(&request.claims.id_token))
}

/// Creates the grant for a person's agreement. It is active at once and ends with its only token.
///
/// [`authorization_code::issue`] writes it, so that a form that is sent twice finds its own grant and creates no
/// second one.
pub fn grant_of(
    id: GrantId,
    trusted: &RedirectTrusted,
    agreement: Agreement,
    policy: &Policy,
    moment: Moment,
) -> Grant {
    // There is no code to bind.
    let agreement = Agreement { code_challenge: None, code_key: None, ..agreement };
    let made = authorization_code::grant_of(id, trusted, agreement, policy, moment);
    let Moment { now, attempt } = moment;
    Grant {
        ends_at: now.plus(policy.implicit_lifetime).min(made.ends_at),
        stage: Stage::Active {
            generation: Generation::FIRST,
            rotated_at: now,
            // This grant never has a refresh token, so the refresh lifetime is over from the start.
            refresh_expires_at: now,
            attempt,
        },
        ..made
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use protocol::{ClientId, Nonce, ReceivedRequest, Thumbprint};

    use super::*;
    use crate::fixtures;
    use crate::request::redirect::trust;
    use crate::step::grant_fact::GrantFact;
    use crate::step::guard::Fact;
    use crate::token::access_token::{AccessToken, Asked, for_grant};

    /// The grant of somebody whose session ends after so many seconds.
    fn made(session_left: u32) -> Grant {
        let received = ReceivedRequest { client_id: ClientId::parse("app").unwrap(), redirect_uri: None };
        let trusted = trust(&received, Some(Arc::new(fixtures::client()))).unwrap();
        let target = Target { resources: fixtures::grant().resources, scope: fixtures::grant().scope };
        let agreement = Agreement {
            person: fixtures::person(),
            target,
            code_challenge: Some(fixtures::verifier().challenge()),
            code_key: Some(Thumbprint::from_bytes([1; 32])),
            nonce: Nonce::parse("n").ok(),
            session_ends_at: fixtures::NOW.plus(session_left),
        };
        let moment = Moment { now: fixtures::NOW, attempt: fixtures::attempt(1) };
        grant_of(fixtures::secret().id(), &trusted, agreement, &Policy::default(), moment)
    }

    fn token_of(grant: &Grant) -> AccessToken {
        let asked = Asked { resources: &[], scope: None };
        for_grant(grant, &fixtures::client(), &fixtures::apis(), asked, fixtures::NOW).unwrap()
    }

    #[test]
    fn o26_an_id_token_alone_has_the_claims_of_the_scope_and_any_one_those_that_are_asked_for_singly() {
        let known = Claims::parse(r#"{"email":"a@b.example","name":"Ada","nickname":"a"}"#).unwrap();
        let target = Target { resources: Vec::new(), scope: protocol::Scope::parse("email openid").unwrap() };
        let told = |response_type: &str| {
            let claims = "%7B%22id_token%22%3A%7B%22name%22%3Anull%7D%7D";
            let query = format!("response_type={response_type}&scope=openid+email&nonce=n&claims={claims}");
            let parameters = protocol::Parameters::parse(query.as_bytes()).unwrap();
            let legacy = protocol::LegacyGrants { implicit: true, password: false };
            let request = AuthorizationRequest::parse(&parameters, legacy).unwrap();
            id_token_claims(&request, &target, &known).to_string()
        };
        assert_eq!(told("id_token"), r#"{"email":"a@b.example","name":"Ada"}"#);
        assert_eq!(["id_token+token", "code"].map(told), [r#"{"name":"Ada"}"#; 2]);
    }

    #[test]
    fn c014_its_token_is_short_lived_and_there_is_nothing_to_refresh() {
        let (grant, attempt) = (made(10_000), fixtures::attempt(1));
        let token = token_of(&grant);
        assert_eq!(token.expires_in(), 300);
        let binding = grant.binding().unwrap();
        assert_eq!((binding.code_challenge.as_ref(), binding.code_key), (None, None));
        assert_eq!(binding.nonce, Nonce::parse("n").ok());
        assert_eq!(token.subject, fixtures::SUBJECT);
        assert!(!GrantFact::RefreshExpiresAt.is_after(fixtures::NOW).holds(Some(&grant)));
        assert!(authorization_code::was_issued(Some(&grant), attempt));
        assert!(!authorization_code::was_issued(Some(&grant), fixtures::attempt(2)));
        assert_eq!(authorization_code::issue(grant.clone()).after(Some(&grant)), None);
    }

    #[test]
    fn c014_c137_its_token_ends_with_the_session() {
        for (session_left, expires_in) in [(100, 100), (299, 299), (301, 300)] {
            assert_eq!(token_of(&made(session_left)).expires_in(), expires_in);
        }
    }
}
