//! Points in time and spans, in whole seconds.

/// A point in time: seconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// A span of time in seconds.
pub type Seconds = u32;

impl Timestamp {
    /// The point `seconds` after the start of 1970.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970, as in `exp` and `iat`.
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// The point `span` later.
    #[must_use]
    pub const fn plus(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span as u64))
    }

    /// The point `span` earlier.
    #[must_use]
    pub const fn minus(self, span: Seconds) -> Self {
        Self(self.0.saturating_sub(span as u64))
    }

    /// The seconds since `earlier`; zero if `earlier` is in the future.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
