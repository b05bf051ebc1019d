//! A person is deleted and the name is given to somebody else while the first owner signs in.

use std::ops::Range;

use futures::future::join;
use harness::{Browser, Cli, Landing, RegisteredClient};

use crate::support::pages::asks_for_consent;
use crate::support::relying_party::app;
use crate::support::rounds::{
    PASSWORD, Survivors, browser_of, done, in_rounds, later, moment, request, sign_in, silent, streamless,
};
use crate::support::session::{Code, Session, tokens};
use crate::support::world::World;

/// The password of the second owner.
const OTHER: &str = "another battery, another staple";
/// The deletion starts at most this many milliseconds after the first owner's sign-in.
const SPAN: u64 = 120;

/// The credentials of the first owner after the name was reassigned.
struct Former {
    browser: Browser,
    /// Codes from before, or from the sign-in in progress.
    codes: Vec<Code>,
    refresh: String,
    /// A consent page that is still open.
    open: Option<Landing>,
}

/// One name and its owners.
struct Scene<'w> {
    session: Session<'w>,
    cli: Cli,
    client: &'w RegisteredClient,
    other_client: &'w RegisteredClient,
    name: String,
    number: (u8, usize),
}

impl Scene<'_> {
    /// Plays one round. The first owner, with a code, a refresh token and an open consent page, signs in once more
    /// while the name changes hands: to an app with earlier consent, which gets a code at once, or to one that asks
    /// for consent first.
    async fn round(&self, round: usize) -> (Former, [String; 2]) {
        let first = self.cli.create_user(&self.name, PASSWORD).sub;
        let mut browser = browser_of(self.session.world, self.number.0, self.number.1);
        let code = sign_in(&mut browser, self.client, (&self.name, PASSWORD), &[]).await;
        let refresh = tokens(&self.session.redeem(self.client, &code).await).refresh;
        let before = silent(&mut browser, self.client, &[]).await.expect("a code");
        let open = browser.go(&request(self.other_client, &[]).0).await;
        assert!(asks_for_consent(&open), "{:?}", open.reply);
        let client = if round.is_multiple_of(2) { self.client } else { self.other_client };
        let (url, pkce) = request(client, &[("prompt", "login")]);
        let page = browser.go(&url).await;
        let mut elsewhere = browser.clone();
        let filled = [("username", &*self.name), ("password", PASSWORD)];
        let form = page.form();
        let in_flight = elsewhere.submit(&page, &form, &filled);
        let (landing, second) = join(in_flight, self.hand_on(round)).await;
        let late = landing.callback().and_then(|callback| callback.code);
        let late = late.map(|code| Code { code, verifier: pkce.verifier });
        let former = Former {
            browser: elsewhere,
            codes: [Some(before), late].into_iter().flatten().collect(),
            refresh,
            open: Some(open),
        };
        (former, [first, second])
    }

    /// Deletes the owner of the name, gives it to somebody else, and returns the new `sub`.
    async fn hand_on(&self, round: usize) -> String {
        done(&later(moment(round, SPAN), &self.cli, &["user", "delete", &self.name], "").await);
        let create = ["user", "create", "--username", &self.name, "--password-stdin"];
        let made = done(&later(std::time::Duration::ZERO, &self.cli, &create, &format!("{OTHER}\n")).await);
        made["sub"].as_str().expect("a sub").to_owned()
    }

    /// Lists the first owner's credentials that still work.
    async fn left(&self, former: &mut Former) -> Vec<String> {
        let mut left = Vec::new();
        for code in &former.codes {
            for client in [self.client, self.other_client] {
                left.extend(self.session.left_of_code(client, code).await);
            }
        }
        if self.session.refresh(self.client, &former.refresh).await.status == 200 {
            left.push("a refresh token is refreshed".to_owned());
        }
        left.extend(self.session.left_of_cookies(self.client, &former.browser).await);
        left.extend(self.session.left_of_cookies(self.other_client, &former.browser).await);
        if let Some(open) = former.open.take() {
            let next = former.browser.submit(&open, &open.form(), &[("decision", "allow")]).await;
            if next.callback().is_some_and(|callback| callback.code.is_some()) {
                left.push("an open consent page gives a code".to_owned());
            }
        }
        left
    }

    /// Checks that the second owner signs in with another password, consents anew, and is a different person.
    async fn second(&self, former: &Former, [first, second]: &[String; 2]) -> Vec<String> {
        let mut left = Vec::new();
        if first == second {
            left.push("the sub is the same".to_owned());
        }
        let mut browser = former.browser.clone();
        let (url, _) = request(self.client, &[("prompt", "login")]);
        let page = browser.go(&url).await;
        let filled = [("username", &*self.name), ("password", OTHER)];
        let next = browser.submit(&page, &page.form(), &filled).await;
        if !asks_for_consent(&next) {
            left.push("the first owner's consent counts for the second".to_owned());
        }
        left
    }
}

#[tokio::test]
async fn c132_c134_nothing_of_the_first_owner_of_a_name_is_good_for_the_second() {
    let (world, survivors) = (streamless(), Survivors::default());
    let (client, other) = (app(world, "Agreed to", &[]), app(world, "Not agreed to", &[]));
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let (name, number) = (format!("again{person}"), (3, person));
        let (session, cli) = (world.session(), world.stack.cli());
        let scene = Scene { session, cli, client: &client, other_client: &other, name, number };
        for round in rounds {
            let (mut former, subjects) = scene.round(round).await;
            survivors.note_all(round, scene.left(&mut former).await);
            survivors.note_all(round, scene.second(&former, &subjects).await);
            scene.cli.run(&["user", "delete", &scene.name]);
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c132_a_known_browser_of_the_first_owner_is_not_known_to_the_second() {
    let world: &World = streamless();
    let (client, cli) = (app(world, "Known browser", &[]), world.stack.cli());
    let mut known = browser_of(world, 4, 0);
    cli.create_user("known", PASSWORD);
    drop(sign_in(&mut known, &client, ("known", PASSWORD), &[]).await);
    cli.run(&["user", "delete", "known"]);
    cli.create_user("known", OTHER);
    // Strangers guess passwords until the account's counter makes every unknown browser wait.
    let mut stranger = browser_of(world, 4, 1);
    let url = request(&client, &[("prompt", "login")]).0;
    let mut statuses = Vec::new();
    for (browser, tries) in [(&mut stranger, 6), (&mut known, 1)] {
        for _ in 0..tries {
            let page = browser.go(&url).await;
            let next = browser.submit(&page, &page.form(), &[("username", "known"), ("password", "wrong")]).await;
            statuses.push(next.reply.status);
        }
    }
    assert_eq!(statuses[5..], [429, 429], "the first owner's browser is asked to wait like anybody: {statuses:?}");
}
