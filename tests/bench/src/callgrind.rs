//! Reads the output of callgrind: the instructions of each function, and the calls between functions.
//!
//! <https://valgrind.org/docs/manual/cl-format.html>

use std::collections::{BTreeMap, BTreeSet};

use crate::Failure;

/// The allocator's functions, as the C library names them.
const ALLOCATORS: [&str; 6] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"];

/// The number of lines of each kind to print.
const MOST: usize = 40;

/// A function: its object file and its symbol.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Symbol {
    object: String,
    name: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Calls {
    count: u64,
    /// The instructions of all these calls, including those of the functions that they called.
    inclusive: u64,
}

/// The instructions and calls of a run.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    own: BTreeMap<Symbol, u64>,
    /// The calls by caller and callee.
    calls: BTreeMap<(Symbol, Symbol), Calls>,
}

impl Symbol {
    /// Returns whether this is one of AWS-LC's own exported functions; they all have its prefix.
    fn is_aws_lc(&self) -> bool {
        self.name.starts_with("aws_lc_")
    }

    /// Returns whether this is the allocator, or Rust's entry point to it.
    fn allocates(&self) -> bool {
        ALLOCATORS.contains(&self.name.as_str()) || self.name.contains("__rdl_")
    }

    /// Returns whether this was written in Rust, by either way of mangling.
    fn is_rust(&self) -> bool {
        self.name.starts_with("_ZN") || self.name.starts_with("_R")
    }
}

impl Profile {
    /// Parses a callgrind file that was written without demangling.
    ///
    /// # Errors
    /// If a number cannot be parsed.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let mut reader = Reader::default();
        for line in text.lines() {
            reader.line(line)?;
        }
        Ok(reader.profile)
    }

    /// The number of instructions in all functions.
    pub(crate) fn instructions(&self) -> u64 {
        self.own.values().sum()
    }

    /// The number of calls that request memory.
    pub(crate) fn allocations(&self) -> u64 {
        let asked = |callee: &Symbol| ALLOCATORS.contains(&callee.name.as_str());
        // Calls that the allocator makes to itself are not counted again.
        let calls = self.calls.iter().filter(|((caller, callee), _)| asked(callee) && !asked(caller));
        calls.map(|(_, calls)| calls.count).sum()
    }

    /// The instructions of AWS-LC and of everything it calls: from each call into it until that call returns.
    ///
    /// They are counted separately because AWS-LC selects its code by processor, and because RSA and ECDSA signatures
    /// are computed from random numbers.
    pub(crate) fn in_aws_lc(&self) -> u64 {
        let inside = self.aws_lc();
        let entered = self.calls.iter().filter(|((from, to), _)| inside.contains(to) && !inside.contains(from));
        entered.map(|(_, calls)| calls.inclusive).sum()
    }

    /// Lists the functions with the most instructions of their own, with the most instructions including their
    /// callees, and with the most requests for memory; the numbers are per request, averaged over `requests`.
    pub(crate) fn told(&self, requests: u64) -> String {
        let own = self.own.iter().map(|(symbol, cost)| (symbol, *cost));
        let (mut inclusive, mut asking) = (BTreeMap::new(), BTreeMap::new());
        for ((from, to), calls) in self.calls.iter().filter(|((from, to), _)| from != to) {
            *inclusive.entry(to).or_default() += calls.inclusive;
            if to.allocates() && !from.allocates() {
                *asking.entry(from).or_default() += calls.count;
            }
        }
        let parts = [
            ("instructions, a function's own", most(own, requests)),
            ("instructions, with all that a function calls", most(inclusive.into_iter(), requests)),
            ("allocations, by who calls the allocator", most(asking.into_iter(), requests)),
        ];
        parts.map(|(title, lines)| format!("{title}:\n{lines}")).join("\n")
    }

    /// The functions of AWS-LC: those with its prefix, and those of the same object that are not Rust and are called
    /// only by AWS-LC, which are its static functions.
    fn aws_lc(&self) -> BTreeSet<&Symbol> {
        let symbols: BTreeSet<&Symbol> = self.own.keys().chain(self.calls.keys().flat_map(|(a, b)| [a, b])).collect();
        let mut inside: BTreeSet<&Symbol> = symbols.iter().copied().filter(|symbol| symbol.is_aws_lc()).collect();
        let Some(object) = inside.first().map(|symbol| symbol.object.clone()) else { return inside };
        loop {
            let outside = symbols.iter().filter(|symbol| !inside.contains(*symbol));
            let joins = |symbol: &&&Symbol| {
                let mut callers = self.calls.keys().filter(|(_, to)| to == **symbol).map(|(from, _)| from).peekable();
                symbol.object == object
                    && !symbol.is_rust()
                    && callers.peek().is_some()
                    && callers.all(|from| from == **symbol || inside.contains(from))
            };
            let joining: Vec<&Symbol> = outside.filter(joins).copied().collect();
            if joining.is_empty() {
                return inside;
            }
            inside.extend(joining);
        }
    }
}

/// Formats the largest values, one per line.
fn most<'s>(values: impl Iterator<Item = (&'s Symbol, u64)>, requests: u64) -> String {
    let mut values: Vec<_> = values.map(|(symbol, value)| (value / requests, symbol)).collect();
    values.sort_by(|one, other| other.cmp(one));
    values.truncate(MOST);
    let lines: Vec<String> = values.iter().map(|(value, symbol)| format!("{value:>10}  {}\n", symbol.name)).collect();
    lines.concat()
}

/// The position of the reader in the file.
#[derive(Default)]
struct Reader {
    profile: Profile,
    /// The names of objects by number: the file spells out each name only once.
    objects: BTreeMap<String, String>,
    functions: BTreeMap<String, String>,
    at: Symbol,
    callee: Symbol,
    /// The number of calls that the next line of costs stands for.
    calling: Option<u64>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), Failure> {
        if let Some((key, value)) = line.split_once('=') {
            match key {
                "ob" => self.at.object = name(&mut self.objects, value),
                "fn" => {
                    self.at.name = name(&mut self.functions, value);
                    self.callee.object.clone_from(&self.at.object);
                }
                "cob" => self.callee.object = name(&mut self.objects, value),
                "cfn" => self.callee.name = name(&mut self.functions, value),
                "calls" => self.calling = Some(first(value)?),
                _ => {}
            }
            return Ok(());
        }
        if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            self.cost(line)?;
        }
        Ok(())
    }

    /// Reads a line of costs: a position, then a number of instructions.
    fn cost(&mut self, line: &str) -> Result<(), Failure> {
        let cost = line.split(' ').nth(1).map_or(Ok(0), str::parse::<u64>)?;
        if let Some(count) = self.calling.take() {
            let calls = self.profile.calls.entry((self.at.clone(), self.callee.clone())).or_default();
            calls.count += count;
            calls.inclusive += cost;
            // The object of the next callee is the current one, unless the file names another.
            self.callee.object.clone_from(&self.at.object);
        } else {
            *self.profile.own.entry(self.at.clone()).or_default() += cost;
        }
        Ok(())
    }
}

/// `(7) name` defines, `(7)` repeats.
fn name(known: &mut BTreeMap<String, String>, value: &str) -> String {
    let (number, name) = value.split_once(' ').unwrap_or((value, ""));
    if name.is_empty() {
        return known.get(number).cloned().unwrap_or_default();
    }
    known.insert(number.to_owned(), name.to_owned());
    name.to_owned()
}

fn first(value: &str) -> Result<u64, Failure> {
    Ok(value.split(' ').next().unwrap_or_default().parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `main` requests memory twice and signs once; AWS-LC calls a static function of its own, which calls the C
    /// library.
    const FILE: &str = "\
version: 1
events: Ir
ob=(1) /app/bootstrap
fl=(1) ???
fn=(1) _ZN4main
10 100
+1 7
cob=(2) /lib/libc.so.6
cfn=(2) malloc
calls=2 0
* 50
cfn=(3) aws_lc_0_sign
calls=1 0
* 1000
fn=(3)
0 300
cfn=(4) static_helper
calls=4 0
0 700
fn=(4)
0 640
cob=(2)
cfn=(5) memcpy
calls=1 0
0 60

ob=(2)
fn=(2)
0 50
fn=(5)
0 60
";

    #[test]
    fn instructions_calls_of_the_allocator_and_what_aws_lc_took() {
        let profile = Profile::parse(FILE).unwrap();
        assert_eq!(profile.instructions(), 100 + 7 + 300 + 640 + 50 + 60);
        assert_eq!(profile.allocations(), 2);
        assert_eq!(profile.in_aws_lc(), 1000);
    }

    #[test]
    fn the_most_expensive_functions_are_told_first() {
        let told = Profile::parse(FILE).unwrap().told(1);
        let lines: Vec<&str> = told.lines().map(str::trim).collect();
        assert_eq!(lines[1..4], ["640  static_helper", "300  aws_lc_0_sign", "107  _ZN4main"]);
        assert!(lines.ends_with(&["2  _ZN4main"]), "{told}");
    }

    #[test]
    fn a_function_in_c_that_rust_calls_is_not_aws_lcs() {
        let called_by_main = "fn=(1)\n0 1\ncfn=(4)\ncalls=1 0\n0 20\n";
        let profile = Profile::parse(&(FILE.to_owned() + "ob=(1)\n" + called_by_main)).unwrap();
        // These instructions are still counted where AWS-LC called the C library.
        assert_eq!(profile.in_aws_lc(), 1000);
        assert_eq!(profile.aws_lc().len(), 1);
    }
}
