//! The authenticator app of a person, and the pages on which it is added and asked for.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use harness::{Browser, Form, Landing, forms};

/// An authenticator app that has the key of a person (RFC 6238).
#[derive(Clone, Debug)]
pub(crate) struct Authenticator {
    key: Vec<u8>,
    /// The step of the last code that it gave.
    last: u64,
}

/// The things that a person keeps after adding an app.
pub(crate) struct Factor {
    pub(crate) app: Authenticator,
    pub(crate) recovery_codes: Vec<String>,
}

impl Authenticator {
    /// Reads the key that the page shows.
    pub(crate) fn of(page: &Landing) -> Self {
        Self { key: base32(&between(page.reply.text(), "<pre><code>", "</code>")), last: 0 }
    }

    /// Returns a code that was not given before. The server takes those of the step before and after the current one, so
    /// there are three without a wait; for a further one, the app waits as its owner would.
    #[expect(clippy::disallowed_methods, reason = "an authenticator app reads the clock of its own device")]
    pub(crate) fn code(&mut self) -> String {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs();
        while self.last > now() / 30 {
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        let seconds = now();
        // A step that is nearly over may be too old when the server sees its code.
        let first = if seconds % 30 < 20 { seconds / 30 - 1 } else { seconds / 30 };
        self.last = first.max(self.last + 1);
        self.code_of(self.last)
    }

    /// Returns a code of another step, which the server does not take.
    pub(crate) fn old_code(&self) -> String {
        self.code_of(self.last.saturating_sub(50))
    }

    fn code_of(&self, step: u64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.key);
        let hash = hmac::sign(&key, &step.to_be_bytes());
        let from = usize::from(hash.as_ref()[19] & 15);
        let number = u32::from_be_bytes(hash.as_ref()[from..from + 4].try_into().expect("four bytes"));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }
}

/// Adds an authenticator app in a browser that is signed in to the account.
pub(crate) async fn add_factor(browser: &mut Browser) -> Factor {
    let page = browser.go("/account/factors").await;
    assert!(page.reply.text().contains("<h1>Add an authenticator app</h1>"), "{:?}", page.reply);
    let mut app = Authenticator::of(&page);
    let added = browser.submit(&page, &page.form(), &[("code", &app.code())]).await;
    Factor { app, recovery_codes: shown_codes(&added) }
}

/// Returns the recovery codes that a page shows.
pub(crate) fn shown_codes(page: &Landing) -> Vec<String> {
    assert!(page.reply.text().contains("<h1>Your recovery codes</h1>"), "{:?}", page.reply);
    between(page.reply.text(), "<pre><code>", "</code>").lines().map(str::to_owned).collect()
}

pub(crate) fn asks_for_a_factor(page: &Landing) -> bool {
    page.reply.text().contains("<h1>Enter your code</h1>")
}

/// Returns the form of a page that has a field.
pub(crate) fn form_with(page: &Landing, field: &str) -> Form {
    let found = forms(page.reply.text()).into_iter().find(|form| form.input(field).is_some());
    found.unwrap_or_else(|| panic!("no form with {field}: {:?}", page.reply))
}

/// Sends a second factor: a `code` or a `recovery_code`.
pub(crate) async fn show_factor(browser: &mut Browser, page: &Landing, (field, value): (&str, &str)) -> Landing {
    browser.submit(page, &form_with(page, field), &[(field, value)]).await
}

fn between(text: &str, start: &str, end: &str) -> String {
    let (_, rest) = text.split_once(start).expect("the beginning");
    rest.split_once(end).expect("the end").0.to_owned()
}

fn base32(text: &str) -> Vec<u8> {
    let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'2'..=b'7' => byte - b'2' + 26,
        other => panic!("no base32: {other}"),
    });
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for digit in digits {
        (buffer, bits) = (buffer << 5 | u32::from(digit), bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 0xff).expect("a byte"));
        }
    }
    bytes
}
