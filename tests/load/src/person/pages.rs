//! The pages that a person sees on the way to an answer for an app or a device.

use harness::Landing;

use crate::person::{Person, Request, is_sign_in, known};

impl Person<'_> {
    /// Returns the path of a request, which is pushed first if its app does so. A push whose answer was lost left a request
    /// that nobody answers.
    pub(super) async fn target(&self, request: &Request<'_>) -> String {
        let Some(push) = &request.push else { return request.target.clone() };
        let reply = self.place.figures.until_known(async || push().send().await).await.reply;
        assert_eq!(reply.status, 201, "{reply:?}");
        let request_uri = reply.string("request_uri").replace(':', "%3A");
        format!("/authorize?client_id={}&request_uri={request_uri}", request.client.id)
    }

    /// Fills in the form of a page, after checking that the page must be shown.
    pub(super) async fn fill_in(
        &mut self,
        at: usize,
        request: &Request<'_>,
        page: &Landing,
        unknown: &mut usize,
    ) -> Landing {
        assert_eq!(page.reply.status, 200, "{:?}", page.reply);
        if is_sign_in(page) {
            return self.sign_in(at, page, unknown).await;
        }
        // A code is issued even if the store does not answer when the consent is to be remembered.
        if self.is_silent(request) {
            self.place.figures.forgotten.up();
        }
        self.decide(at, page, "allow", unknown).await
    }

    /// Sends the decision of the person.
    async fn decide(&mut self, at: usize, page: &Landing, decision: &str, unknown: &mut usize) -> Landing {
        let (form, figures, browser) = (page.form(), &self.place.figures, &mut self.browsers[at]);
        known(figures, unknown, async || browser.submit(page, &form, &[("decision", decision)]).await).await
    }

    /// Signs in on a page that asks for it.
    async fn sign_in(&mut self, at: usize, page: &Landing, unknown: &mut usize) -> Landing {
        assert!(!self.signed_in[at], "a session ended on its own: {:?}", page.reply);
        let (form, before) = (page.form(), *unknown);
        let credentials = [("username", &*self.username), ("password", &*self.password)];
        let (figures, browser) = (&self.place.figures, &mut self.browsers[at]);
        let landing = known(figures, unknown, async || browser.submit(page, &form, &credentials).await).await;
        assert!(!is_sign_in(&landing), "the password is not accepted: {:?}", landing.reply);
        self.unknown_sessions += *unknown - before;
        self.signed_in[at] = true;
        figures.sign_ins.up();
        landing
    }

    /// Opens the link of a device, signs in where that is needed, and answers its request.
    pub(crate) async fn answer_device(&mut self, at: usize, user_code: &str, decision: &str) {
        self.register().await;
        self.grants[at] += 1;
        let (figures, browser, unknown) = (&self.place.figures, &mut self.browsers[at], &mut 0);
        let path = format!("/device?user_code={user_code}");
        let mut page = known(figures, unknown, async || browser.go(&path).await).await;
        if is_sign_in(&page) {
            page = self.sign_in(at, &page, unknown).await;
        }
        assert!(page.reply.status == 200 && page.reply.text().contains("name=\"decision\""), "{:?}", page.reply);
        let mut unanswered = 0;
        let done = self.decide(at, &page, decision, &mut unanswered).await;
        // The answer may have been stored although nobody was told. Then the second one comes too late.
        let is_second = unanswered > 0 && done.reply.status == 400;
        assert!(done.reply.status == 200 || is_second, "{:?}", done.reply);
    }
}

/// Returns whether a page says that its form, or the pushed request that it is about, was answered before.
pub(super) fn was_used(page: &str) -> bool {
    page.contains("This form was used before") || page.contains("It was answered before")
}
