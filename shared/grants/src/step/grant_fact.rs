//! The facts of a grant that guards test.

use crate::step::grant::{Grant, Stage, State};
use crate::step::guard::{Attribute, Fact, Guard, Held};

/// A fact of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantFact {
    /// The name of the state.
    State,
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

impl Fact for GrantFact {
    type Record = Grant;

    const KEY: &'static str = "id";

    fn attribute(self) -> Attribute<Self> {
        match self {
            Self::State => Attribute::named("state"),
            Self::Client => Attribute::named("client_id"),
            Self::CodeChallenge => Attribute::named("code_challenge"),
            Self::CodeExpiresAt => Attribute::named("code_expires_at").belonging_to(Guard::ISSUED),
            Self::RedirectUri => Attribute::named("redirect_uri"),
            Self::RedirectUriSent => Attribute::named("redirect_uri_sent"),
            Self::Resources => Attribute::named("resources"),
            Self::Scope => Attribute::named("scope"),
            Self::Generation => Attribute::named("generation").belonging_to(Guard::ACTIVE),
            Self::RefreshExpiresAt => Attribute::named("refresh_expires_at").belonging_to(Guard::ACTIVE),
            Self::EndsAt => Attribute::named("ends_at"),
            Self::RevokedAccess => Attribute::named("revoked_access"),
        }
    }

    fn of(self, grant: &Grant) -> Option<Held<'_>> {
        Some(match (self, &grant.stage) {
            (Self::State, stage) => Held::Text(stage.state().as_str().into()),
            (Self::Client, _) => Held::Text(grant.client_id.as_str().into()),
            (Self::CodeChallenge, _) => Held::Text(grant.binding()?.code_challenge.as_ref()?.as_str().into()),
            (Self::CodeExpiresAt, Stage::Issued { code_expires_at, .. }) => Held::Time(*code_expires_at),
            (Self::RedirectUri, _) => Held::Text(grant.binding()?.redirect_uri.as_str().into()),
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
}

impl Guard<GrantFact> {
    /// The code was issued and not redeemed.
    pub const ISSUED: Self = Self::In(GrantFact::State, &[State::Issued.as_str()]);
    /// The code was redeemed and the grant is not revoked.
    pub const ACTIVE: Self = Self::In(GrantFact::State, &[State::Active.as_str()]);
    /// The grant is not revoked.
    pub const NOT_REVOKED: Self = Self::In(GrantFact::State, &[State::Issued.as_str(), State::Active.as_str()]);
}
