//! The grant: one consent of one person to one client, or one opaque token of a service.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use protocol::{Claim, Claims, ClientId, CodeChallenge, IdentityScope, Nonce, RedirectUri, Resource, Scope, Subject};

use crate::terms::ids::{Attempt, Generation, GrantId, PersonKey, RestsOn, SessionId};
use crate::terms::policy::Policy;
use crate::terms::time::Timestamp;

/// One grant, as its item holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The key of the item.
    pub id: GrantId,
    /// The client it was made for.
    pub client_id: ClientId,
    /// The person who made it; `None` where a service acts for itself.
    pub subject: Option<Subject>,
    /// The name by which only clients of one sector know that person (OpenID Connect Core §8.1).
    pub pairwise_subject: Option<Subject>,
    /// What was granted.
    pub scope: Scope,
    /// The APIs it is for, in the order they were asked for; never empty.
    pub resources: Vec<Resource>,
    /// Where the code went.
    pub redirect_uri: Option<RedirectUri>,
    /// Whether the authorization request named the redirect URI itself (RFC 6749 §4.1.3).
    pub redirect_uri_sent: bool,
    /// The S256 challenge that binds the code.
    pub code_challenge: Option<CodeChallenge>,
    /// `nonce` of the authorization request.
    pub nonce: Option<Nonce>,
    /// When the person signed in.
    pub auth_time: Option<Timestamp>,
    /// The person's standing that it rests on; `None` where a service acts for itself, and in grants that version 0.1
    /// made without `openid`.
    pub footing: Option<Footing>,
    /// The claims that OpenID Connect asked for; `None` where `openid` was not granted.
    pub sign_in: Option<SignIn>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends at the latest, however often it is refreshed.
    pub ends_at: Timestamp,
    /// Generations whose access tokens were revoked one by one.
    pub revoked_access: BTreeSet<Generation>,
    /// Where it stands.
    pub stage: Stage,
}

/// The standing of a person, at the moment of the agreement, on which a grant rests for as long as it lives.
///
/// A grant is good while the person is on and has the same credentials, and, unless it has `offline_access`, while the
/// session is there. `sessions::stands` is the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footing {
    /// The key of the person's items.
    pub person: PersonKey,
    /// The version of the person's credentials; `None` in a grant of version 0.1, which rests on the person alone.
    pub credential_version: Option<u32>,
    /// The session it comes from; none where the person gave the password to the client.
    pub session: Option<SessionId>,
    /// Its number among the grants of the session, or of the person where it outlives sessions: the newest ones are good.
    pub number: u32,
}

/// The claims that a sign-in with OpenID Connect asked for, one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Single claims that the UserInfo endpoint shows besides those of the scope (OpenID Connect Core §5.5).
    pub userinfo_claims: BTreeSet<Claim>,
    /// The claims that were asked for in the ID token, as they were at that moment.
    pub id_token_claims: Claims,
}

/// Where a grant stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The code is out and not redeemed.
    Issued {
        /// When the code expires.
        code_expires_at: Timestamp,
        /// Who wrote this.
        attempt: Attempt,
    },
    /// The code was redeemed.
    Active {
        /// How often tokens were given.
        generation: Generation,
        /// When they were last given.
        rotated_at: Timestamp,
        /// When the refresh token of this generation expires.
        refresh_expires_at: Timestamp,
        /// Who wrote this.
        attempt: Attempt,
    },
    /// For ever.
    Revoked,
}

/// The name of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// [`Stage::Issued`].
    Issued,
    /// [`Stage::Active`].
    Active,
    /// [`Stage::Revoked`].
    Revoked,
}

impl State {
    /// The text in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }
}

impl Stage {
    /// Its name.
    pub const fn state(&self) -> State {
        match self {
            Self::Issued { .. } => State::Issued,
            Self::Active { .. } => State::Active,
            Self::Revoked => State::Revoked,
        }
    }
}

impl Grant {
    /// The most access tokens that are revoked one by one before the whole grant is.
    pub const MAX_REVOKED_ACCESS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99);

    /// `sub` of its tokens: the person, by the name that the client knows, or the service itself.
    pub fn subject_text(&self) -> &str {
        let person = self.pairwise_subject.as_ref().or(self.subject.as_ref());
        person.map_or(self.client_id.as_str(), Subject::as_str)
    }

    /// The session it comes from.
    pub fn session(&self) -> Option<SessionId> {
        self.footing.and_then(|footing| footing.session)
    }

    /// Whether it ends with the session that it comes from: nobody agreed to more (OpenID Connect Core §11).
    pub fn ends_with_session(&self, session: SessionId) -> bool {
        self.session() == Some(session) && !self.scope.has(IdentityScope::OfflineAccess)
    }

    /// The items it rests on. A grant of version 0.1 does not rest on its session: it was made to outlive it.
    pub fn rests_on(&self) -> Option<RestsOn> {
        let Footing { person, credential_version, session, .. } = self.footing?;
        let bound = credential_version.is_some() && !self.scope.has(IdentityScope::OfflineAccess);
        Some(RestsOn { person, session: session.filter(|_| bound) })
    }

    /// When the item may be cleaned away; nothing hangs on whether it is.
    pub fn remains_until(&self) -> Timestamp {
        let over = match self.stage {
            Stage::Issued { code_expires_at, .. } => code_expires_at,
            Stage::Active { .. } | Stage::Revoked => self.ends_at,
        };
        over.plus(Policy::REMAINS)
    }
}

/// The generation in which a grant stands, where it stands in one.
pub fn current_generation(grant: &Grant) -> Option<Generation> {
    match grant.stage {
        Stage::Active { generation, .. } => Some(generation),
        Stage::Issued { .. } | Stage::Revoked => None,
    }
}
