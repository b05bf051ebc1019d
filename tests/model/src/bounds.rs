//! The limits of the exploration: how often each caller acts, and which failures may occur.

use crate::ask::{Ask, Proof, Reach, Who};

/// The state in which an exploration begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// It begins with a consent form.
    Form,
    /// It begins with a consent form for a pushed request, shown just in time in two tabs.
    Pushed,
    /// It begins with a code.
    Code,
    /// It begins with the tokens of the first generation.
    Tokens,
}

/// The callers and the failures of one exploration.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) start: Start,
    /// `true` if the client has a profile under which refresh tokens stay the same.
    pub(crate) keeps: bool,
    /// The number of times that the person submits the form.
    pub(crate) forms: u8,
    /// The number of requests of the honest client, including its retries.
    pub(crate) honest: u8,
    /// `true` if the honest client does what may end its grant: repeats a redeemed code, retries late, or hurries.
    pub(crate) careless: bool,
    /// The requests of the others, each made once.
    pub(crate) strangers: Vec<Ask>,
    /// The number of requests that are served at the same time.
    pub(crate) at_once: usize,
    /// The number of times that the SDK repeats a write.
    pub(crate) repeats: u8,
    /// The number of writes of which a delayed copy arrives at any later time.
    pub(crate) late_copies: u8,
    /// The number of times that the clock advances.
    pub(crate) ticks: u8,
    /// The number of access tokens of the grant that were individually revoked before.
    pub(crate) revoked_before: u32,
}

/// A caller with the code and its verifier that can impersonate the client.
pub(crate) const CODE_THIEF: Ask = Ask::Redeem(Who::App, Proof::Right);
/// Another client with the code and its verifier.
pub(crate) const CODE_STRANGER: Ask = Ask::Redeem(Who::Other, Proof::Right);
/// A caller with the first refresh token that can impersonate the client.
pub(crate) const OLD_TOKEN: Ask = Ask::Refresh(Who::App, 1, Reach::Granted);
/// The same with the second refresh token.
pub(crate) const LATER_TOKEN: Ask = Ask::Refresh(Who::App, 2, Reach::Granted);
/// A client of several APIs that names none of them.
const UNNAMED_CODE: Ask = Ask::Redeem(Who::App, Proof::NoResource);
/// The same with its first refresh token.
const UNNAMED_TOKEN: Ask = Ask::Refresh(Who::App, 1, Reach::NoResource);
/// Another client with the first refresh token.
pub(crate) const TOKEN_STRANGER: Ask = Ask::Refresh(Who::Other, 1, Reach::Granted);

/// A caller with the code, its verifier and the name of the public client, and without the key.
pub(crate) const CODE_KEYLESS: Ask = Ask::Redeem(Who::Keyless, Proof::Right);
/// The same with the first refresh token.
pub(crate) const TOKEN_KEYLESS: Ask = Ask::Refresh(Who::Keyless, 1, Reach::Granted);
/// The same with the second refresh token.
const LATER_KEYLESS: Ask = Ask::Refresh(Who::Keyless, 2, Reach::Granted);

impl Bounds {
    /// Returns whether the grant is bound to a key, because a caller without it is among the others.
    pub(crate) fn is_bound(&self) -> bool {
        let keyless = |ask: &Ask| matches!(ask, Ask::Redeem(Who::Keyless, _) | Ask::Refresh(Who::Keyless, ..));
        self.strangers.iter().any(keyless)
    }

    /// An honest client that makes two requests, with two requests served at once.
    pub(crate) const fn new(start: Start, strangers: Vec<Ask>) -> Self {
        let forms = if matches!(start, Start::Form | Start::Pushed) { 2 } else { 0 };
        Self {
            start,
            keeps: false,
            forms,
            honest: 2,
            careless: false,
            strangers,
            at_once: 2,
            repeats: 1,
            late_copies: 0,
            ticks: 2,
            revoked_before: 0,
        }
    }
}

/// The explorations of every test run: together they reach every verdict.
pub(crate) fn explored() -> Vec<(&'static str, Bounds)> {
    let of_codes = codes().into_iter().chain(pushed_requests());
    of_codes.chain(tokens()).chain(bound()).chain(kept()).chain(revocations()).collect()
}

/// The explorations that take too long for every run.
pub(crate) fn wide() -> Vec<(&'static str, Bounds)> {
    let tokens = |strangers: &[Ask]| Bounds { honest: 3, ..tokens_and(strangers) };
    vec![
        ("a code, a thief, another client, a sign-out", code_and(&[CODE_THIEF, CODE_STRANGER, Ask::End])),
        ("a code, three served at once", Bounds { at_once: 3, ..code_and(&[CODE_THIEF, Ask::End]) }),
        ("a form, a code, its thief, a thief of its tokens", Bounds::new(Start::Form, vec![CODE_THIEF, OLD_TOKEN])),
        ("tokens, three requests, thieves of two generations", tokens(&[OLD_TOKEN, LATER_TOKEN])),
        ("tokens, three served at once, thief and sign-out", Bounds { at_once: 3, ..tokens(&[OLD_TOKEN, Ask::End]) }),
        ("tokens, two repeats, late copies", Bounds { repeats: 2, late_copies: 1, ..tokens(&[OLD_TOKEN]) }),
        ("tokens, the clock moves four times", Bounds { ticks: 4, ..tokens(&[OLD_TOKEN, TOKEN_STRANGER]) }),
    ]
}

fn codes() -> Vec<(&'static str, Bounds)> {
    let misfits = [Proof::WrongVerifier, Proof::WrongRedirect, Proof::OtherResource];
    let misfits = misfits.map(|proof| Ask::Redeem(Who::App, proof));
    vec![
        ("a form sent twice, a code, a thief of the code", Bounds::new(Start::Form, vec![CODE_THIEF])),
        ("a code, a thief, another client", code_and(&[CODE_THIEF, CODE_STRANGER])),
        ("a code, another client, a sign-out", code_and(&[CODE_STRANGER, Ask::End])),
        ("a code and what does not fit it", Bounds { honest: 1, ..code_and(&misfits) }),
        ("a code, late copies of writes", Bounds { late_copies: 1, honest: 3, ..code_and(&[CODE_THIEF]) }),
        ("a code for several APIs, and who names none", Bounds { honest: 1, ..code_and(&[UNNAMED_CODE]) }),
        ("a careless client with a code", Bounds { careless: true, honest: 3, ..code_and(&[]) }),
    ]
}

fn pushed_requests() -> Vec<(&'static str, Bounds)> {
    let pushed = |strangers| Bounds::new(Start::Pushed, strangers);
    vec![
        ("a pushed request in two tabs, a code, its thief", pushed(vec![CODE_THIEF])),
        ("a pushed request, allowed in two tabs and denied in a third", pushed(vec![Ask::Deny])),
        ("a pushed request, late copies of writes", Bounds { late_copies: 1, ..pushed(vec![]) }),
    ]
}

fn tokens() -> Vec<(&'static str, Bounds)> {
    let greedy = [Reach::MoreScope, Reach::OtherResource].map(|reach| Ask::Refresh(Who::App, 1, reach));
    let three = |strangers| Bounds { honest: 3, ..tokens_and(strangers) };
    vec![
        ("tokens, a thief, another client", three(&[OLD_TOKEN, TOKEN_STRANGER])),
        ("tokens, thieves of two generations", tokens_and(&[OLD_TOKEN, LATER_TOKEN])),
        ("tokens, three served at once, a thief", Bounds { at_once: 3, ..three(&[OLD_TOKEN]) }),
        ("tokens, three served at once, a sign-out", Bounds { at_once: 3, ..three(&[Ask::End]) }),
        ("tokens, four requests, late copies", Bounds { honest: 4, late_copies: 1, ticks: 3, ..three(&[]) }),
        ("tokens and who asks for more", tokens_and(&greedy)),
        ("tokens of several APIs, and who names none", Bounds { honest: 1, ..tokens_and(&[UNNAMED_TOKEN]) }),
        ("a careless client with tokens", Bounds { careless: true, at_once: 3, ..three(&[]) }),
    ]
}

/// Explorations of a grant that is bound to a key, with thieves who do not have it.
fn bound() -> Vec<(&'static str, Bounds)> {
    let three = |strangers| Bounds { honest: 3, ..tokens_and(strangers) };
    vec![
        ("a bound form and its code, a thief without the key", Bounds::new(Start::Form, vec![CODE_KEYLESS])),
        ("a bound code, thieves without and with the key", code_and(&[CODE_KEYLESS, CODE_THIEF])),
        ("bound tokens, thieves of two generations without the key", three(&[TOKEN_KEYLESS, LATER_KEYLESS])),
        ("bound tokens, late copies, a thief without the key", Bounds { late_copies: 1, ..three(&[TOKEN_KEYLESS]) }),
    ]
}

/// Explorations of a grant whose refresh token stays the same.
fn kept() -> Vec<(&'static str, Bounds)> {
    let three = |strangers: &[Ask]| Bounds { keeps: true, honest: 3, ..tokens_and(strangers) };
    let code = |strangers: &[Ask]| Bounds { keeps: true, ..code_and(strangers) };
    vec![
        ("a code and a token that stays, a thief of the code", code(&[CODE_THIEF, OLD_TOKEN])),
        ("a token that stays, a thief, another client", three(&[OLD_TOKEN, TOKEN_STRANGER])),
        ("a token that stays, three served at once, a sign-out", Bounds { at_once: 3, ..three(&[Ask::End]) }),
        ("a token that stays, an access token given back", three(&[Ask::RevokeAccess(Who::App, 1), OLD_TOKEN])),
        ("a token that stays, the clock moves four times", Bounds { ticks: 4, ..three(&[Ask::Revoke(Who::Other)]) }),
    ]
}

fn revocations() -> Vec<(&'static str, Bounds)> {
    let (mine, theirs) = (Ask::RevokeAccess(Who::App, 1), Ask::RevokeAccess(Who::Other, 1));
    let one_by_one = |revoked_before, last| Bounds { honest: 1, revoked_before, ..tokens_and(&[mine, theirs, last]) };
    let given_back = [Ask::Revoke(Who::App), OLD_TOKEN, Ask::Revoke(Who::Other)];
    vec![
        ("tokens given back", Bounds { honest: 1, ..tokens_and(&given_back) }),
        ("an access token given back, the set full", one_by_one(100, Ask::Revoke(Who::Other))),
        ("two access tokens given back, the set nearly full", one_by_one(99, Ask::RevokeAccess(Who::App, 2))),
    ]
}

fn code_and(strangers: &[Ask]) -> Bounds {
    Bounds::new(Start::Code, strangers.to_vec())
}

fn tokens_and(strangers: &[Ask]) -> Bounds {
    Bounds::new(Start::Tokens, strangers.to_vec())
}
