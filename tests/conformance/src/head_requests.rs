//! `HEAD`: answered as `GET`, without the body (RFC 9110 §9.3.2).

use harness::{Http, Pkce, Reply};

use crate::support::case::Case;
use crate::support::devices::{asked, enter, television};
use crate::support::pages::{assert_page_headers, signed_in, url};
use crate::support::published::DOCUMENTS;
use crate::support::pushed::pushed;
use crate::support::session::{self, Code, assert_granted, tokens};
use crate::support::world::World;

/// Returns the headers that both methods must have in common.
fn common(reply: &Reply) -> Vec<(String, String)> {
    let differs = ["date", "content-length", "set-cookie"];
    let kept = reply.headers.iter().filter(|(name, _)| !differs.contains(&name.as_str()));
    let mut headers: Vec<(String, String)> =
        kept.map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned())).collect();
    headers.sort();
    headers
}

async fn both(http: &Http, path: &str) -> [Reply; 2] {
    [http.get(path).send().await, http.ask("HEAD", path).send().await]
}

#[tokio::test]
async fn c172_head_is_answered_as_get_without_a_body() {
    let session = session::shared();
    let authorize = url(&session.world.spa.id, &[]);
    let mistaken = url("nobody", &[]);
    let waiting = pushed(&session, &session.world.web, &Pkce::new(), &[]).await;
    let hinted = url(&session.world.spa.id, &[("prompt", "none"), ("id_token_hint", "x.y.z")]);
    let paths = [
        &*authorize,
        &*mistaken,
        &*waiting,
        &*hinted,
        "/authorize",
        "/authorize/sign-in",
        "/authorize/x",
        "/device",
        "/device/x",
        "/account",
        "/account/sign-in",
        "/account/password",
        "/logout",
        "/logout/confirm",
        "/userinfo",
        "/token",
        DOCUMENTS[0],
        DOCUMENTS[1],
        "/.well-known/jwks.json",
        "/.well-known/x",
        "/register/dyn_0",
        "/",
        "/demo/callback",
        "/nowhere",
    ];
    for path in paths {
        let _case = Case::new(path);
        let [get, head] = both(&session.http, path).await;
        assert_eq!((head.status, common(&head)), (get.status, common(&get)), "{path}");
        assert_eq!(head.headers("set-cookie").count(), get.headers("set-cookie").count(), "{path}");
        assert!(head.body.is_empty(), "{path}: {head:?}");
    }
    assert_page_headers(&session.http.ask("HEAD", &authorize).send().await);
}

#[tokio::test]
async fn c172_head_of_a_protected_resource_needs_the_same_token() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.web, &[("scope", "openid")]).await;
    let tokens = tokens(&session.redeem(&world.web, &code).await);
    let ask = |token: &str| session.http.ask("HEAD", "/userinfo").header("authorization", format!("Bearer {token}"));
    let good = ask(&tokens.access).send().await;
    assert_eq!((good.status, good.body.len()), (200, 0), "{good:?}");
    assert_eq!(ask("x").send().await.status, 401);
}

#[tokio::test]
async fn c172_head_decides_no_consent() {
    let session = signed_in(World::shared()).await;
    let cookies: Vec<String> = session.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    for path in ["/authorize/consent", "/authorize/sign-in", "/logout/confirm"] {
        let ask = session.http.ask("HEAD", path).header("cookie", cookies.join("; "));
        let reply = ask.header("content-type", "application/x-www-form-urlencoded").send().await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")), "{path}: {reply:?}");
    }
}

#[tokio::test]
async fn c172_head_uses_up_no_pushed_request() {
    let mut session = session::shared();
    let (world, pkce) = (session.world, Pkce::new());
    let target = pushed(&session, &world.web, &pkce, &[]).await;
    for _ in 0..3 {
        let reply = session.http.ask("HEAD", &target).send().await;
        assert_eq!((reply.status, reply.header("location")), (200, None), "{reply:?}");
    }
    let callback = session.browser.sign_in_and_consent(&target, &world.ana.username, &world.ana.password).await;
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    assert_granted(&session.redeem(&world.web, &code).await);
}

#[tokio::test]
async fn c172_c211_head_counts_no_wrong_code_of_a_device() {
    let session = session::shared();
    let world = session.world;
    let codes = asked(&session, &television(world, "TV of a head"), &[]).await;
    let (http, mut browser) = (world.stack.http_from([127, 0, 7, 4]), world.stack.browser_from([127, 0, 7, 4]));
    // An address has 60 wrong codes. A request for the head comes without a cookie, so it would count for nothing else.
    for number in 0..61 {
        let ask = http.ask("HEAD", "/device?user_code=BBBB-BBBB").header("sec-fetch-site", "none");
        assert_eq!(ask.send().await.status, 200, "{number}");
    }
    let page = enter(&mut browser, &codes.user_code).await;
    assert!(page.form().input("password").is_some(), "{:?}", page.reply);
}
