//! Arguments that many commands take.

use std::path::PathBuf;

use clap::Args;
use grants::Seconds;
use protocol::GrantType;

/// Options of every command that works on a stack.
#[derive(Args, Clone)]
pub(crate) struct Common {
    /// Print the result as one JSON document, and an error as {"error": "..."} on standard error.
    #[arg(long)]
    pub(crate) json: bool,
    /// Find the stack with the NAME=value lines of this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Find the stack by the outputs of a CloudFormation stack with this name.
    #[arg(long, value_name = "NAME", conflicts_with = "env_file")]
    pub(crate) stack: Option<String>,
}

/// Option of every command that changes something.
#[derive(Args, Clone, Copy)]
pub(crate) struct Changing {
    /// Check everything and print the result, but change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Options of a command that ends or deletes something for good.
#[derive(Args, Clone, Copy)]
pub(crate) struct Destroying {
    /// Do it without asking. Without this option the command asks on a terminal, and is refused elsewhere.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

/// Options of a command that lists things.
#[derive(Args, Clone)]
pub(crate) struct Listing {
    /// List only what contains this text, in upper or lower case.
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// List this many at most. The JSON document is then {"items": [...], "next": ID or null}.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Begin after this one: the ID in "next", or the last one of the list before.
    #[arg(long, value_name = "ID", requires = "limit", allow_hyphen_values = true)]
    pub(crate) after: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Returns the names of all grant types: the short one, and the registered one where that is another.
pub(crate) fn grant_names() -> Vec<&'static str> {
    let names = |grant_type: GrantType| {
        let (short, registered) = (grant_type.short_name(), grant_type.as_str());
        std::iter::once(short).chain((registered != short).then_some(registered))
    };
    GrantType::ALL.into_iter().flat_map(names).collect()
}

/// Reads a span of time: seconds, or a number with its unit.
pub(crate) fn duration(text: &str) -> Result<Seconds, String> {
    let units = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    let with_unit = units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let (number, unit) = with_unit.unwrap_or((text, 1));
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = digits.then(|| number.parse::<Seconds>().ok()?.checked_mul(unit)).flatten();
    seconds.ok_or_else(|| "give seconds, or a number with its unit: 90s, 15m, 1h, 7d".to_owned())
}

/// Reads a span of time between 1 second and a year.
pub(crate) fn duration_up_to_a_year(text: &str) -> Result<Seconds, String> {
    let seconds = duration(text)?;
    let good = (1..=31_536_000).contains(&seconds);
    good.then_some(seconds).ok_or_else(|| "give at least 1 second and at most a year (365d)".to_owned())
}

/// Reads a span of time that is not zero.
pub(crate) fn positive_duration(text: &str) -> Result<Seconds, String> {
    duration(text).and_then(|seconds| if seconds == 0 { Err("give at least 1 second".to_owned()) } else { Ok(seconds) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c244_a_span_of_time_is_seconds_or_a_number_with_its_unit() {
        for (text, seconds) in [("0", 0), ("900", 900), ("90s", 90), ("15m", 900), ("1h", 3600), ("7d", 604_800)] {
            assert_eq!(duration(text), Ok(seconds), "{text}");
        }
        for bad in ["", "m", "-1", "+1", "1.5h", "15 m", "15M", "1w", "1h30m", "99999999999", "4294967295d"] {
            assert!(duration(bad).is_err_and(|why| why.contains("15m")), "{bad}");
        }
        assert_eq!([duration_up_to_a_year("365d"), positive_duration("1")], [Ok(31_536_000), Ok(1)]);
        assert!(duration_up_to_a_year("366d").is_err() && duration_up_to_a_year("0").is_err());
        assert!(positive_duration("0s").is_err());
    }
}
