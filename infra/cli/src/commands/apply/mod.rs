//! The command `jeton apply`: the registered APIs, issuers and clients become those of a file.
//!
//! # Decisions
//! - What the file does not say of an API or a client has its default, so that two stacks with one file are alike. The
//!   secrets of a client and whether it is disabled are exceptions: a file that does not say them leaves them.
//! - The kind of `sub` of a client does not change, as with every other command: each person would have another one. So the
//!   sector of a client stays when its redirect URIs change, and a file that says another kind is refused.
//! - All is read and checked before the first write. Each write then sets only what differs, and only if the item is
//!   still as it was read; a write that is refused stops the rest, and a second run goes on.
//! - People, keys and clients that registered themselves are in no file.

pub(crate) mod file;
pub(crate) mod issuers;
pub(crate) mod json;
mod plan;
pub(crate) mod reading;
mod report;
mod secret;
pub(crate) mod wanted;
pub(crate) mod word;
mod write;

use std::io::IsTerminal;
use std::path::Path;

use edge::Error;

use crate::args::ApplyOptions;
use crate::commands::apply::file::Source;
use crate::commands::apply::plan::Plan;
use crate::commands::apply::report::{Outcome, ShownSecret, deleted, document, lines, summary};
use crate::commands::apply::write::{carry_out, warn_of_profiles};
use crate::confirm::ask;
use crate::output::{UsageError, is_quiet, print, tell, write};
use crate::progress::undisturbed;
use crate::stack::Stack;

/// Compares, tells the changes, and makes them.
pub(crate) async fn run(options: ApplyOptions) -> Result<(), Error> {
    let source = Source::read(&options.file)?;
    let stack = Stack::find(&options.common).await?;
    let plan = Plan::make(&stack, &source, options.prune, edge::now()).await?;
    if !options.common.json {
        say(&lines(&plan))?;
    }
    if options.dry_run {
        return print_report(&plan, &Outcome::default(), &options);
    }
    may_delete(&plan, &options)?;
    // A command that is killed has told the secrets that work already.
    let as_document = options.common.json && !is_quiet();
    let made = |secret: &ShownSecret| match (as_document, is_quiet()) {
        (true, _) => Ok(()),
        (false, true) => write(&secret_line(secret)),
        (false, false) => write(&format!("{} (shown once)", secret_line(secret))),
    };
    let outcome = Box::pin(carry_out(&stack, &plan, &made)).await;
    if outcome.stopped.is_none() || as_document {
        print_report(&plan, &outcome, &options)?;
    }
    warn_of_profiles(&stack, &plan, &outcome).await;
    outcome.stopped.map_or(Ok(()), Err)
}

/// Prints the changes, or their numbers for people, who read the changes before.
fn print_report(plan: &Plan, outcome: &Outcome, options: &ApplyOptions) -> Result<(), Error> {
    if is_quiet() {
        return Ok(());
    }
    if options.common.json {
        return print(true, &document(plan, outcome, options.dry_run));
    }
    say(&[summary(plan, options.dry_run)])
}

/// Applies a file to a local stack, and returns what changed in words.
pub(crate) async fn seed(stack: &Stack, path: &Path) -> Result<Vec<String>, Error> {
    let plan = Plan::make(stack, &Source::read(path)?, false, edge::now()).await?;
    let outcome = Box::pin(carry_out(stack, &plan, &|_| Ok(()))).await;
    warn_of_profiles(stack, &plan, &outcome).await;
    let Outcome { shown, stopped, .. } = outcome;
    if let Some(error) = stopped {
        return Err(error);
    }
    Ok(lines(&plan).into_iter().chain(shown.iter().map(secret_line)).collect())
}

fn secret_line(ShownSecret { client, secret }: &ShownSecret) -> String {
    format!("client {client} has the secret {}", secret.expose())
}

/// Asks on a terminal before something is deleted, unless that was answered with `--yes`.
fn may_delete(plan: &Plan, options: &ApplyOptions) -> Result<(), Error> {
    let deleted = deleted(plan);
    if deleted.is_empty() || options.yes {
        return Ok(());
    }
    let (input, output) = (std::io::stdin(), std::io::stderr());
    if !input.is_terminal() || !output.is_terminal() || options.file == Path::new("-") {
        let advice = "give --yes to delete them, or leave --prune out";
        let told = format!("not in the file: {}: {advice}. Nothing was changed", deleted.join(", "));
        return Err(UsageError(told).into());
    }
    let deed = format!("deletes for good: {}", deleted.join(", "));
    undisturbed(|| ask(&deed, &mut input.lock(), &mut output.lock()))
}

fn say(lines: &[String]) -> Result<(), Error> {
    lines.iter().try_for_each(|line| tell(line))
}
