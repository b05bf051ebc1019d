//! The pages of an account, for the tests that apply to every page.

use std::borrow::Cow;

use crate::introduction::introduction;
use crate::{
    Account, AccountApp, AccountPassword, AccountSession, AccountSignIn, GivenScope, Introduction, KeptData,
    ProfileNames, Text, passkey,
};

pub(crate) fn account(v: &str, base: &str, alert: Option<&str>) -> String {
    let given = |descriptions: &[&str]| GivenScope {
        token: v.to_owned(),
        descriptions: descriptions.iter().map(|&text| text.to_owned()).collect(),
    };
    let app = |registered_itself| AccountApp {
        client_id: v.to_owned(),
        name: v.to_owned(),
        registered_itself,
        host: v.to_owned(),
        scope: vec![given(&[]), given(&[v, v])],
        since: 0,
    };
    let described = Introduction::DescribedBy(Cow::Owned(v.to_owned()));
    let (id, signed_in, last_seen) = (v.to_owned(), v.to_owned(), v.to_owned());
    let session = |is_this| AccountSession {
        id: id.clone(),
        is_this,
        signed_in: signed_in.clone(),
        last_seen: last_seen.clone(),
    };
    let page = Account {
        username: v,
        base,
        has_mail: true,
        has_passkeys: true,
        kept: alert.map_or(KeptData::Off, |_| KeptData::Delete),
        sign_out: base,
        ticket: v,
        names: ProfileNames { name: v, given_name: v, family_name: v },
        alert: alert.map(Text::verbatim),
        apps: &[app(None), app(Some(introduction(v))), app(Some(described))],
        sessions: &[session(true), session(false)],
    };
    page.render().unwrap()
}

pub(crate) fn account_sign_in(v: &str, action: &str, alert: Option<&str>) -> String {
    let (forgotten, again) = (alert.map(|_| action), alert.is_some());
    let (passkey, alert) = (alert.map(passkey::tests::form), alert.map(Text::verbatim));
    let page =
        AccountSignIn { username: v, action, forgotten, sign_up: forgotten, to: v, ticket: v, passkey, alert, again };
    page.render().unwrap()
}

pub(crate) fn account_password(v: &str, base: &str, alert: Option<&str>) -> String {
    let page = AccountPassword {
        username: v,
        base,
        ticket: v,
        min_length: 15,
        current_alert: alert.map(Text::verbatim),
        new_alert: alert.map(Text::verbatim),
        ends_others: alert.is_none(),
    };
    page.render().unwrap()
}
