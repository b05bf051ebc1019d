//! An app that signs people in with OpenID Connect and makes all required checks.

use harness::{Jwt, Pkce, RegisteredClient, Reply};
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::support::published::{DOCUMENTS, document, keys, verify};
use crate::support::session::{Code, Session, assert_granted};
use crate::support::world::{CALLBACK, ORDERS, World};

/// The claims of the person of a [`SignedIn`], as arguments of the commands.
pub(crate) const CLAIMS: [&str; 8] = [
    "name=Ada Lovelace",
    "given_name=Ada",
    "email=ada@example.com",
    "email_verified=true",
    "phone_number=+44 20 7946 0000",
    "phone_number_verified=false",
    "address={\"formatted\":\"12 St James's Square\\nLondon\",\"country\":\"GB\"}",
    "birthdate=1815-12-10",
];

/// Registers a confidential app with refresh tokens.
pub(crate) fn app(world: &World, name: &str, more: &[&str]) -> RegisteredClient {
    let app =
        ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK, "--api", ORDERS];
    world.stack.cli().create_client(name, &[&app[..], more].concat())
}

/// Starts a session with a new person who has claims.
pub(crate) fn person<'w>(world: &'w World, username: &str) -> (Session<'w>, String) {
    let cli = world.stack.cli();
    let user = cli.create_user(username, "correct horse battery staple");
    let claims: Vec<&str> = CLAIMS.iter().flat_map(|claim| ["--claim", *claim]).collect();
    cli.run(&[&["user", "update", username][..], &claims].concat());
    (world.session(), user.sub)
}

impl Session<'_> {
    /// Signs `username` in with consent, and returns the code with its verifier.
    pub(crate) async fn sign_in(&mut self, username: &str, client: &RegisteredClient, more: &[(&str, &str)]) -> Code {
        let pkce = Pkce::new();
        let url = harness::authorization_url(&client.id, CALLBACK, &pkce, more);
        let callback = self.browser.sign_in_and_consent(&url, username, "correct horse battery staple").await;
        Code { code: callback.code().to_owned(), verifier: pkce.verifier }
    }

    /// Returns the token endpoint's answer after a complete sign-in.
    pub(crate) async fn signed_in(
        &mut self,
        username: &str,
        client: &RegisteredClient,
        more: &[(&str, &str)],
    ) -> Reply {
        let code = self.sign_in(username, client, more).await;
        let reply = self.redeem(client, &code).await;
        assert_granted(&reply);
        reply
    }

    /// Returns the claims of an ID token, checked as OpenID Connect Core §3.1.3.7 demands.
    pub(crate) async fn identity(&self, client: &RegisteredClient, reply: &Reply) -> Value {
        let token = reply.string("id_token");
        let set: JwkSet = serde_json::from_value(json!({ "keys": keys(&self.http).await })).expect("a key set");
        let claims = verify(&set, &token, self.world.stack.issuer(), &client.id).expect("a good ID token");
        let header = Jwt::read(&token);
        assert!(header.header["typ"].is_null() || header.header["typ"] == "JWT", "{:?}", header.header);
        claims
    }

    /// Asks the UserInfo endpoint with an access token.
    pub(crate) async fn userinfo(&self, access_token: &str) -> Reply {
        let endpoint = document(&self.http, DOCUMENTS[1]).await["userinfo_endpoint"].as_str().expect("one").to_owned();
        self.http.get(&endpoint).header("authorization", format!("Bearer {access_token}")).send().await
    }
}
