//! An operator switches a person off, or sets another password, while that person signs in.

use std::cell::Cell;
use std::ops::Range;
use std::time::Duration;

use futures::future::join;
use harness::{Browser, Cli, Landing, Pkce, RegisteredClient};

use crate::relying_party::app;
use crate::rounds::{PASSWORD, Survivors, browser_of, done, in_rounds, later, moment, request, sign_in, streamless};
use crate::session::{Code, Session, Tokens, assert_refused, tokens};
use crate::world::World;

/// What an app has when all answers are there.
enum Held {
    Nothing,
    /// A code that it has not redeemed yet.
    Code(Code),
    /// The last tokens that it was given.
    Tokens(Tokens),
}

/// A person who signs in again and again, and the app.
struct Scene<'w> {
    session: Session<'w>,
    cli: Cli,
    browser: Browser,
    client: &'w RegisteredClient,
    username: String,
}

impl<'w> Scene<'w> {
    /// Somebody who agreed to the app before.
    async fn of(world: &'w World, client: &'w RegisteredClient, name: &str, number: (u8, usize)) -> Self {
        let (cli, username) = (world.stack.cli(), format!("{name}{}", number.1));
        cli.create_user(&username, PASSWORD);
        let mut browser = browser_of(world, number.0, number.1);
        drop(sign_in(&mut browser, client, (&username, PASSWORD), &[]).await);
        Self { session: world.session(), cli, browser, client, username }
    }

    /// The sign-in page, filled in and sent; an eager app takes the code to the token endpoint at once and refreshes until
    /// the command returned.
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

    /// Whatever is still good of what the app and the browser have.
    async fn left(&self, held: &Held) -> Vec<String> {
        let of_app = match held {
            Held::Nothing => vec![],
            Held::Code(code) => self.session.left_of_code(self.client, code).await,
            Held::Tokens(given) => self.session.left_of_tokens(self.client, given).await,
        };
        [of_app, self.session.left_of_cookies(self.client, &self.browser).await].concat()
    }

    /// One round: a sign-in, and the command that is to end everything.
    async fn round(&mut self, round: usize, password: &str, command: &[&str], input: &str) -> Held {
        let (returned, cli) = (Cell::new(false), self.cli.clone());
        // A command that sets a password makes a hash first: it takes as long as the sign-in, and begins before it.
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

/// The one begins within so many milliseconds after the other.
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
            // What nobody looks at in between must not revive either.
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
        // The last password is the one that counts.
        drop(sign_in(&mut scene.browser, &client, (&scene.username, &password), &[]).await);
    })
    .await;
    survivors.assert_none();
}
