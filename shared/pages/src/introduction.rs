//! The way in which an app that no operator registered became known.

use std::borrow::Cow;

/// The way in which an app that no operator registered became known. Nobody checked what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Introduction {
    /// The app registered itself on this date.
    RegisteredOn(Cow<'static, str>),
    /// The app describes itself in a document on this host. The host is part of its id, so nobody else has that id.
    DescribedBy(Cow<'static, str>),
}

/// The introduction of the apps in tests.
#[cfg(test)]
pub(crate) const SOME_DAY: Introduction = Introduction::RegisteredOn(Cow::Borrowed("23 November 2026"));

/// The introduction of the apps in tests that describe themselves.
#[cfg(test)]
pub(crate) const SOME_HOST: Introduction = Introduction::DescribedBy(Cow::Borrowed("client.example"));

/// The introduction of an app that registered itself, with `v` in place of the date.
#[cfg(test)]
pub(crate) fn introduction(v: &str) -> Introduction {
    Introduction::RegisteredOn(Cow::Owned(v.to_owned()))
}
