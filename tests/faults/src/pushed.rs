//! Pushed authorization requests: a client pushes one, and a person answers it.

use harness::{Browser, Callback, Landing, Pkce, Reply};

use crate::matrix::{Flow, under_every_fault};
use crate::people::{is_callback, redeems_once};
use crate::place::{CALLBACK, Place};

/// A page about a pushed request, and its browser.
struct Page {
    browser: Browser,
    landing: Landing,
    verifier: String,
}

/// Pushes a request of the app that asks for consent each time.
async fn push(place: &Place, pkce: &Pkce) -> Reply {
    let fields = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("code_challenge", &*pkce.challenge),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
    ];
    place.http.post("/par").client(&place.spa).fields(&fields).send().await
}

/// Returns the path at which the browser continues.
fn target(place: &Place, reply: &Reply) -> String {
    let request_uri = reply.string("request_uri").replace(':', "%3A");
    format!("/authorize?client_id={}&request_uri={request_uri}", place.spa.id)
}

/// Opens the consent page in a browser of its own.
async fn open(place: &Place, target: &str, verifier: String) -> Page {
    let mut browser = place.stack.browser();
    browser.cookies.clone_from(&place.browser.lock().await.cookies);
    let landing = browser.go(target).await;
    Page { browser, landing, verifier }
}

async fn allow(page: &mut Page) -> Reply {
    page.browser.submit(&page.landing, &page.landing.form(), &[("decision", "allow")]).await.reply
}

/// A client pushes a request.
struct Push;

impl Flow for Push {
    type Ready = Pkce;

    async fn prepare(&self, _: &Place) -> Pkce {
        Pkce::new()
    }

    async fn act(&self, place: &Place, pkce: &mut Pkce) -> Reply {
        push(place, pkce).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 201
    }

    async fn settle(&self, place: &Place, mut pkce: Pkce, right: Option<Reply>) {
        let reply = self.answered(place, &mut pkce, right).await;
        let mut page = open(place, &target(place, &reply), pkce.verifier).await;
        let reply = allow(&mut page).await;
        redeems_once(place, &place.spa, &reply, page.verifier).await;
    }
}

/// A person opens a pushed request.
struct FirstPage;

impl Flow for FirstPage {
    type Ready = (String, String);

    async fn prepare(&self, place: &Place) -> (String, String) {
        let pkce = Pkce::new();
        (target(place, &push(place, &pkce).await), pkce.verifier)
    }

    async fn act(&self, place: &Place, (target, _): &mut (String, String)) -> Reply {
        open(place, target, String::new()).await.landing.reply
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200
    }

    /// Whatever happened to the first visit, the request can be visited again.
    async fn settle(&self, place: &Place, (target, verifier): (String, String), _: Option<Reply>) {
        let mut page = open(place, &target, verifier).await;
        let reply = allow(&mut page).await;
        redeems_once(place, &place.spa, &reply, page.verifier).await;
    }
}

/// A person allows a pushed request.
struct Agreement;

impl Flow for Agreement {
    type Ready = Page;

    async fn prepare(&self, place: &Place) -> Page {
        let pkce = Pkce::new();
        let target = target(place, &push(place, &pkce).await);
        open(place, &target, pkce.verifier).await
    }

    async fn act(&self, _: &Place, page: &mut Page) -> Reply {
        allow(page).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_callback(reply)
    }

    async fn settle(&self, place: &Place, mut page: Page, right: Option<Reply>) {
        let mut reply = self.answered(place, &mut page, right).await;
        // The code may have been issued but never shown. The request makes no second one: the app has to start again.
        if reply.status == 400 {
            assert!(reply.text().contains("It was answered before"), "{reply:?}");
            page = self.prepare(place).await;
            reply = self.act(place, &mut page).await;
        }
        redeems_once(place, &place.spa, &reply, page.verifier).await;
    }
}

/// A person denies a pushed request.
struct Denial;

impl Flow for Denial {
    type Ready = Page;

    async fn prepare(&self, place: &Place) -> Page {
        Agreement.prepare(place).await
    }

    async fn act(&self, _: &Place, page: &mut Page) -> Reply {
        page.browser.submit(&page.landing, &page.landing.form(), &[("decision", "deny")]).await.reply
    }

    fn is_right(&self, reply: &Reply) -> bool {
        let callback = reply.location().map(Callback::at);
        callback.is_some_and(|callback| callback.error.as_deref() == Some("access_denied"))
    }

    /// The app may never have been told. The request stays denied either way.
    async fn settle(&self, place: &Place, mut page: Page, right: Option<Reply>) {
        let reply = self.answered(place, &mut page, right).await;
        let told = reply.status == 400 && reply.text().contains("It was answered before");
        assert!(told || self.is_right(&reply), "{reply:?}");
        assert_eq!(allow(&mut page).await.status, 400);
    }
}

#[tokio::test]
async fn a_request_is_pushed_and_answered() {
    tokio::join!(
        under_every_fault("push", Push),
        under_every_fault("first page of a pushed request", FirstPage),
        under_every_fault("agreement to a pushed request", Agreement),
        under_every_fault("denial of a pushed request", Denial),
    );
}
