//! `/authorize` on Lambda.
fn main() {}
