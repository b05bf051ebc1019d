//! Every order of the steps of people, browsers, apps and operators at once, against the rules that ship.
//!
//! Each agent makes its requests one after the other: a person on a browser signs in, opens the page, allows, signs out;
//! an app redeems and refreshes; an operator gives commands; a thief uses a copy of a cookie; the app changes its
//! registration. A request is a process whose reads and writes are steps of their own; those that a function makes side by
//! side come in any order. A process dies between any two, the answer to a write is lost and the write repeated. The
//! decisions are the functions of `sessions` and `grants`; a write means what `UserChange::after`, `SessionChange::after`
//! and `Transition::after` say.
//!
//! `flow` says which steps a request has, as the functions of Lambda and the commands make them; `store` makes one step;
//! `watch` remembers, beside the rules and without asking them, what must be known to tell a fault.
//!
//! # Decisions
//! - The items of a state are the real ones. Passwords are proven by the shipped rule: their stored hashes name a cost of
//!   microseconds.
//! - `watch` counts what ends everything before it (`disable`, `set-password`, `delete`) by itself; that this count and
//!   the version of the credentials agree is what is proven.
//! - Cleaning decides nothing, so that `disable` and `set-password` clean nothing up here. `delete` does.
//! - An agent sends its next request when the one before was answered or died. Two sign-ins at the same time in one browser
//!   are two sessions, of which the browser keeps the cookie of the one that was answered last.
//! - Time passes once at most, by as much as makes a refresh tell the session that it is in use.

mod bounds;
mod caught;
mod explored;
mod flow;
mod issuing;
mod properties;
mod run;
mod state;
mod store;
mod twin;
mod watch;
mod world;
