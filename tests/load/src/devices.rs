//! A device that asks for a grant: it polls, a person answers, and one poll gets the tokens.

use std::collections::BTreeMap;

use harness::{Ask, Reply};

use crate::asking::Told;
use crate::caller::{Caller, Held, Kept};
use crate::handles::named;
use crate::ledger::{Stage, Standing};
use crate::plan::{DevicePlan, End};
use crate::steps::{is_refused, take};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

impl<'p> Caller<'p> {
    /// Lets a device ask for a grant, and follows its plan. Requests that got no answer leave items that are no grants.
    pub(crate) async fn device(&mut self, plan: &DevicePlan) -> Vec<Kept> {
        let (place, tv) = (self.place, &self.place.tv);
        let start = self.http.post("/device_authorization").client(tv).field("scope", "open");
        let codes = place.figures.ask(&start).await.reply;
        assert_eq!(codes.status, 200, "{codes:?}");
        let (device_code, user_code) = (codes.string("device_code"), codes.string("user_code"));
        let poll = self.http.post("/token").client(tv).field("grant_type", GRANT).field("device_code", &device_code);
        assert!(waits(&place.figures.ask(&poll).await.reply), "nobody has answered yet");
        let decision = if plan.allowed { "allow" } else { "deny" };
        self.person.answer_device(plan.browser, &user_code, decision).await;
        let held = if plan.allowed { self.tokens_of_device(plan, &poll).await } else { self.denied(&poll).await };
        let Some(mut held) = held else {
            place.figures.without_tokens.up();
            return Vec::new();
        };
        for step in &plan.steps {
            self.step(&mut held, *step).await;
        }
        // A device has no code that could be used a second time.
        if matches!(plan.end, End::Revoked | End::Reused) {
            self.end(&mut held, plan.end).await;
        }
        self.leave(held)
    }

    /// Checks that a denied device gets nothing.
    async fn denied(&self, poll: &Ask) -> Option<Held<'p>> {
        let told = self.place.figures.ask(poll).await;
        assert_eq!((told.reply.status, &*told.reply.string("error")), (400, "access_denied"), "{told:?}");
        None
    }

    /// Polls after the approval, with several requests at once if that was planned: at most one of them gets tokens.
    async fn tokens_of_device(&mut self, plan: &DevicePlan, poll: &Ask) -> Option<Held<'p>> {
        let told = self.at_once(poll, plan.pollers).await;
        let (given, refused): (Vec<&Told>, Vec<&Told>) = told.iter().partition(|told| told.reply.status == 200);
        assert!(given.len() <= 1, "a device got tokens twice: {given:?}");
        assert!(refused.iter().all(|told| is_refused(&told.reply)), "{refused:?}");
        let client = &self.place.tv;
        let [one] = given[..] else {
            // The tokens were issued, and the answer with them was lost.
            assert!(told.iter().any(|told| told.unknown > 0), "an approved device gets nothing: {refused:?}");
            self.ledger.leave_unknown(&client.id, Stage::Active(1), 1);
            return None;
        };
        let mut held = Held {
            client,
            id: named(&one.reply.string("access_token")).grant,
            browser: plan.browser,
            lasting: false,
            code: String::new(),
            verifier: String::new(),
            standing: Standing::new(&client.id, Stage::Active(1)),
            refresh: Vec::new(),
            access: BTreeMap::new(),
            exchanged: Vec::new(),
        };
        take(&mut held, &one.reply, 1);
        // A later poll gets nothing, and ends nothing.
        let late = self.place.figures.ask(poll).await.reply;
        assert!(is_refused(&late), "{late:?}");
        Some(held)
    }
}

/// Returns whether the device has to poll again.
fn waits(reply: &Reply) -> bool {
    reply.status == 400 && ["authorization_pending", "slow_down"].contains(&&*reply.string("error"))
}
