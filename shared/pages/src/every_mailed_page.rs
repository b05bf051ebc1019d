//! The pages that have to do with mail, for the tests of every page.

use crate::{AccountConfirm, AccountEmail, AccountForgotten, AccountNotice, AccountReset, Outbox, OutboxMail};

/// Renders the pages in every variant, with `v` for each value and `path` for each link.
pub(crate) fn mailed_pages(v: &str, path: &str) -> Vec<(&'static str, String)> {
    vec![
        ("forgotten password", account_forgotten(v, path, None)),
        ("forgotten password again", account_forgotten(v, path, Some(v))),
        ("reset", account_reset(v, path, None)),
        ("reset again", account_reset(v, path, Some(v))),
        ("address", account_email(v, path, None)),
        ("address again", account_email(v, path, Some(v))),
        ("confirm", AccountConfirm { base: path, username: v, address: v, link: v, ticket: v }.render().unwrap()),
        ("account notice", AccountNotice { title: v, text: &[v, v], leads_to: path, label: v }.render().unwrap()),
        ("outbox", outbox(v, path)),
        ("outbox without mail", Outbox { mails: &[] }.render().unwrap()),
    ]
}

fn account_forgotten(v: &str, base: &str, alert: Option<&str>) -> String {
    AccountForgotten { base, username: v, ticket: v, alert }.render().unwrap()
}

fn account_email(v: &str, base: &str, alert: Option<&str>) -> String {
    AccountEmail { base, address: v, is_confirmed: true, typed: v, ticket: v, alert }.render().unwrap()
}

fn account_reset(v: &str, base: &str, alert: Option<&str>) -> String {
    AccountReset { base, username: v, link: v, min_length: 15, alert }.render().unwrap()
}

fn outbox(v: &str, path: &str) -> String {
    let owned = |text: &str| text.to_owned();
    let links = vec![format!("com.example.app:{path}")];
    let mail = OutboxMail { to: owned(v), subject: owned(v), sent_at: owned(v), text: owned(v), links };
    Outbox { mails: &[mail] }.render().unwrap()
}
