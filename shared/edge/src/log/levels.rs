//! The levels of the log, as a developer chooses them.

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};

/// The target that marks our own log lines.
pub(crate) const TARGET: &str = "jeton";

/// A choice of levels that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "RUST_LOG is malformed: write a level (off, error, warn, info, debug, trace), or levels of libraries such as hyper=debug, with commas between them"
)]
pub struct MalformedLevels;

/// Returns the filter of our own lines alone: libraries log whole requests.
pub(crate) fn ours() -> Targets {
    Targets::new().with_target(TARGET, Level::INFO)
}

/// Reads levels in the form of `RUST_LOG`. A level without a target is that of our own lines; a library logs only if
/// it is named.
pub(crate) fn read(text: &str) -> Result<Targets, MalformedLevels> {
    let read: Targets = text.parse().map_err(|_| MalformedLevels)?;
    let own = read.default_level().unwrap_or(LevelFilter::INFO);
    Ok(Targets::new().with_target(TARGET, own).with_targets(read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_that_of_our_own_lines_and_a_library_is_named() {
        for (text, own, library) in [
            ("info", true, false),
            ("trace", true, false),
            ("warn", false, false),
            ("off", false, false),
            ("hyper=trace", true, true),
            ("off,hyper=trace", false, true),
            ("jeton=warn,hyper=off", false, false),
        ] {
            let levels = read(text).unwrap();
            let logs = |target| levels.would_enable(target, &Level::INFO);
            assert_eq!((logs(TARGET), logs("hyper::proto")), (own, library), "{text}");
        }
        assert!(ours().would_enable(TARGET, &Level::INFO) && !ours().would_enable("hyper", &Level::ERROR));
        assert_eq!(["hyper=loud", "info,jeton=9x"].map(|text| read(text).err()), [Some(MalformedLevels); 2]);
    }
}
