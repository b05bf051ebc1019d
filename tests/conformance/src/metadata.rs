//! J. Client discovery: metadata (RFC 8414, `OpenID` Connect Discovery) and registration.

use std::net::TcpListener;

use harness::{Jwt, Pkce, Reply, authorization_url, jeton, run_bounded};
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::assertions::{Signer, claims};
use crate::support::pages::shown_here;
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{self, Session, assert_granted, assert_refused, client_requests, tokens};
use crate::support::world::{CALLBACK, ORDERS, PARCELS, World};

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
    assert_eq!(strings(&document["response_modes_supported"]), ["query", "fragment", "form_post"].into());
}

async fn continue_with_a_code(session: &mut Session<'_>) -> Reply {
    let spa = &session.world.spa;
    let code = session.code(spa).await;
    session.redeem(spa, &code).await
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
    for function in ["authorize", "token", "introspect", "revoke", "metadata"] {
        for issuer in bad {
            let told = issuer_refused(function, issuer);
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

#[tokio::test]
async fn c117_nobody_registers_a_client_over_http() {
    let world = World::shared();
    let http = world.stack.http();
    let body = json!({"redirect_uris": ["https://evil.example/cb"], "client_name": "Evil"}).to_string();
    for path in ["/register", "/registration", "/connect/register", "/oauth2/register", "/clients", "/reg"] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let ask = http.ask(method, path).header("content-type", "application/json").body(&*body);
            assert_eq!(ask.send().await.status, 404, "{method} {path}");
        }
    }
    for path in DOCUMENTS {
        assert!(document(&http, path).await.get("registration_endpoint").is_none(), "{path}");
    }
}

#[tokio::test]
async fn c118_c119_c120_a_url_as_client_id_is_unknown_and_never_fetched() {
    let world = World::shared();
    let trap = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    trap.set_nonblocking(true).expect("a listener that does not wait");
    let address = trap.local_addr().expect("an address");
    let ids = [
        format!("http://{address}/client.json"),
        format!("https://{address}/client.json"),
        format!("https://localhost:{}/client.json", address.port()),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://[::ffff:127.0.0.1]/client.json".to_owned(),
    ];
    for id in &ids {
        let ask = authorization_url(id, CALLBACK, &Pkce::new(), &[]);
        shown_here(&[ask.trim_start_matches("/authorize?").to_owned()]).await;
        for ask in client_requests(&world.stack.http()) {
            assert_refused(&ask.field("client_id", id).send().await, "invalid_client");
        }
    }
    let visit = trap.accept();
    assert!(visit.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "somebody came for the document");
    for path in DOCUMENTS {
        let document = document(&world.stack.http(), path).await;
        assert!(document.get("client_id_metadata_document_supported").is_none_or(|on| on == false), "{document}");
    }
}

#[tokio::test]
async fn c121_the_audience_of_a_token_is_the_resource_that_was_consented_to() {
    let mut session = session::shared();
    let world = session.world;
    for api in [ORDERS, PARCELS] {
        let code = session.code_with(&world.spa, &[("resource", api)]).await;
        let fields = [("code", &*code.code), ("code_verifier", &*code.verifier), ("resource", api)];
        let reply = session.redemption(&world.spa, &fields).send().await;
        assert_granted(&reply);
        assert_eq!(Jwt::read(&reply.string("access_token")).audience(), [api]);
        let refresh = tokens(&reply).refresh;
        let other = if api == ORDERS { PARCELS } else { ORDERS };
        let wider = session.refresh_with(&world.spa, &refresh, &[("resource", other)]).await;
        assert_refused(&wider, "invalid_target");
        let same = session.refresh_with(&world.spa, &refresh, &[("resource", api)]).await;
        assert_eq!(Jwt::read(&tokens(&same).access).audience(), [api]);
    }
}

#[tokio::test]
async fn c124_a_service_finds_client_credentials_and_its_methods_in_the_metadata() {
    let http = World::shared().stack.http();
    for path in DOCUMENTS {
        let document = document(&http, path).await;
        assert!(strings(&document["grant_types_supported"]).contains("client_credentials"), "{document}");
        let methods = strings(&document["token_endpoint_auth_methods_supported"]);
        assert!(methods.is_superset(&["client_secret_basic", "client_secret_jwt", "private_key_jwt"].into()));
        // RFC 8414 §2: the algorithms are listed when a signing method is, and `none` is not among them.
        for endpoint in ["token", "introspection", "revocation"] {
            let algorithms = strings(&document[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")]);
            assert_eq!(algorithms, ["Ed25519", "EdDSA", "ES256", "HS256", "PS256", "RS256"].into(), "{endpoint}");
        }
    }
}
