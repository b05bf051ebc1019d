//! People who make their own account: a mail with a link, which makes one account once.

use futures::future::join_all;
use harness::{Browser, CountingProxy, Landing, Reply, Stack, dynamo_call, unescape};
use serde_json::json;
use tokio::time::Instant;

use crate::account::forgotten::{address_of, create, longer, settled};
use crate::account::{FIRST, SECOND, asks_to_sign_in, form_to, shows_account, sign_in};
use crate::support::outbox::{kept, mails_to, path_of_link};
use crate::support::pages::assert_page_headers;
use crate::support::relying_party::app;
use crate::support::rounds;
use crate::support::session::{Code, tokens};
use crate::support::world::World;

/// The number of requests for a known and for an unknown address whose times are compared.
const TIMED: usize = 200;

fn open() -> World {
    World::with("JETON_SIGN_UP", "open")
}

/// Asks for an account at the page of a browser.
async fn ask(browser: &mut Browser, address: &str) -> Landing {
    ask_at(browser, "/account/sign-up", address).await
}

async fn ask_at(browser: &mut Browser, path: &str, address: &str) -> Landing {
    let page = browser.go(path).await;
    let form = form_to(&page, "/account/sign-up").unwrap_or_else(|| panic!("no form: {:?}", page.reply));
    browser.submit(&page, &form, &[("email", address)]).await
}

/// Asks for an account and returns the path of its link. Other mails to the address may come meanwhile.
pub(crate) async fn link_for(world: &World, address: &str) -> String {
    let links =
        |mails: Vec<serde_json::Value>| mails.into_iter().filter(|mail| mail["subject"] == "Create your account");
    let mut mails = kept(&world.stack, address).await;
    let before = links(mails.clone()).count();
    let asked = ask(&mut world.stack.browser(), address).await;
    assert_eq!(asked.reply.status, 200, "{:?}", asked.reply);
    while links(mails.clone()).count() == before {
        mails = mails_to(&world.stack, address, mails.len() + 1).await;
    }
    path_of_link(&world.stack, &links(mails).next().expect("a link"))
}

/// Sends the form of a link from a program without cookies.
pub(crate) async fn use_link(stack: &Stack, path: &str, name: &str, password: &str) -> Reply {
    let link = path.strip_prefix("/account/sign-up/").expect("the path of a link");
    let fields = [("link", link), ("username", name), ("new_password", password)];
    stack.http().post("/account/create").fields(&fields).header("sec-fetch-site", "same-origin").send().await
}

pub(crate) fn is_ready(reply: &Reply) -> bool {
    reply.status == 200 && reply.text().contains("<h1>Your account is ready</h1>")
}

pub(crate) fn is_over(reply: &Reply) -> bool {
    reply.status == 400 && reply.text().contains("<h1>This link does not work any more</h1>")
}

fn is_taken(reply: &Reply) -> bool {
    reply.status == 409 && reply.text().contains("This name is taken")
}

/// Returns the link of a page that begins in this way.
pub(crate) fn way_to(page: &Landing, start: &str) -> String {
    let mut links = page.reply.text().split("href=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    let found = links.find(|(link, _)| link.starts_with(start));
    found.map_or_else(|| panic!("no link to {start}: {:?}", page.reply), |(link, _)| unescape(link))
}

/// Makes all addresses and names look as if they had been taken a second earlier. Links and these times are whole seconds, and a
/// link is over for an address that was taken in its own second.
async fn make_aliases_older(world: &World) {
    let environment = world.stack.env_file();
    let (endpoint, table) = (environment.get("AWS_ENDPOINT_URL_DYNAMODB"), environment.get("JETON_TABLE_PEOPLE"));
    let found = dynamo_call(&endpoint, "Scan", &json!({"TableName": table})).await;
    let items = found["Items"].as_array().unwrap().iter().filter(|item| item["record"]["S"] == "alias");
    let mut changed = 0;
    for item in items {
        let update = json!({
            "TableName": table,
            "Key": {"person": item["person"], "record": item["record"]},
            "UpdateExpression": "ADD created_at :second",
            "ExpressionAttributeValues": {":second": {"N": "-1"}},
        });
        dynamo_call(&endpoint, "UpdateItem", &update).await;
        changed += 1;
    }
    assert!(changed > 0, "nothing is taken: {found}");
}

pub(crate) async fn opens(world: &World, name: &str, password: &str) -> bool {
    shows_account(&sign_in(&mut world.stack.browser(), name, password).await)
}

#[expect(clippy::too_many_lines, reason = "a story that is told in order")]
#[tokio::test]
async fn c235_a_person_signs_up_with_an_address_and_goes_on_to_the_app() {
    let world = open();
    let client = app(&world, "Signed up", &[]);
    let (request, pkce) = rounds::request(&client, &[("scope", "openid email read")]);
    let mut browser = world.stack.browser();
    let page = browser.go(&request).await;
    let way = way_to(&page, "/account/sign-up?request=");
    let asked_page = browser.go(&way).await;
    assert_page_headers(&asked_page.reply);
    let asked = ask_at(&mut browser, &way, "ada@example.org").await;
    assert_eq!(asked.reply.status, 200, "{:?}", asked.reply);
    assert_page_headers(&asked.reply);
    let mails = mails_to(&world.stack, "ada@example.org", 1).await;
    let path = path_of_link(&world.stack, &mails[0]);
    for form in ["text", "html"] {
        assert!(!mails[0][form].as_str().unwrap().contains(&client.id), "the mail names the app");
    }
    let page = browser.go(&path).await;
    assert_page_headers(&page.reply);
    let form = form_to(&page, "/account/create").expect("the form of a link");
    for (name, password, what) in [
        ("", SECOND, "name"),
        ("a da", SECOND, "name"),
        ("bob@example.org", SECOND, "name"),
        ("\u{fb01}nance", SECOND, "name"),
        ("https://evil.example/refund", SECOND, "name"),
        ("ada", "short", "password"),
        ("ada", "passwordpassword", "password"),
        ("ada", "ada@example.org ada", "password"),
    ] {
        let refused = browser.submit(&page, &form, &[("username", name), ("new_password", password)]).await;
        assert_eq!(refused.reply.status, 400, "{name} {password}");
        assert!(refused.reply.text().contains(&format!("id=\"{what}-alert\"")), "{name} {password}");
    }
    let made = browser.submit(&page, &form, &[("username", "ada"), ("new_password", SECOND)]).await;
    assert!(is_ready(&made.reply), "{:?}", made.reply);
    // Nobody is signed in by it; the way leads to the request, and there to the sign-in.
    assert!(asks_to_sign_in(&browser.go("/account").await));
    let on = way_to(&made, "/authorize?");
    let callback = browser.sign_in_and_consent(&on, "ada", SECOND).await;
    let session = world.session();
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    let granted = session.redeem(&client, &code).await;
    let claims = session.userinfo(&tokens(&granted).access).await.json();
    assert_eq!(claims["email"], "ada@example.org", "{claims}");
    assert_eq!(claims["email_verified"], true, "{claims}");
    // The next account that is made in this browser leads to no request of before.
    let path = link_for(&world, "second@example.org").await;
    let page = browser.go(&path).await;
    let form = form_to(&page, "/account/create").unwrap();
    let made = browser.submit(&page, &form, &[("username", "second"), ("new_password", SECOND)]).await;
    assert!(is_ready(&made.reply) && !made.reply.text().contains("/authorize"), "{:?}", made.reply);
}

#[tokio::test]
async fn c235_the_way_back_from_a_sign_up_stays_on_this_server() {
    let world = open();
    for (request, back) in [
        ("https%3A%2F%2Fevil.example%2F", "/account"),
        ("https%3A%2F%2Fevil.example%2F%3Da", "/authorize?https%3A%2F%2Fevil.example%2F=a"),
        ("client_id%3Da%26x%3D%22%3E%3Cscript%3E", "/authorize?client_id=a&#38;x=%22%3E%3Cscript%3E"),
        ("%2F%2Fevil.example", "/account"),
        ("user_code%3Dwdjbmjht", "/device?user_code=WDJB-MJHT"),
        ("user_code%3Dx%26a%3D//evil.example", "/authorize?user_code=x&#38;a=%2F%2Fevil.example"),
        ("%25zz", "/account"),
        ("", "/account"),
    ] {
        let mut browser = world.stack.browser();
        let page = browser.go(&format!("/account/sign-up?request={request}")).await;
        assert_eq!(page.reply.status, 200);
        assert!(page.reply.text().contains(&format!("href=\"{back}\"")), "{request}: {:?}", page.reply);
    }
    let long = "a".repeat(2001);
    let page = world.stack.browser().go(&format!("/account/sign-up?request=a%3D{long}")).await;
    assert!(page.reply.text().contains("href=\"/account\""));
    // Whatever a cookie says, too.
    let path = link_for(&world, "cookie@example.org").await;
    let link = path.strip_prefix("/account/sign-up/").unwrap();
    let fields = [("link", link), ("username", "cookie"), ("new_password", SECOND)];
    let post = world.stack.http().post("/account/create").fields(&fields);
    let made = post.header("cookie", "jeton-way-back=//evil.example/?a=b").send().await;
    assert!(is_ready(&made) && made.text().contains("href=\"/authorize?%2F%2Fevil.example%2F%3Fa=b\""), "{made:?}");
}

#[expect(clippy::too_many_lines, reason = "a story that is told in order")]
#[tokio::test]
async fn c235_a_sign_up_link_that_is_fetched_makes_no_account_and_works_once_on_any_browser() {
    let world = open();
    let path = link_for(&world, "scanned@example.org").await;
    let http = world.stack.http();
    for method in ["GET", "HEAD", "GET", "HEAD"] {
        let reply = http.ask(method, &path).send().await;
        assert_eq!(reply.status, 200, "{method}: {reply:?}");
        for way in ["href=", "src=", "<script", "http-equiv"] {
            assert!(!reply.text().contains(way), "{method}: {way}");
        }
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        assert_eq!(http.ask(method, &path).send().await.status, 405, "{method}");
    }
    for method in ["GET", "HEAD", "PUT"] {
        assert_eq!(http.ask(method, "/account/create").send().await.status, 405, "{method}");
    }
    let link = path.strip_prefix("/account/sign-up/").unwrap();
    let fields = [("link", link), ("username", "scanned"), ("new_password", SECOND)];
    let elsewhere = http.post("/account/create").header("sec-fetch-site", "cross-site").fields(&fields).send().await;
    assert_eq!(elsewhere.status, 403, "{elsewhere:?}");
    assert!(!opens(&world, "scanned", SECOND).await);
    // The page for the mail has a ticket of its browser, like every form.
    let page = world.stack.browser().go("/account/sign-up").await;
    let form = form_to(&page, "/account/sign-up").unwrap();
    for site in ["same-origin", "cross-site"] {
        let mut browser = world.stack.browser();
        let refused = browser.submit_from(site, &page, &form, &[("email", "scanned@example.org")]).await;
        assert_eq!(refused.reply.status, 403, "{:?}", refused.reply);
    }
    // From a browser that did not ask.
    assert!(is_ready(&use_link(&world.stack, &path, "scanned", SECOND).await));
    assert!(opens(&world, "scanned", SECOND).await);
    for name in ["scanned", "another"] {
        assert!(is_over(&use_link(&world.stack, &path, name, FIRST).await), "{name}");
        assert!(is_over(&http.get(&path).send().await));
    }
    // Not even after the account has another address.
    world.stack.cli().run(&["user", "update", "scanned", "--claim", "email=moved@example.org"]);
    assert!(is_over(&use_link(&world.stack, &path, "another", FIRST).await));
    assert_eq!(kept(&world.stack, "scanned@example.org").await.len(), 1);
    let (front, back) = path.split_at(path.len() - 10);
    let other = if back.starts_with('A') { "B" } else { "A" };
    let forged = format!("{front}{other}{}", &back[1..]);
    for wrong in [&*forged, "/account/sign-up/jtu_AAAA", "/account/sign-up/x"] {
        assert!(is_over(&http.get(wrong).send().await), "{wrong}");
    }
    // A new link for the address that was given up makes a new account.
    make_aliases_older(&world).await;
    let again = link_for(&world, "scanned@example.org").await;
    assert!(is_ready(&use_link(&world.stack, &again, "another", FIRST).await));
    assert!(opens(&world, "another", FIRST).await && opens(&world, "scanned", SECOND).await);
}

#[tokio::test]
async fn c235_a_link_from_before_a_deletion_makes_no_account_after_it() {
    let stack = Stack::builder().env("JETON_SIGN_UP", "open").env("JETON_ACCOUNT_DATA", "delete");
    let world = World::on(stack.start());
    let address = "leaves@example.org";
    let (first, second) = (link_for(&world, address).await, link_for(&world, address).await);
    assert!(is_ready(&use_link(&world.stack, &first, "leaves", SECOND).await));
    let mut browser = world.stack.browser();
    assert!(shows_account(&sign_in(&mut browser, "leaves", SECOND).await));
    let page = browser.go("/account/delete").await;
    let form = form_to(&page, "/account/delete").unwrap();
    let deleted = browser.submit(&page, &form, &[("current_password", SECOND)]).await;
    assert!(deleted.reply.text().contains("<h1>Your account is deleted</h1>"), "{:?}", deleted.reply);
    assert!(is_over(&use_link(&world.stack, &second, "another", FIRST).await));
    assert!(!opens(&world, "another", FIRST).await);
    // The address is free: a new link makes an account.
    make_aliases_older(&world).await;
    let path = link_for(&world, address).await;
    assert!(is_ready(&use_link(&world.stack, &path, "another", FIRST).await));
    assert!(opens(&world, "another", FIRST).await);
}

#[tokio::test]
async fn c235_of_sign_ups_with_one_name_or_one_address_at_once_one_makes_an_account() {
    let world = open();
    // One address: two links of it, used with many names.
    let (one, two) = (link_for(&world, "crowd@example.org").await, link_for(&world, "crowd@example.org").await);
    let names: Vec<String> = (0..16).map(|number| format!("crowd{number}")).collect();
    let uses = names.iter().enumerate().map(|(number, name)| {
        let path = if number % 2 == 0 { &one } else { &two };
        use_link(&world.stack, path, name, SECOND)
    });
    let replies = join_all(uses).await;
    let won: Vec<usize> = (0..16).filter(|number| is_ready(&replies[*number])).collect();
    assert_eq!(won.len(), 1, "{replies:?}");
    assert!(replies.iter().all(|reply| is_ready(reply) || is_over(reply)), "{replies:?}");
    for (number, name) in names.iter().enumerate() {
        assert_eq!(opens(&world, name, SECOND).await, number == won[0], "{name}");
    }
    // One name: links of many addresses.
    let addresses: Vec<String> = (0..8).map(|number| format!("name{number}@example.org")).collect();
    let mut links = Vec::new();
    for address in &addresses {
        links.push(link_for(&world, address).await);
    }
    let passwords: Vec<String> = (0..8).map(|number| format!("{SECOND} {number}")).collect();
    let spelled = |number: usize| if number.is_multiple_of(2) { "wanted" } else { "WANTED" };
    let uses = links
        .iter()
        .enumerate()
        .map(|(number, link)| use_link(&world.stack, link, spelled(number), &passwords[number]));
    let replies = join_all(uses).await;
    let won: Vec<usize> = (0..8).filter(|number| is_ready(&replies[*number])).collect();
    assert_eq!(won.len(), 1, "{replies:?}");
    assert!(replies.iter().all(|reply| is_ready(reply) || is_taken(reply)), "{replies:?}");
    assert!(opens(&world, "wanted", &passwords[won[0]]).await);
    // The others still have their links.
    let other = usize::from(won[0] == 0);
    assert!(is_ready(&use_link(&world.stack, &links[other], "unwanted", FIRST).await));
}

#[tokio::test]
async fn c235_c145_nobody_takes_a_name_that_is_somebody_elses_in_upper_case() {
    let world = open();
    let [upper, lower] = ["\u{39f}\u{394}\u{39f}\u{3a3}", "\u{3bf}\u{3b4}\u{3bf}\u{3c2}"];
    let first = link_for(&world, "first@example.org").await;
    assert!(is_ready(&use_link(&world.stack, &first, upper, SECOND).await));
    let second = link_for(&world, "second@example.org").await;
    assert!(is_taken(&use_link(&world.stack, &second, lower, SECOND).await));
    assert!(opens(&world, lower, SECOND).await && opens(&world, upper, SECOND).await);
}

#[tokio::test]
async fn c235_a_known_address_gets_another_mail_and_nothing_else_tells_it_from_an_unknown_one() {
    let world = open();
    create(&world, "known");
    let asked = ask(&mut world.stack.browser(), "KNOWN@example.org").await;
    assert_eq!(asked.reply.status, 200);
    let mails = mails_to(&world.stack, "KNOWN@example.org", 1).await;
    assert_eq!(mails[0]["subject"], "You have an account already");
    assert_eq!(path_of_link(&world.stack, &mails[0]), "/account/forgotten");
    assert!(mails[0]["text"].as_str().unwrap().contains("known"));
    let addresses = [address_of("known"), "unknown@example.org".to_owned()];
    let (mut times, mut pages) = ([Vec::new(), Vec::new()], [None, None]);
    for source in 0..u8::try_from(TIMED / 10).unwrap() {
        // A source may ask twenty times.
        let mut browser = world.stack.browser_from([127, 0, 9, source + 1]);
        let page = browser.go("/account/sign-up").await;
        let form = form_to(&page, "/account/sign-up").unwrap();
        for turn in 0..20 {
            // Each comes first as often as the other.
            let which = usize::from((turn % 2 == 0) == (source % 2 == 0));
            let start = Instant::now();
            let asked = browser.submit(&page, &form, &[("email", &addresses[which])]).await;
            times[which].push(start.elapsed());
            let seen = settled(&asked);
            assert_eq!(*pages[which].get_or_insert(seen.clone()), seen);
        }
    }
    assert_eq!(pages[0], pages[1]);
    let chance = longer(&times[0], &times[1]);
    // Of 200 equal times each, it is within 0.4 and 0.6 but for one of 1800 runs.
    assert!((0.4..=0.6).contains(&chance), "a known address takes longer with a chance of {chance}");
    println!("a known address takes longer than an unknown one with a chance of {chance:.3}");
    // A mailbox gets three mails in an hour, whichever they are.
    link_for(&world, "last@example.org").await;
    for address in &addresses {
        assert!(kept(&world.stack, address).await.len() <= 3, "{address}");
    }
    let mut limited = world.stack.browser_from([127, 0, 9, 1]);
    let refused = ask(&mut limited, "unknown@example.org").await;
    assert_eq!(refused.reply.status, 429);
    assert!(refused.reply.retry_after().is_some_and(|seconds| seconds > 0));
}

#[tokio::test]
async fn c235_known_and_unknown_addresses_cost_a_sign_up_the_same_calls() {
    // Without a stream, nobody sends the mails, so that all calls are those of the requests.
    let store = rounds::store_without_a_stream();
    let proxy = CountingProxy::to(&store.endpoint());
    let world = World::on(Stack::builder().store(&proxy.endpoint()).env("JETON_SIGN_UP", "open").start());
    create(&world, "counted-known");
    // The keys are cached from here on.
    ask(&mut world.stack.browser(), "warm@example.org").await;
    let mut costs = Vec::new();
    for address in ["counted-known@example.org", "counted-unknown@example.org"] {
        let mut browser = world.stack.browser();
        let page = browser.go("/account/sign-up").await;
        let form = form_to(&page, "/account/sign-up").unwrap();
        proxy.reset();
        let asked = browser.submit(&page, &form, &[("email", address)]).await;
        assert_eq!(asked.reply.status, 200);
        costs.push(proxy.calls().into_iter().map(|call| call.operation).collect::<Vec<_>>());
    }
    assert_eq!(costs[0], costs[1]);
    // One after the other: the count of the source, and the mail.
    assert_eq!(costs[0], ["UpdateItem", "PutItem"]);
}

#[tokio::test]
async fn c235_only_addresses_of_the_listed_domains_sign_up() {
    let stack = Stack::builder().arg("--sign-up").arg("domain").arg("--sign-up-domain").arg("Example.org").start();
    let world = World::on(stack);
    for other in ["ada@sub.example.org", "ada@example.net", "ada@example.org.evil.example"] {
        let refused = ask(&mut world.stack.browser(), other).await;
        assert_eq!(refused.reply.status, 400, "{other}");
        assert!(refused.reply.text().contains("Addresses of this domain cannot be used here"), "{:?}", refused.reply);
    }
    for malformed in ["", "ada", "ada@example", "a b@example.org"] {
        assert_eq!(ask(&mut world.stack.browser(), malformed).await.reply.status, 400, "{malformed}");
    }
    let path = link_for(&world, "ada@example.org").await;
    assert!(is_ready(&use_link(&world.stack, &path, "Ada@example.org", SECOND).await));
    assert!(opens(&world, "ada@example.org", SECOND).await);
    assert!(kept(&world.stack, "ada@example.net").await.is_empty());
}

#[tokio::test]
async fn c235_sign_up_is_off_unless_it_is_turned_on_and_needs_mail() {
    let world = World::on(Stack::start());
    let client = app(&world, "Off", &[]);
    let invited = World::with("JETON_SIGN_UP", "invitation");
    for world in [&world, &invited] {
        for path in ["/account/sign-up", "/account/sign-up?request=a"] {
            assert_eq!(world.stack.http().get(path).send().await.status, 404, "{path}");
        }
        let sent = world.stack.http().post("/account/sign-up").fields(&[("email", "ada@example.org")]).send().await;
        assert_eq!(sent.status, 404);
        assert!(!world.stack.browser().go("/account").await.reply.text().contains("sign-up"));
    }
    assert_eq!(world.stack.http().get("/account/sign-up/jtu_AAAA").send().await.status, 404);
    assert_eq!(use_link(&world.stack, "/account/sign-up/jtu_AAAA", "ada", SECOND).await.status, 404);
    let page = world.stack.browser().go(&rounds::request(&client, &[]).0).await;
    assert!(!page.reply.text().contains("sign-up"), "{:?}", page.reply);
}

#[tokio::test]
async fn c235_no_log_has_the_link_or_the_address_of_a_sign_up() {
    let world = World::on(Stack::builder().env("RUST_LOG", "trace").env("JETON_SIGN_UP", "open").start());
    let path = link_for(&world, "private@example.org").await;
    assert!(is_ready(&use_link(&world.stack, &path, "private", SECOND).await));
    let log = world.stack.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.starts_with('{')).collect();
    let link = path.strip_prefix("/account/sign-up/").unwrap();
    for secret in [link, SECOND, "private@example.org"] {
        assert!(!lines.iter().any(|line| line.contains(secret)), "{secret}");
    }
    for event in ["sign_up_asked", "mail_sent", "account_created"] {
        assert!(lines.iter().any(|line| line.contains(&format!("\"event\":\"{event}\""))), "{event}");
    }
    // Names that are taken are told twenty times in an hour.
    create(&world, "taken");
    let path = link_for(&world, "tries@example.org").await;
    let mut statuses = Vec::new();
    for _ in 0..21 {
        statuses.push(use_link(&world.stack, &path, "taken", SECOND).await.status);
    }
    assert!(statuses[..20].iter().all(|status| *status == 409) && statuses[20] == 429, "{statuses:?}");
    assert_eq!(use_link(&world.stack, &path, "free", SECOND).await.status, 429);
}
