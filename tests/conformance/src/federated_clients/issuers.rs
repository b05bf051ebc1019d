//! The commands for issuers, and issuers in the file of `jeton apply`.

use harness::Stack;
use serde_json::{Value, json};

use crate::federated_clients::fixture::MORE;
use crate::support::session::assert_fails;
use crate::support::signed_assertions::{Signer, keys_in_file};
use crate::support::world::World;

/// Returns the names of the issuers, without those that `jeton dev` registers for its explorer.
fn names(issuers: &Value) -> Vec<&str> {
    let names = issuers.as_array().expect("issuers").iter().filter_map(|issuer| issuer["name"].as_str());
    names.filter(|name| !name.starts_with("explorer-")).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a step or a row for each command and fault")]
fn c222_issuers_are_created_shown_changed_and_deleted_and_each_change_is_recorded() {
    let stack = Stack::start();
    let cli = stack.cli();
    let create = ["issuer", "create", "aws-prod", "--preset", "aws", "--for", "client-auth", "--url"];
    let url = "https://3a.tokens.sts.global.api.aws";
    let planned = cli.run(&[&create[..], &[url, "--dry-run"]].concat());
    assert_eq!(
        (&planned["name"], &planned["jwks_uri"]),
        (&json!("aws-prod"), &json!(format!("{url}/.well-known/jwks.json")))
    );
    assert_eq!(names(&cli.run(&["issuer", "list"])), [""; 0]);
    let created = cli.run(&[&create[..], &[url]].concat());
    assert_eq!(cli.run(&["issuer", "show", "aws-prod"]), created);
    // Neither the name nor the URL is given twice.
    assert_fails(
        &cli.finish(&[&create[..], &["https://4b.tokens.sts.global.api.aws"]].concat(), ""),
        "registered already",
    );
    let again = ["issuer", "create", "aws-again", "--preset", "aws", "--for", "client-auth", "--url", url];
    assert_fails(&cli.finish(&again, ""), "registered already");
    let other = ["issuer", "create", "aws-test", "--preset", "aws", "--for", "client-auth", "--url"];
    cli.run(&[&other[..], &["https://4b.tokens.sts.global.api.aws"]].concat());
    assert_eq!(names(&cli.run(&["issuer", "list", "--limit", "5"])["items"]), ["aws-prod", "aws-test"]);
    let changed = cli.run(&["issuer", "update", "aws-prod", "--jwks-uri", "https://keys.example/aws"]);
    assert_eq!((&changed["jwks_uri"], &changed["url"]), (&json!("https://keys.example/aws"), &json!(url)));
    cli.run(&["issuer", "delete", "aws-test", "--yes"]);
    assert_eq!(names(&cli.run(&["issuer", "list"])), ["aws-prod"]);
    assert_fails(&cli.finish(&["issuer", "show", "aws-test"], ""), "no issuer aws-test");
    let records = cli.run(&["audit", "list"]);
    let actions: Vec<(&str, &str)> = records
        .as_array()
        .expect("records")
        .iter()
        .filter_map(|record| Some((record["action"].as_str()?, record["about"].as_str()?)))
        .filter(|(action, _)| action.starts_with("issuer"))
        .collect();
    for expected in [
        ("issuer create", "issuer:aws-prod"),
        ("issuer update", "issuer:aws-prod"),
        ("issuer delete", "issuer:aws-test"),
    ] {
        assert!(actions.contains(&expected), "{actions:?}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a step or a row for each command and fault")]
fn c222_what_an_issuer_or_its_client_cannot_be_is_told() {
    let world = World::shared();
    let cli = world.stack.cli();
    let key = keys_in_file(world, "issuer.json", &[Signer::new(jsonwebtoken::Algorithm::ES256, "a").public()]);
    let create = |name: &str, more: &[&str]| {
        cli.finish(&[&["issuer", "create", name, "--for", "client-auth"], more].concat(), "")
    };
    let [own, own_with_slash] = ["", "/"].map(|end| format!("{}{end}", world.stack.issuer()));
    for (more, word) in [
        (&["--url", &*own, "--jwks", &*key][..], "this server itself"),
        (&["--url", &*own_with_slash, "--jwks", &*key], "this server itself"),
        (&["--url", "https://a.example"], "--jwks-uri"),
        (&["--url", "http://a.example", "--jwks", &key], "https"),
        (&["--url", "spiffe://trust.example", "--jwks", &key], "spiffe"),
        (&["--preset", "spiffe", "--url", "https://a.example", "--jwks", &key], "spiffe"),
        (&["--preset", "aws", "--url", "https://sts.amazonaws.com"], "tokens.sts.global.api.aws"),
        (&["--preset", "kubernetes", "--url", "https://cluster.example"], "--jwks-uri"),
        (&["--url", "https://a.example", "--jwks-uri", "https://10.0.0.1/keys"], "--jwks-uri"),
        (&["--jwks", &key], "--url"),
        (&["--preset", "github", "--for", "login"], "one purpose"),
    ] {
        assert_fails(&create("bad", more), word);
    }
    assert_fails(&create("Bad", &["--url", "https://a.example", "--jwks", &key]), "lower case");
    assert!(
        create("rules-aws", &["--preset", "aws", "--url", "https://5c.tokens.sts.global.api.aws"]).status.success()
    );
    assert!(create("rules-github", &["--preset", "github"]).status.success());
    let client = |more: &[&str]| cli.finish(&[&["client", "create", "--name", "Bad"], &MORE[..], more].concat(), "");
    let repository = "repo:octo-org/octo-repo:environment:prod";
    for (more, word) in [
        (&["--federated", "nobody", "--subject", "a"][..], "no issuer nobody"),
        (&["--federated", "rules-aws", "--subject", "arn:aws:sts::1:assumed-role/a/b"], "ARN"),
        (&["--federated", "rules-github", "--subject", repository], "repository_id"),
        (&["--federated", "rules-github", "--subject", repository, "--federated-claim", "x"], "no ="),
        (
            &[
                "--auth-method",
                "client_secret_basic",
                "--federated",
                "rules-github",
                "--subject",
                repository,
                "--federated-claim",
                "repository_id=1",
            ],
            "private_key_jwt",
        ),
        (
            &[
                "--jwks",
                &key,
                "--federated",
                "rules-github",
                "--subject",
                repository,
                "--federated-claim",
                "repository_id=1",
            ],
            "--jwks",
        ),
    ] {
        assert_fails(&client(more), word);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a step or a row for each command and fault")]
fn c222_a_file_has_issuers_and_the_rules_of_clients() {
    let stack = Stack::start();
    let cli = stack.cli();
    let apply = |text: &str, more: &[&str]| {
        let path = stack.scratch("issuers.toml");
        std::fs::write(&path, text).expect("a file");
        cli.run(&[&["apply", "-f", &path.display().to_string()], more].concat())
    };
    let text = r#"
[[api]]
identifier = "https://stock.example"
scope = "count"

[[issuer]]
name = "github"
url = "https://token.actions.githubusercontent.com"
preset = "github"
purposes = ["client-auth"]

[[client]]
id = "deploy"
name = "Deploy"
grants = ["client_credentials"]
apis = ["https://stock.example"]
federation = { issuer = "github", subject = "repo:a/b:environment:prod", claims = { repository_id = "456" } }
"#;
    let made = apply(text, &[]);
    assert_eq!(made["created"].as_array().map(Vec::len), Some(3), "{made}");
    assert_eq!(apply(text, &[])["unchanged"], 3);
    let client = cli.run(&["client", "show", "deploy"]);
    assert_eq!(client["auth_method"], "private_key_jwt");
    let rule = json!({
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:a/b:environment:prod",
        "claims": {"repository_id": "456"},
    });
    assert_eq!(client["federation"], rule);
    let exported = cli.run(&["export"]);
    let clients = exported["client"].as_array().expect("clients");
    let deploy = clients.iter().find(|client| client["id"] == "deploy").expect("the client");
    assert_eq!(deploy["federation"]["issuer"], "github", "{exported}");
    assert_eq!(names(&exported["issuer"]), ["github"]);
    let changed = apply(&text.replace("456", "457"), &[]);
    assert_eq!(changed["changed"].as_array().map(Vec::len), Some(1), "{changed}");
    let pruned = apply("", &["--prune", "--yes"]);
    let deleted = pruned["deleted"].as_array().expect("what was deleted");
    assert!(
        deleted.contains(&json!({"issuer": "github"})) && deleted.contains(&json!({"client": "deploy"})),
        "{pruned}"
    );
    assert_eq!(names(&cli.run(&["issuer", "list"])), [""; 0]);
}
