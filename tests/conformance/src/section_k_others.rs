//! K. Other grants, logout, and what is written down.

use harness::{Pkce, Stack};

use crate::session::{Code, tokens};
use crate::world::{ORDERS, World};

#[tokio::test]
async fn c130_no_secret_code_token_verifier_or_password_is_ever_logged() {
    let world = World::on(Stack::builder().env("RUST_LOG", "trace").start());
    let mut session = world.session();
    let mut secrets =
        vec![world.ana.password.clone(), world.web.secret().to_owned(), world.service.secret().to_owned()];
    for client in [&world.spa, &world.web, &world.opaque_spa] {
        let pkce = Pkce::new();
        let callback = session.authorize(client, &pkce, &[("state", "the-state-of-the-app")]).await;
        let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
        let first = tokens(&session.redeem(client, &code).await);
        let second = tokens(&session.refresh(client, &first.refresh).await);
        assert!(session.is_active(&second.access).await);
        drop(session.redeem(client, &code).await);
        drop(session.refresh(client, &second.refresh).await);
        drop(session.revoke(client, &first.access).await);
        secrets.extend([code.code, code.verifier, first.access, first.refresh, second.access, second.refresh]);
    }
    secrets.push(session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token"));
    drop(session.http.post("/token").basic(&world.service.id, "a-wrong-secret-of-a-client").send().await);
    drop(session.http.post("/token").header("authorization", "Bearer a-secret-in-the-wrong-place").send().await);
    drop(session.http.post("/token?client_secret=a-secret-in-the-query").send().await);
    secrets.extend(
        ["a-wrong-secret-of-a-client", "a-secret-in-the-wrong-place", "a-secret-in-the-query"].map(str::to_owned),
    );
    secrets.extend(session.browser.cookies.values().cloned());
    let log = world.stack.log();
    assert!(log.contains(&world.spa.id), "nothing was logged of all this");
    for secret in secrets {
        // The middle of it is enough to find it, whatever surrounds it.
        let middle = &secret[secret.len() / 4..secret.len() * 3 / 4];
        assert!(!log.contains(middle), "the log holds {secret}");
    }
}
