//! People who make their own account.
//!
//! # Decisions
//! - A name with an `@` must be the address of the account. Somebody who is called like another person's address would get
//!   the mail that this person asks for by typing it, and apps may take a name for an address.
//! - A name is no link and no part of one. It is in mails, whose readers make links of what looks like one, and on pages of apps.
//! - The address is confirmed: the account is made with a link that was sent to it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{PersonKey, Timestamp, has_hidden_characters};
use protocol::{Claim, Claims, EmailAddress, MalformedName, Subject, Username};

use crate::{Factors, PasswordHash, User};

/// The random bits of a new person.
#[derive(Clone, Copy, Debug)]
pub struct NewIdentity {
    /// The 128 bits of the key.
    pub key: [u8; 16],
    /// The 128 bits of the `sub`.
    pub subject: [u8; 16],
}

/// The reasons why a new person cannot have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitName {
    /// It is empty, too long, or has characters that a name cannot have.
    #[error("a name has 1 to 128 bytes, without spaces and characters that are invisible")]
    Malformed,
    /// It has characters that do not fit the profile in which names are compared.
    #[error("it has letters or signs that a name cannot have, such as ligatures and emoji")]
    Unusual,
    /// It could be taken for a link.
    #[error("a name has none of the signs / \\ : ? # % < > \" &, and does not begin with www.")]
    Link,
    /// It looks like the address of somebody else.
    #[error("a name with an @ must be your own address")]
    AnotherAddress,
}

impl User {
    /// Builds a person who is not registered yet.
    ///
    /// # Errors
    /// [`MalformedName`] never happens with 128 bits.
    pub fn unregistered(
        username: Username,
        password: PasswordHash,
        identity: NewIdentity,
        now: Timestamp,
    ) -> Result<Self, MalformedName> {
        let subject = format!("{}{}", Subject::PREFIX, URL_SAFE_NO_PAD.encode(identity.subject));
        Ok(Self {
            key: PersonKey::from_bytes(identity.key),
            username,
            aliased: true,
            subject: Subject::parse(&subject)?,
            claims: Claims::default(),
            password,
            factors: Factors::default(),
            credential_version: 1,
            disabled: false,
            created_at: now,
            sessions: 0,
            grants: 0,
        })
    }
}

/// Reads the name that a person with this address chose.
///
/// # Errors
/// [`UnfitName`] when it cannot be the name of this person.
pub fn chosen_name(typed: &str, address: &EmailAddress) -> Result<Username, UnfitName> {
    let username = Username::parse(typed.trim()).map_err(|_| UnfitName::Malformed)?;
    if has_hidden_characters(username.as_str()) {
        return Err(UnfitName::Malformed);
    }
    if !username.fits_profile() {
        return Err(UnfitName::Unusual);
    }
    if could_be_a_link(&username.normalized()) {
        return Err(UnfitName::Link);
    }
    let is_own = EmailAddress::parse(username.as_str()).is_ok_and(|named| named.normalized() == address.normalized());
    if username.normalized().contains('@') && !is_own {
        return Err(UnfitName::AnotherAddress);
    }
    Ok(username)
}

/// The signs that make a text look like a link. Names of people and companies have the others.
pub const SIGNS_OF_LINKS: [char; 3] = ['/', '\\', ':'];

/// Returns whether a text that a person chose could be taken for a link, or for a part of one.
pub fn could_be_a_link(text: &str) -> bool {
    text.contains(SIGNS_OF_LINKS) || text.to_lowercase().starts_with("www.")
}

/// Returns the claims of a new person whose address is confirmed.
pub fn claims_of_new(address: &EmailAddress, now: Timestamp) -> Claims {
    let claims = Claims::default().with(Claim::Email, address.as_str()).with(Claim::EmailVerified, true);
    claims.with(Claim::UpdatedAt, now.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::tests::NOW;

    fn address() -> EmailAddress {
        EmailAddress::parse("ada@example.org").unwrap()
    }

    #[test]
    fn c235_nobody_is_called_like_the_address_of_somebody_else() {
        let name = |typed| chosen_name(typed, &address()).map(|name| name.as_str().to_owned());
        assert_eq!(name(" ada "), Ok("ada".to_owned()));
        assert_eq!(name("Ada@example.org"), Ok("Ada@example.org".to_owned()));
        for other in ["bob@example.org", "ada@example.net", "@ada", "ada@", "ada\u{ff20}example.net"] {
            assert_eq!(name(other), Err(UnfitName::AnotherAddress), "{other}");
        }
        for malformed in ["", " ", "a da", "a\u{202e}da", &"a".repeat(129)] {
            assert_eq!(name(malformed), Err(UnfitName::Malformed), "{malformed:?}");
        }
    }

    #[test]
    fn c145_a_chosen_name_fits_the_profile_in_which_names_are_compared() {
        for unusual in ["\u{fb01}nance", "\u{2170}", "\u{1f600}"] {
            assert_eq!(chosen_name(unusual, &address()), Err(UnfitName::Unusual), "{unusual}");
        }
        assert!(chosen_name("J\u{fc}rgen", &address()).is_ok());
    }

    #[test]
    fn c235_a_chosen_name_is_no_link() {
        for link in [
            "https://evil.example/refund",
            "evil.example/refund",
            "mailto:ada",
            "WWW.evil.example",
            "a\u{ff0f}b",
            "evil\\b",
        ] {
            assert_eq!(chosen_name(link, &address()), Err(UnfitName::Link), "{link}");
        }
        for fine in ["ada.lovelace", "o'neill", "ada_1-2+3", "tom&jerry", "www"] {
            assert!(chosen_name(fine, &address()).is_ok(), "{fine}");
        }
    }

    #[test]
    fn c235_the_address_of_a_new_account_is_confirmed() {
        let identity = NewIdentity { key: [1; 16], subject: [2; 16] };
        let (name, hash) = (Username::parse("ada").unwrap(), PasswordHash::from_stored("x".to_owned()));
        let user = User::unregistered(name, hash, identity, NOW).unwrap();
        assert_eq!(user.confirmed_address(), None);
        let user = User { claims: claims_of_new(&address(), NOW), ..user };
        assert!(user.has_confirmed(&address()) && user.aliased && !user.disabled);
        assert_eq!(user.subject.as_str(), "usr_AgICAgICAgICAgICAgICAg");
    }
}
