//! CORS: which endpoints apps in browsers may ask.

use harness::Reply;

use crate::support::case::Case;
use crate::support::pages::cors_headers;
use crate::support::published::DOCUMENTS;
use crate::support::self_registration::with_tokens;
use crate::support::session::{self};
use crate::support::world::World;

/// Asserts that any origin may read an answer, but never with credentials.
fn assert_open(reply: &Reply) {
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{reply:?}");
    assert_eq!(reply.header("access-control-allow-credentials"), None, "{reply:?}");
}

#[tokio::test]
async fn c062_every_answer_that_an_app_in_a_browser_needs_may_be_read_by_any_origin() {
    let mut session = session::shared();
    let world = session.world;
    let live = session.tokens(&world.spa).await;
    let http = &session.http;
    let spa = &world.spa;
    let refresh = || http.post("/token").client(spa).field("grant_type", "refresh_token");
    let asks = [
        refresh().field("refresh_token", &live.refresh),
        refresh().field("refresh_token", "x"),
        http.post("/token"),
        http.post("/token").raw_form("%"),
        http.post("/token").basic("nobody", "wrong"),
        http.get("/token"),
        http.post("/revoke").client(spa).field("token", &live.access),
        http.post("/revoke"),
        http.post("/par").client(spa),
        http.get("/par"),
        http.post("/device_authorization").client(spa),
        http.get("/device_authorization"),
        http.get("/revoke"),
        http.get(DOCUMENTS[0]),
        http.get(DOCUMENTS[1]),
        http.get("/.well-known/jwks.json"),
        http.get("/.well-known/x"),
        http.post("/.well-known/jwks.json"),
    ];
    for ask in asks {
        for origin in ["https://app.example", "null"] {
            assert_open(&ask.clone().header("origin", origin).send().await);
        }
    }
}

#[tokio::test]
async fn c062_a_preflight_is_answered_where_scripts_may_ask_and_nowhere_else() {
    let http = World::shared().stack.http();
    let ask = |path: &str| {
        let ask = http.ask("OPTIONS", path).header("origin", "https://app.example");
        let ask = ask.header("access-control-request-method", "POST");
        ask.header("access-control-request-headers", "authorization,content-type").send()
    };
    for path in
        ["/par", "/device_authorization", "/token", "/revoke", DOCUMENTS[0], DOCUMENTS[1], "/.well-known/jwks.json"]
    {
        let reply = ask(path).await;
        assert_eq!((reply.status, reply.body.len()), (204, 0), "{path}: {reply:?}");
        assert_open(&reply);
        let header = |name: &str| reply.header(name).unwrap_or_else(|| panic!("no {name}: {reply:?}")).to_lowercase();
        let method = if path.starts_with("/.well-known") { "get" } else { "post" };
        assert!(header("access-control-allow-methods").contains(method), "{reply:?}");
        assert!(header("access-control-allow-headers").contains("content-type"), "{reply:?}");
        assert!(header("access-control-max-age").parse::<u32>().is_ok_and(|age| age > 0), "{reply:?}");
    }
    let reply = ask("/introspect").await;
    assert_eq!(reply.status, 405, "{reply:?}");
    for method in ["GET", "POST", "OPTIONS"] {
        let reply = http.ask(method, "/introspect").header("origin", "https://app.example").send().await;
        assert_eq!(cors_headers(&reply), [""; 0], "{reply:?}");
    }
}

#[tokio::test]
async fn c062_c167_a_preflight_allows_what_clients_in_browsers_send_and_never_credentials() {
    let (http, of_registration) = (World::shared().stack.http(), with_tokens().stack.http());
    let usual = "accept,authorization,content-type,dpop,mcp-protocol-version,traceparent,tracestate,x-requested-with";
    let paths = [
        "/par",
        "/device_authorization",
        "/token",
        "/revoke",
        "/userinfo",
        DOCUMENTS[0],
        DOCUMENTS[1],
        "/.well-known/jwks.json",
        "/.well-known/x",
        "/register",
        "/register/dyn_0",
    ];
    for path in paths {
        let http = if path.starts_with("/register") { &of_registration } else { &http };
        let preflight = || http.ask("OPTIONS", path).header("origin", "https://app.example");
        for asked in [usual, "authorization,baggage,sentry-trace", "x-b3-traceid"] {
            let _case = Case::new(format!("{path}: {asked}"));
            let reply = preflight().header("access-control-request-headers", asked).send().await;
            assert_eq!(reply.status, 204, "{reply:?}");
            assert_open(&reply);
            let allowed = reply.header("access-control-allow-headers").unwrap_or_default();
            let allowed: Vec<&str> = allowed.split(',').map(str::trim).collect();
            assert!(asked.split(',').all(|name| allowed.contains(&name)), "{allowed:?}");
            assert_eq!(reply.header("vary"), Some("access-control-request-headers"), "{reply:?}");
        }
        // Who names no header, or something else, is told the usual ones.
        for ask in [preflight(), preflight().header("access-control-request-headers", "<a>; b")] {
            let reply = ask.send().await;
            let allowed = reply.header("access-control-allow-headers").unwrap_or_default().replace(' ', "");
            assert_eq!(allowed, usual, "{reply:?}");
            assert_open(&reply);
        }
    }
}
