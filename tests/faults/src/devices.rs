//! The device grant: a device asks for codes, a person answers, and the device polls.

use harness::{Browser, Landing, Reply};

use crate::matrix::{Flow, under_every_fault};
use crate::place::{Place, is_granted, is_refused};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The codes of a device.
struct Codes {
    device: String,
    complete: String,
}

/// The page that asks a person for a decision, with its browser and the code with which the device polls.
struct Question {
    browser: Browser,
    landing: Landing,
    device: String,
}

async fn begin(place: &Place) -> Reply {
    place.http.post("/device_authorization").client(&place.tv).field("scope", "read").send().await
}

fn codes(reply: &Reply) -> Codes {
    assert_eq!(reply.status, 200, "{reply:?}");
    Codes { device: reply.string("device_code"), complete: reply.string("verification_uri_complete") }
}

async fn poll(place: &Place, code: &str) -> Reply {
    place.ask(&place.tv, DEVICE, &[("device_code", code)]).await
}

/// Opens the link with the code, in which Ana is signed in.
async fn open(place: &Place, codes: &Codes) -> Question {
    let mut browser = place.stack.browser();
    browser.cookies.clone_from(&place.browser.lock().await.cookies);
    let landing = browser.go(&codes.complete).await;
    assert!(asks(&landing.reply), "{:?}", landing.reply);
    Question { browser, landing, device: codes.device.clone() }
}

fn asks(reply: &Reply) -> bool {
    reply.status == 200 && reply.text().contains("name=\"decision\"")
}

async fn decide(question: &mut Question, decision: &str) -> Reply {
    let form = question.landing.form();
    question.browser.submit(&question.landing, &form, &[("decision", decision)]).await.reply
}

fn has_error(reply: &Reply, error: &str) -> bool {
    reply.status == 400 && reply.string("error") == error
}

fn is_waiting(reply: &Reply) -> bool {
    has_error(reply, "authorization_pending") || has_error(reply, "slow_down")
}

async fn prepared(place: &Place) -> Question {
    open(place, &codes(&begin(place).await)).await
}

/// Asserts that the device gets one token, and that the next poll gets nothing and ends nothing.
async fn gets_one_token(place: &Place, device: &str) {
    let reply = poll(place, device).await;
    assert!(is_granted(&reply), "{reply:?}");
    let second = poll(place, device).await;
    assert!(is_refused(&second), "{second:?}");
    assert!(place.is_active(&reply.string("access_token")).await);
}

/// A device asks for codes.
struct Start;

impl Flow for Start {
    type Ready = ();

    async fn prepare(&self, _: &Place) {}

    async fn act(&self, place: &Place, (): &mut ()) -> Reply {
        begin(place).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200
    }

    /// Codes that are told lead to the request, whatever happened before.
    async fn settle(&self, place: &Place, (): (), right: Option<Reply>) {
        let codes = codes(&self.answered(place, &mut (), right).await);
        let waiting = poll(place, &codes.device).await;
        assert!(is_waiting(&waiting), "{waiting:?}");
        let mut question = open(place, &codes).await;
        assert_eq!(decide(&mut question, "allow").await.status, 200);
        gets_one_token(place, &codes.device).await;
    }
}

/// A person opens the link with the code.
struct FirstPage;

impl Flow for FirstPage {
    type Ready = (Codes, Browser);

    async fn prepare(&self, place: &Place) -> (Codes, Browser) {
        let mut browser = place.stack.browser();
        browser.cookies.clone_from(&place.browser.lock().await.cookies);
        (codes(&begin(place).await), browser)
    }

    async fn act(&self, _: &Place, (codes, browser): &mut (Codes, Browser)) -> Reply {
        browser.go(&codes.complete).await.reply
    }

    /// A store that does not answer is no reason to call a code unknown.
    fn is_right(&self, reply: &Reply) -> bool {
        asks(reply)
    }

    async fn settle(&self, place: &Place, (codes, _): (Codes, Browser), _: Option<Reply>) {
        let mut question = open(place, &codes).await;
        assert_eq!(decide(&mut question, "allow").await.status, 200);
        gets_one_token(place, &codes.device).await;
    }
}

/// A device polls before anybody has answered.
struct EarlyPoll;

impl Flow for EarlyPoll {
    type Ready = Codes;

    async fn prepare(&self, place: &Place) -> Codes {
        codes(&begin(place).await)
    }

    async fn act(&self, place: &Place, codes: &mut Codes) -> Reply {
        poll(place, &codes.device).await
    }

    /// A poll that the SDK sent again is one poll, and not two of which the second came too early.
    fn is_right(&self, reply: &Reply) -> bool {
        has_error(reply, "authorization_pending")
    }

    async fn settle(&self, place: &Place, mut codes: Codes, right: Option<Reply>) {
        let reply = self.answered(place, &mut codes, right).await;
        assert!(is_waiting(&reply), "{reply:?}");
        let mut question = open(place, &codes).await;
        assert_eq!(decide(&mut question, "allow").await.status, 200);
        gets_one_token(place, &codes.device).await;
    }
}

/// A person allows a device.
struct Approval;

impl Flow for Approval {
    type Ready = Question;

    async fn prepare(&self, place: &Place) -> Question {
        prepared(place).await
    }

    async fn act(&self, _: &Place, question: &mut Question) -> Reply {
        decide(question, "allow").await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200
    }

    /// The person may never have been told, and answers again: then the code is one that was answered.
    async fn settle(&self, place: &Place, mut question: Question, right: Option<Reply>) {
        let reply = self.answered(place, &mut question, right).await;
        assert!([200, 400].contains(&reply.status), "{reply:?}");
        gets_one_token(place, &question.device).await;
    }
}

/// A person denies a device.
struct Denial;

impl Flow for Denial {
    type Ready = Question;

    async fn prepare(&self, place: &Place) -> Question {
        prepared(place).await
    }

    async fn act(&self, _: &Place, question: &mut Question) -> Reply {
        decide(question, "deny").await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200
    }

    async fn settle(&self, place: &Place, mut question: Question, right: Option<Reply>) {
        let reply = self.answered(place, &mut question, right).await;
        assert!([200, 400].contains(&reply.status), "{reply:?}");
        let poll = poll(place, &question.device).await;
        assert!(has_error(&poll, "access_denied"), "{poll:?}");
    }
}

/// A device polls after the person has allowed it.
struct LastPoll;

impl Flow for LastPoll {
    type Ready = String;

    async fn prepare(&self, place: &Place) -> String {
        let mut question = prepared(place).await;
        assert_eq!(decide(&mut question, "allow").await.status, 200);
        question.device
    }

    async fn act(&self, place: &Place, device: &mut String) -> Reply {
        poll(place, device).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        is_granted(reply)
    }

    async fn settle(&self, place: &Place, mut device: String, right: Option<Reply>) {
        // Without an answer, the code may have been used and its tokens never shown: then the device starts again.
        let reply = self.answered(place, &mut device, right).await;
        assert!(is_granted(&reply) || is_refused(&reply), "{reply:?}");
        let second = poll(place, &device).await;
        assert!(is_refused(&second), "{second:?}");
        if is_granted(&reply) {
            assert!(place.is_active(&reply.string("access_token")).await, "a second poll ends nothing");
        }
    }
}

#[tokio::test]
async fn c125_c212_devices_ask_people_answer_and_devices_poll() {
    tokio::join!(
        under_every_fault("device codes", Start),
        under_every_fault("first page of a device", FirstPage),
        under_every_fault("poll before an answer", EarlyPoll),
        under_every_fault("approval of a device", Approval),
        under_every_fault("denial of a device", Denial),
        under_every_fault("poll after an approval", LastPoll),
    );
}
