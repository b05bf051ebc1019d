//! A function is killed while it deals with tokens that are bound to a key, or with a client of the FAPI profile: the key of a
//! grant never changes, and a client that repeats its request with a new assertion goes on.

use harness::{ClientKey, Pkce};
use serde_json::{Value, json};

use crate::by_hand;
use crate::crash::{Ask, Silenced, Tokens, new_code_of, survived};
use crate::stack::{CALLBACK, SHARED, new_user};

/// Builds a request to the token endpoint with a proof of the key.
fn proven(key: &ClientKey, fields: &[(&str, &str)]) -> Ask {
    let proof = key.proof("POST", &format!("{}/token", SHARED.stack.issuer()), None);
    Ask { function: "token", event: by_hand::form_with("/token", &[("dpop", &proof)], fields).unwrap() }
}

fn redeeming<'f>(code: &'f str, verifier: &'f str) -> [(&'f str, &'f str); 4] {
    let grant = ("grant_type", "authorization_code");
    [grant, ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", verifier)]
}

fn refreshing(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}

/// Builds a request of the public app.
fn of_app(key: &ClientKey, fields: &[(&str, &str)]) -> Ask {
    proven(key, &[&[("client_id", &*SHARED.spa.id)][..], fields].concat())
}

/// Returns the fields of a request of the bank, with a fresh assertion.
fn authenticated(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let assertion = SHARED.bank_key.assertion(&SHARED.bank.id, SHARED.stack.issuer());
    owned.chain(assertion.map(|(name, value)| (name.to_owned(), value))).collect()
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (&**name, &**value)).collect()
}

fn of_bank(key: &ClientKey, fields: &[(&str, &str)]) -> Ask {
    proven(key, &borrowed(&authenticated(fields)))
}

fn push(pkce: &Pkce) -> Ask {
    let fields = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("code_challenge", &*pkce.challenge),
        ("code_challenge_method", "S256"),
    ];
    Ask { function: "par", event: by_hand::form_with("/par", &[], &borrowed(&authenticated(&fields))).unwrap() }
}

/// Has a new person answer a pushed request, and returns the code.
async fn answered(pushed: &Value) -> String {
    let user = new_user();
    let request_uri = pushed["request_uri"].as_str().unwrap().replace(':', "%3A");
    let target = format!("/authorize?client_id={}&request_uri={request_uri}", SHARED.bank.id);
    let callback = SHARED.stack.browser().sign_in_and_consent(&target, &user.username, &user.password).await;
    callback.code().to_owned()
}

impl Silenced {
    async fn bound_tokens(&self, ask: &Ask) -> Tokens {
        let (status, body) = self.answer(ask).await;
        assert_eq!((status, &body["token_type"]), (200, &json!("DPoP")), "{body}");
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Tokens { access: text("access_token"), refresh: text("refresh_token") }
    }

    /// Gets the bank a new code.
    async fn code_of_bank(&self) -> (String, String) {
        let pkce = Pkce::new();
        let (status, pushed) = self.answer(&push(&pkce)).await;
        assert_eq!(status, 201, "{pushed}");
        (answered(&pushed).await, pkce.verifier)
    }
}

#[tokio::test]
async fn c186_a_bound_redemption_that_died_gives_tokens_to_its_key_once_or_not_at_all() {
    let silenced = Silenced::start();
    for place in 0.. {
        let (key, (code, verifier)) = (ClientKey::new(), new_code_of(&SHARED.spa).await);
        let ask = of_app(&key, &redeeming(&code, &verifier));
        if !silenced.dies_after(place, silenced.answer(&ask)).await {
            return survived("redemption with a proof", place, 3);
        }
        // If the code was used, this is its second use, and the person must consent again.
        let (status, body) = silenced.answer(&ask).await;
        if status == 200 {
            let refresh = body["refresh_token"].as_str().unwrap();
            silenced.assert_refused(&of_app(&ClientKey::new(), &refreshing(refresh))).await;
            silenced.bound_tokens(&of_app(&key, &refreshing(refresh))).await;
        } else {
            assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")), "{place}: {body}");
        }
        silenced.assert_refused(&ask).await;
    }
}

#[tokio::test]
async fn c186_a_bound_refresh_that_died_is_done_again_by_its_key_alone() {
    let silenced = Silenced::start();
    for place in 0.. {
        let (key, (code, verifier)) = (ClientKey::new(), new_code_of(&SHARED.spa).await);
        let before = silenced.bound_tokens(&of_app(&key, &redeeming(&code, &verifier))).await;
        let refresh = |key: &ClientKey, tokens: &Tokens| of_app(key, &refreshing(&tokens.refresh));
        if !silenced.dies_after(place, silenced.answer(&refresh(&key, &before))).await {
            return survived("refresh with a proof", place, 3);
        }
        silenced.assert_refused(&refresh(&ClientKey::new(), &before)).await;
        let first = silenced.bound_tokens(&refresh(&key, &before)).await;
        let second = silenced.bound_tokens(&refresh(&key, &first)).await;
        // An old token ends the grant, but only with its key.
        silenced.assert_refused(&refresh(&ClientKey::new(), &before)).await;
        let third = silenced.bound_tokens(&refresh(&key, &second)).await;
        silenced.assert_refused(&refresh(&key, &before)).await;
        silenced.assert_refused(&refresh(&key, &third)).await;
    }
}

#[tokio::test]
async fn a_push_that_died_is_done_again_with_another_assertion() {
    let silenced = Silenced::start();
    for place in 0.. {
        let pkce = Pkce::new();
        if !silenced.dies_after(place, silenced.answer(&push(&pkce))).await {
            return survived("push with an assertion", place, 3);
        }
        let (status, pushed) = silenced.answer(&push(&pkce)).await;
        assert_eq!(status, 201, "{place}: {pushed}");
        let code = answered(&pushed).await;
        silenced.bound_tokens(&of_bank(&ClientKey::new(), &redeeming(&code, &pkce.verifier))).await;
    }
}

#[tokio::test]
async fn c202_a_redemption_of_the_profile_that_died_gives_tokens_once_or_not_at_all() {
    let silenced = Silenced::start();
    for place in 0.. {
        let (key, (code, verifier)) = (ClientKey::new(), silenced.code_of_bank().await);
        let ask = || of_bank(&key, &redeeming(&code, &verifier));
        if !silenced.dies_after(place, silenced.answer(&ask())).await {
            return survived("redemption of the FAPI profile", place, 3);
        }
        let (status, body) = silenced.answer(&ask()).await;
        assert!(status == 200 || (status == 400 && body["error"] == "invalid_grant"), "{place}: {status} {body}");
        silenced.assert_refused(&ask()).await;
    }
}

#[tokio::test]
async fn c202_a_refresh_of_the_profile_that_died_brings_the_same_refresh_token() {
    let silenced = Silenced::start();
    let (code, verifier) = silenced.code_of_bank().await;
    let tokens = silenced.bound_tokens(&of_bank(&ClientKey::new(), &redeeming(&code, &verifier))).await;
    let refresh = || of_bank(&ClientKey::new(), &refreshing(&tokens.refresh));
    for place in 0.. {
        if !silenced.dies_after(place, silenced.answer(&refresh())).await {
            return survived("refresh of the FAPI profile", place, 3);
        }
        let again = silenced.bound_tokens(&refresh()).await;
        assert_eq!(again.refresh, tokens.refresh, "{place}");
    }
}
