//! People: they sign in, consent, and return to the app with a code.

use harness::{Browser, Callback, Fault, Landing, Pkce, Reply, Span, authorization_url};

use crate::matrix::{Flow, under_every_fault};
use crate::place::{CALLBACK, Code, Place, is_granted, is_refused};

/// A page with a form, and its browser.
struct Page {
    browser: Browser,
    landing: Landing,
    verifier: String,
}

pub(crate) fn is_callback(reply: &Reply) -> bool {
    reply.status == 303 && reply.location().map(Callback::at).is_some_and(|callback| callback.code.is_some())
}

/// Asserts that the code works exactly once.
pub(crate) async fn redeems_once(place: &Place, app: &harness::RegisteredClient, reply: &Reply, verifier: String) {
    assert!(is_callback(reply), "{reply:?}");
    let callback = Callback::at(reply.location().unwrap());
    let code = Code { code: callback.code().to_owned(), verifier };
    let first = place.redeem(app, &code).await;
    assert!(is_granted(&first), "{first:?}");
    let second = place.redeem(app, &code).await;
    assert!(is_refused(&second), "{second:?}");
}

/// A signed-in person opens a link to an app with earlier consent.
struct SilentCode;

impl Flow for SilentCode {
    type Ready = Pkce;

    async fn prepare(&self, _: &Place) -> Pkce {
        Pkce::new()
    }

    async fn act(&self, place: &Place, pkce: &mut Pkce) -> Reply {
        let url = authorization_url(&place.web.id, CALLBACK, pkce, &[]);
        place.browser.lock().await.go(&url).await.reply
    }

    /// A signed-in person must not be asked to sign in just because the store does not answer.
    fn is_right(&self, reply: &Reply) -> bool {
        is_callback(reply)
    }

    async fn settle(&self, place: &Place, mut pkce: Pkce, right: Option<Reply>) {
        let reply = self.answered(place, &mut pkce, right).await;
        redeems_once(place, &place.web, &reply, pkce.verifier).await;
    }
}

/// A person consents on the page.
struct Consent;

impl Flow for Consent {
    type Ready = Page;

    async fn prepare(&self, place: &Place) -> Page {
        let pkce = Pkce::new();
        let url = authorization_url(&place.spa.id, CALLBACK, &pkce, &[("prompt", "consent")]);
        let mut browser = place.stack.browser();
        browser.cookies.clone_from(&place.browser.lock().await.cookies);
        let landing = browser.go(&url).await;
        Page { browser, landing, verifier: pkce.verifier }
    }

    async fn act(&self, _: &Place, page: &mut Page) -> Reply {
        page.browser.submit(&page.landing, &page.landing.form(), &[("decision", "allow")]).await.reply
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_callback(reply)
    }

    async fn settle(&self, place: &Place, mut page: Page, right: Option<Reply>) {
        let mut reply = self.answered(place, &mut page, right).await;
        // The code may have been issued but never shown. The same form creates no second grant: the app has to start
        // again.
        if reply.status == 400 {
            assert!(reply.text().contains("This form was used before"), "{reply:?}");
            page = self.prepare(place).await;
            reply = self.act(place, &mut page).await;
        }
        redeems_once(place, &place.spa, &reply, page.verifier).await;
    }
}

/// A person signs in with a password.
struct SignIn;

impl Flow for SignIn {
    type Ready = Page;

    async fn prepare(&self, place: &Place) -> Page {
        let pkce = Pkce::new();
        let url = authorization_url(&place.web.id, CALLBACK, &pkce, &[]);
        let mut browser = place.stack.browser();
        let landing = browser.go(&url).await;
        Page { browser, landing, verifier: pkce.verifier }
    }

    async fn act(&self, place: &Place, page: &mut Page) -> Reply {
        let ana = [("username", &*place.ana.username), ("password", &*place.ana.password)];
        page.browser.submit(&page.landing, &page.landing.form(), &ana).await.reply
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_callback(reply)
    }

    async fn settle(&self, place: &Place, mut page: Page, right: Option<Reply>) {
        let reply = self.answered(place, &mut page, right).await;
        redeems_once(place, &place.web, &reply, page.verifier).await;
    }
}

/// Nobody reads a page in answer to a request with `prompt=none`, so the app is told.
#[tokio::test]
async fn a_silent_request_goes_back_to_the_app_while_the_store_does_not_answer() {
    let place = Place::start().await;
    let mut browser = place.browser.lock().await;
    let url = |more: &[(&str, &str)]| authorization_url(&place.web.id, CALLBACK, &Pkce::new(), more);
    let silent = url(&[("prompt", "none"), ("state", "s")]);
    let signed = url(&[("prompt", "none"), ("response_mode", "jwt")]);
    // The client and the keys are cached from here on.
    drop(browser.go(&signed).await);
    assert!(is_callback(&browser.go(&silent).await.reply));
    place.proxy.break_call(0, Fault::FailedBefore, Span::Always);
    let told = browser.go(&silent).await;
    let callback = told.callback().unwrap_or_else(|| panic!("no answer to the app: {:?}", told.reply));
    assert_eq!((callback.error.as_deref(), callback.state.as_deref()), (Some("temporarily_unavailable"), Some("s")));
    let signed = browser.go(&signed).await;
    let location = signed.reply.location().unwrap_or_else(|| panic!("no answer to the app: {:?}", signed.reply));
    assert!(location.query().is_some_and(|query| query.starts_with("response=")), "{location}");
    // A person gets a page.
    let page = browser.go(&url(&[])).await.reply;
    assert!(page.status == 503 && page.retry_after().is_some(), "{page:?}");
    place.proxy.heal();
    assert!(is_callback(&browser.go(&silent).await.reply));
}

#[tokio::test]
async fn people_sign_in_agree_and_come_back() {
    tokio::join!(
        under_every_fault("silent code", SilentCode),
        under_every_fault("consent", Consent),
        under_every_fault("sign-in", SignIn),
    );
}
