use protocol::{ClientId, Resource, Scope, Thumbprint};

use super::*;
use crate::client::audience_rule::AudienceRule;
use crate::client::record::Client;
use crate::fixtures::{self, NOW, active, attempt};
use crate::terms::ids::Generation;

fn request(generation: u32) -> RefreshRequest {
    let generation = Generation::from_number(generation);
    let token = RefreshHandle { secret: fixtures::secret(), generation, rests_on: None };
    RefreshRequest { token, key: None, scope: None, resources: Vec::new(), issuer: fixtures::issuer() }
}

fn client() -> AuthenticatedClient {
    fixtures::authenticated(fixtures::client())
}

fn step(request: &RefreshRequest, now: Timestamp) -> Transition {
    rotate(request, &client(), &Policy::default(), Moment { now, attempt: attempt(1) })
}

fn verdict(request: &RefreshRequest, found: Option<&Grant>, now: Timestamp) -> Verdict {
    explain(request, &client(), found, &Policy::default(), Moment { now, attempt: attempt(1) })
}

#[test]
fn the_last_token_gives_the_next() {
    let after = step(&request(3), NOW).after(Some(&active(3))).unwrap();
    let refresh_expires_at = NOW.plus(Policy::default().refresh_idle_lifetime);
    let generation = Generation::from_number(4);
    assert_eq!(after.stage, Stage::Active { generation, rotated_at: NOW, refresh_expires_at, attempt: attempt(1) });
}

#[test]
fn c081_c082_the_one_before_gets_the_same_successor_for_a_few_seconds() {
    let item = active(4);
    assert_eq!(step(&request(3), NOW).after(Some(&item)), None);
    assert_eq!(verdict(&request(3), Some(&item), NOW.plus(4)), Verdict::Done(Box::new(item.clone())));
    let late = verdict(&request(3), Some(&item), NOW.plus(5));
    assert_eq!(late, Verdict::RefuseAnd(Refusal::RefreshTokenReused, revocation::revoke(item.id)));
}

#[test]
fn c080_anything_older_ends_the_grant_at_once() {
    let item = active(5);
    let verdict = verdict(&request(3), Some(&item), NOW);
    assert_eq!(verdict, Verdict::RefuseAnd(Refusal::RefreshTokenReused, revocation::revoke(item.id)));
}

#[test]
fn a_repeated_send_finds_its_own_work_however_late() {
    let ours = step(&request(3), NOW).after(Some(&active(3))).unwrap();
    assert_eq!(verdict(&request(3), Some(&ours), NOW.plus(60)), Verdict::Done(Box::new(ours.clone())));
}

#[test]
fn c186_a_bound_refresh_token_needs_its_key_whatever_its_age() {
    let [key, other] = [1, 2].map(|byte| Thumbprint::from_bytes([byte; 32]));
    let with =
        |generation, key: Option<Thumbprint>| RefreshRequest { key: key.map(Confirmation::Jkt), ..request(generation) };
    let bound = |generation| Grant { refresh_key: Some(key), ..active(generation) };
    assert_eq!(step(&with(3, Some(key)), NOW).after(Some(&bound(3))).unwrap().refresh_key, Some(key));
    assert!(matches!(verdict(&with(3, Some(key)), Some(&bound(4)), NOW), Verdict::Done(_)));
    for thief in [None, Some(other)] {
        for generation in 3..=9 {
            assert!(!step(&with(3, thief), NOW).admits(Some(&bound(generation))));
            let verdict = verdict(&with(3, thief), Some(&bound(generation)), NOW);
            assert_eq!(verdict, Verdict::Refuse(Refusal::RefreshTokenOfAnotherKey), "{generation}");
        }
    }
    // A confidential client proves itself by its credentials: the key of one refresh binds no other.
    let after = step(&with(3, Some(other)), NOW).after(Some(&active(3))).unwrap();
    assert_eq!(after.refresh_key, None);
    let public = Client { auth_method: crate::client::record::AuthMethod::None, ..fixtures::client() };
    let public = fixtures::authenticated(public);
    let step = rotate(&with(3, Some(other)), &public, &Policy::default(), Moment { now: NOW, attempt: attempt(1) });
    assert_eq!(step.after(Some(&active(3))).unwrap().refresh_key, Some(other));
}

#[test]
fn c084_a_bad_refresh_is_refused_for_its_first_fault_and_ends_nothing() {
    type Spoil = fn(&mut Grant);
    let rows: [(Spoil, Refusal); 7] = [
        (|g| g.client_id = ClientId::parse("other").unwrap(), Refusal::RefreshTokenOfAnotherClient),
        (|g| g.created_at = NOW.minus(301), Refusal::RefreshTokenOfAnotherClient),
        (|g| g.stage = Stage::Revoked, Refusal::GrantRevoked),
        (|g| g.stage = fixtures::grant().stage, Refusal::RefreshTokenUnknown),
        (|g| g.stage = active(2).stage, Refusal::RefreshTokenUnknown),
        (|g| g.ends_at = NOW, Refusal::RefreshTokenExpired),
        (
            |g| {
                g.client_id = ClientId::parse("other").unwrap();
                g.stage = active(9).stage;
            },
            Refusal::RefreshTokenOfAnotherClient,
        ),
    ];
    for (spoil, reason) in rows {
        let mut spoiled = active(3);
        spoil(&mut spoiled);
        assert_eq!(step(&request(3), NOW).after(Some(&spoiled)), None, "{reason:?}");
        assert_eq!(verdict(&request(3), Some(&spoiled), NOW), Verdict::Refuse(reason));
        let moment = Moment { now: NOW, attempt: attempt(1) };
        let stays = stay(&request(3), &client(), Some(&spoiled), &Policy::default(), moment);
        assert_eq!(stays, Verdict::Refuse(reason));
    }
    assert_eq!(verdict(&request(3), None, NOW), Verdict::Refuse(Refusal::RefreshTokenUnknown));
}

#[test]
fn c086_a_token_that_is_not_used_expires() {
    let item = active(3);
    assert!(step(&request(3), NOW.plus(99)).admits(Some(&item)));
    assert!(!step(&request(3), NOW.plus(100)).admits(Some(&item)));
    assert_eq!(verdict(&request(3), Some(&item), NOW.plus(100)), Verdict::Refuse(Refusal::RefreshTokenExpired));
}

#[test]
fn c084_c085_a_narrower_scope_is_given_and_a_wider_one_changes_nothing() {
    let narrow = RefreshRequest { scope: Scope::parse("read").ok(), ..request(3) };
    let after = step(&narrow, NOW).after(Some(&active(3))).unwrap();
    assert_eq!(after.scope, active(3).scope);
    let wide = RefreshRequest { scope: Scope::parse("read admin").ok(), ..request(3) };
    assert_eq!(step(&wide, NOW).after(Some(&active(3))), None);
    assert_eq!(verdict(&wide, Some(&active(3)), NOW), Verdict::Refuse(Refusal::ScopeNotGranted));
    assert_eq!(verdict(&wide, Some(&active(4)), NOW), Verdict::Refuse(Refusal::ScopeNotGranted));
    let elsewhere = RefreshRequest { resources: vec![Resource::parse("urn:x").unwrap()], ..request(3) };
    assert_eq!(verdict(&elsewhere, Some(&active(3)), NOW), Verdict::Refuse(Refusal::ResourceNotGranted));
}

#[test]
fn c149_a_token_of_several_apis_is_not_rotated_for_who_names_none_and_may_have_one() {
    let one = fixtures::authenticated(Client { audience: AudienceRule::One, ..fixtures::client() });
    let asked = |request: &RefreshRequest, item: &Grant| {
        let (policy, attempt) = (Policy::default(), attempt(1));
        let step = rotate(request, &one, &policy, Moment { now: NOW, attempt });
        step.admits(Some(item))
            .then_some(())
            .ok_or_else(|| explain(request, &one, Some(item), &policy, Moment { now: NOW, attempt }))
    };
    let refused = Err(Verdict::Refuse(Refusal::AudienceNotOne));
    let [orders, parcels] = <[Resource; 2]>::try_from(active(3).resources).unwrap();
    assert_eq!(asked(&request(3), &active(3)), refused);
    // A repeat does not end the grant either, and does not get the answer of the request before.
    assert_eq!(asked(&request(3), &active(4)), refused);
    let named = RefreshRequest { resources: vec![parcels], ..request(3) };
    assert_eq!(asked(&named, &active(3)), Ok(()));
    let single = Grant { resources: vec![orders, fixtures::issuer()], ..active(3) };
    assert_eq!(asked(&request(3), &single), Ok(()));
    assert!(step(&request(3), NOW).admits(Some(&active(3))));
}

proptest::proptest! {
    #[test]
    fn the_guards_admit_exactly_what_explain_finds_nothing_against(
        at in 1_u32..6, asked in 1_u32..6, state in 0_u8..4, own: bool, within: bool, later in 0_u32..200,
    ) {
        let now = NOW.plus(later);
        let mut item = active(at);
        match state {
            0 => item.stage = Stage::Revoked,
            1 => item.stage = fixtures::grant().stage,
            _ => {}
        }
        if !own { item.client_id = ClientId::parse("other").unwrap(); }
        let scope = if within { "read" } else { "admin" };
        let request = RefreshRequest { scope: Scope::parse(scope).ok(), ..request(asked) };
        let step = step(&request, now);
        if let Some(after) = step.after(Some(&item)) {
            proptest::prop_assert_eq!(verdict(&request, Some(&after), now), Verdict::Done(Box::new(after.clone())));
        } else if let Verdict::Done(found) = verdict(&request, Some(&item), now) {
            // Only the successor that was given before is given again.
            proptest::prop_assert_eq!(current_generation(&found), Some(Generation::from_number(asked).next()));
            proptest::prop_assert!(later < Policy::default().refresh_retry_window);
        }
    }
}
