use std::sync::Arc;

use protocol::{ClientId, CodeChallenge, Nonce, ReceivedRequest, RedirectUri, Resource, Scope};

use super::*;
use crate::client::audience_rule::AudienceRule;
use crate::client::record::Client;
use crate::fixtures::{self, NOW, attempt, binding_of, grant};
use crate::request::redirect::trust;

fn request() -> CodeRedemption {
    CodeRedemption {
        code: CodeHandle { secret: fixtures::secret(), rests_on: None },
        redirect_uri: Some(RedirectUri::parse("https://app.example/cb").unwrap()),
        code_verifier: Some(fixtures::verifier()),
        key: None,
        resources: Vec::new(),
        issuer: fixtures::issuer(),
    }
}

fn client() -> AuthenticatedClient {
    fixtures::authenticated(fixtures::client())
}

fn step(request: &CodeRedemption, now: Timestamp) -> Transition {
    redeem(request, &client(), &Policy::default(), Moment { now, attempt: attempt(1) })
}

fn verdict(request: &CodeRedemption, found: Option<&Grant>) -> Verdict {
    explain(request, &client(), found, Moment { now: NOW, attempt: attempt(1) })
}

/// The grant of a person whose sign-in requested single claims, with a code that is bound to a key.
fn agreed(scope: &str, session_ends_at: Timestamp) -> Grant {
    let received = ReceivedRequest { client_id: fixtures::client().id, redirect_uri: None };
    let trusted = trust(&received, Some(Arc::new(fixtures::client()))).unwrap();
    let agreement = Agreement {
        person: Person { sign_in: Some(fixtures::no_claims()), ..fixtures::person() },
        target: Target { resources: grant().resources, scope: Scope::parse(scope).unwrap() },
        code_challenge: Some(fixtures::verifier().challenge()),
        code_key: Some(Thumbprint::from_bytes([1; 32])),
        nonce: Nonce::parse("n").ok(),
        session_ends_at,
    };
    let moment = Moment { now: NOW, attempt: attempt(1) };
    grant_of(fixtures::secret().id(), &trusted, agreement, &Policy::default(), moment)
}

#[test]
fn a_grant_has_what_binds_its_code_and_the_claims_of_a_sign_in_with_openid_alone() {
    let agreed = |scope| agreed(scope, NOW.plus(1000));
    assert_eq!(agreed("openid read").sign_in(), Some(&fixtures::no_claims()));
    assert_eq!(agreed("read").sign_in(), None);
    let made = agreed("read");
    assert_eq!(made.person(), Some(&fixtures::person()));
    let expected = Binding {
        redirect_uri_sent: false,
        code_key: Some(Thumbprint::from_bytes([1; 32])),
        nonce: Nonce::parse("n").ok(),
        ..fixtures::binding()
    };
    assert_eq!(made.binding(), Some(&expected));
    let code_expires_at = NOW.plus(Policy::default().code_lifetime);
    assert_eq!(made.stage, Stage::Issued { code_expires_at, attempt: attempt(1) });
}

#[test]
fn c137_a_grant_ends_with_its_session_unless_it_may_be_used_offline() {
    let latest = NOW.plus(Policy::default().grant_lifetime);
    for (scope, session_ends_at, expected) in [
        ("read", NOW.plus(1000), NOW.plus(1000)),
        ("openid read", NOW.plus(1000), NOW.plus(1000)),
        ("read", latest.plus(1), latest),
        ("offline_access read", NOW.plus(1000), latest),
    ] {
        assert_eq!(agreed(scope, session_ends_at).ends_at, expected, "{scope}");
    }
}

#[test]
fn a_good_code_is_redeemed_and_begins_the_first_generation() {
    let redeemed = step(&request(), NOW).after(Some(&grant())).unwrap();
    assert!(matches!(redeemed.stage, Stage::Active { generation: Generation::FIRST, rotated_at: NOW, .. }));
}

#[test]
fn c045_c046_c047_a_bad_code_is_refused_for_its_first_fault_and_left_as_it_was() {
    type Spoil = fn(&mut Grant);
    let rows: [(Spoil, Refusal); 8] = [
        (|g| g.client_id = ClientId::parse("other").unwrap(), Refusal::CodeOfAnotherClient),
        (|g| g.created_at = NOW.minus(301), Refusal::CodeOfAnotherClient),
        (
            |g| binding_of(g).redirect_uri = RedirectUri::parse("https://app.example/cb/").unwrap(),
            Refusal::RedirectUriMismatch,
        ),
        (|g| binding_of(g).code_challenge = CodeChallenge::parse(&"A".repeat(43)).ok(), Refusal::CodeVerifierMismatch),
        (|g| binding_of(g).code_challenge = None, Refusal::CodeVerifierMismatch),
        (|g| g.stage = Stage::Revoked, Refusal::GrantRevoked),
        (|g| g.stage = Stage::Issued { code_expires_at: NOW, attempt: attempt(0) }, Refusal::CodeExpired),
        (
            |g| {
                g.client_id = ClientId::parse("other").unwrap();
                g.stage = fixtures::active(1).stage;
            },
            Refusal::CodeOfAnotherClient,
        ),
    ];
    for (spoil, reason) in rows {
        let mut spoiled = grant();
        spoil(&mut spoiled);
        assert_eq!(step(&request(), NOW).after(Some(&spoiled)), None, "{reason:?}");
        assert_eq!(verdict(&request(), Some(&spoiled)), Verdict::Refuse(reason));
    }
    assert_eq!(step(&request(), NOW).after(None), None);
    assert_eq!(verdict(&request(), None), Verdict::Refuse(Refusal::CodeUnknown));
}

#[test]
fn c041_a_code_is_good_before_its_expiry_and_not_at_it() {
    let expiry = NOW.plus(1);
    assert!(step(&request(), NOW).admits(Some(&grant())));
    assert!(!step(&request(), expiry).admits(Some(&grant())));
    let late = explain(&request(), &client(), Some(&grant()), Moment { now: expiry, attempt: attempt(1) });
    assert_eq!(late, Verdict::Refuse(Refusal::CodeExpired));
}

#[test]
fn c043_c044_only_a_valid_second_redemption_revokes() {
    let used = fixtures::active(1);
    let valid = verdict(&request(), Some(&used));
    assert_eq!(valid, Verdict::RefuseAnd(Refusal::CodeReplayed, revocation::revoke(used.id)));
    let wrong = CodeRedemption { code_verifier: protocol::CodeVerifier::parse(&"x".repeat(43)).ok(), ..request() };
    assert_eq!(verdict(&wrong, Some(&used)), Verdict::Refuse(Refusal::CodeVerifierMismatch));
    let without = CodeRedemption { code_verifier: None, ..request() };
    assert_eq!(verdict(&without, Some(&used)), Verdict::Refuse(Refusal::CodeVerifierMismatch));
}

#[test]
fn a_repeated_send_finds_its_own_work() {
    let ours = step(&request(), NOW).after(Some(&grant())).unwrap();
    assert_eq!(verdict(&request(), Some(&ours)), Verdict::Done(Box::new(ours.clone())));
    let rival = explain(&request(), &client(), Some(&ours), Moment { now: NOW, attempt: attempt(2) });
    assert!(matches!(rival, Verdict::RefuseAnd(Refusal::CodeReplayed, _)));
}

#[test]
fn c048_c049_what_binds_a_code_can_not_be_left_out() {
    let mut unbound = grant();
    binding_of(&mut unbound).code_challenge = None;
    let plain = CodeRedemption { code_verifier: None, ..request() };
    let bare = CodeRedemption { redirect_uri: None, ..plain.clone() };
    let oauth21 = CodeRedemption { redirect_uri: None, ..request() };
    assert!(step(&oauth21, NOW).admits(Some(&grant())));
    assert!(step(&plain, NOW).admits(Some(&unbound)));
    assert!(!step(&bare, NOW).admits(Some(&unbound)));
    assert_eq!(verdict(&bare, Some(&unbound)), Verdict::Refuse(Refusal::RedirectUriMismatch));
    let mut unsent = unbound.clone();
    binding_of(&mut unsent).redirect_uri_sent = false;
    assert!(step(&bare, NOW).admits(Some(&unsent)));
    // RFC 9700 §4.8.2: a verifier for a code without a challenge is a downgrade.
    assert!(!step(&request(), NOW).admits(Some(&unbound)));
    assert!(!step(&plain, NOW).admits(Some(&grant())));
}

#[test]
fn c187_a_code_that_is_bound_to_a_key_needs_its_proof_and_nothing_else_ends_it() {
    let [key, other] = [1, 2].map(|byte| Thumbprint::from_bytes([byte; 32]));
    let with = |key: Option<Thumbprint>| CodeRedemption { key: key.map(Confirmation::Jkt), ..request() };
    let mut bound = grant();
    binding_of(&mut bound).code_key = Some(key);
    for proven in [None, Some(key), Some(other)] {
        assert!(step(&with(proven), NOW).admits(Some(&grant())), "an unbound code takes any key");
        assert_eq!(step(&with(proven), NOW).admits(Some(&bound)), proven == Some(key));
        let mut used = fixtures::active(1);
        binding_of(&mut used).code_key = Some(key);
        let replayed = Verdict::RefuseAnd(Refusal::CodeReplayed, revocation::revoke(used.id));
        let expected = if proven == Some(key) { replayed } else { Verdict::Refuse(Refusal::CodeOfAnotherKey) };
        assert_eq!(verdict(&with(proven), Some(&used)), expected);
    }
}

#[test]
fn c186_a_redemption_binds_the_refresh_token_of_a_public_client_only() {
    let key = Thumbprint::from_bytes([1; 32]);
    let request = CodeRedemption { key: Some(Confirmation::Jkt(key)), ..request() };
    let public = Client { auth_method: crate::client::record::AuthMethod::None, ..fixtures::client() };
    for (client, expected) in [(fixtures::client(), None), (public, Some(key))] {
        let client = fixtures::authenticated(client);
        let step = redeem(&request, &client, &Policy::default(), Moment { now: NOW, attempt: attempt(1) });
        assert_eq!(step.after(Some(&grant())).unwrap().refresh_key, expected);
    }
}

#[test]
fn c121_an_api_that_was_not_granted_burns_nothing() {
    let other = Resource::parse("https://other.example").unwrap();
    let request = CodeRedemption { resources: vec![other], ..request() };
    assert!(!step(&request, NOW).admits(Some(&grant())));
    assert_eq!(verdict(&request, Some(&grant())), Verdict::Refuse(Refusal::ResourceNotGranted));
}

#[test]
fn c149_a_code_for_several_apis_is_kept_for_who_names_none_and_may_have_one() {
    let one = fixtures::authenticated(Client { audience: AudienceRule::One, ..fixtures::client() });
    let asked = |resources: &[Resource], item: &Grant| {
        let request = CodeRedemption { resources: resources.to_vec(), ..request() };
        let step = redeem(&request, &one, &Policy::default(), Moment { now: NOW, attempt: attempt(1) });
        step.admits(Some(item))
            .then_some(())
            .ok_or_else(|| explain(&request, &one, Some(item), Moment { now: NOW, attempt: attempt(1) }))
    };
    let refused = Err(Verdict::Refuse(Refusal::AudienceNotOne));
    let [orders, parcels] = <[Resource; 2]>::try_from(grant().resources).unwrap();
    let of = |resources: &[&Resource]| Grant { resources: resources.iter().copied().cloned().collect(), ..grant() };
    assert_eq!(asked(&[], &of(&[&orders, &parcels])), refused);
    assert_eq!(asked(&[], &of(&[&orders, &parcels, &fixtures::issuer()])), refused);
    for item in [of(&[&orders]), of(&[&orders, &fixtures::issuer()]), of(&[&fixtures::issuer(), &orders])] {
        assert_eq!(asked(&[], &item), Ok(()));
    }
    assert_eq!(asked(std::slice::from_ref(&parcels), &of(&[&orders, &parcels])), Ok(()));
    assert!(step(&request(), NOW).admits(Some(&of(&[&orders, &parcels]))));
    // The owner of the code and an earlier use are checked first.
    let used = fixtures::active(1);
    assert_eq!(asked(&[], &used), Err(Verdict::RefuseAnd(Refusal::CodeReplayed, revocation::revoke(used.id))));
}

#[test]
fn a_form_that_was_sent_twice_makes_one_grant() {
    let first = issue(grant()).after(None).unwrap();
    assert_eq!(issue(grant()).after(Some(&first)), None);
    assert!(was_issued(Some(&first), attempt(0)));
    assert!(!was_issued(Some(&first), attempt(1)));
    assert!(!was_issued(None, attempt(0)));
}

proptest::proptest! {
    #[test]
    fn the_guards_admit_exactly_what_explain_finds_nothing_against(
        stage in 0_u8..5, bound: bool, sent: bool, own: bool, with_uri: bool, with_verifier: bool,
        right_uri: bool, right_verifier: bool, granted: bool,
    ) {
        let mut item = grant();
        item.stage = match stage {
            0 => item.stage,
            1 => Stage::Issued { code_expires_at: NOW, attempt: attempt(0) },
            2 => fixtures::active(1).stage,
            3 => fixtures::active(7).stage,
            _ => Stage::Revoked,
        };
        binding_of(&mut item).redirect_uri_sent = sent;
        if !bound { binding_of(&mut item).code_challenge = None; }
        if !own { item.client_id = ClientId::parse("other").unwrap(); }
        if !granted { item.resources.clear(); }
        let mut request = request();
        request.resources = fixtures::grant().resources;
        if !right_uri { request.redirect_uri = RedirectUri::parse("https://evil.example/").ok(); }
        if !right_verifier { request.code_verifier = protocol::CodeVerifier::parse(&"x".repeat(43)).ok(); }
        if !with_uri { request.redirect_uri = None; }
        if !with_verifier { request.code_verifier = None; }
        let step = step(&request, NOW);
        if step.admits(Some(&item)) {
            // The write succeeds, so there is nothing to explain; `explain` would return its fallback.
            let issued = matches!(item.stage, Stage::Issued { .. });
            proptest::prop_assert!(issued);
            let after = step.after(Some(&item)).unwrap();
            proptest::prop_assert_eq!(verdict(&request, Some(&after)), Verdict::Done(Box::new(after.clone())));
        } else {
            proptest::prop_assert!(!matches!(verdict(&request, Some(&item)), Verdict::Done(_)));
        }
    }
}
