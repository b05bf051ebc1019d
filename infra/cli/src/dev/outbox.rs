//! The outbox of the local stack: it keeps the mails that would be sent, and shows them at `/outbox`.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use back_channel_logout::{NotSent, OutgoingMail, Post, Sending};
use edge::{Response, html, json};
use grants::Timestamp;
use http::{StatusCode, header};
use lambda_http::Request;
use pages::OutboxMail;
use serde::Serialize;

use crate::output;

/// The most mails that are kept; older ones are dropped.
const MOST: usize = 1000;

/// The mails of this run, the newest first.
pub(crate) struct Outbox {
    /// The URL at which they are shown.
    url: String,
    kept: Mutex<VecDeque<Kept>>,
}

/// A mail as programs read it.
#[derive(Clone, Serialize)]
struct Kept {
    to: String,
    subject: String,
    text: String,
    html: String,
    /// In seconds since 1970.
    sent_at: u64,
    links: Vec<String>,
}

impl Outbox {
    /// Creates an empty outbox of a stack with this issuer.
    pub(crate) fn new(issuer: &str) -> Self {
        Self { url: format!("{issuer}/outbox"), kept: Mutex::default() }
    }

    /// Answers `/outbox`: a page, or a JSON document for a program that names its media type.
    pub(crate) fn answer(&self, request: &Request) -> Response {
        let kept: Vec<Kept> = self.lock().iter().cloned().collect();
        let accepted = request.headers().get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        if accepted.into_iter().any(|accepted| accepted.contains("application/json")) {
            return json(StatusCode::OK, &kept);
        }
        let sent: Vec<String> = kept.iter().map(|mail| pages::moment(mail.sent_at)).collect();
        let row = |(mail, sent): (&'_ Kept, &'_ String)| OutboxMail {
            to: mail.to.clone(),
            subject: mail.subject.clone(),
            sent_at: sent.clone(),
            text: mail.text.clone(),
            links: mail.links.clone(),
        };
        let mails: Vec<OutboxMail> = kept.iter().zip(&sent).map(row).collect();
        html(StatusCode::OK, pages::Outbox { mails: &mails }.render())
    }

    fn keep(&self, mail: &OutgoingMail, now: Timestamp) -> Result<(), NotSent> {
        let content = &mail.content;
        let kept = Kept {
            to: mail.to.to_string(),
            subject: content.subject.clone(),
            text: content.text.clone(),
            html: content.html.clone(),
            sent_at: now.seconds(),
            links: content.links.clone(),
        };
        let line = format!("mail to {}: {} (read it at {})", kept.to, kept.subject, self.url);
        let mut all = self.lock();
        all.push_front(kept);
        all.truncate(MOST);
        drop(all);
        output::tell(&line).map_err(|_| NotSent::Refused("standard output is closed".to_owned()))
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Post for Outbox {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> Sending<'a> {
        Box::pin(async move { self.keep(mail, edge::now()) })
    }
}
