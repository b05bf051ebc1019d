//! Guards: conditions on a grant at the moment of a write.
//!
//! A guard has one of a few shapes and tests a fact of the grant. A new fact needs an arm of [`Fact`], an accessor
//! in [`Fact::of`] and an attribute name in [`Fact::attribute`]; the store can then test it. A guard that a client
//! may fail is listed in [`Requirements`] with the refusal it causes, so that a write and its explanation share one
//! list.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use protocol::{Resource, Scope};

use crate::step::grant::{Grant, Stage, State};
use crate::terms::ids::Generation;
use crate::terms::refusal::Refusal;
use crate::terms::time::Timestamp;

/// A condition on the stored grant. All but [`Guard::Absent`] are false for an absent item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The item does not exist.
    Absent,
    /// The grant is in one of these states.
    StateIn(&'static [State]),
    /// The fact has this value.
    Same(Fact, Value),
    /// The grant does not have this fact. Only for facts that do not belong to a state.
    Lacks(Fact),
    /// The time of the fact is later than this one.
    After(Fact, Timestamp),
    /// The list or set contains this text.
    Contains(Fact, String),
    /// The list has exactly one member besides this one, which it may contain.
    OneBeside(Fact, String),
    /// The set has fewer members than this.
    Below(Fact, NonZeroUsize),
}

/// A fact of a grant that guards test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The id of the client.
    Client,
    /// The S256 challenge that binds the code.
    CodeChallenge,
    /// The expiry of the code, while it is issued.
    CodeExpiresAt,
    /// The redirect URI that the code was sent to.
    RedirectUri,
    /// `true` if the authorization request contained the redirect URI.
    RedirectUriSent,
    /// The APIs of the grant.
    Resources,
    /// The tokens of the scope.
    Scope,
    /// The generation of the last tokens, while the grant is active.
    Generation,
    /// The expiry of the refresh token, while the grant is active.
    RefreshExpiresAt,
    /// The end of the grant.
    EndsAt,
    /// The generations whose access tokens were revoked one by one.
    RevokedAccess,
}

/// A value to compare a fact with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text, compared byte by byte.
    Text(String),
    /// An unsigned 32-bit number.
    Number(u32),
    /// A flag: `true` or `false`.
    Flag(bool),
}

/// The value that a grant has for a fact.
enum Held<'g> {
    Text(&'g str),
    Number(u32),
    Flag(bool),
    Time(Timestamp),
    Resources(&'g [Resource]),
    Scope(&'g Scope),
    Generations(&'g BTreeSet<Generation>),
}

/// Guards in the order in which failures are reported, each with the refusal it causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    guard: Guard,
    refusal: Refusal,
}

impl Fact {
    /// The name of its attribute in the table.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Client => "client_id",
            Self::CodeChallenge => "code_challenge",
            Self::CodeExpiresAt => "code_expires_at",
            Self::RedirectUri => "redirect_uri",
            Self::RedirectUriSent => "redirect_uri_sent",
            Self::Resources => "resources",
            Self::Scope => "scope",
            Self::Generation => "generation",
            Self::RefreshExpiresAt => "refresh_expires_at",
            Self::EndsAt => "ends_at",
            Self::RevokedAccess => "revoked_access",
        }
    }

    /// The state it belongs to. Its attribute may remain after that state, and then has no meaning.
    pub const fn state(self) -> Option<State> {
        match self {
            Self::CodeExpiresAt => Some(State::Issued),
            Self::Generation | Self::RefreshExpiresAt => Some(State::Active),
            Self::Client
            | Self::CodeChallenge
            | Self::RedirectUri
            | Self::RedirectUriSent
            | Self::Resources
            | Self::Scope
            | Self::EndsAt
            | Self::RevokedAccess => None,
        }
    }

    fn of(self, grant: &Grant) -> Option<Held<'_>> {
        Some(match (self, &grant.stage) {
            (Self::Client, _) => Held::Text(grant.client_id.as_str()),
            (Self::CodeChallenge, _) => Held::Text(grant.binding()?.code_challenge.as_ref()?.as_str()),
            (Self::CodeExpiresAt, Stage::Issued { code_expires_at, .. }) => Held::Time(*code_expires_at),
            (Self::RedirectUri, _) => Held::Text(grant.binding()?.redirect_uri.as_str()),
            (Self::RedirectUriSent, _) => Held::Flag(grant.binding().is_some_and(|binding| binding.redirect_uri_sent)),
            (Self::Resources, _) => Held::Resources(&grant.resources),
            (Self::Scope, _) => Held::Scope(&grant.scope),
            (Self::Generation, Stage::Active { generation, .. }) => Held::Number(generation.number()),
            (Self::RefreshExpiresAt, Stage::Active { refresh_expires_at, .. }) => Held::Time(*refresh_expires_at),
            (Self::EndsAt, _) => Held::Time(grant.ends_at),
            (Self::RevokedAccess, _) => Held::Generations(&grant.revoked_access),
            (Self::CodeExpiresAt | Self::Generation | Self::RefreshExpiresAt, _) => return None,
        })
    }

    /// The fact has this value.
    pub fn is(self, value: impl Into<Value>) -> Guard {
        Guard::Same(self, value.into())
    }

    /// The grant does not have this fact.
    pub const fn is_absent(self) -> Guard {
        Guard::Lacks(self)
    }

    /// The time is later than `time`.
    pub const fn is_after(self, time: Timestamp) -> Guard {
        Guard::After(self, time)
    }

    /// The list or set contains `text`.
    pub fn contains(self, text: &str) -> Guard {
        Guard::Contains(self, text.to_owned())
    }

    /// The list has exactly one member besides `text`, which it may contain.
    pub fn has_one_beside(self, text: &str) -> Guard {
        Guard::OneBeside(self, text.to_owned())
    }

    /// The set has fewer members than `limit`.
    pub const fn is_below(self, limit: NonZeroUsize) -> Guard {
        Guard::Below(self, limit)
    }
}

impl Guard {
    /// The code was issued and not redeemed.
    pub const ISSUED: Self = Self::StateIn(&[State::Issued]);
    /// The code was redeemed and the grant is not revoked.
    pub const ACTIVE: Self = Self::StateIn(&[State::Active]);
    /// The grant is not revoked.
    pub const NOT_REVOKED: Self = Self::StateIn(&[State::Issued, State::Active]);

    /// Checks whether the guard holds for the item.
    pub fn holds(&self, item: Option<&Grant>) -> bool {
        let Some(grant) = item else { return *self == Self::Absent };
        match self {
            Self::Absent => false,
            Self::StateIn(states) => states.contains(&grant.stage.state()),
            Self::Same(fact, value) => fact.of(grant).is_some_and(|held| held.is(value)),
            Self::Lacks(fact) => fact.of(grant).is_none(),
            Self::After(fact, time) => matches!(fact.of(grant), Some(Held::Time(held)) if held > *time),
            Self::Contains(fact, text) => fact.of(grant).is_some_and(|held| held.contains(text)),
            Self::OneBeside(fact, text) => fact.of(grant).is_some_and(|held| match (held.len(), held.contains(text)) {
                (1, _) | (2, true) => true,
                (_, _) => false,
            }),
            Self::Below(fact, limit) => fact.of(grant).is_some_and(|held| held.len() < limit.get()),
        }
    }
}

impl Held<'_> {
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(held), Value::Text(value)) => held == value,
            (Self::Number(held), Value::Number(value)) => held == value,
            (Self::Flag(held), Value::Flag(value)) => held == value,
            _ => false,
        }
    }

    fn contains(&self, text: &str) -> bool {
        match self {
            Self::Resources(held) => held.iter().any(|resource| resource.as_str() == text),
            Self::Scope(held) => held.contains(text),
            Self::Text(_) | Self::Number(_) | Self::Flag(_) | Self::Time(_) | Self::Generations(_) => false,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Resources(held) => held.len(),
            Self::Scope(held) => held.tokens().count(),
            Self::Generations(held) => held.len(),
            Self::Text(_) | Self::Number(_) | Self::Flag(_) | Self::Time(_) => 0,
        }
    }
}

impl Requirements {
    /// Adds a guard and the refusal it causes.
    #[must_use]
    pub fn require(mut self, guard: Guard, refusal: Refusal) -> Self {
        self.0.push(Requirement { guard, refusal });
        self
    }

    /// Adds all of `others`.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Returns the refusal of the first guard that does not hold.
    pub fn first_unmet(&self, grant: &Grant) -> Option<Refusal> {
        self.0.iter().find(|requirement| !requirement.guard.holds(Some(grant))).map(|requirement| requirement.refusal)
    }

    /// The guards, without their refusals.
    pub fn into_guards(self) -> impl Iterator<Item = Guard> {
        self.0.into_iter().map(|requirement| requirement.guard)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}
