//! The plan of a caller for a grant, drawn from the seed before it begins: it does not depend on what happens.

use report::Random;

/// The kind of client that an app is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum App {
    /// A confidential client for an API with JWTs. Consent is remembered.
    Web,
    /// A confidential client for an API with opaque tokens. Consent is remembered.
    Shop,
    /// A public client for an API with opaque tokens. Consent is requested each time.
    Spa,
    /// The same, with pushed requests and tokens that are bound to a key.
    Bound,
    /// A client with a FAPI profile, for the same API. Consent is requested each time, and nothing else happens meanwhile.
    Bank,
}

impl App {
    /// Returns whether the app asks for consent each time.
    pub(crate) fn asks(self) -> bool {
        matches!(self, Self::Spa | Self::Bound | Self::Bank)
    }

    /// Returns whether the app pushes its requests.
    pub(crate) fn pushes(self) -> bool {
        matches!(self, Self::Bound | Self::Bank)
    }
}

/// The plan for one grant.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// A service requests an opaque token.
    Service {
        /// `true` if an API introspects the token.
        looked_at: bool,
        /// `true` if the service revokes the token.
        revoked: bool,
    },
    /// An app requests a grant from a person.
    App(AppPlan),
    /// A device requests a grant, and a person answers.
    Device(DevicePlan),
}

/// The plan for the request of a device.
#[derive(Clone, Debug)]
pub(crate) struct DevicePlan {
    /// The browser of the person: 0 or 1.
    pub(crate) browser: usize,
    /// `true` if the person allows the request.
    pub(crate) allowed: bool,
    /// The number of polls at the same time after the answer.
    pub(crate) pollers: usize,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

/// The plan for a grant of an app.
#[derive(Clone, Debug)]
pub(crate) struct AppPlan {
    pub(crate) app: App,
    /// The browser of the person: 0 or 1.
    pub(crate) browser: usize,
    /// `true` if the app asks for `offline_access`, so that the grant outlives the session.
    pub(crate) lasting: bool,
    /// The event that ends sessions while the app obtains or has this grant.
    pub(crate) event: Option<Event>,
    /// The parameter `code_verifier` of the app.
    pub(crate) verifier: String,
    /// `true` if another client also has the code, and uses it first.
    pub(crate) thief: bool,
    /// The number of requests that redeem the code at the same time.
    pub(crate) redeemers: usize,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

/// A step while the grant has tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// This number of requests refresh the grant at the same time, with the same token.
    Refresh(usize),
    /// The refresh token before the last one is used once more.
    Repeat,
    /// An API introspects one of the access tokens.
    LookAt,
    /// The API that an access token is for exchanges it.
    Exchange,
    /// The client revokes the access token.
    RevokeAccess,
    /// Another client uses the refresh token.
    StolenRefresh,
    /// Another client tries to revoke the refresh token.
    StolenRevocation,
}

/// An event that ends at least one session of the person, and the request of the app at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    pub(crate) beside: Beside,
}

/// The kind of an event, by its effect on sessions and grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EventKind {
    /// The person signs out on this browser.
    SignOut,
    /// The operator ends all sessions of the person.
    EndSessions,
    /// The operator disables the person, and enables the person again later.
    Disable,
    /// The operator sets a new password.
    SetPassword,
    /// The operator disables the person, sets a new password and updates a claim, all at the same time.
    DisableBesideOthers,
    /// The operator deletes the person. Someone else gets the username.
    Delete,
}

/// The request of an app that is in flight during an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Beside {
    /// The authorization request of a person who is signed in.
    Code,
    /// The redemption of the code.
    Redemption,
    /// The first refresh of the grant.
    Refresh,
    /// No request: the grant has tokens.
    Nothing,
}

/// The way in which a grant ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The code is never redeemed.
    NeverRedeemed,
    /// The grant is left as it is.
    Left,
    /// The client revokes the refresh token.
    Revoked,
    /// The code is used a second time.
    Replayed,
    /// A much older refresh token is used.
    Reused,
}

impl Plan {
    /// Draws the plan for grant `number` of `caller`. One grant of an app in `events` meets an event.
    pub(crate) fn draw(seed: u64, caller: u64, number: u64, events: usize) -> Self {
        let mut random = Random::of(seed, (caller << 32) | number);
        // A source of its own, so that what was planned before there were these stays as it was.
        let mut later = Random::of(!seed, (caller << 32) | number);
        if later.once_in(16) {
            return Self::Device(DevicePlan::draw(&mut later));
        }
        if random.below(100) < 40 {
            return Self::Service { looked_at: random.once_in(4), revoked: random.once_in(4) };
        }
        let app = match random.below(100) {
            0..45 => App::Web,
            45..90 => App::Shop,
            _ => [App::Spa, App::Bound, App::Bank][later.below(3)],
        };
        // RFC 7636 §4.1: at least 43 characters.
        let verifier = format!("{:043}-{:020}", random.number(), random.number());
        let thief = random.once_in(10);
        let redeemers = if random.once_in(8) { 2 + random.below(3) } else { 1 };
        let steps = (0..random.below(4)).map(|_| Step::draw(&mut random)).collect();
        let (browser, lasting) = (usize::from(random.once_in(3)), random.once_in(5));
        let event = random.once_in(events).then(|| Event::draw(&mut random, app));
        let end = End::draw(&mut random);
        Self::App(AppPlan { app, browser, lasting, event, verifier, thief, redeemers, steps, end })
    }
}

impl DevicePlan {
    fn draw(random: &mut Random) -> Self {
        let steps = (0..random.below(4)).map(|_| Step::draw(random)).collect();
        Self {
            browser: usize::from(random.once_in(3)),
            allowed: !random.once_in(5),
            pollers: if random.once_in(3) { 2 + random.below(3) } else { 1 },
            steps,
            end: End::draw(random),
        }
    }
}

impl Step {
    fn draw(random: &mut Random) -> Self {
        match random.below(100) {
            0..50 => Self::Refresh(1),
            50..60 => Self::Refresh(2 + random.below(3)),
            60..68 => Self::Repeat,
            68..76 => Self::LookAt,
            76..82 => Self::Exchange,
            82..92 => Self::RevokeAccess,
            92..96 => Self::StolenRefresh,
            _ => Self::StolenRevocation,
        }
    }
}

impl Event {
    fn draw(random: &mut Random, app: App) -> Self {
        let kind = match random.below(100) {
            0..40 => EventKind::SignOut,
            40..50 => EventKind::EndSessions,
            50..65 => EventKind::Disable,
            65..75 => EventKind::SetPassword,
            75..85 => EventKind::DisableBesideOthers,
            _ => EventKind::Delete,
        };
        // Where consent is requested each time, no authorization request is answered without a page.
        let first = usize::from(app.asks());
        let beside = [Beside::Code, Beside::Redemption, Beside::Refresh, Beside::Nothing];
        Self { kind, beside: beside[first + random.below(4 - first)] }
    }
}

impl End {
    fn draw(random: &mut Random) -> Self {
        match random.below(100) {
            0..5 => Self::NeverRedeemed,
            5..55 => Self::Left,
            55..75 => Self::Revoked,
            75..88 => Self::Replayed,
            _ => Self::Reused,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_repeats_and_grants_differ() {
        let plan = |seed, caller, number| format!("{:?}", Plan::draw(seed, caller, number, 10));
        assert_eq!(plan(1, 2, 3), plan(1, 2, 3));
        let all = |seed| (0..64).map(|caller| plan(seed, caller, 0)).collect::<Vec<_>>();
        assert_ne!(all(1), all(2));
    }

    #[test]
    fn everything_is_planned_for() {
        let (mut apps, mut steps, mut ends, mut events) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
        let mut devices = BTreeSet::new();
        for number in 0..20_000 {
            let plan = Plan::draw(1, 1, number, 10);
            if let Plan::Device(plan) = &plan {
                devices.insert((plan.allowed, plan.pollers > 1, plan.browser));
            }
            if let Plan::App(plan) = plan {
                assert!((43..=128).contains(&plan.verifier.len()), "{plan:?}");
                apps.push((plan.app, plan.redeemers > 1, plan.thief));
                steps.extend(plan.steps.iter().map(|step| format!("{step:?}")));
                ends.push(plan.end);
                events.extend(plan.event.map(|event| (event.kind, event.beside, plan.lasting)));
            }
        }
        assert_eq!(devices.len(), 8, "{devices:?}");
        for app in [App::Web, App::Shop, App::Spa, App::Bound, App::Bank] {
            let of_app = |race, thief| apps.contains(&(app, race, thief));
            assert!([false, true].iter().all(|race| of_app(*race, true) && of_app(*race, false)), "{app:?}");
        }
        steps.sort_unstable();
        steps.dedup();
        assert_eq!(steps.len(), 10, "{steps:?}");
        let all = [End::NeverRedeemed, End::Left, End::Revoked, End::Replayed, End::Reused];
        assert!(all.iter().all(|end| ends.contains(end)));
        assert_eq!(events.len(), 6 * 4 * 2, "{events:?}");
    }
}
