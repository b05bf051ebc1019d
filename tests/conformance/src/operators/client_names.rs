//! Names of clients by language: given by commands, files and clients themselves, and shown on pages in their language.

use harness::Stack;
use serde_json::{Value, json};

use crate::support::pages::{asking, asks_for_consent, sign_in};
use crate::support::self_registration::{Registration, assert_refused_for, metadata, register, started};
use crate::support::session::assert_fails;
use crate::support::world::{CALLBACK, ORDERS, World};

const PUBLIC: [&str; 8] =
    ["--auth-method", "none", "--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];

#[tokio::test]
async fn pages_show_the_name_of_a_client_in_their_language() {
    let world = World::shared();
    let names = ["--name-in", "de=Laden der Stadt", "--name-in", "ja=町の店"];
    let client = world.stack.cli().create_client("Town shop", &[&PUBLIC[..], &names].concat());
    for (locales, name) in [("de-AT", "Laden der Stadt"), ("ja", "町の店"), ("fr", "Town shop"), ("en", "Town shop")]
    {
        let mut browser = world.stack.browser();
        let page = browser.go(&asking(&client.id, &[("ui_locales", locales)])).await;
        let consent = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
        assert!(asks_for_consent(&consent), "{:?}", consent.reply);
        for shown in [&page, &consent] {
            let shown = shown.reply.text();
            let others = ["Laden der Stadt", "町の店", "Town shop"].into_iter().filter(|other| *other != name);
            assert!(shown.contains(name), "{locales}: {shown}");
            assert!(others.into_iter().all(|other| !shown.contains(other)), "{locales}: {shown}");
        }
    }
}

#[test]
fn a_name_by_language_is_given_changed_and_removed_and_moves_with_its_client() {
    let world = World::on(Stack::start());
    let cli = world.stack.cli();
    let given = ["--id", "shop", "--name-in", "de=Laden", "--name-in", "PT-br=Loja"];
    cli.create_client("Shop", &[&PUBLIC[..], &given].concat());
    let names = |client: &str| cli.run(&["client", "show", client])["name_in"].clone();
    assert_eq!(names("shop"), json!({"de": "Laden", "pt-BR": "Loja"}));
    let update = |more: &[&str]| cli.finish(&[&["client", "update", "shop"], more].concat(), "");
    assert!(update(&["--name-in", "de=", "--name-in", "fr=Boutique"]).status.success());
    assert_eq!(names("shop"), json!({"fr": "Boutique", "pt-BR": "Loja"}));
    let records = cli.run(&["audit", "list"]);
    assert!(records.to_string().contains("\"name_in\""), "{records}");
    for (text, told) in [("de", "LANGUAGE=NAME"), ("d=Laden", "BCP 47"), ("de=a\u{202e}", "invisible")] {
        assert_fails(&update(&["--name-in", text]), told);
    }
    let many: Vec<String> = (b'a'..b'u').map(|letter| format!("--name-in=a{}=Shop", char::from(letter))).collect();
    assert_fails(&update(&many.iter().map(String::as_str).collect::<Vec<_>>()), "20 at most");
    let exported = cli.finish(&["export"], "").stdout;
    assert!(exported.contains("[client.name_in]\nfr = \"Boutique\"\npt-BR = \"Loja\"\n"), "{exported}");
    let plan = cli.run_with_input(&["apply", "-f", "-"], &exported);
    assert_eq!(plan["changed"], json!([]), "{plan}");
    let applied = cli.run_with_input(&["apply", "-f", "-"], &exported.replace("fr = \"Boutique\"", "es = \"Tienda\""));
    let told = json!({"before": {"fr": "Boutique", "pt-BR": "Loja"}, "after": {"es": "Tienda", "pt-BR": "Loja"}});
    assert_eq!(applied["changed"][0]["attributes"]["name_in"], told, "{applied}");
    let mut moved = cli.run(&["client", "show", "shop"]);
    moved["client_id"] = json!("moved");
    assert_eq!(cli.run_with_input(&["client", "import"], &moved.to_string())["imported"], 1);
    assert_eq!(names("moved"), names("shop"));
}

#[tokio::test]
async fn a_client_registers_its_names_by_language_and_takes_none_of_an_operators_client() {
    let world = started("open");
    let names = ["--name-in", "de=Sparkasse am Markt"];
    world.stack.cli().create_client("Bank", &[&PUBLIC[..], &names].concat());
    let members = json!({"client_name": "Budget", "client_name#DE-at": "Haushaltsbuch", "client_name#": "x"});
    let registered = Registration::of(&register(&world, None, &metadata(&members)).await);
    let told: Vec<(&String, &Value)> =
        registered.document.as_object().expect("members").iter().filter(|(name, _)| name.contains('#')).collect();
    assert_eq!(told, [(&"client_name#de-AT".to_owned(), &json!("Haushaltsbuch"))]);
    for names in [
        json!({"client_name": "Budget", "client_name#fr": "SPARKASSE am  Markt"}),
        json!({"client_name": "Sparkasse am Markt"}),
        json!({"client_name#de": "B\u{430}nk"}),
        json!({"client_name": "Budget", "client_name#de": "a\u{200b}b"}),
    ] {
        let reply = register(&world, None, &metadata(&names)).await;
        assert_refused_for(&reply, "invalid_client_metadata", "client_name");
    }
}
