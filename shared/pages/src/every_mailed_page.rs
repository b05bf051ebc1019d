//! The pages that have to do with mail, for the tests of every page.

use crate::{
    AccountConfirm, AccountDelete, AccountEmail, AccountForgotten, AccountNew, AccountNotice, AccountReset,
    AccountSignUp, Outbox, OutboxMail, Text,
};

/// Renders the pages in every variant, with `v` for each value and `path` for each link.
pub(crate) fn mailed_pages(v: &str, path: &str) -> Vec<(&'static str, String)> {
    vec![
        ("forgotten password", account_forgotten(v, path, None)),
        ("forgotten password again", account_forgotten(v, path, Some(v))),
        ("reset", account_reset(v, path, None)),
        ("reset again", account_reset(v, path, Some(v))),
        ("sign-up", account_sign_up(v, path, None)),
        ("sign-up again", account_sign_up(v, path, Some(v))),
        ("new account", account_new(v, path, None)),
        ("new account again", account_new(v, path, Some(v))),
        ("delete", AccountDelete { base: path, username: v, ticket: v, alert: None }.render().unwrap()),
        (
            "delete again",
            AccountDelete { base: path, username: v, ticket: v, alert: Some(Text::verbatim(v)) }.render().unwrap(),
        ),
        ("address", account_email(v, path, None)),
        ("address again", account_email(v, path, Some(v))),
        ("confirm", AccountConfirm { base: path, username: v, address: v, link: v, ticket: v }.render().unwrap()),
        ("account notice", account_notice(v, path)),
        ("outbox", outbox(v, path)),
        ("outbox without mail", Outbox { mails: &[] }.render().unwrap()),
    ]
}

fn account_notice(v: &str, leads_to: &str) -> String {
    let text = || Text::verbatim(v);
    AccountNotice { title: text(), text: &[text(), text()], leads_to, label: text() }.render().unwrap()
}

fn account_forgotten(v: &str, base: &str, alert: Option<&str>) -> String {
    let alert = alert.map(Text::verbatim);
    AccountForgotten { base, username: v, request: v, back: base, ticket: v, alert }.render().unwrap()
}

fn account_sign_up(v: &str, base: &str, alert: Option<&str>) -> String {
    let alert = alert.map(Text::verbatim);
    AccountSignUp { base, email: v, request: v, back: base, ticket: v, alert }.render().unwrap()
}

fn account_new(v: &str, base: &str, alert: Option<&str>) -> String {
    let [name_alert, password_alert] = [alert, alert].map(|alert| alert.map(Text::verbatim));
    let page = AccountNew { base, link: v, email: v, username: v, min_length: 15, name_alert, password_alert };
    page.render().unwrap()
}

fn account_email(v: &str, base: &str, alert: Option<&str>) -> String {
    let alert = alert.map(Text::verbatim);
    AccountEmail { base, address: v, is_confirmed: true, typed: v, ticket: v, alert }.render().unwrap()
}

fn account_reset(v: &str, base: &str, alert: Option<&str>) -> String {
    let alert = alert.map(Text::verbatim);
    AccountReset { base, username: v, link: v, min_length: 15, alert }.render().unwrap()
}

fn outbox(v: &str, path: &str) -> String {
    let owned = |text: &str| text.to_owned();
    let links = vec![format!("com.example.app:{path}")];
    let mail = OutboxMail { to: owned(v), subject: owned(v), sent_at: owned(v), text: owned(v), links };
    Outbox { mails: &[mail] }.render().unwrap()
}
