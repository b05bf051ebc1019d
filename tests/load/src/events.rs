//! Events that end sessions while an app obtains or has a grant, and the answers that the app must get afterwards.

use harness::{Ask, Reply};

use crate::asking::Told;
use crate::caller::{Caller, Held, Resting};
use crate::ledger::Stage;
use crate::person::{is_sign_in, known};
use crate::plan::{AppPlan, Beside, Event, EventKind};
use crate::steps::{is_refused, take};

/// The number of ended grants whose tokens are used after an event.
const TRIED: usize = 2;

impl EventKind {
    /// Returns whether the event, on a browser, ends a grant.
    fn ends(self, at: usize, browser: usize, lasting: bool) -> bool {
        match self {
            Self::SignOut => at == browser && !lasting,
            Self::EndSessions => !lasting,
            Self::Disable | Self::SetPassword | Self::DisableBesideOthers | Self::Delete => true,
        }
    }
}

impl<'p> Caller<'p> {
    /// Creates a grant during which an event happens. Returns `None` if the event came before the code.
    pub(crate) async fn disturbed(&mut self, plan: &AppPlan, event: Event) -> Option<Held<'p>> {
        let held = match event.beside {
            Beside::Code => self.code_during(plan, event).await,
            Beside::Redemption => Some(self.redemption_during(plan, event).await),
            Beside::Refresh => Some(self.refresh_during(plan, event).await),
            Beside::Nothing => {
                let mut held = self.code(plan).await;
                if self.redeem(&mut held, 1).await {
                    self.end_alone(&mut held, event.kind).await;
                }
                self.person.meet(event, plan.browser).await;
                Some(held)
            }
        };
        self.person.recover(event).await;
        self.end_resting(event.kind, plan.browser).await;
        let mut held = held?;
        held.standing.over = event.kind.ends(plan.browser, held.browser, held.lasting);
        if held.standing.over {
            self.assert_over(&mut held).await;
        } else if held.standing.stage != Stage::Revoked {
            self.continue_after(&mut held, plan).await;
        }
        Some(held)
    }

    /// Makes the write of a disable or of a new password alone: it ends the grant before any clean-up.
    async fn end_alone(&mut self, held: &mut Held<'p>, kind: EventKind) {
        if matches!(kind, EventKind::Disable | EventKind::SetPassword) {
            self.person.end_without_clean_up(kind).await;
            self.assert_over(held).await;
        }
    }

    /// The app asks for a code while the event happens. The person was signed in and has consented before.
    async fn code_during(&mut self, plan: &AppPlan, event: Event) -> Option<Held<'p>> {
        let first = self.code(plan).await;
        self.leave(first);
        self.place.figures.extra.up();
        let (place, request, mut unknown) = (self.place, self.request(plan), 0);
        let mut tab = self.person.second_tab(plan.browser);
        let (landing, ()) = tokio::join!(
            known(&place.figures, &mut unknown, async || tab.go(&request.target).await),
            self.person.meet(event, plan.browser),
        );
        self.ledger.leave_unknown(&request.client.id, Stage::Issued, unknown);
        if landing.reply.status != 303 {
            assert!(is_sign_in(&landing), "{:?}", landing.reply);
            // A code that came too late is revoked instead of being issued.
            self.ledger.leave_unknown(&request.client.id, Stage::Revoked, 1);
            place.figures.without_code.up();
            return None;
        }
        place.figures.ahead.up();
        Some(self.held(plan, &landing.reply))
    }

    async fn redemption_during(&mut self, plan: &AppPlan, event: Event) -> Held<'p> {
        let mut held = self.code(plan).await;
        let ask = self.redemption(held.client, &held);
        let told = self.during(&ask, event, plan.browser).await;
        let ends = event.kind.ends(plan.browser, held.browser, held.lasting);
        assert!(told.reply.status == 200 || ends || told.unknown > 0, "{told:?}");
        self.learn(&mut held, &told.reply, 1);
        held
    }

    async fn refresh_during(&mut self, plan: &AppPlan, event: Event) -> Held<'p> {
        let mut held = self.code(plan).await;
        if !self.redeem(&mut held, 1).await {
            self.person.meet(event, plan.browser).await;
            return held;
        }
        let ask = self.refreshment(held.client, &held.refresh[0]);
        let told = self.during(&ask, event, plan.browser).await;
        let ends = event.kind.ends(plan.browser, held.browser, held.lasting);
        assert!(told.reply.status == 200 || ends, "{told:?}");
        self.learn(&mut held, &told.reply, 2);
        held
    }

    /// Sends a request while the event happens.
    async fn during(&mut self, ask: &Ask, event: Event, browser: usize) -> Told {
        let place = self.place;
        tokio::join!(place.figures.ask(ask), self.person.meet(event, browser)).0
    }

    /// Records the answer to a request for tokens: they were issued before the event, or the grant is revoked.
    fn learn(&self, held: &mut Held<'p>, reply: &Reply, generation: u32) {
        let figures = &self.place.figures;
        if reply.status == 200 {
            take(held, reply, generation);
            held.standing.stage = Stage::Active(generation);
            figures.ahead.up();
        } else {
            assert!(is_refused(reply), "{reply:?}");
            held.standing.stage = Stage::Revoked;
            figures.behind.up();
        }
    }

    /// Uses the code or the tokens of a grant that an event has ended: the access tokens first, because the refusal of
    /// the others revokes the grant.
    async fn assert_over(&self, held: &mut Held<'p>) {
        for access in held.access.values().chain(&held.exchanged) {
            self.look_at(access, false).await;
        }
        let ask = match held.refresh.last() {
            Some(refresh) => self.refreshment(held.client, refresh),
            None => self.redemption(held.client, held),
        };
        let told = self.place.figures.ask(&ask).await;
        assert!(is_refused(&told.reply), "{told:?}");
        held.standing.stage = Stage::Revoked;
    }

    /// Goes on with a grant that the event must not touch.
    async fn continue_after(&mut self, held: &mut Held<'p>, plan: &AppPlan) {
        if held.standing.stage == Stage::Issued && !self.redeem(held, 1).await {
            return;
        }
        for access in held.access.values() {
            self.look_at(access, true).await;
        }
        for step in &plan.steps {
            self.step(held, *step).await;
        }
        self.end(held, plan.end).await;
    }

    /// Records the grants that the event has ended, uses tokens of some of them, and one of a grant that goes on.
    async fn end_resting(&mut self, kind: EventKind, at: usize) {
        let ends = |grant: &mut Resting<'_>| kind.ends(at, grant.browser, grant.lasting);
        let ended: Vec<Resting<'_>> = self.resting.extract_if(.., ends).collect();
        for grant in &ended {
            self.ledger.end(&grant.id);
        }
        let with_tokens = ended.iter().rev().filter_map(|grant| Some((grant, grant.refresh.as_ref()?)));
        for (grant, refresh) in with_tokens.take(TRIED) {
            if let Some(access) = &grant.access {
                self.look_at(access, false).await;
            }
            let told = self.place.figures.ask(&self.refreshment(grant.client, refresh)).await;
            assert!(is_refused(&told.reply), "{told:?}");
        }
        if let Some(access) = self.resting.iter().rev().find_map(|grant| grant.access.as_ref()) {
            self.look_at(access, true).await;
        }
    }
}
