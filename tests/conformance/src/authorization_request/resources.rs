//! `resource` (RFC 8707): the same API however it is spelt (RFC 3986 §6.2), at every endpoint and for every command.

use harness::{EmbeddedDynamo, Jwt, Stack, dynamo_call};
use serde_json::json;

use crate::support::case::Case;
use crate::support::session::{assert_fails, assert_granted, assert_refused, tokens};
use crate::support::world::World;

/// An API whose identifier was created in a form that few would write.
const CREATED: &str = "https://API.Spelt.example:443/";
/// Other spellings of the same.
const SPELT: [&str; 4] = [
    "https://api.spelt.example",
    "https://api.spelt.example/",
    "HTTPS://API.SPELT.EXAMPLE",
    "https://api.spelt.example:443",
];
/// Other APIs, which do not exist.
const OTHERS: [&str; 6] = [
    "http://api.spelt.example",
    "https://api.spelt.example:8443",
    "https://api.spelt.example/v1",
    "https://api.spelt.example//",
    "https://api.spelt.example?",
    "https://api.spelt.example.",
];

#[tokio::test]
async fn c166_every_spelling_of_a_resource_is_its_api_and_the_token_names_it_as_it_was_created() {
    let world = World::shared();
    let cli = world.stack.cli();
    cli.create_api(CREATED, "see change", &[]);
    for spelt in SPELT {
        let again = cli.finish(&["api", "create", "--identifier", spelt], "");
        assert_fails(&again, "registered already");
        assert_eq!(cli.run(&["api", "show", spelt])["identifier"], CREATED);
    }
    let service = cli.create_client("Speller", &["--grant", "client_credentials", "--api", SPELT[0]]);
    assert_eq!(cli.run(&["client", "show", &service.id])["apis"], json!([CREATED]));
    let asking = cli.create_client("Asking", &["--introspects", SPELT[1]]);
    let app = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", "https://app.example/cb"];
    let app = cli.create_client("Spelling app", &[&app[..], &["--api", SPELT[2]]].concat());
    let mut session = world.session();
    let audience = |token: &str| Jwt::read(token).audience();
    for spelt in SPELT.into_iter().chain([CREATED]) {
        let _case = Case::new(spelt);
        let resource = [("resource", spelt)];
        let token = tokens_of(&session.machine(&service, &resource).await);
        assert_eq!(audience(&token), [CREATED]);
        assert_eq!(session.introspect(&asking, &token).await["aud"], json!([CREATED]));
        let code = session.code_with(&app, &resource).await;
        let fields = [
            ("code", &*code.code),
            ("redirect_uri", "https://app.example/cb"),
            ("code_verifier", &*code.verifier),
            resource[0],
        ];
        let tokens = tokens(&session.redemption(&app, &fields).send().await);
        assert_eq!(audience(&tokens.access), [CREATED]);
        let refreshed = session.refresh_with(&app, &tokens.refresh, &resource).await;
        assert_eq!(audience(&tokens_of(&refreshed)), [CREATED]);
    }
    for other in OTHERS {
        assert_refused(&session.machine(&service, &[("resource", other)]).await, "invalid_target");
        assert_fails(&cli.finish(&["api", "show", other], ""), "there is no API");
    }
}

fn tokens_of(reply: &harness::Reply) -> String {
    assert_granted(reply);
    reply.string("access_token")
}

#[tokio::test]
async fn c166_an_api_that_an_earlier_version_stored_is_found_and_deleted() {
    let store = EmbeddedDynamo::start();
    let stack = Stack::builder().store(&store.endpoint()).start();
    let (cli, old) = (stack.cli(), "https://old.example/");
    let item = json!({
        "TableName": stack.env_file().get("JETON_TABLE_REGISTRY"),
        "Item": {
            "id": {"S": format!("api#{old}")}, "identifier": {"S": old}, "scope": {"S": "read"},
            "algorithm": {"S": "RS256"}, "format": {"S": "jwt"}, "lifetime": {"N": "60"},
        },
    });
    dynamo_call(&store.endpoint(), "PutItem", &item).await;
    assert_fails(&cli.finish(&["api", "create", "--identifier", old], ""), "registered already");
    let service = cli.create_client("Old service", &["--grant", "client_credentials", "--api", old]);
    let ask = stack.http().post("/token").client(&service).field("grant_type", "client_credentials");
    let reply = ask.field("resource", "https://old.example").send().await;
    assert_eq!(Jwt::read(&tokens_of(&reply)).audience(), [old]);
    cli.run(&["api", "delete", old]);
    assert_fails(&cli.finish(&["api", "show", old], ""), "there is no API");
    cli.create_api("https://old.example", "read", &[]);
}
