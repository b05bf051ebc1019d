//! The stages of a grant.

use crate::terms::ids::{Attempt, Generation};
use crate::terms::time::{Seconds, Timestamp};

/// The stage of a grant, with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A client pushed the request, and nobody has answered it.
    Pushed {
        /// The time until which the request can be shown to a person.
        shown_before: Timestamp,
        /// The attempt that wrote this stage.
        attempt: Attempt,
    },
    /// A device asked, and nobody has answered its request.
    Pending {
        /// The number of seconds to wait between two polls.
        interval: Seconds,
        /// The time from which on the next poll is not too early.
        next_poll_at: Timestamp,
        /// The attempt that wrote this stage.
        attempt: Attempt,
    },
    /// A person approved the request of a device, which has not got its tokens.
    Approved {
        /// The time when the device code expires.
        code_expires_at: Timestamp,
        /// The attempt that wrote this stage.
        attempt: Attempt,
    },
    /// A person denied the request of a device.
    Denied,
    /// The code was issued and not redeemed.
    Issued {
        /// The time when the code expires.
        code_expires_at: Timestamp,
        /// The attempt that wrote this stage.
        attempt: Attempt,
    },
    /// The code was redeemed.
    Active {
        /// The number of times that tokens were issued.
        generation: Generation,
        /// The time when tokens were last issued.
        rotated_at: Timestamp,
        /// The time when the refresh token of this generation expires.
        refresh_expires_at: Timestamp,
        /// The attempt that wrote this stage.
        attempt: Attempt,
    },
    /// The grant is revoked for good.
    Revoked,
}

/// The stage of a grant, without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The request waits for a person, see [`Stage::Pushed`].
    Pushed,
    /// The request of a device waits for a person, see [`Stage::Pending`].
    Pending,
    /// The device may get its tokens, see [`Stage::Approved`].
    Approved,
    /// The device gets no tokens, see [`Stage::Denied`].
    Denied,
    /// The code is out, see [`Stage::Issued`].
    Issued,
    /// The code was redeemed, see [`Stage::Active`].
    Active,
    /// The grant is over, see [`Stage::Revoked`].
    Revoked,
}

impl State {
    const ALL: [Self; 7] =
        [Self::Pushed, Self::Pending, Self::Approved, Self::Denied, Self::Issued, Self::Active, Self::Revoked];

    /// The name as stored in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pushed => "pushed",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Issued => "issued",
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }

    /// Finds the state that is stored as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

impl Stage {
    /// The name of this stage.
    pub const fn state(&self) -> State {
        match self {
            Self::Pushed { .. } => State::Pushed,
            Self::Pending { .. } => State::Pending,
            Self::Approved { .. } => State::Approved,
            Self::Denied => State::Denied,
            Self::Issued { .. } => State::Issued,
            Self::Active { .. } => State::Active,
            Self::Revoked => State::Revoked,
        }
    }
}
