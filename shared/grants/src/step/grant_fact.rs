//! The facts of a grant that guards test.

use crate::step::grant::Grant;
use crate::step::guard::{Attribute, Fact, Guard, Held};
use crate::step::stage::{Stage, State};
use crate::terms::confirmation::Confirmation;

/// A fact of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantFact {
    /// The name of the state.
    State,
    /// The id of the client.
    Client,
    /// The time when the grant was made, or its request.
    CreatedAt,
    /// The S256 challenge that binds the code.
    CodeChallenge,
    /// The key that the code is bound to.
    CodeKey,
    /// The expiry of the code, while it is issued.
    CodeExpiresAt,
    /// The expiry of the device code, while its request is approved.
    DeviceCodeExpiresAt,
    /// The number of seconds between two polls of a device, while nobody has answered its request.
    PollInterval,
    /// The time from which on the next poll of a device is not too early, while nobody has answered its request.
    NextPollAt,
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
    /// The key that the refresh token is bound to.
    RefreshKey,
    /// The expiry of the refresh token, while the grant is active.
    RefreshExpiresAt,
    /// The end of the grant.
    EndsAt,
    /// The generations whose access tokens were revoked one by one.
    RevokedAccess,
}

impl Fact for GrantFact {
    type Record = Grant;

    const KEY: &'static str = "id";

    fn attribute(self) -> Attribute<Self> {
        match self {
            Self::State => Attribute::named("state"),
            Self::Client => Attribute::named("client_id"),
            Self::CreatedAt => Attribute::named("created_at"),
            Self::CodeChallenge => Attribute::named("code_challenge"),
            Self::CodeKey => Attribute::named("code_jkt"),
            Self::CodeExpiresAt => Attribute::named("code_expires_at").belonging_to(Guard::ISSUED),
            Self::DeviceCodeExpiresAt => Attribute::named("device_code_expires_at").belonging_to(Guard::APPROVED),
            Self::PollInterval => Attribute::named("poll_interval").belonging_to(Guard::PENDING),
            Self::NextPollAt => Attribute::named("next_poll_at").belonging_to(Guard::PENDING),
            Self::RedirectUri => Attribute::named("redirect_uri"),
            Self::RedirectUriSent => Attribute::named("redirect_uri_sent"),
            Self::Resources => Attribute::named("resources"),
            Self::Scope => Attribute::named("scope"),
            Self::Generation => Attribute::named("generation").belonging_to(Guard::ACTIVE),
            Self::RefreshKey => Attribute::named("refresh_jkt"),
            Self::RefreshExpiresAt => Attribute::named("refresh_expires_at").belonging_to(Guard::ACTIVE),
            Self::EndsAt => Attribute::named("ends_at"),
            Self::RevokedAccess => Attribute::named("revoked_access"),
        }
    }

    fn of(self, grant: &Grant) -> Option<Held<'_>> {
        Some(match (self, &grant.stage) {
            (Self::State, stage) => Held::Text(stage.state().as_str().into()),
            (Self::Client, _) => Held::Text(grant.client_id.as_str().into()),
            (Self::CreatedAt, _) => Held::Time(grant.created_at),
            (Self::CodeChallenge, _) => Held::Text(grant.binding()?.code_challenge.as_ref()?.as_str().into()),
            (Self::CodeKey, _) => Held::Text(grant.binding()?.code_key?.to_string().into()),
            (Self::CodeExpiresAt, Stage::Issued { code_expires_at, .. })
            | (Self::DeviceCodeExpiresAt, Stage::Approved { code_expires_at, .. }) => Held::Time(*code_expires_at),
            (Self::PollInterval, Stage::Pending { interval, .. }) => Held::Number(*interval),
            (Self::NextPollAt, Stage::Pending { next_poll_at, .. }) => Held::Time(*next_poll_at),
            (Self::RedirectUri, _) => Held::Text(grant.binding()?.redirect_uri.as_str().into()),
            (Self::RedirectUriSent, _) => Held::Flag(grant.binding().is_some_and(|binding| binding.redirect_uri_sent)),
            (Self::Resources, _) => Held::Resources(&grant.resources),
            (Self::Scope, _) => Held::Scope(&grant.scope),
            (Self::Generation, Stage::Active { generation, .. }) => Held::Number(generation.number()),
            (Self::RefreshKey, _) => Held::Text(grant.refresh_key?.to_string().into()),
            (Self::RefreshExpiresAt, Stage::Active { refresh_expires_at, .. }) => Held::Time(*refresh_expires_at),
            (Self::EndsAt, _) => Held::Time(grant.ends_at),
            (Self::RevokedAccess, _) => Held::Generations(&grant.revoked_access),
            (
                Self::CodeExpiresAt
                | Self::DeviceCodeExpiresAt
                | Self::PollInterval
                | Self::NextPollAt
                | Self::Generation
                | Self::RefreshExpiresAt,
                _,
            ) => return None,
        })
    }
}

impl GrantFact {
    /// Returns the guard of a fact that names a key: the key is not set, or it is the one that was proven.
    pub(crate) fn admits(self, proven: Option<Confirmation>) -> Guard<Self> {
        match proven {
            Some(Confirmation::Jkt(key)) => self.is_or_lacks(&*key.to_string()),
            None => self.is_absent(),
        }
    }
}

impl Guard<GrantFact> {
    /// The request was pushed, and nobody has answered it.
    pub const PUSHED: Self = Self::In(GrantFact::State, &[State::Pushed.as_str()]);
    /// A device asked, and nobody has answered its request.
    pub const PENDING: Self = Self::In(GrantFact::State, &[State::Pending.as_str()]);
    /// A person approved the request of a device, which has not got its tokens.
    pub const APPROVED: Self = Self::In(GrantFact::State, &[State::Approved.as_str()]);
    /// The code was issued and not redeemed.
    pub const ISSUED: Self = Self::In(GrantFact::State, &[State::Issued.as_str()]);
    /// The code was redeemed and the grant is not revoked.
    pub const ACTIVE: Self = Self::In(GrantFact::State, &[State::Active.as_str()]);
    /// A person agreed to the grant, and it is not revoked.
    pub const NOT_REVOKED: Self =
        Self::In(GrantFact::State, &[State::Approved.as_str(), State::Issued.as_str(), State::Active.as_str()]);
}
