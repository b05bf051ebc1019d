//! `bench`: measures the functions and records the results.

use std::path::PathBuf;
use std::process::ExitCode;

use bench::flow::Flow;
use bench::limits::{Limits, faults, found_in_binaries, found_in_storage, found_in_work, written};
use bench::place::{Place, own_binaries};
use bench::proof::{Check, repeat};
use bench::report::Parts;
use bench::results::{Growth, Imports, Origin, Tls, write};
use bench::{Failure, beside, charts, cost, growth, imports, measure, storage, tls, valgrind};
use clap::{Args, Parser, Subcommand};
use harness::Stack;

/// Measures the functions and records the results.
#[derive(Parser)]
#[command(name = "bench", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure starts, invocations, store calls, instructions, memory and sizes of the functions.
    Functions(FunctionsOptions),
    /// Measure the flows while the tables grow.
    Growth(GrowthOptions),
    /// Measure starts and first invocations with the store behind TLS.
    Tls(TlsOptions),
    /// Measure imports of clients and people by the `jeton` beside this program.
    Imports(ImportsOptions),
    /// Measure starts and invocations beside those of an earlier version, in one run.
    Beside(BesideOptions),
    /// Write REPORT.md, results.json and the charts from the measurements.
    Report {
        /// The directory with the measurements.
        #[arg(long, default_value = "target/bench")]
        parts: PathBuf,
        /// The directory to write the report to.
        #[arg(long, default_value = "tests/bench")]
        into: PathBuf,
    },
    /// Write the cost of a million requests into infra/README.md, from tests/bench/prices.toml and results.json.
    Cost,
    /// Write the charts of README.md and their figures, from the same files.
    Charts,
    /// Compare the binaries beside this one with tests/bench/limits.toml.
    Limits {
        /// Write new limits from the current measurements.
        #[arg(long)]
        write: bool,
    },
    /// Check a proof many times, for those who count the instructions.
    #[command(hide = true)]
    Proofs {
        /// The part of the work to repeat.
        check: Check,
        /// The number of times.
        times: u64,
    },
    /// Show where a flow does its work: its store calls and its most expensive functions.
    Where {
        /// The name of the flow.
        flow: String,
    },
}

#[derive(Args)]
struct FunctionsOptions {
    /// The directory with the function binaries and examples/floor; by default the directory of this program.
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// The number of starts of each flow.
    #[arg(long, default_value_t = 50)]
    starts: usize,
    /// The number of warm invocations of each flow; a quarter of it for flows that need a person.
    #[arg(long, default_value_t = 4000)]
    requests: usize,
    /// The number of warm invocations at each distance of the store.
    #[arg(long, default_value_t = 200)]
    distant: usize,
    /// Delays of the store's answers in milliseconds; each one is measured.
    #[arg(long, value_delimiter = ',', default_value = "0,1,2,5")]
    storage_delay_ms: Vec<u64>,
    /// The number of requests under valgrind.
    #[arg(long, default_value_t = 50)]
    counted: u64,
    /// The file to write the measurements to.
    #[arg(long, default_value = "target/bench/functions.json")]
    out: PathBuf,
}

#[derive(Args)]
struct GrowthOptions {
    /// The directory with the function binaries; by default the directory of this program.
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// Numbers of other clients in the table; each one is measured.
    #[arg(long, value_delimiter = ',', default_value = "1,10,100,1000,100000")]
    clients: Vec<u64>,
    /// Numbers of other grants in the table; the first one applies to all numbers of clients.
    #[arg(long, value_delimiter = ',', default_value = "100,1000,10000,100000,1000000")]
    grants: Vec<u64>,
    /// The number of warm invocations of each flow at each stage.
    #[arg(long, default_value_t = 400)]
    requests: usize,
    /// The file to write the measurements to.
    #[arg(long, default_value = "target/bench/growth.json")]
    out: PathBuf,
}

#[derive(Args)]
struct TlsOptions {
    /// The directory with the function binaries; by default the directory of this program.
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// The number of starts of each flow.
    #[arg(long, default_value_t = 50)]
    starts: usize,
    /// The file to write the measurements to.
    #[arg(long, default_value = "target/bench/tls.json")]
    out: PathBuf,
}

#[derive(Args)]
struct ImportsOptions {
    /// The number of clients to import.
    #[arg(long, default_value_t = 2000)]
    clients: u64,
    /// The number of people to import.
    #[arg(long, default_value_t = 50_000)]
    people: u64,
    /// The file to write the measurements to.
    #[arg(long, default_value = "target/bench/imports.json")]
    out: PathBuf,
}

#[derive(Args)]
struct BesideOptions {
    /// The directory with the function binaries of the earlier version.
    #[arg(long)]
    before: PathBuf,
    /// The directory with the function binaries of this version; by default the directory of this program.
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// The number of starts of each flow in each version.
    #[arg(long, default_value_t = 50)]
    starts: usize,
    /// The number of warm invocations of each flow in each version.
    #[arg(long, default_value_t = 1000)]
    requests: usize,
    /// The file to write the table to.
    #[arg(long, default_value = "target/bench/beside.md")]
    out: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Functions(options) => functions(options).await,
        Task::Growth(options) => grow(options).await,
        Task::Tls(options) => behind_tls(options).await,
        Task::Imports(options) => import(options),
        Task::Beside(options) => beside_before(options).await,
        Task::Report { parts, into } => Parts::read(&parts).and_then(|parts| parts.report(&into)),
        Task::Cost => cost::of_results().and_then(|part| cost::write(&part)),
        Task::Charts => charts::write(),
        Task::Limits { write } => limits(write).await,
        Task::Proofs { check, times } => repeat(check, times),
        Task::Where { flow } => show(&flow).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn functions(options: FunctionsOptions) -> Result<(), Failure> {
    let FunctionsOptions { binaries, starts, requests, distant, storage_delay_ms: delays_ms, counted, out } = options;
    let binaries = binaries.unwrap_or_else(own_binaries);
    let extent = measure::Extent { binaries, starts, requests, distant, delays_ms, counted };
    write(&out, &measure::functions(&extent).await?)
}

async fn grow(options: GrowthOptions) -> Result<(), Failure> {
    let GrowthOptions { binaries, clients, grants, requests, out } = options;
    let (binaries, data) = (binaries.unwrap_or_else(own_binaries), tempfile::tempdir()?);
    let stages = growth::growth(&binaries, data.path(), &growth::Extent { clients, grants, requests }).await?;
    write(&out, &Growth { origin: Origin::here(&binaries), stages })
}

async fn behind_tls(options: TlsOptions) -> Result<(), Failure> {
    let TlsOptions { binaries, starts, out } = options;
    let binaries = binaries.unwrap_or_else(own_binaries);
    let flows = tls::starts(&Place::on(Stack::start(), binaries.clone())?, starts).await?;
    write(&out, &Tls { origin: Origin::here(&binaries), flows })
}

fn import(options: ImportsOptions) -> Result<(), Failure> {
    let ImportsOptions { clients, people, out } = options;
    let imports = imports::imports(imports::Extent { clients, people })?;
    write(&out, &Imports { origin: Origin::here(&own_binaries()), imports })
}

async fn beside_before(options: BesideOptions) -> Result<(), Failure> {
    let BesideOptions { before, binaries, starts, requests, out } = options;
    let now = binaries.unwrap_or_else(own_binaries);
    let table = beside::beside(&beside::Extent { before, now, starts, requests }).await?;
    if let Some(directory) = out.parent() {
        std::fs::create_dir_all(directory)?;
    }
    Ok(std::fs::write(&out, table)?)
}

fn own_place() -> Result<Place, Failure> {
    Place::on(Stack::start(), own_binaries())
}

async fn limits(write: bool) -> Result<(), Failure> {
    let place = own_place()?;
    let mut found = found_in_binaries(&own_binaries())?;
    found.extend(found_in_storage(&place).await?);
    found.extend(found_in_work(&place).await?);
    if write {
        let text = written(&found, &Limits::head()?)?;
        std::fs::write(Limits::path(), text)?;
        return Ok(());
    }
    let faults = faults(&found, &Limits::read()?);
    print!("{}", written(&found, "")?);
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

async fn show(flow: &str) -> Result<(), Failure> {
    let (place, flow) = (own_place()?, Flow::named(flow)?);
    println!("{}", storage::calls(&place, &flow).await?);
    println!("{}", valgrind::whereabouts(&place, &flow, 20).await?);
    Ok(())
}
