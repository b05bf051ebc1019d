//! A caller: it creates grants one after another, follows the plan for each of them, and knows the right answers.

use std::collections::BTreeMap;

use harness::{Ask, Callback, Http, Pkce, RegisteredClient, Reply, authorization_url};

use crate::handles::{Named, named};
use crate::ledger::{Ledger, PersonStanding, Stage, Standing};
use crate::person::{Person, Request};
use crate::place::{CALLBACK, Place};
use crate::plan::{App, AppPlan, Beside, End, Event, EventKind, Plan};

/// The number of grants after which the person signs out: fewer than those of a session that stay valid (200).
const GRANTS_OF_SESSION: usize = 150;

/// One of many concurrent callers.
pub(crate) struct Caller<'p> {
    pub(crate) place: &'p Place,
    pub(crate) http: Http,
    pub(crate) person: Person<'p>,
    pub(crate) ledger: Ledger,
    /// The grants of this person that an event may still end.
    pub(crate) resting: Vec<Resting<'p>>,
    /// The access tokens of some grants.
    pub(crate) kept: Vec<Kept>,
}

/// An access token, and its state when its grant was left.
pub(crate) struct Kept {
    pub(crate) grant: String,
    pub(crate) token: String,
    pub(crate) good: bool,
}

/// A grant of an app that was left, with its last tokens.
pub(crate) struct Resting<'p> {
    pub(crate) client: &'p RegisteredClient,
    pub(crate) id: String,
    pub(crate) browser: usize,
    pub(crate) lasting: bool,
    pub(crate) refresh: Option<String>,
    /// An access token that is active while the grant is.
    pub(crate) access: Option<String>,
}

/// A grant of an app, with everything its client received for it.
pub(crate) struct Held<'p> {
    pub(crate) client: &'p RegisteredClient,
    pub(crate) id: String,
    pub(crate) browser: usize,
    pub(crate) lasting: bool,
    pub(crate) code: String,
    pub(crate) verifier: String,
    pub(crate) standing: Standing,
    /// The refresh tokens by generation, from the first on.
    pub(crate) refresh: Vec<String>,
    pub(crate) access: BTreeMap<u32, String>,
    /// The tokens that were exchanged for access tokens of the grant.
    pub(crate) exchanged: Vec<String>,
}

impl<'p> Caller<'p> {
    pub(crate) fn new(place: &'p Place, number: usize) -> Self {
        let (http, person) = (place.http(), Person::new(place, number));
        Self { place, http, person, ledger: Ledger::default(), resting: Vec::new(), kept: Vec::new() }
    }

    /// Returns the ledger, which now also says in which state the person is left, and the tokens that were kept.
    pub(crate) fn finish(mut self) -> (Ledger, Vec<Kept>) {
        let sessions = self.person.signed_in.iter().filter(|is| **is).count();
        if self.person.exists {
            let standing = PersonStanding { disabled: false, sessions };
            self.ledger.tell_of_person(&self.person.username, standing, self.person.unknown_sessions);
        }
        (self.ledger, self.kept)
    }

    /// Creates a grant and follows its plan; its access tokens are kept if `is_kept` is set.
    pub(crate) async fn run(&mut self, plan: &Plan, is_kept: bool) {
        let tokens = match plan {
            Plan::Service { looked_at, revoked } => vec![self.service(*looked_at, *revoked).await],
            Plan::App(plan) => self.app(plan).await,
            Plan::Device(plan) => self.device(plan).await,
        };
        if is_kept {
            self.kept.extend(tokens);
        }
    }

    async fn service(&mut self, looked_at: bool, revoked: bool) -> Kept {
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
        self.ledger.tell(grant.clone(), standing);
        Kept { grant, token, good: !revoked }
    }

    async fn app(&mut self, plan: &AppPlan) -> Vec<Kept> {
        if plan.app == App::Bank {
            let held = self.bank(plan).await;
            return self.leave(held);
        }
        let too_many = self.person.grants[plan.browser] > GRANTS_OF_SESSION;
        let forced = too_many.then_some(Event { kind: EventKind::SignOut, beside: Beside::Nothing });
        let held = match plan.event.or(forced) {
            None => Some(self.undisturbed(plan).await),
            Some(event) => self.disturbed(plan, event).await,
        };
        held.map(|held| self.leave(held)).unwrap_or_default()
    }

    async fn undisturbed(&mut self, plan: &AppPlan) -> Held<'p> {
        let mut held = self.code(plan).await;
        if plan.thief {
            let theft = self.redemption(&self.place.thief, &held);
            self.refused_to_thief(&theft).await;
        }
        if plan.end != End::NeverRedeemed && self.redeem(&mut held, plan.redeemers).await {
            for step in &plan.steps {
                self.step(&mut held, *step).await;
            }
            self.end(&mut held, plan.end).await;
        }
        held
    }

    /// Records a grant that is left as it is, and returns its access tokens.
    pub(crate) fn leave(&mut self, held: Held<'p>) -> Vec<Kept> {
        let kept = held.access.iter().map(|(generation, token)| {
            let good = held.is_good(*generation);
            Kept { grant: held.id.clone(), token: token.clone(), good }
        });
        let kept: Vec<Kept> = kept.collect();
        if !held.standing.over {
            let Held { client, browser, lasting, .. } = held;
            let refresh = held.refresh.last().filter(|_| held.standing.stage != Stage::Revoked).cloned();
            let access = kept.iter().rev().find(|kept| kept.good).map(|kept| kept.token.clone());
            self.resting.push(Resting { client, id: held.id.clone(), browser, lasting, refresh, access });
        }
        self.ledger.tell(held.id, held.standing);
        kept
    }

    /// The authorization request of an app.
    pub(crate) fn request(&self, plan: &AppPlan) -> Request<'p> {
        let (client, asks) = (self.place.app(plan.app), plan.app.asks());
        let api = if plan.app == App::Web { "read" } else { "open" };
        let scope = if plan.lasting { format!("{api} offline_access") } else { api.to_owned() };
        // Earlier consent is remembered, so the prompt must be requested.
        let prompt = asks.then_some(("prompt", "consent"));
        let more: Vec<(&str, &str)> = [("scope", &*scope)].into_iter().chain(prompt).collect();
        let pkce = Pkce::of(&plan.verifier);
        let target = authorization_url(&client.id, CALLBACK, &pkce, &more);
        let push = plan.app.pushes().then(|| self.push(plan.app, &pkce, &more));
        Request { client, target, push, lasting: plan.lasting, asks }
    }

    /// Builds the push of an app, anew for each attempt.
    fn push(&self, app: App, pkce: &Pkce, more: &[(&str, &str)]) -> Box<dyn Fn() -> Ask + 'p> {
        let usual = [
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("code_challenge", &*pkce.challenge),
            ("code_challenge_method", "S256"),
        ];
        let (place, ask) = (self.place, self.http.post("/par").fields(&usual).fields(more));
        Box::new(move || place.pushed_by(app, ask.clone()))
    }

    /// The request of a client that redeems a code.
    pub(crate) fn redemption(&self, client: &RegisteredClient, held: &Held<'_>) -> Ask {
        let fields = [("code", &*held.code), ("redirect_uri", CALLBACK), ("code_verifier", &*held.verifier)];
        let ask = self.http.post("/token").client(client).field("grant_type", "authorization_code").fields(&fields);
        self.proven(client, ask)
    }

    /// Adds a proof to a request of an app whose tokens are bound to a key.
    pub(crate) fn proven(&self, client: &RegisteredClient, ask: Ask) -> Ask {
        if self.is_bound(client) { ask.header("dpop", self.place.proof(&self.place.key, "/token")) } else { ask }
    }

    /// Returns whether the tokens of an app are bound to a key.
    pub(crate) fn is_bound(&self, client: &RegisteredClient) -> bool {
        client.id == self.place.app(App::Bound).id
    }

    /// Obtains a code from the person, who signs in and consents where that is needed.
    pub(crate) async fn code(&mut self, plan: &AppPlan) -> Held<'p> {
        let request = self.request(plan);
        let authorized = self.person.authorize(plan.browser, &request).await;
        self.ledger.leave_unknown(&request.client.id, Stage::Issued, authorized.unknown);
        self.held(plan, &authorized.reply)
    }

    /// The grant of a code that the app has just received.
    pub(crate) fn held(&self, plan: &AppPlan, reply: &Reply) -> Held<'p> {
        let client = self.place.app(plan.app);
        let code = Callback::at(reply.location().unwrap()).code().to_owned();
        Held {
            client,
            id: named(&code).grant,
            browser: plan.browser,
            lasting: plan.lasting,
            code,
            verifier: plan.verifier.clone(),
            standing: Standing::new(&client.id, Stage::Issued),
            refresh: Vec::new(),
            access: BTreeMap::new(),
            exchanged: Vec::new(),
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
        self.standing.stage != Stage::Revoked
            && !self.standing.over
            && !self.standing.revoked_access.contains(&generation)
    }
}

/// The introspection request of an API for a token.
pub(crate) fn introspection(http: &Http, place: &Place, token: &str) -> Ask {
    http.post("/introspect").client(&place.api).field("token", token)
}

/// Returns the reply; panics if it grants no tokens.
pub(crate) fn granted(reply: &Reply) -> &Reply {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}
