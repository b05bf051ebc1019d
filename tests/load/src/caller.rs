//! A caller: it creates grants one after another, follows the plan for each of them, and knows the right answers.

use std::collections::BTreeMap;

use harness::{Ask, Browser, Callback, Http, Pkce, RegisteredClient, Reply, authorization_url};

use crate::handles::{Named, named};
use crate::ledger::{Ledger, Stage, Standing};
use crate::place::{CALLBACK, Place};
use crate::plan::{App, AppPlan, End, Plan};

/// One of many concurrent callers.
pub(crate) struct Caller<'p> {
    pub(crate) place: &'p Place,
    pub(crate) http: Http,
    browser: Browser,
    pub(crate) ledger: Ledger,
    /// The access tokens of some grants, and whether each one is active.
    pub(crate) kept: Vec<(String, bool)>,
}

/// A grant of an app, with everything its client received for it.
pub(crate) struct Held<'p> {
    pub(crate) client: &'p RegisteredClient,
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) verifier: String,
    pub(crate) standing: Standing,
    /// The refresh tokens by generation, from the first on.
    pub(crate) refresh: Vec<String>,
    pub(crate) access: BTreeMap<u32, String>,
}

impl<'p> Caller<'p> {
    pub(crate) fn new(place: &'p Place, number: usize) -> Self {
        let (http, browser) = (place.http(), place.browser(number));
        Self { place, http, browser, ledger: Ledger::default(), kept: Vec::new() }
    }

    /// Creates a grant and follows its plan; its access tokens are kept if `is_kept` is set.
    pub(crate) async fn run(&mut self, plan: &Plan, is_kept: bool) {
        let tokens = match plan {
            Plan::Service { looked_at, revoked } => self.service(*looked_at, *revoked).await,
            Plan::App(plan) => self.app(plan).await,
        };
        if is_kept {
            self.kept.extend(tokens);
        }
    }

    async fn service(&mut self, looked_at: bool, revoked: bool) -> Vec<(String, bool)> {
        let service = &self.place.service;
        let ask = self.http.post("/token").client(service).field("grant_type", "client_credentials");
        let told = self.place.figures.ask(&ask).await;
        self.ledger.leave_unknown(&service.id, Stage::Active(1), told.unknown);
        let token = granted(&told.reply).string("access_token");
        let Named { grant, generation } = named(&token);
        assert_eq!(generation, 1, "{told:?}");
        let mut standing = Standing::new(&service.id, Stage::Active(1));
        if looked_at {
            self.look_at(&token, true).await;
        }
        if revoked {
            self.revoke(service, &token).await;
            standing.revoked_access.insert(1);
            self.look_at(&token, false).await;
        }
        self.ledger.tell(grant, standing);
        vec![(token, !revoked)]
    }

    async fn app(&mut self, plan: &AppPlan) -> Vec<(String, bool)> {
        let mut held = self.code(plan).await;
        if plan.thief {
            let theft = redemption(&self.http, &self.place.thief, &held);
            self.refused_to_thief(&theft).await;
        }
        if plan.end != End::NeverRedeemed && self.redeem(&mut held, plan.redeemers).await {
            for step in &plan.steps {
                self.step(&mut held, *step).await;
            }
            self.end(&mut held, plan.end).await;
        }
        let tokens = held.access.iter().map(|(generation, token)| (token.clone(), held.is_good(*generation))).collect();
        self.ledger.tell(held.id, held.standing);
        tokens
    }

    /// Obtains a code from a person who is signed in.
    async fn code(&mut self, plan: &AppPlan) -> Held<'p> {
        let client = self.place.app(plan.app);
        let target = authorization_url(&client.id, CALLBACK, &Pkce::of(&plan.verifier), &[]);
        let reply = match plan.app {
            App::Web | App::Shop => self.silent_answer(client, &target).await,
            App::Spa => self.agreed_answer(client, &target).await,
        };
        assert_eq!(reply.status, 303, "{reply:?}");
        let code = Callback::at(reply.location().unwrap()).code().to_owned();
        let (id, standing) = (named(&code).grant, Standing::new(&client.id, Stage::Issued));
        let (refresh, access) = (Vec::new(), BTreeMap::new());
        Held { client, id, code, verifier: plan.verifier.clone(), standing, refresh, access }
    }

    /// The answer to an app that already has the person's consent.
    async fn silent_answer(&mut self, client: &RegisteredClient, target: &str) -> Reply {
        let browser = &mut self.browser;
        let told = self.place.figures.until_known(async || browser.go(target).await.reply).await;
        self.ledger.leave_unknown(&client.id, Stage::Issued, told.unknown);
        told.reply
    }

    /// The answer to an app that needs the person's consent.
    async fn agreed_answer(&mut self, client: &RegisteredClient, target: &str) -> Reply {
        let (browser, figures) = (&mut self.browser, &self.place.figures);
        // Earlier consent is remembered, so the prompt must be requested.
        let target = format!("{target}&prompt=consent");
        loop {
            let mut page = None;
            figures
                .until_known(async || {
                    let landing = browser.go(&target).await;
                    page.insert(landing).reply.clone()
                })
                .await;
            let page = page.unwrap();
            let form = page.form();
            let allow = [("decision", "allow")];
            let told = figures.until_known(async || browser.submit(&page, &form, &allow).await.reply).await;
            self.ledger.leave_unknown(&client.id, Stage::Issued, told.unknown);
            // The code may have been issued without reaching the app. The same form cannot create a second grant, so
            // the app starts a new request.
            let used = told.reply.status == 400 && told.reply.text().contains("This form was used before");
            if !(used && told.unknown > 0) {
                return told.reply;
            }
            figures.lost_codes.up();
        }
    }

    /// Introspects an access token as an API, and checks the answer.
    pub(crate) async fn look_at(&self, token: &str, good: bool) {
        let told = self.place.figures.ask(&introspection(&self.http, self.place, token)).await;
        assert_eq!((told.reply.status, &told.reply.json()["active"]), (200, &good.into()), "{told:?}");
    }

    /// Revokes a token as its client.
    pub(crate) async fn revoke(&self, client: &RegisteredClient, token: &str) {
        let told = self.place.figures.ask(&self.http.post("/revoke").client(client).field("token", token)).await;
        assert_eq!(told.reply.status, 200, "{told:?}");
    }
}

impl Held<'_> {
    /// Returns whether the access token of a generation is active.
    pub(crate) fn is_good(&self, generation: u32) -> bool {
        self.standing.stage != Stage::Revoked && !self.standing.revoked_access.contains(&generation)
    }
}

/// The introspection request of an API for a token.
pub(crate) fn introspection(http: &Http, place: &Place, token: &str) -> Ask {
    http.post("/introspect").client(&place.api).field("token", token)
}

/// The request of a client that redeems a code.
pub(crate) fn redemption(http: &Http, client: &RegisteredClient, held: &Held<'_>) -> Ask {
    let fields = [("code", &*held.code), ("redirect_uri", CALLBACK), ("code_verifier", &*held.verifier)];
    http.post("/token").client(client).field("grant_type", "authorization_code").fields(&fields)
}

/// Returns the reply; panics if it grants no tokens.
pub(crate) fn granted(reply: &Reply) -> &Reply {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}
