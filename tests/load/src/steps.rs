//! The steps of an app's grant once there is a code, and the answers that its client must get.

use futures::future::join_all;
use harness::{Ask, RegisteredClient, Reply};

use crate::asking::Told;
use crate::caller::{Caller, Held, granted};
use crate::handles::named;
use crate::ledger::Stage;
use crate::plan::{App, End, Step};

impl Caller<'_> {
    /// Redeems the code, with several requests at once if that was planned: at most one of them gets tokens.
    ///
    /// Returns `true` if there are tokens and the grant is alive.
    pub(crate) async fn redeem(&mut self, held: &mut Held<'_>, redeemers: usize) -> bool {
        let ask = self.redemption(held.client, held);
        let told = self.at_once(&ask, redeemers).await;
        let (given, refused): (Vec<&Told>, Vec<&Told>) = told.iter().partition(|told| told.reply.status == 200);
        assert!(given.len() <= 1, "a code was redeemed twice: {given:?}");
        assert!(refused.iter().all(|told| is_refused(&told.reply)), "{refused:?}");
        if let [one] = given[..] {
            take(held, &one.reply, 1);
        }
        let sent = redeemers + told.iter().map(|told| told.unknown).sum::<usize>();
        assert!(sent > 1 || refused.is_empty(), "a code that was sent once is not good: {refused:?}");
        let figures = &self.place.figures;
        if given.is_empty() {
            figures.lost_codes.up();
        }
        if refused.is_empty() {
            held.standing.stage = Stage::Active(1);
            return true;
        }
        // A client learns that a code is spent only after the grant has been revoked.
        figures.replays.up();
        self.over(held).await;
        false
    }

    pub(crate) async fn step(&mut self, held: &mut Held<'_>, step: Step) {
        let (generation, token) = last(held);
        match step {
            Step::Refresh(requests) => self.refresh(held, requests).await,
            Step::Repeat => {
                let Some(before) = held.refresh.iter().rev().nth(1) else { return };
                // The repeated request must get the same successor, and the same refresh token.
                let told = self.place.figures.ask(&self.refreshment(held.client, before)).await;
                assert_eq!(granted(&told.reply).string("refresh_token"), token, "{told:?}");
                assert_eq!(named(&told.reply.string("access_token")).generation, generation, "{told:?}");
            }
            Step::LookAt => {
                for (generation, access) in held.access.iter().take(1) {
                    self.look_at(access, held.is_good(*generation)).await;
                }
            }
            Step::RevokeAccess => {
                self.revoke(held.client, &held.access[&generation]).await;
                held.standing.revoked_access.insert(generation);
                self.place.figures.revocations.up();
                self.look_at(&held.access[&generation], false).await;
            }
            Step::Exchange => self.exchange(held, generation).await,
            Step::StolenRefresh => {
                self.refused_to_thief(&self.refreshment(&self.place.thief, &token)).await;
                if self.is_bound(held.client) {
                    let proof = self.place.proof(&self.place.other_key, "/token");
                    self.refused_to_thief(&self.refreshing(held.client, &token).header("dpop", proof)).await;
                }
            }
            Step::StolenRevocation => {
                self.revoke(&self.place.thief, &token).await;
                self.place.figures.thefts.up();
            }
        }
    }

    /// Refreshes, with several requests at once if that was planned: all get the same refresh token.
    async fn refresh(&mut self, held: &mut Held<'_>, requests: usize) {
        let (generation, token) = last(held);
        let told = self.at_once(&self.refreshment(held.client, &token), requests).await;
        let next: Vec<String> = told.iter().map(|told| granted(&told.reply).string("refresh_token")).collect();
        assert!(next.iter().all(|token| *token == next[0]), "one generation has two successors: {told:?}");
        take(held, &told[0].reply, generation + 1);
        held.standing.stage = Stage::Active(generation + 1);
        self.place.figures.refreshes.up();
    }

    pub(crate) async fn end(&mut self, held: &mut Held<'_>, end: End) {
        let figures = &self.place.figures;
        let (_, token) = last(held);
        match end {
            End::NeverRedeemed | End::Left => return,
            End::Revoked => {
                self.revoke(held.client, &token).await;
                figures.revocations.up();
            }
            End::Replayed => {
                let told = figures.ask(&self.redemption(held.client, held)).await;
                assert!(is_refused(&told.reply), "{told:?}");
                figures.replays.up();
            }
            End::Reused => {
                while held.refresh.len() < 3 {
                    self.refresh(held, 1).await;
                }
                let told = figures.ask(&self.refreshment(held.client, &held.refresh[0])).await;
                assert!(is_refused(&told.reply), "{told:?}");
                figures.reuses.up();
            }
        }
        self.over(held).await;
    }

    /// Checks that the grant is over for every token.
    async fn over(&self, held: &mut Held<'_>) {
        held.standing.stage = Stage::Revoked;
        let (Some(refresh), Some((_, access))) = (held.refresh.last(), held.access.last_key_value()) else { return };
        let told = self.place.figures.ask(&self.refreshment(held.client, refresh)).await;
        assert!(is_refused(&told.reply), "{told:?}");
        for token in held.exchanged.iter().chain([access]) {
            self.look_at(token, false).await;
        }
    }

    /// Exchanges the access token of the last generation, if its API exchanges tokens. What comes of it ends with the grant.
    async fn exchange(&self, held: &mut Held<'_>, generation: u32) {
        if held.client.id != self.place.app(App::Web).id || !held.is_good(generation) {
            return;
        }
        let fields = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", &*held.access[&generation]),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ];
        let told =
            self.place.figures.ask(&self.http.post("/token").client(&self.place.exchanger).fields(&fields)).await;
        let token = granted(&told.reply).string("access_token");
        self.look_at(&token, true).await;
        held.exchanged.push(token);
        self.place.figures.exchanges.up();
    }

    /// Checks that another client, correctly authenticated, is refused when it uses codes or tokens that are not its
    /// own.
    pub(crate) async fn refused_to_thief(&self, ask: &Ask) {
        let told = self.place.figures.ask(ask).await;
        assert!(is_refused(&told.reply), "{told:?}");
        self.place.figures.thefts.up();
    }

    /// The request of a client that refreshes a grant.
    pub(crate) fn refreshment(&self, client: &RegisteredClient, token: &str) -> Ask {
        self.proven(client, self.refreshing(client, token))
    }

    /// The same without a proof.
    fn refreshing(&self, client: &RegisteredClient, token: &str) -> Ask {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.http.post("/token").client(client).fields(&fields)
    }

    pub(crate) async fn at_once(&self, ask: &Ask, requests: usize) -> Vec<Told> {
        join_all((0..requests).map(|_| self.place.figures.ask(ask))).await
    }
}

/// The last generation, and its refresh token.
fn last(held: &Held<'_>) -> (u32, String) {
    (u32::try_from(held.refresh.len()).unwrap(), held.refresh.last().unwrap().clone())
}

/// Stores new tokens after checking that they belong to this grant and this generation.
pub(crate) fn take(held: &mut Held<'_>, reply: &Reply, generation: u32) {
    let [refresh, access] = ["refresh_token", "access_token"].map(|name| reply.string(name));
    for token in [&refresh, &access] {
        let named = named(token);
        assert_eq!((&named.grant, named.generation), (&held.id, generation), "{reply:?}");
    }
    held.refresh.push(refresh);
    held.access.insert(generation, access);
}

/// Returns whether the error is `invalid_grant`.
pub(crate) fn is_refused(reply: &Reply) -> bool {
    reply.status == 400 && reply.string("error") == "invalid_grant"
}
