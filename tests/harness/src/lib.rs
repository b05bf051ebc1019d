//! Starts the stack for tests and speaks HTTP to it.
