//! A person with two browsers, and the operator's commands about this person.

use std::collections::BTreeSet;

use harness::{Browser, Cli, Finished, Landing, RegisteredClient, Reply};
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::asking::Figures;
use crate::place::Place;
use crate::plan::{Event, EventKind};

/// The number of failed attempts after which a command counts as impossible.
const TRIES: usize = 30;

/// The person that a caller's apps ask for codes. Nobody else uses the user name.
pub(crate) struct Person<'p> {
    place: &'p Place,
    pub(crate) username: String,
    password: String,
    /// The number of people who had the user name before.
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
    /// A user name that nobody has yet.
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
        let mut unknown = 0;
        loop {
            self.grants[browser] += 1;
            let mut landing = self.open(browser, &request.target, &mut unknown).await;
            assert!(self.signed_in[browser] || is_sign_in(&landing), "a session goes on: {:?}", landing.reply);
            let mut used = false;
            while landing.reply.status != 303 && !used {
                landing = self.fill_in(browser, request, &landing, &mut unknown).await;
                // The code may have been issued without reaching the app. The same form cannot create a second grant,
                // so the app starts a new request.
                used = landing.reply.status == 400 && landing.reply.text().contains("This form was used before");
                assert!(!used || unknown > 0, "{:?}", landing.reply);
            }
            if !used {
                self.agreed.insert((request.client.id.clone(), request.lasting));
                return Authorized { reply: landing.reply, unknown };
            }
            self.place.figures.lost_codes.up();
        }
    }

    /// Opens an authorization request, and stops at the first page.
    async fn open(&mut self, browser: usize, target: &str, unknown: &mut usize) -> Landing {
        let (figures, browser) = (&self.place.figures, &mut self.browsers[browser]);
        known(figures, unknown, async || browser.go(target).await).await
    }

    /// Fills in the form of a page, after checking that the page must be shown.
    async fn fill_in(&mut self, at: usize, request: &Request<'_>, page: &Landing, unknown: &mut usize) -> Landing {
        assert_eq!(page.reply.status, 200, "{:?}", page.reply);
        let (form, before) = (page.form(), *unknown);
        let signs_in = form.input("password").is_some();
        if signs_in {
            assert!(!self.signed_in[at], "a session ended on its own: {:?}", page.reply);
        } else {
            let agreed = [request.lasting, true].iter().any(|lasting| self.has_agreed(request, *lasting));
            assert!(request.asks || !agreed, "consent was forgotten: {:?}", page.reply);
        }
        let credentials = [("username", &*self.username), ("password", &*self.password)];
        let fields = if signs_in { &credentials[..] } else { &[("decision", "allow")] };
        let (figures, browser) = (&self.place.figures, &mut self.browsers[at]);
        let landing = known(figures, unknown, async || browser.submit(page, &form, fields).await).await;
        if signs_in {
            assert!(!is_sign_in(&landing), "the password is not accepted: {:?}", landing.reply);
            self.unknown_sessions += *unknown - before;
            self.signed_in[at] = true;
            figures.sign_ins.up();
        }
        landing
    }

    fn has_agreed(&self, request: &Request<'_>, lasting: bool) -> bool {
        self.agreed.contains(&(request.client.id.clone(), lasting))
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
        assert!(landing.reply.text().contains("You are signed out"), "{:?}", landing.reply);
    }

    /// Registers the person, if nobody has the user name.
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

    /// Runs three commands at the same time. The two others may find the person disabled and do nothing.
    async fn disable_beside_others(&mut self) {
        let place = self.place;
        let input = format!("{} of another time\n", self.password);
        let password = ["user", "set-password", "--password-stdin", "--username", &self.username];
        let update = ["user", "update", "--claim", "nickname=Al", &self.username];
        let others = (run(&place.operator, &password, &input), run(&place.operator, &update, ""));
        tokio::join!(self.command(&["user", "disable"], ""), others.0, others.1);
    }

    /// Runs a command about the person until it succeeds. A repeated command may find its work done.
    async fn command(&self, args: &[&str], input: &str) -> Finished {
        let args = [args, &[&*self.username, "--json"]].concat();
        let mut last = None;
        for attempt in 0..TRIES {
            let finished = run(&self.place.operator, &args, input).await;
            let done = match args[1] {
                "delete" => "there is no user",
                _ => "is registered already",
            };
            if finished.status.success() || (attempt > 0 && finished.stderr.contains(done)) {
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

async fn run(cli: &Cli, args: &[&str], input: &str) -> Finished {
    let (cli, input) = (cli.clone(), input.to_owned());
    let args: Vec<String> = args.iter().map(|&argument| argument.to_owned()).collect();
    let command = move || cli.finish(&args.iter().map(String::as_str).collect::<Vec<_>>(), &input);
    spawn_blocking(command).await.unwrap()
}
