//! `/revoke` on Lambda.
fn main() {}
