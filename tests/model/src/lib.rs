//! Every order of the steps of callers at once, against the rules that ship.
//!
//! A model checker (`stateright`) walks through all that can happen to one grant: an honest client and its retries, a
//! person who sends a form twice and signs out, thieves with a code or an old token, other clients, the operator. Each
//! request is a process that reads the clock, names its write, has it applied or refused by the item that stands there,
//! decides, and answers. On the way a write is throttled, its answer is lost and the SDK repeats it, a copy of it comes
//! late, the process dies before it or after it, the caller loses patience and asks again, the clock passes a deadline,
//! the item is cleaned away. The decisions are the functions of `grants`, called as the functions of Lambda call them; a
//! write means what `Transition::after` says, in one step.
//!
//! `properties` says what must always hold and what must be seen; `bounds` says who takes part. `twin` spoils one thing
//! at a time, and `caught` shows that each property fails for the twin it was made for, with a shortest way to it.
//!
//! `people` does the same for people: operators and their commands, browsers, apps, a thief of a cookie, the next owner of
//! a name, a client that changes its registration.
//!
//! `agreement` holds a write and its explanation together: admitted exactly when there is nothing to explain.
//!
//! ```text
//! cargo test --release -p model -- --nocapture                  what every run explores, with counts
//! JETON_LONG=1 cargo test --release -p model -- --nocapture     wider bounds too: a few minutes more
//! ```
//!
//! # Decisions
//! - The item of a state is the real `Grant`, so that nothing is translated; its hash takes what changes only,
//!   and a property watches the rest.
//! - A write and the decision from its answer are one step: the decision depends on that answer alone. What is decided
//!   before a revocation may be heard after it; nothing is decided to be given after it.
//! - `watch` tells reuse, expiry and entitlement from the item by itself. It never asks the rules that it watches.
//! - Time matters only on which side of each deadline it is, so the clock moves to the next deadline, or by a moment that
//!   is shorter than any. The spans are short, in the order that they have by default; the longest a process lives is
//!   Lambda's time limit, which is longer than the retry window and the life of a code.
//! - Careful clients retry a refresh within the window, repeat a code only when it cannot have been redeemed, and use a
//!   successor once their earlier request is over: `NEVER_LOCKED_OUT` is theirs. What ends the grant of the careless is
//!   among the things to be seen: a code has no retry window.
//! - A thief with all that the client has is the client, to the rules: what the thief does is not held against them.
//! - All clocks agree. Signing and reading handles cannot fail here; they are not steps of a grant.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod ask;
#[cfg(test)]
mod bounds;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod caught;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod explored;
#[cfg(test)]
mod people;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod run;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod state;
#[cfg(test)]
mod twin;
#[cfg(test)]
mod watch;
#[cfg(test)]
mod world;
