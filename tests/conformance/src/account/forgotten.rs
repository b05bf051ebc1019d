//! Forgotten passwords: a mail with a link, which sets a new password once.

use std::time::Duration;

use futures::future::{join, join_all};
use harness::{Browser, Landing, Reply, Stack};
use serde_json::Value;
use tokio::time::Instant;

use crate::account::sign_up::way_to;
use crate::account::{
    FIRST, Person, SECOND, asks_to_sign_in, change_password, form_to, is_changed, shows_account, sign_in,
};
use crate::support::outbox::{kept, mails_to, path_of_link};
use crate::support::pages::assert_page_headers;
use crate::support::relying_party::app;
use crate::support::rounds;
use crate::support::session::{Code, assert_granted, assert_refused, tokens};
use crate::support::stored::Stored;
use crate::support::throttled::besiege;
use crate::support::world::World;

/// A third password that a person may choose.
const THIRD: &str = "a third long password";

/// The number of requests for a known and for an unknown name whose times are compared.
const TIMED: usize = 200;

pub(crate) fn address_of(name: &str) -> String {
    format!("{name}@example.org")
}

/// Registers a person with a confirmed address.
pub(crate) fn create(world: &World, name: &str) {
    let cli = world.stack.cli();
    cli.create_user(name, FIRST);
    let address = format!("email={}", address_of(name));
    cli.run(&["user", "update", name, "--claim", &address, "--claim", "email_verified=true"]);
}

/// Asks for a mail at the page of a browser.
pub(crate) async fn ask(browser: &mut Browser, typed: &str) -> Landing {
    let page = browser.go("/account/forgotten").await;
    let form = form_to(&page, "/account/forgotten").expect("the form");
    browser.submit(&page, &form, &[("username", typed)]).await
}

/// Asks for a mail and returns the path of its link.
pub(crate) async fn link_for(world: &World, name: &str) -> String {
    let before = kept(&world.stack, &address_of(name)).await.len();
    let asked = ask(&mut world.stack.browser(), name).await;
    assert_eq!(asked.reply.status, 200, "{:?}", asked.reply);
    let mails = mails_to(&world.stack, &address_of(name), before + 1).await;
    assert_eq!(mails[0]["subject"], "Set a new password");
    path_of_link(&world.stack, &mails[0])
}

/// Sends the form of a link from a program without cookies.
pub(crate) async fn use_link(stack: &Stack, path: &str, password: &str) -> Reply {
    let link = path.strip_prefix("/account/reset/").expect("the path of a link");
    let post = stack.http().post("/account/reset").fields(&[("link", link), ("new_password", password)]);
    post.header("sec-fetch-site", "same-origin").send().await
}

pub(crate) fn is_set(reply: &Reply) -> bool {
    reply.status == 200 && reply.text().contains("<h1>Your password is set</h1>")
}

pub(crate) fn is_over(reply: &Reply) -> bool {
    reply.status == 400 && reply.text().contains("<h1>This link does not work any more</h1>")
}

/// Returns whether a person can sign in with a password, on a new browser.
async fn opens(world: &World, name: &str, password: &str) -> bool {
    shows_account(&sign_in(&mut world.stack.browser(), name, password).await)
}

#[tokio::test]
async fn c235_a_link_sets_a_new_password_once_and_ends_what_rested_on_the_former_one() {
    let world = World::on(Stack::start());
    create(&world, "ada");
    let client = app(&world, "Forgotten", &[]);
    let mut browser = world.stack.browser();
    assert!(shows_account(&sign_in(&mut browser, "ada", FIRST).await));
    let session = world.session();
    let code = rounds::sign_in(&mut browser, &client, ("ada", FIRST), &[]).await;
    let granted = tokens(&session.redeem(&client, &code).await);
    // From the sign-in page of an app, and from that of the account.
    let sign_in_page = world.stack.browser().go(&rounds::request(&client, &[]).0).await;
    assert!(sign_in_page.reply.text().contains(r#"href="/account/forgotten?request="#));
    assert!(world.stack.browser().go("/account").await.reply.text().contains(r#"href="/account/forgotten""#));
    let path = link_for(&world, "ada").await;
    let mut other = world.stack.browser();
    let page = other.go(&path).await;
    assert_page_headers(&page.reply);
    let form = form_to(&page, "/account/reset").expect("the form of a link");
    assert_eq!(form.input("username").map(|input| input.value.as_str()), Some("ada"));
    for unfit in ["", "short", "passwordpassword", "ada@example.org ada"] {
        let refused = other.submit(&page, &form, &[("new_password", unfit)]).await;
        assert_eq!(refused.reply.status, 400, "{unfit}");
        assert!(refused.reply.text().contains("id=\"alert\""), "{unfit}: {:?}", refused.reply);
    }
    assert!(opens(&world, "ada", FIRST).await);
    let set = other.submit(&page, &form, &[("new_password", SECOND)]).await;
    assert!(is_set(&set.reply), "{:?}", set.reply);
    // Nobody is signed in by it, and everybody is signed out.
    assert!(asks_to_sign_in(&other.go("/account").await) && asks_to_sign_in(&browser.go("/account").await));
    assert_refused(&session.refresh(&client, &granted.refresh).await, "invalid_grant");
    assert!(!opens(&world, "ada", FIRST).await && opens(&world, "ada", SECOND).await);
    for _ in 0..2 {
        assert!(is_over(&use_link(&world.stack, &path, THIRD).await));
        assert!(is_over(&world.stack.http().get(&path).send().await));
    }
    let mails = mails_to(&world.stack, &address_of("ada"), 2).await;
    assert_eq!(mails[0]["subject"], "Your password was changed");
    assert_eq!(path_of_link(&world.stack, &mails[0]), "/account/forgotten");
}

#[tokio::test]
async fn c235_the_way_back_from_a_forgotten_password_is_kept_by_the_browser_and_not_by_the_mail() {
    let world = World::on(Stack::start());
    create(&world, "returning");
    let client = app(&world, "Way back", &[]);
    let (request, pkce) = rounds::request(&client, &[("scope", "openid read")]);
    let mut browser = world.stack.browser();
    let page = browser.go(&request).await;
    let way = way_to(&page, "/account/forgotten?request=");
    let page = browser.go(&way).await;
    assert_page_headers(&page.reply);
    assert!(way_to(&page, "/authorize?").contains(&client.id));
    let form = form_to(&page, "/account/forgotten").unwrap();
    let asked = browser.submit(&page, &form, &[("username", "returning")]).await;
    assert!(way_to(&asked, "/authorize?").contains(&client.id));
    let mails = mails_to(&world.stack, &address_of("returning"), 1).await;
    for form in ["text", "html"] {
        assert!(!mails[0][form].as_str().unwrap().contains(&client.id), "the mail names the app");
    }
    let path = path_of_link(&world.stack, &mails[0]);
    let page = browser.go(&path).await;
    let set = browser.submit(&page, &form_to(&page, "/account/reset").unwrap(), &[("new_password", SECOND)]).await;
    assert!(is_set(&set.reply), "{:?}", set.reply);
    let callback = browser.sign_in_and_consent(&way_to(&set, "/authorize?"), "returning", SECOND).await;
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    assert_granted(&world.session().redeem(&client, &code).await);
    // The next link that is used in this browser leads to the account.
    mails_to(&world.stack, &address_of("returning"), 2).await;
    let path = link_for(&world, "returning").await;
    let page = browser.go(&path).await;
    let set = browser.submit(&page, &form_to(&page, "/account/reset").unwrap(), &[("new_password", THIRD)]).await;
    assert!(is_set(&set.reply) && !set.reply.text().contains("/authorize"), "{:?}", set.reply);
}

#[tokio::test]
async fn c235_a_link_that_is_fetched_changes_nothing() {
    let world = World::on(Stack::start());
    create(&world, "scanned");
    let path = link_for(&world, "scanned").await;
    let http = world.stack.http();
    for method in ["GET", "HEAD", "GET", "HEAD"] {
        let reply = http.ask(method, &path).send().await;
        assert_eq!(reply.status, 200, "{method}: {reply:?}");
        // Nor does a program that follows what it finds: the page has no link, no script and loads nothing.
        for way in ["href=", "src=", "<script", "http-equiv"] {
            assert!(!reply.text().contains(way), "{method}: {way}");
        }
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let reply = http.ask(method, &path).send().await;
        assert_eq!(reply.status, 405, "{method}: {reply:?}");
    }
    let elsewhere = http.post("/account/reset").header("sec-fetch-site", "cross-site");
    let link = path.strip_prefix("/account/reset/").unwrap();
    let elsewhere = elsewhere.fields(&[("link", link), ("new_password", SECOND)]).send().await;
    assert_eq!(elsewhere.status, 403, "{elsewhere:?}");
    assert!(opens(&world, "scanned", FIRST).await);
    // The page for the mail has a ticket of its browser, like every form.
    let page = world.stack.browser().go("/account/forgotten").await;
    let form = form_to(&page, "/account/forgotten").unwrap();
    for (browser, site) in [(world.stack.browser(), "same-origin"), (world.stack.browser(), "cross-site")] {
        let mut browser = browser;
        let refused = browser.submit_from(site, &page, &form, &[("username", "scanned")]).await;
        assert_eq!(refused.reply.status, 403, "{:?}", refused.reply);
    }
    assert_eq!(http.ask("HEAD", "/account/forgotten").send().await.status, 200);
    assert!(is_set(&use_link(&world.stack, &path, SECOND).await));
    assert_eq!(kept(&world.stack, &address_of("scanned")).await.iter().filter(|mail| is_reset(mail)).count(), 1);
}

fn is_reset(mail: &Value) -> bool {
    mail["subject"] == "Set a new password"
}

#[tokio::test]
async fn c235_of_64_uses_of_one_link_at_once_one_sets_the_password() {
    let world = World::on(Stack::start());
    create(&world, "crowd");
    let (one, two) = (link_for(&world, "crowd").await, link_for(&world, "crowd").await);
    let passwords: Vec<String> = (0..64).map(|number| format!("{SECOND} {number}")).collect();
    let uses = passwords.iter().enumerate().map(|(number, password)| {
        let path = if number % 2 == 0 { &one } else { &two };
        use_link(&world.stack, path, password)
    });
    let replies = join_all(uses).await;
    let won: Vec<usize> = (0..64).filter(|number| is_set(&replies[*number])).collect();
    assert_eq!(won.len(), 1, "{won:?}");
    assert!(replies.iter().all(|reply| is_set(reply) || is_over(reply)), "{replies:?}");
    assert!(opens(&world, "crowd", &passwords[won[0]]).await);
    let mails = mails_to(&world.stack, &address_of("crowd"), 3).await;
    assert_eq!(mails.iter().filter(|mail| !is_reset(mail)).count(), 1);
}

#[tokio::test]
async fn c235_a_change_meanwhile_ends_every_link() {
    let world = World::on(Stack::start());
    let cli = world.stack.cli();
    let claims: [(&str, &[&str]); 4] = [
        ("changed", &["user", "set-password", "changed", "--password-stdin"]),
        ("disabled", &["user", "disable", "disabled"]),
        ("moved", &["user", "update", "moved", "--claim", "email=moved@example.net"]),
        ("doubted", &["user", "update", "doubted", "--claim", "email_verified=false"]),
    ];
    for (name, command) in claims {
        create(&world, name);
        let path = link_for(&world, name).await;
        let finished = cli.finish(command, THIRD);
        assert!(finished.status.success(), "{finished:?}");
        assert!(is_over(&world.stack.http().get(&path).send().await), "{name}");
        assert!(is_over(&use_link(&world.stack, &path, SECOND).await), "{name}");
        assert!(!opens(&world, name, SECOND).await, "{name}");
    }
    // Something else of the person may change.
    create(&world, "renamed");
    let path = link_for(&world, "renamed").await;
    cli.run(&["user", "update", "renamed", "--claim", "name=Someone"]);
    assert!(is_set(&use_link(&world.stack, &path, SECOND).await));
    let forged = format!("{}A", path.strip_suffix(|_: char| true).unwrap());
    for wrong in [&*forged, "/account/reset/jtw_AAAA", "/account/reset/x"] {
        assert!(is_over(&world.stack.http().get(wrong).send().await), "{wrong}");
    }
}

#[tokio::test]
async fn c235_of_a_reset_and_a_change_of_the_password_at_once_one_wins() {
    let world = World::on(Stack::start());
    for round in 0..8_u64 {
        let name = format!("both{round}");
        create(&world, &name);
        let path = link_for(&world, &name).await;
        let mut browser = world.stack.browser();
        assert!(shows_account(&sign_in(&mut browser, &name, FIRST).await));
        let late = async {
            tokio::time::sleep(Duration::from_millis(round * 15)).await;
            use_link(&world.stack, &path, THIRD).await
        };
        let (changed, reset) = join(change_password(&mut browser, FIRST, SECOND, true), late).await;
        let (changed, reset) = (is_changed(&changed), is_set(&reset));
        assert!(changed != reset, "{round}: changed {changed}, reset {reset}");
        assert_eq!(opens(&world, &name, SECOND).await, changed, "{round}");
        assert_eq!(opens(&world, &name, THIRD).await, reset, "{round}");
    }
}

#[tokio::test]
async fn c235_a_mail_goes_to_a_confirmed_address_and_three_times_in_an_hour_at_most() {
    let world = World::on(Stack::start());
    let cli = world.stack.cli();
    cli.create_user("unconfirmed", FIRST);
    cli.run(&["user", "update", "unconfirmed", "--claim", "email=unconfirmed@example.org"]);
    create(&world, "often");
    create(&world, "last");
    for (number, typed) in ["often", "OFTEN", "unconfirmed", "unconfirmed@example.org", "nobody"].iter().enumerate() {
        let asked = ask(&mut world.stack.browser(), typed).await;
        assert_eq!(asked.reply.status, 200, "{number}: {:?}", asked.reply);
    }
    for _ in 0..4 {
        ask(&mut world.stack.browser(), "often").await;
    }
    mails_to(&world.stack, &address_of("often"), 3).await;
    // What was asked for before this one was looked at before it.
    link_for(&world, "last").await;
    let often = kept(&world.stack, &address_of("often")).await;
    assert_eq!(often.len(), 3, "{often:#?}");
    assert!(kept(&world.stack, "unconfirmed@example.org").await.is_empty());
}

#[tokio::test]
async fn c235_an_address_means_the_person_who_confirmed_it_and_not_one_who_has_it_as_a_name() {
    let world = World::on(Stack::start());
    let (cli, address) = (world.stack.cli(), address_of("successor"));
    // Somebody who signed up with the address has another one now, and kept the name.
    cli.create_user(&address, FIRST);
    cli.run(&["user", "update", &address, "--claim", "email=former@example.net", "--claim", "email_verified=true"]);
    create(&world, "successor");
    assert_eq!(ask(&mut world.stack.browser(), &address).await.reply.status, 200);
    let mails = mails_to(&world.stack, &address, 1).await;
    let mut browser = world.stack.browser();
    let page = browser.go(&path_of_link(&world.stack, &mails[0])).await;
    let form = form_to(&page, "/account/reset").unwrap();
    assert_eq!(form.input("username").map(|input| input.value.as_str()), Some("successor"));
    assert!(is_set(&browser.submit(&page, &form, &[("new_password", SECOND)]).await.reply));
    // The other person is meant by the address that is confirmed, and signs in with the name as before.
    assert!(kept(&world.stack, "former@example.net").await.is_empty());
    ask(&mut world.stack.browser(), "former@example.net").await;
    mails_to(&world.stack, "former@example.net", 1).await;
    assert!(opens(&world, &address, FIRST).await && opens(&world, "successor", SECOND).await);
}

#[tokio::test]
async fn c235_mails_are_bounded_for_each_source() {
    let world = World::on(Stack::start());
    let mut browser = world.stack.browser_from([127, 0, 7, 1]);
    let page = browser.go("/account/forgotten").await;
    let form = form_to(&page, "/account/forgotten").unwrap();
    let mut statuses = Vec::new();
    for number in 0..21 {
        let asked = browser.submit(&page, &form, &[("username", &format!("nobody{number}"))]).await;
        statuses.push(asked.reply.status);
        if asked.reply.status == 429 {
            assert!(asked.reply.retry_after().is_some_and(|seconds| seconds > 0));
            assert!(asked.reply.text().contains(&format!("value=\"nobody{number}\"")));
        }
    }
    assert_eq!((statuses[..20].iter().all(|status| *status == 200), statuses[20]), (true, 429), "{statuses:?}");
    assert_eq!(ask(&mut world.stack.browser_from([127, 0, 7, 2]), "nobody").await.reply.status, 200);
}

#[tokio::test]
async fn c235_c144_a_source_that_asks_for_few_mails_each_hour_has_the_others_left() {
    let stored = Stored::start();
    let world = &stored.world;
    ask(&mut world.stack.browser(), "nobody").await;
    let grants = stored.items("JETON_TABLE_GRANTS").await;
    let count = grants.iter().find(|item| item.contains("throttle#mails-source#")).expect("the count of the source");
    let mut count: Value = serde_json::from_str(count).unwrap();
    // Nineteen, the last one half an hour ago: ten of them are forgotten.
    let time: u64 = count["last_at"]["N"].as_str().unwrap().parse().unwrap();
    count["failures"]["N"] = "19".into();
    count["last_at"]["N"] = (time - 1800).to_string().into();
    stored.put("JETON_TABLE_GRANTS", &[count.to_string()]).await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(ask(&mut world.stack.browser(), "nobody").await.reply.status);
    }
    assert_eq!((&statuses[..11], statuses[11]), (&[200; 11][..], 429), "{statuses:?}");
}

#[tokio::test]
async fn c144_who_resets_the_password_is_not_kept_out_by_those_who_guess_it() {
    let world = World::on(Stack::start());
    create(&world, "besieged");
    let guess = async |browser: &mut Browser, password: &str| sign_in(browser, "besieged", password).await;
    let mut statuses = Vec::new();
    for source in 1..=7 {
        statuses.push(guess(&mut world.stack.browser_from([127, 0, 9, source]), "a wrong password").await.reply.status);
    }
    assert_eq!(statuses, [403, 403, 403, 403, 403, 429, 429]);
    let mut browser = world.stack.browser();
    assert_eq!(guess(&mut browser, FIRST).await.reply.status, 429);
    let page = browser.go(&link_for(&world, "besieged").await).await;
    let form = form_to(&page, "/account/reset").unwrap();
    assert!(is_set(&browser.submit(&page, &form, &[("new_password", SECOND)]).await.reply));
    besiege(&world, "besieged").await;
    assert_eq!(guess(&mut world.stack.browser(), SECOND).await.reply.status, 429);
    assert!(shows_account(&guess(&mut browser, SECOND).await));
}

/// Returns a page without what is random in it.
pub(crate) fn settled(page: &Landing) -> (u16, String, Vec<String>) {
    let headers = page.reply.headers.keys().map(ToString::to_string).collect();
    (page.reply.status, page.reply.text().to_owned(), headers)
}

/// Returns the chance that one of the first times is longer than one of the second, as the Mann-Whitney test counts it.
pub(crate) fn longer(first: &[Duration], second: &[Duration]) -> f64 {
    let pairs = first.iter().flat_map(|one| second.iter().map(move |other| one.cmp(other)));
    let halves: u32 = pairs
        .map(|order| match order {
            std::cmp::Ordering::Greater => 2,
            std::cmp::Ordering::Equal => 1,
            std::cmp::Ordering::Less => 0,
        })
        .sum();
    let all = u32::try_from(2 * first.len() * second.len()).expect("a small number");
    f64::from(halves) / f64::from(all)
}

#[tokio::test]
async fn c235_known_and_unknown_names_have_the_same_answer_in_the_same_time() {
    let world = World::on(Stack::start());
    create(&world, "known-person");
    let names = ["known-person", "not-a-person"];
    let (mut times, mut pages) = ([Vec::new(), Vec::new()], [None, None]);
    for source in 0..u8::try_from(TIMED / 10).unwrap() {
        // A source may ask twenty times.
        let mut browser = world.stack.browser_from([127, 0, 8, source + 1]);
        let page = browser.go("/account/forgotten").await;
        let form = form_to(&page, "/account/forgotten").unwrap();
        for turn in 0..20 {
            // Each comes first as often as the other.
            let which = usize::from((turn % 2 == 0) == (source % 2 == 0));
            let start = Instant::now();
            let asked = browser.submit(&page, &form, &[("username", names[which])]).await;
            times[which].push(start.elapsed());
            let seen = settled(&asked);
            assert_eq!(*pages[which].get_or_insert(seen.clone()), seen);
        }
    }
    assert_eq!(pages[0], pages[1]);
    let chance = longer(&times[0], &times[1]);
    // Of 200 equal times each, it is within 0.4 and 0.6 but for one of 1800 runs.
    assert!((0.4..=0.6).contains(&chance), "an unknown name takes longer with a chance of {chance}");
    println!("a known name takes longer than an unknown one with a chance of {chance:.3}");
}

#[tokio::test]
async fn c235_without_mail_nothing_that_needs_it_is_offered() {
    let world = World::with("JETON_MAIL_FROM", "off");
    create(&world, "nomail");
    let mut person = Person::signed_in(&world, "mailless").await;
    assert!(!world.stack.browser().go("/account").await.reply.text().contains("forgotten"));
    for path in ["/account/forgotten", "/account/reset/jtw_AAAA"] {
        assert_eq!(world.stack.http().get(path).send().await.status, 404, "{path}");
    }
    for path in ["/account/forgotten", "/account/reset"] {
        let sent = world.stack.http().post(path).fields(&[("username", "nomail"), ("link", "jtw_AAAA")]).send().await;
        assert_eq!(sent.status, 404, "{path}");
    }
    assert!(is_changed(&change_password(&mut person.browser, FIRST, SECOND, true).await));
    assert!(
        world.stack.http().get("/outbox").header("accept", "application/json").send().await.json()
            == Value::from(Vec::<Value>::new())
    );
}

#[tokio::test]
async fn c236_a_new_password_is_told_to_the_confirmed_address() {
    let world = World::on(Stack::start());
    create(&world, "told");
    let mut browser = world.stack.browser();
    assert!(shows_account(&sign_in(&mut browser, "told", FIRST).await));
    assert!(is_changed(&change_password(&mut browser, FIRST, SECOND, false).await));
    let mails = mails_to(&world.stack, &address_of("told"), 1).await;
    assert_eq!((mails.len(), &mails[0]["subject"]), (1, &Value::from("Your password was changed")));
    let page = world.stack.http().get("/outbox").header("accept", "text/html").send().await;
    assert!(page.text().contains("Your password was changed") && page.text().contains("told@example.org"));
    assert!(world.stack.http().get("/").send().await.text().contains(r#"/outbox""#));
}

#[tokio::test]
async fn c235_no_log_has_the_link_or_the_address_of_a_mail() {
    let world = World::on(Stack::builder().env("RUST_LOG", "trace").start());
    create(&world, "private");
    let path = link_for(&world, "private").await;
    assert!(is_set(&use_link(&world.stack, &path, SECOND).await));
    mails_to(&world.stack, &address_of("private"), 2).await;
    let log = world.stack.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.starts_with('{')).collect();
    let link = path.strip_prefix("/account/reset/").unwrap();
    for secret in [link, SECOND, "private@example.org"] {
        assert!(!lines.iter().any(|line| line.contains(secret)), "{secret}");
    }
    assert!(!log.contains(link));
    for event in ["reset_asked", "mail_sent", "password_reset"] {
        assert!(lines.iter().any(|line| line.contains(&format!("\"event\":\"{event}\""))), "{event}");
    }
}
