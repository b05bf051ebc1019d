//! A client with a FAPI profile: how it pushes, redeems and refreshes.

use harness::{Ask, Callback, Pkce, RegisteredClient, Reply, dynamo_call};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::proofs::{Prover, proven};
use crate::support::pushed::{assert_pushed, at, request};
use crate::support::session::{Code, Session};
use crate::support::signed_assertions::{Signer, claims};
use crate::support::world::{CALLBACK, ORDERS, World};

/// A client with the profile, and the key that signs for it.
pub(crate) struct Bank {
    pub(crate) client: RegisteredClient,
    pub(crate) signer: Signer,
}

impl Bank {
    /// Registers a client with `fapi2`, and an ES256 key.
    pub(crate) fn register(world: &World, name: &str, more: &[&str]) -> Self {
        Self::signing_with(world, name, Algorithm::ES256, &[&["--profile", "fapi2"], more].concat())
    }

    /// Registers a client with `fapi2-signed`, and an ES256 key.
    pub(crate) fn signed(world: &World, name: &str, more: &[&str]) -> Self {
        Self::signing_with(world, name, Algorithm::ES256, &[&["--profile", "fapi2-signed"], more].concat())
    }

    /// Registers a client with a key for this algorithm.
    pub(crate) fn signing_with(world: &World, name: &str, algorithm: Algorithm, more: &[&str]) -> Self {
        let signer = Signer::new(algorithm, "bank");
        let keys = signer.file(world, &format!("{}.json", name.replace(' ', "-")));
        let usual = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK];
        let usual = [&usual[..], &["--api", ORDERS, "--jwks", &*keys]].concat();
        Self { client: world.stack.cli().create_client(name, &[&usual[..], more].concat()), signer }
    }

    /// Adds a fresh assertion to a request.
    pub(crate) fn authenticated(&self, ask: Ask, world: &World) -> Ask {
        ask.fields(&self.signer.assertion(&claims(world, &self.client.id)).fields())
    }

    /// Builds a push with the usual parameters and these, which replace the usual ones.
    pub(crate) fn pushing(&self, session: &Session<'_>, pkce: &Pkce, more: &[(&str, &str)]) -> Ask {
        self.authenticated(request(session, pkce, more), session.world)
    }

    pub(crate) async fn push(&self, session: &Session<'_>, pkce: &Pkce, more: &[(&str, &str)]) -> Reply {
        self.pushing(session, pkce, more).send().await
    }

    /// Pushes a request, and returns the path at which the browser continues.
    pub(crate) async fn pushed(&self, session: &Session<'_>, pkce: &Pkce, more: &[(&str, &str)]) -> String {
        at(&self.client.id, &assert_pushed(&self.push(session, pkce, more).await))
    }

    /// Pushes a request and has Ana allow it.
    pub(crate) async fn allowed(&self, session: &mut Session<'_>, pkce: &Pkce, more: &[(&str, &str)]) -> Callback {
        let target = self.pushed(session, pkce, more).await;
        let ana = &session.world.ana;
        session.browser.sign_in_and_consent(&target, &ana.username, &ana.password).await
    }

    pub(crate) async fn code(&self, session: &mut Session<'_>, more: &[(&str, &str)]) -> Code {
        let pkce = Pkce::new();
        let callback = self.allowed(session, &pkce, more).await;
        Code { code: callback.code().to_owned(), verifier: pkce.verifier }
    }

    /// Builds a redemption without a proof.
    pub(crate) fn redeeming(&self, session: &Session<'_>, code: &Code) -> Ask {
        let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
        let ask = session.http.post("/token").field("grant_type", "authorization_code").fields(&fields);
        self.authenticated(ask, session.world)
    }

    pub(crate) async fn redeem(&self, session: &Session<'_>, code: &Code, key: &Prover) -> Reply {
        proven(self.redeeming(session, code), session.world, key).send().await
    }

    /// Returns the token response after a complete sign-in.
    pub(crate) async fn granted(&self, session: &mut Session<'_>, key: &Prover, more: &[(&str, &str)]) -> Reply {
        let code = self.code(session, more).await;
        self.redeem(session, &code, key).await
    }

    /// Builds a refresh without a proof.
    pub(crate) fn refreshing(&self, session: &Session<'_>, token: &str) -> Ask {
        let ask = session.http.post("/token").field("grant_type", "refresh_token").field("refresh_token", token);
        self.authenticated(ask, session.world)
    }

    pub(crate) async fn refresh(&self, session: &Session<'_>, token: &str, key: &Prover) -> Reply {
        proven(self.refreshing(session, token), session.world, key).send().await
    }

    /// Returns the claims of a good request object, which lives a minute.
    pub(crate) fn object(&self, world: &World, pkce: &Pkce) -> Value {
        let mut object = claims(world, &self.client.id);
        object.as_object_mut().expect("claims").remove("sub");
        object["nbf"] = object["iat"].clone();
        let request = json!({
            "client_id": self.client.id, "response_type": "code", "redirect_uri": CALLBACK, "state": "signed",
            "code_challenge": pkce.challenge, "code_challenge_method": "S256",
        });
        for (name, value) in request.as_object().expect("a request") {
            object[name] = value.clone();
        }
        object
    }

    /// Signs a request object with these claims.
    pub(crate) fn sign(&self, object: &Value) -> String {
        let header = json!({ "alg": self.signer.algorithm, "typ": "oauth-authz-req+jwt", "kid": "bank" });
        self.signer.assertion_with(&header, object).0
    }
}

/// Builds a push that has a request object and an assertion, and nothing else.
pub(crate) fn pushing_object(bank: &Bank, session: &Session<'_>, object: &str) -> Ask {
    let ask = session.http.post("/par").field("client_id", &bank.client.id).field("request", object);
    bank.authenticated(ask, session.world)
}

/// Returns the items of the grants of a client.
pub(crate) async fn grants_of(world: &World, client: &RegisteredClient) -> Vec<Value> {
    let environment = world.stack.env_file();
    let (endpoint, table) = (environment.get("AWS_ENDPOINT_URL_DYNAMODB"), environment.get("JETON_TABLE_GRANTS"));
    let found = dynamo_call(&endpoint, "Scan", &json!({ "TableName": table })).await;
    let items = found["Items"].as_array().expect("items").iter();
    items.filter(|item| item["client_id"]["S"] == client.id.as_str()).cloned().collect()
}

/// Sets a time of a grant.
pub(crate) async fn set_time(world: &World, grant: &Value, attribute: &str, time: u64) {
    let environment = world.stack.env_file();
    let (endpoint, table) = (environment.get("AWS_ENDPOINT_URL_DYNAMODB"), environment.get("JETON_TABLE_GRANTS"));
    let update = json!({
        "TableName": table,
        "Key": { "id": grant["id"] },
        "UpdateExpression": "SET #attribute = :time",
        "ExpressionAttributeNames": { "#attribute": attribute },
        "ExpressionAttributeValues": { ":time": { "N": time.to_string() } },
    });
    drop(dynamo_call(&endpoint, "UpdateItem", &update).await);
}
