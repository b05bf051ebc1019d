//! A client with a FAPI profile: it pushes its requests, authenticates with assertions, and proves its key. Its refresh token
//! stays the same, and a refresh writes nothing about the grant.

use harness::{Ask, ClientKey, Pkce, Reply};

use crate::matrix::{Flow, under_every_fault};
use crate::place::{CALLBACK, Code, Place, is_refused};

/// Adds a fresh assertion of the client to a request.
fn authenticated(place: &Place, ask: Ask) -> Ask {
    let fields = place.bank_key.assertion(&place.bank.id, place.stack.issuer());
    fields.iter().fold(ask, |ask, (name, value)| ask.field(name, value))
}

async fn push(place: &Place, pkce: &Pkce) -> Reply {
    let fields = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("code_challenge", &*pkce.challenge),
        ("code_challenge_method", "S256"),
    ];
    authenticated(place, place.http.post("/par").fields(&fields)).send().await
}

/// Has Ana answer a pushed request.
async fn code(place: &Place, pushed: &Reply, pkce: Pkce) -> Code {
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let request_uri = pushed.string("request_uri").replace(':', "%3A");
    let target = format!("/authorize?client_id={}&request_uri={request_uri}", place.bank.id);
    let mut browser = place.browser.lock().await;
    let callback = browser.sign_in_and_consent(&target, &place.ana.username, &place.ana.password).await;
    Code { code: callback.code().to_owned(), verifier: pkce.verifier }
}

async fn new_code(place: &Place) -> Code {
    let pkce = Pkce::new();
    let pushed = push(place, &pkce).await;
    code(place, &pushed, pkce).await
}

async fn ask(place: &Place, key: &ClientKey, grant_type: &str, fields: &[(&str, &str)]) -> Reply {
    let proof = key.proof("POST", &format!("{}/token", place.stack.issuer()), None);
    let ask = place.http.post("/token").field("grant_type", grant_type).fields(fields).header("dpop", proof);
    authenticated(place, ask).send().await
}

async fn redeem(place: &Place, key: &ClientKey, code: &Code) -> Reply {
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    ask(place, key, "authorization_code", &fields).await
}

async fn refresh(place: &Place, key: &ClientKey, token: &str) -> Reply {
    ask(place, key, "refresh_token", &[("refresh_token", token)]).await
}

fn is_bound(reply: &Reply) -> bool {
    reply.status == 200 && reply.string("token_type") == "DPoP"
}

/// Asserts that the tokens are good, and that the next refresh brings the same refresh token, whatever key proves it.
async fn assert_good(place: &Place, reply: &Reply) {
    assert!(is_bound(reply), "{reply:?}");
    assert!(place.is_active(&reply.string("access_token")).await);
    let next = refresh(place, &ClientKey::new(), &reply.string("refresh_token")).await;
    assert!(is_bound(&next), "{next:?}");
    assert_eq!(next.string("refresh_token"), reply.string("refresh_token"));
}

/// The client pushes a request with an assertion.
struct Push;

impl Flow for Push {
    type Ready = Pkce;

    async fn prepare(&self, _: &Place) -> Pkce {
        Pkce::new()
    }

    async fn act(&self, place: &Place, pkce: &mut Pkce) -> Reply {
        push(place, pkce).await
    }

    /// An assertion whose use was written and not confirmed is this request's own, and not one that was used before.
    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 201
    }

    async fn settle(&self, place: &Place, mut pkce: Pkce, right: Option<Reply>) {
        let pushed = self.answered(place, &mut pkce, right).await;
        let code = code(place, &pushed, pkce).await;
        assert_good(place, &redeem(place, &ClientKey::new(), &code).await).await;
    }
}

/// The client redeems a code with an assertion and a proof.
struct Redemption;

impl Flow for Redemption {
    type Ready = (Code, ClientKey);

    async fn prepare(&self, place: &Place) -> (Code, ClientKey) {
        (new_code(place).await, ClientKey::new())
    }

    async fn act(&self, place: &Place, (code, key): &mut (Code, ClientKey)) -> Reply {
        redeem(place, key, code).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_bound(reply)
    }

    async fn settle(&self, place: &Place, mut ready: (Code, ClientKey), right: Option<Reply>) {
        let reply = self.answered(place, &mut ready, right).await;
        // The code may have been used, and its tokens never shown: then this was its second use.
        if is_bound(&reply) {
            assert_good(place, &reply).await;
        } else {
            assert!(is_refused(&reply), "{reply:?}");
        }
        let second = redeem(place, &ready.1, &ready.0).await;
        assert!(is_refused(&second), "{second:?}");
    }
}

/// The client refreshes its tokens.
struct Refresh;

impl Flow for Refresh {
    type Ready = String;

    async fn prepare(&self, place: &Place) -> String {
        let code = new_code(place).await;
        let reply = redeem(place, &ClientKey::new(), &code).await;
        assert!(is_bound(&reply), "{reply:?}");
        reply.string("refresh_token")
    }

    async fn act(&self, place: &Place, token: &mut String) -> Reply {
        refresh(place, &ClientKey::new(), token).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_bound(reply)
    }

    async fn settle(&self, place: &Place, mut token: String, right: Option<Reply>) {
        let reply = self.answered(place, &mut token, right).await;
        assert_eq!(reply.string("refresh_token"), token);
        assert_good(place, &reply).await;
    }
}

#[tokio::test]
async fn c202_a_client_of_the_profile_pushes_redeems_and_refreshes() {
    tokio::join!(
        under_every_fault("push with an assertion", Push),
        under_every_fault("redemption of the FAPI profile", Redemption),
        under_every_fault("refresh of the FAPI profile", Refresh),
    );
}
