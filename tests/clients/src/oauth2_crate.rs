//! Tests Jeton with the crate `oauth2` as its client.

use std::sync::LazyLock;

use harness::{Browser, Cli, Http, Jwt, RegisteredClient, RegisteredUser};
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    IntrospectionUrl, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, RevocationUrl, Scope,
    StandardRevocableToken, TokenIntrospectionResponse as _, TokenResponse as _, TokenUrl,
};

use crate::site::{Site, send};

const API: &str = "https://orders.example";
const CALLBACK: &str = "https://shop.example/callback";

type Client = oauth2::basic::BasicClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointSet>;

struct World {
    site: Site,
    basic: RegisteredClient,
    post: RegisteredClient,
    web: RegisteredClient,
    app: RegisteredClient,
    api: RegisteredClient,
    user: RegisteredUser,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let site = Site::find();
    let cli = Cli::new(site.env_file.clone());
    cli.create_api(API, "read write", &[]);
    let service = ["--grant", "client_credentials", "--api", API, "--scope", "read write"];
    let code = [
        ["--grant", "authorization_code"],
        ["--grant", "refresh_token"],
        ["--redirect-uri", CALLBACK],
        ["--api", API],
        ["--scope", "read write"],
    ];
    let code = code.as_flattened();
    World {
        // Form encoding changes this id in HTTP Basic (RFC 6749 §2.3.1).
        basic: cli.create_client("Basic", &[&["--id", "basic:a+b%20/c"], &service[..]].concat()),
        post: cli.create_client("Post", &[&["--auth-method", "client_secret_post"], &service[..]].concat()),
        web: cli.create_client("Shop", code),
        app: cli.create_client("App", &[&["--auth-method", "none"], code].concat()),
        api: cli.create_client("Orders API", &["--introspects", API]),
        user: cli.create_user("a-reader-of-rust", "a long enough pass phrase"),
        site,
    }
});

/// Builds a client from the metadata.
async fn client(registered: &RegisteredClient, auth_type: AuthType) -> Client {
    let metadata = Http::new(&WORLD.site.issuer).get("/.well-known/oauth-authorization-server").send().await;
    let url = |name: &str| metadata.string(name);
    let client = BasicClient::new(ClientId::new(registered.id.clone()))
        .set_auth_uri(AuthUrl::new(url("authorization_endpoint")).unwrap())
        .set_token_uri(TokenUrl::new(url("token_endpoint")).unwrap())
        .set_introspection_url(IntrospectionUrl::new(url("introspection_endpoint")).unwrap())
        .set_revocation_url(RevocationUrl::new(url("revocation_endpoint").replacen("http:", "https:", 1)).unwrap())
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap())
        .set_auth_type(auth_type);
    match &registered.secret {
        Some(secret) => client.set_client_secret(ClientSecret::new(secret.clone())),
        None => client,
    }
}

/// Returns the client of a person's app, and the values it needs to redeem its code.
async fn signed_in(registered: &RegisteredClient) -> (Client, AuthorizationCode, PkceCodeVerifier) {
    let client = client(registered, AuthType::BasicAuth).await;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let request = client.authorize_url(CsrfToken::new_random).add_scope(Scope::new("read".to_owned()));
    let (url, state) = request.set_pkce_challenge(challenge).url();
    let (user, mut browser) = (&WORLD.user, Browser::new(&WORLD.site.issuer));
    let callback = browser.sign_in_and_consent(url.as_str(), &user.username, &user.password).await;
    assert_eq!(callback.state.as_deref(), Some(state.secret().as_str()));
    assert_eq!(callback.iss.as_deref(), Some(&*WORLD.site.issuer));
    assert!(callback.url.as_str().starts_with(CALLBACK), "{}", callback.url);
    (client, AuthorizationCode::new(callback.code().to_owned()), verifier)
}

async fn redeem(client: &Client, code: AuthorizationCode, verifier: PkceCodeVerifier) -> BasicTokenResponse {
    client.exchange_code(code).set_pkce_verifier(verifier).request_async(&send).await.unwrap()
}

async fn is_active(token: &BasicTokenResponse) -> bool {
    let api = client(&WORLD.api, AuthType::BasicAuth).await;
    api.introspect(token.access_token()).request_async(&send).await.unwrap().active()
}

/// Returns the OAuth error of a refused request.
fn error<T, E: std::error::Error + 'static>(
    answer: Result<T, RequestTokenError<E, oauth2::basic::BasicErrorResponse>>,
) -> BasicErrorResponseType {
    match answer {
        Err(RequestTokenError::ServerResponse(response)) => response.error().clone(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[tokio::test]
async fn a_service_gets_a_token_by_basic_and_by_post() {
    for (registered, auth_type) in [(&WORLD.basic, AuthType::BasicAuth), (&WORLD.post, AuthType::RequestBody)] {
        let client = client(registered, auth_type).await;
        let request = client.exchange_client_credentials().add_scope(Scope::new("read".to_owned()));
        let token = request.request_async(&send).await.unwrap();
        assert_eq!(token.scopes().unwrap(), &[Scope::new("read".to_owned())]);
        assert_eq!(token.expires_in().unwrap().as_secs(), 900);
        assert!(token.refresh_token().is_none());
        let jwt = Jwt::read(token.access_token().secret());
        assert_eq!((jwt.text("typ"), jwt.text("sub")), ("at+jwt", &*registered.id));
    }
}

#[tokio::test]
async fn a_wrong_secret_is_invalid_client() {
    for (registered, auth_type) in [(&WORLD.basic, AuthType::BasicAuth), (&WORLD.post, AuthType::RequestBody)] {
        let wrong = RegisteredClient { secret: Some("wrong".to_owned()), ..registered.clone() };
        let client = client(&wrong, auth_type).await;
        let answer = client.exchange_client_credentials().request_async(&send).await;
        assert_eq!(error(answer), BasicErrorResponseType::InvalidClient);
    }
}

#[tokio::test]
async fn an_app_with_and_without_a_secret_gets_tokens_and_gives_them_back() {
    for registered in [&WORLD.web, &WORLD.app] {
        let (client, code, verifier) = signed_in(registered).await;
        let tokens = redeem(&client, code, verifier).await;
        assert_eq!(Jwt::read(tokens.access_token().secret()).text("sub"), WORLD.user.sub);
        assert!(is_active(&tokens).await);
        let first = tokens.refresh_token().unwrap();
        let refreshed = client.exchange_refresh_token(first).request_async(&send).await.unwrap();
        let second = refreshed.refresh_token().unwrap();
        assert_ne!(first.secret(), second.secret());
        assert!(is_active(&refreshed).await);
        let revocation = client.revoke_token(StandardRevocableToken::from(second)).unwrap();
        revocation.request_async(&send).await.unwrap();
        assert!(!is_active(&tokens).await && !is_active(&refreshed).await);
        let answer = client.exchange_refresh_token(second).request_async(&send).await;
        assert_eq!(error(answer), BasicErrorResponseType::InvalidGrant);
    }
}

#[tokio::test]
async fn a_wrong_verifier_is_invalid_grant_and_leaves_the_code_good() {
    let (client, code, verifier) = signed_in(&WORLD.web).await;
    let (_, wrong) = PkceCodeChallenge::new_random_sha256();
    let answer = client.exchange_code(code.clone()).set_pkce_verifier(wrong).request_async(&send).await;
    assert_eq!(error(answer), BasicErrorResponseType::InvalidGrant);
    let again = PkceCodeVerifier::new(verifier.secret().clone());
    let tokens = redeem(&client, code.clone(), verifier).await;
    let answer = client.exchange_code(code).set_pkce_verifier(again).request_async(&send).await;
    assert_eq!(error(answer), BasicErrorResponseType::InvalidGrant);
    assert!(!is_active(&tokens).await, "the replay has revoked what was issued");
}

#[tokio::test]
async fn introspection_tells_what_the_token_is() {
    let (client_of_person, code, verifier) = signed_in(&WORLD.app).await;
    let tokens = redeem(&client_of_person, code, verifier).await;
    let api = client(&WORLD.api, AuthType::BasicAuth).await;
    let told = api.introspect(tokens.access_token()).request_async(&send).await.unwrap();
    assert_eq!(told.client_id().map(|id| id.as_str()), Some(&*WORLD.app.id));
    assert_eq!(told.sub(), Some(&*WORLD.user.sub));
    assert_eq!(told.aud().unwrap(), &[API.to_owned()]);
    assert_eq!(told.scopes().unwrap(), &[Scope::new("read".to_owned())]);
    let garbled = oauth2::AccessToken::new("garbled".to_owned());
    assert!(!api.introspect(&garbled).request_async(&send).await.unwrap().active());
}
