//! `/metadata` on Lambda.
fn main() {}
