//! The limits of the exploration: the agents, their requests, and the failures that may occur.

/// A request of an agent. The numbers stand for browsers (0 and 1 are the person's, 2 is the thief's), names,
/// passwords, people (0 is the first owner of a name, 1 the next) and registrations of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Request {
    /// Submits the sign-in form: browser, name and password.
    SignIn(u8, u8, u8),
    /// Opens an authorization request in that browser.
    Authorize(u8),
    /// Submits the consent form in that browser.
    Allow(u8),
    SignOut(u8),
    /// Calls `/token` with the code that came through that browser.
    Redeem(u8),
    /// Calls `/token` with the refresh token that resulted from it.
    Refresh(u8),
    /// The thief copies the cookie of a browser.
    Steal(u8),
    /// The app changes its registration.
    Register(u8),
    Disable(u8),
    Enable(u8),
    SetPassword(u8, u8),
    /// The person changes the password in that browser: the current one, and the new one. Other sessions end.
    ChangePassword(u8, u8, u8),
    SetClaims(u8, u8),
    Delete(u8),
    /// Creates a person with a name.
    Create(u8, u8),
    /// Renames a person: from a name to another.
    Rename(u8, u8),
}

use Request::{
    Allow, Authorize, ChangePassword, Create, Delete, Disable, Enable, Redeem, Refresh, Register, Rename, SetClaims,
    SetPassword, SignIn, SignOut, Steal,
};

/// The agents and the failures of one exploration.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// `true` if the app requests `offline_access`.
    pub(crate) offline: bool,
    /// `true` if the operator trusts the app to skip the page.
    pub(crate) trusted: bool,
    /// The requests that were made and answered before, one after another.
    pub(crate) before: Vec<Request>,
    /// The requests of each agent, one after another.
    pub(crate) agents: Vec<Vec<Request>>,
    /// The number of processes that die between two steps.
    pub(crate) deaths: u8,
    /// The number of store answers that are lost, so that the write is repeated.
    pub(crate) repeats: u8,
    /// `true` if time can pass.
    pub(crate) passes: bool,
}

/// Ada signs in on that browser with her first password.
pub(crate) const fn ada(browser: u8) -> Request {
    SignIn(browser, 0, 0)
}

impl Bounds {
    /// Agents and a trusted app, without failures.
    pub(crate) fn new(before: &[Request], agents: &[&[Request]]) -> Self {
        let agents = agents.iter().map(|agent| agent.to_vec()).collect();
        Self { offline: false, trusted: true, before: before.to_vec(), agents, deaths: 0, repeats: 0, passes: false }
    }

    fn with_mishaps(self) -> Self {
        Self { deaths: 1, repeats: 1, ..self }
    }

    fn offline(self) -> Self {
        Self { offline: true, ..self }
    }

    pub(crate) fn with_page(self) -> Self {
        Self { trusted: false, ..self }
    }
}

/// The explorations of every test run: together they show every sight.
pub(crate) fn explored() -> Vec<(&'static str, Bounds)> {
    people().into_iter().chain(browsers()).chain(strangers()).chain(own_passwords()).chain(commands()).collect()
}

fn people() -> Vec<(&'static str, Bounds)> {
    let flow: &[Request] = &[ada(0), Authorize(0)];
    let tokens: &[Request] = &[ada(0), Authorize(0), Redeem(0)];
    let (off_on, password): (&[Request], &[Request]) = (&[Disable(0), Enable(0)], &[SetPassword(0, 1)]);
    vec![
        ("a sign-in, a code; off and on again", Bounds::new(&[], &[flow, &[Redeem(0)], off_on])),
        ("a sign-in, a code; another password", Bounds::new(&[], &[flow, &[Redeem(0)], password]).with_mishaps()),
        (
            "a code and a refresh; off and on again",
            Bounds::new(flow, &[&[Redeem(0), Refresh(0)], off_on]).with_mishaps(),
        ),
        (
            "offline access; off and on again, another password",
            Bounds::new(tokens, &[&[Refresh(0), Refresh(0)], off_on, password]).offline().with_mishaps(),
        ),
        (
            "offline access, a code while the person is switched off",
            Bounds::new(&[ada(0)], &[&[Authorize(0)], &[Redeem(0)], off_on]).offline().with_mishaps(),
        ),
    ]
}

fn browsers() -> Vec<(&'static str, Bounds)> {
    let tokens: &[Request] = &[ada(0), Authorize(0), Redeem(0)];
    let again: &[Request] = &[ada(0), Authorize(0), SignOut(0)];
    let over: &[Request] = &[Create(1, 1), ada(0), Authorize(0), Redeem(0)];
    vec![
        ("two browsers, one signs out", Bounds::new(tokens, &[&[SignOut(0)], &[Refresh(0)], &[ada(1), Authorize(1)]])),
        (
            "a refresh after a while, a sign-out",
            Bounds { passes: true, ..Bounds::new(tokens, &[&[SignOut(0)], &[Refresh(0)]]).with_mishaps() },
        ),
        ("a second sign-in, a sign-out", Bounds::new(tokens, &[again, &[Refresh(0)], &[Redeem(0)]])),
        (
            "second sign-ins whose answers are lost",
            Bounds::new(tokens, &[&[ada(0), ada(0), SignOut(0)], &[Refresh(0), Refresh(0)]]).with_mishaps(),
        ),
        (
            "a second sign-in whose answer is lost, then somebody else",
            Bounds::new(over, &[&[ada(0), SignIn(0, 1, 1), SignOut(0)], &[Refresh(0), Refresh(0)]]).with_mishaps(),
        ),
        (
            "a thief of a cookie, a second sign-in, a sign-out",
            Bounds::new(&[ada(0), Steal(0)], &[&[ada(0), SignOut(0)], &[Authorize(2)], &[Redeem(2)]]).with_mishaps(),
        ),
    ]
}

/// The explorations with other owners of a name and another registration.
fn strangers() -> Vec<(&'static str, Bounds)> {
    let tokens: &[Request] = &[ada(0), Authorize(0), Redeem(0)];
    let next: &[Request] = &[Delete(0), Create(1, 0)];
    let owner: &[Request] = &[SignIn(1, 0, 1), Authorize(1), Redeem(1)];
    let over: &[Request] = &[Create(1, 1), ada(0), Authorize(0), Redeem(0)];
    vec![
        (
            "somebody else on the same browser",
            Bounds::new(over, &[&[SignIn(0, 1, 1), Authorize(0), SignOut(0)], &[Refresh(0)]]).with_mishaps(),
        ),
        (
            "the next owner of a name, a sign-in in flight",
            Bounds::new(&[], &[&[ada(0), Authorize(0)], next]).with_mishaps(),
        ),
        (
            "the next owner of a name, tokens of the first",
            Bounds::new(tokens, &[&[Authorize(0)], &[Refresh(0)], next, owner]),
        ),
        (
            "an app that changes its registration",
            Bounds::new(&[ada(0)], &[&[Authorize(0), Allow(0), Allow(0)], &[Register(1), Register(0)], &[Redeem(0)]])
                .with_page()
                .with_mishaps(),
        ),
        (
            "a consent page, a sign-out and a thief",
            Bounds::new(&[ada(0), Authorize(0), Steal(0)], &[&[Allow(0)], &[SignOut(2)], &[Redeem(0)]])
                .with_page()
                .with_mishaps(),
        ),
    ]
}

/// The explorations in which the person changes the password.
fn own_passwords() -> Vec<(&'static str, Bounds)> {
    let changes: &[Request] = &[ChangePassword(0, 0, 1), Authorize(0)];
    let tokens: &[Request] = &[ada(0), Authorize(0), Redeem(0)];
    vec![
        (
            "a change of one's own password, a thief of the cookie, a sign-in in flight",
            Bounds::new(&[ada(0), Steal(0)], &[changes, &[Authorize(2)], &[ada(1), Authorize(1)]]).with_mishaps(),
        ),
        (
            "a change of one's own password, tokens, another browser",
            Bounds::new(tokens, &[changes, &[Refresh(0), Refresh(0)], &[ada(1), ChangePassword(1, 0, 1)]])
                .with_mishaps(),
        ),
        (
            "a change of one's own password, a sign-out, an operator",
            Bounds::new(&[ada(0)], &[changes, &[SignOut(0)], &[SetPassword(0, 1)]]).with_mishaps(),
        ),
    ]
}

fn commands() -> Vec<(&'static str, Bounds)> {
    let off_on: &[Request] = &[Disable(0), Enable(0)];
    vec![
        (
            "four commands at once",
            Bounds::new(&[], &[&[Disable(0)], &[SetPassword(0, 1)], &[SetClaims(0, 1)], &[SetClaims(0, 2)]]),
        ),
        (
            "off and on again, off, mishaps",
            Bounds::new(&[], &[off_on, &[Disable(0)], &[SetClaims(0, 1)]]).with_mishaps(),
        ),
        (
            "a password, claims, off and on, mishaps",
            Bounds::new(&[], &[off_on, &[SetPassword(0, 1)], &[SetClaims(0, 1)]]).with_mishaps(),
        ),
        (
            "a rename, a new owner, sign-ins",
            Bounds::new(&[], &[&[Rename(0, 1), Create(1, 0)], &[ada(0), Authorize(0)], &[SignIn(1, 0, 1)]]),
        ),
        ("a rename, a delete, off", Bounds::new(&[], &[&[Rename(0, 1)], &[Delete(0)], &[Disable(0)]]).with_mishaps()),
    ]
}

/// The explorations that take too long for every run.
pub(crate) fn wide() -> Vec<(&'static str, Bounds)> {
    let tokens: &[Request] = &[ada(0), Authorize(0), Redeem(0)];
    let off_on: &[Request] = &[Disable(0), Enable(0)];
    vec![
        (
            "a sign-in to a refresh; off and on again; mishaps",
            Bounds::new(&[], &[&[ada(0), Authorize(0)], &[Redeem(0), Refresh(0)], off_on]).with_mishaps(),
        ),
        (
            "tokens, a second sign-in, a sign-out, off; mishaps",
            Bounds::new(tokens, &[&[ada(0), SignOut(0)], &[Refresh(0)], &[Disable(0)]]).with_mishaps(),
        ),
        (
            "the next owner of a name, all flows, mishaps",
            Bounds::new(tokens, &[&[ada(0), Authorize(0)], &[Refresh(0)], &[Delete(0), Create(1, 0)]]).with_mishaps(),
        ),
    ]
}
