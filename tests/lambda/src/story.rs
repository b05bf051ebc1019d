//! One story over HTTP, told to any server of the stack: the requests of clients, APIs and a person, and the
//! answers.
//!
//! Each step is checked as it happens. In addition, every answer is recorded with its volatile parts (tokens, codes,
//! tickets, times) masked, so that two recordings can be compared.

use harness::{
    Browser, Form, Http, Jwt, Landing, Pkce, RegisteredClient, RegisteredUser, Reply, authorization_url, forms,
};
use serde_json::{Value, json};

use crate::stack::{CALLBACK, ORDERS, PARCELS, SHARED};

const VERIFIER: &str = "a-verifier-that-is-the-same-in-every-telling-of-the-story";
/// The headers that differ between two answers, whichever server sends them.
const TRANSPORT_HEADERS: [&str; 4] = ["date", "content-length", "connection", "keep-alive"];

const TOKENS: [&str; 3] = ["access_token", "refresh_token", "id_token"];

/// One recorded answer, with volatile parts masked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) step: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

/// One run of the story, with its recorded answers.
pub(crate) struct Story {
    pub(crate) told: Vec<Told>,
    /// All secrets that only the client, the person and the server should ever see.
    pub(crate) secrets: Vec<String>,
    http: Http,
    site: String,
    user: RegisteredUser,
}

impl Story {
    /// Tells the whole story to the server at `site`; `user` must not have consented to anything before.
    pub(crate) async fn tell(site: &str, user: RegisteredUser) -> Self {
        let mut secrets = vec![user.password.clone(), VERIFIER.to_owned()];
        for client in [&SHARED.basic, &SHARED.post, &SHARED.web, &SHARED.portal, &SHARED.orders, &SHARED.parcels] {
            secrets.push(client.secret().to_owned());
        }
        let mut story = Self { told: Vec::new(), secrets, http: Http::new(site), site: site.to_owned(), user };
        story.documents().await;
        story.services().await;
        story.refused_token_requests().await;
        story.refused_authorizations().await;
        let (code, opaque) = story.person().await;
        story.redemption(&code).await;
        story.revocation(&opaque).await;
        story.who_signed_in().await;
        story
    }

    async fn documents(&mut self) {
        for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
            let reply = self.http.get(path).send().await;
            self.write("metadata", 200, &reply);
            let jwks = reply.string("jwks_uri").replace(SHARED.stack.issuer(), "");
            let reply = self.http.get(&jwks).send().await;
            self.write("keys", 200, &reply);
        }
        let reply = self.http.ask("POST", "/.well-known/oauth-authorization-server").send().await;
        self.write("metadata by POST", 405, &reply);
    }

    async fn services(&mut self) {
        let (basic, post) = (&SHARED.basic, &SHARED.post);
        let ask = self.http.post("/token").field("grant_type", "client_credentials");
        let reply = ask.clone().basic(&basic.id, basic.secret()).send().await;
        self.write("client credentials by Basic", 200, &reply);
        let token = reply.string("access_token");
        let narrow = ask.clone().basic(&basic.id, basic.secret()).field("scope", "read").field("resource", ORDERS);
        self.write("with scope and resource", 200, &narrow.send().await);
        let body = ask.clone().field("client_id", &post.id).field("client_secret", post.secret());
        self.write("client credentials by post", 200, &body.send().await);
        let orders = &SHARED.orders;
        let introspect = self.http.post("/introspect").field("token", &token);
        let reply = introspect.clone().basic(&orders.id, orders.secret()).send().await;
        self.write("introspection by the API it is for", 200, &reply);
        assert_eq!(reply.json()["active"], true, "{reply:?}");
        let parcels = &SHARED.parcels;
        let reply = introspect.clone().basic(&parcels.id, parcels.secret()).send().await;
        self.write("introspection by another API", 200, &reply);
        assert_eq!(reply.json(), json!({"active": false}));
        self.refused("introspection by nobody", 401, "invalid_client", &introspect.send().await);
    }

    async fn refused_token_requests(&mut self) {
        let (basic, http) = (&SHARED.basic, self.http.clone());
        let ask = || http.post("/token").basic(&basic.id, basic.secret());
        let service = ask().field("grant_type", "client_credentials");
        let rows = [
            ("a wrong secret", 401, "invalid_client", http.post("/token").basic(&basic.id, "wrong")),
            ("an unknown client", 401, "invalid_client", http.post("/token").basic("nobody", "wrong")),
            ("no client", 401, "invalid_client", http.post("/token")),
        ];
        for (step, status, error, ask) in rows {
            let reply = ask.field("grant_type", "client_credentials").send().await;
            self.refused(step, status, error, &reply);
        }
        let code = |code| ask().field("grant_type", "authorization_code").field("code", code);
        let rows = [
            ("an unknown grant type", "unsupported_grant_type", ask().field("grant_type", "magic")),
            ("no grant type", "invalid_request", ask().field("scope", "read")),
            ("a repeated parameter", "invalid_request", service.clone().field("scope", "read").field("scope", "read")),
            ("a scope too many", "invalid_scope", service.clone().field("scope", "admin")),
            ("an unknown API", "invalid_target", service.clone().field("resource", "https://unknown.example")),
            ("two ways to authenticate", "invalid_request", service.clone().field("client_secret", "other")),
            ("a grant of others", "unauthorized_client", code("jeton_ac_garbled").field("redirect_uri", CALLBACK)),
        ];
        for (step, error, ask) in rows {
            self.refused(step, 400, error, &ask.send().await);
        }
        let web = &SHARED.web;
        let garbled = [("grant_type", "authorization_code"), ("code", "garbled"), ("redirect_uri", CALLBACK)];
        let reply = http.post("/token").client(web).fields(&garbled).field("code_verifier", VERIFIER).send().await;
        self.refused("a garbled code", 400, "invalid_grant", &reply);
        let json = ask().header("content-type", "application/json").body(r#"{"grant_type":"client_credentials"}"#);
        self.refused("a JSON body", 400, "invalid_request", &json.send().await);
        let bytes = ask().raw_form(b"grant_type=client_credentials&scope=%ff".as_slice());
        self.refused("a form that is not UTF-8", 400, "invalid_request", &bytes.send().await);
        for (step, path) in [("GET at /token", "/token"), ("GET at /revoke", "/revoke"), ("GET", "/introspect")] {
            let reply = http.get(path).send().await;
            self.write(step, 405, &reply);
        }
    }

    async fn refused_authorizations(&mut self) {
        let id = SHARED.web.id.clone();
        let pkce = Pkce::of(VERIFIER);
        let mut browser = Browser::new(&self.site);
        for (step, id, uri) in
            [("an unknown client", "nobody", CALLBACK), ("another redirect URI", &id, "https://x.example/")]
        {
            let landing = browser.go(&authorization_url(id, uri, &pkce, &[("scope", "read")])).await;
            self.write(step, 400, &landing.reply);
            assert!(landing.callback().is_none(), "{:?}", landing.reply);
        }
        for (step, more, error) in [
            ("nobody is signed in and nothing may be shown", ("prompt", "none"), "login_required"),
            ("a scope too many", ("scope", "admin"), "invalid_scope"),
            ("an unknown API", ("resource", "https://unknown.example"), "invalid_target"),
        ] {
            let landing = browser.go(&authorization_url(&id, CALLBACK, &pkce, &[more, ("state", "s 1")])).await;
            self.write(step, 303, &landing.reply);
            let callback = landing.callback().unwrap();
            assert_eq!((callback.error.as_deref(), callback.state.as_deref()), (Some(error), Some("s 1")));
            assert_eq!(callback.iss.as_deref(), Some(SHARED.stack.issuer()));
        }
    }

    /// Signs a person in at the second attempt, who first denies and then allows. Returns a code for one API, and
    /// tokens for the other.
    async fn person(&mut self) -> (String, Value) {
        let (id, pkce) = (SHARED.web.id.clone(), Pkce::of(VERIFIER));
        let mut browser = Browser::new(&self.site);
        let more = [("scope", "read"), ("state", "s2"), ("resource", ORDERS)];
        let target = authorization_url(&id, CALLBACK, &pkce, &more);
        let page = self.page("the sign-in page", &browser.go(&target).await);
        let username = self.user.username.clone();
        let wrong = [("username", &*username), ("password", "not the pass phrase")];
        let landing = browser.submit(&page.0, &page.1, &wrong).await;
        let page = self.page_with("a wrong password", 403, &landing);
        assert!(page.1.input("password").is_some() && page.0.reply.text().contains("role=\"alert\""));
        let password = self.user.password.clone();
        let right = [("username", &*username), ("password", &*password)];
        let page = self.page("the consent page", &browser.submit(&page.0, &page.1, &right).await);
        self.secrets.extend(browser.cookies.values().cloned());
        let landing = browser.submit(&page.0, &page.1, &[("decision", "deny")]).await;
        self.write("no", 303, &landing.reply);
        assert_eq!(landing.callback().unwrap().error.as_deref(), Some("access_denied"));
        let page = self.page("the consent page again", &browser.go(&target).await);
        let landing = browser.submit(&page.0, &page.1, &[("decision", "allow")]).await;
        let code = self.code("yes", &landing);
        let other = [("scope", "ship"), ("resource", PARCELS)];
        let page = browser.go(&authorization_url(&id, CALLBACK, &pkce, &other)).await;
        let page = self.page("the consent page for another API", &page);
        let landing = browser.submit(&page.0, &page.1, &[("decision", "allow")]).await;
        let opaque = self.code("yes for another API", &landing);
        let reply = self.redeem(&SHARED.web, &opaque).await;
        self.write("an opaque token", 200, &reply);
        (code, reply.json())
    }

    async fn redemption(&mut self, code: &str) {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        let ask = self.http.post("/token").client(&SHARED.web).fields(&fields);
        let wrong = ask.field("code_verifier", &VERIFIER.to_uppercase()).send().await;
        self.refused("a wrong verifier", 400, "invalid_grant", &wrong);
        let tokens = self.redeem(&SHARED.web, code).await;
        self.write("the code is still good", 200, &tokens);
        self.is_active("the person's token", &SHARED.orders, &tokens.string("access_token"), true).await;
        let refreshed = self.refresh(&SHARED.web, &tokens.string("refresh_token")).await;
        self.write("a refresh", 200, &refreshed);
        let replayed = self.redeem(&SHARED.web, code).await;
        self.refused("a replayed code", 400, "invalid_grant", &replayed);
        self.is_active("the token of a replayed code", &SHARED.orders, &refreshed.string("access_token"), false).await;
        let reply = self.refresh(&SHARED.web, &refreshed.string("refresh_token")).await;
        self.refused("the refresh token of a replayed code", 400, "invalid_grant", &reply);
    }

    async fn revocation(&mut self, opaque: &Value) {
        let [access, refresh] = ["access_token", "refresh_token"].map(|name| opaque[name].as_str().unwrap().to_owned());
        self.is_active("an opaque token", &SHARED.parcels, &access, true).await;
        let ask = self.http.post("/revoke").client(&SHARED.web);
        self.refused("nothing to revoke", 400, "invalid_request", &ask.clone().send().await);
        self.write("unknown to revoke", 200, &ask.clone().field("token", "nothing").send().await);
        self.write("a revocation", 200, &ask.field("token", &refresh).send().await);
        self.is_active("a revoked opaque token", &SHARED.parcels, &access, false).await;
        let reply = self.refresh(&SHARED.web, &refresh).await;
        self.refused("a revoked refresh token", 400, "invalid_grant", &reply);
    }

    /// Asks as an app which person signed in.
    async fn who_signed_in(&mut self) {
        let portal = &SHARED.portal;
        let more = [("scope", "openid profile email"), ("state", "s3"), ("nonce", "n1")];
        let target = authorization_url(&portal.id, CALLBACK, &Pkce::of(VERIFIER), &more);
        let mut browser = Browser::new(&self.site);
        let callback = browser.sign_in_and_consent(&target, &self.user.username, &self.user.password).await;
        self.secrets.extend(browser.cookies.values().cloned());
        self.secrets.push(callback.code().to_owned());
        let tokens = self.redeem(portal, callback.code()).await;
        self.write("tokens with an ID token", 200, &tokens);
        assert_eq!(Jwt::read(&tokens.string("id_token")).text("sub"), self.user.sub);
        let tokens = self.refresh(portal, &tokens.string("refresh_token")).await;
        self.write("another ID token", 200, &tokens);
        let token = tokens.string("access_token");
        let bearer = |token: &str| self.http.get("/userinfo").header("authorization", format!("Bearer {token}"));
        let (by_get, garbled) = (bearer(&token).send().await, bearer("garbled").send().await);
        let without = self.http.post("/token").client(&SHARED.basic).field("grant_type", "client_credentials");
        let without = bearer(&without.send().await.string("access_token")).send().await;
        let by_post = self.http.post("/userinfo").field("access_token", &token).send().await;
        let nothing = self.http.get("/userinfo").send().await;
        let rows = [
            ("userinfo by GET", 200, by_get),
            ("userinfo by POST", 200, by_post),
            ("userinfo without a token", 401, nothing),
            ("userinfo for a garbled token", 401, garbled),
            ("userinfo for a service", 403, without),
        ];
        for (step, status, reply) in &rows {
            self.write(step, *status, reply);
        }
        assert_eq!(rows[0].2.json()["email"], "ada@example.com");
    }

    async fn redeem(&mut self, client: &RegisteredClient, code: &str) -> Reply {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        self.http.post("/token").client(client).fields(&fields).field("code_verifier", VERIFIER).send().await
    }

    async fn refresh(&mut self, client: &RegisteredClient, token: &str) -> Reply {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.http.post("/token").client(client).fields(&fields).send().await
    }

    async fn is_active(&mut self, step: &str, api: &RegisteredClient, token: &str, active: bool) {
        let reply = self.http.post("/introspect").client(api).field("token", token).send().await;
        self.write(step, 200, &reply);
        assert_eq!(reply.json()["active"], active, "{step}: {reply:?}");
    }

    /// Records a page and returns its form.
    fn page(&mut self, step: &str, landing: &Landing) -> (Landing, Form) {
        self.page_with(step, 200, landing)
    }

    fn page_with(&mut self, step: &str, status: u16, landing: &Landing) -> (Landing, Form) {
        self.write(step, status, &landing.reply);
        let form = landing.form();
        self.secrets.extend(form.input("ticket").map(|ticket| ticket.value.clone()));
        (landing.clone(), form)
    }

    fn code(&mut self, step: &str, landing: &Landing) -> String {
        self.write(step, 303, &landing.reply);
        let callback = landing.callback().unwrap();
        assert_eq!(callback.iss.as_deref(), Some(SHARED.stack.issuer()), "{}", callback.url);
        callback.code().to_owned()
    }

    fn refused(&mut self, step: &str, status: u16, error: &str, reply: &Reply) {
        self.write(step, status, reply);
        assert_eq!(reply.string("error"), error, "{step}: {reply:?}");
    }

    fn write(&mut self, step: &str, status: u16, reply: &Reply) {
        assert_eq!(reply.status, status, "{step}: {reply:?}");
        if let Ok(Value::Object(body)) = serde_json::from_slice(&reply.body) {
            let tokens = TOKENS.into_iter().filter_map(|name| body.get(name)?.as_str());
            self.secrets.extend(tokens.map(str::to_owned));
        }
        if let Some(callback) = reply.header("location").and_then(|_| reply.location()) {
            self.secrets
                .extend(callback.query_pairs().filter(|(name, _)| name == "code").map(|(_, code)| code.into_owned()));
        }
        let known = [(&*self.user.username, "«username»"), (&*self.user.sub, "«sub»")];
        let mask = |text: String| known.iter().fold(text, |text, (value, name)| text.replace(value, name));
        let kept = reply.headers.iter().filter(|(name, _)| !TRANSPORT_HEADERS.contains(&name.as_str()));
        let mut headers: Vec<String> = kept
            .map(|(name, value)| format!("{name}: {}", masked_header(name.as_str(), value.to_str().unwrap())))
            .collect();
        headers.sort();
        let body = mask(masked_body(reply));
        self.told.push(Told { step: step.to_owned(), status: reply.status, headers, body });
    }
}

fn masked_header(name: &str, value: &str) -> String {
    match name {
        "set-cookie" => {
            let (pair, attributes) = value.split_once(';').unwrap_or((value, ""));
            let (name, value) = pair.split_once('=').unwrap();
            format!("{name}=«{}»;{attributes}", if value.is_empty() { "nothing" } else { "a value" })
        }
        "location" => {
            let Some((before, code)) = value.split_once("code=") else { return value.to_owned() };
            format!("{before}code=«a code»{}", code.find('&').map_or("", |end| &code[end..]))
        }
        _ => value.to_owned(),
    }
}

fn masked_body(reply: &Reply) -> String {
    match serde_json::from_slice::<Value>(&reply.body) {
        Ok(Value::Object(mut body)) => {
            mask_tokens(&mut body);
            mask_times(&mut body);
            Value::Object(body).to_string()
        }
        _ => forms(reply.text()).iter().flat_map(|form| &form.inputs).fold(
            masked_request(reply.text()),
            |page, input| {
                if input.name == "ticket" { page.replace(&input.value, "«ticket»") } else { page }
            },
        ),
    }
}

/// Masks the id of the request on a page about an error.
fn masked_request(page: &str) -> String {
    let Some((before, id)) = page.split_once("if you ask for help: <code>") else { return page.to_owned() };
    format!("{before}if you ask for help: <code>«request id»{}", &id[id.find('<').unwrap_or_default()..])
}

/// Replaces each token by its visible properties: claims and header of a JWT, the kind of a handle.
fn mask_tokens(body: &mut serde_json::Map<String, Value>) {
    for name in TOKENS {
        let Some(token) = body.get(name).and_then(Value::as_str) else { continue };
        let seen = if token.matches('.').count() == 2 {
            let Jwt { header, claims: Value::Object(mut claims) } = Jwt::read(token) else { panic!("{token}") };
            mask_times(&mut claims);
            json!([header, claims])
        } else {
            let (kind, handle) = token.split_once('_').unwrap();
            json!([kind, handle.len()])
        };
        body.insert(name.to_owned(), seen);
    }
}

/// Masks the claims that differ between two tokens of a kind; a lifetime does not.
fn mask_times(claims: &mut serde_json::Map<String, Value>) {
    let number = |name: &str| claims.get(name).and_then(Value::as_u64);
    let lifetime = number("exp").zip(number("iat")).map(|(exp, iat)| exp - iat);
    for name in ["exp", "iat", "auth_time", "jti", "sid", "at_hash"] {
        if claims.contains_key(name) {
            claims.insert(name.to_owned(), json!(format!("« {name} »")));
        }
    }
    if let Some(lifetime) = lifetime {
        claims.insert("« lifetime »".to_owned(), lifetime.into());
    }
}
