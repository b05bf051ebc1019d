//! Pushed authorization requests (RFC 9126): a request is stored before a person sees it, shown for a short time, and
//! answered at most once.
//!
//! The item of the request becomes the item of its grant. So one write both answers the request and makes the grant,
//! and two pages with the same request make one grant.

use std::collections::BTreeSet;

use protocol::{ClientId, Parameters, Scope};

use crate::step::grant::{Grant, Origin};
use crate::step::grant_fact::GrantFact;
use crate::step::guard::{Fact, Guard};
use crate::step::requirements::Requirements;
use crate::step::stage::Stage;
use crate::step::transition::{Change, Transition};
use crate::terms::ids::{Attempt, GrantId};
use crate::terms::moment::Moment;
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;
use crate::terms::time::Timestamp;
use crate::token::handles::PushedHandle;

/// A pushed request that waits for a person's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRequest {
    /// Its parameters, as a query.
    pub query: String,
    /// `false` if it is too late to show it for the first time. A page that was shown before may still be answered.
    pub in_time: bool,
}

/// The write that stores the request of a client. The client authenticated, and `parameters` have no credentials.
pub fn push(id: GrantId, client: &ClientId, parameters: &Parameters, Moment { now, attempt }: Moment) -> Transition {
    let shown_before = now.plus(Policy::PUSHED_LIFETIME);
    Transition::create(Grant {
        id,
        client_id: client.clone(),
        scope: Scope::default(),
        resources: Vec::new(),
        origin: Origin::Pushed(parameters.to_query()),
        created_at: now,
        ends_at: shown_before.plus(Policy::PUSHED_ANSWER),
        refresh_key: None,
        revoked_access: BTreeSet::new(),
        stage: Stage::Pushed { shown_before, attempt },
    })
}

/// Returns whether a refused [`push`] succeeded anyway: the stored item was written by this same attempt.
pub fn was_pushed(found: Option<&Grant>, attempt: Attempt) -> bool {
    found.is_some_and(|grant| match grant.stage {
        Stage::Pushed { attempt: theirs, .. } => theirs == attempt,
        Stage::Pending { .. }
        | Stage::Approved { .. }
        | Stage::Denied
        | Stage::Issued { .. }
        | Stage::Active { .. }
        | Stage::Revoked => false,
    })
}

/// Returns the request that a reference leads to, from the stored item.
///
/// # Errors
/// A [`Refusal`]: nothing about a request matters before it is known to be one of the client that is named beside the
/// reference (RFC 9126 §4).
pub fn recall(
    handle: &PushedHandle,
    client: &ClientId,
    found: Option<&Grant>,
    now: Timestamp,
) -> Result<WaitingRequest, Refusal> {
    let grant = found.ok_or(Refusal::PushedRequestUnknown)?;
    if let Some(unmet) = waits(client, now).first_unmet(grant) {
        return Err(unmet);
    }
    match (&grant.origin, &grant.stage) {
        (Origin::Pushed(query), Stage::Pushed { shown_before, .. }) => {
            let in_time = handle.continues_until.unwrap_or(*shown_before) > now;
            Ok(WaitingRequest { query: query.clone(), in_time })
        }
        // Not expected: every item in this state has both.
        (
            Origin::Pushed(_)
            | Origin::Request(..)
            | Origin::Password(_)
            | Origin::Asserted(..)
            | Origin::Service
            | Origin::DeviceRequest(_)
            | Origin::Device(..),
            _,
        ) => Err(Refusal::PushedRequestUnknown),
    }
}

/// The write that turns the request into the grant that a person agreed to.
pub fn agree(grant: Grant, now: Timestamp) -> Transition {
    let waits = waits(&grant.client_id, now);
    Transition::of(grant.id, Change::Agree(Box::new(grant))).requires(waits)
}

/// The write that ends the request, because the person denied it.
pub fn deny(id: GrantId, client: &ClientId, now: Timestamp) -> Transition {
    Transition::of(id, Change::Revoke).requires(waits(client, now))
}

/// Every check of a reference to a request, in the order in which failures are reported.
fn waits(client: &ClientId, now: Timestamp) -> Requirements {
    Requirements::default()
        .require(GrantFact::Client.is(client.as_str()), Refusal::PushedRequestOfAnotherClient)
        .require(Guard::PUSHED, Refusal::PushedRequestUsed)
        .require(GrantFact::EndsAt.is_after(now), Refusal::PushedRequestExpired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, NOW, attempt};

    fn client() -> ClientId {
        fixtures::client().id
    }

    fn moment() -> Moment {
        Moment { now: NOW, attempt: attempt(1) }
    }

    fn pushed() -> Grant {
        let parameters = Parameters::parse(b"client_id=app&state=x&scope=read").unwrap();
        push(fixtures::secret().id(), &client(), &parameters, moment()).after(None).unwrap()
    }

    fn handle(continues_until: Option<Timestamp>) -> PushedHandle {
        PushedHandle { secret: fixtures::secret(), continues_until }
    }

    #[test]
    fn c106_a_request_waits_for_its_own_client_until_it_is_answered_or_over() {
        let other = ClientId::parse("other").unwrap();
        let (first, last) = (NOW.plus(Policy::PUSHED_LIFETIME), pushed().ends_at);
        let look = |client: &ClientId, found: &Grant, now| recall(&handle(None), client, Some(found), now);
        let waiting = |in_time| Ok(WaitingRequest { query: "client_id=app&state=x&scope=read".to_owned(), in_time });
        assert_eq!(look(&client(), &pushed(), NOW), waiting(true));
        assert_eq!(look(&client(), &pushed(), first), waiting(false));
        assert_eq!(look(&client(), &pushed(), last), Err(Refusal::PushedRequestExpired));
        assert_eq!(recall(&handle(None), &client(), None, NOW), Err(Refusal::PushedRequestUnknown));
        for item in [pushed(), fixtures::grant(), Grant { stage: Stage::Revoked, ..pushed() }] {
            assert_eq!(look(&other, &item, last), Err(Refusal::PushedRequestOfAnotherClient));
        }
        for used in [fixtures::grant(), fixtures::active(2), Grant { stage: Stage::Revoked, ..pushed() }] {
            assert_eq!(look(&client(), &used, NOW), Err(Refusal::PushedRequestUsed));
        }
    }

    #[test]
    fn c193_a_page_that_was_shown_in_time_leads_on_later() {
        let later = NOW.plus(Policy::PUSHED_LIFETIME + 1);
        let in_time = |until| recall(&handle(until), &client(), Some(&pushed()), later).map(|waiting| waiting.in_time);
        assert_eq!(in_time(Some(later.plus(1))), Ok(true));
        assert_eq!(in_time(Some(later)), Ok(false));
    }

    #[test]
    fn c194_of_two_answers_one_counts_and_its_grant_is_whole() {
        let grant = fixtures::grant();
        let agreed = agree(grant.clone(), NOW).after(Some(&pushed())).unwrap();
        assert_eq!(agreed, grant);
        for second in [agree(grant.clone(), NOW), deny(grant.id, &client(), NOW)] {
            assert_eq!(second.after(Some(&agreed)), None);
            assert_eq!(second.after(None), None);
            assert!(second.after(Some(&pushed())).is_some());
        }
        let denied = deny(grant.id, &client(), NOW).after(Some(&pushed())).unwrap();
        assert_eq!(agree(grant.clone(), NOW).after(Some(&denied)), None);
        assert_eq!(agree(grant.clone(), pushed().ends_at).after(Some(&pushed())), None);
        let of_another = Grant { client_id: ClientId::parse("other").unwrap(), ..grant };
        assert_eq!(agree(of_another, NOW).after(Some(&pushed())), None);
    }

    #[test]
    fn a_repeated_push_recognises_its_own_work() {
        let (mine, agreed) = (pushed(), fixtures::grant());
        let again = push(mine.id, &client(), &Parameters::default(), moment());
        assert_eq!(again.after(Some(&mine)), None);
        assert!(was_pushed(Some(&mine), attempt(1)));
        assert!(!was_pushed(Some(&mine), attempt(2)) && !was_pushed(Some(&agreed), attempt(0)));
        assert!(!was_pushed(None, attempt(1)));
    }
}
