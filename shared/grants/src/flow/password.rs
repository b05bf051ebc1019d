//! The resource owner password grant (RFC 6749 §4.3): the client sends a person's password.
//!
//! RFC 9700 §2.4 forbids it. It exists for clients that still migrate from it, and both the deployment and the
//! client's registration must enable it.

use std::collections::BTreeSet;

use protocol::{GrantType, Resource, Scope, Subject};

use crate::client::authenticate::AuthenticatedClient;
use crate::request::access::{Target, one_token_serves, settle};
use crate::step::grant::{Footing, Grant, Origin, Person};
use crate::step::stage::Stage;
use crate::step::transition::Transition;
use crate::terms::api::{Api, MAX_LIFETIME};
use crate::terms::authentication::{Authentication, Context};
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::{Generation, GrantId};
use crate::terms::moment::Moment;
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;
use crate::token::dpop::refresh_key;

/// Settles the APIs and the scope the client may have for a person, before any password is checked. This flow does
/// not sign the person in: there is no session and no ID token.
///
/// # Errors
/// A [`Refusal`] when the client may not use this grant type, when the client or the deployment demands a second factor, or
/// when the client requests more than it may have.
pub fn target(
    client: &AuthenticatedClient,
    apis: &[Api],
    resources: &[Resource],
    scope: Option<&Scope>,
    policy: &Policy,
) -> Result<Target, Refusal> {
    let client = client.client();
    // An earlier version registered clients with both.
    let takes_password = policy.least_context_for(&client.relying_party) == Context::Password;
    if !client.may_use(GrantType::Password) || !takes_password {
        return Err(Refusal::GrantTypeNotAllowed);
    }
    let apis = &*Api::without_identity(client, apis);
    one_token_serves(client, apis, resources, None)?;
    settle(client, apis, resources, scope)
}

/// A person whose password was right, and the access to grant.
#[derive(Clone, Debug)]
pub struct ProvenPerson {
    /// The person's `sub` claim.
    pub subject: Subject,
    /// The `sub` by which the client knows the person, if it differs.
    pub pairwise_subject: Option<Subject>,
    /// The person's state that the grant depends on.
    pub footing: Footing,
    /// The APIs and the scope that are granted.
    pub target: Target,
    /// The key that the request proved.
    pub key: Option<Confirmation>,
}

/// Creates the grant of a person whose password was right. It is active at once. Without a refresh token it ends
/// when the longest-lived access token would expire.
pub fn grant_of(
    id: GrantId,
    client: &AuthenticatedClient,
    proven: ProvenPerson,
    policy: &Policy,
    Moment { now, attempt }: Moment,
) -> Grant {
    let person = Person {
        subject: proven.subject,
        pairwise_subject: proven.pairwise_subject,
        auth_time: now,
        authentication: Authentication::password(now),
        footing: Some(proven.footing),
        sign_in: None,
    };
    let refreshes = client.client().may_use(GrantType::RefreshToken);
    Grant {
        id,
        client_id: client.client().id.clone(),
        scope: proven.target.scope,
        resources: proven.target.resources,
        origin: Origin::Password(person),
        created_at: now,
        ends_at: now.plus(if refreshes { policy.grant_lifetime } else { MAX_LIFETIME }),
        refresh_key: refresh_key(client.client(), proven.key),
        revoked_access: BTreeSet::new(),
        stage: Stage::Active {
            generation: Generation::FIRST,
            rotated_at: now,
            refresh_expires_at: now.plus(policy.refresh_idle_lifetime),
            attempt,
        },
    }
}

/// The write that creates the grant.
pub fn issue(grant: Grant) -> Transition {
    Transition::create(grant)
}

#[cfg(test)]
mod tests {
    use protocol::Thumbprint;

    use super::*;
    use crate::client::audience_rule::AudienceRule;
    use crate::client::record::{AuthMethod, Client};
    use crate::client::relying_party::RelyingParty;
    use crate::fixtures;
    use crate::flow::refresh_token;
    use crate::token::access_token::{Asked, for_grant};

    /// The subject by which the client knows the person.
    const PAIRWISE: &str = "usr_BBBBBBBBBBBBBBBBBBBBBA";

    fn granted(client: Client) -> Grant {
        let key = Some(Confirmation::Jkt(Thumbprint::from_bytes([1; 32])));
        let pairwise_subject = Subject::parse(PAIRWISE).ok();
        let client = fixtures::authenticated(client);
        let target = target(&client, &fixtures::apis(), &[], None, &Policy::default()).unwrap();
        let subject = Subject::parse(fixtures::SUBJECT).unwrap();
        let footing = Footing { session: None, ..fixtures::footing() };
        let proven = ProvenPerson { subject, pairwise_subject, footing, target, key };
        let moment = Moment { now: fixtures::NOW, attempt: fixtures::attempt(1) };
        grant_of(fixtures::secret().id(), &client, proven, &Policy::default(), moment)
    }

    #[test]
    fn c061_only_a_client_with_the_grant_type_may_bring_a_password() {
        let ask = |client: Client, resources: &[Resource]| {
            target(&fixtures::authenticated(client), &fixtures::apis(), resources, None, &Policy::default()).err()
        };
        assert_eq!(ask(fixtures::client(), &[]), None);
        let without = Client { grant_types: [GrantType::AuthorizationCode].into(), ..fixtures::client() };
        assert_eq!(ask(without, &[]), Some(Refusal::GrantTypeNotAllowed));
        let unknown = [Resource::parse("urn:unknown").unwrap()];
        assert_eq!(ask(fixtures::client(), &unknown), Some(Refusal::ResourceNotAllowed));
    }

    #[test]
    fn c234_a_demanded_factor_refuses_the_password_grant_whoever_demands_it() {
        let ask = |requires_factor, least_context| {
            let relying_party = RelyingParty { requires_factor, ..RelyingParty::default() };
            let client = fixtures::authenticated(Client { relying_party, ..fixtures::client() });
            let policy = Policy { least_context, ..Policy::default() };
            target(&client, &fixtures::apis(), &[], None, &policy).err()
        };
        assert_eq!(ask(false, Context::Password), None);
        for (of_client, of_deployment) in
            [(true, Context::Password), (false, Context::TwoFactors), (false, Context::PhishingResistant)]
        {
            assert_eq!(ask(of_client, of_deployment), Some(Refusal::GrantTypeNotAllowed), "{of_deployment:?}");
        }
    }

    #[test]
    fn its_grant_is_the_persons_and_is_refreshed_where_the_client_may() {
        let grant = granted(fixtures::client());
        let asked = Asked { resources: &[], scope: None };
        let token = for_grant(&grant, &fixtures::client(), &fixtures::apis(), asked, fixtures::NOW).unwrap();
        assert_eq!((token.subject.as_str(), token.expires_in()), (PAIRWISE, 900));
        assert_eq!(grant.person().unwrap().subject.as_str(), fixtures::SUBJECT);
        let client = fixtures::authenticated(fixtures::client());
        assert!(refresh_token::token_of(&grant, fixtures::secret(), None, &client).is_some());
        assert_eq!(grant.ends_at, fixtures::NOW.plus(Policy::default().grant_lifetime));
        let once = Client { grant_types: [GrantType::Password].into(), ..fixtures::client() };
        assert_eq!(granted(once.clone()).ends_at, fixtures::NOW.plus(MAX_LIFETIME));
        assert!(refresh_token::token_of(&grant, fixtures::secret(), None, &fixtures::authenticated(once)).is_none());
        assert_eq!(issue(grant.clone()).after(Some(&grant)), None);
    }

    #[test]
    fn c186_its_refresh_token_is_bound_to_the_key_of_a_public_client_and_expires_unused() {
        let public = Client { auth_method: AuthMethod::None, secrets: Vec::new(), ..fixtures::client() };
        for (client, key) in [(public, Some(Thumbprint::from_bytes([1; 32]))), (fixtures::client(), None)] {
            let grant = granted(client);
            assert_eq!(grant.refresh_key, key);
            let end = fixtures::NOW.plus(Policy::default().refresh_idle_lifetime);
            let Stage::Active { refresh_expires_at, .. } = grant.stage else { panic!("not active") };
            assert_eq!(refresh_expires_at, end);
        }
    }

    #[test]
    fn c149_a_password_brings_what_one_token_can_have_and_signs_nobody_in() {
        let both: Vec<Resource> = fixtures::apis().into_iter().map(|api| api.identifier).collect();
        let ask = |audience, resources: &[Resource], scope: Option<&str>| {
            let client = Client { audience, ..fixtures::client() };
            let apis = Api::of_client(&client, &fixtures::apis(), &fixtures::issuer(), &Policy::default());
            let scope = scope.map(|text| Scope::parse(text).unwrap());
            let client = fixtures::authenticated(client);
            target(&client, &apis, resources, scope.as_ref(), &Policy::default()).map(|target| target.resources)
        };
        assert_eq!(ask(AudienceRule::All, &both, None).as_deref(), Ok(&*both));
        assert_eq!(ask(AudienceRule::One, &both, None), Err(Refusal::AudienceNotOne));
        assert_eq!(ask(AudienceRule::One, &both[1..], None).as_deref(), Ok(&both[1..]));
        assert_eq!(ask(AudienceRule::All, &[], Some("openid read")), Err(Refusal::ScopeNotAllowed));
    }
}
