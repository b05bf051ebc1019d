//! Short texts that name something.

use std::fmt;

/// Why a text cannot be the name it was given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is empty, too long, or holds characters that are not allowed")]
pub struct MalformedName;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $max:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Accepts `text` when its length and its characters are those of the type.
            ///
            /// # Errors
            /// [`MalformedName`] when they are not.
            pub fn parse(text: &str) -> Result<Self, MalformedName> {
                let allowed: fn(&str) -> bool = $allowed;
                if text.is_empty() || text.len() > $max || !allowed(text) {
                    return Err(MalformedName);
                }
                Ok(Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name! {
    /// `client_id` (RFC 6749 §2.2): 1 to 256 visible ASCII characters. It never starts with `usr_`, which is how a
    /// user's [`Subject`] starts, so that the `sub` of a service can never be a person's (RFC 9700 §4.15).
    ClientId, 256, |text| is_visible(text) && !text.starts_with(Subject::PREFIX)
}
name! {
    /// `sub` of a person: `usr_` and 22 characters of base64url. Given by Jeton, never chosen.
    Subject, 64, |text| text.strip_prefix(Subject::PREFIX).is_some_and(|rest| rest.len() == 22 && is_visible(rest))
}
name! {
    /// `state` (RFC 6749 §4.1.1): any text up to 4 KiB, returned as it came.
    State, 4096, |_| true
}
name! {
    /// `nonce` (OpenID Connect Core §3.1.2.1): any text up to 512 bytes.
    Nonce, 512, |_| true
}
name! {
    /// The name with which a person signs in: up to 128 bytes, without white space or control characters.
    /// Upper and lower case are one: see [`Username::normalized`].
    Username, 128, |text| !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

impl Subject {
    /// How every person's `sub` starts.
    pub const PREFIX: &'static str = "usr_";
}

impl Username {
    /// The form that tells people apart: lower case.
    pub fn normalized(&self) -> String {
        self.0.to_lowercase()
    }
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_can_not_be_named_like_a_person() {
        assert_eq!(ClientId::parse("usr_AAAAAAAAAAAAAAAAAAAAAA"), Err(MalformedName));
        assert!(ClientId::parse("orders").is_ok());
        assert!(Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").is_ok());
        assert_eq!(Subject::parse("orders"), Err(MalformedName));
    }

    #[test]
    fn a_client_id_is_visible_ascii() {
        for bad in ["", "a b", "a\n", "é", &"a".repeat(257)] {
            assert_eq!(ClientId::parse(bad), Err(MalformedName), "{bad:?}");
        }
    }

    #[test]
    fn a_username_ignores_case() {
        assert_eq!(Username::parse("Ada@Example").unwrap().normalized(), "ada@example");
        assert_eq!(Username::parse("ada lovelace"), Err(MalformedName));
    }
}
