//! The pages of the account that have forms.

use sessions::RequestDigest;

/// A page with forms. A form counts only for the page that it was shown on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The account with profile, apps and sessions.
    Overview,
    /// The change of the password.
    Password,
    /// The page of the second factor.
    Factors,
    /// The page of the passkeys.
    Passkeys,
    /// The confirmation of an address.
    Email,
    /// The download of everything that is kept about the person.
    Data,
    /// The deletion of the account.
    Delete,
}

impl Page {
    /// The name of the page in a form.
    pub(crate) fn name(self) -> &'static str {
        self.path().trim_start_matches('/')
    }

    /// Returns the page with this name; the account for any other.
    pub(crate) fn named(name: &str) -> Self {
        let pages = [Self::Password, Self::Factors, Self::Passkeys, Self::Email, Self::Data, Self::Delete];
        pages.into_iter().find(|page| page.name() == name).unwrap_or(Self::Overview)
    }

    /// The part of the path after that of the account.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Password => "/password",
            Self::Factors => "/factors",
            Self::Passkeys => "/passkeys",
            Self::Email => "/email",
            Self::Data => "/data",
            Self::Delete => "/delete",
        }
    }

    /// Returns the digest that the tickets of its forms are bound to.
    pub(crate) fn digest(self) -> RequestDigest {
        RequestDigest::of(&format!("/account{}", self.path()))
    }
}
