//! Updates of clients, APIs and people (C244): what they change, when it counts, and what they refuse.

use harness::{Browser, Pkce, RegisteredClient, Stack, authorization_url};
use serde_json::{Value, json};

use crate::support::rounds::streamless;
use crate::support::session::{Session, assert_fails, assert_granted, assert_refused};
use crate::support::world::{CALLBACK, ORDERS, OTHER_CALLBACK, PARCELS, World};

fn updated(world: &World, client: &RegisteredClient, more: &[&str]) -> Value {
    world.stack.cli().run(&[&["client", "update", &client.id], more].concat())
}

/// Returns the status of the page for an authorization request with this redirect URI.
async fn page_of(browser: &mut Browser, client: &RegisteredClient, redirect_uri: &str) -> u16 {
    browser.go(&authorization_url(&client.id, redirect_uri, &Pkce::new(), &[])).await.reply.status
}

async fn scope_of(session: &Session<'_>, client: &RegisteredClient, more: &[(&str, &str)]) -> Value {
    let reply = session.machine(client, more).await;
    assert_granted(&reply);
    reply.json()["scope"].clone()
}

#[test]
fn c244_a_list_is_replaced_added_to_and_removed_from() {
    let world = streamless();
    let app = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = world.stack.cli().create_client("Lists", &app);
    let third = "https://app.example/third";
    let post = "https://app.example/out";
    let rows: [(&[&str], &str, Value); 14] = [
        (&["--add-redirect-uri", OTHER_CALLBACK], "redirect_uris", json!([CALLBACK, OTHER_CALLBACK])),
        (&["--add-redirect-uri", CALLBACK], "redirect_uris", json!([CALLBACK, OTHER_CALLBACK])),
        (&["--remove-redirect-uri", CALLBACK], "redirect_uris", json!([OTHER_CALLBACK])),
        (&["--remove-redirect-uri", OTHER_CALLBACK, "--add-redirect-uri", third], "redirect_uris", json!([third])),
        (&["--redirect-uri", CALLBACK, "--redirect-uri", third], "redirect_uris", json!([CALLBACK, third])),
        (&["--add-grant", "client_credentials"], "grant_types", json!(["client_credentials", "authorization_code"])),
        (&["--grant", "authorization_code"], "grant_types", json!(["authorization_code"])),
        (&["--add-api", PARCELS], "apis", json!([ORDERS, PARCELS])),
        (&["--remove-api", ORDERS], "apis", json!([PARCELS])),
        (&["--api", ORDERS], "apis", json!([ORDERS])),
        (&["--add-introspects", ORDERS, "--add-introspects", PARCELS], "introspects", json!([ORDERS, PARCELS])),
        (&["--introspects", ""], "introspects", json!([])),
        (&["--scope", "write openid"], "scope", json!("openid write")),
        (&["--all-scopes"], "scope", Value::Null),
    ];
    for (more, name, expected) in rows {
        assert_eq!(updated(world, &client, more)[name], expected, "{more:?}");
        assert_eq!(world.stack.cli().run(&["client", "show", &client.id])[name], expected, "{more:?}");
    }
    let more = ["--add-post-logout-redirect-uri", post, "--default-max-age", "1h", "--name", "New", "--trusted"];
    let after = updated(world, &client, &more);
    let relying_party = &after["relying_party"];
    assert_eq!(relying_party["post_logout_redirect_uris"], json!([post]));
    assert_eq!((&relying_party["default_max_age"], &after["name"]), (&json!(3600), &json!("New")));
    assert_eq!((&after["trusted"], &after["redirect_uris"]), (&json!(true), &json!([CALLBACK, third])));
    assert_eq!(updated(world, &client, &["--trusted=false"])["trusted"], false);
    let of_userinfo = |told: &Value| told["relying_party"]["userinfo_signed_response_alg"].clone();
    assert_eq!(of_userinfo(&updated(world, &client, &["--userinfo-alg", "ES256"])), "ES256");
    let without = updated(world, &client, &["--userinfo-alg", "", "--default-max-age", ""]);
    assert_eq!((of_userinfo(&without), &without["relying_party"]["default_max_age"]), (Value::Null, &Value::Null));
}

#[tokio::test]
async fn c244_what_is_added_to_a_client_works_at_the_next_request() {
    let world = World::on(Stack::start());
    let (mut session, cli) = (world.session(), world.stack.cli());
    let app = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = cli.create_client("Growing", &app);
    assert_eq!(page_of(&mut session.browser, &client, OTHER_CALLBACK).await, 400);
    assert_refused(&session.machine(&client, &[]).await, "unauthorized_client");
    updated(&world, &client, &["--add-redirect-uri", OTHER_CALLBACK, "--add-grant", "client_credentials"]);
    assert_eq!(page_of(&mut session.browser, &client, OTHER_CALLBACK).await, 200);
    assert_eq!(scope_of(&session, &client, &[]).await, "read write");
}

#[tokio::test]
async fn c244_what_is_added_to_a_service_works_at_the_next_request() {
    let world = World::on(Stack::start());
    let (session, cli) = (world.session(), world.stack.cli());
    let service = ["--grant", "client_credentials", "--api", ORDERS, "--scope", "read"];
    let [wider, further, asking] = ["Wider", "Further", "Asking"].map(|name| cli.create_client(name, &service));
    assert_refused(&session.machine(&wider, &[("scope", "write")]).await, "invalid_scope");
    updated(&world, &wider, &["--scope", "read write"]);
    assert_eq!(scope_of(&session, &wider, &[("scope", "write")]).await, "write");
    assert_refused(&session.machine(&further, &[("resource", PARCELS)]).await, "invalid_target");
    updated(&world, &further, &["--add-api", PARCELS, "--all-scopes"]);
    assert_eq!(scope_of(&session, &further, &[("resource", PARCELS)]).await, "ship");
    let token = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    assert_eq!(session.introspect(&asking, &token).await, json!({ "active": false }));
    updated(&world, &asking, &["--add-introspects", ORDERS]);
    assert_eq!(session.introspect(&asking, &token).await["active"], true);
}

#[tokio::test]
async fn c244_a_wider_scope_of_an_api_works_at_the_next_request() {
    let world = World::on(Stack::start());
    let (session, cli) = (world.session(), world.stack.cli());
    let api = "https://edited.example";
    cli.create_api(api, "read", &["--lifetime", "10m"]);
    let service = cli.create_client("Edited", &["--grant", "client_credentials", "--api", api]);
    assert_eq!(scope_of(&session, &service, &[]).await, "read");
    let changed =
        cli.run(&["api", "update", api, "--scope", "admin=Do everything", "--scope", "read", "--alg", "ES256"]);
    assert_eq!((&changed["scope"], &changed["lifetime"]), (&json!("admin read"), &json!(600)));
    assert_eq!(
        (&changed["alg"], &changed["scope_descriptions"]),
        (&json!("ES256"), &json!({"admin": "Do everything"}))
    );
    assert_eq!(scope_of(&session, &service, &[("scope", "admin")]).await, "admin");
    let kept = cli.run(&["api", "update", api, "--scope", "admin more"]);
    assert_eq!(kept["scope_descriptions"], json!({"admin": "Do everything"}));
    let without = cli.run(&["api", "update", api, "--scope", "admin=", "--scope", "more"]);
    assert_eq!((&without["scope_descriptions"], &without["scope"]), (&json!({}), &json!("admin more")));
    let trail = cli.run(&["audit", "list", "--about", api]);
    let last = trail.as_array().and_then(|records| records.last()).expect("a record");
    assert_eq!(last["action"], "api update");
    assert_eq!(last["attributes"], json!(["scope", "scope_descriptions"]));
}

#[test]
fn c244_an_update_that_gives_nothing_is_a_usage_error() {
    let world = streamless();
    let client = world.stack.cli().create_client("Nothing", &["--grant", "client_credentials", "--api", ORDERS]);
    for command in [&["client", "update", &client.id][..], &["api", "update", ORDERS], &["user", "update", "ana"]] {
        let finished = world.stack.cli().finish(command, "");
        assert_eq!((finished.status.code(), &*finished.stdout), (Some(2), ""), "{finished:?}");
    }
}

#[test]
fn c244_wrong_input_is_refused_where_it_is_typed() {
    let world = streamless();
    let cli = world.stack.cli();
    let app = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let id = cli.create_client("Refusing", &app).id;
    let before = cli.run(&["client", "show", &id]);
    let rows: [(&[&str], &str); 11] = [
        (&["--scope", "read,write"], "read write"),
        (&["--scope", "read nobody-has-it"], "nobody-has-it"),
        (&["--redirect-uri", "https://shop.example/*"], "*"),
        (&["--add-redirect-uri", "https://shop.example/*"], "*"),
        (&["--redirect-uri", ""], "redirect URI"),
        (&["--remove-redirect-uri", "https://unknown.example/"], "https://unknown.example/"),
        (&["--remove-grant", "password"], "password"),
        (&["--add-api", "https://unknown.example"], "https://unknown.example"),
        (&["--claim", "tenant"], "NAME=VALUE"),
        (&["--jwks-uri", "https://app.example/keys"], "private_key_jwt"),
        (&["--grant", ""], "--grant"),
    ];
    for (more, word) in rows {
        assert_fails(&cli.finish(&[&["client", "update", &id], more].concat(), ""), word);
    }
    assert_eq!(cli.run(&["client", "show", &id]), before);
    let create = ["client", "create", "--name", "X", "--grant", "client_credentials", "--api", ORDERS];
    let rows: [(&[&str], &str); 3] = [
        (&["--scope", "read,write"], "read write"),
        (&["--scope", "ship"], "ship"),
        (&["--claim", "tenant"], "tenant"),
    ];
    for (more, word) in rows {
        assert_fails(&cli.finish(&[&create, more].concat(), ""), word);
    }
    let api = ["api", "create", "--identifier", "https://typed.example"];
    for (more, word) in [(["--scope", "a,b"], "a b"), (["--lifetime", "2d"], "24 hours")] {
        assert_fails(&cli.finish(&[&api[..], &more].concat(), ""), word);
    }
    for command in [[&api[..], &["--lifetime", "1w"]], [&["client", "update", &id], &["--default-max-age", "soon"]]] {
        let finished = cli.finish(&command.concat(), "");
        assert!(finished.status.code() == Some(2) && finished.stderr.contains("15m"), "{finished:?}");
    }
    assert_fails(&cli.finish(&["user", "update", "ana", "--claim", "email"], ""), "NAME=VALUE");
}

#[test]
fn c244_roles_and_groups_are_replaced_added_and_removed() {
    let cli = streamless().stack.cli();
    cli.create_user("c244roles", "correct horse battery staple");
    let rows: [(&[&str], Value, Value); 9] = [
        (&["--role", "a", "--role", "b", "--group", "g"], json!(["a", "b"]), json!(["g"])),
        (&["--role", "c"], json!(["c"]), json!(["g"])),
        (&["--add-role", "a", "--add-group", "h"], json!(["a", "c"]), json!(["g", "h"])),
        (&["--remove-role", "c", "--remove-group", "nowhere"], json!(["a"]), json!(["g", "h"])),
        // Names that are given replace the list, also in a command that removes others.
        (&["--role", "b", "--remove-group", "g"], json!(["b"]), json!(["h"])),
        (&["--role", "d", "--remove-role", "b", "--group", "g", "--remove-group", "h"], json!(["d"]), json!(["g"])),
        (&["--role", "a", "--role", "b", "--remove-role", "a"], json!(["b"]), json!(["g"])),
        (&["--group", ""], json!(["b"]), Value::Null),
        (&["--role", "z", "--add-role", "y"], json!(["y", "z"]), Value::Null),
    ];
    for (more, roles, groups) in rows {
        let shown = cli.run(&[&["user", "update", "c244roles"], more].concat());
        assert_eq!((&shown["claims"]["roles"], &shown["claims"]["groups"]), (&roles, &groups), "{more:?}");
    }
}
