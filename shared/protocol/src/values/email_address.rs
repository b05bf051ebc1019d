//! Email addresses that mail is sent to.

use std::fmt;
use std::sync::Arc;

/// The longest address (RFC 5321 §4.5.3.1.3, without the angle brackets).
const MAX_BYTES: usize = 254;
/// The longest part in front of the `@` (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;
/// The longest label of a domain (RFC 1035 §2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// The error for a text that is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not an email address such as ada@example.org")]
pub struct MalformedEmailAddress;

/// An email address in its plain form: `local-part@domain`, in ASCII, without quotes, comments or a display name. It keeps
/// its spelling; see [`EmailAddress::normalized`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(Arc<str>);

impl EmailAddress {
    /// Reads an address (RFC 5321 §4.1.2, `Dot-string "@" Domain`).
    ///
    /// # Errors
    /// [`MalformedEmailAddress`] when the text has another form. A domain has at least two labels.
    pub fn parse(text: &str) -> Result<Self, MalformedEmailAddress> {
        let (local, domain) = text.rsplit_once('@').ok_or(MalformedEmailAddress)?;
        let fits = text.len() <= MAX_BYTES && local.len() <= MAX_LOCAL_BYTES;
        if fits && local.split('.').all(is_atom) && domain.contains('.') && domain.split('.').all(is_label) {
            Ok(Self(text.into()))
        } else {
            Err(MalformedEmailAddress)
        }
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form in which addresses are compared. Case is ignored in both parts: no mail system in use tells
    /// mailboxes apart by case.
    pub fn normalized(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Returns the domain in lower case.
    pub fn domain(&self) -> String {
        self.0.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase()).unwrap_or_default()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Checks an atom (RFC 5322 §3.2.3).
fn is_atom(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

/// Checks a label of a host name (RFC 1123 §2.1).
fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let ends = !text.starts_with('-') && !text.ends_with('-');
    (1..=MAX_LABEL_BYTES).contains(&text.len()) && ends && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c236_an_address_is_one_mailbox_and_nothing_that_a_header_could_read_otherwise() {
        for good in ["ada@example.org", "a.b+c@x-1.example", "o'hara@example.co.uk", "1@2.3"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        let (local, label) = ("a".repeat(64), "b".repeat(63));
        for longest in [format!("{local}@example.org"), format!("ada@{label}.org")] {
            assert!(EmailAddress::parse(&longest).is_ok(), "{longest}");
        }
        let long_label = format!("ada@{label}b.org");
        let long = format!("{local}a@example.org");
        let longer = format!("a@{}org", "abcdefghi.".repeat(26));
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@example",
            "ada@.org",
            "ada@example..org",
            "ada@-example.org",
            "ada@example-.org",
            &long_label,
            ".ada@example.org",
            "ada.@example.org",
            "a@b@example.org",
            "Ada <ada@example.org>",
            "ada@example.org, bob@example.org",
            "ada@example.org\r\nBcc: bob@example.org",
            "ada @example.org",
            " ada@example.org",
            "\"ada\"@example.org",
            "ada@[192.0.2.1]",
            "\u{e4}da@example.org",
            "ada@ex\u{e4}mple.org",
            &long,
            &longer,
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(MalformedEmailAddress), "{bad:?}");
        }
    }

    #[test]
    fn an_address_keeps_its_spelling_and_is_compared_without_case() {
        let address = EmailAddress::parse("Ada@Example.ORG").unwrap();
        assert_eq!((address.as_str(), &*address.normalized()), ("Ada@Example.ORG", "ada@example.org"));
        assert_eq!(address.domain(), "example.org");
    }
}
