//! A person's function is killed (SIGKILL) after any of its calls to the store; the person sends the same form
//! again.

use harness::{Browser, Callback, Landing, Pkce, RegisteredUser, authorization_url};

use crate::crash::{Silenced, survived};
use crate::stack::{CALLBACK, SHARED, deployment, new_user};
use crate::{Deployment, Gateway};

/// A person with an open form in the browser.
pub(super) struct Visit {
    user: RegisteredUser,
    pkce: Pkce,
    browser: Browser,
    pub(super) page: Landing,
}

impl Silenced {
    /// Starts a gateway with one browser-facing function.
    pub(super) async fn door(&self, function: &str) -> Gateway {
        let mut deployment: Deployment = deployment();
        deployment.template.functions.retain(|known| known.binary == function);
        deployment.environment = self.settings(function).environment;
        Gateway::start(&deployment).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Opens the sign-in page as a new person.
    async fn visit(&self, door: &Gateway) -> Visit {
        let (user, pkce) = (new_user(), Pkce::new());
        let mut browser = Browser::new(&door.url());
        let page = browser.go(&target(&pkce)).await;
        Visit { user, pkce, browser, page }
    }
}

impl Visit {
    /// A person with a page that no app asked for.
    pub(super) fn of(user: RegisteredUser, browser: Browser, page: Landing) -> Self {
        Self { user, pkce: Pkce::new(), browser, page }
    }

    /// Fills in the form of the page and sends it.
    pub(super) async fn send(&mut self) -> Landing {
        let form = self.page.form();
        let signs_in = [("username", &*self.user.username), ("password", &*self.user.password)];
        let agrees = [("decision", "allow")];
        let filled = if form.input("password").is_some() { &signs_in[..] } else { &agrees[..] };
        self.browser.submit(&self.page, &form, filled).await
    }

    /// Sends the form; the function ends with the request.
    pub(super) async fn send_to(&mut self, _door: Gateway) -> Landing {
        self.send().await
    }

    /// Confirms the sign-out; the function ends with the request.
    async fn sign_out(&mut self, _door: Gateway) -> Landing {
        let form = self.page.form();
        self.browser.submit(&self.page, &form, &[("decision", "sign_out")]).await
    }

    /// Moves the same page in the same browser to another function.
    pub(super) fn moves_to(&mut self, door: &Gateway) {
        let mut browser = Browser::new(&door.url());
        browser.cookies.clone_from(&self.browser.cookies);
        let site: http::Uri = door.url().parse().unwrap();
        self.page.url.set_port(site.port_u16()).unwrap();
        self.browser = browser;
    }

    /// Follows the pages until the app receives an answer.
    async fn goes_on(&mut self, landing: Landing) -> Callback {
        match landing.callback() {
            Some(callback) => callback,
            None if landing.reply.status == 200 => {
                self.page = landing;
                self.send().await.callback().unwrap()
            }
            None => {
                // The grant was made but its code never shown: the same form creates no other grant. The app starts
                // again.
                assert!(landing.reply.text().contains("This form was used before"), "{:?}", landing.reply);
                self.pkce = Pkce::new();
                let (user, target) = (self.user.clone(), target(&self.pkce));
                self.browser.sign_in_and_consent(&target, &user.username, &user.password).await
            }
        }
    }

    /// Asserts that the code works exactly once.
    async fn redeems_once(&self, callback: &Callback) {
        let (http, verifier) = (SHARED.stack.http(), &*self.pkce.verifier);
        let fields = [("code", callback.code()), ("redirect_uri", CALLBACK), ("code_verifier", verifier)];
        let ask = || http.post("/token").client(&SHARED.web).field("grant_type", "authorization_code").fields(&fields);
        let (first, second) = (ask().send().await, ask().send().await);
        assert_eq!((first.status, second.status), (200, 400), "{first:?} {second:?}");
    }
}

fn target(pkce: &Pkce) -> String {
    authorization_url(&SHARED.web.id, CALLBACK, pkce, &[("scope", "read")])
}

/// Runs the test at the consent page if `at_consent`, otherwise at the sign-in page.
async fn a_person_whose_function_dies(request: &str, at_consent: bool, calls: usize) {
    let silenced = Silenced::start();
    for place in 0.. {
        let door = silenced.door("authorize").await;
        let mut visit = silenced.visit(&door).await;
        if at_consent {
            visit.page = visit.send().await;
            assert!(visit.page.form().input("password").is_none(), "{:?}", visit.page.reply);
        }
        if !silenced.dies_after(place, visit.send_to(door)).await {
            return survived(request, place, calls);
        }
        let door = silenced.door("authorize").await;
        visit.moves_to(&door);
        let landing = visit.send().await;
        let callback = visit.goes_on(landing).await;
        visit.redeems_once(&callback).await;
    }
}

#[tokio::test]
async fn a_sign_in_that_died_is_done_again() {
    a_person_whose_function_dies("sign-in", false, 4).await;
}

#[tokio::test]
async fn a_consent_that_died_makes_one_grant_or_is_asked_for_anew() {
    a_person_whose_function_dies("consent", true, 2).await;
}

#[tokio::test]
async fn a_sign_out_that_died_is_done_again() {
    let silenced = Silenced::start();
    for place in 0.. {
        let (user, target) = (new_user(), target(&Pkce::new()));
        let mut browser = SHARED.stack.browser();
        browser.sign_in_and_consent(&target, &user.username, &user.password).await;
        let door = silenced.door("logout").await;
        let mut leaving = Browser::new(&door.url());
        leaving.cookies.clone_from(&browser.cookies);
        let page = leaving.go("/logout").await;
        let mut visit = Visit { user, pkce: Pkce::new(), browser: leaving, page };
        if !silenced.dies_after(place, visit.sign_out(door)).await {
            return survived("sign-out", place, 2);
        }
        let door = silenced.door("logout").await;
        visit.moves_to(&door);
        let landing = visit.sign_out(door).await;
        // The second, if the answer of an earlier attempt was lost.
        let says = ["You are signed out", "You are not signed in"];
        assert!(says.iter().any(|says| landing.reply.text().contains(says)), "{:?}", landing.reply);
        assert!(browser.go(&target).await.form().input("password").is_some(), "{place}: the session is still good");
    }
}
