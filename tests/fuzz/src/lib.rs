//! x
/// Every target, with its name.
pub const TARGETS: &[(&str, fn(&[u8]))] = &[("handles", |data| assert!(data.len() < 1_000_000))];
