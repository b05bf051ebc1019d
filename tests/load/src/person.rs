//! A person with two browsers, and the operator's commands about this person.

mod pages;

use std::collections::BTreeSet;

use harness::{Ask, Browser, Finished, Landing, RegisteredClient, Reply, dynamo_call};
use serde_json::{Value, json};

use crate::asking::Figures;
use crate::person::pages::was_used;
use crate::place::Place;
use crate::plan::{Event, EventKind};
use crate::table::version;

/// The number of failed attempts after which a command counts as impossible.
const TRIES: usize = 30;

/// The person that a caller's apps ask for codes. Nobody else uses the username.
pub(crate) struct Person<'p> {
    place: &'p Place,
    pub(crate) username: String,
    password: String,
    /// The number of people who had the username before.
    former: usize,
    pub(crate) exists: bool,
    browsers: [Browser; 2],
    /// The browsers that have a session.
    pub(crate) signed_in: [bool; 2],
    /// The apps with remembered consent, and whether it covers `offline_access`.
    agreed: BTreeSet<(String, bool)>,
    /// The number of answers 503 to forms that may have started a session.
    pub(crate) unknown_sessions: usize,
    /// The number of grants that each browser's session has at most.
    pub(crate) grants: [usize; 2],
}

/// An authorization request of an app.
pub(crate) struct Request<'r> {
    pub(crate) client: &'r RegisteredClient,
    pub(crate) target: String,
    /// Builds the request that is pushed, in place of `target`.
    pub(crate) push: Option<Box<dyn Fn() -> Ask + 'r>>,
    pub(crate) lasting: bool,
    /// `true` if the person is asked for consent even if earlier consent covers the request.
    pub(crate) asks: bool,
}

/// The answer to an authorization request that left Jeton's pages.
pub(crate) struct Authorized {
    pub(crate) reply: Reply,
    /// The number of requests that ended in 503 and may have created a grant.
    pub(crate) unknown: usize,
}

impl<'p> Person<'p> {
    /// A username that nobody has yet.
    pub(crate) fn new(place: &'p Place, caller: usize) -> Self {
        Self {
            place,
            username: format!("person-{caller}"),
            password: String::new(),
            former: 0,
            exists: false,
            browsers: [place.browser(), place.browser()],
            signed_in: [false; 2],
            agreed: BTreeSet::new(),
            unknown_sessions: 0,
            grants: [0; 2],
        }
    }

    /// Follows an authorization request through the pages that must be shown, and no others.
    pub(crate) async fn authorize(&mut self, browser: usize, request: &Request<'_>) -> Authorized {
        self.register().await;
        let (mut unknown, mut consented) = (0, false);
        loop {
            self.grants[browser] += 1;
            // Consent may be remembered of a form whose answer was lost.
            let silent = self.is_silent(request) || (consented && !request.asks);
            let mut landing = self.open(browser, request, silent, &mut unknown).await;
            assert!(self.signed_in[browser] || is_sign_in(&landing), "a session goes on: {:?}", landing.reply);
            let mut used = false;
            while landing.reply.status != 303 && !used {
                consented |= !is_sign_in(&landing);
                landing = self.fill_in(browser, request, &landing, &mut unknown).await;
                // The code may have been issued without reaching the app. The same form cannot create a second grant,
                // so the app starts a new request.
                used = landing.reply.status == 400 && was_used(landing.reply.text());
                assert!(!used || unknown > 0, "{:?}", landing.reply);
            }
            if !used {
                assert!(consented || self.is_silent(request), "nobody was asked for consent: {:?}", landing.reply);
                self.agreed.insert((request.client.id.clone(), request.lasting));
                return Authorized { reply: landing.reply, unknown };
            }
            self.place.figures.lost_codes.up();
        }
    }

    /// Opens an authorization request, and stops at the first page. An answer 503 may hide a code only if no page had to
    /// be shown: `silent` says whether the consent page may be left out.
    async fn open(&mut self, at: usize, request: &Request<'_>, silent: bool, unknown: &mut usize) -> Landing {
        let silent = self.signed_in[at] && silent;
        let target = self.target(request).await;
        let (figures, browser, mut unanswered) = (&self.place.figures, &mut self.browsers[at], 0);
        let landing = known(figures, &mut unanswered, async || browser.go(&target).await).await;
        *unknown += if silent { unanswered } else { 0 };
        landing
    }

    /// Returns whether a person who is signed in is not asked for consent.
    fn is_silent(&self, request: &Request<'_>) -> bool {
        let covers = |lasting: bool| self.agreed.contains(&(request.client.id.clone(), lasting));
        !request.asks && (covers(true) || (!request.lasting && covers(false)))
    }

    /// A copy of a browser, for a request at the same time as an event.
    pub(crate) fn second_tab(&self, browser: usize) -> Browser {
        self.browsers[browser].clone()
    }

    /// Carries out an event, and returns once it has taken effect.
    pub(crate) async fn meet(&mut self, Event { kind, .. }: Event, browser: usize) {
        self.register().await;
        let figures = &self.place.figures;
        match kind {
            EventKind::SignOut => self.sign_out(browser).await,
            EventKind::EndSessions => drop(self.command(&["session", "end", "--username"], "").await),
            EventKind::Disable => drop(self.command(&["user", "disable"], "").await),
            EventKind::SetPassword => self.set_password().await,
            EventKind::DisableBesideOthers => self.disable_beside_others().await,
            EventKind::Delete => {
                drop(self.command(&["user", "delete"], "").await);
                (self.exists, self.former) = (false, self.former + 1);
                self.agreed.clear();
            }
        }
        if kind == EventKind::SignOut {
            self.signed_in[browser] = false;
            self.grants[browser] = 0;
            figures.sign_outs.up();
        } else {
            (self.signed_in, self.grants, self.unknown_sessions) = ([false; 2], [0; 2], 0);
            figures.commands.up();
        }
    }

    /// Enables the person after an event that disabled the person.
    pub(crate) async fn recover(&mut self, Event { kind, .. }: Event) {
        if matches!(kind, EventKind::Disable | EventKind::DisableBesideOthers) {
            let shown = self.command(&["user", "show"], "").await;
            let user: Value = serde_json::from_str(&shown.stdout).unwrap();
            assert_eq!(user["disabled"], true, "enabled again: {shown:?}");
            drop(self.command(&["user", "enable"], "").await);
            if kind == EventKind::DisableBesideOthers {
                self.set_password().await;
            }
        }
    }

    /// Makes the write of a command that ends everything, without the work that follows it.
    pub(crate) async fn end_without_clean_up(&self, kind: EventKind) {
        let update = match kind {
            EventKind::Disable => json!({
                "UpdateExpression": "SET disabled = :on", "ExpressionAttributeValues": {":on": {"BOOL": true}},
            }),
            EventKind::SetPassword => json!({
                "UpdateExpression": "ADD credential_version :one", "ExpressionAttributeValues": {":one": {"N": "1"}},
            }),
            EventKind::SignOut | EventKind::EndSessions | EventKind::DisableBesideOthers | EventKind::Delete => return,
        };
        self.call("UpdateItem", update).await;
    }

    /// Reads the person's item.
    async fn profile(&self) -> Value {
        self.call("GetItem", json!({"ConsistentRead": true})).await["Item"].take()
    }

    /// Calls the store, without faults, about the person's item.
    async fn call(&self, operation: &str, mut input: Value) -> Value {
        let shown = self.command(&["user", "show"], "").await;
        let user: Value = serde_json::from_str(&shown.stdout).unwrap();
        let tables = self.place.tables();
        input["TableName"] = tables.people.into();
        input["Key"] = json!({"person": {"S": user["key"]}, "record": {"S": "profile"}});
        dynamo_call(&tables.endpoint, operation, &input).await
    }

    /// Signs out on a browser that may not be signed in.
    async fn sign_out(&mut self, at: usize) {
        let (figures, browser) = (&self.place.figures, &mut self.browsers[at]);
        let unknown = &mut 0;
        let page = known(figures, unknown, async || browser.go("/logout").await).await;
        let landing = if self.signed_in[at] {
            let (form, over) = (page.form(), [("decision", "sign_out")]);
            known(figures, unknown, async || browser.submit(&page, &form, &over).await).await
        } else {
            page
        };
        // The second, if the answer of an earlier attempt was lost.
        let says = ["You are signed out", "You are not signed in"];
        assert!(says.iter().any(|says| landing.reply.text().contains(says)), "{:?}", landing.reply);
    }

    /// Registers the person, if nobody has the username.
    async fn register(&mut self) {
        if !self.exists {
            self.password = format!("the pass phrase of owner {} of {}", self.former, self.username);
            let input = format!("{}\n", self.password);
            drop(self.command(&["user", "create", "--password-stdin", "--username"], &input).await);
            self.exists = true;
        }
    }

    async fn set_password(&mut self) {
        self.password.push('!');
        let input = format!("{}\n", self.password);
        drop(self.command(&["user", "set-password", "--password-stdin", "--username"], &input).await);
    }

    /// Runs three commands at the same time, and checks that none undid another. The two others may find the person
    /// disabled and do nothing.
    async fn disable_beside_others(&mut self) {
        let (place, before) = (self.place, self.profile().await);
        let input = format!("{} of another time\n", self.password);
        let nickname = format!("nickname=Al {}", self.password.len());
        let password = ["user", "set-password", "--password-stdin", "--username", &self.username];
        let update = ["user", "update", "--claim", &nickname, &self.username];
        let others = (place.operator.finish_beside(&password, &input), place.operator.finish_beside(&update, ""));
        let (_, password, update) = tokio::join!(self.command(&["user", "disable"], ""), others.0, others.1);
        let after = self.profile().await;
        let [before, now] = [&before, &after].map(|item| version(item).parse::<u32>().unwrap());
        let least = before + 1 + u32::from(password.status.success());
        assert!(now >= least, "{now} versions instead of {least}: {after}");
        let claims = after["claims"]["S"].as_str().unwrap_or_default();
        let (_, nickname) = nickname.split_once('=').unwrap();
        assert!(!update.status.success() || claims.contains(nickname), "{nickname} was undone: {after}");
    }

    /// Runs a command about the person until it succeeds. A repeated command may find its work done.
    async fn command(&self, args: &[&str], input: &str) -> Finished {
        let args = [args, &[&*self.username, "--json"]].concat();
        let mut last = None;
        for _ in 0..TRIES {
            let finished = self.place.operator.finish_beside(&args, input).await;
            let done = match args[1] {
                "delete" => "there is no user",
                _ => "is registered already",
            };
            // Only an attempt with an unknown outcome may have done the work.
            let was_unknown = last.is_some_and(|last: Finished| !last.stderr.contains(done));
            if finished.status.success() || (was_unknown && finished.stderr.contains(done)) {
                return finished;
            }
            last = Some(finished);
        }
        panic!("jeton {args:?} failed {TRIES} times: {last:?}")
    }
}

/// Calls `send` until the answer is not 503, and counts the answers that were.
pub(crate) async fn known(figures: &Figures, unknown: &mut usize, mut send: impl AsyncFnMut() -> Landing) -> Landing {
    let mut landing = None;
    let told = figures.until_known(async || landing.insert(send().await).reply.clone()).await;
    *unknown += told.unknown;
    landing.unwrap()
}

/// Returns whether a page asks for a password.
pub(crate) fn is_sign_in(landing: &Landing) -> bool {
    landing.reply.status == 200 && landing.form().input("password").is_some()
}
