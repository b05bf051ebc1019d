//! Looks: the name, logo, colours, links and texts of a deployment on its pages and in its mails.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Finished, Reply, Stack, free_port, jeton, run_bounded};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::account::forgotten::{address_of, ask, create};
use crate::support::outbox::mails_to;
use crate::support::pages::{directive, every_page, three_pages};
use crate::support::world::World;

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\"/></svg>";
const TOML: &str = r##"
name = "Quince & Co"
[colours.light]
button = "#7a1f5c"
link = "#7a1f5c"
[colours.dark]
link = "#f0b0dc"
[links]
help = "https://quince.example/help"
imprint = "https://quince.example/imprint"
[texts]
footer = "Quince Ltd <Orchard Lane>"
sign_in = "Use your work account."
"##;

fn look(toml: &str, logo: Option<&str>) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("brand.toml"), toml).expect("brand.toml");
    if let Some(logo) = logo {
        fs::write(directory.path().join("logo.svg"), logo).expect("logo.svg");
    }
    directory
}

fn path(directory: &TempDir) -> &str {
    directory.path().to_str().expect("a path")
}

fn check(directory: &Path, more: &[&str]) -> Finished {
    let directory = directory.to_str().expect("a path");
    run_bounded(&jeton(), &[&["brand", "check", directory], more].concat(), &[], "", 10)
}

/// Returns the only stylesheet of a page, whose hash its policy has.
fn sheet(reply: &Reply) -> &str {
    let (_, rest) = reply.text().split_once("<style>").expect("a stylesheet");
    let (sheet, after) = rest.split_once("</style>").expect("its end");
    assert!(!after.contains("<style"), "{reply:?}");
    let policy = reply.header("content-security-policy").expect("a policy");
    let hash = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(sheet)));
    assert_eq!(directive(policy, "style-src"), Some(&*hash), "{policy}");
    assert_eq!(directive(policy, "default-src"), Some("'none'"), "{policy}");
    sheet
}

fn assert_branded(reply: &Reply, shows_logo: bool) {
    let (page, sheet) = (reply.text(), sheet(reply));
    assert!(sheet.contains("--button: #7a1f5c;") && sheet.contains("--link: #f0b0dc;"), "{sheet}");
    assert!(
        page.contains(" – Quince &#38; Co</title>") && page.contains("Quince Ltd &#60;Orchard Lane&#62;"),
        "{page}"
    );
    for url in ["https://quince.example/help", "https://quince.example/imprint"] {
        assert!(page.contains(&format!("<a href=\"{url}\" target=\"_blank\" rel=\"noreferrer noopener\">")), "{page}");
    }
    let policy = reply.header("content-security-policy").expect("a policy");
    assert_eq!(directive(policy, "img-src"), shows_logo.then_some("data:"), "{policy}");
    let logo = format!("<img class=\"mark\" src=\"data:image/svg+xml;base64,{}\"", STANDARD.encode(SVG));
    assert_eq!(page.contains(&logo), shows_logo, "{page}");
    assert_eq!(page.contains("<header class=\"mark\">Quince &#38; Co</header>"), !shows_logo, "{page}");
}

#[tokio::test]
async fn every_page_and_mail_has_the_look_of_the_variable() {
    let checked = check(look(TOML, None).path(), &["--value"]);
    assert!(checked.status.success(), "{checked:?}");
    let world = World::with("JETON_BRAND", checked.stdout.trim());
    for (_, reply) in every_page(&world).await {
        assert_branded(&reply, false);
    }
    for path in ["/account", "/device", "/logout", "/account/forgotten"] {
        assert_branded(&world.stack.browser().go(path).await.reply, false);
    }
    let [sign_in, _, error] = three_pages(&world).await;
    assert!(sign_in.text().contains("<p>Use your work account.</p>") && !error.text().contains("work account"));
    create(&world, "quince");
    ask(&mut world.stack.browser(), "quince").await;
    let mails = mails_to(&world.stack, &address_of("quince"), 1).await;
    let [text, html] = ["text", "html"].map(|form| mails[0][form].as_str().expect("a text"));
    assert!(text.ends_with("\n\nQuince & Co\n"), "{text}");
    assert!(html.contains("Quince &#38; Co") && html.contains("background: #7a1f5c; color: #ffffff"), "{html}");
}

#[tokio::test]
async fn a_look_with_a_logo_is_a_file() {
    let directory = look(TOML, Some(SVG));
    let checked = check(directory.path(), &["--value"]);
    let file = directory.path().join("value");
    fs::write(&file, &checked.stdout).expect("the value");
    let world = World::with("JETON_BRAND", file.to_str().expect("a path"));
    for reply in three_pages(&world).await {
        assert_branded(&reply, true);
    }
}

#[tokio::test]
async fn the_local_stack_follows_the_files_of_a_look() {
    let directory = look(TOML, None);
    let stack = Stack::builder().arg("--brand").arg(path(&directory)).start();
    let page = |path: &'static str| {
        let http = stack.http();
        async move { http.get(path).send().await }
    };
    assert_branded(&page("/authorize?client_id=nobody").await, false);
    // Other programs have the look from the env file.
    let value = check(directory.path(), &["--value"]).stdout;
    assert_eq!(stack.env_file().get("JETON_BRAND"), value.trim());
    fs::write(directory.path().join("logo.svg"), SVG).expect("logo.svg");
    assert_branded(&page("/authorize?client_id=nobody").await, true);
    fs::write(directory.path().join("brand.toml"), TOML.replace("button = \"#7a1f5c\"", "button = \"#ff8800\""))
        .expect("brand.toml");
    assert_branded(&page("/authorize?client_id=nobody").await, true);
    let told = stack.log();
    assert!(told.contains("label and button have a contrast of 2.39, and need 4.5"), "{told}");
    fs::write(directory.path().join("brand.toml"), TOML.replace("Quince & Co", "Medlar")).expect("brand.toml");
    let changed = page("/authorize?client_id=nobody").await;
    assert!(changed.text().contains(" – Medlar</title>") && sheet(&changed).contains("#7a1f5c"), "{changed:?}");
}

#[test]
fn a_look_that_cannot_be_used_is_refused_at_the_start_and_by_the_command() {
    let scratch = tempfile::tempdir().expect("a directory");
    let env_file = scratch.path().join("env").display().to_string();
    let port = free_port().to_string();
    let dev = ["dev", "--port", &port, "--env-file", &env_file];
    for (toml, logo, named) in [
        ("name = \"\"".to_owned(), None, "name"),
        (
            TOML.replace("button = \"#7a1f5c\"", "button = \"#ff8800\""),
            None,
            "light colours label and button have a contrast of 2.39",
        ),
        (TOML.replace("#f0b0dc", "#f0b0dc; } </style><script>"), None, "dark colour link"),
        (TOML.replace("https://quince.example/help", "javascript:alert(1)"), None, "help"),
        (TOML.replace("sign_in", "sign_up"), None, "sign_up"),
        (TOML.to_owned(), Some(SVG.replace("<path", "<script/><path")), "logo"),
    ] {
        let directory = look(&toml, logo.as_deref());
        let checked = check(directory.path(), &[]);
        let started = run_bounded(&jeton(), &[&dev[..], &["--brand", path(&directory)]].concat(), &[], "", 10);
        for finished in [checked, started] {
            assert!(!finished.status.success() && finished.stderr.lines().count() == 1, "{finished:?}");
            assert!(finished.stderr.contains(named) && finished.stderr.contains(path(&directory)), "{finished:?}");
        }
    }
    for value in ["{}", "e30", "/no/such/file"] {
        let started = run_bounded(&jeton(), &dev, &[("JETON_BRAND", value)], "", 10);
        assert!(!started.status.success() && started.stderr.contains("JETON_BRAND"), "{started:?}");
    }
}

#[test]
fn a_look_without_a_logo_fits_the_parameter_and_one_with_a_large_logo_goes_into_a_layer() {
    let document = |directory: &TempDir| -> serde_json::Value {
        let checked = check(directory.path(), &["--json"]);
        serde_json::from_str(&checked.stdout).unwrap_or_else(|_| panic!("{checked:?}"))
    };
    let small = document(&look(TOML, None));
    assert!(small["deploy"].as_str().is_some_and(|text| text.ends_with("the parameter Brand")), "{small}");
    assert_eq!(small["value"].as_str().map(|value| value.len() as u64), small["characters"].as_u64());
    let large = document(&look(TOML, Some(&SVG.replace("M0 0", &"M0 0".repeat(500)))));
    assert!(large["deploy"].as_str().is_some_and(|text| text.contains("BrandLayerArn")), "{large}");
    assert!(large["value"].is_null() && large["characters"].as_u64().is_some_and(|length| length > 1000), "{large}");
}
