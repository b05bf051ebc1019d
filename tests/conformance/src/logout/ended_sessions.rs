//! One browser, several apps, several people: a sign-in over another session, and the effects of a sign-out. The
//! people table has no stream here, so the asynchronous work after a sign-out ends nothing.

use std::ops::Range;

use harness::{Browser, Jwt, RegisteredClient, Reply};

use crate::support::relying_party::app;
use crate::support::rounds::{PASSWORD, Survivors, browser_of, in_rounds, sign_in, silent, streamless};
use crate::support::session::{Code, Session, tokens};
use crate::support::world::World;

const OFFLINE: (&str, &str) = ("scope", "openid read offline_access");

/// The credentials of an app from one sign-in.
struct App<'c> {
    client: &'c RegisteredClient,
    /// The session id (`sid`) in the ID token.
    sid: String,
    id_token: String,
    /// The refresh token of the grant that ends with the session.
    refresh: String,
    /// The refresh token of the grant that outlives the session.
    offline: String,
    /// A code that is not redeemed yet, of a grant that ends with the session.
    code: Code,
    /// The browser right after the sign-in.
    browser: Browser,
}

impl<'c> App<'c> {
    /// Signs a person in with the password, even over another session, and requests everything that an app may have.
    async fn enter(session: &Session<'_>, browser: &mut Browser, client: &'c RegisteredClient, who: &str) -> Self {
        let code = sign_in(browser, client, (who, PASSWORD), &[OFFLINE]).await;
        let offline = good(session.redeem(client, &code).await);
        let brief = good(Self::redeem_silent(session, browser, client).await);
        let sids = [&offline, &brief].map(|reply| Jwt::read(&reply.string("id_token")).text("sid").to_owned());
        assert!(!sids[0].is_empty() && sids[0] == sids[1], "{sids:?}");
        let code = silent(browser, client, &[]).await.expect("a code");
        Self {
            client,
            sid: sids[0].clone(),
            id_token: brief.string("id_token"),
            refresh: tokens(&brief).refresh,
            offline: tokens(&offline).refresh,
            code,
            browser: browser.clone(),
        }
    }

    async fn redeem_silent(session: &Session<'_>, browser: &mut Browser, client: &RegisteredClient) -> Reply {
        let code = silent(browser, client, &[]).await.expect("a code");
        session.redeem(client, &code).await
    }

    /// Lists the credentials that should have ended with the session but work, and those that should work but ended.
    async fn left(&self, session: &Session<'_>, name: &str) -> Vec<String> {
        let mut left = session.left_of_cookies(self.client, &self.browser).await;
        if session.refresh(self.client, &self.refresh).await.status == 200 {
            left.push("a refresh token is refreshed".to_owned());
        }
        left.extend(session.left_of_code(self.client, &self.code).await);
        if session.refresh(self.client, &self.offline).await.status != 200 {
            left.push("a grant with offline_access ended".to_owned());
        }
        left.into_iter().map(|what| format!("{name}: {what}")).collect()
    }
}

fn good(reply: Reply) -> Reply {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

/// Signs out at the request of an app.
async fn sign_out(browser: &mut Browser, app: &App<'_>) {
    let landing = browser.go(&format!("/logout?id_token_hint={}", app.id_token)).await;
    assert!(landing.reply.text().contains("You are signed out"), "{:?}", landing.reply);
}

fn mail_and_payroll(world: &World) -> [RegisteredClient; 2] {
    ["Mail", "Payroll"].map(|name| app(world, name, &[]))
}

#[tokio::test]
async fn c136_c135_a_sign_in_over_a_session_of_the_same_person_keeps_it_and_a_sign_out_ends_all_of_it() {
    let (world, survivors) = (streamless(), Survivors::default());
    let [mail, payroll] = mail_and_payroll(world);
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let (session, name) = (world.session(), format!("same{person}"));
        world.stack.cli().create_user(&name, PASSWORD);
        for round in rounds {
            let mut browser = browser_of(world, 7, person);
            let first = App::enter(&session, &mut browser, &mail, &name).await;
            let second = App::enter(&session, &mut browser, &payroll, &name).await;
            if first.sid != second.sid {
                survivors.note(round, "the session is another one");
            }
            // The previous cookie is dead; that has no effect on the browser with the new one.
            survivors.note_all(round, session.left_of_cookies(&mail, &first.browser).await);
            if silent(&mut browser, &mail, &[]).await.is_err() {
                survivors.note(round, "the new cookie is dead");
            }
            sign_out(&mut browser, &second).await;
            survivors.note_all(round, first.left(&session, "Mail").await);
            survivors.note_all(round, second.left(&session, "Payroll").await);
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c136_c135_a_sign_in_over_a_session_of_another_person_ends_it_as_a_sign_out_does() {
    let (world, survivors) = (streamless(), Survivors::default());
    let [mail, payroll] = mail_and_payroll(world);
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let (session, names) = (world.session(), ["former", "latter"].map(|name| format!("{name}{person}")));
        for name in &names {
            world.stack.cli().create_user(name, PASSWORD);
        }
        for round in rounds {
            let mut browser = browser_of(world, 8, person);
            let former = App::enter(&session, &mut browser, &mail, &names[0]).await;
            let latter = App::enter(&session, &mut browser, &payroll, &names[1]).await;
            assert_ne!(former.sid, latter.sid);
            survivors.note_all(round, former.left(&session, "the former").await);
            // The person who signed in last is signed in.
            if silent(&mut browser, &payroll, &[]).await.is_err() {
                survivors.note(round, "the latter is not signed in");
            }
            if session.refresh(&payroll, &latter.refresh).await.status != 200 {
                survivors.note(round, "the latter's grant ended");
            }
            sign_out(&mut browser, &latter).await;
        }
    })
    .await;
    survivors.assert_none();
}

/// Signs in while the browser loses the answer, so it keeps the cookie of the first sign-in.
async fn unheard<'c>(session: &Session<'_>, browser: &Browser, client: &'c RegisteredClient, who: &str) -> App<'c> {
    App::enter(session, &mut browser.clone(), client, who).await
}

#[tokio::test]
async fn c136_c135_where_the_answer_to_a_second_sign_in_was_lost_the_next_sign_out_ends_what_came_before() {
    let (world, survivors) = (streamless(), Survivors::default());
    let [mail, payroll] = mail_and_payroll(world);
    let names = ["unheard", "unheard2"];
    for name in names {
        world.stack.cli().create_user(name, PASSWORD);
    }
    let session = world.session();
    for (round, next) in names.into_iter().enumerate() {
        let mut browser = browser_of(world, 9, round);
        let first = App::enter(&session, &mut browser, &mail, names[0]).await;
        let missed = unheard(&session, &browser, &payroll, names[0]).await;
        let last = App::enter(&session, &mut browser, &payroll, next).await;
        if next == names[0] && last.sid != first.sid {
            survivors.note(round, "the session is another one");
        }
        sign_out(&mut browser, &last).await;
        survivors.note_all(round, first.left(&session, "the first").await);
        survivors.note_all(round, missed.left(&session, "the one whose answer was lost").await);
        survivors.note_all(round, last.left(&session, "the last").await);
    }
    survivors.assert_none();
}

#[tokio::test]
async fn c135_a_sign_out_by_an_app_ends_its_session_where_the_answer_to_a_second_sign_in_was_lost() {
    let (world, survivors) = (streamless(), Survivors::default());
    let [mail, payroll] = mail_and_payroll(world);
    world.stack.cli().create_user("unheard3", PASSWORD);
    let session = world.session();
    let mut browser = browser_of(world, 10, 0);
    let first = App::enter(&session, &mut browser, &mail, "unheard3").await;
    let missed = unheard(&session, &browser, &payroll, "unheard3").await;
    // An ID token alone does not end the session of another browser.
    let mut other = browser_of(world, 10, 1);
    let elsewhere = App::enter(&session, &mut other, &mail, "unheard3").await;
    drop(browser.clone().go(&format!("/logout?id_token_hint={}", elsewhere.id_token)).await);
    assert_eq!(session.refresh(&mail, &elsewhere.refresh).await.status, 200);
    // That request ended the session which this browser's cookie names, so there is nothing left to end.
    let landing = browser.go(&format!("/logout?id_token_hint={}", first.id_token)).await;
    assert!(landing.reply.text().contains("You are not signed in"), "{:?}", landing.reply);
    survivors.note_all(0, first.left(&session, "the first").await);
    survivors.note_all(0, missed.left(&session, "the one whose answer was lost").await);
    // A person who comes to /logout without an app cannot be asked, and is told the truth.
    let mut plain = browser_of(world, 10, 2);
    let first = App::enter(&session, &mut plain, &mail, "unheard3").await;
    let missed = unheard(&session, &plain, &payroll, "unheard3").await;
    let landing = plain.go("/logout").await;
    assert!(landing.reply.text().contains("You are signed out"), "{:?}", landing.reply);
    survivors.note_all(1, first.left(&session, "the first").await);
    survivors.note_all(1, missed.left(&session, "the one whose answer was lost").await);
    survivors.assert_none();
}
