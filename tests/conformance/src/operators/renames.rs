//! Operator commands that rename a person.

use harness::Jwt;

use crate::operators::sessions_and_grants::Scene;
use crate::support::case::Case;
use crate::support::rounds::{PASSWORD, browser_of, request, said, sign_in, streamless};
use crate::support::session::{assert_fails, assert_granted};
use crate::support::world::World;

#[tokio::test]
async fn c131_a_rename_keeps_the_person_and_gives_the_name_free() {
    let mut scene = Scene::of("before").await;
    let renamed = scene.cli.run(&["user", "rename", "before", "--to", "after"]);
    assert_eq!((&renamed["username"], &renamed["sub"]), (&"after".into(), &scene.sub.as_str().into()));
    let mut shown = scene.cli.run(&["user", "show", "after"]);
    assert_eq!(shown.as_object_mut().and_then(|shown| shown.remove("links")), Some(serde_json::json!([])));
    assert_eq!(shown, renamed);
    // Session and grants belong to the person, not to the name.
    assert!(scene.is_signed_in().await);
    assert_granted(&scene.session.refresh(&scene.client, &scene.brief.refresh).await);
    assert_granted(&scene.session.refresh(&scene.client, &scene.lasting.refresh).await);
    assert_fails(&scene.cli.finish(&["user", "show", "before"], ""), "before");
    let (url, _) = request(&scene.client, &[("prompt", "login")]);
    let mut stranger = browser_of(scene.session.world, 10, 1);
    let page = stranger.go(&url).await;
    let next = stranger.submit(&page, &page.form(), &[("username", "before"), ("password", PASSWORD)]).await;
    assert!(next.form().input("password").is_some(), "the old name signs in: {:?}", next.reply);
    let code = sign_in(&mut stranger, &scene.client, ("after", PASSWORD), &[]).await;
    let reply = scene.session.redeem(&scene.client, &code).await;
    assert_eq!(Jwt::read(&reply.string("id_token")).text("sub"), scene.sub);
    // Another person can take the old name, and is a different person.
    let taker = scene.cli.create_user("before", PASSWORD);
    assert_ne!(taker.sub, scene.sub);
    let code = sign_in(&mut scene.session.browser, &scene.client, ("before", PASSWORD), &[]).await;
    let reply = scene.session.redeem(&scene.client, &code).await;
    assert_eq!(Jwt::read(&reply.string("id_token")).text("sub"), taker.sub);
    // Each can be renamed again, and deleting one leaves the other.
    scene.cli.run(&["user", "rename", "after", "--to", "later"]);
    scene.cli.run(&["user", "delete", "before"]);
    assert_eq!(scene.cli.run(&["user", "show", "later"])["sub"], *scene.sub);
}

#[tokio::test]
async fn c131_a_rename_that_cannot_be_changes_nothing() {
    let cli = streamless().stack.cli();
    let (one, two) = (cli.create_user("rename-one", PASSWORD), cli.create_user("rename-two", PASSWORD));
    let before = ["rename-one", "rename-two"].map(|name| cli.run(&["user", "show", name]));
    for (name, to, word) in [
        ("rename-one", "rename-two", "rename-two"),
        ("rename-one", "RENAME-TWO", "RENAME-TWO"),
        ("rename-none", "rename-three", "rename-none"),
        ("rename-one", "with space", "with space"),
        ("rename-one", "", "username"),
    ] {
        let _case = Case::new(format!("{name} to {to}"));
        assert_fails(&cli.finish(&["user", "rename", name, "--to", to], ""), word);
    }
    assert_eq!(["rename-one", "rename-two"].map(|name| cli.run(&["user", "show", name])), before);
    // Renaming to the same name in another case either fails as taken or changes the spelling.
    drop(said(&cli.finish(&["user", "rename", "rename-one", "--to", "Rename-One", "--json"], "")));
    assert_eq!(cli.run(&["user", "show", "rename-one"])["sub"], *one.sub);
    assert_eq!(cli.run(&["user", "show", "rename-two"])["sub"], *two.sub);
}

#[test]
fn c131_a_subject_tells_neither_the_name_nor_who_was_there_before() {
    let cli = streamless().stack.cli();
    let first = cli.create_user("nameless", PASSWORD).sub;
    cli.run(&["user", "delete", "nameless"]);
    let second = cli.create_user("nameless", PASSWORD).sub;
    assert_ne!(first, second);
    assert!([&first, &second].iter().all(|sub| sub.len() >= 22 && !sub.contains("nameless")), "{first} {second}");
}

#[test]
fn c145_a_new_name_fits_the_profile_and_an_imported_one_may_not() {
    let world = World::shared();
    let cli = world.stack.cli();
    let ligature = "\u{fb01}nance-renames";
    assert_fails(&cli.finish(&["user", "create", ligature, "--password-stdin"], PASSWORD), "UsernameCaseMapped");
    cli.create_user("finance-renames", PASSWORD);
    assert_fails(&cli.finish(&["user", "rename", "finance-renames", "--to", ligature], ""), "UsernameCaseMapped");
    let line = format!(r#"{{"username":"{ligature}","password":"{PASSWORD}"}}"#);
    assert!(cli.finish(&["user", "import"], &line).status.success());
    assert_eq!(cli.run(&["user", "show", ligature])["username"], ligature);
}
