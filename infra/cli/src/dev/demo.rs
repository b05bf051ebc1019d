//! The demo data: an API, a service, an app, the API's own client and a user, registered at each start if missing.

use edge::Error;
use grants::{AuthMethod, Client, NewApi, SigningAlgorithm, StoredSecret, Timestamp, TokenFormat, TokenType};
use protocol::{ClaimNames, Claims, ClientId, CodeVerifier, GrantType, Localized, Resource, Scope, Secret, Username};

use sessions::User;

use crate::commands::user_steps::new_user;
use crate::dev::demo_parts::{API, address_of_apps, at_each_name, secret};
use crate::dev::explorer::clients::{ExplorerClients, Secrets, ensure};
use crate::dev::explorer::platform::link;
use crate::dev::news::News;
use crate::dev::place::Place;
use crate::stack::Stack;

pub(crate) const SERVICE: &str = "demo-service";
pub(crate) const APP: &str = "demo-app";
pub(crate) const API_CLIENT: &str = "demo-api";
pub(crate) const USERNAME: &str = "demo";
pub(crate) const PASSWORD: &str = "demo-password-that-is-long";
/// The claims of the demo user: every supported claim, so that an app under test finds each one.
const CLAIMS: &str = r#"{
    "name": "Demo Dupont", "given_name": "Demo", "family_name": "Dupont", "middle_name": "Daria", "nickname": "dede",
    "profile": "https://people.example/demo", "picture": "https://people.example/demo.png",
    "website": "https://demo.example", "email": "demo@example.com", "email_verified": true, "gender": "female",
    "birthdate": "1990-12-10", "zoneinfo": "Europe/Paris", "locale": "fr-FR", "phone_number": "+33 1 23 45 67 89",
    "phone_number_verified": false, "updated_at": 1790000000, "roles": ["reader"], "groups": ["demo"],
    "address": {
        "formatted": "1 rue de la Demo\n75001 Paris\nFrance", "street_address": "1 rue de la Demo", "locality": "Paris",
        "postal_code": "75001", "country": "France"
    }
}"#;
/// The path of the app's redirect URI, after the path of the issuer.
const CALLBACK: &str = "/demo/callback";
/// The PKCE verifier of the demo's links; public, because this is a demo.
pub(crate) const VERIFIER: &str = "this-verifier-is-public-because-it-is-a-demonstration";

/// The demo's identifiers and secrets, for its pages and output.
#[derive(Clone)]
pub(crate) struct Demo {
    pub(crate) issuer: String,
    pub(crate) service_secret: Secret,
    pub(crate) api_secret: Secret,
    /// The secrets of the flow explorer's clients.
    pub(crate) explorer: Secrets,
}

/// Creates the keys, and registers the demo and the explorer's clients. What was missing goes into the news.
pub(crate) async fn register(stack: &Stack, place: &Place, news: &mut News) -> Result<Demo, Error> {
    let now = edge::now();
    // The demo's API has tokens with RS256, whatever else is signed here.
    let others = place.config.rotation.algorithms.iter().copied();
    let algorithms: Vec<_> = others.chain([SigningAlgorithm::Rs256]).collect();
    stack.ensure_keys(&algorithms, now, &|_| None).await?;
    let ring = stack.ring(now).await?;
    let issuer = place.config.issuer.to_string();
    let explorer = ExplorerClients::describe(&issuer, &ring, now)?;
    let demo = Demo {
        service_secret: secret(ring.handles(), SERVICE),
        api_secret: secret(ring.handles(), API_CLIENT),
        explorer: explorer.secrets,
        issuer,
    };
    stack.registry.create_api(&api()?.register()?, None).await?;
    demo.explorer.platform.ensure(stack, now).await?;
    demo.explorer.provider.ensure(stack, now).await?;
    for client in &explorer.clients {
        news.client(client, ensure(stack, client, now).await?);
    }
    for (client, secret) in clients(&demo, now)? {
        let stored = secret.iter().map(|secret| StoredSecret::hashed(ring.handles().digest(secret), now));
        let client = Client { secrets: stored.collect(), ..client }.register()?;
        news.client(&client, ensure(stack, &client, now).await?);
    }
    let username = Username::parse(USERNAME)?;
    if stack.people.by_name(&username).await?.is_none() {
        let user = new_user(&username, &Secret::new(PASSWORD.to_owned()))?;
        stack.people.create_user(&User { claims: Claims::parse(CLAIMS)?, ..user }, None).await?;
        news.created.push(format!("user {USERNAME}"));
    }
    link_to_provider(stack, &username, now).await?;
    Ok(demo)
}

/// Links the demo user to the explorer's identity provider, unless it is linked already.
async fn link_to_provider(stack: &Stack, username: &Username, now: Timestamp) -> Result<(), Error> {
    let link = link(now)?;
    if stack.people.linked(&link.issuer, None, &link.subject).await?.is_some() {
        return Ok(());
    }
    if let Some(user) = stack.people.by_name(username).await? {
        stack.people.link(user.key, &link, None).await?;
    }
    Ok(())
}

fn api() -> Result<NewApi, Error> {
    Ok(NewApi {
        identifier: Resource::parse(API)?,
        scope: Scope::parse("read write")?,
        scope_descriptions: [("read", "Read your demo data"), ("write", "Change your demo data")]
            .map(|(token, meaning)| (token.to_owned(), Localized::new(meaning)))
            .into(),
        algorithm: SigningAlgorithm::Rs256,
        format: TokenFormat::Jwt,
        token_type: TokenType::default(),
        claims: ClaimNames::default(),
        lifetime: 900,
    })
}

impl Demo {
    /// Returns a curl command that gets a token.
    pub(crate) fn service_curl(&self) -> String {
        let Self { issuer, service_secret, .. } = self;
        format!("curl -u {SERVICE}:{} -d grant_type=client_credentials {issuer}/token", service_secret.expose())
    }

    /// Returns the link that signs the demo user in.
    pub(crate) fn authorize_url(&self) -> Result<String, Error> {
        let challenge = CodeVerifier::parse(VERIFIER)?.challenge();
        let parameters = protocol::Parameters::default()
            .with("response_type", "code")
            .with("client_id", APP)
            .with("redirect_uri", &self.callback())
            .with("scope", "openid profile email read")
            .with("state", "demo")
            .with("code_challenge", challenge.as_str())
            .with("code_challenge_method", "S256");
        Ok(format!("{}/authorize?{}", self.issuer, parameters.to_query()))
    }

    /// Returns a curl command that redeems `code`.
    pub(crate) fn redeem_curl(&self, code: &str) -> String {
        let (issuer, callback) = (&self.issuer, self.callback());
        format!(
            "curl -d grant_type=authorization_code -d client_id={APP} -d redirect_uri={callback} \\\n  -d code_verifier={VERIFIER} \\\n  -d code={code} {issuer}/token"
        )
    }

    /// Returns a curl command that introspects a token.
    pub(crate) fn introspect_curl(&self) -> String {
        format!("curl -u {API_CLIENT}:{} -d token=TOKEN {}/introspect", self.api_secret.expose(), self.issuer)
    }

    fn callback(&self) -> String {
        format!("{}{CALLBACK}", address_of_apps(&self.issuer))
    }
}

fn clients(demo: &Demo, now: Timestamp) -> Result<Vec<(Client, Option<Secret>)>, Error> {
    let api = Resource::parse(API)?;
    let client = |id: &str, name: &str| {
        Ok::<_, Error>(Client {
            name: name.to_owned(),
            apis: vec![api.clone()],
            ..Client::new(ClientId::parse(id)?, now)
        })
    };
    let service = Client { grant_types: [GrantType::ClientCredentials].into(), ..client(SERVICE, "Demo service")? };
    let app = Client {
        auth_method: AuthMethod::None,
        grant_types: [GrantType::AuthorizationCode, GrantType::RefreshToken].into(),
        redirect_uris: at_each_name(&demo.issuer, CALLBACK)?,
        ..client(APP, "Demo app")?
    };
    let asking = Client { apis: Vec::new(), introspects: vec![api.clone()], ..client(API_CLIENT, "Demo API")? };
    let secrets = [Some(demo.service_secret.clone()), None, Some(demo.api_secret.clone())];
    Ok([service, app, asking].into_iter().zip(secrets).collect())
}
