//! Checks every order of the steps of concurrent people, browsers, apps and operators against the shipped rules.
//!
//! Each agent makes its requests one after another: a person on a browser signs in, opens the page, consents, signs
//! out; an app redeems and refreshes; an operator runs commands; a thief uses a copy of a cookie; the app changes its
//! registration. A request is a process whose reads and writes are separate steps; those that a function performs
//! concurrently come in any order. A process dies between any two steps, or the answer to a write is lost and the
//! write is repeated. The decisions are the functions of `sessions` and `grants`; a write has the meaning of
//! `UserChange::after`, `SessionChange::after` and `Transition::after`.
//!
//! `flow` defines the steps of a request, as the Lambda functions and the commands perform them; `store` performs one
//! step; `watch` records, independently of the rules, the events that are needed to detect a fault.
//!
//! # Decisions
//! - The items of a state are the real ones. Passwords are verified by the shipped rule: their stored hashes specify
//!   a cost of microseconds.
//! - `watch` counts the commands that end everything before them (`disable`, `set-password`, `delete`) by itself; the
//!   proof is that this count agrees with the version of the credentials.
//! - Cleaning up decides nothing, so `disable` and `set-password` clean up nothing here. `delete` does.
//! - An agent sends its next request when the one before was answered or died. Two simultaneous sign-ins in one
//!   browser are two sessions, of which the browser keeps the cookie of the one that was answered last.
//! - Time passes at most once, by as much as it takes for a refresh to mark the session as in use.

mod bounds;
mod caught;
mod explored;
mod flow;
mod issuing;
mod properties;
mod run;
mod state;
mod store;
pub(crate) mod twin;
mod watch;
pub(crate) mod world;
