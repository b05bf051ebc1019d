//! The grant: one consent of one person to one client, or one opaque token of a service.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use protocol::{Claim, Claims, ClientId, CodeChallenge, IdentityScope, Nonce, RedirectUri, Resource, Scope, Subject};

use crate::{Attempt, Generation, GrantId, PersonKey, Policy, SessionId, Timestamp};

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
    /// What OpenID Connect needs; `None` where `openid` was not granted.
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

/// The sign-in from which a grant of OpenID Connect comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The key of the person's items.
    pub person: PersonKey,
    /// The session.
    pub session: SessionId,
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

impl Grant {
    /// The most access tokens that are revoked one by one before the whole grant is.
    pub const MAX_REVOKED_ACCESS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99);

    /// `sub` of its tokens: the person, by the name that the client knows, or the service itself.
    pub fn subject_text(&self) -> &str {
        let person = self.pairwise_subject.as_ref().or(self.subject.as_ref());
        person.map_or(self.client_id.as_str(), Subject::as_str)
    }

    /// Whether it ends with the sign-in that it comes from: it tells who is signed in, and nobody agreed to more
    /// (OpenID Connect Core §11).
    pub fn ends_with_session(&self, session: SessionId) -> bool {
        let from_it = self.sign_in.as_ref().is_some_and(|sign_in| sign_in.session == session);
        from_it && !self.scope.has(IdentityScope::OfflineAccess)
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
