//! The authorization code: how it is issued and redeemed, and what a second redemption means (RFC 6749 §4.1, RFC
//! 7636 §4.6).

use std::collections::BTreeSet;

use protocol::{CodeChallenge, CodeVerifier, IdentityScope, Nonce, RedirectUri, Resource, Thumbprint};

use crate::client::authenticate::AuthenticatedClient;
use crate::request::access::{self, Target};
use crate::request::redirect::RedirectTrusted;
use crate::step::grant::{Binding, Grant, Origin, Person};
use crate::step::grant_fact::GrantFact;
use crate::step::guard::{Fact, Guard};
use crate::step::requirements::Requirements;
use crate::step::revocation;
use crate::step::stage::Stage;
use crate::step::transition::{Change, Transition};
use crate::step::verdict::Verdict;
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::{Attempt, Generation, GrantId};
use crate::terms::moment::Moment;
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;
use crate::terms::time::Timestamp;
use crate::token::dpop::refresh_key;
use crate::token::handles::CodeHandle;

/// The terms a person agreed to.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// The person who agreed. The claims that OpenID Connect requested are dropped in a grant without `openid`.
    pub person: Person,
    /// The APIs and the scope that were agreed to.
    pub target: Target,
    /// The PKCE challenge that binds the code.
    pub code_challenge: Option<CodeChallenge>,
    /// The key that must be proven to redeem the code.
    pub code_key: Option<Thumbprint>,
    /// The `nonce` of the authorization request.
    pub nonce: Option<Nonce>,
    /// The latest time when the session ends.
    pub session_ends_at: Timestamp,
}

/// A request to redeem a code whose tag was verified.
#[derive(Clone, Debug)]
pub struct CodeRedemption {
    /// The code, decoded into a handle.
    pub code: CodeHandle,
    /// The redirect URI that the client repeats; OAuth 2.1 clients do not send it.
    pub redirect_uri: Option<RedirectUri>,
    /// The PKCE code verifier, if one was sent.
    pub code_verifier: Option<CodeVerifier>,
    /// The key that the request proved.
    pub key: Option<Confirmation>,
    /// The APIs that the access token should be for.
    pub resources: Vec<Resource>,
    /// This server, which is added to the audience of any API when a person signs in.
    pub issuer: Resource,
}

/// Creates the grant for a person's agreement. Its code is valid for [`Policy::code_lifetime`], or for less under a
/// profile.
pub fn grant_of(
    id: GrantId,
    trusted: &RedirectTrusted,
    agreement: Agreement,
    policy: &Policy,
    Moment { now, attempt }: Moment,
) -> Grant {
    let Agreement { person, target, code_challenge, code_key, nonce, session_ends_at } = agreement;
    let Target { scope, resources } = target;
    let (signs_in, outlives) = (scope.has(IdentityScope::OpenId), scope.has(IdentityScope::OfflineAccess));
    let person = Person { sign_in: person.sign_in.filter(|_| signs_in), ..person };
    let (redirect_uri, redirect_uri_sent) = (trusted.redirect_uri().clone(), trusted.redirect_uri_sent());
    let binding = Binding { redirect_uri, redirect_uri_sent, code_challenge, code_key, nonce };
    let ends_at = now.plus(policy.grant_lifetime);
    Grant {
        id,
        client_id: trusted.client().id.clone(),
        scope,
        resources,
        origin: Origin::Request(person, binding),
        created_at: now,
        ends_at: if outlives { ends_at } else { ends_at.min(session_ends_at) },
        refresh_key: None,
        revoked_access: BTreeSet::new(),
        stage: Stage::Issued { code_expires_at: now.plus(trusted.client().profile.code_lifetime(policy)), attempt },
    }
}

/// The write that issues the grant's code. A form that is sent twice finds its own grant and creates no second one.
pub fn issue(grant: Grant) -> Transition {
    Transition::create(grant)
}

/// Returns whether a refused [`issue`] succeeded anyway: the stored item was written by this same attempt.
pub fn was_issued(found: Option<&Grant>, attempt: Attempt) -> bool {
    found.is_some_and(|grant| match grant.stage {
        Stage::Issued { attempt: theirs, .. } | Stage::Active { attempt: theirs, .. } => theirs == attempt,
        Stage::Pushed { .. } | Stage::Pending { .. } | Stage::Approved { .. } | Stage::Denied | Stage::Revoked => false,
    })
}

/// The write that redeems a code. Every check of RFC 6749 §4.1.3 and RFC 7636 §4.6 is a guard on it, so a code that
/// fails any check is left unchanged.
pub fn redeem(request: &CodeRedemption, client: &AuthenticatedClient, policy: &Policy, moment: Moment) -> Transition {
    let refresh_key = refresh_key(client.client(), request.key);
    let lifetime = client.client().profile.refresh_lifetime(policy);
    let change = Change::advance(Generation::FIRST, lifetime, moment, refresh_key);
    Transition::of(request.code.secret.id(), change).requires(request.requirements(client, moment.now))
}

/// Explains why the write was refused, from the stored item.
///
/// The order of the checks matters for security: nothing about a code, not even that it was used, has an effect
/// before the code is known to belong to the requesting client and that client's proof was verified. So only a
/// *valid* second redemption revokes, and a thief without the verifier can neither learn nor break anything (OAuth
/// 2.1 §4.1.3).
pub fn explain(
    request: &CodeRedemption,
    client: &AuthenticatedClient,
    found: Option<&Grant>,
    Moment { now, attempt }: Moment,
) -> Verdict {
    let Some(grant) = found else { return Verdict::Refuse(Refusal::CodeUnknown) };
    match (request.requirements(client, now).first_unmet(grant), &grant.stage) {
        // The SDK repeated a write whose answer was lost: the stored item is our own work.
        (Some(Refusal::CodeReplayed), Stage::Active { attempt: theirs, .. }) if *theirs == attempt => {
            Verdict::Done(Box::new(grant.clone()))
        }
        // RFC 6749 §4.1.2: a code used twice is denied, and the tokens issued for it are revoked.
        (Some(Refusal::CodeReplayed), Stage::Active { .. }) => {
            Verdict::RefuseAnd(Refusal::CodeReplayed, revocation::revoke(grant.id))
        }
        (
            Some(Refusal::CodeReplayed),
            Stage::Pushed { .. }
            | Stage::Pending { .. }
            | Stage::Approved { .. }
            | Stage::Denied
            | Stage::Issued { .. }
            | Stage::Revoked,
        ) => Verdict::Refuse(Refusal::GrantRevoked),
        (Some(refusal), _) => Verdict::Refuse(refusal),
        // Not expected: the write of a grant that meets every requirement is not refused.
        (None, _) => Verdict::Refuse(Refusal::CodeUnknown),
    }
}

impl CodeRedemption {
    /// Every check of RFC 6749 §4.1.3 and RFC 7636 §4.6, in the order in which failures are reported.
    fn requirements(&self, client: &AuthenticatedClient, now: Timestamp) -> Requirements {
        let client = client.client();
        client
            .owns(Refusal::CodeOfAnotherClient)
            .and(self.proof())
            .require(Guard::ISSUED, Refusal::CodeReplayed)
            .require(GrantFact::CodeExpiresAt.is_after(now), Refusal::CodeExpired)
            .and(access::requirements(&self.resources, client, &self.issuer))
    }

    /// The checks of what binds the code. Without a verifier the code must not be bound to a challenge (RFC 9700 §4.8.2,
    /// downgrade); without a redirect URI something else must bind it.
    fn proof(&self) -> Requirements {
        let challenge = match &self.code_verifier {
            Some(verifier) => GrantFact::CodeChallenge.is(verifier.challenge().as_str()),
            None => GrantFact::CodeChallenge.is_absent(),
        };
        let proof = Requirements::default().require(challenge, Refusal::CodeVerifierMismatch);
        let proof = proof.require(GrantFact::CodeKey.admits(self.key), Refusal::CodeOfAnotherKey);
        match (&self.redirect_uri, &self.code_verifier) {
            (Some(uri), _) => proof.require(GrantFact::RedirectUri.is(uri.as_str()), Refusal::RedirectUriMismatch),
            (None, Some(_)) => proof,
            (None, None) => proof.require(GrantFact::RedirectUriSent.is(false), Refusal::RedirectUriMismatch),
        }
    }
}

#[cfg(test)]
mod tests;
