//! The profile as an option of a client: who may set it, what it brings, and that each broken rule has its own text.

use harness::{Pkce, RegisteredClient, authorization_url};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::fapi::fixture::{Bank, pushing_object};
use crate::support::case::Case;
use crate::support::pages::answered;
use crate::support::proofs::{Prover, assert_bound};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::pushed::assert_pushed;
use crate::support::session::{self, Session, assert_fails, assert_granted};
use crate::support::signed_assertions::{Signer, keys_in_file};
use crate::support::world::{CALLBACK, ORDERS, World};

#[test]
fn c201_the_profile_brings_its_settings_and_the_command_refuses_what_contradicts_them() {
    let world = World::shared();
    let cli = world.stack.cli();
    for profile in ["fapi2", "fapi2-signed"] {
        let bank = Bank::signing_with(world, &format!("Shows {profile}"), Algorithm::ES256, &["--profile", profile]);
        assert_eq!(bank.client.secret, None);
        let shown = cli.run(&["client", "show", &bank.client.id]);
        let expected = json!({
            "profile": profile, "auth_method": "private_key_jwt", "pkce": "required", "dpop_bound_access_tokens": true,
            "require_pushed_authorization_requests": true, "authorization_signed_response_alg": "ES256",
            "introspection_signed_response_alg": "ES256", "assertion_audience": "issuer",
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(shown[name], *value, "{name}");
        }
        assert_eq!(shown["relying_party"]["id_token_signed_response_alg"], "ES256");
    }
    let keys = Signer::new(Algorithm::ES256, "refused").file(world, "refused.json");
    let usual = ["client", "create", "--name", "Refused", "--profile", "fapi2", "--redirect-uri", CALLBACK];
    let usual = [&usual[..], &["--grant", "authorization_code"]].concat();
    let with_key = [&usual[..], &["--jwks", &keys]].concat();
    for (args, more, word) in [
        (&usual, &[][..], "--jwks"),
        (&usual, &["--auth-method", "client_secret_basic"], "private_key_jwt"),
        (&usual, &["--auth-method", "none"], "private_key_jwt"),
        (&with_key, &["--grant", "implicit"], "implicit"),
        (&with_key, &["--grant", "password"], "password"),
        (&with_key, &["--pkce", "optional"], "PKCE"),
        (&with_key, &["--id-token-alg", "RS256"], "PS256"),
        (&with_key, &["--response-alg", "RS256"], "PS256"),
        (&with_key, &["--introspection-alg", "RS256"], "PS256"),
        (&with_key, &["--userinfo-alg", "RS256"], "PS256"),
        (&with_key, &["--request-object-alg", "RS256"], "PS256"),
    ] {
        let _case = Case::new(more.join(" "));
        assert_fails(&cli.finish(&[&args[..], more].concat(), ""), word);
    }
}

#[expect(clippy::too_many_lines, reason = "a row for each option that contradicts the profile")]
#[test]
fn c201_an_update_sets_the_profile_and_what_it_demands() {
    let world = World::shared();
    let cli = world.stack.cli();
    let usual = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = cli.create_client("Becomes a bank", &usual);
    let update = |more: &[&str]| cli.finish(&[&["client", "update", &client.id][..], more].concat(), "");
    assert_fails(&update(&["--profile", "fapi2"]), "private_key_jwt");
    let keys = Signer::new(Algorithm::ES256, "later").file(world, "later.json");
    let becomes = ["--profile", "fapi2", "--auth-method", "private_key_jwt", "--jwks", &keys];
    for more in [
        &["--dpop-bound-access-tokens=false"][..],
        &["--require-par=false"],
        &["--pkce", "nonce"],
        &["--assertion-audience", "endpoint"],
        &["--response-alg", ""],
        &["--introspection-alg", "RS256"],
    ] {
        let _case = Case::new(more.join(" "));
        assert_fails(&update(&[&becomes[..], more].concat()), "profile");
    }
    let done = update(&becomes);
    assert!(done.status.success(), "{done:?}");
    let shown = cli.run(&["client", "show", &client.id]);
    assert_eq!((&shown["profile"], &shown["live_secrets"]), (&json!("fapi2"), &json!(0)), "{shown}");
    assert_eq!(shown["relying_party"]["id_token_signed_response_alg"], "ES256", "{shown}");
    for more in [
        &["--dpop-bound-access-tokens=false"][..],
        &["--require-par=false"],
        &["--pkce", "optional"],
        &["--assertion-audience", "endpoint"],
        &["--id-token-alg", "RS256"],
        &["--response-alg", "RS256"],
        &["--response-alg", ""],
        &["--auth-method", "client_secret_basic"],
        &["--add-grant", "password"],
    ] {
        let _case = Case::new(more.join(" "));
        assert_fails(&update(more), "profile");
    }
    let done = update(&["--profile", "baseline", "--dpop-bound-access-tokens=false"]);
    assert!(done.status.success(), "{done:?}");
    let shown = cli.run(&["client", "show", &client.id]);
    assert_eq!((&shown["profile"], &shown["dpop_bound_access_tokens"]), (&json!("baseline"), &json!(false)));
}

#[expect(clippy::too_many_lines, reason = "a row for each word that contradicts the profile")]
#[test]
fn c201_a_file_and_an_import_name_the_profile_and_an_export_keeps_it() {
    let world = World::on(harness::Stack::start());
    let cli = world.stack.cli();
    let key = Signer::new(Algorithm::ES256, "filed").public();
    let jwks = json!({ "keys": [key] });
    let file = |more: &str| {
        let keys = keys_in_file(&world, "filed.json", std::slice::from_ref(&key));
        format!(
            "[[client]]\nid = \"filed\"\nname = \"Filed\"\nprofile = \"fapi2\"\ngrants = [\"authorization_code\"]\n\
             redirect_uris = [\"{CALLBACK}\"]\njwks = {{ file = \"{keys}\" }}\n{more}"
        )
    };
    let apply = |text: &str| cli.finish(&["apply", "-f", "-", "--yes"], text);
    let done = apply(&file(""));
    assert!(done.status.success(), "{done:?}");
    let shown = cli.run(&["client", "show", "filed"]);
    assert_eq!((&shown["profile"], &shown["auth_method"]), (&json!("fapi2"), &json!("private_key_jwt")), "{shown}");
    for more in [
        "pkce = \"optional\"",
        "authorization_signed_response_alg = \"RS256\"",
        "dpop_bound_access_tokens = false",
        "require_pushed_authorization_requests = false",
        "assertion_audience = \"endpoint\"",
    ] {
        let done = apply(&file(more));
        assert!(!done.status.success() && done.stderr.contains("profiles fapi2"), "{done:?}");
    }
    let exported = cli.finish(&["export"], "");
    assert!(exported.stdout.contains("profile = \"fapi2\""), "{exported:?}");
    let again = apply(&exported.stdout);
    assert!(again.status.success(), "{again:?}");
    assert_eq!(cli.run(&["client", "show", "filed"]), shown, "nothing is new");
    let mut document = shown.clone();
    document["client_id"] = json!("imported");
    document["jwks"] = jwks;
    let done = cli.finish(&["client", "import"], &document.to_string());
    assert!(done.status.success(), "{done:?}");
    assert_eq!(cli.run(&["client", "show", "imported"])["profile"], "fapi2");
    document["client_id"] = json!("lax");
    for (word, value) in [
        ("pkce", json!("nonce")),
        ("dpop_bound_access_tokens", json!(false)),
        ("require_pushed_authorization_requests", json!(false)),
        ("assertion_audience", json!("endpoint")),
        ("introspection_signed_response_alg", json!("RS256")),
    ] {
        let mut lax = document.clone();
        lax[word] = value;
        let done = cli.finish(&["client", "import"], &lax.to_string());
        assert!(!done.status.success() && done.stdout.contains("profiles fapi2"), "{word}: {done:?}");
    }
}

#[test]
fn c094_each_command_warns_of_an_api_that_signs_with_rs256_and_of_no_other() {
    let world = World::on(harness::Stack::start());
    let (cli, key) = (world.stack.cli(), Signer::new(Algorithm::ES256, "warned"));
    let keys = key.file(&world, "warned.json");
    for (algorithm, warned) in [("RS256", true), ("ES256", false)] {
        let (api, id) = (format!("https://{}.bank.example", algorithm.to_lowercase()), format!("of-{algorithm}"));
        cli.create_api(&api, "read", &["--alg", algorithm]);
        let run = |args: &[&str], input: &str| {
            let done = cli.finish(args, input);
            assert!(done.status.success(), "{done:?}");
            let warnings = done.stderr.matches("signed with RS256").count();
            assert_eq!(warnings, usize::from(warned), "{args:?}: {done:?}");
            assert_eq!(done.stderr.contains(&api), warned, "{args:?}: {done:?}");
        };
        let create = ["client", "create", "--id", &id, "--name", "Warned", "--profile", "fapi2", "--jwks", &keys];
        let code = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", &api];
        run(&[&create[..], &code].concat(), "");
        run(&["client", "update", &id, "--name", "Warned again"], "");
        let mut document = cli.run(&["client", "show", &id]);
        document["client_id"] = json!(format!("{id}-imported"));
        document["jwks"] = json!({ "keys": [key.public()] });
        run(&["client", "import"], &document.to_string());
        for name in ["New", "Changed"] {
            let client = |which: &str| {
                format!(
                    "[[client]]\nid = \"{id}-{which}\"\nname = \"{name}\"\nprofile = \"fapi2\"\napis = [\"{api}\"]\n\
                     grants = [\"authorization_code\"]\nredirect_uris = [\"{CALLBACK}\"]\njwks = {{ file = \"{keys}\" }}\n"
                )
            };
            run(&["apply", "-f", "-", "--yes"], &[client("filed"), client("beside")].concat());
        }
    }
}

#[tokio::test]
async fn c201_a_client_that_registers_itself_has_no_profile() {
    let world = World::with("JETON_REGISTRATION", "open");
    let members = json!({ "redirect_uris": [CALLBACK], "profile": "fapi2", "token_endpoint_auth_method": "none" });
    let ask = world.stack.http().post("/register").header("content-type", "application/json");
    let reply = ask.body(members.to_string()).send().await;
    assert_eq!(reply.status, 201, "{reply:?}");
    assert!(reply.json().get("profile").is_none(), "{reply:?}");
    let cli = world.stack.cli();
    assert_eq!(cli.run(&["client", "show", &reply.string("client_id")])["profile"], "baseline");
    assert!(!cli.finish(&["client", "update", &reply.string("client_id"), "--profile", "fapi2"], "").status.success());
}

/// Returns the error and the description of a push.
async fn refusal(session: &Session<'_>, bank: &Bank, more: &[(&str, &str)]) -> (String, String) {
    let reply = bank.push(session, &Pkce::new(), more).await;
    (reply.string("error"), reply.string("error_description"))
}

#[tokio::test]
async fn c201_each_rule_of_the_profile_is_refused_with_its_own_text() {
    let mut session = session::shared();
    let world = session.world;
    let bank = Bank::register(world, "Breaks rules", &[]);
    let key = Prover::new();
    let mut told = Vec::new();
    for (more, error) in [
        (&[("redirect_uri", "")][..], "invalid_request"),
        (&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
    ] {
        let (found, description) = refusal(&session, &bank, more).await;
        assert_eq!(found, error, "{description}");
        told.push(description);
    }
    let target = authorization_url(&bank.client.id, CALLBACK, &Pkce::new(), &[("state", "s")]);
    let callback = answered(&session.browser.go(&target).await);
    assert_eq!((callback.error.as_deref(), callback.state.as_deref()), (Some("invalid_request"), Some("s")));
    told.push(callback.url.query_pairs().find(|(name, _)| name == "error_description").unwrap().1.into_owned());
    let code = bank.code(&mut session, &[]).await;
    let reply = bank.redeeming(&session, &code).send().await;
    assert_eq!((reply.status, &*reply.string("error")), (400, "invalid_request"));
    told.push(reply.string("error_description"));
    assert_bound(&bank.redeem(&session, &code, &key).await);
    let signed = Bank::signed(world, "Breaks rules of signed", &[]);
    let (error, description) = refusal(&session, &signed, &[]).await;
    assert_eq!(error, "invalid_request");
    told.push(description);
    for (texts, word) in told.iter().zip(["redirect_uri", "PKCE", "pushed", "DPoP", "signed request object"]) {
        assert!(texts.contains(word), "{word}: {texts}");
    }
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 5);
}

#[tokio::test]
async fn c201_a_client_with_the_profile_may_get_tokens_for_itself() {
    let session = session::shared();
    let world = session.world;
    let bank = Bank::register(world, "Bank service", &["--grant", "client_credentials"]);
    let ask = || {
        let ask = session.http.post("/token").field("grant_type", "client_credentials").field("resource", ORDERS);
        bank.authenticated(ask, world)
    };
    let refused = ask().send().await;
    assert_eq!((refused.status, &*refused.string("error")), (400, "invalid_request"));
    let key = Prover::new();
    let reply = crate::support::proofs::proven(ask(), world, &key).send().await;
    assert_bound(&reply);
    assert!(reply.json().get("refresh_token").is_none() && reply.json().get("id_token").is_none(), "{reply:?}");
}

/// Signs Ana in with a baseline client, with what the metadata list.
async fn baseline_works(session: &mut Session<'_>, client: &RegisteredClient) {
    let code = session.code_with(client, &[("scope", "openid read")]).await;
    let reply = session.redeem(client, &code).await;
    assert_granted(&reply);
    assert_eq!(harness::Jwt::read(&reply.string("id_token")).header["alg"], "RS256");
}

#[tokio::test]
async fn c203_the_metadata_are_true_for_clients_with_a_profile_and_for_those_without() {
    let mut session = session::shared();
    let world = session.world;
    let bank = Bank::register(world, "Reads the metadata", &[]);
    let signed = Bank::signed(world, "Reads the metadata and signs", &[]);
    for path in DOCUMENTS {
        let listed = document(&session.http, path).await;
        let has = |member: &str, value: &str| assert!(strings(&listed[member]).contains(value), "{member}: {listed}");
        // Pushing is there for all, and demanded of some: the deployment does not demand it.
        assert_eq!(listed["require_pushed_authorization_requests"], false, "{listed}");
        assert_eq!(strings(&listed["code_challenge_methods_supported"]).len(), 1);
        has("token_endpoint_auth_methods_supported", "private_key_jwt");
        has("token_endpoint_auth_methods_supported", "client_secret_basic");
        for algorithm in ["PS256", "ES256", "EdDSA"] {
            has("token_endpoint_auth_signing_alg_values_supported", algorithm);
            has("request_object_signing_alg_values_supported", algorithm);
            has("dpop_signing_alg_values_supported", algorithm);
        }
        for algorithm in ["RS256", "ES256"] {
            has("authorization_signing_alg_values_supported", algorithm);
        }
        let of_tokens: Option<&Value> = listed.get("id_token_signing_alg_values_supported");
        assert!(of_tokens.is_none_or(|listed| strings(listed).is_superset(&["RS256", "ES256"].into())), "{listed}");
    }
    baseline_works(&mut session, &world.web).await;
    let reply = bank.granted(&mut session, &Prover::new(), &[("scope", "openid read")]).await;
    assert_bound(&reply);
    assert_eq!(harness::Jwt::read(&reply.string("id_token")).header["alg"], "ES256");
    let object = signed.sign(&signed.object(world, &Pkce::new()));
    assert_pushed(&pushing_object(&signed, &session, &object).send().await);
}
