//! `/token` on Lambda.
fn main() {}
