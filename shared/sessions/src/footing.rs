//! The rule for grants of a person: no token is issued for a grant whose session or credentials are no longer
//! valid.

use grants::{CLOCK_ERROR, Grant, Policy, Refusal, Timestamp};

use crate::session::{Rules, is_alive};
use crate::{Session, User};

/// Checks that everything a grant depends on is still valid: the person, the credentials, the session unless the
/// grant outlives it, and its number among the other grants. `user` and `session` are the items that
/// [`Grant::rests_on`] names.
///
/// A grant of version 0.1 depends on the person alone. One that version 0.1 made without `openid` depends on
/// nothing that could be checked.
///
/// # Errors
/// The [`Refusal`], when the grant has to end.
pub fn stands(grant: &Grant, user: Option<&User>, session: Option<&Session>, rules: Rules<'_>) -> Result<(), Refusal> {
    let Some(person) = grant.person() else { return Ok(()) };
    let (Some(footing), Some(rests_on)) = (person.footing, grant.rests_on()) else { return Ok(()) };
    let user = user.filter(|user| user.key == footing.person && user.subject == person.subject);
    let user = user.filter(|user| !user.disabled).ok_or(Refusal::PersonOver)?;
    let Some(version) = footing.credential_version else { return Ok(()) };
    if !user.stands_behind(version) {
        return Err(Refusal::PersonOver);
    }
    let (last, most) = match rests_on.session {
        None => (user.grants, Policy::GRANTS_OF_PERSON),
        Some(id) => {
            let session = session.filter(|session| session.id == id && is_alive(session, user, rules));
            (session.ok_or(Refusal::SessionOver)?.grants, Policy::GRANTS_OF_SESSION)
        }
    };
    if footing.number.saturating_add(most) > last { Ok(()) } else { Err(Refusal::GrantSuperseded) }
}

/// Returns whether a grant rests on credentials from before this version, or is older than a change to it that was made at
/// `changed_at`.
///
/// The version alone does not tell: when the table of people was restored from a copy, it counts versions once more that
/// grants from between the two times have. The clock of who made the change may be wrong by [`CLOCK_ERROR`].
pub fn rests_on_former(grant: &Grant, credential_version: u32, changed_at: Option<Timestamp>) -> bool {
    let version = grant.footing().and_then(|footing| footing.credential_version);
    let is_older = changed_at.is_some_and(|at| grant.created_at.plus(CLOCK_ERROR) < at);
    is_older || version.is_none_or(|version| version < credential_version)
}

#[cfg(test)]
pub(crate) mod tests {
    use grants::{Attempt, Footing, Generation, GrantSecret, Origin, Person, PersonKey, SessionId, Stage};
    use protocol::{ClientId, Resource, Scope, Subject};

    use super::*;
    use crate::SessionChange;
    use crate::people::tests::{NOW, user};
    use crate::session::tests::{policy, session};

    pub(crate) fn grant(scope: &str, footing: Option<Footing>) -> Grant {
        Grant {
            id: GrantSecret::from_bytes([7; 16]).id(),
            client_id: ClientId::parse("app").unwrap(),
            scope: Scope::parse(scope).unwrap(),
            resources: vec![Resource::parse("https://orders.example").unwrap()],
            origin: Origin::Password(Person {
                subject: user().subject,
                pairwise_subject: None,
                auth_time: NOW,
                authentication: grants::Authentication::password(NOW),
                footing,
                sign_in: None,
            }),
            created_at: NOW,
            ends_at: NOW.plus(1000),
            refresh_key: None,
            revoked_access: [].into(),
            stage: Stage::Active {
                generation: Generation::FIRST,
                rotated_at: NOW,
                refresh_expires_at: NOW.plus(1000),
                attempt: Attempt::from_bytes([0; 16]),
            },
        }
    }

    type Spoil = fn(&mut User, &mut Session);

    /// The results for a grant of the session, and for one that outlives it.
    fn after(spoil: Spoil) -> [Result<(), Refusal>; 2] {
        let (person, _) = session();
        ["read", "read offline_access"].map(|scope| {
            let outlives = scope.contains("offline");
            let grant = grant(scope, Some(person.footing(outlives)));
            let (mut user, mut session) = (user(), person.session().clone());
            spoil(&mut user, &mut session);
            stands(&grant, Some(&user), Some(&session), Rules::at(&policy(), NOW.plus(1)))
        })
    }

    #[test]
    fn c134_c135_a_grant_ends_with_its_person_and_without_offline_access_with_its_session() {
        let (over, alone) = ([Err(Refusal::PersonOver); 2], [Err(Refusal::SessionOver), Ok(())]);
        let rows: [(Spoil, [Result<(), Refusal>; 2]); 9] = [
            (|_, _| {}, [Ok(()); 2]),
            (|user, _| user.disabled = true, over),
            (|user, _| user.credential_version = 2, over),
            (|user, _| user.key = PersonKey::from_bytes([0; 16]), over),
            (|user, _| user.subject = Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").unwrap(), over),
            (|_, session| session.id = SessionId::from_bytes([0; 16]), alone),
            (|_, session| session.expires_at = NOW.plus(1), alone),
            (|_, session| session.credential_version = 0, alone),
            (|user, _| user.sessions = 101, alone),
        ];
        for (row, (spoil, expected)) in rows.into_iter().enumerate() {
            assert_eq!(after(spoil), expected, "row {row}");
        }
        let (person, _) = session();
        let grant = |scope: &str, outlives| grant(scope, Some(person.footing(outlives)));
        let policy = policy();
        let moment = Rules::at(&policy, NOW);
        assert_eq!(stands(&grant("read", false), Some(&user()), None, moment), Err(Refusal::SessionOver));
        assert_eq!(stands(&grant("offline_access", true), Some(&user()), None, moment), Ok(()));
        assert_eq!(stands(&grant("read", false), None, Some(person.session()), moment), Err(Refusal::PersonOver));
    }

    #[test]
    fn c134_what_is_older_than_a_change_of_the_credentials_rests_on_former_ones_whatever_its_version() {
        let (person, _) = session();
        let grant = |version: Option<u32>| {
            grant("offline_access", Some(Footing { credential_version: version, ..person.footing(true) }))
        };
        let later = Some(NOW.plus(CLOCK_ERROR + 1));
        for (version, changed_at, expected) in [
            (None, None, true),
            (Some(3), None, true),
            (Some(4), None, false),
            // It was made with the new credentials, and clocks differ.
            (Some(4), Some(NOW), false),
            (Some(4), Some(NOW.plus(CLOCK_ERROR)), false),
            // Versions 4 and 5 were given before people were restored, and the change makes version 4 again.
            (Some(4), later, true),
            (Some(5), later, true),
        ] {
            assert_eq!(rests_on_former(&grant(version), 4, changed_at), expected, "{version:?} {changed_at:?}");
        }
    }

    #[test]
    fn c148_the_newest_grants_of_a_session_and_of_a_person_are_good() {
        let (person, _) = session();
        let of_session = grant("read", Some(person.footing(false)));
        let mut session = person.session().clone();
        for newer in 0..=Policy::GRANTS_OF_SESSION {
            let expected = if newer < Policy::GRANTS_OF_SESSION { Ok(()) } else { Err(Refusal::GrantSuperseded) };
            session = SessionChange::OneMoreGrant { at: NOW, credential_version: 1 }.after(Some(&session)).unwrap();
            assert_eq!(
                stands(&of_session, Some(&user()), Some(&session), Rules::at(&policy(), NOW)),
                expected,
                "{newer}"
            );
        }
        let of_person = grant("offline_access", Some(person.footing(true)));
        let with = |grants| stands(&of_person, Some(&User { grants, ..user() }), None, Rules::at(&policy(), NOW));
        assert_eq!(with(1000), Ok(()));
        assert_eq!(with(1001), Err(Refusal::GrantSuperseded));
    }

    #[test]
    fn a_grant_of_version_0_1_rests_on_its_person_alone_or_on_nothing() {
        let (person, _) = session();
        let old = Footing { credential_version: None, ..person.footing(false) };
        let policy = policy();
        let moment = Rules::at(&policy, NOW);
        assert_eq!(stands(&grant("openid", Some(old)), Some(&user()), None, moment), Ok(()));
        let off = User { disabled: true, ..user() };
        assert_eq!(stands(&grant("openid", Some(old)), Some(&off), None, moment), Err(Refusal::PersonOver));
        assert_eq!(stands(&grant("openid", Some(old)), None, None, moment), Err(Refusal::PersonOver));
        assert_eq!(stands(&grant("read", None), None, None, moment), Ok(()));
    }
}
