//! `/introspect` on Lambda.
fn main() {}
