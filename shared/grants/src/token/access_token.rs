//! Access tokens: their content, before `keys` signs it or puts it in a handle.

use protocol::{ClaimNames, Claims, ClientId, Resource, Scope};

use crate::client::record::Client;
use crate::request::access::{Kind, find};
use crate::step::grant::Grant;
use crate::terms::actors::Actors;
use crate::terms::api::{Api, SigningAlgorithm, TokenFormat, TokenType};
use crate::terms::authentication::Authentication;
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::{Generation, GrantSecret, HiddenFooting};
use crate::terms::lineage::{Lineage, Root};
use crate::terms::refusal::Refusal;
use crate::terms::time::Timestamp;
use crate::token::handles::{AccessHandle, ExchangedHandle};

/// The content of an access token (RFC 9068 §2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// `sub`: the person, or the service itself.
    pub subject: String,
    /// `client_id`: the client the token was issued to.
    pub client_id: ClientId,
    /// `aud`: the APIs the token is for; never empty.
    pub audience: Vec<Resource>,
    /// `scope`: the access that the token gives.
    pub scope: Scope,
    /// `iat`: the time when it was issued.
    pub issued_at: Timestamp,
    /// `exp`: the time when it expires.
    pub expires_at: Timestamp,
    /// `auth_time`, if a person signed in.
    pub auth_time: Option<Timestamp>,
    /// `acr` and `amr`, if a person signed in.
    pub authentication: Option<Authentication>,
    /// `cnf`: the key that the token is bound to.
    pub confirmation: Option<Confirmation>,
    /// `act`: the clients that exchanged it, the holder first.
    pub actors: Actors,
    /// Roles, groups and custom claims: of the person, as the APIs want them, or of the service (RFC 9068 §2.2.3).
    pub claims: Claims,
    /// The format of the token.
    pub format: TokenFormat,
    /// `typ`, if it is a JWT.
    pub token_type: TokenType,
    /// The signature algorithm, if it is a JWT.
    pub algorithm: SigningAlgorithm,
}

/// The access requested for a token: some APIs (all if empty) and some scope (all if `None`).
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The requested APIs; empty means all of them.
    pub resources: &'a [Resource],
    /// The requested scope; `None` means all of it.
    pub scope: Option<&'a Scope>,
}

/// Creates an access token from a grant. `apis` are those of [`Api::of_client`]; APIs that are no longer registered
/// are dropped.
///
/// If no API is requested and the grant's APIs need different kinds of tokens, the token is of the kind that can have
/// the whole scope, or else for the first API and those that take the same kind.
///
/// # Errors
/// [`Refusal::ResourceNotAllowed`] when no API is left.
pub fn for_grant(
    grant: &Grant,
    client: &Client,
    apis: &[Api],
    asked: Asked<'_>,
    now: Timestamp,
) -> Result<AccessToken, Refusal> {
    let resources = if asked.resources.is_empty() { grant.resources.as_slice() } else { asked.resources };
    let known = |wanted: &Resource| apis.iter().find(|api| api.identifier == *wanted);
    let apis: Vec<&Api> = resources.iter().filter_map(known).collect();
    let scope = asked.scope.unwrap_or(&grant.scope);
    let scope = client.scope.as_ref().map_or_else(|| scope.clone(), |allowed| scope.and(allowed));
    let token = for_client(client, &apis, &scope, now)?;
    Ok(AccessToken {
        subject: grant.subject_text().to_owned(),
        auth_time: grant.person().map(|person| person.auth_time),
        authentication: grant.authentication(),
        expires_at: token.expires_at.min(grant.ends_at),
        ..token
    })
}

/// Creates the access token of a service for itself.
pub(crate) fn for_machine(
    client: &Client,
    apis: &[Api],
    resources: &[Resource],
    scope: &Scope,
    now: Timestamp,
) -> Result<AccessToken, Refusal> {
    let token = for_client(client, &find(apis, resources)?, scope, now)?;
    Ok(AccessToken { claims: client.claims.clone(), ..token })
}

/// Returns those claims of a person that the APIs named in `audience` want to know.
pub(crate) fn wanted(known: &Claims, audience: &[Resource], apis: &[Api]) -> Claims {
    let asking = apis.iter().filter(|api| !api.claims.is_empty() && audience.contains(&api.identifier));
    known.named(&asking.fold(ClaimNames::default(), |names, api| names.or(&api.claims)))
}

fn for_client(client: &Client, apis: &[&Api], scope: &Scope, now: Timestamp) -> Result<AccessToken, Refusal> {
    let Kind { first, apis: served, offered } = Kind::of(apis, scope).ok_or(Refusal::ResourceNotAllowed)?;
    let registered = served.iter().filter(|api| !api.is_issuer);
    let lifetime = registered.fold(first.lifetime, |shortest, api| shortest.min(api.lifetime));
    Ok(AccessToken {
        subject: client.id.as_str().to_owned(),
        client_id: client.id.clone(),
        audience: served.iter().map(|api| api.identifier.clone()).collect(),
        scope: scope.and(&offered),
        issued_at: now,
        expires_at: now.plus(lifetime),
        auth_time: None,
        authentication: None,
        confirmation: None,
        actors: Actors::default(),
        claims: Claims::default(),
        format: first.format,
        token_type: first.token_type,
        algorithm: first.algorithm,
    })
}

impl AccessToken {
    /// The seconds from issue to expiry.
    pub fn expires_in(&self) -> u64 {
        self.expires_at.since(self.issued_at)
    }

    /// Returns the token bound to a key, if one was proven.
    #[must_use]
    pub fn bound_to(self, confirmation: Option<Confirmation>) -> Self {
        Self { confirmation, ..self }
    }

    /// Returns the token with what its APIs want to know of the person. `known` are the person's claims now, and
    /// `apis` those of [`Api::of_client`].
    #[must_use]
    pub fn about(self, known: &Claims, apis: &[Api]) -> Self {
        Self { claims: wanted(known, &self.audience, apis), ..self }
    }

    /// Returns the same token as an opaque token of `grant`, which must be the grant it was made from; `rests_on`
    /// is the hidden footing of that grant.
    pub fn handle(
        &self,
        grant: &Grant,
        secret: GrantSecret,
        generation: Generation,
        rests_on: Option<HiddenFooting>,
    ) -> AccessHandle {
        let resources = grant.resources.iter().take(16).enumerate().fold(0, |mask, (place, resource)| {
            if self.audience.contains(resource) { mask | (1 << place) } else { mask }
        });
        AccessHandle {
            secret,
            generation,
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            resources,
            scope: self.scope.mask_in(&grant.scope),
            rests_on,
            confirmation: self.confirmation,
        }
    }

    /// Returns the same token, which was exchanged, as an opaque one of this lineage.
    pub fn exchanged_handle(&self, lineage: Lineage) -> ExchangedHandle {
        let service = match lineage.root() {
            Root::Machine(_) => ClientId::parse(&self.subject).ok(),
            Root::Grant(..) => None,
        };
        ExchangedHandle {
            lineage,
            service,
            audience: self.audience.clone(),
            scope: self.scope.clone(),
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            confirmation: self.confirmation,
            actors: self.actors.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use crate::request::access::one_token_serves;
    use crate::step::grant::Origin;
    use crate::terms::policy::Policy;
    use crate::token::introspection::describe_opaque;

    #[test]
    fn c101_a_token_lives_as_long_as_its_shortest_lived_api_and_never_longer_than_its_grant() {
        let mut grant = fixtures::grant();
        let asked = Asked { resources: &[], scope: None };
        let token = for_grant(&grant, &fixtures::client(), &fixtures::apis(), asked, fixtures::NOW).unwrap();
        assert_eq!((token.issued_at, token.expires_in()), (fixtures::NOW, 900));
        grant.ends_at = fixtures::NOW.plus(10);
        let token = for_grant(&grant, &fixtures::client(), &fixtures::apis(), asked, fixtures::NOW).unwrap();
        assert_eq!(token.expires_in(), 10);
    }

    #[test]
    fn c101_the_issuer_beside_an_api_shortens_no_life_and_each_api_does() {
        let issuer = || {
            let policy = Policy { access_lifetime: 30, ..Policy::default() };
            Api::of_client(&fixtures::client(), &[], &fixtures::issuer(), &policy).remove(0)
        };
        let lives = |lifetimes: [u32; 2], own: Option<Api>| {
            let apis = fixtures::apis().into_iter().zip(lifetimes);
            let apis: Vec<Api> = apis.map(|(api, lifetime)| Api { lifetime, ..api }).chain(own).collect();
            let resources: Vec<Resource> = apis.iter().map(|api| api.identifier.clone()).collect();
            let asked = Asked { resources: &resources, scope: None };
            for_grant(&fixtures::grant(), &fixtures::client(), &apis, asked, fixtures::NOW).unwrap().expires_in()
        };
        assert_eq!([lives([900, 60], None), lives([60, 900], None), lives([900, 900], Some(issuer()))], [60, 60, 900]);
        let asked = Asked { resources: &[fixtures::issuer()], scope: None };
        let alone = for_grant(&fixtures::grant(), &fixtures::client(), &[issuer()], asked, fixtures::NOW).unwrap();
        assert_eq!(alone.expires_in(), 30);
        let none = for_grant(&fixtures::grant(), &fixtures::client(), &[], asked, fixtures::NOW);
        assert_eq!(none.err(), Some(Refusal::ResourceNotAllowed));
    }

    #[test]
    fn c226_a_token_reports_a_sign_in_that_this_server_saw_and_no_other() {
        let mut grant = fixtures::grant();
        let asked = Asked { resources: &[], scope: None };
        let token =
            |grant: &Grant| for_grant(grant, &fixtures::client(), &fixtures::apis(), asked, fixtures::NOW).unwrap();
        let authentication = fixtures::person().authentication;
        for origin in [
            Origin::Request(fixtures::person(), fixtures::binding()),
            Origin::Password(fixtures::person()),
            Origin::Device(fixtures::person(), None),
        ] {
            grant.origin = origin;
            assert_eq!(token(&grant).authentication, Some(authentication), "{:?}", grant.origin);
        }
        grant.origin = Origin::Asserted(fixtures::person(), fixtures::platform().url);
        let token = token(&grant);
        assert_eq!((token.authentication, token.auth_time), (None, Some(fixtures::NOW)));
        assert_eq!(token.subject, fixtures::SUBJECT);
    }

    #[test]
    fn a_token_has_no_more_scope_than_its_client_may_have_now() {
        let scope = |text: &str| Scope::parse(text).unwrap();
        let granted = |most: Option<&str>, asked: Option<&Scope>| {
            let client = Client { scope: most.map(scope), ..fixtures::client() };
            let asked = Asked { resources: &[], scope: asked };
            for_grant(&fixtures::grant(), &client, &fixtures::apis(), asked, fixtures::NOW).unwrap().scope
        };
        assert_eq!(granted(None, None), scope("read ship write"));
        assert_eq!(granted(Some("read"), None), scope("read"));
        assert_eq!(granted(Some("read other"), Some(&scope("read write"))), scope("read"));
    }

    #[test]
    fn a_handle_tells_which_apis_and_scopes_of_its_grant_it_is_for_by_their_places() {
        let (grant, second) = (fixtures::grant(), fixtures::apis().remove(1).identifier);
        let asked = Asked { resources: &[second], scope: None };
        let token = for_grant(&grant, &fixtures::client(), &fixtures::apis(), asked, fixtures::NOW).unwrap();
        assert_eq!(token.auth_time, Some(fixtures::NOW));
        let handle = token.handle(&grant, fixtures::secret(), Generation::from_number(3), None);
        assert_eq!((handle.resources, handle.scope), (0b10, token.scope.mask_in(&grant.scope)));
        assert_eq!((handle.issued_at, handle.expires_at), (token.issued_at, token.expires_at));
        let facts = describe_opaque(&handle, &grant);
        assert_eq!((facts.audience, facts.scope), (token.audience, token.scope));
    }

    #[test]
    fn c177_a_token_has_the_claims_that_its_apis_want_and_no_others() {
        let known = Claims::parse(r#"{"name":"Ada","roles":["admin"],"groups":["ops"],"tenant":"acme"}"#).unwrap();
        let mut apis = fixtures::apis();
        let told = |apis: &[Api], places: &[usize]| {
            let resources: Vec<Resource> = places.iter().map(|place| apis[*place].identifier.clone()).collect();
            let asked = Asked { resources: &resources, scope: None };
            let token = for_grant(&fixtures::grant(), &fixtures::client(), apis, asked, fixtures::NOW).unwrap();
            token.about(&known, apis).claims.to_string()
        };
        assert_eq!(told(&apis, &[0, 1]), "{}");
        apis[0].claims = ClaimNames::parse("roles tenant plan").unwrap();
        apis[1].claims = ClaimNames::parse("groups").unwrap();
        assert_eq!(told(&apis, &[0]), r#"{"roles":["admin"],"tenant":"acme"}"#);
        assert_eq!(told(&apis, &[1]), r#"{"groups":["ops"]}"#);
        assert_eq!(told(&apis, &[0, 1]), r#"{"groups":["ops"],"roles":["admin"],"tenant":"acme"}"#);
    }

    #[test]
    fn apis_that_take_another_kind_of_token_are_left_out_of_a_default() {
        let mut apis = fixtures::apis();
        let spoils: [fn(&mut Api); 2] = [|api| api.format = TokenFormat::Opaque, |api| api.token_type = TokenType::Jwt];
        for spoil in spoils {
            apis = fixtures::apis();
            spoil(&mut apis[1]);
            let all: Vec<Resource> = apis.iter().map(|api| api.identifier.clone()).collect();
            let served = one_token_serves(&fixtures::client(), &apis, &all, None);
            assert_eq!(served, Err(Refusal::ResourcesNeedDifferentTokens));
        }
        let asked = Asked { resources: &[], scope: None };
        let token = for_grant(&fixtures::grant(), &fixtures::client(), &apis, asked, fixtures::NOW).unwrap();
        assert_eq!(token.audience.len(), 1);
        assert_eq!((token.scope.to_string(), token.token_type), ("read write".to_owned(), TokenType::AtJwt));
    }
}
