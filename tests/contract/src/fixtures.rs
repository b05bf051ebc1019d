//! One valid example of each type; tests change copies of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use grants::{
    Attempt, AudienceRule, AuthenticatedClient, Binding, Client, DeviceRequest, Footing, Generation, Grant,
    GrantSecret, Origin, Person, PersonKey, RelyingParty, SecretDigest, Sector, SessionId, SignIn, SigningAlgorithm,
    Stage, StoredSecret, Timestamp, authenticate,
};
use protocol::{
    Claim, Claims, ClientId, CodeVerifier, GrantType, Nonce, PresentedClient, RedirectUri, Resource, Scope, Secret,
    Subject, Thumbprint, UserCode,
};

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const DIGEST: SecretDigest = SecretDigest::from_bytes([1; 32]);

pub(crate) fn client() -> Client {
    Client {
        name: "App".to_owned(),
        secrets: vec![StoredSecret::hashed(DIGEST, NOW)],
        grant_types: GrantType::ALL.into(),
        redirect_uris: vec![RedirectUri::parse("https://app.example/cb?x=1").unwrap()],
        scope: Scope::parse("read write").ok(),
        apis: vec![resource("https://orders.example")],
        audience: AudienceRule::All,
        introspects: vec![resource("https://orders.example")],
        relying_party: RelyingParty {
            userinfo_algorithm: Some(SigningAlgorithm::Es256),
            sector: Sector::parse("app.example").ok(),
            default_max_age: Some(60),
            requires_factor: true,
            ..RelyingParty::default()
        },
        ..Client::new(ClientId::parse("app").unwrap(), NOW)
    }
}

pub(crate) fn authenticated() -> AuthenticatedClient {
    authenticated_for(AudienceRule::All)
}

/// Returns an authenticated client with this rule for the audience of its tokens.
pub(crate) fn authenticated_for(audience: AudienceRule) -> AuthenticatedClient {
    let client = Client { audience, ..client() };
    let presented = PresentedClient::Basic(client.id.clone(), Secret::new("s".to_owned()));
    authenticate(Some(Arc::new(client)), &presented, Some(DIGEST)).unwrap()
}

pub(crate) fn issuer() -> Resource {
    resource("https://issuer.example")
}

pub(crate) fn resource(text: &str) -> Resource {
    Resource::parse(text).unwrap()
}

pub(crate) fn attempt(number: u8) -> Attempt {
    Attempt::from_bytes([number; 16])
}

pub(crate) fn verifier() -> CodeVerifier {
    CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap()
}

/// Returns a grant whose code was issued and is valid for one more second.
pub(crate) fn grant(secret: &GrantSecret) -> Grant {
    Grant {
        id: secret.id(),
        client_id: client().id,
        scope: Scope::parse("openid read write").unwrap(),
        resources: vec![resource("https://orders.example"), resource("https://parcels.example")],
        origin: Origin::Request(person(), binding()),
        created_at: NOW,
        ends_at: NOW.plus(1000),
        refresh_key: None,
        revoked_access: BTreeSet::new(),
        stage: Stage::Issued { code_expires_at: NOW.plus(1), attempt: attempt(0) },
    }
}

/// Returns the person of [`grant`], who signed in with OpenID Connect.
pub(crate) fn person() -> Person {
    Person {
        subject: Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").unwrap(),
        pairwise_subject: Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").ok(),
        auth_time: NOW,
        authentication: grants::Authentication::password(NOW),
        footing: Some(Footing {
            person: PersonKey::from_bytes([4; 16]),
            credential_version: Some(3),
            session: Some(SessionId::from_bytes([5; 16])),
            number: 7,
        }),
        sign_in: Some(SignIn {
            userinfo_claims: [Claim::Name, Claim::Email].into(),
            id_token_claims: Claims::parse(r#"{"address":{"country":"FR"},"updated_at":7}"#).unwrap(),
        }),
    }
}

/// A key that refresh tokens and codes are bound to.
pub(crate) const KEY: Thumbprint = Thumbprint::from_bytes([9; 32]);

/// Returns the facts of the authorization request that [`grant`] answers.
pub(crate) fn binding() -> Binding {
    Binding {
        redirect_uri: RedirectUri::parse("https://app.example/cb?x=1").unwrap(),
        redirect_uri_sent: true,
        code_challenge: Some(verifier().challenge()),
        code_key: None,
        nonce: Nonce::parse("n-0S6 é").ok(),
    }
}

/// Returns the request of a device that waits for an answer.
pub(crate) fn device_request() -> DeviceRequest {
    DeviceRequest {
        user_code: UserCode::parse("WDJB-MJHT").unwrap(),
        asked_from: Some("192.0.2.1".to_owned()),
        nonce: Nonce::parse("n-0S6 é").ok(),
    }
}

pub(crate) fn active(generation: u32) -> Stage {
    Stage::Active {
        generation: Generation::from_number(generation),
        rotated_at: NOW,
        refresh_expires_at: NOW.plus(100),
        attempt: attempt(0),
    }
}

pub(crate) fn new_secret() -> GrantSecret {
    GrantSecret::from_bytes(edge::random())
}
