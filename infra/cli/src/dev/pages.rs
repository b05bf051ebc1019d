//! The local stack's own pages: the start page and the demo app's callback.

use edge::{Error, Response, html};
use http::StatusCode;
use lambda_http::Request;
use protocol::Parameters;

use crate::dev::demo::{API_CLIENT, APP, Demo, PASSWORD, SERVICE, USERNAME};
use crate::dev::demo_parts::other_issuer;

/// Answers `/` with the start page.
pub(crate) fn start(demo: &Demo, storage: &str) -> Result<Response, Error> {
    let at = |path: &str| format!("{}{path}", demo.issuer);
    let urls = [
        ("Metadata", at("/.well-known/oauth-authorization-server")),
        ("Keys", at("/.well-known/jwks.json")),
        ("Authorization", at("/authorize")),
        ("Pushed requests", at("/par")),
        ("Device authorization", at("/device_authorization")),
        ("Token", at("/token")),
        ("Introspection", at("/introspect")),
        ("Revocation", at("/revoke")),
        ("UserInfo", at("/userinfo")),
    ];
    let other_issuer = other_issuer(&demo.issuer);
    let endpoints: Vec<(&str, &str)> = urls.iter().map(|(name, url)| (*name, url.as_str())).collect();
    let page = pages::Start {
        issuer: &demo.issuer,
        other_issuer: other_issuer.as_deref(),
        endpoints: &endpoints,
        explorer: &at("/explorer"),
        service_curl: &demo.service_curl(),
        introspect_curl: &demo.introspect_curl(),
        authorize_url: &demo.authorize_url()?,
        account: &at("/account"),
        outbox: &at("/outbox"),
        username: USERNAME,
        password: PASSWORD,
        clients: &[
            (SERVICE, "a service: client credentials"),
            (APP, "a public app: authorization code with PKCE, refresh token"),
            (API_CLIENT, "an API: introspection"),
        ],
        storage,
    };
    Ok(html(StatusCode::OK, page.render()))
}

/// Answers `/demo/callback` for the demo app.
pub(crate) fn callback(demo: &Demo, request: &Request) -> Response {
    let query = Parameters::parse(request.uri().query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let one = |name: &str| query.one(name).ok().flatten();
    // A code is base64url; anything else must not end up in a command that a user pastes into a shell.
    let code =
        one("code").filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    let page = pages::DemoCallback {
        code,
        error: one("error").map(|error| (error, one("error_description").unwrap_or_default())),
        redeem_curl: &code.map(|code| demo.redeem_curl(code)).unwrap_or_default(),
    };
    html(StatusCode::OK, page.render())
}
