//! Redemptions with a DPoP proof: what is issued is bound to the key of the proof, and a lost answer changes no key.

use harness::{ClientKey, RegisteredClient, Reply};

use crate::matrix::{Flow, under_every_fault};
use crate::place::{CALLBACK, Code, Place, is_refused};

/// Signs a new proof for the token endpoint.
fn proof(place: &Place, key: &ClientKey) -> String {
    key.proof("POST", &format!("{}/token", place.stack.issuer()), None)
}

async fn ask(place: &Place, key: &ClientKey, grant_type: &str, fields: &[(&str, &str)]) -> Reply {
    let app: &RegisteredClient = &place.spa;
    let ask = place.http.post("/token").client(app).field("grant_type", grant_type).fields(fields);
    ask.header("dpop", proof(place, key)).send().await
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

/// Asserts that the tokens work with this key, and that no other key gets a token from them.
async fn assert_bound_to(place: &Place, key: &ClientKey, reply: &Reply) {
    assert!(is_bound(reply), "{reply:?}");
    let told = place.introspect(&reply.string("access_token")).await.json();
    assert!(told["active"] == true && told["cnf"]["jkt"].is_string(), "{told}");
    let stolen = refresh(place, &ClientKey::new(), &reply.string("refresh_token")).await;
    assert!(is_refused(&stolen), "{stolen:?}");
    let next = refresh(place, key, &reply.string("refresh_token")).await;
    assert!(is_bound(&next), "{next:?}");
    let again = place.introspect(&next.string("access_token")).await.json();
    assert_eq!(told["cnf"], again["cnf"]);
}

/// A public app redeems a code with a proof.
struct BoundRedemption;

impl Flow for BoundRedemption {
    type Ready = (Code, ClientKey);

    async fn prepare(&self, place: &Place) -> (Code, ClientKey) {
        (place.code(&place.spa).await, ClientKey::new())
    }

    async fn act(&self, place: &Place, (code, key): &mut (Code, ClientKey)) -> Reply {
        redeem(place, key, code).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_bound(reply)
    }

    async fn settle(&self, place: &Place, mut ready: (Code, ClientKey), right: Option<Reply>) {
        let reply = self.answered(place, &mut ready, right).await;
        let (code, key) = &ready;
        // The code may have been used, and its tokens never shown: then this was its second use.
        if is_bound(&reply) {
            assert_bound_to(place, key, &reply).await;
        } else {
            assert!(is_refused(&reply), "{reply:?}");
        }
        let second = redeem(place, key, code).await;
        assert!(is_refused(&second), "{second:?}");
    }
}

/// A public app refreshes its tokens with a proof.
struct BoundRefresh;

impl Flow for BoundRefresh {
    type Ready = (String, ClientKey);

    async fn prepare(&self, place: &Place) -> (String, ClientKey) {
        let (code, key) = BoundRedemption.prepare(place).await;
        let reply = redeem(place, &key, &code).await;
        assert!(is_bound(&reply), "{reply:?}");
        (reply.string("refresh_token"), key)
    }

    async fn act(&self, place: &Place, (token, key): &mut (String, ClientKey)) -> Reply {
        refresh(place, key, token).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_bound(reply)
    }

    /// An honest app asks again with the token that it has, and is never mistaken for a thief.
    async fn settle(&self, place: &Place, mut ready: (String, ClientKey), right: Option<Reply>) {
        let reply = self.answered(place, &mut ready, right).await;
        assert_bound_to(place, &ready.1, &reply).await;
    }
}

#[tokio::test]
async fn c186_tokens_are_bound_to_the_key_of_a_proof() {
    tokio::join!(
        under_every_fault("redemption with a proof", BoundRedemption),
        under_every_fault("refresh with a proof", BoundRefresh),
    );
}
