//! Measures imports of clients and people: times and memory of the command, for a first and for a repeated import.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use harness::{Stack, jeton};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Failure;

/// A hash of the right shape, so that no time is spent on hashing.
const HASH: &str = "$2b$10$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS";

/// The numbers of lines to import.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// The number of clients, one of which is refused.
    pub clients: u64,
    /// The number of people, one of whom is refused.
    pub people: u64,
}

/// An import of many lines, one of which cannot be imported.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Import {
    /// The name of what was imported.
    pub name: String,
    /// The number of lines, with the refused one.
    pub lines: u64,
    /// The first time, which registers everything.
    pub first: Run,
    /// The second time, with the same lines.
    pub again: Run,
}

/// One run of the command.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Run {
    /// The duration in seconds.
    pub seconds: f64,
    /// The peak of the command's memory in KiB.
    pub peak_memory_kib: u64,
}

/// Imports clients and people into a new stack, each twice.
///
/// # Errors
/// If an import reports anything else than one refused line and the rest.
pub fn imports(extent: Extent) -> Result<Vec<Import>, Failure> {
    let stack = Stack::start();
    let client = |number: u64| {
        json!({"client_id": format!("client-{number}"), "name": format!("Client {number}"), "apis": [],
            "client_secret": format!("a-secret-of-32-characters-{number:08}"), "grant_types": ["client_credentials"]})
    };
    let person = |number: u64| {
        json!({"username": format!("person-{number}"), "password_hash": HASH,
            "claims": {"email": format!("person-{number}@example.com")}})
    };
    let clients = twice(&stack, "client", &lines(extent.clients, client))?;
    Ok(vec![clients, twice(&stack, "user", &lines(extent.people, person))?])
}

/// Lines made from their numbers; the one in the middle has words that no import knows.
fn lines(count: u64, line: impl Fn(u64) -> Value) -> Vec<String> {
    let bad = json!({"unknown": "word"});
    (1..=count).map(|number| if number == count / 2 { bad.to_string() } else { line(number).to_string() }).collect()
}

fn twice(stack: &Stack, name: &str, lines: &[String]) -> Result<Import, Failure> {
    let scratch = tempfile::tempdir()?;
    let input = scratch.path().join("lines.jsonl");
    std::fs::write(&input, lines.join("\n"))?;
    let good = lines.len() as u64 - 1;
    let mut runs = [(good, 0), (0, good)].into_iter().map(|(imported, already)| {
        let (run, report) = run(stack, name, &input)?;
        let told = ["/imported", "/registered_already", "/refused/0/line"].map(|place| report.pointer(place)?.as_u64());
        if told != [imported, already, lines.len() as u64 / 2].map(Some) || report.pointer("/refused/1").is_some() {
            return Err(Failure::from(format!("jeton {name} import reported {report}")));
        }
        println!("{name}, {} lines: {run:?}", lines.len());
        Ok(run)
    });
    let mut next = || runs.next().ok_or("an import was not run")?;
    Ok(Import { name: name.to_owned(), lines: lines.len() as u64, first: next()?, again: next()? })
}

/// Runs one import, and returns its times and its report.
fn run(stack: &Stack, name: &str, input: &Path) -> Result<(Run, Value), Failure> {
    let output = input.with_extension("report");
    let started = Instant::now();
    let mut command = Command::new(jeton());
    command.args([name, "import", "--json", "--env-file"]).arg(stack.env_file().path());
    let mut child = command.stdin(Stdio::piped()).stdout(File::create(&output)?).stderr(Stdio::null()).spawn()?;
    let (lines, mut pipe) = (std::fs::read(input)?, child.stdin.take().ok_or("no pipe to the command")?);
    // The command waits for its input until its memory was looked at for the first time.
    let first = peak_of(&child);
    let writer = std::thread::spawn(move || pipe.write_all(&lines));
    let peak_memory_kib = watched(child, first)?;
    // What was not read is in the report.
    drop(writer.join());
    let seconds = started.elapsed().as_secs_f64();
    Ok((Run { seconds, peak_memory_kib }, serde_json::from_str(&std::fs::read_to_string(&output)?)?))
}

/// Waits until a process ends, and returns the last peak of its memory that Linux reported, in KiB.
fn watched(mut child: Child, first: Option<u64>) -> Result<u64, Failure> {
    let mut peak = first.unwrap_or_default();
    while child.try_wait()?.is_none() {
        peak = peak_of(&child).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(peak)
}

/// Returns the peak of a process's memory so far, in KiB; `None` once it has ended.
fn peak_of(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c245_a_line_in_the_middle_does_not_stop_an_import_and_the_same_again_changes_nothing() {
        let [clients, people] = <[Import; 2]>::try_from(imports(Extent { clients: 40, people: 200 }).unwrap()).unwrap();
        assert_eq!((clients.lines, people.lines), (40, 200));
        for run in [clients.first, clients.again, people.first, people.again] {
            assert!(run.seconds > 0.0 && run.peak_memory_kib > 0, "{run:?}");
        }
    }
}
