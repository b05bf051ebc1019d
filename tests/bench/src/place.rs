//! The stack to measure on: `jeton dev` as the storage, an API for each token format, and their clients.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use harness::{Browser, ClientKey, Pkce, RegisteredClient, RegisteredUser, Stack, authorization_url, jeton};
use http::Request;
use lambda::{Deployment, Settings, Template, by_hand, event};

use crate::Failure;

const CALLBACK: &str = "https://shop.example/callback";

/// The format of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JWT signed with ECDSA P-256.
    Es256,
    /// A JWT signed with RSA 2048.
    Rs256,
    /// A JWT signed with Ed25519.
    EdDsa,
    /// An opaque handle instead of a JWT.
    Opaque,
}

/// An API and its clients.
struct Clients {
    format: Format,
    /// The client that requests tokens for itself.
    service: RegisteredClient,
    /// The client that introspects and exchanges tokens.
    api: RegisteredClient,
}

/// An app, the scope that it requests, and the person who signs in to it.
pub struct App {
    /// The app as a registered client.
    pub client: RegisteredClient,
    scope: &'static str,
    person: RegisteredUser,
}

/// The stack with everything that is registered in it.
pub struct Place {
    /// The running `jeton dev` process.
    pub stack: Stack,
    clients: Vec<Clients>,
    web: App,
    portal: App,
    /// A public client that people sign in to on another device.
    tv: RegisteredClient,
    pkce: Pkce,
    /// The key that a service proves.
    key: ClientKey,
    deployment: Deployment,
}

impl Format {
    /// All formats of access tokens.
    pub const ALL: [Self; 4] = [Self::Es256, Self::Rs256, Self::EdDsa, Self::Opaque];

    /// The identifier of its API.
    fn identifier(self) -> &'static str {
        match self {
            Self::Es256 => "https://es256.example",
            Self::Rs256 => "https://rs256.example",
            Self::EdDsa => "https://eddsa.example",
            Self::Opaque => "https://opaque.example",
        }
    }

    fn arguments(self) -> [&'static str; 2] {
        match self {
            Self::Es256 => ["--alg", "ES256"],
            Self::Rs256 => ["--alg", "RS256"],
            Self::EdDsa => ["--alg", "EdDSA"],
            Self::Opaque => ["--token-format", "opaque"],
        }
    }
}

/// The directory of this program's own binaries: `target/PROFILE`.
pub fn own_binaries() -> PathBuf {
    jeton().parent().map(Path::to_path_buf).unwrap_or_default()
}

impl Place {
    /// Registers everything in `stack`; the functions are those in `binaries`.
    ///
    /// # Errors
    /// If the template cannot be read.
    pub fn on(stack: Stack, binaries: PathBuf) -> Result<Self, Failure> {
        let cli = stack.cli();
        let clients = Format::ALL.map(|format| {
            let api = format.identifier();
            cli.create_api(api, "read write", &[&format.arguments()[..], &["--lifetime", "3600"]].concat());
            let service = ["--grant", "client_credentials", "--api", api, "--scope", "read write"];
            let service = cli.create_client("Service", &service);
            let own = ["--introspects", api, "--grant", "token-exchange", "--api", api];
            Clients { format, service, api: cli.create_client("API", &own) }
        });
        let app = |name: &str, scope, more: &[&str]| {
            let own = [
                ["--grant", "authorization_code"],
                ["--grant", "refresh_token"],
                ["--redirect-uri", CALLBACK],
                ["--api", Format::Es256.identifier()],
            ];
            let client = cli.create_client(name, &[own.as_flattened(), more].concat());
            App { client, scope, person: cli.create_user(&format!("{name}-person"), "a long enough pass phrase") }
        };
        let web = app("Shop", "read", &["--scope", "read write"]);
        let signed_in = ["--scope", "openid email read write", "--id-token-alg", "ES256"];
        let portal = app("Portal", "openid email read", &signed_in);
        let known = ["--claim", "email=ada@example.com", "--claim", "email_verified=true"];
        cli.run(&[&["user", "update", &portal.person.username][..], &known].concat());
        let api = ["--auth-method", "none", "--api", Format::Es256.identifier(), "--scope", "read"];
        let tv = cli.create_client("TV", &[&["--grant", "device_code"][..], &api].concat());
        let environment = stack.env_file().pairs().into_iter().collect();
        let deployment = Deployment { template: Template::of_the_product()?, binaries, environment };
        Ok(Self {
            stack,
            clients: clients.into(),
            web,
            portal,
            tv,
            pkce: Pkce::new(),
            key: ClientKey::new(),
            deployment,
        })
    }

    /// The Lambda settings of a function, with its store at `endpoint` if one is given.
    ///
    /// # Errors
    /// If the template does not contain the function.
    pub fn settings(&self, function: &str, endpoint: Option<&str>) -> Result<Settings, Failure> {
        let mut known = self.deployment.template.functions.iter();
        let found = known.find(|known| known.binary == function);
        let mut settings = self.deployment.settings(found.ok_or_else(|| format!("no function {function}"))?);
        if let Some(endpoint) = endpoint {
            settings.environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), endpoint.to_owned());
        }
        Ok(settings)
    }

    /// The settings of the smallest function, under the same conditions.
    ///
    /// # Errors
    /// If it was not built.
    pub fn floor(&self) -> Result<Settings, Failure> {
        let binary = self.deployment.binaries.join("examples/floor");
        if !binary.is_file() {
            return Err(format!("{} is missing: build the examples of tests/bench", binary.display()).into());
        }
        Ok(Settings { name: "floor".into(), binary, ..self.settings("token", None)? })
    }

    /// The URL of the store.
    pub fn store(&self) -> String {
        self.stack.env_file().get("AWS_ENDPOINT_URL_DYNAMODB")
    }

    /// The client that requests tokens of this format for itself.
    ///
    /// # Errors
    /// Never: all formats are registered.
    pub fn service(&self, format: Format) -> Result<&RegisteredClient, Failure> {
        Ok(&self.clients(format)?.service)
    }

    /// The client that introspects tokens of this format.
    ///
    /// # Errors
    /// Never: all formats are registered.
    pub fn api(&self, format: Format) -> Result<&RegisteredClient, Failure> {
        Ok(&self.clients(format)?.api)
    }

    fn clients(&self, format: Format) -> Result<&Clients, Failure> {
        let mut clients = self.clients.iter();
        clients.find(|clients| clients.format == format).ok_or_else(|| format!("no clients for {format:?}").into())
    }

    /// The app that people sign in to without OpenID Connect.
    pub fn web(&self) -> &App {
        &self.web
    }

    /// The app that gets ID tokens (OpenID Connect).
    pub fn portal(&self) -> &App {
        &self.portal
    }

    /// The authorization request of an app.
    fn target(&self, app: &App) -> String {
        authorization_url(&app.client.id, CALLBACK, &self.pkce, &[("scope", app.scope)])
    }

    /// The form fields of an authorization request that an app pushes.
    pub fn pushed(&self) -> [(&str, &str); 5] {
        [
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", self.web.scope),
            ("code_challenge", &self.pkce.challenge),
            ("code_challenge_method", "S256"),
        ]
    }

    /// The event of a device that asks for access.
    ///
    /// # Errors
    /// If the parts do not form a valid request.
    pub fn device_request(&self) -> Result<Bytes, Failure> {
        let fields = [("client_id", &*self.tv.id), ("scope", "read")];
        Ok(by_hand::form_with("/device_authorization", &[], &fields)?.to_string().into())
    }

    /// The event of a service that requests a token with a proof of its key.
    ///
    /// # Errors
    /// If the parts do not form a valid request.
    pub fn proven_request(&self) -> Result<Bytes, Failure> {
        let service = self.service(Format::Es256)?;
        let proof = self.key.proof("POST", &format!("{}/token", self.stack.issuer()), None);
        let authorization = by_hand::basic((&service.id, service.secret()));
        let headers = [("authorization", &*authorization), ("dpop", &*proof)];
        Ok(by_hand::form_with("/token", &headers, &[("grant_type", "client_credentials")])?.to_string().into())
    }

    /// Returns a browser in which the person has signed in and consented to an app.
    pub async fn browser(&self, app: &App) -> Browser {
        let mut browser = self.stack.browser();
        browser.sign_in_and_consent(&self.target(app), &app.person.username, &app.person.password).await;
        browser
    }

    /// The event of an authorization request that needs no page.
    ///
    /// # Errors
    /// If the parts do not form a valid request.
    pub fn silent_request(&self, browser: &Browser) -> Result<Bytes, Failure> {
        from_browser(browser, &self.target(&self.web), "ANY /authorize")
    }

    /// The event with which an app signs a person out of a browser, with an ID token as the hint.
    ///
    /// # Errors
    /// If the parts do not form a valid request.
    pub fn sign_out(&self, browser: &Browser, id_token: &str) -> Result<Bytes, Failure> {
        from_browser(browser, &format!("/logout?id_token_hint={id_token}"), "ANY /logout")
    }

    /// Obtains another code without a page.
    ///
    /// # Errors
    /// If no code is issued.
    pub async fn code(&self, app: &App, browser: &mut Browser) -> Result<String, Failure> {
        let landing = browser.go(&self.target(app)).await;
        let callback = landing.callback().ok_or_else(|| format!("no code: {:?}", landing.reply))?;
        Ok(callback.code().to_owned())
    }

    /// The form fields that redeem a code.
    pub fn redemption<'v>(&'v self, code: &'v str) -> [(&'v str, &'v str); 4] {
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", &self.pkce.verifier),
        ]
    }
}

fn from_browser(browser: &Browser, target: &str, route: &str) -> Result<Bytes, Failure> {
    let pairs: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::get(target).header("host", "abc.example").header("cookie", pairs.join("; "));
    Ok(event::from_request(&request.body(Bytes::new())?, &by_hand::arrival(route)).to_string().into())
}
