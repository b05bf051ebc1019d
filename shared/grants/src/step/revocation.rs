//! Revocation of grants: by the client (RFC 7009), after reuse, or by the operator.

use protocol::ClientId;

use crate::step::grant::Grant;
use crate::step::grant_fact::GrantFact;
use crate::step::guard::{Fact, Guard};
use crate::step::stage::Stage;
use crate::step::transition::{Change, Transition};
use crate::terms::ids::{Generation, GrantId};

/// Ends a grant without checking its client: after reuse, or on the operator's command.
pub fn revoke(id: GrantId) -> Transition {
    Transition::of(id, Change::Revoke).when(Guard::NOT_REVOKED)
}

/// Ends a grant, and with it its access tokens, for the client that returns its refresh token (RFC 7009 §2.1).
pub fn revoke_of_client(id: GrantId, client: &ClientId) -> Transition {
    revoke(id).when(GrantFact::Client.is(client.as_str()))
}

/// Ends one access token of a grant, for the client that returns it.
pub fn revoke_access(id: GrantId, generation: Generation, client: &ClientId) -> Transition {
    Transition::of(id, Change::RevokeAccess(generation))
        .when(GrantFact::Client.is(client.as_str()))
        .when(Guard::NOT_REVOKED)
        .when(GrantFact::RevokedAccess.has_fewer_than(Grant::MAX_REVOKED_ACCESS))
}

/// Returns the write that must follow a refused [`revoke_access`]: none when the grant is gone, revoked or belongs
/// to another client; the end of the whole grant when its set of revoked tokens is full.
pub fn after_refused(client: &ClientId, found: Option<&Grant>) -> Option<Transition> {
    let grant = found?;
    let over = grant.client_id != *client || grant.stage == Stage::Revoked;
    (!over).then(|| revoke_of_client(grant.id, client))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn c111_a_token_of_another_client_is_not_revoked() {
        let grant = fixtures::active(3);
        let other = ClientId::parse("other").unwrap();
        assert_eq!(revoke_of_client(grant.id, &other).after(Some(&grant)), None);
        assert_eq!(revoke_access(grant.id, Generation::FIRST, &other).after(Some(&grant)), None);
        assert_eq!(after_refused(&other, Some(&grant)), None);
        let ended = revoke_of_client(grant.id, &grant.client_id).after(Some(&grant)).unwrap();
        assert_eq!(ended.stage, Stage::Revoked);
        assert_eq!(revoke(grant.id).after(Some(&ended)), None);
        assert_eq!(revoke_access(grant.id, Generation::FIRST, &grant.client_id).after(Some(&ended)), None);
        assert_eq!([Some(&ended), None].map(|found| after_refused(&grant.client_id, found)), [None, None]);
    }

    #[test]
    fn one_access_token_is_revoked_and_the_grant_lives_on_until_the_set_is_full() {
        let mut grant = fixtures::active(200);
        let client = grant.client_id.clone();
        for generation in 1..=100 {
            let step = revoke_access(grant.id, Generation::from_number(generation), &client);
            grant = step.after(Some(&grant)).unwrap();
        }
        assert!(matches!(grant.stage, Stage::Active { .. }));
        let full = revoke_access(grant.id, Generation::from_number(101), &client);
        assert_eq!(full.after(Some(&grant)), None);
        let last = after_refused(&client, Some(&grant)).unwrap();
        assert_eq!(last.after(Some(&grant)).unwrap().stage, Stage::Revoked);
    }
}
