//! What was measured, as it is kept between the measuring and the report.

use std::path::Path;
use std::process::Command;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::binary::Weight;
use crate::crates::root;
use crate::growth::Stage;
use crate::signature::Signature;
use crate::speed::{Cold, Warm};
use crate::storage::{Distant, Storage};
use crate::valgrind::{Memory, Work};

/// What it was measured on, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The processor.
    pub processor: String,
    /// How many of it.
    pub cores: usize,
    /// The operating system.
    pub kernel: String,
    /// The product, as `git describe` tells it.
    pub commit: String,
    /// The day.
    pub date: String,
    /// The command.
    pub command: String,
    /// The profile with which the functions were built: the folder of their binaries.
    pub profile: String,
}

/// A function and what it weighs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its binary.
    pub weight: Weight,
    /// The crates that it links.
    pub crates: u64,
}

/// A flow and what it takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// Its name.
    pub name: String,
    /// Who answers.
    pub function: String,
    /// Starts, and the first invocation of each.
    pub cold: Cold,
    /// The invocations after that.
    pub warm: Warm,
    /// What goes to the store and comes back.
    pub storage: Storage,
    /// The same with the store further away.
    pub distant: Vec<Distant>,
    /// Instructions.
    pub work: Work,
    /// Memory.
    pub memory: Memory,
}

/// The smallest function, and what it takes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Floor {
    /// Starts, and the first invocation of each.
    pub cold: Cold,
    /// The invocations after that.
    pub warm: Warm,
    /// Its binary.
    pub weight: Weight,
}

/// What `bench functions` writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Functions {
    /// Where and how.
    pub origin: Origin,
    /// The signatures by themselves.
    pub signatures: Vec<Signature>,
    /// What everything takes.
    pub floor: Floor,
    /// The binaries.
    pub functions: Vec<Function>,
    /// The flows.
    pub flows: Vec<Flow>,
}

/// What `bench growth` writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Growth {
    /// Where and how.
    pub origin: Origin,
    /// Each flow at each stage.
    pub stages: Vec<Stage>,
}

/// What `bench tls` writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tls {
    /// Where and how.
    pub origin: Origin,
    /// Each flow: its name, and its starts and first invocations with a store behind TLS.
    pub flows: Vec<(String, Cold)>,
}

impl Origin {
    /// This machine, this repository, this program's command.
    pub fn here(binaries: &Path) -> Self {
        let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let named = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        Self {
            processor: named.map(|(_, name)| name.to_owned()).unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: told("uname", &["-sr"]),
            commit: told("git", &["describe", "--always", "--dirty"]),
            date: told("date", &["-u", "+%Y-%m-%d"]),
            command: format!("bench {}", arguments.join(" ")),
            profile: binaries.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        }
    }
}

/// What a command prints, or nothing.
fn told(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).current_dir(root()).output();
    done.map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned()).unwrap_or_default()
}

/// Writes a part.
///
/// # Errors
/// When the file cannot be written.
pub fn write(file: &Path, part: &impl Serialize) -> Result<(), Failure> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(file, serde_json::to_string_pretty(part)? + "\n")?)
}

/// Reads a part; `None` where it was not measured.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, Failure> {
    if !file.exists() {
        return Ok(None);
    }
    let read = serde_json::from_str(&std::fs::read_to_string(file)?);
    read.map(Some).map_err(|error| format!("{}: {error}", file.display()).into())
}
