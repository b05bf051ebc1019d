//! Metadata (RFC 8414, `OpenID` Connect Discovery).

use std::collections::BTreeSet;
use std::path::Path;

use harness::{Pkce, Reply, Stack, free_port, jeton, run_bounded};
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::devices::{GRANT, approve, asked, poll, television};
use crate::support::exchanges;
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::relying_party::{app, person};
use crate::support::session::{self, Session, assert_granted, client_requests};
use crate::support::signed_assertions::{Signer, claims, now};
use crate::support::world::{ORDERS, World};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

#[tokio::test]
async fn c026_c114_c115_they_advertise_what_is_on_and_nothing_else() {
    let http = World::shared().stack.http();
    for path in DOCUMENTS {
        let document = document(&http, path).await;
        assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(document["response_types_supported"], json!(["code"]));
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
        let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
        let own = ["authorization_code", "client_credentials", "refresh_token", GRANT, exchange, JWT_BEARER];
        let grants = BTreeSet::from(own);
        assert_eq!(strings(&document["grant_types_supported"]), grants);
        let secret = ["client_secret_basic", "client_secret_post", "client_secret_jwt"];
        let methods = BTreeSet::from_iter([&secret[..], &["private_key_jwt", "none"]].concat());
        assert_eq!(strings(&document["token_endpoint_auth_methods_supported"]), methods);
        assert!(document.get("registration_endpoint").is_none());
    }
}

#[tokio::test]
async fn c115_exactly_the_algorithms_that_have_a_key_are_listed_and_jeton_dev_makes_those_it_is_told() {
    let stack = Stack::builder().env("JETON_SIGNING_ALGORITHMS", "ES256, PS256").start();
    let http = stack.http();
    let keys = document(&http, "/.well-known/jwks.json").await;
    let keys = keys["keys"].as_array().expect("keys").iter().map(|key| key["alg"].as_str().expect("alg"));
    // The demo's API and apps need RS256.
    let expected = BTreeSet::from(["ES256", "PS256", "RS256"]);
    assert_eq!(keys.collect::<BTreeSet<_>>(), expected);
    for path in DOCUMENTS {
        let document = document(&http, path).await;
        assert_eq!(strings(&document["id_token_signing_alg_values_supported"]), expected);
    }
    let usual = Stack::start();
    let document = document(&usual.http(), DOCUMENTS[1]).await;
    assert_eq!(strings(&document["id_token_signing_alg_values_supported"]), BTreeSet::from(["RS256"]));
}

#[tokio::test]
async fn o01_o02_o04_the_document_of_openid_connect_is_complete_and_true() {
    let session = session::shared();
    let world = session.world;
    let found = document(&session.http, DOCUMENTS[1]).await;
    assert_eq!(found, document(&session.http, DOCUMENTS[0]).await);
    assert_eq!(found["issuer"], world.stack.issuer());
    let sets: [(&str, &[&str]); 9] = [
        ("response_types_supported", &["code"]),
        (
            "response_modes_supported",
            &["form_post", "form_post.jwt", "fragment", "fragment.jwt", "jwt", "query", "query.jwt"],
        ),
        ("subject_types_supported", &["pairwise", "public"]),
        ("id_token_signing_alg_values_supported", &["ES256", "EdDSA", "PS256", "RS256"]),
        ("userinfo_signing_alg_values_supported", &["ES256", "EdDSA", "PS256", "RS256"]),
        ("scopes_supported", &["address", "email", "offline_access", "openid", "phone", "profile"]),
        ("claim_types_supported", &["normal"]),
        ("prompt_values_supported", &["consent", "login", "none", "select_account"]),
        ("ui_locales_supported", &["ar", "de", "en", "es", "fr", "ja"]),
    ];
    for (name, values) in sets {
        assert_eq!(strings(&found[name]).into_iter().collect::<Vec<_>>(), values, "{name}");
    }
    assert_eq!(found["claims_parameter_supported"], json!(true));
    for name in ["sub", "name", "email_verified", "address", "updated_at", "roles", "groups", "auth_time", "sid"] {
        assert!(strings(&found["claims_supported"]).contains(name), "{name}");
    }
}

#[tokio::test]
async fn o02_c115_the_algorithms_are_those_that_have_a_key_and_a_client_may_register_each() {
    let stack = Stack::builder().arg("--registration").arg("open").start();
    let http = stack.http();
    let register = async |member: &str, algorithm: &str| {
        let body = json!({ "redirect_uris": ["https://app.test/cb"], member: algorithm });
        http.ask("POST", "/register").header("content-type", "application/json").body(body.to_string()).send().await
    };
    let members = ["id_token_signed_response_alg", "userinfo_signed_response_alg"];
    let lists = ["id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported"];
    let mut expected = BTreeSet::from(["RS256"]);
    for next in [None, Some("ES256"), Some("EdDSA")] {
        if let Some(algorithm) = next {
            stack.cli().create_api(&format!("https://{algorithm}.example"), "read", &["--alg", algorithm]);
            expected.insert(algorithm);
        }
        for path in DOCUMENTS {
            let document = document(&http, path).await;
            for (list, member) in lists.into_iter().zip(members) {
                assert_eq!(strings(&document[list]), expected, "{list}");
                for algorithm in strings(&document[list]) {
                    let reply = register(member, algorithm).await;
                    assert_eq!((reply.status, &*reply.string(member)), (201, algorithm), "{reply:?}");
                }
                assert_eq!(register(member, "PS256").await.status, 400);
            }
        }
    }
}

#[tokio::test]
async fn o03_every_endpoint_is_below_the_issuer_and_there() {
    let session = session::shared();
    let world = session.world;
    let found = document(&session.http, DOCUMENTS[1]).await;
    let members = found.as_object().expect("members").iter();
    let urls: Vec<(&String, &str)> = members
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        .map(|(name, url)| (name, url.as_str().expect("a URL")))
        .collect();
    assert_eq!(urls.len(), 9, "{urls:?}");
    for (name, url) in urls {
        assert!(url.starts_with(&format!("{}/", world.stack.issuer())), "{name}: {url}");
        assert_ne!(session.http.get(url).send().await.status, 404, "{name}: {url}");
    }
}

#[tokio::test]
async fn openid_is_not_offered_where_it_is_off() {
    let world = World::with("JETON_OPENID", "false");
    let mut session = world.session();
    let found = document(&session.http, DOCUMENTS[1]).await;
    for name in ["userinfo_endpoint", "scopes_supported", "id_token_signing_alg_values_supported", "claims_supported"] {
        assert!(found.get(name).is_none(), "{name}");
    }
    let client = app(&world, "Off", &[]);
    let callback = session.authorize(&client, &Pkce::new(), &[("scope", "openid read")]).await;
    assert_eq!(callback.error.as_deref(), Some("invalid_scope"));
}

#[tokio::test]
async fn openid_that_is_turned_off_is_off_for_those_who_signed_in_before() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let port = free_port();
    let stack = |openid: &str| Stack::builder().port(port).data(data.path()).env("JETON_OPENID", openid).start();
    let world = World::on(stack("true"));
    let client = app(&world, "Before", &[]);
    let (mut session, _) = person(&world, "before");
    let before = session.signed_in("before", &client, &[("scope", "openid read"), ("resource", ORDERS)]).await;
    assert!(before.json()["id_token"].is_string(), "{before:?}");
    assert_eq!(session.userinfo(&before.string("access_token")).await.status, 200);
    let World { stack: first, service, gateway, ana, spa, web, opaque_service, opaque_spa } = world;
    assert!(first.stop().is_some_and(|status| status.success()));
    let world = World { stack: stack("false"), service, gateway, ana, spa, web, opaque_service, opaque_spa };
    let session = world.session();
    let after = session.refresh(&client, &before.string("refresh_token")).await;
    assert_granted(&after);
    assert!(after.json().get("id_token").is_none(), "{after:?}");
    for reply in [&before, &after] {
        let bearer = format!("Bearer {}", reply.string("access_token"));
        assert_eq!(session.http.get("/userinfo").header("authorization", &bearer).send().await.status, 404);
    }
    assert!(session.is_active(&after.string("access_token")).await);
}

#[tokio::test]
async fn c113_both_documents_are_served_and_tell_the_same() {
    let world = World::shared();
    let http = world.stack.http();
    let [oauth, openid] = [document(&http, DOCUMENTS[0]).await, document(&http, DOCUMENTS[1]).await];
    for document in [&oauth, &openid] {
        assert_eq!(document["issuer"], world.stack.issuer(), "{document}");
    }
    let endpoints =
        ["authorization_endpoint", "token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"];
    for endpoint in endpoints {
        let url = oauth[endpoint].as_str().unwrap_or_else(|| panic!("no {endpoint} in {oauth}"));
        assert!(url.starts_with(&format!("{}/", world.stack.issuer())), "{url}");
        assert_eq!(oauth[endpoint], openid[endpoint]);
    }
}

#[tokio::test]
async fn c113_no_other_issuer_is_described_here() {
    let http = World::shared().stack.http();
    for document in DOCUMENTS {
        // A path is inserted, as for an issuer with a path (RFC 8414 §3.1); this issuer has none.
        for path in ["/tenant", "/", "/../x", "%2ftenant"] {
            let reply = http.get(&format!("{document}{path}")).send().await;
            assert_eq!(reply.status, 404, "{document}{path}: {reply:?}");
        }
        let behind = document.trim_start_matches("/.well-known");
        assert_eq!(http.get(&format!("/tenant/.well-known{behind}")).send().await.status, 404);
    }
}

#[tokio::test]
async fn c114_pkce_is_advertised_and_plain_is_not() {
    let http = World::shared().stack.http();
    for path in DOCUMENTS {
        assert_eq!(document(&http, path).await["code_challenge_methods_supported"], json!(["S256"]), "{path}");
    }
}

async fn continue_with_a_device(session: &mut Session<'_>) -> Reply {
    let tv = television(session.world, "Advertised TV");
    let codes = asked(session, &tv, &[]).await;
    approve(session, &codes).await;
    poll(session, &tv, &codes.device_code).await
}

/// Exchanges a token of an app for a narrower one, for the same API.
async fn exchange_of(session: &Session<'_>, token: &str) -> Reply {
    let of_orders = ["--introspects", ORDERS, "--api", ORDERS, "--grant", "token-exchange"];
    let client = session.world.stack.cli().create_client("Advertised exchange", &of_orders);
    session.exchange(&client, token, &[("scope", "read")]).await
}

/// Brings an identity assertion of an issuer whose keys are registered inline.
async fn assert_who(session: &Session<'_>) -> Reply {
    let (world, signer, url) =
        (session.world, Signer::new(Algorithm::ES256, "advertised"), "https://advertised.example");
    let (cli, keys) = (world.stack.cli(), signer.file(world, "advertised-issuer.json"));
    cli.run(&["issuer", "create", "advertised", "--url", url, "--jwks", &keys, "--for", "id-jag"]);
    cli.run(&["user", "link", &world.ana.username, "--issuer", "advertised", "--subject", "a"]);
    let client = cli.create_client("Advertised assertion", &["--grant", "jwt-bearer", "--api", ORDERS]);
    let (now, aud) = (now(), world.stack.issuer());
    let claims = json!({
        "iss": url, "sub": "a", "aud": aud, "client_id": client.id, "jti": "advertised", "iat": now, "exp": now + 60,
    });
    let header = json!({"alg": "ES256", "typ": "oauth-id-jag+jwt", "kid": "advertised"});
    let assertion = signer.assertion_with(&header, &claims).0;
    let ask = session.http.post("/token").client(&client).field("grant_type", JWT_BEARER);
    ask.field("assertion", &assertion).send().await
}

#[tokio::test]
async fn c115_everything_that_is_advertised_works() {
    let mut session = session::shared();
    let world = session.world;
    let document = document(&session.http, DOCUMENTS[0]).await;
    for grant in strings(&document["grant_types_supported"]) {
        let live = session.tokens(&world.web).await;
        let reply = match grant {
            "authorization_code" => continue_with_a_code(&mut session).await,
            "client_credentials" => session.machine(&world.service, &[("resource", ORDERS)]).await,
            "refresh_token" => session.refresh(&world.web, &live.refresh).await,
            GRANT => continue_with_a_device(&mut session).await,
            exchanges::TOKEN_EXCHANGE => exchange_of(&session, &live.access).await,
            JWT_BEARER => assert_who(&session).await,
            other => panic!("no test knows the grant type {other}"),
        };
        assert_granted(&reply);
    }
    let more = ["--grant", "client_credentials", "--api", ORDERS, "--introspects", ORDERS, "--auth-method"];
    let signer = Signer::new(Algorithm::EdDSA, "only");
    for method in strings(&document["introspection_endpoint_auth_methods_supported"]) {
        let keys = signer.file(world, "advertised.json");
        let keys = if method == "private_key_jwt" { &["--jwks", &*keys][..] } else { &[] };
        let client = world.stack.cli().create_client(method, &[&more[..], &[method], keys].concat());
        for ask in client_requests(&session.http) {
            let ask = match method {
                "private_key_jwt" => ask.fields(&signer.assertion(&claims(world, &client.id)).fields()),
                "client_secret_jwt" => {
                    ask.fields(&Signer::of_secret(client.secret()).assertion(&claims(world, &client.id)).fields())
                }
                "client_secret_basic" => ask.client(&client),
                "client_secret_post" => ask.field("client_id", &client.id).field("client_secret", client.secret()),
                other => panic!("no test knows the method {other}"),
            };
            assert_eq!(ask.send().await.status, 200, "{method}");
        }
    }
    assert!(!strings(&document["introspection_endpoint_auth_methods_supported"]).contains("none"));
    let modes = ["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"];
    assert_eq!(strings(&document["response_modes_supported"]), modes.into());
}

async fn continue_with_a_code(session: &mut Session<'_>) -> Reply {
    let spa = &session.world.spa;
    let code = session.code(spa).await;
    session.redeem(spa, &code).await
}

/// Returns the names of all functions, as their folders and their binaries have them.
fn functions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions");
    let places = std::fs::read_dir(folder).expect("the functions").map(|place| place.expect("a place"));
    let functions = places.filter(|place| place.path().join("Cargo.toml").is_file());
    let functions: Vec<String> = functions.map(|place| place.file_name().to_string_lossy().into_owned()).collect();
    assert!(functions.len() > 10 && functions.iter().any(|name| name == "authorize"), "{functions:?}");
    functions
}

/// Starts a function with an issuer, as Lambda would, and returns its error message when it does not start.
fn issuer_refused(function: &str, issuer: &str) -> String {
    let binary = jeton().with_file_name(function);
    let table = |name: &'static str| (name, "table");
    let env = [
        ("JETON_ISSUER", issuer),
        ("JETON_KEY_FILE", "/dev/null"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_LAMBDA_FUNCTION_NAME", function),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9"),
        table("JETON_TABLE_REGISTRY"),
        table("JETON_TABLE_GRANTS"),
        table("JETON_TABLE_PEOPLE"),
        table("JETON_TABLE_KEYS"),
    ];
    let finished = run_bounded(&binary, &[], &env, "", 10);
    assert!(!finished.status.success(), "{function} {issuer}: {finished:?}");
    format!("{}{}", finished.stdout, finished.stderr)
}

#[test]
fn c116_no_function_starts_with_an_issuer_that_is_not_https() {
    let bad = [
        "http://auth.example",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "HTTP://auth.example",
        "ftp://auth.example",
        "auth.example",
        "//auth.example",
        "https:auth.example",
        "https://auth.example/",
        "https://auth.example?x",
        "https://auth.example#x",
        "https://user@auth.example",
    ];
    for function in functions() {
        // All functions read the variable in the same way, so one of them is asked for every spelling.
        let some = if function == "authorize" { &bad[..] } else { &bad[..1] };
        for issuer in some {
            let told = issuer_refused(&function, issuer);
            assert!(told.contains("JETON_ISSUER"), "{function} takes {issuer}: {told}");
        }
    }
}

#[tokio::test]
async fn c116_every_endpoint_is_at_the_issuer_and_so_has_its_scheme() {
    let world = World::shared();
    let http = world.stack.http();
    for path in DOCUMENTS {
        let document = document(&http, path).await;
        for (name, value) in document.as_object().expect("a document") {
            if name.ends_with("_endpoint") || name.ends_with("_uri") {
                let url = value.as_str().expect("a URL");
                assert!(url.starts_with(&format!("{}/", world.stack.issuer())), "{name}: {url}");
            }
        }
    }
}
