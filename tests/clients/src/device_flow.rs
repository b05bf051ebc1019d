//! Tests the device authorization grant with the crate `oauth2` as the device.

use std::sync::LazyLock;
use std::time::Duration;

use harness::{Browser, Cli, Http, RegisteredClient, RegisteredUser};
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AuthType, ClientId, ClientSecret, DeviceAuthorizationUrl, DeviceCodeErrorResponse, EndpointNotSet, EndpointSet,
    RequestTokenError, Scope, StandardDeviceAuthorizationResponse, TokenResponse as _, TokenUrl,
};

use crate::site::{Site, send};

const API: &str = "https://screens.example";

type Client = oauth2::basic::BasicClient<EndpointNotSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

struct World {
    site: Site,
    television: RegisteredClient,
    set_top_box: RegisteredClient,
    user: RegisteredUser,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let site = Site::find();
    let cli = Cli::new(site.env_file.clone());
    cli.create_api(API, "read", &[]);
    let device = ["--grant", "device_code", "--grant", "refresh_token", "--api", API, "--scope", "read"];
    World {
        television: cli.create_client("Television", &[&device[..], &["--auth-method", "none"]].concat()),
        set_top_box: cli.create_client("Set-top box", &device),
        user: cli.create_user("a-viewer-of-rust", "a long enough pass phrase"),
        site,
    }
});

/// Builds a client from the metadata.
async fn client(registered: &RegisteredClient) -> Client {
    let metadata = Http::new(&WORLD.site.issuer).get("/.well-known/oauth-authorization-server").send().await;
    let url = |name: &str| metadata.string(name);
    let client = BasicClient::new(ClientId::new(registered.id.clone()))
        .set_device_authorization_url(DeviceAuthorizationUrl::new(url("device_authorization_endpoint")).unwrap())
        .set_token_uri(TokenUrl::new(url("token_endpoint")).unwrap())
        .set_auth_type(AuthType::BasicAuth);
    match &registered.secret {
        Some(secret) => client.set_client_secret(ClientSecret::new(secret.clone())),
        None => client,
    }
}

async fn asked(client: &Client) -> StandardDeviceAuthorizationResponse {
    let request = client.exchange_device_code().add_scope(Scope::new("read".to_owned()));
    request.request_async(&send).await.unwrap()
}

/// Polls as the crate does by itself: at once, and then after each interval.
async fn polled(
    client: &Client,
    asked: &StandardDeviceAuthorizationResponse,
) -> Result<BasicTokenResponse, RequestTokenError<reqwest::Error, DeviceCodeErrorResponse>> {
    let polls = client.exchange_device_access_token(asked);
    polls.request_async(&send, tokio::time::sleep, Some(Duration::from_mins(1))).await
}

/// Opens the link as the person, signs in and decides.
async fn answer(asked: &StandardDeviceAuthorizationResponse, decision: &str) {
    let mut browser = Browser::new(&WORLD.site.issuer);
    let page = browser.go(asked.verification_uri_complete().unwrap().secret()).await;
    let filled = [("username", &*WORLD.user.username), ("password", &*WORLD.user.password)];
    let page = browser.submit(&page, &page.form(), &filled).await;
    let done = browser.submit(&page, &page.form(), &[("decision", decision)]).await;
    assert_eq!(done.reply.status, 200, "{:?}", done.reply);
}

#[tokio::test]
async fn c125_a_device_gets_its_tokens_while_the_person_takes_time() {
    for registered in [&WORLD.television, &WORLD.set_top_box] {
        let client = client(registered).await;
        let asked = asked(&client).await;
        assert_eq!(asked.interval(), Duration::from_secs(5));
        let (token, ()) = tokio::join!(polled(&client, &asked), answer(&asked, "allow"));
        let token = token.unwrap();
        let refreshed =
            client.exchange_refresh_token(token.refresh_token().unwrap()).request_async(&send).await.unwrap();
        assert_eq!(refreshed.token_type().as_ref(), "bearer");
    }
}

#[tokio::test]
async fn c125_a_device_is_told_that_the_person_denied() {
    let client = client(&WORLD.television).await;
    let asked = asked(&client).await;
    answer(&asked, "deny").await;
    let refused = polled(&client, &asked).await.unwrap_err();
    let RequestTokenError::ServerResponse(response) = refused else { panic!("{refused:?}") };
    assert_eq!(response.error().to_string(), "access_denied");
}
