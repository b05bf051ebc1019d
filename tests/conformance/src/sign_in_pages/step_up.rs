//! Step-up: the authentication contexts that requests and clients ask for, and what tokens say of them.

use harness::{Browser, Jwt, Landing, Pkce, RegisteredClient, Stack, authorization_url};
use serde_json::{Value, json};

use crate::account::page::age_sessions;
use crate::account::sign_up::way_to;
use crate::account::{FIRST, Person, SECOND, change_password, form_to, is_changed};
use crate::support::authenticator::{Authenticator, Factor, add_factor, asks_for_a_factor, show_factor, shown_codes};
use crate::support::devices::{asked, device_client, television};
use crate::support::pages::{answered, asks_for_a_password};
use crate::support::passkeys::{SoftKey, add_passkey, send_new, use_passkey};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::relying_party::app;
use crate::support::session::{Code, Session, assert_granted, assert_refused};
use crate::support::stored::Stored;
use crate::support::world::{CALLBACK, ORDERS, World};

/// A person with an authenticator app, and a browser that was signed in with the password alone.
struct Scene<'w> {
    session: Session<'w>,
    client: RegisteredClient,
    browser: Browser,
    factor: Factor,
}

impl<'w> Scene<'w> {
    async fn of(world: &'w World, name: &str, more: &[&str]) -> Self {
        let mut person = Person::signed_in(world, name).await;
        let browser = person.elsewhere(world).await;
        let factor = add_factor(&mut person.browser).await;
        Self { session: world.session(), client: app(world, name, more), browser, factor }
    }

    /// Opens a request, and agrees where the person is asked to. Returns the page after that, with the verifier.
    async fn open(&mut self, more: &[(&str, &str)]) -> (Landing, Pkce) {
        let pkce = Pkce::new();
        let url = authorization_url(&self.client.id, CALLBACK, &pkce, &[more, &[("scope", "openid read")]].concat());
        let page = self.browser.go(&url).await;
        (agreed(&mut self.browser, page).await, pkce)
    }

    /// Redeems the code of a landing, and returns the claims of the ID token and of the access token.
    async fn claims(&self, landing: &Landing, pkce: Pkce) -> [Value; 2] {
        let callback = landing.callback().unwrap_or_else(|| panic!("no answer: {:?}", landing.reply));
        let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
        let reply = self.session.redeem(&self.client, &code).await;
        assert_granted(&reply);
        let introspected = self.session.introspect(&self.session.world.gateway, &reply.string("access_token")).await;
        let [id, access] = ["id_token", "access_token"].map(|name| Jwt::read(&reply.string(name)).claims);
        for name in ["acr", "amr", "auth_time"] {
            assert_eq!((&access[name], &introspected[name]), (&id[name], &id[name]), "{name}");
        }
        [id, access]
    }
}

/// Allows what a consent page asks for.
async fn agreed(browser: &mut Browser, page: Landing) -> Landing {
    let asks = page.reply.text().contains("name=\"decision\"");
    if asks { browser.submit(&page, &page.form(), &[("decision", "allow")]).await } else { page }
}

fn error(landing: &Landing) -> Option<String> {
    landing.callback().and_then(|callback| callback.error)
}

fn voluntary(acr: &[&str]) -> String {
    json!({ "id_token": { "acr": { "values": acr } } }).to_string()
}

fn essential(acr: &[&str]) -> String {
    json!({ "id_token": { "acr": { "essential": true, "values": acr } } }).to_string()
}

#[tokio::test]
async fn c234_a_signed_in_person_is_asked_only_for_what_is_missing() {
    let world = World::on(harness::Stack::start());
    let mut scene = Scene::of(&world, "steps", &[]).await;
    // The session of the password suffices where nothing is asked for.
    let (landing, pkce) = scene.open(&[]).await;
    let [first, _] = scene.claims(&landing, pkce).await;
    assert_eq!((&first["acr"], &first["amr"]), (&json!("pwd"), &json!(["pwd"])));
    let (silent, _) = scene.open(&[("claims", &essential(&["mfa"])), ("prompt", "none")]).await;
    assert_eq!(error(&silent).as_deref(), Some("login_required"));
    for wish in [("acr_values", "mfa".to_owned()), ("claims", voluntary(&["mfa"]))] {
        let (name, value) = (wish.0, wish.1.as_str());
        let (wished, pkce) = scene.open(&[(name, value), ("prompt", "none")]).await;
        assert_eq!(scene.claims(&wished, pkce).await[0]["acr"], "pwd", "{name}");
        let (asked, _) = scene.open(&[(name, value)]).await;
        assert!(asks_for_a_factor(&asked), "{name}: {:?}", asked.reply);
    }
    let (page, pkce) = scene.open(&[("claims", &essential(&["phr", "mfa"]))]).await;
    assert!(asks_for_a_factor(&page) && !page.reply.text().contains("name=\"password\""), "{:?}", page.reply);
    let code = scene.factor.app.code();
    let after = show_factor(&mut scene.browser, &page, ("code", &code)).await;
    let after = agreed(&mut scene.browser, after).await;
    let [stepped_up, _] = scene.claims(&after, pkce).await;
    assert_eq!((&stepped_up["acr"], &stepped_up["amr"]), (&json!("mfa"), &json!(["pwd", "otp", "mfa"])));
    // The sign-in is as old as its password, and its session the same.
    assert_eq!((&stepped_up["auth_time"], &stepped_up["sid"]), (&first["auth_time"], &first["sid"]));
    // From now on nothing is missing, and a demand for less is answered with that.
    for (acr, told) in [(&["mfa"][..], "mfa"), (&["pwd"], "pwd"), (&["pwd", "mfa"], "mfa")] {
        let (landing, pkce) = scene.open(&[("claims", &essential(acr)), ("prompt", "none")]).await;
        assert_eq!(scene.claims(&landing, pkce).await[0]["acr"], told, "{acr:?}");
    }
    let (again, _) = scene.open(&[("max_age", "0"), ("acr_values", "mfa")]).await;
    assert!(again.form().input("password").is_some(), "{:?}", again.reply);
}

#[tokio::test]
async fn c234_a_new_password_makes_no_old_factor_new() {
    let stored = Stored::start();
    let world = &stored.world;
    let (client, mut person) = (app(world, "Bank", &[]), Person::signed_in(world, "renewed").await);
    add_factor(&mut person.browser).await;
    let mut plain = Person::signed_in(world, "plain").await;
    let demand = essential(&["mfa"]);
    let url = |more: &[(&str, &str)]| {
        let asked = [("scope", "openid read"), ("max_age", "60")];
        authorization_url(&client.id, CALLBACK, &Pkce::new(), &[&asked[..], more].concat())
    };
    let now = person.browser.go(&url(&[("claims", &demand)])).await;
    answered(&agreed(&mut person.browser, now).await).assert_granted();
    age_sessions(&stored, 3600).await;
    for browser in [&mut person.browser, &mut plain.browser] {
        assert!(is_changed(&change_password(browser, FIRST, SECOND, true).await));
    }
    // The password was given now, and the code an hour ago.
    let late = person.browser.go(&url(&[("claims", &demand)])).await;
    assert!(asks_for_a_password(&late), "{:?}", late.reply);
    let silent = person.browser.go(&url(&[("claims", &demand), ("prompt", "none")])).await;
    assert_eq!(error(&silent).as_deref(), Some("login_required"));
    // Somebody with nothing but the password has given it.
    let now = plain.browser.go(&url(&[])).await;
    answered(&agreed(&mut plain.browser, now).await).assert_granted();
}

#[tokio::test]
async fn c234_a_demand_is_met_or_refused_and_a_wish_is_neither() {
    let world = World::on(harness::Stack::start());
    let mut person = Person::signed_in(&world, "without").await;
    let client = app(&world, "Without", &[]);
    let open = |more: &[(&str, &str)]| authorization_url(&client.id, CALLBACK, &Pkce::new(), more);
    for acr in ["mfa", "phr", "gold"] {
        let landing = person.browser.go(&open(&[("scope", "openid"), ("claims", &essential(&[acr]))])).await;
        assert_eq!(error(&landing).as_deref(), Some("unmet_authentication_requirements"), "{acr}");
        for wish in [("acr_values", acr), ("claims", &*voluntary(&[acr]))] {
            let landing = person.browser.go(&open(&[("scope", "openid"), wish])).await;
            assert_eq!(error(&agreed(&mut person.browser, landing).await), None, "{wish:?}");
        }
    }
    for path in DOCUMENTS {
        let published = document(&world.stack.http(), path).await;
        let supported = strings(&published["acr_values_supported"]);
        assert!(supported.contains("pwd") && supported.contains("mfa"), "{supported:?}");
    }
}

#[tokio::test]
async fn c234_a_client_may_demand_a_second_factor_of_everybody() {
    let world = World::on(harness::Stack::start());
    let mut scene = Scene::of(&world, "strict", &["--require-factor"]).await;
    let shown = world.stack.cli().run(&["client", "show", &scene.client.id]);
    assert_eq!(shown["relying_party"]["require_factor"], true, "{shown}");
    let (page, pkce) = scene.open(&[]).await;
    assert!(asks_for_a_factor(&page), "{:?}", page.reply);
    let code = scene.factor.app.code();
    let after = show_factor(&mut scene.browser, &page, ("code", &code)).await;
    let after = agreed(&mut scene.browser, after).await;
    assert_eq!(scene.claims(&after, pkce).await[1]["acr"], "mfa");
    let mut without = Person::signed_in(&world, "lacks").await;
    let landing = without.browser.go(&authorization_url(&scene.client.id, CALLBACK, &Pkce::new(), &[])).await;
    assert_eq!(error(&landing).as_deref(), Some("unmet_authentication_requirements"));
    world.stack.cli().run(&["client", "update", &scene.client.id, "--require-factor", "false"]);
    assert_eq!(world.stack.cli().run(&["client", "show", &scene.client.id])["relying_party"]["require_factor"], false);
}

/// Gives the password of a person who has no factor yet, on the sign-in page of a request.
async fn give_password(browser: &mut Browser, request: &str, name: &str) -> Landing {
    let page = browser.go(request).await;
    browser.submit(&page, &page.form(), &[("username", name), ("password", FIRST)]).await
}

#[tokio::test]
async fn c234_a_deployment_may_demand_a_second_factor_and_leads_to_the_page_that_adds_it_and_back() {
    let world = World::with("JETON_REQUIRE_FACTOR", "mfa");
    world.stack.cli().create_user("newcomer", FIRST);
    let (session, client) = (world.session(), app(&world, "Demanding", &[]));
    let (mut browser, pkce) = (world.stack.browser(), Pkce::new());
    let request = authorization_url(&client.id, CALLBACK, &pkce, &[("scope", "openid read")]);
    let page = give_password(&mut browser, &request, "newcomer").await;
    assert_eq!(page.url.path(), "/account/factors", "{:?}", page.reply);
    assert!(page.reply.text().contains("Apps let you in with a second factor only"), "{:?}", page.reply);
    // The account is open to the person, no app is.
    assert!(crate::account::shows_account(&browser.go("/account").await));
    let silent = browser.go(&format!("{request}&prompt=none")).await;
    assert_eq!(error(&silent).as_deref(), Some("unmet_authentication_requirements"));
    assert_eq!(browser.go(&request).await.url.path(), "/account/factors");
    let mut app = Authenticator::of(&page);
    let added = browser.submit(&page, &page.form(), &[("code", &app.code())]).await;
    assert_eq!(shown_codes(&added).len(), 10);
    let back = way_to(&added, "/authorize?");
    let landing = browser.go(&back).await;
    let callback = agreed(&mut browser, landing).await.callback().expect("an answer to the app");
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    let granted = session.redeem(&client, &code).await;
    assert_eq!(Jwt::read(&granted.string("id_token")).claims["acr"], "mfa");
    // From now on the person is asked for the code, and the page of codes leads to no app any more.
    let mut other = world.stack.browser();
    let page = give_password(&mut other, &request, "newcomer").await;
    assert!(asks_for_a_factor(&page), "{:?}", page.reply);
    let page = browser.go("/account/factors").await;
    let renewed = browser.submit(&page, &form_to(&page, "/account/factors/recovery-codes").unwrap(), &[]).await;
    assert!(!renewed.reply.text().contains("/authorize"), "{:?}", renewed.reply);
}

#[tokio::test]
async fn c234_a_deployment_that_demands_a_passkey_leads_to_the_page_that_adds_it_and_back() {
    let world = World::on(Stack::builder().localhost().env("JETON_REQUIRE_FACTOR", "phr").start());
    let mut person = Person::signed_in(&world, "bare").await;
    add_factor(&mut person.browser).await;
    let client = app(&world, "Demanding more", &[]);
    let pkce = Pkce::new();
    let request = authorization_url(&client.id, CALLBACK, &pkce, &[("scope", "openid read")]);
    let page = person.browser.go(&request).await;
    assert_eq!(page.url.path(), "/account/passkeys", "{:?}", page.reply);
    assert!(page.reply.text().contains("Apps let you in with a passkey only"), "{:?}", page.reply);
    let mut key = SoftKey::new(world.stack.issuer());
    let response = key.make(&page);
    let landing = send_new(&mut person.browser, &page, &response, "Laptop").await;
    let callback = agreed(&mut person.browser, landing).await.callback().expect("an answer to the app");
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    let granted = world.session().redeem(&client, &code).await;
    assert_eq!(Jwt::read(&granted.string("id_token")).claims["acr"], "phr");
}

#[tokio::test]
async fn c234_a_deployment_that_demands_a_factor_asks_for_it_before_a_device_is_answered() {
    let world = World::with("JETON_REQUIRE_FACTOR", "mfa");
    world.stack.cli().create_user("couch", FIRST);
    let codes = asked(&world.session(), &television(&world, "TV"), &[]).await;
    let mut browser = world.stack.browser();
    let page = give_password(&mut browser, &format!("/device?user_code={}", codes.user_code), "couch").await;
    assert_eq!(page.url.path(), "/account/factors", "{:?}", page.reply);
    let mut app = Authenticator::of(&page);
    let added = browser.submit(&page, &page.form(), &[("code", &app.code())]).await;
    let question = browser.go(&way_to(&added, "/device?")).await;
    assert!(question.reply.text().contains("name=\"decision\""), "{:?}", question.reply);
}

/// The parameters that ask for a new sign-in.
const ANEW: [(&str, &str); 3] = [("prompt", "login"), ("max_age", "0"), ("prompt", "select_account")];

/// Opens a request, gives the password there, and returns the page after that, with the verifier of the request.
async fn password_for(
    browser: &mut Browser,
    client: &RegisteredClient,
    name: &str,
    more: &[(&str, &str)],
) -> (Landing, Pkce) {
    let pkce = Pkce::new();
    let url = authorization_url(&client.id, CALLBACK, &pkce, &[more, &[("scope", "openid read")]].concat());
    let page = browser.go(&url).await;
    assert!(asks_for_a_password(&page), "{more:?}: {:?}", page.reply);
    let after = browser.submit(&page, &page.form(), &[("username", name), ("password", FIRST)]).await;
    (after, pkce)
}

/// Returns the context that the ID token tells of, for the code of a landing.
async fn context_of(world: &World, client: &RegisteredClient, landing: &Landing, pkce: Pkce) -> Value {
    let code = Code { code: answered(landing).code().to_owned(), verifier: pkce.verifier };
    let granted = world.session().redeem(client, &code).await;
    assert_granted(&granted);
    Jwt::read(&granted.string("id_token")).claims["acr"].clone()
}

#[tokio::test]
async fn c234_c037_a_new_sign_in_leads_to_the_recovery_code_that_stands_for_the_missing_factor_and_back() {
    let world = World::on(Stack::builder().localhost().start());
    let mut person = Person::signed_in(&world, "astray").await;
    let added = add_passkey(&mut person.browser, &mut SoftKey::new(world.stack.issuer()), "Laptop").await;
    let codes = shown_codes(&added);
    let mut browser = person.elsewhere(&world).await;
    let client = app(&world, "Strict", &["--require-factor"]);
    // The first time, the person is asked for consent besides. From then on nothing else is shown.
    for (place, anew) in ANEW.iter().chain(&ANEW).enumerate() {
        let (page, pkce) = password_for(&mut browser, &client, "astray", &[*anew]).await;
        let after = show_factor(&mut browser, &page, ("recovery_code", &codes[place])).await;
        assert_eq!(after.callback().is_none(), place == 0, "{anew:?}: {:?}", after.reply);
        let after = agreed(&mut browser, after).await;
        assert_eq!(context_of(&world, &client, &after, pkce).await, "mfa", "{anew:?}");
    }
}

#[tokio::test]
async fn c234_c037_a_new_sign_in_with_a_code_leads_to_the_passkey_that_is_demanded_and_back() {
    let world = World::on(Stack::builder().localhost().start());
    let mut person = Person::signed_in(&world, "keyed").await;
    let mut factor = add_factor(&mut person.browser).await;
    let mut key = SoftKey::new(world.stack.issuer());
    add_passkey(&mut person.browser, &mut key, "Laptop").await;
    let (client, demand, mut browser) = (app(&world, "Demanding", &[]), essential(&["phr"]), world.stack.browser());
    for place in 0..2 {
        let more = [("claims", &*demand), ("prompt", "login")];
        let (page, pkce) = password_for(&mut browser, &client, "keyed", &more).await;
        let code = factor.app.code();
        let page = show_factor(&mut browser, &page, ("code", &code)).await;
        let after = use_passkey(&mut browser, &page, &key).await;
        assert_eq!(after.callback().is_none(), place == 0, "{:?}", after.reply);
        let after = agreed(&mut browser, after).await;
        assert_eq!(context_of(&world, &client, &after, pkce).await, "phr");
    }
}

#[tokio::test]
async fn c234_who_is_asked_for_a_factor_may_sign_in_as_somebody_else() {
    let world = World::on(Stack::start());
    let mut scene = Scene::of(&world, "first", &["--require-factor"]).await;
    let tv = device_client(&world, "Strict TV", &["--auth-method", "none", "--require-factor"]);
    let codes = asked(&scene.session, &tv, &[]).await;
    let request = authorization_url(&scene.client.id, CALLBACK, &Pkce::new(), &[]);
    for (target, path) in [(&request, "/authorize?"), (&codes.complete, "/device?")] {
        let page = scene.browser.go(target).await;
        let code = scene.factor.app.old_code();
        let again = show_factor(&mut scene.browser, &page, ("code", &code)).await;
        for page in [page, again] {
            assert!(asks_for_a_factor(&page), "{:?}", page.reply);
            let other = scene.browser.go(&way_to(&page, path)).await;
            assert!(asks_for_a_password(&other), "{target}: {:?}", other.reply);
        }
    }
}

#[tokio::test]
async fn c234_where_the_deployment_demands_a_factor_the_password_grant_is_refused_and_the_metadata_stay() {
    let plain = World::with("JETON_ALLOW_PASSWORD_GRANT", "true");
    let strict = Stack::builder().env("JETON_ALLOW_PASSWORD_GRANT", "true").env("JETON_REQUIRE_FACTOR", "mfa");
    let strict = World::on(strict.start());
    let client = strict.stack.cli().create_client("Old", &["--grant", "password", "--api", ORDERS]);
    let ask = strict.session().http.post("/token").client(&client).field("grant_type", "password");
    let refused = ask.field("username", "ana").field("password", &strict.ana.password).send().await;
    assert_refused(&refused, "unauthorized_client");
    for path in DOCUMENTS {
        let (plain, strict) = (document(&plain.stack.http(), path).await, document(&strict.stack.http(), path).await);
        for name in ["acr_values_supported", "grant_types_supported", "response_types_supported"] {
            assert_eq!(plain[name], strict[name], "{path} {name}");
        }
    }
}

#[tokio::test]
async fn c233_the_password_grant_gives_no_token_to_a_person_with_a_second_factor() {
    let world = World::with("JETON_ALLOW_PASSWORD_GRANT", "true");
    let client = world.stack.cli().create_client("Old", &["--grant", "password", "--api", ORDERS]);
    let ask = || {
        let ask = world.stack.http().post("/token").client(&client).field("grant_type", "password");
        ask.field("username", "twofold").field("password", FIRST)
    };
    let mut person = Person::signed_in(&world, "twofold").await;
    assert_granted(&ask().send().await);
    add_factor(&mut person.browser).await;
    let refused = ask().send().await;
    assert_refused(&refused, "invalid_grant");
    assert!(refused.string("error_description").contains("second factor"), "{refused:?}");
}

#[tokio::test]
async fn c233_an_operator_removes_second_factors_and_nothing_else_does() {
    let world = World::on(harness::Stack::start());
    let cli = world.stack.cli();
    let mut person = Person::signed_in(&world, "lost").await;
    let failed = cli.finish(&["user", "factors", "lost", "--remove", "--yes"], "");
    assert!(!failed.status.success() && failed.stderr.contains("no second factor"), "{failed:?}");
    add_factor(&mut person.browser).await;
    let shown = cli.run(&["user", "factors", "lost"]);
    assert_eq!((&shown["authenticator_app"], &shown["recovery_codes"]), (&json!(true), &json!(10)));
    assert_eq!(cli.run(&["user", "show", "lost"])["factors"], json!(["otp"]));
    let planned = cli.run(&["user", "factors", "lost", "--remove", "--dry-run"]);
    assert_eq!(planned["factors"], json!([]), "{planned}");
    assert_eq!(cli.run(&["user", "show", "lost"])["factors"], json!(["otp"]));
    let unasked = cli.finish(&["user", "factors", "lost", "--remove"], "");
    assert!(!unasked.status.success(), "{unasked:?}");
    assert_eq!(cli.run(&["user", "factors", "lost", "--remove", "--yes"])["factors"], json!([]));
    // Everything in flight is over, and the password alone signs in again.
    assert!(crate::account::asks_to_sign_in(&person.browser.go("/account").await));
    let mut browser = world.stack.browser();
    assert!(crate::account::shows_account(&crate::account::sign_in(&mut browser, "lost", FIRST).await));
}
