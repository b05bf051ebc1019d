//! The proof that every text of pages and mails comes from a catalogue: in a language of marks, no words are outside of them.

use std::collections::BTreeMap;

use crate::brand_draft::BrandDraft;
use crate::brand_worn::tests::try_on;
use crate::every_page::pages;
use crate::language::{Language, written_in};
use crate::mail::tests::EVERY_CHANGE;
use crate::passkey::tests::without_script;
use crate::{BrandLink, Consent, FormPost, Mail, PostAgain, form_post};

/// A tag of the language for tests, which nobody speaks.
const MARKS: &str = "qps";
/// The value that the pages show, in the place of every name.
const VALUE: &str = "42";
/// The pages for developers, which are in English.
const FOR_DEVELOPERS: [&str; 6] = [
    "start",
    "callback with a code",
    "callback with an error",
    "callback with nothing",
    "outbox",
    "outbox without mail",
];

/// Returns the English catalogue with each text between marks.
fn marked() -> String {
    let english = include_str!("../languages/en.ftl");
    let mark = |line: &str| {
        if line.starts_with('#') {
            return line.to_owned();
        }
        let (begin, text) = match (line.split_once(" = "), line.trim_start().starts_with(['[', '*'])) {
            (_, true) => line.split_once("] ").map(|(key, text)| (format!("{key}] "), text)).unwrap(),
            (Some((id, text)), _) => (format!("{id} = "), text),
            // The lines around the plural forms of a message, and empty ones.
            (None, _) => return line.to_owned(),
        };
        format!("{begin}\u{27e6}{text}\u{27e7}")
    };
    english.lines().map(mark).collect::<Vec<String>>().join("\n")
}

/// Runs a test in the language of marks, with a deployment's name and links.
fn in_marks(test: impl FnOnce()) {
    let draft = BrandDraft {
        name: VALUE.to_owned(),
        links: BrandLink::ALL.map(|link| (link, "https://quince.example/".to_owned())).to_vec(),
        languages: BTreeMap::from([(MARKS.to_owned(), marked())]),
        ..BrandDraft::default()
    };
    try_on(&draft, |_| written_in(Language::of_list(MARKS).unwrap(), test));
}

/// Returns the letters of a text that are outside of marks.
fn outside(text: &str) -> String {
    let mut depth = 0_i32;
    let mut letters = String::new();
    for c in text.chars() {
        match c {
            '\u{27e6}' => depth += 1,
            '\u{27e7}' => depth -= 1,
            _ if depth == 0 && c.is_alphabetic() => letters.push(c),
            _ => {}
        }
        assert!(depth >= 0, "{text}");
    }
    assert_eq!(depth, 0, "{text}");
    letters
}

/// Returns what a person reads of a page: the text between tags, and the attributes that are read aloud or shown.
fn read(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap_or((page, "</style>"));
    let (_, after) = rest.split_once("</style>").unwrap();
    let mut read = String::new();
    for part in format!("{before}{after}").split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        for attribute in ["aria-label", "alt", "title", "placeholder", "content-language"] {
            for value in tag.split(&format!(" {attribute}=\"")).skip(1) {
                read.push_str(value.split('"').next().unwrap());
            }
        }
        read.push_str(text);
    }
    read
}

/// Renders the pages that the tests of every page leave out: those that send themselves, and a list of links.
fn more_pages() -> Vec<(&'static str, String)> {
    let (action, fields, link) = ("https://quince.example/", &[(VALUE, VALUE)][..], Some("https://quince.example/"));
    let posted = FormPost { redirect_host: VALUE, registered_itself: None, action, fields };
    let consent = Consent {
        client_name: VALUE,
        registered_itself: None,
        username: VALUE,
        redirect_host: VALUE,
        is_native: false,
        scopes: &[],
        resources: &[],
        profile_at: None,
        actors: &[],
        logo: None,
        website: link,
        policy: link,
        terms: link,
        action: "/",
        request: VALUE,
        ticket: VALUE,
        switch_account: "/",
        changed: false,
    };
    vec![
        ("form post", posted.render().unwrap()),
        ("post again", PostAgain { action: "/", fields }.render().unwrap()),
        ("consent with links", consent.render().unwrap()),
    ]
}

#[test]
fn no_page_has_words_of_its_own() {
    in_marks(|| {
        let mut count = 0;
        for (name, page) in pages(VALUE, "/").into_iter().chain(more_pages()) {
            if FOR_DEVELOPERS.contains(&name) {
                continue;
            }
            assert!(page.starts_with("<!doctype html>\n<html lang=\"qps\">"), "{name}");
            let read = read(&without_script(&page).replace(form_post::SCRIPT, ""));
            assert!(read.contains('\u{27e6}'), "{name}: {read}");
            assert_eq!(outside(&read), "", "{name}: {read}");
            count += 1;
        }
        assert!(count > 35, "{count}");
    });
}

#[test]
fn no_mail_has_words_of_its_own() {
    let (username, link, forgotten, account) = (VALUE, "https://42/", "https://42/", "https://42/");
    let factors = EVERY_CHANGE.map(|change| Mail::FactorsChanged { username, change, account });
    let others = [
        Mail::ResetPassword { username, link, minutes: 30 },
        Mail::ConfirmAddress { link, minutes: 30 },
        Mail::SignUp { link, minutes: 30 },
        Mail::Invitation { link, until: VALUE },
        Mail::HasAccount { username, forgotten },
        Mail::AccountDeleted { username },
        Mail::AddressChanged { username, account },
        Mail::PasswordChanged { username, forgotten, by_mail: true },
        Mail::PasswordChanged { username, forgotten, by_mail: false },
    ];
    in_marks(|| {
        for mail in others.into_iter().chain(factors) {
            let mail = mail.render().unwrap();
            assert!(!mail.subject.contains('\n'), "{}", mail.subject);
            for text in [mail.subject, mail.text, read(&mail.html)] {
                let without_links = text.replace("https://42/", "");
                assert!(without_links.contains('\u{27e6}'), "{text}");
                assert_eq!(outside(&without_links), "", "{text}");
            }
        }
    });
}

#[test]
fn what_is_outside_of_marks_is_found() {
    assert_eq!(outside("\u{27e6}in \u{27e6}deep\u{27e7}\u{27e7} 42 \u{2013} out"), "out");
    assert_eq!(read("<p title=\"a\">b<b>c</b></p><style>d</style>"), "abc");
}

#[test]
fn every_text_of_the_english_catalogue_is_marked() {
    let texts = marked();
    let [begins, ends] = ['\u{27e6}', '\u{27e7}'].map(|mark| texts.matches(mark).count());
    assert!(begins == ends && begins > 380, "{begins} {ends}");
}
