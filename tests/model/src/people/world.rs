//! The constants of the model: names, passwords, the app in its two registrations, and the policy.

use std::sync::Arc;

use grants::authorization::{Admission, Arrival, receive};
use grants::{
    Api, AudienceRule, AuthenticatedClient, Client, PersonKey, Policy, SecretDigest, SigningAlgorithm, StoredSecret,
    Timestamp, TokenFormat, TokenType, authenticate,
};
use protocol::{
    ClaimNames, Claims, ClientId, CodeVerifier, GrantType, Parameters, PresentedClient, RedirectUri, Resource, Scope,
    Secret, Subject, Username,
};
use sessions::{PasswordHash, RequestDigest, Shown, ShownDigest, User};

use crate::people::state::Person;
use crate::people::twin::Twin;

/// The time at which the model begins.
pub(crate) const START: Timestamp = Timestamp::from_seconds(1_800_000_000);
/// The time in seconds after which a session that is used is marked as in use.
pub(crate) const LATER: u32 = 1800;

const DIGEST: SecretDigest = SecretDigest::from_bytes([1; 32]);
const PASSWORDS: [&str; 2] = ["first password", "second password"];
/// The Argon2id hashes of the passwords, with 8 KiB and one pass: a stored hash specifies its own cost, so the
/// shipped rule checks them in microseconds.
const HASHES: [&str; 2] = [
    "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQx$BD43QfvskWZSp2wmhyDWZQ",
    "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQy$nXFQolS3T7GHletogxOSIQ",
];
const ISSUER: &str = "https://issuer.example";
const NAMES: [&str; 2] = ["ada", "lovelace"];
const SUBJECTS: [&str; 2] = ["usr_AAAAAAAAAAAAAAAAAAAAAA", "usr_BBBBBBBBBBBBBBBBBBBBBA"];

/// The app, its request, and the policy.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) app: AuthenticatedClient,
    pub(crate) digest: RequestDigest,
    registrations: [Offer; 2],
}

/// The offer to the person that the request results in, with one registration of the app.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) admission: Admission,
    pub(crate) shown: ShownDigest,
}

impl World {
    /// A world in which the app asks for `offline_access` or not, and the operator trusts it to skip the page or not.
    pub(crate) fn new(offline: bool, trusted: bool) -> Self {
        let scope = if offline { "&scope=orders+offline_access" } else { "" };
        let query = format!(
            "response_type=code&client_id=app&code_challenge={}&code_challenge_method=S256{scope}",
            verifier().challenge().as_str()
        );
        let policy = Policy { code_lifetime: 100_000, session_idle_lifetime: LATER * 8, ..Policy::default() };
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let clients = [0, 1].map(|registration| Arc::new(client(registration, trusted)));
        let registrations = clients.clone().map(|client| Offer::new(client, &parameters, &policy));
        let presented = PresentedClient::Basic(clients[0].id.clone(), Secret::new("s".to_owned()));
        let app = authenticate(Some(Arc::clone(&clients[0])), &presented, Some(DIGEST)).unwrap();
        Self { policy, app, digest: RequestDigest::of(&query), registrations }
    }

    pub(crate) fn offer(&self, registration: u8) -> &Offer {
        &self.registrations[usize::from(registration)]
    }
}

impl Offer {
    fn new(client: Arc<Client>, parameters: &Parameters, policy: &Policy) -> Self {
        let apis = apis_of(&client);
        let trusted = receive(parameters).unwrap().trust(Some(client), Arrival::Browser, policy).unwrap();
        let admission = trusted.admit(&apis).unwrap();
        let (client, redirect_uri) = (admission.client(), admission.redirect_uri());
        let claims = &admission.request().claims;
        let shown = Shown {
            client,
            redirect_uri: Some(redirect_uri),
            target: admission.target(),
            claims,
            apis: &apis,
            logo: client.shown_logo(false),
        }
        .digest();
        Self { admission, shown }
    }
}

/// The app with its first registration, or with another redirect URI and more APIs.
fn client(registration: u8, trusted: bool) -> Client {
    let (host, apis) = if registration == 0 { ("budget", &APIS[..1]) } else { ("elsewhere", &APIS[..]) };
    Client {
        name: "Budget Planner".to_owned(),
        secrets: vec![StoredSecret::hashed(DIGEST, START)],
        grant_types: GrantType::ALL.into(),
        redirect_uris: vec![RedirectUri::parse(&format!("https://{host}.example/cb")).unwrap()],
        audience: AudienceRule::All,
        apis: apis.iter().map(|(identifier, _)| Resource::parse(identifier).unwrap()).collect(),
        trusted,
        ..Client::new(ClientId::parse("app").unwrap(), START)
    }
}

const APIS: [(&str, &str); 2] = [("https://orders.example", "orders"), ("https://payroll.example", "payroll")];

fn apis_of(client: &Client) -> Vec<Api> {
    let api = |identifier: &str, scope: &str, is_issuer| Api {
        identifier: Resource::parse(identifier).unwrap(),
        scope: Scope::parse(scope).unwrap(),
        scope_descriptions: std::collections::BTreeMap::new(),
        algorithm: SigningAlgorithm::Rs256,
        format: TokenFormat::Jwt,
        token_type: TokenType::AtJwt,
        claims: ClaimNames::default(),
        lifetime: 900,
        is_issuer,
    };
    let registered = APIS.map(|(identifier, scope)| api(identifier, scope, false));
    let registered = registered.into_iter().filter(|api| client.apis.contains(&api.identifier));
    registered.chain([api(ISSUER, "openid offline_access", true)]).collect()
}

/// This server in its role as an API.
pub(crate) fn issuer() -> Resource {
    Resource::parse(ISSUER).unwrap()
}

pub(crate) fn verifier() -> CodeVerifier {
    CodeVerifier::parse(&"v".repeat(43)).unwrap()
}

pub(crate) fn username(name: u8) -> Username {
    Username::parse(NAMES[usize::from(name)]).unwrap()
}

pub(crate) fn password(number: u8) -> Secret {
    Secret::new(PASSWORDS[usize::from(number)].to_owned())
}

pub(crate) fn password_hash(number: u8) -> PasswordHash {
    PasswordHash::from_stored(HASHES[usize::from(number)].to_owned())
}

pub(crate) fn claims(number: u8) -> Claims {
    if number == 0 { Claims::default() } else { Claims::parse(&format!(r#"{{"name":"Ada {number}"}}"#)).unwrap() }
}

/// The person with that number, as the operator registers them. Each has the password with the same number.
pub(crate) fn person(who: u8, name: u8, twin: Twin) -> Person {
    let username = username(name);
    let of_name = twin == Twin::NameIsKey;
    let key = if of_name { PersonKey::of_name(&username) } else { PersonKey::from_bytes([who + 1; 16]) };
    Person(Arc::new(User {
        key,
        username,
        aliased: true,
        subject: Subject::parse(SUBJECTS[usize::from(who)]).unwrap(),
        claims: claims(0),
        password: password_hash(who),
        factors: sessions::Factors::default(),
        credential_version: 1,
        disabled: false,
        created_at: START,
        sessions: 0,
        grants: 0,
    }))
}

/// The number of a name.
pub(crate) fn number_of(username: &Username) -> u8 {
    u8::from(username.as_str() != NAMES[0])
}

/// The number of the person with that `sub`.
pub(crate) fn who_is(subject: &Subject) -> u8 {
    u8::from(subject.as_str() != SUBJECTS[0])
}
