//! Runs a function under valgrind and measures a warm request: instructions (callgrind) and memory (massif's trace of
//! the allocator).
//!
//! The processor that valgrind simulates differs from the real one: it has no AVX-512 and no SHA instructions, and
//! identifies itself as Intel. So code that is selected by processor is the same on every machine with AVX2.

use std::path::Path;

use lambda::{Function, Settings};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::Failure;
use crate::callgrind::Profile;
use crate::flow::{Flow, Source};
use crate::place::Place;

/// The number of requests that fill the caches before counting begins.
const BEFORE: u64 = 4;

/// On some processors the C library moves large blocks with one instruction that valgrind counts once for each byte.
/// This setting disables that instruction everywhere.
pub(crate) const NO_STRING_INSTRUCTIONS: (&str, &str) =
    ("GLIBC_TUNABLES", "glibc.cpu.x86_rep_movsb_threshold=0x7fffffff:glibc.cpu.x86_rep_stosb_threshold=0x7fffffff");

/// The instructions of one warm request: the mean of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The number of all instructions.
    pub instructions: u64,
    /// The instructions of AWS-LC; zero in a binary without symbols.
    pub in_aws_lc: u64,
    /// The number of calls of `malloc` and related functions.
    pub allocations: u64,
}

/// The memory that one warm request allocates: the mean of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The number of calls of `malloc` and related functions.
    pub allocations: u64,
    /// The number of bytes requested.
    pub bytes: u64,
}

impl Work {
    /// The number of instructions outside of AWS-LC.
    pub fn own(&self) -> u64 {
        self.instructions.saturating_sub(self.in_aws_lc)
    }
}

/// Counts the instructions of `requests` warm requests.
///
/// # Errors
/// If valgrind is missing, or the function gives a wrong answer.
pub async fn work(place: &Place, flow: &Flow, requests: u64) -> Result<Work, Failure> {
    let profile = profile(place, flow, (requests, "--demangle=no")).await?;
    let each = |count: u64| (count + requests / 2) / requests;
    let [instructions, in_aws_lc] = [profile.instructions(), profile.in_aws_lc()].map(each);
    Ok(Work { instructions, in_aws_lc, allocations: each(profile.allocations()) })
}

/// Describes, for a human reader, where `requests` warm requests spend their instructions.
///
/// # Errors
/// As [`work`].
pub async fn whereabouts(place: &Place, flow: &Flow, requests: u64) -> Result<String, Failure> {
    Ok(profile(place, flow, (requests, "--demangle=yes")).await?.told(requests))
}

/// Runs a function under callgrind, and returns the profile of `requests` warm requests.
async fn profile(place: &Place, flow: &Flow, (requests, names): (u64, &str)) -> Result<Profile, Failure> {
    let scratch = tempfile::tempdir()?;
    let out = format!("--callgrind-out-file={}", scratch.path().join("out").display());
    let mut run = Run::start(place, flow, under(&["--tool=callgrind", names, &out], scratch.path())).await?;
    run.requests(BEFORE).await?;
    run.tell("zero").await?;
    run.requests(requests).await?;
    run.tell("dump").await?;
    // The first dump of a process.
    Profile::parse(&std::fs::read_to_string(scratch.path().join("out.1"))?)
}

/// Counts the allocations of `requests` warm requests.
///
/// # Errors
/// As [`work`].
pub async fn memory(place: &Place, flow: &Flow, requests: u64) -> Result<Memory, Failure> {
    let scratch = tempfile::tempdir()?;
    let log = scratch.path().join("log");
    let tool = [
        "--tool=massif",
        "--trace-malloc=yes",
        "--massif-out-file=/dev/null",
        &format!("--log-file={}", log.display()),
    ];
    let mut run = Run::start(place, flow, under(&tool, scratch.path())).await?;
    run.requests(BEFORE).await?;
    let before = asked(&std::fs::read_to_string(&log)?);
    run.requests(requests).await?;
    let after = asked(&std::fs::read_to_string(&log)?);
    let each = |before: u64, after: u64| (after.saturating_sub(before) + requests / 2) / requests;
    Ok(Memory { allocations: each(before.allocations, after.allocations), bytes: each(before.bytes, after.bytes) })
}

fn under(tool: &[&str], scratch: &Path) -> Vec<String> {
    let pipes = format!("--vgdb-prefix={}", scratch.join("vgdb").display());
    ["valgrind", "--quiet", "--vgdb=yes", &pipes].iter().chain(tool).map(ToString::to_string).collect()
}

/// Sums up the calls of the allocator in a trace: `--12-- malloc(472) = 0x4B38030`.
fn asked(trace: &str) -> Memory {
    let sizes = trace.lines().filter_map(|line| size(line.strip_prefix("--")?.split_once("-- ")?.1));
    sizes.fold(Memory::default(), |sum, size| Memory { allocations: sum.allocations + 1, bytes: sum.bytes + size })
}

/// Returns the size that a call requested, or `None` if it freed memory.
fn size(call: &str) -> Option<u64> {
    let (name, rest) = call.split_once('(')?;
    let mut arguments = rest.split_once(')')?.0.split(',').map(|argument| argument.trim().parse::<u64>());
    match name {
        "malloc" => arguments.next()?.ok(),
        "calloc" => Some(arguments.next()?.ok()?.saturating_mul(arguments.next()?.ok()?)),
        // The arguments are the block and its new size, or the alignment and the size: `memalign(al 64, size 100)`.
        "realloc" => arguments.nth(1)?.ok(),
        "memalign" => rest.split_once(')')?.0.rsplit(' ').next()?.parse().ok(),
        _ => None,
    }
}

/// A function under valgrind, with its requests.
struct Run<'p> {
    function: Function,
    source: Source<'p>,
    prefix: String,
}

impl<'p> Run<'p> {
    async fn start(place: &'p Place, flow: &Flow, under: Vec<String>) -> Result<Self, Failure> {
        let prefix = under.iter().find(|argument| argument.starts_with("--vgdb-prefix=")).cloned().unwrap_or_default();
        let source = flow.source(place, 8).await?;
        let mut settings = Settings { under, ..place.settings(flow.function, None)? };
        let (name, value) = NO_STRING_INSTRUCTIONS;
        settings.environment.insert(name.to_owned(), value.to_owned());
        Ok(Self { function: Function::start(settings).await?, source, prefix })
    }

    async fn requests(&mut self, number: u64) -> Result<(), Failure> {
        for _ in 0..number {
            let event = self.source.next().await?;
            let invoked = self.function.invoke(event).await?;
            self.source.answered(&invoked.payload)?;
        }
        // Work after an answer belongs to the same request.
        self.function.idle().await;
        Ok(())
    }

    /// Sends a command to the valgrind tool.
    async fn tell(&self, command: &str) -> Result<(), Failure> {
        let mut vgdb = Command::new("vgdb");
        vgdb.arg(format!("--pid={}", self.function.process_id())).arg(&self.prefix).arg(command);
        let done = vgdb.output().await?;
        if !done.status.success() {
            return Err(format!("vgdb {command}: {}", String::from_utf8_lossy(&done.stderr)).into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_summed_up() {
        let trace = "==7== Massif\n--7-- malloc(472) = 0x1\n--7-- realloc(0x1,500)\n--7-- free(0x1)\n\
                     --7-- calloc(3,10) = 0x2\n--7-- realloc(0x0,32)malloc(32) = 0x3\n--7-- memalign(al 64, size 100) = 0x4\n";
        assert_eq!(asked(trace), Memory { allocations: 5, bytes: 472 + 500 + 30 + 32 + 100 });
    }
}
