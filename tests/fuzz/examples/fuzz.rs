//! Runs libFuzzer over one target: `fuzz --target=handles [libFuzzer's options] CORPUS`. `tests/fuzz/run` starts it.
//!
//! All targets share one binary, so that there is only one link step. libFuzzer ignores options that begin with two
//! dashes.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

fn target() -> fn(&[u8]) {
    let name = std::env::args().find_map(|argument| argument.strip_prefix("--target=").map(str::to_owned));
    let found = fuzz::TARGETS.iter().find(|(known, _)| Some(*known) == name.as_deref());
    let names: Vec<&str> = fuzz::TARGETS.iter().map(|(known, _)| *known).collect();
    assert!(found.is_some(), "--target= must be one of {names:?}");
    found.map_or(|_: &[u8]| {}, |(_, target)| *target)
}

fuzz_target!(|data: &[u8]| TARGET.get_or_init(target)(data));
