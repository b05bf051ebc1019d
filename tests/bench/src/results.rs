//! The measurements, as they are stored between measuring and reporting.

use std::path::Path;
use std::process::Command;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::binary::Weight;
use crate::crates::root;
use crate::growth::Stage;
use crate::imports::Import;
use crate::signature::Signature;
use crate::speed::{Cold, Warm};
use crate::storage::{Distant, Storage};
use crate::valgrind::{Memory, Work};

/// The machine, the build and the command of a measurement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The name of the processor.
    pub processor: String,
    /// The number of processor cores.
    pub cores: usize,
    /// The operating system and its version.
    pub kernel: String,
    /// The commit of Jeton, as `git describe` prints it.
    pub commit: String,
    /// The date of the measurement.
    pub date: String,
    /// The command that took the measurement.
    pub command: String,
    /// The profile with which the functions were built: the name of the directory of their binaries.
    pub profile: String,
}

/// The size of a function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    /// The name of the function.
    pub name: String,
    /// The sizes of its binary.
    pub weight: Weight,
    /// The number of crates that it links.
    pub crates: u64,
}

/// The measurements of a flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// The name of the flow.
    pub name: String,
    /// The function that answers its requests.
    pub function: String,
    /// The times of starts, and of the first invocation after each.
    pub cold: Cold,
    /// The figures of the invocations after the first.
    pub warm: Warm,
    /// The traffic to and from the store.
    pub storage: Storage,
    /// The latencies with the store further away.
    pub distant: Vec<Distant>,
    /// The instructions of a warm request.
    pub work: Work,
    /// The memory that a warm request allocates.
    pub memory: Memory,
}

/// The measurements of the smallest function.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Floor {
    /// The times of starts, and of the first invocation after each.
    pub cold: Cold,
    /// The figures of the invocations after the first.
    pub warm: Warm,
    /// The sizes of its binary.
    pub weight: Weight,
}

/// The results of `bench functions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Functions {
    /// The machine and the command of this measurement.
    pub origin: Origin,
    /// The times of signatures alone.
    pub signatures: Vec<Signature>,
    /// The overhead that every function has.
    pub floor: Floor,
    /// The sizes of the function binaries.
    pub functions: Vec<Function>,
    /// The measurements of each flow.
    pub flows: Vec<Flow>,
}

/// The results of `bench growth`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Growth {
    /// The machine and the command of this measurement.
    pub origin: Origin,
    /// The measurements of each flow at each stage.
    pub stages: Vec<Stage>,
}

/// The results of `bench tls`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tls {
    /// The machine and the command of this measurement.
    pub origin: Origin,
    /// For each flow its name, and the times of starts and first invocations with a store behind TLS.
    pub flows: Vec<(String, Cold)>,
}

/// The results of `bench imports`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Imports {
    /// The machine and the command of this measurement.
    pub origin: Origin,
    /// The measurements of each import.
    pub imports: Vec<Import>,
}

impl Origin {
    /// Describes this machine, this repository and the command line of this program.
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

/// Returns the output of a command, or an empty text if it cannot be run.
fn told(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).current_dir(root()).output();
    done.map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned()).unwrap_or_default()
}

/// Writes the results of one command to a file.
///
/// # Errors
/// If the file cannot be written.
pub fn write(file: &Path, part: &impl Serialize) -> Result<(), Failure> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(file, serde_json::to_string_pretty(part)? + "\n")?)
}

/// Reads the results of one command; `None` if there are none.
///
/// # Errors
/// If the file exists and cannot be read.
pub fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, Failure> {
    if !file.exists() {
        return Ok(None);
    }
    let read = serde_json::from_str(&std::fs::read_to_string(file)?);
    read.map(Some).map_err(|error| format!("{}: {error}", file.display()).into())
}
