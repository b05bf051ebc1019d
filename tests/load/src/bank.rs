//! An app with a FAPI profile: it authenticates with assertions, proves a key with each request for tokens, and its refresh
//! token stays the same.

use futures::future::join_all;
use harness::{Ask, ClientKey};

use crate::asking::Told;
use crate::caller::{Caller, Held, granted};
use crate::handles::named;
use crate::ledger::Stage;
use crate::place::CALLBACK;
use crate::plan::{AppPlan, End, Step};
use crate::steps::is_refused;

impl<'p> Caller<'p> {
    /// Creates a grant of this app, with the refreshes of its plan.
    pub(crate) async fn bank(&mut self, plan: &AppPlan) -> Held<'p> {
        let mut held = self.code(plan).await;
        if plan.end == End::NeverRedeemed {
            return held;
        }
        let Some(refresh) = self.redeem_with_assertion(&mut held).await else { return held };
        for step in &plan.steps {
            if let Step::Refresh(requests) = step {
                self.refresh_with_assertion(&mut held, &refresh, *requests).await;
            }
        }
        if plan.end == End::Revoked {
            let told = self.with_assertion("/revoke", &[("token", &refresh)]).await;
            assert_eq!(told.reply.status, 200, "{told:?}");
            self.place.figures.revocations.up();
            held.standing.stage = Stage::Revoked;
            self.look_at(&held.access[&1], false).await;
            let late = self.with_assertion("/token", &refreshing(&refresh)).await;
            assert!(is_refused(&late.reply), "{late:?}");
        }
        held
    }

    /// Redeems the code, and returns the refresh token; `None` if the answer with the tokens was lost.
    async fn redeem_with_assertion(&self, held: &mut Held<'_>) -> Option<String> {
        let (code, verifier) = (&*held.code, &*held.verifier);
        let grant = ("grant_type", "authorization_code");
        let fields = [grant, ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", verifier)];
        let told = self.with_assertion("/token", &fields).await;
        if told.reply.status != 200 {
            // The second use of the code, by which its client learns that the first one was written.
            assert!(told.unknown > 0 && is_refused(&told.reply), "{told:?}");
            self.place.figures.lost_codes.up();
            self.place.figures.replays.up();
            held.standing.stage = Stage::Revoked;
            return None;
        }
        held.standing.stage = Stage::Active(1);
        keep(held, &told);
        Some(told.reply.string("refresh_token"))
    }

    /// Refreshes, with several requests at once if that was planned: all get the same refresh token.
    async fn refresh_with_assertion(&self, held: &mut Held<'_>, refresh: &str, requests: usize) {
        let fields = refreshing(refresh);
        let all = join_all((0..requests).map(|_| self.with_assertion("/token", &fields))).await;
        for told in &all {
            assert_eq!(granted(&told.reply).string("refresh_token"), refresh, "{told:?}");
            keep(held, told);
        }
        self.place.figures.refreshes.up();
        self.look_at(&held.access[&1], true).await;
    }

    /// Sends a request, each time with another assertion, until it is answered.
    async fn with_assertion(&self, path: &str, fields: &[(&str, &str)]) -> Told {
        self.place.figures.until_known(async || self.asserted(path, fields).send().await).await
    }

    fn asserted(&self, path: &str, fields: &[(&str, &str)]) -> Ask {
        let ask = self.place.authenticated(self.http.post(path).fields(fields));
        if path == "/token" { ask.header("dpop", self.place.proof(&ClientKey::new(), path)) } else { ask }
    }
}

fn refreshing(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}

/// Stores the access token of an answer after checking that it is one of this grant, which stays in its first generation.
fn keep(held: &mut Held<'_>, told: &Told) {
    let access = told.reply.string("access_token");
    let named = named(&access);
    assert_eq!((&named.grant, named.generation), (&held.id, 1), "{told:?}");
    held.access.insert(1, access);
}
