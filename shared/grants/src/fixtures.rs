//! One valid value of each kind, which tests then modify.

use std::collections::BTreeSet;
use std::sync::Arc;

use protocol::{
    ClaimNames, Claims, ClientId, CodeVerifier, GrantType, IssuerUrl, PresentedClient, RedirectUri, Resource, Scope,
    Secret, ServerUri, Subject,
};

use crate::client::audience_rule::AudienceRule;
use crate::client::authenticate::{AuthenticatedClient, authenticate};
use crate::client::issuer::{Issuer, IssuerName, Purpose};
use crate::client::public_keys::ClientKeys;
use crate::client::record::{AuthMethod, Client};
use crate::step::grant::{Binding, Footing, Grant, Origin, Person, SignIn};
use crate::step::stage::Stage;
use crate::terms::api::{Api, SigningAlgorithm, TokenFormat, TokenType};
use crate::terms::authentication::Authentication;
use crate::terms::ids::{Attempt, Generation, GrantSecret, PersonKey, SessionId};
use crate::terms::secret::{SecretDigest, StoredSecret};
use crate::terms::time::Timestamp;

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub(crate) const DIGEST: SecretDigest = SecretDigest::from_bytes([1; 32]);
pub(crate) const SUBJECT: &str = "usr_AAAAAAAAAAAAAAAAAAAAAA";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) fn client() -> Client {
    Client {
        name: "App".to_owned(),
        secrets: vec![StoredSecret::hashed(DIGEST, NOW)],
        grant_types: GrantType::ALL.into(),
        redirect_uris: vec![RedirectUri::parse("https://app.example/cb").unwrap()],
        apis: apis().into_iter().map(|api| api.identifier).collect(),
        audience: AudienceRule::All,
        ..Client::new(ClientId::parse("app").unwrap(), NOW)
    }
}

pub(crate) fn authenticated(client: Client) -> AuthenticatedClient {
    let secret = Secret::new("s".to_owned());
    let (presented, digest) = match client.auth_method {
        AuthMethod::Secret | AuthMethod::SecretBasic => {
            (PresentedClient::Basic(client.id.clone(), secret), Some(DIGEST))
        }
        AuthMethod::SecretPost => (PresentedClient::Post(client.id.clone(), secret), Some(DIGEST)),
        AuthMethod::None => (PresentedClient::Named(client.id.clone()), None),
        AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt => {
            return AuthenticatedClient::proven(Arc::new(client));
        }
    };
    authenticate(Some(Arc::new(client)), &presented, digest).unwrap()
}

pub(crate) fn apis() -> Vec<Api> {
    let api = |identifier, scope| Api {
        identifier: Resource::parse(identifier).unwrap(),
        scope: Scope::parse(scope).unwrap(),
        scope_descriptions: std::collections::BTreeMap::new(),
        algorithm: SigningAlgorithm::Rs256,
        format: TokenFormat::Jwt,
        token_type: TokenType::AtJwt,
        claims: ClaimNames::default(),
        lifetime: 900,
        is_issuer: false,
    };
    vec![api("https://orders.example", "read write"), api("https://parcels.example", "ship")]
}

pub(crate) fn issuer() -> Resource {
    Resource::parse("https://issuer.example").unwrap()
}

pub(crate) fn secret() -> GrantSecret {
    GrantSecret::from_bytes([7; 16])
}

pub(crate) fn attempt(number: u8) -> Attempt {
    Attempt::from_bytes([number; 16])
}

pub(crate) fn verifier() -> CodeVerifier {
    CodeVerifier::parse(VERIFIER).unwrap()
}

/// A grant whose code was issued and is valid for one more second.
pub(crate) fn grant() -> Grant {
    Grant {
        id: secret().id(),
        client_id: client().id,
        scope: Scope::parse("read ship write").unwrap(),
        resources: apis().into_iter().map(|api| api.identifier).collect(),
        origin: Origin::Request(person(), binding()),
        created_at: NOW,
        ends_at: NOW.plus(1000),
        refresh_key: None,
        revoked_access: BTreeSet::new(),
        stage: Stage::Issued { code_expires_at: NOW.plus(1), attempt: attempt(0) },
    }
}

/// An issuer that others run, whose tokens authenticate clients.
pub(crate) fn platform() -> Issuer {
    Issuer {
        name: IssuerName::parse("platform").unwrap(),
        url: IssuerUrl::parse("https://platform.example").unwrap(),
        preset: None,
        keys: ClientKeys::At(ServerUri::parse("https://platform.example/keys").unwrap()),
        purposes: BTreeSet::from([Purpose::ClientAuth]),
        created_at: NOW,
        revision: 0,
    }
}

/// The person of [`grant`], without a sign-in with OpenID Connect.
pub(crate) fn person() -> Person {
    Person {
        subject: Subject::parse(SUBJECT).unwrap(),
        pairwise_subject: None,
        auth_time: NOW,
        authentication: Authentication::password(NOW),
        footing: Some(footing()),
        sign_in: None,
    }
}

/// The authorization request that [`grant`] answers.
pub(crate) fn binding() -> Binding {
    Binding {
        redirect_uri: RedirectUri::parse("https://app.example/cb").unwrap(),
        redirect_uri_sent: true,
        code_challenge: Some(verifier().challenge()),
        code_key: None,
        nonce: None,
    }
}

/// The person of a grant, to be modified.
pub(crate) fn person_of(grant: &mut Grant) -> &mut Person {
    match &mut grant.origin {
        Origin::Request(person, _)
        | Origin::Password(person)
        | Origin::Device(person, _)
        | Origin::Asserted(person, _) => person,
        Origin::Service | Origin::Pushed(_) | Origin::DeviceRequest(_) => panic!("nobody"),
    }
}

/// The binding of a grant, to be modified.
pub(crate) fn binding_of(grant: &mut Grant) -> &mut Binding {
    match &mut grant.origin {
        Origin::Request(_, binding) => binding,
        Origin::Password(_)
        | Origin::Service
        | Origin::Pushed(_)
        | Origin::DeviceRequest(_)
        | Origin::Device(..)
        | Origin::Asserted(..) => {
            panic!("no authorization request")
        }
    }
}

/// The footing of the first grant of a session.
pub(crate) fn footing() -> Footing {
    Footing {
        person: PersonKey::from_bytes([4; 16]),
        credential_version: Some(1),
        session: Some(SessionId::from_bytes([5; 16])),
        number: 1,
    }
}

/// A sign-in that requests no single claims.
pub(crate) fn no_claims() -> SignIn {
    SignIn { userinfo_claims: BTreeSet::new(), id_token_claims: Claims::default() }
}

/// The same grant, redeemed and refreshed until `generation`, of a person who signed in with OpenID Connect.
pub(crate) fn signed_in(generation: u32) -> Grant {
    let mut grant = Grant { scope: Scope::parse("openid read").unwrap(), ..active(generation) };
    person_of(&mut grant).sign_in = Some(no_claims());
    grant
}

/// The same grant, redeemed and refreshed until `generation`, just now.
pub(crate) fn active(generation: u32) -> Grant {
    let generation = Generation::from_number(generation);
    let refresh_expires_at = NOW.plus(100);
    Grant { stage: Stage::Active { generation, rotated_at: NOW, refresh_expires_at, attempt: attempt(0) }, ..grant() }
}
