//! The regression gate: the figures measured when the limits were written, and how far they may grow.
//!
//! Every figure here is repeatable: calls, bytes, instructions and crates are counted, never time. Between runs, and
//! between two builds of the same source in different directories, instructions and allocations differed by 0.4 % at
//! most; neither the processor features that AWS-LC uses (`OPENSSL_ia32cap`) nor the string instructions of the C
//! library make a difference. Another compiler, or another C library, does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use futures::stream::{StreamExt as _, TryStreamExt as _, iter};
use serde::Deserialize;

use crate::Failure;
use crate::binary::{functions, loadable_bytes};
use crate::crates::TREE;
use crate::flow::Flow;
use crate::place::Place;
use crate::{crates, storage, valgrind};

/// The number of requests to count for each flow: for storage, and under valgrind.
const REQUESTS: (usize, u64) = (10, 20);

/// The number of functions that run under valgrind at the same time.
const AT_ONCE: usize = 2;

/// A figure that is held to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// The calls to the store for a warm request.
    RoundTrips,
    /// The bytes to the store for a warm request, including the HTTP headers.
    BytesToTheStore,
    /// The bytes from the store for a warm request.
    BytesFromTheStore,
    /// The instructions of a warm request outside of AWS-LC.
    Instructions,
    /// The calls of the allocator for a warm request.
    Allocations,
    /// The bytes of a function's binary that are mapped into memory.
    LoadableBytes,
    /// The number of crates that are linked into a function.
    Crates,
}

/// The measured figures, by the name of a flow or a function.
pub type Found = BTreeMap<Figure, BTreeMap<String, u64>>;

/// One line of `limits.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    was: u64,
    limit: u64,
}

/// The limits that `limits.toml` contains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Limits(BTreeMap<String, BTreeMap<String, Limit>>);

impl Figure {
    const ALL: [Self; 7] = [
        Self::RoundTrips,
        Self::BytesToTheStore,
        Self::BytesFromTheStore,
        Self::Instructions,
        Self::Allocations,
        Self::LoadableBytes,
        Self::Crates,
    ];

    /// The name of its table in the file.
    const fn key(self) -> &'static str {
        match self {
            Self::RoundTrips => "round-trips",
            Self::BytesToTheStore => "bytes-to-the-store",
            Self::BytesFromTheStore => "bytes-from-the-store",
            Self::Instructions => "instructions",
            Self::Allocations => "allocations",
            Self::LoadableBytes => "loadable-bytes",
            Self::Crates => "crates",
        }
    }

    /// A description of what it counts.
    const fn meaning(self) -> &'static str {
        match self {
            Self::RoundTrips => "Calls to the store for a warm request.",
            Self::BytesToTheStore => "Bytes to the store for a warm request, with the heads of HTTP.",
            Self::BytesFromTheStore => "Bytes from the store for a warm request, with the heads of HTTP.",
            Self::Instructions => "Instructions of a warm request outside of AWS-LC, under callgrind.",
            Self::Allocations => "Calls of malloc, calloc, realloc and memalign for a warm request.",
            Self::LoadableBytes => "Bytes of a function's binary that are mapped into memory (PT_LOAD).",
            Self::Crates => "Crates that a function links, its own and those of this workspace included.",
        }
    }

    /// The tolerance above the measured value, in percent. It is zero for figures that cannot differ between two runs
    /// of one build or between two machines.
    const fn margin(self) -> u64 {
        match self {
            Self::RoundTrips | Self::Crates => 0,
            Self::BytesToTheStore | Self::BytesFromTheStore => 2,
            Self::Allocations | Self::LoadableBytes => 5,
            Self::Instructions => 8,
        }
    }

    /// The command that breaks the figure down.
    fn command(self, name: &str) -> String {
        match self {
            Self::RoundTrips
            | Self::BytesToTheStore
            | Self::BytesFromTheStore
            | Self::Instructions
            | Self::Allocations => format!("target/release/bench where '{name}'"),
            Self::LoadableBytes => {
                format!("nm --demangle --print-size --size-sort --reverse-sort target/release/{name} | head -n 50")
            }
            Self::Crates => format!("cargo {} --package {name}", TREE.join(" ")),
        }
    }
}

impl Limits {
    /// The path of `limits.toml`.
    pub fn path() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("limits.toml")
    }

    /// Reads the limits from `limits.toml`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read() -> Result<Self, Failure> {
        Self::parse(&std::fs::read_to_string(Self::path())?)
    }

    /// Reads the comment at the beginning of `limits.toml`, which says how it is written and why figures changed.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn head() -> Result<String, Failure> {
        let text = std::fs::read_to_string(Self::path())?;
        Ok(text.split_inclusive('\n').take_while(|line| line.starts_with('#')).collect())
    }

    fn parse(text: &str) -> Result<Self, Failure> {
        Ok(toml::from_str(text)?)
    }

    fn of(&self, figure: Figure, name: &str) -> Option<Limit> {
        self.0.get(figure.key())?.get(name).copied()
    }
}

/// Lists figures above their limit, figures without a limit, and limits without a figure.
pub fn faults(found: &Found, limits: &Limits) -> Vec<String> {
    let mut faults = Vec::new();
    for (figure, values) in found {
        for (name, is) in values {
            match limits.of(*figure, name) {
                None => faults.push(format!(
                    "{name}: no limit of its {}; it is {is}. target/release/bench limits --write",
                    figure.key()
                )),
                Some(Limit { was, limit }) if *is > limit => faults.push(format!(
                    "{name}: {} was {was}, is {is}, limit {limit}. Where it goes: {}",
                    figure.key(),
                    figure.command(name)
                )),
                Some(_) => {}
            }
        }
        let limited = limits.0.get(figure.key()).into_iter().flat_map(BTreeMap::keys);
        let lost = limited.filter(|name| !values.contains_key(*name));
        faults.extend(lost.map(|name| format!("{name}: there is a limit of its {} and nothing else", figure.key())));
    }
    faults
}

/// Formats the measured figures as the text of the limits file, below its head.
///
/// # Errors
/// Never: text can be written.
pub fn written(found: &Found, head: &str) -> Result<String, Failure> {
    let mut text = head.to_owned();
    for figure in Figure::ALL {
        let Some(values) = found.get(&figure) else { continue };
        let margin = figure.margin();
        write!(text, "\n# {} Margin: {margin} %.\n[{}]\n", figure.meaning(), figure.key())?;
        for (name, was) in values {
            let limit = was + (was * margin).div_ceil(100);
            writeln!(text, "\"{name}\" = {{ was = {was}, limit = {limit} }}")?;
        }
    }
    Ok(text)
}

/// Measures the functions' traffic to the store.
///
/// # Errors
/// If a function gives a wrong answer.
pub async fn found_in_storage(place: &Place) -> Result<Found, Failure> {
    let mut found = Found::new();
    for flow in Flow::ALL {
        let storage = storage::storage(place, &flow, REQUESTS.0).await?;
        insert(&mut found, Figure::RoundTrips, flow.name, storage.round_trips);
        insert(&mut found, Figure::BytesToTheStore, flow.name, storage.sent);
        insert(&mut found, Figure::BytesFromTheStore, flow.name, storage.received);
    }
    Ok(found)
}

/// Measures the instructions and allocations of the functions.
///
/// # Errors
/// If valgrind is missing, or a function gives a wrong answer.
pub async fn found_in_work(place: &Place) -> Result<Found, Failure> {
    let counted = iter(Flow::ALL).map(async |flow| {
        let work = valgrind::work(place, &flow, REQUESTS.1).await?;
        Ok::<_, Failure>((flow.name, work))
    });
    let counted: Vec<_> = counted.buffer_unordered(AT_ONCE).try_collect().await?;
    let mut found = Found::new();
    for (name, work) in counted {
        insert(&mut found, Figure::Instructions, name, work.own());
        insert(&mut found, Figure::Allocations, name, work.allocations);
    }
    Ok(found)
}

/// Measures the binaries of the functions.
///
/// # Errors
/// If a binary is missing.
pub fn found_in_binaries(binaries: &Path) -> Result<Found, Failure> {
    let mut found = Found::new();
    for name in functions()? {
        insert(&mut found, Figure::LoadableBytes, &name, loadable_bytes(&binaries.join(&name))?);
    }
    found.insert(Figure::Crates, crates::linked()?);
    Ok(found)
}

fn insert(found: &mut Found, figure: Figure, name: &str, value: u64) {
    found.entry(figure).or_default().insert(name.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(values: &[(&str, u64)]) -> Found {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        Found::from([(Figure::Instructions, values)])
    }

    #[test]
    fn what_is_written_is_read_and_lets_through_what_was_found() {
        let before = found(&[("token: a", 1000), ("revoke: b", 7)]);
        let limits = Limits::parse(&written(&before, "# Why.\n").unwrap()).unwrap();
        assert_eq!(limits.of(Figure::Instructions, "token: a"), Some(Limit { was: 1000, limit: 1080 }));
        assert_eq!(faults(&before, &limits), [""; 0]);
        assert_eq!(faults(&found(&[("token: a", 1080), ("revoke: b", 1)]), &limits), [""; 0]);
    }

    #[test]
    fn more_than_the_limit_is_a_fault_and_so_is_what_has_no_limit_or_no_figure() {
        let limits = Limits::parse(&written(&found(&[("token: a", 1000), ("revoke: b", 7)]), "").unwrap()).unwrap();
        let told = faults(&found(&[("token: a", 1081), ("token: c", 1)]), &limits);
        let parts = [
            "token: a: instructions was 1000, is 1081, limit 1080. Where it goes: target/release/bench where 'token: a'",
            "token: c: no limit of its instructions; it is 1. target/release/bench limits --write",
            "revoke: b: there is a limit of its instructions and nothing else",
        ];
        assert_eq!(told, parts);
    }
}
