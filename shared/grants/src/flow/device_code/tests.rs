use protocol::{ClientId, Nonce, Scope, Thumbprint};

use super::*;
use crate::client::audience_rule::AudienceRule;
use crate::client::record::AuthMethod;
use crate::fixtures::{self, NOW, attempt};

fn client() -> AuthenticatedClient {
    fixtures::authenticated(fixtures::client())
}

fn other_client() -> AuthenticatedClient {
    fixtures::authenticated(Client { id: ClientId::parse("other").unwrap(), ..fixtures::client() })
}

fn at(later: Seconds, number: u8) -> Moment {
    Moment { now: NOW.plus(later), attempt: attempt(number) }
}

fn user_code() -> UserCode {
    UserCode::parse("WDJB-MJHT").unwrap()
}

fn pending() -> Grant {
    let request = DeviceRequest {
        user_code: user_code(),
        asked_from: Some("192.0.2.1".to_owned()),
        nonce: Nonce::parse("n").ok(),
    };
    let target = Target { resources: fixtures::grant().resources, scope: Scope::parse("read ship").unwrap() };
    let asked = Asked { target, request };
    start(fixtures::secret().id(), &fixtures::client(), asked, &Policy::default(), at(0, 1)).after(None).unwrap()
}

fn approved() -> Grant {
    let grant = grant_of(&pending(), fixtures::person(), NOW.plus(1000), &Policy::default(), at(0, 2));
    approve(grant, NOW).after(Some(&pending())).unwrap()
}

fn request() -> DevicePoll {
    let code = DeviceHandle { secret: fixtures::secret() };
    let issuer = Resource::parse("https://issuer.example").unwrap();
    DevicePoll { code, key: None, resources: Vec::new(), issuer }
}

/// Polls once as the endpoint does, and returns the item afterwards with the outcome.
fn polled(item: &Grant, client: &AuthenticatedClient, moment: Moment) -> (Grant, Result<Grant, Refusal>) {
    let (request, policy) = (request(), Policy::default());
    if let Some(after) = poll(&request, client, moment).after(Some(item)) {
        return (after, Err(Refusal::DevicePending));
    }
    match decide(&request, client, &policy, Some(item), moment) {
        Polled::Refuse(refusal) => (item.clone(), Err(refusal)),
        Polled::SlowDown(step) => (step.after(Some(item)).unwrap(), Err(Refusal::DeviceTooEarly)),
        Polled::Redeem(step) => match step.after(Some(item)) {
            Some(after) => (after.clone(), Ok(after)),
            None => match explain(&request, client, Some(item), moment) {
                Verdict::Done(grant) => (item.clone(), Ok(*grant)),
                Verdict::Refuse(refusal) => (item.clone(), Err(refusal)),
                Verdict::RefuseAnd(..) => panic!("a poll revokes nothing"),
            },
        },
    }
}

fn interval_of(item: &Grant) -> Seconds {
    let Stage::Pending { interval, .. } = item.stage else { panic!("not pending") };
    interval
}

#[test]
fn c212_the_first_poll_is_served_and_one_before_the_interval_is_not() {
    let (item, told) = polled(&pending(), &client(), at(0, 3));
    assert_eq!(told, Err(Refusal::DevicePending));
    let (refused, told) = polled(&item, &client(), at(3, 4));
    assert_eq!(told, Err(Refusal::DeviceTooEarly));
    assert_eq!(interval_of(&refused), 10);
    // A second of slack, because clocks are not exact.
    assert_eq!(polled(&item, &client(), at(4, 4)).1, Err(Refusal::DevicePending));
}

#[test]
fn c212_slow_down_adds_5_seconds_for_good_and_a_refused_poll_moves_nothing_else() {
    let (first, _) = polled(&pending(), &client(), at(0, 3));
    let (early, _) = polled(&first, &client(), at(1, 4));
    let (earlier, told) = polled(&early, &client(), at(8, 5));
    assert_eq!((told, interval_of(&earlier)), (Err(Refusal::DeviceTooEarly), 15));
    // Counted from the poll that was served, not from those that were refused.
    let (served, told) = polled(&earlier, &client(), at(14, 6));
    assert_eq!((told, interval_of(&served)), (Err(Refusal::DevicePending), 15));
    assert_eq!(polled(&served, &client(), at(27, 7)).1, Err(Refusal::DeviceTooEarly));
    assert_eq!(polled(&served, &client(), at(28, 7)).1, Err(Refusal::DevicePending));
}

#[test]
fn c212_a_device_that_waits_as_it_is_told_is_always_served() {
    let (mut item, mut now, mut interval) = (pending(), 0, 5);
    for number in 0..20 {
        // It starts too fast twice, and then does what it was told.
        now += if number < 3 { 1 } else { interval };
        let (after, told) = polled(&item, &client(), at(now, number + 10));
        if told == Err(Refusal::DeviceTooEarly) {
            interval += Policy::DEVICE_SLOW_DOWN;
            assert!(number < 3, "{number}");
        }
        item = after;
    }
    assert_eq!(interval_of(&item), interval);
}

#[test]
fn c212_of_two_early_polls_at_once_one_makes_the_interval_longer() {
    let (item, _) = polled(&pending(), &client(), at(0, 3));
    let early = |number| match decide(&request(), &client(), &Policy::default(), Some(&item), at(1, number)) {
        Polled::SlowDown(step) => step,
        other @ (Polled::Refuse(_) | Polled::Redeem(_)) => panic!("{other:?}"),
    };
    let after = early(4).after(Some(&item)).unwrap();
    assert_eq!(early(5).after(Some(&after)), None);
}

#[test]
fn c212_an_approved_code_is_served_to_an_early_poll_once_and_to_its_own_client() {
    let item = approved();
    assert_eq!(polled(&item, &other_client(), at(0, 3)), (item.clone(), Err(Refusal::DeviceCodeOfAnotherClient)));
    assert_eq!(polled(&pending(), &other_client(), at(0, 3)), (pending(), Err(Refusal::DeviceCodeOfAnotherClient)));
    // The next client of the id.
    let next = fixtures::authenticated(Client { created_at: NOW.plus(301), ..fixtures::client() });
    for item in [item.clone(), pending()] {
        assert_eq!(polled(&item, &next, at(0, 3)), (item.clone(), Err(Refusal::DeviceCodeOfAnotherClient)));
    }
    let (active, tokens) = polled(&item, &client(), at(0, 3));
    assert!(matches!(tokens.unwrap().stage, Stage::Active { generation: Generation::FIRST, .. }));
    assert_eq!(polled(&active, &client(), at(1, 4)), (active.clone(), Err(Refusal::DeviceCodeUsed)));
    // The same write sent again by the SDK is our own work.
    assert_eq!(explain(&request(), &client(), Some(&active), at(0, 3)), Verdict::Done(Box::new(active.clone())));
    assert_eq!(explain(&request(), &client(), Some(&active), at(0, 4)), Verdict::Refuse(Refusal::DeviceCodeUsed));
    let revoked = Grant { stage: Stage::Revoked, ..active };
    assert_eq!(polled(&revoked, &client(), at(1, 4)).1, Err(Refusal::GrantRevoked));
    assert_eq!(explain(&request(), &client(), Some(&revoked), at(1, 4)), Verdict::Refuse(Refusal::GrantRevoked));
    assert_eq!(explain(&request(), &client(), None, at(1, 4)), Verdict::Refuse(Refusal::DeviceCodeUnknown));
}

#[test]
fn c212_a_poll_that_is_sent_again_finds_its_own_work() {
    let (item, _) = polled(&pending(), &client(), at(0, 3));
    assert_eq!(polled(&item, &client(), at(1, 3)), (item, Err(Refusal::DevicePending)));
}

#[test]
fn c186_a_redemption_binds_the_refresh_token_of_a_public_device_only() {
    let key = Thumbprint::from_bytes([1; 32]);
    let request = DevicePoll { key: Some(Confirmation::Jkt(key)), ..request() };
    let public = Client { auth_method: AuthMethod::None, secrets: Vec::new(), ..fixtures::client() };
    for (client, expected) in [(fixtures::client(), None), (public, Some(key))] {
        let client = fixtures::authenticated(client);
        let told = decide(&request, &client, &Policy::default(), Some(&approved()), at(0, 3));
        let Polled::Redeem(step) = told else { panic!("{told:?}") };
        assert_eq!(step.after(Some(&approved())).unwrap().refresh_key, expected);
    }
}

#[test]
fn c149_c121_a_device_code_is_kept_where_no_token_can_be_for_what_the_poll_names() {
    let told = |audience, resources: &[Resource]| {
        let client = fixtures::authenticated(Client { audience, ..fixtures::client() });
        let request = DevicePoll { resources: resources.to_vec(), ..request() };
        let told = decide(&request, &client, &Policy::default(), Some(&approved()), at(0, 3));
        let Polled::Redeem(step) = told else { panic!("{told:?}") };
        let explained = || explain(&request, &client, Some(&approved()), at(0, 3));
        step.admits(Some(&approved())).then_some(()).ok_or_else(explained)
    };
    let other = Resource::parse("https://other.example").unwrap();
    let refused = |why| Err(Verdict::Refuse(why));
    assert_eq!(told(AudienceRule::All, &[]), Ok(()));
    assert_eq!(told(AudienceRule::All, &[other]), refused(Refusal::ResourceNotGranted));
    assert_eq!(told(AudienceRule::One, &[]), refused(Refusal::AudienceNotOne));
    assert_eq!(told(AudienceRule::One, &approved().resources[..1]), Ok(()));
}

#[test]
fn c125_each_end_of_a_request_has_its_own_error() {
    let end = Policy::default().device_lifetime;
    let denied = deny(&pending(), NOW).after(Some(&pending())).unwrap();
    let rows = [
        (pending(), end, Refusal::DeviceCodeExpired),
        (approved(), end, Refusal::DeviceCodeExpired),
        (denied.clone(), 1, Refusal::DeviceDenied),
        (denied, end, Refusal::DeviceDenied),
        (fixtures::grant(), 0, Refusal::DeviceCodeUnknown),
    ];
    for (item, later, refusal) in rows {
        assert_eq!(polled(&item, &client(), at(later, 9)), (item.clone(), Err(refusal)), "{item:?}");
    }
    assert!(polled(&approved(), &client(), at(end - 1, 9)).1.is_ok());
    let nobody = decide(&request(), &client(), &Policy::default(), None, at(0, 9));
    assert_eq!(nobody, Polled::Refuse(Refusal::DeviceCodeUnknown));
}

#[test]
fn c212_of_all_answers_one_counts() {
    let answers = |item: &Grant| {
        let grant = grant_of(&pending(), fixtures::person(), NOW.plus(1000), &Policy::default(), at(0, 5));
        [approve(grant, NOW).after(Some(item)), deny(&pending(), NOW).after(Some(item))]
    };
    let [one, other] = answers(&pending());
    for answered in [one.unwrap(), other.unwrap()] {
        assert_eq!(answers(&answered), [None, None]);
    }
    assert_eq!(approve(approved(), pending().ends_at).after(Some(&pending())), None);
    assert_eq!(deny(&pending(), pending().ends_at).after(Some(&pending())), None);
    assert!(was_approved(Some(&approved()), attempt(2)) && !was_approved(Some(&approved()), attempt(3)));
    let denied = deny(&pending(), NOW).after(Some(&pending()));
    assert_eq!(
        [denied.as_ref(), Some(&pending()), Some(&approved()), None].map(was_denied),
        [true, false, false, false]
    );
    assert!(was_started(Some(&pending()), attempt(1)) && !was_started(Some(&approved()), attempt(2)));
    assert!(!was_started(None, attempt(1)) && !was_approved(None, attempt(2)));
}

#[test]
fn c211_unknown_answered_and_expired_codes_look_the_same() {
    let code = user_code();
    assert!(waiting(&code, Some(&pending()), NOW).is_some());
    let denied = deny(&pending(), NOW).after(Some(&pending())).unwrap();
    for (found, now) in [
        (None, NOW),
        (Some(pending()), pending().ends_at),
        (Some(approved()), NOW),
        (Some(denied), NOW),
        (Some(fixtures::grant()), NOW),
    ] {
        assert_eq!(waiting(&code, found.as_ref(), now), None);
    }
    assert_eq!(waiting(&UserCode::parse("BBBBBBBB").unwrap(), Some(&pending()), NOW), None);
}

#[test]
fn c213_a_client_must_be_registered_for_it_also_when_a_person_answers() {
    let client = Client { grant_types: [GrantType::AuthorizationCode].into(), ..fixtures::client() };
    let registered = fixtures::client();
    let issuer = Resource::parse("https://issuer.example").unwrap();
    let apis = |client: &Client| Api::of_client(client, &fixtures::apis(), &issuer, &Policy::default());
    let asked = |scope| DeviceAuthorizationRequest { scope: Scope::parse(scope).ok(), resources: vec![], nonce: None };
    assert_eq!(admit(&client, &apis(&client), &asked("read")), Err(Refusal::GrantTypeNotAllowed));
    assert_eq!(admit_again(&client, &apis(&client), &pending()), Err(Refusal::GrantTypeNotAllowed));
    let admitted = admit(&registered, &apis(&registered), &asked("openid offline_access read unheard")).unwrap();
    assert_eq!(admitted.scope.to_string(), "offline_access openid read");
    assert_eq!(admit_again(&registered, &apis(&registered), &pending()), Ok(()));
    let no_refresh = GrantType::ALL.into_iter().filter(|grant_type| *grant_type != GrantType::RefreshToken);
    let brief = Client { grant_types: no_refresh.collect(), ..fixtures::client() };
    let admitted = admit(&brief, &apis(&brief), &asked("openid offline_access read")).unwrap();
    assert_eq!(admitted.scope.to_string(), "openid read");
    let less = Client { scope: Scope::parse("read").ok(), ..registered };
    assert_eq!(admit_again(&less, &apis(&less), &pending()), Err(Refusal::ScopeNotAllowed));
    let gone = Client { apis: Vec::new(), scope: None, ..less };
    assert_eq!(admit_again(&gone, &apis(&gone), &pending()), Err(Refusal::ResourceNotAllowed));
}

#[test]
fn a_grant_ends_with_its_session_unless_it_outlives_it_and_keeps_the_nonce() {
    let grant = |scope, session_ends_at| {
        let waiting = Grant { scope: Scope::parse(scope).unwrap(), ..pending() };
        let person = Person { sign_in: Some(fixtures::no_claims()), ..fixtures::person() };
        grant_of(&waiting, person, session_ends_at, &Policy::default(), at(0, 2))
    };
    let (session, latest) = (NOW.plus(1000), NOW.plus(Policy::default().grant_lifetime));
    assert_eq!(grant("read", session).ends_at, session);
    assert_eq!(grant("read", latest.plus(1)).ends_at, latest);
    assert_eq!(grant("openid offline_access", session).ends_at, latest);
    assert_eq!(grant("read", session).nonce().map(Nonce::as_str), Some("n"));
    assert_eq!(grant("read", session).person(), Some(&fixtures::person()));
    assert_eq!(grant("openid", session).sign_in(), Some(&fixtures::no_claims()));
}
