//! The UserInfo endpoint: the claims about a person that a token gives access to (OpenID Connect Core §5.3, §5.4,
//! §5.5).

use protocol::{Claims, IdentityScope};

use crate::client::record::Client;
use crate::step::grant::{Grant, SignIn};
use crate::terms::time::Timestamp;
use crate::token::introspection::{Standing, TokenFacts, stands};

/// The reasons to deny access (RFC 6750 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The token is not valid, or no longer.
    Token,
    /// The token does not have `openid`.
    Scope,
    /// The token is bound to a key, and was presented as a bearer token.
    Bound,
    /// The token is bound to no key, and was presented as one that is.
    Unbound,
    /// The token is bound to another key than the proven one.
    OtherKey,
}

/// Checks whether a token whose signature or tag was verified opens the endpoint now, and returns its grant and
/// sign-in.
///
/// # Errors
/// [`Denial`] with the reason to refuse the token.
pub fn admit<'a>(
    facts: &TokenFacts,
    grant: Option<&'a Grant>,
    client: Option<&Client>,
    now: Timestamp,
) -> Result<(&'a Grant, &'a SignIn), Denial> {
    let is_on = |client: &Client| client.id == facts.client_id && !client.disabled && client.was_there(facts.issued_at);
    let holder_is_on = client.is_some_and(is_on);
    let grant = grant.filter(|grant| stands(facts, Standing::Grant(Some(grant))) && grant.ends_at > now);
    let grant = grant.filter(|_| holder_is_on && facts.expires_at > now).ok_or(Denial::Token)?;
    let sign_in = grant.sign_in().filter(|_| facts.scope.has(IdentityScope::OpenId));
    Ok((grant, sign_in.ok_or(Denial::Scope)?))
}

/// Returns those claims of `known` that the token gives access to: those of its scope, and those requested one by
/// one.
pub fn shown(facts: &TokenFacts, sign_in: &SignIn, known: &Claims) -> Claims {
    known.of_scopes(|scope| facts.scope.has(scope)).and(known.only(&sign_in.userinfo_claims))
}

#[cfg(test)]
mod tests {
    use protocol::{Claim, ClientId, Scope};

    use super::*;
    use crate::fixtures;
    use crate::step::stage::Stage;
    use crate::terms::actors::Actors;
    use crate::terms::ids::Generation;

    fn facts(scope: &str) -> TokenFacts {
        TokenFacts {
            client_id: fixtures::client().id,
            subject: fixtures::SUBJECT.to_owned(),
            audience: fixtures::grant().resources,
            scope: Scope::parse(scope).unwrap(),
            issued_at: fixtures::NOW,
            expires_at: fixtures::NOW.plus(900),
            token_id: None,
            generation: Some(Generation::FIRST),
            confirmation: None,
            actors: Actors::default(),
        }
    }

    #[test]
    fn o27_a_token_opens_the_endpoint_while_it_its_grant_and_its_client_are_good() {
        type Spoil = fn(&mut TokenFacts, &mut Grant, &mut Client);
        let rows: [(Spoil, Result<(), Denial>); 11] = [
            (|_, _, _| {}, Ok(())),
            (|facts, _, _| facts.expires_at = fixtures::NOW, Err(Denial::Token)),
            (|_, grant, _| grant.stage = Stage::Revoked, Err(Denial::Token)),
            (|_, grant, _| grant.revoked_access = [Generation::FIRST].into(), Err(Denial::Token)),
            (|_, grant, _| grant.ends_at = fixtures::NOW, Err(Denial::Token)),
            (|_, _, client| client.disabled = true, Err(Denial::Token)),
            (|_, _, client| client.created_at = fixtures::NOW.plus(301), Err(Denial::Token)),
            (|_, _, client| client.id = ClientId::parse("other").unwrap(), Err(Denial::Token)),
            (|facts, _, _| facts.generation = Some(Generation::from_number(2)), Err(Denial::Token)),
            (|facts, _, _| facts.scope = Scope::parse("email").unwrap(), Err(Denial::Scope)),
            (|_, grant, _| fixtures::person_of(grant).sign_in = None, Err(Denial::Scope)),
        ];
        for (row, (spoil, expected)) in rows.into_iter().enumerate() {
            let (mut facts, mut grant, mut client) = (facts("openid"), fixtures::signed_in(1), fixtures::client());
            spoil(&mut facts, &mut grant, &mut client);
            assert_eq!(admit(&facts, Some(&grant), Some(&client), fixtures::NOW).map(drop), expected, "row {row}");
        }
        assert_eq!(admit(&facts("openid"), None, Some(&fixtures::client()), fixtures::NOW).err(), Some(Denial::Token));
        let grant = fixtures::signed_in(1);
        assert_eq!(admit(&facts("openid"), Some(&grant), None, fixtures::NOW).err(), Some(Denial::Token));
    }

    #[test]
    fn o28_each_scope_shows_its_claims_and_single_ones_come_besides() {
        let known = Claims::parse(
            r#"{"name":"Ada","email":"a@example.com","email_verified":true,"phone_number":"+33","address":{"country":"FR"}}"#,
        );
        let known = known.unwrap();
        let mut sign_in = fixtures::no_claims();
        let show = |scope: &str, sign_in: &SignIn| shown(&facts(scope), sign_in, &known).to_string();
        assert_eq!(show("openid", &sign_in), "{}");
        assert_eq!(show("openid profile", &sign_in), r#"{"name":"Ada"}"#);
        assert_eq!(show("openid email", &sign_in), r#"{"email":"a@example.com","email_verified":true}"#);
        assert_eq!(show("openid phone", &sign_in), r#"{"phone_number":"+33"}"#);
        assert_eq!(show("openid address", &sign_in), r#"{"address":{"country":"FR"}}"#);
        sign_in.userinfo_claims = [Claim::Name, Claim::Nickname].into();
        assert_eq!(show("openid", &sign_in), r#"{"name":"Ada"}"#);
    }
}
