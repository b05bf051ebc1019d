//! Introspection (RFC 7662): whether a token is valid now, for the API that sent the request.

use std::collections::BTreeSet;

use protocol::{Claims, ClientId, IntrospectionResponse, Resource, Scope};

use crate::client::authenticate::AuthenticatedClient;
use crate::client::record::Client;
use crate::step::grant::{Grant, Person};
use crate::step::stage::Stage;
use crate::terms::actors::Actors;
use crate::terms::api::Api;
use crate::terms::authentication::Authentication;
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::Generation;
use crate::terms::lineage::Root;
use crate::terms::time::Timestamp;
use crate::terms::token_id::TokenId;
use crate::token::access_token::wanted;
use crate::token::handles::{AccessHandle, ExchangedHandle};
use crate::token::name::TokenName;

/// The content of a token whose signature or tag was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFacts {
    /// `client_id`: the client the token was issued to.
    pub client_id: ClientId,
    /// `sub`: the person, or the service itself.
    pub subject: String,
    /// `aud`: the APIs the token is for.
    pub audience: Vec<Resource>,
    /// `scope`: the access that the token gives.
    pub scope: Scope,
    /// `iat`: the time when it was issued.
    pub issued_at: Timestamp,
    /// `exp`: the time when it expires.
    pub expires_at: Timestamp,
    /// `jti`, if the token is a JWT.
    pub token_id: Option<TokenId>,
    /// The generation, if the token comes from a grant.
    pub generation: Option<Generation>,
    /// `cnf`: the key that the token is bound to.
    pub confirmation: Option<Confirmation>,
    /// `act`: the clients that exchanged it.
    pub actors: Actors,
}

impl TokenFacts {
    /// The clients that the token depends on: its holder, and for an exchanged token also those that acted before, and the
    /// client that the first token was issued to. A disabled one ends the token.
    pub fn clients(&self, standing: Standing<'_>) -> BTreeSet<ClientId> {
        let others = self.actors.clients().iter().cloned().chain(self.origin_id(standing));
        std::iter::once(self.client_id.clone()).chain(others).collect()
    }

    /// Finds the client that the first token was issued to, among the `clients` that this one depends on.
    pub(crate) fn origin<'a>(&self, standing: Standing<'_>, clients: &[&'a Client]) -> Option<&'a Client> {
        let id = self.origin_id(standing)?;
        clients.iter().copied().find(|client| client.id == id)
    }

    /// The client that the first token was issued to. A service is its own subject.
    fn origin_id(&self, standing: Standing<'_>) -> Option<ClientId> {
        match standing {
            _ if self.actors.is_empty() => Some(self.client_id.clone()),
            Standing::Grant(grant) => grant.map(|grant| grant.client_id.clone()),
            Standing::Machine { .. } => ClientId::parse(&self.subject).ok(),
        }
    }

    /// The name of the token in the log, if it comes from `grant`.
    pub fn name_within(&self, grant: &Grant) -> Option<TokenName> {
        let of_handle = self.generation.map(|generation| TokenName::Handle(grant.id, generation));
        self.token_id.map(TokenName::Signed).or(of_handle)
    }
}

/// Reads the content of an opaque token, with the help of its grant.
pub fn describe_opaque(handle: &AccessHandle, grant: &Grant) -> TokenFacts {
    let chosen = grant.resources.iter().take(16).enumerate().filter(|(place, _)| handle.resources & (1 << place) != 0);
    TokenFacts {
        client_id: grant.client_id.clone(),
        subject: grant.subject_text().to_owned(),
        audience: chosen.map(|(_, resource)| resource.clone()).collect(),
        scope: grant.scope.masked(handle.scope),
        issued_at: handle.issued_at,
        expires_at: handle.expires_at,
        token_id: None,
        generation: Some(handle.generation),
        confirmation: handle.confirmation,
        actors: Actors::default(),
    }
}

/// Reads the content of an opaque token that was exchanged. `None` if it is one of a grant, and the grant is gone.
pub fn describe_exchanged(handle: ExchangedHandle, grant: Option<&Grant>) -> Option<TokenFacts> {
    let lineage = handle.lineage;
    let subject = match lineage.root() {
        Root::Machine(_) => handle.service?.to_string(),
        Root::Grant(..) => grant?.subject_text().to_owned(),
    };
    Some(TokenFacts {
        client_id: handle.actors.clients().first()?.clone(),
        subject,
        audience: handle.audience,
        scope: handle.scope,
        issued_at: handle.issued_at,
        expires_at: handle.expires_at,
        token_id: Some(TokenId::Exchanged(lineage)),
        generation: lineage.root().generation(),
        confirmation: handle.confirmation,
        actors: handle.actors,
    })
}

/// The revocation state of a token, from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// The grant it comes from; `None` if the grant no longer exists.
    Grant(Option<&'a Grant>),
    /// The state of a service's own token, which has no grant.
    Machine {
        /// `true` if the token was revoked.
        revoked: bool,
    },
}

impl<'a> Standing<'a> {
    /// The person whose grant it is.
    pub(crate) fn person(self) -> Option<&'a Person> {
        match self {
            Self::Grant(grant) => grant.and_then(Grant::person),
            Self::Machine { .. } => None,
        }
    }

    /// How that person signed in here.
    pub(crate) fn authentication(self) -> Option<Authentication> {
        match self {
            Self::Grant(grant) => grant.and_then(Grant::authentication),
            Self::Machine { .. } => None,
        }
    }
}

/// The context of a request about a token.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The API that sent the request.
    pub caller: &'a AuthenticatedClient,
    /// The issuer of this server.
    pub issuer: &'a str,
    /// The time of the request.
    pub now: Timestamp,
    /// Its own APIs, as registered.
    pub apis: &'a [Api],
    /// The claims of the person now; none for a token of a service.
    pub known: &'a Claims,
}

/// Answers the API. For a token that is not valid, not known, or not for this API the answer is always the same:
/// exactly `{"active":false}` (RFC 7662 §2.2). `clients` are those of [`TokenFacts::clients`].
pub fn introspect(
    facts: &TokenFacts,
    standing: Standing<'_>,
    clients: &[&Client],
    question: &Question<'_>,
) -> IntrospectionResponse {
    let Question { caller, issuer, now, apis, known } = *question;
    let introspects = &caller.client().introspects;
    let mine: Vec<Resource> = facts.audience.iter().filter(|api| introspects.contains(api)).cloned().collect();
    if mine.is_empty() || !is_active(facts, standing, clients, now) {
        return IntrospectionResponse::INACTIVE;
    }
    let person = standing.person();
    IntrospectionResponse {
        active: true,
        scope: (!facts.scope.is_empty()).then(|| facts.scope.to_string()),
        client_id: Some(facts.client_id.as_str().to_owned()),
        token_type: Some(Confirmation::token_type(facts.confirmation)),
        exp: Some(facts.expires_at.seconds()),
        iat: Some(facts.issued_at.seconds()),
        sub: Some(facts.subject.clone()),
        aud: Some(facts.audience.iter().map(|resource| resource.as_str().to_owned()).collect()),
        iss: Some(issuer.to_owned()),
        jti: facts.token_id.map(|id| id.to_string()),
        auth_time: person.map(|person| person.auth_time.seconds()),
        acr: standing.authentication().map(|shown| shown.context.as_str()),
        amr: standing.authentication().map(|shown| shown.methods.amr()),
        cnf: facts.confirmation.map(Confirmation::to_cnf),
        act: facts.actors.to_act(),
        claims: match person {
            Some(_) => wanted(known, &mine, apis),
            None => facts.origin(standing, clients).map(|client| client.claims.clone()).unwrap_or_default(),
        },
    }
}

/// Returns whether a token is valid now: it has not expired, what it depends on stands, and none of its clients is disabled,
/// gone, or the next one of the id.
pub(crate) fn is_active(facts: &TokenFacts, standing: Standing<'_>, clients: &[&Client], now: Timestamp) -> bool {
    let has_stayed = |client: &Client| !client.disabled && client.was_there(facts.issued_at);
    let is_on = |id: &ClientId| clients.iter().any(|client| client.id == *id && has_stayed(client));
    facts.expires_at > now && stands(facts, standing) && facts.clients(standing).iter().all(is_on)
}

pub(crate) fn stands(facts: &TokenFacts, standing: Standing<'_>) -> bool {
    match (standing, facts.generation) {
        (Standing::Machine { revoked }, None) => !revoked,
        (Standing::Grant(Some(grant)), Some(generation)) => {
            let reached = matches!(grant.stage, Stage::Active { generation: last, .. } if generation <= last);
            // An exchanged token is held by another client than the one that the grant was made for.
            let is_its_own = !facts.actors.is_empty() || grant.client_id == facts.client_id;
            reached && is_its_own && !grant.revoked_access.contains(&generation)
        }
        (Standing::Grant(_) | Standing::Machine { .. }, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use protocol::{ClaimNames, Thumbprint};

    use super::*;
    use crate::fixtures::{self, NOW};
    use crate::step::grant::Origin;
    use crate::terms::lineage::Lineage;

    type Spoil = fn(&mut TokenFacts, &mut Grant, &mut Client, &mut Client);

    fn answer(spoil: Spoil) -> IntrospectionResponse {
        let mut grant = fixtures::active(2);
        let handle = AccessHandle {
            secret: fixtures::secret(),
            generation: Generation::FIRST,
            issued_at: NOW,
            expires_at: NOW.plus(1),
            resources: 0b01,
            scope: 0b001,
            rests_on: None,
            confirmation: None,
        };
        let mut facts = describe_opaque(&handle, &grant);
        let mut holder = fixtures::client();
        let mut caller = Client { introspects: grant.resources.clone(), ..fixtures::client() };
        spoil(&mut facts, &mut grant, &mut holder, &mut caller);
        let caller = fixtures::authenticated(caller);
        let mut apis = fixtures::apis();
        apis[0].claims = ClaimNames::parse("groups").unwrap();
        let known = Claims::parse(r#"{"roles":["admin"],"groups":["ops"]}"#).unwrap();
        let issuer = "https://issuer.example";
        let question = Question { caller: &caller, issuer, now: NOW, apis: &apis, known: &known };
        introspect(&facts, Standing::Grant(Some(&grant)), &[&holder], &question)
    }

    #[test]
    fn a_good_token_is_described() {
        let answer = answer(|_, _, _, _| {});
        assert!(answer.active);
        assert_eq!(answer.scope.as_deref(), Some("read"));
        assert_eq!(answer.aud, Some(vec!["https://orders.example".to_owned()]));
        assert_eq!(answer.sub.as_deref(), Some(fixtures::SUBJECT));
        assert_eq!(answer.claims.to_string(), r#"{"groups":["ops"]}"#);
    }

    #[test]
    fn c103_a_good_token_is_described_with_its_times_its_sign_in_and_its_key() {
        let key = Confirmation::Jkt(Thumbprint::from_bytes([7; 32]));
        let bound = answer(|facts, _, _, _| {
            facts.confirmation = Some(Confirmation::Jkt(Thumbprint::from_bytes([7; 32])));
            facts.generation = Some(Generation::from_number(2));
            facts.token_id = Some(TokenId::Machine([1; 16]));
        });
        let expected = IntrospectionResponse {
            active: true,
            scope: Some("read".to_owned()),
            client_id: Some("app".to_owned()),
            token_type: Some(Confirmation::token_type(Some(key))),
            exp: Some(NOW.plus(1).seconds()),
            iat: Some(NOW.seconds()),
            sub: Some(fixtures::SUBJECT.to_owned()),
            aud: Some(vec!["https://orders.example".to_owned()]),
            iss: Some("https://issuer.example".to_owned()),
            jti: Some(TokenId::Machine([1; 16]).to_string()),
            auth_time: Some(NOW.seconds()),
            acr: Some("pwd"),
            amr: Some(vec!["pwd"]),
            cnf: Some(key.to_cnf()),
            act: None,
            claims: Claims::parse(r#"{"groups":["ops"]}"#).unwrap(),
        };
        assert_eq!(bound, expected);
        let of_another_issuer = answer(|_, grant, _, _| {
            grant.origin = Origin::Asserted(fixtures::person(), fixtures::platform().url);
        });
        assert_eq!((of_another_issuer.acr, of_another_issuer.amr), (None, None));
        assert_eq!((of_another_issuer.auth_time, of_another_issuer.cnf), (Some(NOW.seconds()), None));
    }

    #[test]
    fn c177_an_api_is_told_what_it_wants_and_not_what_another_api_of_the_token_wants() {
        let both = |facts: &mut TokenFacts, _: &mut Grant, _: &mut Client, caller: &mut Client| {
            facts.audience = fixtures::grant().resources;
            caller.introspects.remove(0);
        };
        let answer = answer(both);
        assert_eq!((answer.active, answer.claims.to_string()), (true, "{}".to_owned()));
    }

    #[test]
    fn c109_whatever_is_wrong_the_answer_is_only_inactive() {
        let rows: [Spoil; 12] = [
            |facts, _, _, _| facts.expires_at = NOW,
            |facts, _, _, _| facts.generation = None,
            |_, grant, _, _| grant.stage = fixtures::grant().stage,
            |_, _, holder, _| holder.id = ClientId::parse("other").unwrap(),
            |facts, _, _, _| facts.audience = Vec::new(),
            |_, grant, _, _| grant.stage = Stage::Revoked,
            |_, grant, _, _| grant.revoked_access = [Generation::FIRST].into(),
            |_, grant, _, _| grant.client_id = ClientId::parse("other").unwrap(),
            |facts, _, _, _| facts.generation = Some(Generation::from_number(3)),
            |_, _, holder, _| holder.disabled = true,
            |_, _, holder, _| holder.created_at = NOW.plus(3600),
            |_, _, _, caller| caller.introspects = vec![Resource::parse("https://parcels.example").unwrap()],
        ];
        for spoil in rows {
            assert_eq!(answer(spoil), IntrospectionResponse::INACTIVE);
        }
    }

    #[test]
    fn a_token_without_its_grant_is_inactive() {
        let caller = fixtures::authenticated(Client { introspects: fixtures::grant().resources, ..fixtures::client() });
        let facts = TokenFacts {
            client_id: fixtures::client().id,
            subject: "app".to_owned(),
            audience: fixtures::grant().resources,
            scope: Scope::default(),
            issued_at: NOW,
            expires_at: NOW.plus(1),
            token_id: Some(TokenId::Machine([0; 16])),
            generation: None,
            confirmation: None,
            actors: Actors::default(),
        };
        let service = Client { claims: Claims::parse(r#"{"tenant":"acme"}"#).unwrap(), ..fixtures::client() };
        let ask = |standing| {
            introspect(
                &facts,
                standing,
                &[&service],
                &Question { caller: &caller, issuer: "i", now: NOW, apis: &[], known: &Claims::NONE },
            )
        };
        let described = ask(Standing::Machine { revoked: false });
        assert_eq!((described.active, described.claims.to_string()), (true, r#"{"tenant":"acme"}"#.to_owned()));
        assert_eq!((described.acr, described.auth_time), (None, None));
        let ask = |standing| ask(standing).active;
        assert!(!ask(Standing::Machine { revoked: true }));
        assert!(!ask(Standing::Grant(None)));
        assert!(!ask(Standing::Grant(Some(&fixtures::active(1)))));
    }

    #[test]
    fn c224_an_exchanged_handle_is_described_with_its_holder_and_its_subject_or_not_at_all() {
        let grant = fixtures::active(2);
        let of_grant = Lineage::of(Root::Grant(grant.id, Generation::FIRST, None)).next([1; 8]).unwrap();
        let of_service = Lineage::of(Root::Machine([1; 16])).next([1; 8]).unwrap();
        let handle = |lineage, service: Option<&str>, actors: &[&str]| ExchangedHandle {
            lineage,
            service: service.map(|id| ClientId::parse(id).unwrap()),
            audience: grant.resources.clone(),
            scope: grant.scope.clone(),
            issued_at: NOW,
            expires_at: NOW.plus(1),
            confirmation: None,
            actors: Actors::of_clients(actors.iter().map(|id| ClientId::parse(id).unwrap()).collect()).unwrap(),
        };
        let told = |handle, grant: Option<&Grant>| {
            let facts = describe_exchanged(handle, grant)?;
            Some((facts.client_id.to_string(), facts.subject, facts.generation))
        };
        let holder = || "orders".to_owned();
        let actors = ["orders", "app"];
        let first = Some((holder(), fixtures::SUBJECT.to_owned(), Some(Generation::FIRST)));
        assert_eq!(told(handle(of_grant, None, &actors), Some(&grant)), first);
        assert_eq!(told(handle(of_grant, None, &actors), None), None);
        assert_eq!(told(handle(of_service, Some("batch"), &actors), None), Some((holder(), "batch".to_owned(), None)));
        assert_eq!(told(handle(of_service, None, &actors), None), None);
        assert_eq!(told(handle(of_service, Some("batch"), &[]), None), None);
    }

    #[test]
    fn c147_a_token_of_a_grant_is_named_by_its_jti_or_by_the_grant_and_its_generation() {
        let grant = fixtures::active(2);
        let handle = AccessHandle {
            secret: fixtures::secret(),
            generation: Generation::FIRST,
            issued_at: NOW,
            expires_at: NOW.plus(1),
            resources: 0b10,
            scope: 0b001,
            rests_on: None,
            confirmation: None,
        };
        let opaque = describe_opaque(&handle, &grant);
        assert_eq!(opaque.audience, grant.resources[1..]);
        assert_eq!(opaque.name_within(&grant), Some(TokenName::Handle(grant.id, Generation::FIRST)));
        let id = TokenId::OfGrant(grant.id, Generation::FIRST, [1; 8], None);
        let signed = TokenFacts { token_id: Some(id), ..opaque.clone() };
        assert_eq!(signed.name_within(&grant), Some(TokenName::Signed(id)));
        let names = [Some(id), None].map(|token_id| TokenFacts { token_id, ..opaque.clone() }.name_within(&grant));
        assert_eq!(names.map(|name| name.and_then(TokenName::grant)), [Some(grant.id); 2]);
        assert_eq!(TokenFacts { generation: None, ..opaque }.name_within(&grant), None);
    }
}
