//! Identity assertions for other authorization servers (ID-JAG, draft-ietf-oauth-identity-assertion-authz-grant §4.3): a
//! client that has a token of a person gets one, for a server that the operator allows.

use protocol::{ClientId, GrantType, IssuerUrl, Resource, Scope};

use crate::client::record::Client;
use crate::flow::token_exchange::SubjectToken;
use crate::step::grant::Grant;
use crate::step::stage::Stage;
use crate::terms::api::SigningAlgorithm;
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::{GrantId, RestsOn};
use crate::terms::refusal::Refusal;
use crate::terms::time::{Seconds, Timestamp};
use crate::token::id_token::IdTokenFacts;
use crate::token::introspection::is_active;

/// The lifetime of an assertion: the client uses it at once.
const LIFETIME: Seconds = 300;

/// An identity assertion to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedAssertion {
    /// `sub`: the person, by the name that the client knows.
    pub subject: String,
    /// `aud`: the authorization server that the assertion is for.
    pub audience: IssuerUrl,
    /// `client_id`: the client, by its id there.
    pub client_id: ClientId,
    /// `iat`: the time when it was issued.
    pub issued_at: Timestamp,
    /// `exp`: the time when it expires.
    pub expires_at: Timestamp,
    /// `auth_time`: the time of the sign-in.
    pub auth_time: Timestamp,
    /// `scope`: the scope that the client asked for. The other server decides what it gets.
    pub scope: Option<Scope>,
    /// `resource`: the APIs that the client asked for.
    pub resources: Vec<Resource>,
    /// `cnf`: the key that the client proved, which it has to prove there again.
    pub confirmation: Option<Confirmation>,
    /// The signature algorithm, which is that of the client's ID tokens.
    pub algorithm: SigningAlgorithm,
}

/// The person of a subject token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertedPerson {
    /// `sub` of the token.
    pub subject: String,
    /// The time of the sign-in.
    pub auth_time: Timestamp,
}

/// The request for an identity assertion, as far as it is passed on.
#[derive(Clone, Debug)]
pub struct AskedAssertion {
    /// The authorization server that the assertion is for.
    pub audience: IssuerUrl,
    /// The scope to put into it.
    pub scope: Option<Scope>,
    /// The APIs to put into it.
    pub resources: Vec<Resource>,
}

/// Checks whether the client may get assertions for this authorization server, before anything is read, and returns its id
/// there.
///
/// # Errors
/// [`Refusal`] when it may exchange nothing, or is not registered for the server.
pub fn may_be_asserted<'c>(client: &'c Client, audience: &IssuerUrl) -> Result<&'c ClientId, Refusal> {
    if !client.is_confidential() || !client.may_use(GrantType::TokenExchange) {
        return Err(Refusal::GrantTypeNotAllowed);
    }
    let target = client.assertion_targets.iter().find(|target| target.audience() == audience);
    target.map(protocol::AssertionTarget::client_id).ok_or(Refusal::AssertionTargetNotAllowed)
}

/// Returns the person of an access token. It must be the client's own, of a person who gave it, and still be active.
///
/// # Errors
/// [`Refusal`] for the first fault found.
pub fn person_of(
    client: &Client,
    subject: &SubjectToken<'_>,
    key: Option<Confirmation>,
    now: Timestamp,
) -> Result<AssertedPerson, Refusal> {
    let SubjectToken { facts, standing, clients, .. } = *subject;
    if facts.client_id != client.id || !facts.actors.is_empty() {
        return Err(Refusal::SubjectTokenOfAnotherClient);
    }
    if !is_active(facts, standing, clients, now) {
        return Err(Refusal::SubjectTokenInactive);
    }
    let person = standing.person().ok_or(Refusal::SubjectTokenOfAnotherClient)?;
    if facts.confirmation.is_some() && facts.confirmation != key {
        return Err(Refusal::SubjectTokenOfAnotherKey);
    }
    Ok(AssertedPerson { subject: facts.subject.clone(), auth_time: person.auth_time })
}

/// Returns the person and the session of an ID token, and the grant that it was issued with: all that it depends on. It must
/// be the client's own, and not have expired. Those of earlier versions name no grant, and do not count.
///
/// # Errors
/// [`Refusal`] for the first fault found.
pub fn ground_of(told: &IdTokenFacts, client: &Client, now: Timestamp) -> Result<(RestsOn, GrantId), Refusal> {
    if told.client_id != client.id {
        return Err(Refusal::SubjectTokenOfAnotherClient);
    }
    let over = Refusal::SubjectTokenInactive;
    let (person, session) = told.person.zip(told.session).filter(|_| told.expires_at > now).ok_or(over)?;
    Ok((RestsOn { person, session: Some(session) }, told.grant.ok_or(over)?))
}

/// Returns whether the grant of an ID token is one of the client that gives access now.
pub fn is_in_use(grant: &Grant, client: &Client, now: Timestamp) -> bool {
    let is_its_own = grant.client_id == client.id && client.was_there(grant.created_at);
    matches!(grant.stage, Stage::Active { .. }) && grant.ends_at > now && is_its_own
}

/// Creates the assertion, bound to the `key` that the client proved.
///
/// # Errors
/// As [`may_be_asserted`].
pub fn assertion(
    client: &Client,
    asked: AskedAssertion,
    person: AssertedPerson,
    key: Option<Confirmation>,
    now: Timestamp,
) -> Result<IssuedAssertion, Refusal> {
    let client_id = may_be_asserted(client, &asked.audience)?.clone();
    Ok(IssuedAssertion {
        subject: person.subject,
        audience: asked.audience,
        client_id,
        issued_at: now,
        expires_at: now.plus(LIFETIME),
        auth_time: person.auth_time,
        scope: asked.scope,
        resources: asked.resources,
        confirmation: key,
        algorithm: client.relying_party.id_token_algorithm,
    })
}

impl IssuedAssertion {
    /// The number of seconds until it expires.
    pub fn expires_in(&self) -> u64 {
        self.expires_at.since(self.issued_at)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use protocol::AssertionTarget;

    use super::*;
    use crate::client::record::AuthMethod;
    use crate::fixtures::{self, NOW};
    use crate::step::grant::Origin;
    use crate::terms::actors::Actors;
    use crate::terms::ids::Generation;
    use crate::token::introspection::{Standing, TokenFacts};

    const AUDIENCE: &str = "https://as.example";

    fn client() -> Client {
        Client {
            grant_types: [GrantType::AuthorizationCode, GrantType::TokenExchange].into(),
            assertion_targets: vec![AssertionTarget::parse("https://as.example=agent").unwrap()],
            ..fixtures::client()
        }
    }

    fn audience(text: &str) -> IssuerUrl {
        IssuerUrl::parse(text).unwrap()
    }

    #[test]
    fn c226_an_assertion_is_for_a_server_that_the_operator_allows() {
        let id = |client: &Client, text: &str| may_be_asserted(client, &audience(text)).map(ToString::to_string);
        assert_eq!(id(&client(), AUDIENCE).as_deref(), Ok("agent"));
        for other in ["https://as.example/", "https://other.example"] {
            assert_eq!(id(&client(), other), Err(Refusal::AssertionTargetNotAllowed), "{other}");
        }
        let public = Client { auth_method: AuthMethod::None, ..client() };
        let without = Client { grant_types: BTreeSet::new(), ..client() };
        for client in [public, without] {
            assert_eq!(id(&client, AUDIENCE), Err(Refusal::GrantTypeNotAllowed));
        }
    }

    type Spoil = fn(&mut TokenFacts, &mut Grant);

    fn key(number: u8) -> Confirmation {
        Confirmation::Jkt(protocol::Thumbprint::from_bytes([number; 32]))
    }

    /// The person of an access token, for a request nine seconds after the sign-in that proves `key`.
    fn told(spoil: Spoil, key: Option<Confirmation>) -> Result<AssertedPerson, Refusal> {
        let mut grant = fixtures::active(1);
        let mut facts = TokenFacts {
            client_id: client().id,
            subject: grant.subject_text().to_owned(),
            audience: grant.resources.clone(),
            scope: grant.scope.clone(),
            issued_at: NOW,
            expires_at: NOW.plus(60),
            token_id: None,
            generation: Some(Generation::FIRST),
            confirmation: None,
            actors: Actors::default(),
        };
        spoil(&mut facts, &mut grant);
        let client = client();
        let (standing, clients) = (Standing::Grant(Some(&grant)), [&client]);
        let known = &protocol::Claims::NONE;
        person_of(&client, &SubjectToken { facts: &facts, standing, clients: &clients, known }, key, NOW.plus(9))
    }

    #[test]
    fn c226_the_subject_token_is_the_clients_own_of_a_person_and_alive() {
        let person = told(|_, _| {}, None).unwrap();
        assert_eq!((person.subject.as_str(), person.auth_time), (fixtures::SUBJECT, NOW));
        let asked = AskedAssertion { audience: audience(AUDIENCE), scope: None, resources: Vec::new() };
        let issued = assertion(&client(), asked, person, None, NOW.plus(10)).unwrap();
        assert_eq!((issued.client_id.as_str(), issued.expires_in(), issued.auth_time), ("agent", 300, NOW));
        assert_eq!((issued.subject.as_str(), issued.issued_at), (fixtures::SUBJECT, NOW.plus(10)));
        let rows: [(Spoil, Refusal); 5] = [
            (|facts, _| facts.client_id = ClientId::parse("other").unwrap(), Refusal::SubjectTokenOfAnotherClient),
            (
                |facts, _| facts.actors = Actors::default().and_then(&client().id).unwrap(),
                Refusal::SubjectTokenOfAnotherClient,
            ),
            (|_, grant| grant.origin = Origin::Service, Refusal::SubjectTokenOfAnotherClient),
            (|facts, _| facts.expires_at = NOW.plus(9), Refusal::SubjectTokenInactive),
            (|_, grant| grant.stage = Stage::Revoked, Refusal::SubjectTokenInactive),
        ];
        for (spoil, why) in rows {
            assert_eq!(told(spoil, None), Err(why));
        }
    }

    #[test]
    fn c226_a_bound_subject_token_needs_the_proof_of_its_key() {
        let bound: Spoil = |facts, _| facts.confirmation = Some(key(1));
        assert!(told(bound, Some(key(1))).is_ok() && told(|_, _| {}, Some(key(1))).is_ok());
        for proven in [None, Some(key(2))] {
            assert_eq!(told(bound, proven), Err(Refusal::SubjectTokenOfAnotherKey));
        }
    }

    #[test]
    fn c226_an_id_token_of_the_client_counts_until_it_expires_with_all_that_it_depends_on() {
        type Spoil = fn(&mut IdTokenFacts);
        let footing = fixtures::footing();
        let ground = |spoil: Spoil| {
            let mut told = IdTokenFacts {
                subject: fixtures::SUBJECT.to_owned(),
                expires_at: NOW.plus(1),
                client_id: client().id,
                session: footing.session,
                person: Some(footing.person),
                grant: Some(fixtures::secret().id()),
            };
            spoil(&mut told);
            ground_of(&told, &client(), NOW)
        };
        let rests_on = RestsOn { person: footing.person, session: footing.session };
        assert_eq!(ground(|_| {}), Ok((rests_on, fixtures::secret().id())));
        let rows: [(Spoil, Refusal); 5] = [
            (|told| told.client_id = ClientId::parse("other").unwrap(), Refusal::SubjectTokenOfAnotherClient),
            (|told| told.expires_at = NOW, Refusal::SubjectTokenInactive),
            (|told| told.person = None, Refusal::SubjectTokenInactive),
            (|told| told.session = None, Refusal::SubjectTokenInactive),
            (|told| told.grant = None, Refusal::SubjectTokenInactive),
        ];
        for (spoil, why) in rows {
            assert_eq!(ground(spoil), Err(why));
        }
    }

    #[test]
    fn c226_the_grant_of_an_id_token_is_the_clients_and_gives_access_now() {
        type Spoil = fn(&mut Grant);
        let is_good = |spoil: Spoil| {
            let mut grant = Grant { ends_at: NOW.plus(1), ..fixtures::active(1) };
            spoil(&mut grant);
            is_in_use(&grant, &client(), NOW)
        };
        assert!(is_good(|_| {}));
        let spoils: [Spoil; 4] = [
            |grant| grant.ends_at = NOW,
            |grant| grant.stage = fixtures::grant().stage,
            |grant| grant.stage = Stage::Revoked,
            |grant| grant.client_id = ClientId::parse("other").unwrap(),
        ];
        assert_eq!(spoils.map(is_good), [false; 4]);
    }
}
