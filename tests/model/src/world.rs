//! The constants of the model: two clients, one grant, and the contents of its handles.

use std::sync::Arc;

use grants::authorization::{Arrival, RedirectTrusted, receive};
use grants::code::{Agreement, CodeRedemption, grant_of};
use grants::refresh::RefreshRequest;
use grants::{
    Attempt, AudienceRule, AuthMethod, AuthenticatedClient, Client, CodeHandle, Confirmation, Footing, Generation,
    Grant, GrantSecret, Moment, Person, PersonKey, Policy, Profile, RefreshHandle, Seconds, SecretDigest, SessionId,
    StoredSecret, Target, Timestamp, authenticate, pushed,
};
use protocol::{
    ClientId, CodeVerifier, GrantType, Parameters, PresentedClient, RedirectUri, Resource, Scope, Secret, Subject,
    Thumbprint,
};

use crate::ask::{Proof, Reach, Who};

/// The time at which the model begins.
pub(crate) const START: Timestamp = Timestamp::from_seconds(1_800_000_000);
/// `Timeout` of the functions in `infra/template.yaml`: no process lives longer.
pub(crate) const FUNCTION_TIMEOUT: u64 = 10;
/// The time for which a consent form can be submitted (`sessions::FORM_LIFETIME`): here longer than the lifetime of
/// its grant, as with an implicit grant or a deployment with short grants. The item must remain even longer.
pub(crate) const FORM_LIFETIME: u64 = 1800;
/// The time during which a rotation can be repeated.
pub(crate) const RETRY_WINDOW: Seconds = 5;

const DIGEST: SecretDigest = SecretDigest::from_bytes([1; 32]);
const CALLBACK: &str = "https://app.example/cb";
const ORDERS: &str = "https://orders.example";
const PARCELS: &str = "https://parcels.example";
const ISSUER: &str = "https://issuer.example";
/// The key of the bound grant.
pub(crate) const KEY: Thumbprint = Thumbprint::from_bytes([1; 32]);
/// The key of everybody else.
pub(crate) const OTHER_KEY: Confirmation = Confirmation::Jkt(Thumbprint::from_bytes([2; 32]));

/// The clients, the requests and the policy of the model.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) secret: GrantSecret,
    app: AuthenticatedClient,
    other: AuthenticatedClient,
    trusted: RedirectTrusted,
    redemptions: [CodeRedemption; 5],
    /// The same, with the proof of a key that is not the grant's.
    keyless: [CodeRedemption; 5],
    /// The key that binds the grant of a public client.
    key: Option<Thumbprint>,
    reaches: [(Option<Scope>, Vec<Resource>); 4],
}

impl World {
    /// A grant of two APIs, for a client that gets tokens for one of them at a time.
    pub(crate) fn new() -> Self {
        Self::of_clients(AudienceRule::One)
    }

    /// A grant of a public client that is bound to a key, from the authorization request on.
    pub(crate) fn bound() -> Self {
        let world = Self::new();
        let key = Some(KEY);
        let redemptions =
            world.redemptions.map(|request| CodeRedemption { key: key.map(Confirmation::Jkt), ..request });
        let app = Client { auth_method: AuthMethod::None, ..Client::clone(world.app.client()) };
        let presented = PresentedClient::Named(app.id.clone());
        let app = authenticate(Some(Arc::new(app)), &presented, None).unwrap();
        Self { app, redemptions, key, ..world }
    }

    /// A grant of a client whose refresh tokens stay the same.
    pub(crate) fn kept() -> Self {
        let world = Self::new();
        let app = Client { profile: Profile::Fapi2, ..Client::clone(world.app.client()) };
        let presented = PresentedClient::Basic(app.id.clone(), Secret::new("s".to_owned()));
        let app = authenticate(Some(Arc::new(app)), &presented, Some(DIGEST)).unwrap();
        Self { app, ..world }
    }

    /// The same, with another rule for the number of APIs that a token is for.
    pub(crate) fn of_clients(audience: AudienceRule) -> Self {
        let secret = GrantSecret::from_bytes([7; 16]);
        let proofs =
            [Proof::Right, Proof::WrongVerifier, Proof::WrongRedirect, Proof::OtherResource, Proof::NoResource];
        let redemptions = proofs.map(|proof| redemption(&secret, proof));
        let keyless = redemptions.clone().map(|request| CodeRedemption { key: Some(OTHER_KEY), ..request });
        let reaches = [Reach::Granted, Reach::MoreScope, Reach::OtherResource, Reach::NoResource].map(reach);
        let [app, other] = ["app", "other"].map(|id| authenticated(id, audience));
        let trusted = trusted(app.client());
        Self { policy: policy(), secret, app, other, trusted, redemptions, keyless, key: None, reaches }
    }

    pub(crate) const fn client(&self, who: Who) -> &AuthenticatedClient {
        match who {
            Who::App | Who::Keyless => &self.app,
            Who::Other => &self.other,
        }
    }

    pub(crate) const fn redemption(&self, proof: Proof) -> &CodeRedemption {
        &self.redemptions[proof as usize]
    }

    /// The redemption by a caller, with the key that it has.
    pub(crate) const fn redemption_by(&self, who: Who, proof: Proof) -> &CodeRedemption {
        match who {
            Who::App => &self.redemptions[proof as usize],
            Who::Other | Who::Keyless => &self.keyless[proof as usize],
        }
    }

    /// The refresh by a caller, with the key that it has.
    pub(crate) fn refresh_by(&self, who: Who, generation: u8, reach: Reach) -> RefreshRequest {
        let key = match who {
            Who::App => self.key.map(Confirmation::Jkt),
            Who::Other | Who::Keyless => Some(OTHER_KEY),
        };
        RefreshRequest { key, ..self.refresh(generation, reach) }
    }

    pub(crate) fn refresh(&self, generation: u8, reach: Reach) -> RefreshRequest {
        let (scope, resources) = self.reaches[reach as usize].clone();
        let token =
            RefreshHandle { secret: self.secret.clone(), generation: generation_of(generation), rests_on: None };
        RefreshRequest { token, key: None, scope, resources, issuer: resource(ISSUER) }
    }

    /// The request as its client pushed it.
    pub(crate) fn pushed(&self) -> Grant {
        let (moment, client) = (Moment { now: START, attempt: Attempt::from_bytes([0; 16]) }, self.app.client());
        pushed::push(self.secret.id(), &client.id, &Parameters::default(), moment).after(None).unwrap()
    }

    /// The grant that a person's consent creates.
    pub(crate) fn grant(&self, now: Timestamp, attempt: Attempt) -> Grant {
        let agreement = Agreement {
            person: Person {
                subject: Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").unwrap(),
                pairwise_subject: None,
                auth_time: START,
                authentication: grants::Authentication::password(START),
                footing: Some(Footing {
                    person: PersonKey::from_bytes([1; 16]),
                    credential_version: Some(1),
                    session: Some(SessionId::from_bytes([2; 16])),
                    number: 1,
                }),
                sign_in: None,
            },
            target: Target {
                resources: vec![resource(ORDERS), resource(PARCELS)],
                scope: Scope::parse("read write").unwrap(),
            },
            code_challenge: Some(verifier('v').challenge()),
            code_key: self.key,
            nonce: None,
            session_ends_at: START.plus(1_000_000),
        };
        grant_of(self.secret.id(), &self.trusted, agreement, &self.policy, Moment { now, attempt })
    }
}

/// The client with the redirect URI of its authorization request.
fn trusted(client: &Client) -> RedirectTrusted {
    let challenge = verifier('v').challenge();
    let query = format!(
        "response_type=code&client_id=app&redirect_uri={CALLBACK}&code_challenge={}&code_challenge_method=S256",
        challenge.as_str()
    );
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let registered = Some(Arc::new(client.clone()));
    let trusted = receive(&parameters).unwrap().trust(registered, Arrival::Pushed, &Policy::default());
    trusted.unwrap().response().trusted().clone()
}

/// The lifetimes keep their default order, and are short enough that a process outlives a code and the retry window,
/// as on Lambda.
fn policy() -> Policy {
    Policy {
        code_lifetime: 7,
        refresh_retry_window: RETRY_WINDOW,
        refresh_idle_lifetime: 30,
        grant_lifetime: 40,
        ..Policy::default()
    }
}

pub(crate) fn generation_of(number: u8) -> Generation {
    Generation::from_number(u32::from(number))
}

fn verifier(letter: char) -> CodeVerifier {
    CodeVerifier::parse(&letter.to_string().repeat(43)).unwrap()
}

fn redemption(secret: &GrantSecret, proof: Proof) -> CodeRedemption {
    let redirect = if proof == Proof::WrongRedirect { "https://app.example/other" } else { CALLBACK };
    let letter = if proof == Proof::WrongVerifier { 'w' } else { 'v' };
    let resources = match proof {
        Proof::Right | Proof::WrongVerifier | Proof::WrongRedirect => vec![resource(ORDERS)],
        Proof::OtherResource => vec![resource("urn:other")],
        Proof::NoResource => Vec::new(),
    };
    CodeRedemption {
        code: CodeHandle { secret: secret.clone(), rests_on: None },
        redirect_uri: RedirectUri::parse(redirect).ok(),
        code_verifier: Some(verifier(letter)),
        key: None,
        resources,
        issuer: resource(ISSUER),
    }
}

fn reach(reach: Reach) -> (Option<Scope>, Vec<Resource>) {
    match reach {
        Reach::Granted => (None, vec![resource(ORDERS)]),
        Reach::MoreScope => (Scope::parse("read admin").ok(), vec![resource(ORDERS)]),
        Reach::OtherResource => (None, vec![resource("urn:other")]),
        Reach::NoResource => (None, Vec::new()),
    }
}

fn resource(text: &str) -> Resource {
    Resource::parse(text).unwrap()
}

fn authenticated(id: &str, audience: AudienceRule) -> AuthenticatedClient {
    let client = Client {
        secrets: vec![StoredSecret::hashed(DIGEST, START)],
        grant_types: GrantType::ALL.into(),
        redirect_uris: vec![RedirectUri::parse(CALLBACK).unwrap()],
        apis: vec![resource(ORDERS), resource(PARCELS)],
        audience,
        introspects: vec![resource(ORDERS)],
        ..Client::new(ClientId::parse(id).unwrap(), START)
    };
    let presented = PresentedClient::Basic(client.id.clone(), Secret::new("s".to_owned()));
    authenticate(Some(Arc::new(client)), &presented, Some(DIGEST)).unwrap()
}
