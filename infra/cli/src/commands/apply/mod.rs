//! The command `jeton apply`: the registered APIs, issuers and clients become those of a file.
//!
//! # Decisions
//! - What the file does not say of an API or a client has its default, so that two stacks with one file are alike. The
//!   secrets of a client and whether it is disabled are exceptions: a file that does not say them leaves them.
//! - All is read and checked before the first write. Each write then sets only what differs, and only if the item is
//!   still as it was read; a write that is refused stops the rest, and a second run goes on.
//! - People, keys and clients that registered themselves are in no file.

pub(crate) mod file;
pub(crate) mod issuers;
mod plan;
mod report;
mod secret;
pub(crate) mod wanted;
pub(crate) mod word;
mod write;

use std::io::{IsTerminal, Write};
use std::path::Path;

use edge::Error;

use crate::args::ApplyOptions;
use crate::commands::apply::file::Source;
use crate::commands::apply::plan::Plan;
use crate::commands::apply::report::{ShownSecret, document, lines, summary};
use crate::commands::apply::write::{Outcome, carry_out};
use crate::confirm::ask;
use crate::output::print;
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
        return tell(&plan, &[], &options);
    }
    may_delete(&plan, &options)?;
    let Outcome { shown, stopped } = carry_out(&stack, &plan).await;
    match stopped {
        None => tell(&plan, &shown, &options),
        Some(error) => {
            say(&shown.iter().map(secret_line).collect::<Vec<_>>())?;
            Err(error)
        }
    }
}

fn tell(plan: &Plan, shown: &[ShownSecret], options: &ApplyOptions) -> Result<(), Error> {
    if options.common.json {
        return print(true, &document(plan, shown, options.dry_run));
    }
    let secrets = shown.iter().map(|shown| format!("{} (shown once)", secret_line(shown)));
    say(&secrets.chain([summary(plan, options.dry_run)]).collect::<Vec<_>>())
}

/// Applies a file to a local stack, and returns what changed in words.
pub(crate) async fn seed(stack: &Stack, path: &Path) -> Result<Vec<String>, Error> {
    let plan = Plan::make(stack, &Source::read(path)?, false, edge::now()).await?;
    let Outcome { shown, stopped } = carry_out(stack, &plan).await;
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
    let deletions = plan.deletions();
    if deletions == 0 || options.yes {
        return Ok(());
    }
    let input = std::io::stdin();
    if !input.is_terminal() || options.file == Path::new("-") {
        let advice = "give --yes to delete them, or leave --prune out";
        return Err(format!("{deletions} APIs or clients are not in the file: {advice}. Nothing was changed").into());
    }
    let deed = format!("deletes {deletions} APIs or clients for good");
    ask(&deed, &mut input.lock(), &mut std::io::stderr().lock())
}

fn say(lines: &[String]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
