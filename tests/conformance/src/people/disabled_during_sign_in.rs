//! An operator disables a person, or sets another password, while that person signs in.

use std::cell::Cell;
use std::ops::Range;
use std::time::Duration;

use futures::future::join;
use harness::{Browser, Cli, Landing, Pkce, RegisteredClient};

use crate::support::relying_party::app;
use crate::support::rounds::{
    Held, PASSWORD, Survivors, browser_of, done, in_rounds, later, moment, request, sign_in, streamless,
};
use crate::support::session::{Code, Session, assert_refused, tokens};
use crate::support::world::World;

/// A person who signs in repeatedly, and the app.
struct Scene<'w> {
    session: Session<'w>,
    cli: Cli,
    browser: Browser,
    client: &'w RegisteredClient,
    username: String,
}

impl<'w> Scene<'w> {
    /// Creates a person who has consented to the app.
    async fn of(world: &'w World, client: &'w RegisteredClient, name: &str, number: (u8, usize)) -> Self {
        let (cli, username) = (world.stack.cli(), format!("{name}{}", number.1));
        cli.create_user(&username, PASSWORD);
        let mut browser = browser_of(world, number.0, number.1);
        drop(sign_in(&mut browser, client, (&username, PASSWORD), &[]).await);
        Self { session: world.session(), cli, browser, client, username }
    }

    /// Signs in through the page. An eager app redeems the code at once and refreshes until the command has
    /// returned.
    async fn sign_in(&mut self, password: &str, eager: bool, wait: Duration, returned: &Cell<bool>) -> Held {
        let (url, pkce) = request(self.client, &[("prompt", "login")]);
        let page = self.browser.go(&url).await;
        tokio::time::sleep(wait).await;
        let filled = [("username", &*self.username), ("password", password)];
        let landing = self.browser.submit(&page, &page.form(), &filled).await;
        match code(&landing, pkce) {
            Some(code) if eager => self.use_up(&code, returned).await,
            Some(code) => Held::Code(code),
            None => Held::Nothing,
        }
    }

    async fn use_up(&self, code: &Code, returned: &Cell<bool>) -> Held {
        let mut reply = self.session.redeem(self.client, code).await;
        let mut held = Held::Nothing;
        while reply.status == 200 {
            let given = tokens(&reply);
            held = Held::Tokens(given.clone());
            if returned.get() {
                return held;
            }
            reply = self.session.refresh(self.client, &given.refresh).await;
        }
        assert_refused(&reply, "invalid_grant");
        held
    }

    /// Lists the credentials of the app and the browser that still work.
    async fn left(&self, held: &Held) -> Vec<String> {
        self.session.left(self.client, held, &self.browser).await
    }

    /// Plays one round: a sign-in, and the command that must end everything.
    async fn round(&mut self, round: usize, password: &str, command: &[&str], input: &str) -> Held {
        let (returned, cli) = (Cell::new(false), self.cli.clone());
        // A command that sets a password hashes it first, which takes as long as the sign-in; so the command starts
        // first.
        let (command_waits, person_waits) = if input.is_empty() {
            (moment(round, SPAN), Duration::ZERO)
        } else {
            (Duration::ZERO, moment(round, SPAN))
        };
        let args = [command, &[&*self.username]].concat();
        let args: Vec<String> = args.into_iter().map(str::to_owned).collect();
        let eager = round.is_multiple_of(2);
        let ends = async {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let finished = later(command_waits, &cli, &args, input).await;
            returned.set(true);
            finished
        };
        let (held, finished) = join(self.sign_in(password, eager, person_waits, &returned), ends).await;
        done(&finished);
        held
    }
}

/// The second action starts at most this many milliseconds after the first.
const SPAN: u64 = 120;

fn code(landing: &Landing, pkce: Pkce) -> Option<Code> {
    let code = landing.callback()?.code?;
    Some(Code { code, verifier: pkce.verifier })
}

#[tokio::test]
async fn c134_nothing_of_a_sign_in_in_flight_outlives_a_disable_nor_revives_with_an_enable() {
    let (world, survivors) = (streamless(), Survivors::default());
    let client = app(world, "Disabled", &[]);
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let mut scene = Scene::of(world, &client, "disabled", (1, person)).await;
        for round in rounds {
            let held = scene.round(round, PASSWORD, &["user", "disable"], "").await;
            // Skipping the check in some rounds must not revive anything either.
            if round % 3 != 0 {
                survivors.note_all(round, scene.left(&held).await);
            }
            scene.cli.run(&["user", "enable", &scene.username]);
            survivors.note_all(round, scene.left(&held).await);
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c134_nothing_of_a_sign_in_in_flight_outlives_another_password() {
    let (world, survivors) = (streamless(), Survivors::default());
    let client = app(world, "Another password", &[]);
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let mut scene = Scene::of(world, &client, "password", (2, person)).await;
        let mut password = PASSWORD.to_owned();
        for round in rounds {
            let next = format!("{PASSWORD} {round}");
            let set = ["user", "set-password", "--password-stdin"];
            let held = scene.round(round, &password, &set, &format!("{next}\n")).await;
            survivors.note_all(round, scene.left(&held).await);
            password = next;
        }
        // Only the last password works.
        drop(sign_in(&mut scene.browser, &client, (&scene.username, &password), &[]).await);
    })
    .await;
    survivors.assert_none();
}
