//! The grant: one consent of one person to one client, or one opaque token of a service.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use protocol::{
    Claim, Claims, ClientId, CodeChallenge, IdentityScope, IssuerUrl, Nonce, RedirectUri, Resource, Scope, Subject,
    Thumbprint, UserCode,
};

use crate::step::stage::Stage;
use crate::terms::authentication::Authentication;
use crate::terms::ids::{Generation, GrantId, PersonKey, RestsOn, SessionId};
use crate::terms::policy::Policy;
use crate::terms::time::Timestamp;

/// A grant as stored in its item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The key of the item.
    pub id: GrantId,
    /// The client it was made for.
    pub client_id: ClientId,
    /// The scope that was granted.
    pub scope: Scope,
    /// The APIs it is for, in the order requested; never empty.
    pub resources: Vec<Resource>,
    /// The way in which it came about, with the facts that only grants of this kind have.
    pub origin: Origin,
    /// The time when it was made.
    pub created_at: Timestamp,
    /// The latest time when it ends, however often it is refreshed.
    pub ends_at: Timestamp,
    /// The key that must be proven to refresh it: that of a public client which sent a proof (RFC 9449 §5).
    pub refresh_key: Option<Thumbprint>,
    /// The generations whose access tokens were revoked one by one.
    pub revoked_access: BTreeSet<Generation>,
    /// The current stage of the grant.
    pub stage: Stage,
}

/// The way in which a grant came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A client pushed an authorization request (RFC 9126), which nobody has allowed yet: its parameters, as a query.
    /// The grant has no access.
    Pushed(String),
    /// A person answered an authorization request. The response was a code or, in the implicit grant, tokens; items
    /// do not tell the two apart, because nothing depends on it.
    Request(Person, Binding),
    /// A person gave the password to the client.
    Password(Person),
    /// A service acts for itself.
    Service,
    /// A device asked (RFC 8628), and nobody has approved its request. The grant has no access yet.
    DeviceRequest(DeviceRequest),
    /// A person approved the request of a device, which had this `nonce`.
    Device(Person, Option<Nonce>),
    /// Another issuer said who the person is (ID-JAG). No refresh token comes with it.
    Asserted(Person, IssuerUrl),
}

/// The request of a device, as the person who answers it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRequest {
    /// The code that the person enters.
    pub user_code: UserCode,
    /// The address that the request came from, if it is known.
    pub asked_from: Option<String>,
    /// The `nonce` to put into the ID token.
    pub nonce: Option<Nonce>,
}

/// The person who made a grant, with the facts about the sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The `sub` claim of the person.
    pub subject: Subject,
    /// The pairwise `sub`, by which only clients of one sector know the person (OpenID Connect Core §8.1).
    pub pairwise_subject: Option<Subject>,
    /// The time when the person signed in.
    pub auth_time: Timestamp,
    /// The methods of the sign-in, and the context that they are reported as.
    pub authentication: Authentication,
    /// The person's state that the grant depends on; `None` in grants that version 0.1 made without `openid`.
    pub footing: Option<Footing>,
    /// The claims that OpenID Connect requested; `None` if `openid` was not granted.
    pub sign_in: Option<SignIn>,
}

/// The facts of an authorization request that bind its response to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The redirect URI that the response was sent to.
    pub redirect_uri: RedirectUri,
    /// `true` if the authorization request contained the redirect URI (RFC 6749 §4.1.3).
    pub redirect_uri_sent: bool,
    /// The S256 challenge that binds the code.
    pub code_challenge: Option<CodeChallenge>,
    /// The key that must be proven to redeem the code (`dpop_jkt`, RFC 9449 §10).
    pub code_key: Option<Thumbprint>,
    /// The `nonce` of the authorization request.
    pub nonce: Option<Nonce>,
}

/// The person's state at the moment of the agreement, on which a grant depends for as long as it lives.
///
/// A grant is valid while the person is enabled and has the same credentials, and, unless it has `offline_access`,
/// while the session is alive. `sessions::stands` is the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footing {
    /// The key of the person's items.
    pub person: PersonKey,
    /// The version of the person's credentials; `None` in a grant of version 0.1, which depends on the person
    /// alone.
    pub credential_version: Option<u32>,
    /// The session it comes from; `None` if the person gave the password to the client.
    pub session: Option<SessionId>,
    /// Its number among the grants of the session, or of the person if it outlives sessions. Only the newest are
    /// valid.
    pub number: u32,
}

/// The single claims that a sign-in with OpenID Connect requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Single claims that the UserInfo endpoint returns besides those of the scope (OpenID Connect Core §5.5).
    pub userinfo_claims: BTreeSet<Claim>,
    /// The claims that were requested in the ID token, with their values at that moment.
    pub id_token_claims: Claims,
}

impl Person {
    /// The `sub` by which the client knows the person.
    pub const fn known_as(&self) -> &Subject {
        match &self.pairwise_subject {
            Some(pairwise) => pairwise,
            None => &self.subject,
        }
    }
}

impl Grant {
    /// The maximum number of access tokens revoked one by one; after that the whole grant is revoked.
    pub const MAX_REVOKED_ACCESS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99);

    /// The `sub` of its tokens: the person, by the name that the client knows, or the service itself.
    pub fn subject_text(&self) -> &str {
        self.person().map_or(self.client_id.as_str(), |person| person.known_as().as_str())
    }

    /// The person who made it; `None` if a service acts for itself, or if nobody has answered the request yet.
    pub const fn person(&self) -> Option<&Person> {
        match &self.origin {
            Origin::Request(person, _)
            | Origin::Password(person)
            | Origin::Device(person, _)
            | Origin::Asserted(person, _) => Some(person),
            Origin::Service | Origin::Pushed(_) | Origin::DeviceRequest(_) => None,
        }
    }

    /// How the person signed in here; `None` if another issuer says that the person signed in there, or if there is no person.
    pub fn authentication(&self) -> Option<Authentication> {
        match &self.origin {
            Origin::Asserted(..) => None,
            Origin::Request(..)
            | Origin::Password(_)
            | Origin::Device(..)
            | Origin::Service
            | Origin::Pushed(_)
            | Origin::DeviceRequest(_) => self.person().map(|person| person.authentication),
        }
    }

    /// The facts that bind the response to an authorization request; `None` if there was no such request.
    pub const fn binding(&self) -> Option<&Binding> {
        match &self.origin {
            Origin::Request(_, binding) => Some(binding),
            Origin::Password(_)
            | Origin::Service
            | Origin::Pushed(_)
            | Origin::DeviceRequest(_)
            | Origin::Device(..)
            | Origin::Asserted(..) => None,
        }
    }

    /// The `nonce` of the request that it answers.
    pub const fn nonce(&self) -> Option<&Nonce> {
        match &self.origin {
            Origin::Request(_, binding) => binding.nonce.as_ref(),
            Origin::Device(_, nonce) => nonce.as_ref(),
            Origin::DeviceRequest(request) => request.nonce.as_ref(),
            Origin::Password(_) | Origin::Service | Origin::Pushed(_) | Origin::Asserted(..) => None,
        }
    }

    /// The claims that OpenID Connect requested; `None` if `openid` was not granted.
    pub fn sign_in(&self) -> Option<&SignIn> {
        self.person()?.sign_in.as_ref()
    }

    /// Returns whether a refresh token may come with it. Another issuer says anew who the person is each time.
    pub(crate) const fn may_be_refreshed(&self) -> bool {
        !matches!(self.origin, Origin::Asserted(..))
    }

    /// The person's state that it depends on.
    pub fn footing(&self) -> Option<Footing> {
        self.person()?.footing
    }

    /// The session it comes from.
    pub fn session(&self) -> Option<SessionId> {
        self.footing()?.session
    }

    /// Returns whether it ends with the session it comes from, because `offline_access` was not agreed to (OpenID
    /// Connect Core §11).
    pub fn ends_with_session(&self, session: SessionId) -> bool {
        self.session() == Some(session) && !self.scope.has(IdentityScope::OfflineAccess)
    }

    /// The items it depends on. A grant of version 0.1 does not depend on its session, which it was made to
    /// outlive.
    pub fn rests_on(&self) -> Option<RestsOn> {
        let Footing { person, credential_version, session, .. } = self.footing()?;
        let bound = credential_version.is_some() && !self.scope.has(IdentityScope::OfflineAccess);
        Some(RestsOn { person, session: session.filter(|_| bound) })
    }

    /// The time after which the item may be deleted; nothing depends on the deletion.
    pub fn remains_until(&self) -> Timestamp {
        let over = match self.stage {
            Stage::Issued { code_expires_at, .. } | Stage::Approved { code_expires_at, .. } => code_expires_at,
            Stage::Pushed { .. } | Stage::Pending { .. } | Stage::Denied | Stage::Active { .. } | Stage::Revoked => {
                self.ends_at
            }
        };
        over.plus(Policy::REMAINS)
    }
}

/// Returns the current generation of a grant, if the grant is active.
pub fn current_generation(grant: &Grant) -> Option<Generation> {
    match grant.stage {
        Stage::Active { generation, .. } => Some(generation),
        Stage::Pushed { .. }
        | Stage::Pending { .. }
        | Stage::Approved { .. }
        | Stage::Denied
        | Stage::Issued { .. }
        | Stage::Revoked => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn c137_a_grant_ends_with_its_own_session_unless_offline_access_was_agreed_to() {
        let offline = Scope::parse("offline_access read").unwrap();
        let [own, other] = [5, 6].map(|byte| SessionId::from_bytes([byte; 16]));
        let online = fixtures::grant();
        let offline = Grant { scope: offline, ..online.clone() };
        let ends = |grant: &Grant| [own, other].map(|session| grant.ends_with_session(session));
        assert_eq!((ends(&online), ends(&offline)), ([true, false], [false, false]));
        let session = |grant: &Grant| grant.rests_on().unwrap().session;
        assert_eq!((session(&online), session(&offline)), (Some(own), None));
    }

    #[test]
    fn a_grant_of_version_0_1_does_not_rest_on_its_session() {
        let mut grant = fixtures::grant();
        fixtures::person_of(&mut grant).footing = Some(Footing { credential_version: None, ..fixtures::footing() });
        let rests_on = grant.rests_on().unwrap();
        assert_eq!((rests_on.person, rests_on.session), (fixtures::footing().person, None));
    }
}
