//! Concurrent operator commands: when a command reports success, its change holds.

use std::io::Write;
use std::ops::Range;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures::future::join;
use harness::{Cli, Finished, RegisteredClient, jeton};
use serde_json::Value;

use crate::support::relying_party::app;
use crate::support::rounds::{
    PASSWORD, Survivors, beside, browser_of, done, in_rounds, later, request, said, streamless,
};
use crate::support::session::{assert_fails, assert_granted, assert_refused};
use crate::support::world::{ORDERS, World};

/// A command: its arguments and its standard input.
type Given<'a> = (&'a [&'a str], &'a str);
/// The delay before the second command starts.
const STAGGER: Duration = Duration::from_millis(30);

/// Runs two commands concurrently; `one` starts first in even rounds, `other` in odd ones.
async fn both(cli: &Cli, round: usize, one: Given<'_>, other: Given<'_>) -> [Finished; 2] {
    let (first, second) = if round.is_multiple_of(2) { (Duration::ZERO, STAGGER) } else { (STAGGER, Duration::ZERO) };
    let (one, other) = join(later(first, cli, one.0, one.1), later(second, cli, other.0, other.1)).await;
    [one, other]
}

/// Notes a command that failed although only a command for another attribute ran beside it.
fn expect(survivors: &Survivors, round: usize, finished: &Finished) -> bool {
    let succeeded = said(finished).is_some();
    if !succeeded {
        survivors.note(round, format!("a command gave up: {}", finished.stderr.trim()));
    }
    succeeded
}

fn is_off(document: &Value) -> bool {
    document["disabled"].as_bool().expect("a state")
}

/// Returns whether somebody can sign in with this password.
async fn signs_in(world: &World, number: (u8, usize), client: &RegisteredClient, who: (&str, &str)) -> bool {
    let mut browser = browser_of(world, number.0, number.1);
    let page = browser.go(&request(client, &[]).0).await;
    let next = browser.submit(&page, &page.form(), &[("username", who.0), ("password", who.1)]).await;
    next.callback().is_some() || next.form().input("password").is_none()
}

#[tokio::test]
async fn c133_a_disable_and_a_password_set_at_the_same_time_both_hold() {
    let (world, survivors) = (streamless(), Survivors::default());
    let (client, cli) = (app(world, "Both hold", &[]), world.stack.cli());
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let name = format!("both{person}");
        cli.create_user(&name, PASSWORD);
        for round in rounds {
            let (password, off) = (format!("{PASSWORD} {round}"), ["user", "disable", &name]);
            let set = ["user", "set-password", "--password-stdin", &name];
            let input = format!("{password}\n");
            let finished = both(&cli, round, (&set, &input), (&off, "")).await;
            let succeeded = finished.each_ref().map(|one| expect(&survivors, round, one));
            if succeeded[1] && !is_off(&cli.run(&["user", "show", &name])) {
                survivors.note(round, "enabled again");
            }
            cli.run(&["user", "enable", &name]);
            if succeeded[0] && !signs_in(world, (5, person), &client, (&name, &password)).await {
                survivors.note(round, "the password is another one");
            }
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c133_a_password_that_is_typed_slowly_undoes_no_disable() {
    let (world, survivors) = (streamless(), Survivors::default());
    let (client, cli) = (app(world, "Typed slowly", &[]), world.stack.cli());
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let name = format!("slow{person}");
        cli.create_user(&name, PASSWORD);
        for round in rounds {
            let password = format!("{PASSWORD} {round}");
            let waiting = Waiting::start(world, &["user", "set-password", "--password-stdin", &name]);
            // The delay gives the other command time to start and read.
            done(&later(Duration::from_millis(100), &cli, &["user", "disable", &name], "").await);
            let set = waiting.type_in(&password).await;
            if !is_off(&cli.run(&["user", "show", &name])) {
                survivors.note(round, "enabled again");
            }
            cli.run(&["user", "enable", &name]);
            let holds = signs_in(world, (6, person), &client, (&name, &password)).await;
            if set != holds {
                survivors.note(round, format!("the password was set: {set}; it is good: {holds}"));
            }
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c133_descriptions_in_two_languages_that_are_given_at_the_same_time_both_hold() {
    let (survivors, cli) = (Survivors::default(), streamless().stack.cli());
    in_rounds(async |number: usize, rounds: Range<usize>| {
        let api = format!("https://tongues{number}.example");
        cli.create_api(&api, "write", &["--scope", "read=Read"]);
        for round in rounds {
            let text = round.to_string();
            let [german, french] = ["de", "fr"].map(|tag| format!("{tag}:read={text}"));
            let [german, french] = [&german, &french].map(|value| ["api", "update", &*api, "--describe-in", value]);
            let finished = both(&cli, round, (&german, ""), (&french, "")).await;
            let succeeded = finished.each_ref().map(|one| expect(&survivors, round, one));
            let shown = cli.run(&["api", "show", &api]);
            for (tag, succeeded) in ["de", "fr"].into_iter().zip(succeeded) {
                if succeeded && shown["scope_descriptions_in"][tag]["read"] != text {
                    survivors.note(round, format!("{tag} is lost: {shown}"));
                }
            }
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c133_a_disable_and_a_claim_set_at_the_same_time_both_hold() {
    let (survivors, cli) = (Survivors::default(), streamless().stack.cli());
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let name = format!("claimed{person}");
        cli.create_user(&name, PASSWORD);
        for round in rounds {
            let (value, off) = (format!("Round {round}"), ["user", "disable", &name]);
            let claim = format!("name={value}");
            let finished = both(&cli, round, (&["user", "update", "--claim", &claim, &name], ""), (&off, "")).await;
            let succeeded = finished.each_ref().map(|one| expect(&survivors, round, one));
            let shown = cli.run(&["user", "show", &name]);
            if succeeded[1] && !is_off(&shown) {
                survivors.note(round, "enabled again");
            }
            if succeeded[0] && shown["claims"]["name"] != value {
                survivors.note(round, "the claim is another one");
            }
            cli.run(&["user", "enable", &name]);
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c133_two_claims_set_at_the_same_time_are_both_there() {
    let (survivors, cli) = (Survivors::default(), streamless().stack.cli());
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let name = format!("claims{person}");
        cli.create_user(&name, PASSWORD);
        for round in rounds {
            let value = format!("Round {round}");
            let claims = [format!("nickname={value}"), format!("zoneinfo={value}")];
            let [one, other] = claims.each_ref().map(|claim| ["user", "update", "--claim", claim, &name]);
            // No delay between them: both read before either writes.
            let (one, other) = join(beside(&cli, &one, ""), beside(&cli, &other, "")).await;
            let shown = cli.run(&["user", "show", &name]);
            for (finished, claim) in [(one, "nickname"), (other, "zoneinfo")] {
                if expect(&survivors, round, &finished) && shown["claims"][claim] != value {
                    survivors.note(round, format!("{claim} is lost"));
                }
            }
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c131_c133_a_disable_and_a_rename_at_the_same_time_both_hold_or_the_name_is_unknown() {
    let (survivors, cli) = (Survivors::default(), streamless().stack.cli());
    in_rounds(async |person: usize, rounds: Range<usize>| {
        let mut name = format!("renamed{person}");
        let sub = cli.create_user(&name, PASSWORD).sub;
        for round in rounds {
            let next = format!("renamed{person}-{round}");
            let off = ["user", "disable", &name];
            let [renamed, off] = both(&cli, round, (&["user", "rename", &name, "--to", &next], ""), (&off, "")).await;
            if expect(&survivors, round, &renamed) {
                assert_fails(&cli.finish(&["user", "show", &name], ""), &name);
                name = next;
            }
            let shown = cli.run(&["user", "show", &name]);
            assert_eq!(shown["sub"], sub);
            // A command that finds no such name any more must say so and change nothing.
            if said(&off).is_some() != is_off(&shown) {
                survivors.note(round, format!("disabled: {shown}; {off:?}"));
            }
            cli.run(&["user", "enable", &name]);
        }
    })
    .await;
    survivors.assert_none();
}

/// Registers a new service for each round, so that no server has cached it before the commands end.
fn service(cli: &Cli, round: usize) -> RegisteredClient {
    cli.create_client(&format!("Service {round}"), &["--grant", "client_credentials", "--api", ORDERS])
}

/// Returns whether a service gets a token with this secret.
async fn is_live(world: &World, client: &RegisteredClient, secret: &str) -> bool {
    let client = RegisteredClient { id: client.id.clone(), secret: Some(secret.to_owned()) };
    let reply = world.session().machine(&client, &[]).await;
    if reply.status == 200 {
        assert_granted(&reply);
        return true;
    }
    assert_refused(&reply, "invalid_client");
    false
}

fn secret(finished: &Finished) -> Option<String> {
    Some(said(finished)?["client_secret"].as_str().expect("a secret").to_owned())
}

#[tokio::test]
async fn c133_a_client_that_is_disabled_while_its_secret_is_rotated_stays_disabled_with_that_secret() {
    let (world, survivors) = (streamless(), Survivors::default());
    let cli = world.stack.cli();
    in_rounds(async |_: usize, rounds: Range<usize>| {
        for round in rounds {
            let client = service(&cli, round);
            let rotate = ["client", "rotate-secret", &client.id];
            let off = ["client", "disable", &client.id];
            let [rotated, off] = both(&cli, round, (&rotate, ""), (&off, "")).await;
            let shown = cli.run(&["client", "show", &client.id]);
            if expect(&survivors, round, &off) && !is_off(&shown) {
                survivors.note(round, "enabled again");
            }
            if !expect(&survivors, round, &rotated) {
                continue;
            }
            cli.run(&["client", "enable", &client.id]);
            let made = secret(&rotated).expect("a secret");
            for (secret, whose) in [(&*made, "the new secret"), (client.secret(), "the old secret")] {
                if !is_live(world, &client, secret).await {
                    survivors.note(round, format!("{whose} is dead"));
                }
            }
        }
    })
    .await;
    survivors.assert_none();
}

#[tokio::test]
async fn c133_of_two_rotations_at_once_every_secret_that_was_told_is_live() {
    let (world, survivors) = (streamless(), Survivors::default());
    let cli = world.stack.cli();
    in_rounds(async |_: usize, rounds: Range<usize>| {
        for round in rounds {
            let client = service(&cli, round);
            let rotate = ["client", "rotate-secret", &client.id];
            let (one, other) = join(beside(&cli, &rotate, ""), beside(&cli, &rotate, "")).await;
            let told: Vec<String> = [one, other].iter().filter_map(secret).collect();
            assert!(!told.is_empty(), "one of two at least succeeds");
            for secret in &told {
                if !is_live(world, &client, secret).await {
                    survivors.note(round, "a secret that was told is dead");
                }
            }
            // Exactly the newest two secrets work.
            if is_live(world, &client, client.secret()).await != (told.len() == 1) {
                survivors.note(round, "the first secret is good for too long, or not for long enough");
            }
            if cli.run(&["client", "show", &client.id])["live_secrets"] != 2 {
                survivors.note(round, "there are not two live secrets");
            }
        }
    })
    .await;
    survivors.assert_none();
}

/// A command that was started and waits for its standard input.
struct Waiting(std::process::Child);

impl Waiting {
    fn start(world: &World, args: &[&str]) -> Self {
        let file = world.stack.env_file().path().display().to_string();
        let mut command = Command::new(jeton());
        command.args(args).args(["--json", "--env-file", &file]).env_clear();
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(piped.spawn().expect("a command"))
    }

    /// Types a line and returns whether the command reports success.
    async fn type_in(mut self, line: &str) -> bool {
        let line = format!("{line}\n");
        let end = move || {
            let mut stdin = self.0.stdin.take().expect("a pipe");
            stdin.write_all(line.as_bytes()).expect("a command that reads");
            drop(stdin);
            self.0.wait_with_output().expect("an end")
        };
        let output = tokio::task::spawn_blocking(end).await.expect("a command that ends");
        let [stdout, stderr] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        said(&Finished { status: output.status, stdout, stderr }).is_some()
    }
}
