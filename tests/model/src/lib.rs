//! Checks every order of the steps of concurrent callers against the shipped rules.
//!
//! A model checker (`stateright`) explores everything that can happen to one grant: an honest client and its retries,
//! a person who submits a form twice and signs out, thieves with a code or an old token, other clients, the operator.
//! Each request is a process that reads the clock, chooses its write, has it applied or refused according to the
//! stored item, decides, and answers. Along the way a write is throttled, its answer is lost and the SDK repeats it,
//! a copy of it arrives late, the process dies before or after it, the caller loses patience and asks again, the
//! clock passes a deadline, the item is cleaned up. The decisions are the functions of `grants`, called in the same
//! way as by the Lambda functions; a write has the meaning of `Transition::after`, in one step.
//!
//! `properties` defines what must always hold and what must be seen; `bounds` lists the participants. `twin` breaks
//! one thing at a time, and `caught` shows that each property fails for its twin, with a shortest path to the
//! failure.
//!
//! `people` does the same for people: operators and their commands, browsers, apps, a thief of a cookie, the next
//! owner of a name, a client that changes its registration.
//!
//! `device` does the same for the request of a device: its polls, two people who answer it, another client, expiry.
//!
//! `credentials` does the same for what a person rests on: links that set a password, changes of it, confirmations of an address,
//! codes of a second factor and its removal.
//!
//! `passkeys` does the same for the passkeys of a person: sign-ins, with keys that count and keys that do not, and the first and
//! the last factor, with their recovery codes.
//!
//! `sign_up` does the same for new people: links that are used twice, invitations, and an operator who takes the name or the
//! address meanwhile.
//!
//! `exchange` does the same for a token that is exchanged again and again, with an end of any part of the chain at every step.
//!
//! `agreement` compares a write with its explanation: it is admitted exactly when there is nothing to explain.
//!
//! ```text
//! cargo test --release -p model -- --nocapture                  what every run explores, with counts
//! JETON_LONG=1 cargo test --release -p model -- --nocapture     wider bounds too: a few minutes more
//! ```
//!
//! # Decisions
//! - The item of a state is the real `Grant`, so that nothing is translated; its hash covers only the parts that
//!   change, and a property watches the rest.
//! - A write and the decision from its answer are one step, because the decision depends on that answer alone. A
//!   decision made before a revocation may be received after it; after a revocation, nothing is decided to be issued.
//! - `watch` determines reuse, expiry and entitlement from the item alone. It never calls the rules that it watches.
//! - Only the side of each deadline matters, so the clock advances to the next deadline, or by a moment that is
//!   shorter than any lifetime. The lifetimes are short, in the same order as by default; the maximum lifetime of a
//!   process is Lambda's time limit, which is longer than the retry window and the lifetime of a code.
//! - Careful clients retry a refresh within the window, repeat a code only if it cannot have been redeemed, and use a
//!   successor only after their earlier request is over: `NEVER_LOCKED_OUT` applies to them. The ways in which
//!   careless clients end their grant are among the things that must be seen: a code has no retry window.
//! - A thief who has everything that the client has is the client, as far as the rules can know: the thief's actions
//!   are not counted as violations.
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
mod credentials;
#[cfg(test)]
mod device;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod explored;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod people;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod run;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod sign_up;
#[cfg(test)]
mod state;
#[cfg(test)]
mod twin;
#[cfg(test)]
mod watch;
#[cfg(test)]
mod world;
