use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::{
    AssertionTarget, ClientId, GrantType, LegacyGrants, Parameters, RedirectUri, Scope, ServerUri, Thumbprint,
};

use super::*;
use crate::client::assertion::{self, AssertionClaims, Audience, Server};
use crate::client::change::ClientChange;
use crate::client::federation::Federation;
use crate::client::named_settings::NamedSettings;
use crate::client::public_keys::ClientKeys;
use crate::client::request_object;
use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
use crate::fixtures::{self, NOW};
use crate::flow::authorization_code::{CodeRedemption, redeem};
use crate::flow::refresh_token::{RefreshRequest, explain, revoke_access, rotate, stay, token_of};
use crate::registration::rules::RegistrationError;
use crate::request::admission::{Arrival, Fault, Rejection, receive};
use crate::step::grant::Grant;
use crate::step::stage::Stage;
use crate::step::verdict::Verdict;
use crate::terms::api::Api;
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::Generation;
use crate::terms::moment::Moment;
use crate::token::dpop;
use crate::token::handles::{CodeHandle, RefreshHandle};

const FAPI: [Profile; 2] = [Profile::Fapi2, Profile::Fapi2Signed];

/// Returns a client of the fixtures that has this profile.
fn client(profile: Profile) -> Client {
    let uri = ServerUri::parse("https://app.example/keys").unwrap();
    let client = Client {
        auth_method: AuthMethod::PrivateKeyJwt,
        secrets: Vec::new(),
        grant_types: [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials].into(),
        keys: Some(ClientKeys::At(uri)),
        ..fixtures::client()
    };
    client.under(profile)
}

fn federation() -> Federation {
    Federation { issuer: fixtures::platform().url, subject: "s".to_owned(), claims: BTreeMap::new() }
}

fn targets() -> Vec<AssertionTarget> {
    vec![AssertionTarget::parse("https://as.example=agent").unwrap()]
}

#[test]
fn profiles_have_names() {
    assert_eq!(Profile::ALL.map(Profile::as_str), ["baseline", "fapi2", "fapi2-signed"]);
    for profile in Profile::ALL {
        assert_eq!(Profile::parse(profile.as_str()), Some(profile));
    }
    assert_eq!(["fapi", "FAPI2", ""].map(Profile::parse), [None; 3]);
}

#[test]
fn c201_the_profile_brings_the_settings_that_it_demands() {
    let before = fixtures::client();
    assert_eq!(before.clone().under(Profile::Baseline), before);
    for profile in FAPI {
        let after = client(profile);
        assert_eq!((after.pkce, after.dpop, after.strict_audience), (PkceRule::Required, DpopRule::Required, true));
        assert!(after.requests.pushed.is_required());
        let es256 = SigningAlgorithm::Es256;
        assert_eq!(after.relying_party.id_token_algorithm, es256);
        assert_eq!((after.requests.response_algorithm, after.introspection_algorithm), (Some(es256), es256));
        assert!(after.algorithms().iter().all(|algorithm| *algorithm == es256), "the server needs no other key");
        assert_eq!(after.clone().register(), Ok(after));
        let mut chosen = fixtures::client();
        chosen.relying_party.id_token_algorithm = SigningAlgorithm::Ps256;
        chosen.relying_party.userinfo_algorithm = Some(SigningAlgorithm::Rs256);
        chosen.requests.response_algorithm = Some(SigningAlgorithm::EdDsa);
        let chosen = chosen.under(profile);
        assert_eq!(chosen.relying_party.id_token_algorithm, SigningAlgorithm::Ps256);
        assert_eq!(chosen.requests.response_algorithm, Some(SigningAlgorithm::EdDsa));
        assert_eq!(chosen.relying_party.userinfo_algorithm, Some(es256));
    }
}

#[test]
fn c201_a_client_that_is_laxer_than_its_profile_is_not_registered() {
    use RegistrationError as E;
    type Spoil = fn(&mut Client);
    let rows: &[(Spoil, E)] = &[
        (|c| c.auth_method = AuthMethod::SecretBasic, E::Profile(ProfileFault::AuthMethod)),
        (|c| c.auth_method = AuthMethod::ClientSecretJwt, E::Profile(ProfileFault::AuthMethod)),
        (|c| c.keys = None, E::KeysMissing),
        (|c| c.grant_types.extend([GrantType::Password]), E::Profile(ProfileFault::Grants)),
        (|c| c.grant_types.extend([GrantType::DeviceCode]), E::Profile(ProfileFault::Grants)),
        (|c| c.grant_types.extend([GrantType::JwtBearer]), E::Profile(ProfileFault::Grants)),
        (|c| c.assertion_targets = targets(), E::Profile(ProfileFault::Grants)),
        (|c| (c.keys, c.federation) = (None, Some(federation())), E::Profile(ProfileFault::AuthMethod)),
        (|c| c.introspection_algorithm = SigningAlgorithm::Rs256, E::Profile(ProfileFault::Algorithm)),
        (|c| c.assertion_algorithm = Some(AssertionAlgorithm::Rs256), E::Profile(ProfileFault::Algorithm)),
        (|c| c.requests.object_algorithm = Some(AssertionAlgorithm::Es384), E::Profile(ProfileFault::Algorithm)),
        (|c| c.relying_party.id_token_algorithm = SigningAlgorithm::Rs256, E::Profile(ProfileFault::Algorithm)),
        (|c| c.relying_party.userinfo_algorithm = Some(SigningAlgorithm::Rs256), E::Profile(ProfileFault::Algorithm)),
        (|c| c.requests.response_algorithm = None, E::Profile(ProfileFault::Algorithm)),
        (|c| c.requests.pushed = PushRule::Optional, E::Profile(ProfileFault::Rules)),
        (|c| c.dpop = DpopRule::Optional, E::Profile(ProfileFault::Rules)),
        (|c| c.pkce = PkceRule::Nonce, E::Profile(ProfileFault::Rules)),
        (|c| c.strict_audience = false, E::Profile(ProfileFault::Rules)),
    ];
    for profile in FAPI {
        for (row, (spoil, why)) in rows.iter().enumerate() {
            let mut spoilt = client(profile);
            spoil(&mut spoilt);
            assert_eq!(spoilt.register(), Err(*why), "row {row}");
        }
    }
}

#[test]
fn c201_a_client_of_the_profile_has_no_tokens_straight_away_and_is_the_operators() {
    let own = SelfRegistration::new(fixtures::DIGEST, RegistrationPolicy::default(), None, NOW);
    for profile in FAPI {
        let mut implicit = client(profile);
        implicit.grant_types.extend([GrantType::Implicit]);
        assert!(implicit.faults_of_profile().eq([ProfileFault::Grants]));
        let itself = Client { registered_by: Some(own.clone()), ..client(profile) };
        assert!(itself.faults_of_profile().eq([ProfileFault::OfItself]));
    }
}

#[test]
fn c201_what_is_named_beside_the_profile_is_refused_and_not_replaced() {
    use SigningAlgorithm::{EdDsa, Es256, Ps256, Rs256};
    for profile in FAPI {
        let strict = NamedSettings {
            algorithms: vec![Es256, EdDsa, Ps256],
            pkce: Some(PkceRule::Required),
            dpop: Some(DpopRule::Required),
            pushed: Some(PushRule::Required),
            strict_audience: Some(true),
        };
        assert_eq!(profile.check_named(&strict), Ok(()));
        assert_eq!(profile.check_named(&NamedSettings::default()), Ok(()));
        let rs256 = NamedSettings { algorithms: vec![Es256, Rs256], ..strict.clone() };
        assert_eq!(profile.check_named(&rs256), Err(ProfileFault::Algorithm));
        for lax in [
            NamedSettings { pkce: Some(PkceRule::Nonce), ..strict.clone() },
            NamedSettings { pkce: Some(PkceRule::Optional), ..strict.clone() },
            NamedSettings { dpop: Some(DpopRule::Optional), ..strict.clone() },
            NamedSettings { pushed: Some(PushRule::Optional), ..strict.clone() },
            NamedSettings { strict_audience: Some(false), ..strict.clone() },
        ] {
            assert_eq!(profile.check_named(&lax), Err(ProfileFault::Rules), "{lax:?}");
            assert_eq!(Profile::Baseline.check_named(&lax), Ok(()));
        }
        assert_eq!(Profile::Baseline.check_named(&rs256), Ok(()));
    }
}

/// Returns the refusal of a request by this client, if there is one.
fn refusal(client: Client, arrival: Arrival, query: &str) -> Option<Refusal> {
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let policy = Policy { legacy: LegacyGrants { implicit: true, password: true }, ..Policy::default() };
    let received = receive(&parameters).map_err(drop).unwrap();
    let trusted = received.trust(Some(Arc::new(client)), arrival, &policy);
    match trusted.and_then(|trusted| trusted.admit(&fixtures::apis())) {
        Ok(_) => None,
        Err(Rejection::Shown(why)) => panic!("{why:?}"),
        Err(Rejection::Returned(returned)) => match returned.fault {
            Fault::Access(refusal) => Some(refusal),
            Fault::Form(error) => panic!("{error}"),
        },
    }
}

#[test]
fn c201_a_request_is_pushed_for_a_code_with_a_redirect_uri_and_s256() {
    const QUERY: &str = "client_id=app&scope=read";
    const URI: &str = "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb";
    const S256: &str = "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let whole = format!("{QUERY}{URI}{S256}&response_type=code");
    let rows = [
        (whole.clone(), None),
        (format!("{QUERY}{URI}{S256}&response_type=token"), Some(Refusal::ProfileResponseType)),
        (format!("{QUERY}{S256}&response_type=code"), Some(Refusal::ProfileRedirectUri)),
        (format!("{QUERY}{URI}&response_type=code"), Some(Refusal::ProfileCodeChallenge)),
        (format!("{QUERY}{URI}&nonce=n&response_type=code"), Some(Refusal::ProfileCodeChallenge)),
    ];
    for profile in FAPI {
        for (query, expected) in &rows {
            assert_eq!(refusal(client(profile), Arrival::Pushed, query), *expected, "{query}");
        }
        let late = refusal(client(profile), Arrival::Browser, &whole);
        assert_eq!(late, Some(Refusal::PushedRequestRequired));
        // The stored settings do not matter: the profile does.
        let laxer = Client { requests: RequestRules::default(), pkce: PkceRule::Optional, ..client(profile) };
        assert_eq!(refusal(laxer.clone(), Arrival::Browser, &whole), Some(Refusal::PushedRequestRequired));
        assert_eq!(refusal(laxer, Arrival::Pushed, &rows[3].0), Some(Refusal::ProfileCodeChallenge));
    }
    assert_eq!(
        refusal(client(Profile::Baseline), Arrival::Browser, &format!("{QUERY}{S256}&response_type=code")),
        None
    );
}

#[test]
fn c201_only_ps256_es256_and_eddsa_sign_assertions_and_request_objects() {
    use AssertionAlgorithm::{EdDsa, Es256, Ps256};
    for algorithm in AssertionAlgorithm::ALL {
        let good = [Ps256, Es256, EdDsa].contains(&algorithm);
        for profile in FAPI {
            let client = client(profile);
            let assertion = assertion::verification(Some(&client), algorithm).err();
            assert_eq!(assertion, (!good).then_some(Refusal::ProfileAssertionAlgorithm), "{algorithm:?}");
            let object = request_object::verification(&client, algorithm).err();
            assert_eq!(object, (!good).then_some(Refusal::ProfileObjectAlgorithm), "{algorithm:?}");
        }
        let client = client(Profile::Baseline);
        assert_eq!(assertion::verification(Some(&client), algorithm).is_ok(), !algorithm.is_of_secrets());
    }
}

#[test]
fn c201_an_assertion_names_the_issuer_alone() {
    let (issuer, par) = ("https://issuer.example", "https://issuer.example/par");
    let server = Server { issuer, token_endpoint: "https://issuer.example/token", own_endpoint: Some(par) };
    let accepted = |client: Client, audience: Audience| {
        let claims = AssertionClaims {
            issuer: "app".to_owned(),
            subject: "app".to_owned(),
            audience,
            expires_at: Some(NOW.plus(60)),
            issued_at: None,
            not_before: None,
            id: Some("a".to_owned()),
        };
        assertion::accept(Arc::new(client), &claims, server, NOW).map(drop)
    };
    let one = |text: &str| Audience::One(text.to_owned());
    let several = Audience::Several(vec![server.issuer.to_owned()]);
    for profile in FAPI {
        let laxer = || Client { strict_audience: false, ..client(profile) };
        assert_eq!(accepted(laxer(), one(server.issuer)), Ok(()));
        for audience in [one(server.token_endpoint), one(par), several.clone()] {
            assert_eq!(accepted(laxer(), audience), Err(Refusal::AssertionAudience));
        }
    }
    assert_eq!(accepted(client(Profile::Baseline), several), Ok(()));
}

#[test]
fn c201_no_token_is_issued_without_a_proof_and_no_request_of_fapi2_signed_without_an_object() {
    for profile in FAPI {
        let laxer = Client { dpop: DpopRule::Optional, ..client(profile) };
        assert_eq!(dpop::binding(&laxer, None), Err(Refusal::DpopProofRequired));
    }
    for algorithm in ProofAlgorithm::ALL {
        use ProofAlgorithm::{EdDsa, Es256, Ps256};
        let good = FAPI.map(|profile| profile.accepts_proofs_of(algorithm));
        assert_eq!(good, [[Es256, EdDsa, Ps256].contains(&algorithm); 2], "{algorithm:?}");
        assert!(Profile::Baseline.accepts_proofs_of(algorithm));
    }
    let unsigned = Profile::ALL.map(|profile| request_object::may_be_unsigned(&client(profile)));
    assert_eq!(unsigned, [Ok(()), Ok(()), Err(Refusal::ProfileObjectMissing)]);
}

#[test]
fn c201_a_code_lives_for_a_minute_at_most() {
    for (seconds, expected) in [(30, 30), (60, 60), (600, 60)] {
        let policy = Policy { code_lifetime: seconds, ..Policy::default() };
        assert_eq!(FAPI.map(|profile| profile.code_lifetime(&policy)), [expected; 2]);
        assert_eq!(Profile::Baseline.code_lifetime(&policy), seconds);
    }
}

/// Returns a request to refresh with the token of a generation, proven by a key if there is one.
fn refresh(generation: u32, key: Option<u8>, scope: &str) -> RefreshRequest {
    let generation = Generation::from_number(generation);
    RefreshRequest {
        token: RefreshHandle { secret: fixtures::secret(), generation, rests_on: None },
        key: key.map(|byte| Confirmation::Jkt(Thumbprint::from_bytes([byte; 32]))),
        scope: Scope::parse(scope).ok(),
        resources: vec![fixtures::apis()[0].identifier.clone()],
        issuer: fixtures::issuer(),
    }
}

fn moment(later: Seconds) -> Moment {
    Moment { now: NOW.plus(later), attempt: fixtures::attempt(9) }
}

fn redemption() -> CodeRedemption {
    CodeRedemption {
        code: CodeHandle { secret: fixtures::secret(), rests_on: None },
        redirect_uri: RedirectUri::parse("https://app.example/cb").ok(),
        code_verifier: Some(fixtures::verifier()),
        key: None,
        resources: vec![fixtures::apis()[0].identifier.clone()],
        issuer: fixtures::issuer(),
    }
}

#[test]
fn c202_a_refresh_token_from_before_the_client_had_the_profile_lives_as_long_as_its_grant() {
    let policy = Policy { refresh_idle_lifetime: 10, grant_lifetime: 5000, ..Policy::default() };
    let [before, after] = [Profile::Baseline, Profile::Fapi2].map(|profile| fixtures::authenticated(client(profile)));
    let grant = redeem(&redemption(), &before, &policy, moment(0)).after(Some(&fixtures::grant())).unwrap();
    let token = refresh(1, None, "read");
    let expired = Verdict::Refuse(Refusal::RefreshTokenExpired);
    for later in [10, 11, 999] {
        assert_eq!(explain(&token, &before, Some(&grant), &policy, moment(later)), expired, "{later}");
        let found = stay(&token, &after, Some(&grant), &policy, moment(later));
        assert_eq!(found, Verdict::Done(Box::new(grant.clone())), "{later}");
    }
    assert_eq!(stay(&token, &after, Some(&grant), &policy, moment(1000)), expired);
}

#[test]
fn c202_a_refresh_token_of_the_profile_stays_as_long_as_its_grant() {
    let policy = Policy { refresh_idle_lifetime: 10, grant_lifetime: 5000, ..Policy::default() };
    let client = fixtures::authenticated(client(Profile::Fapi2));
    let grant = redeem(&redemption(), &client, &policy, moment(0)).after(Some(&fixtures::grant())).unwrap();
    let token = token_of(&grant, fixtures::secret(), None, &client).unwrap();
    assert_eq!(token.generation, Generation::FIRST);
    // Each refresh finds the same grant, with any key of the client, until the grant is over.
    for (later, key) in [(0, 1), (11, 2), (999, 3)] {
        let found = stay(&refresh(1, Some(key), "read"), &client, Some(&grant), &policy, moment(later));
        assert_eq!(found, Verdict::Done(Box::new(grant.clone())), "{later}");
    }
    let refused = |scope, found: Option<&Grant>, later| match stay(
        &refresh(1, Some(1), scope),
        &client,
        found,
        &policy,
        moment(later),
    ) {
        Verdict::Refuse(refusal) => refusal,
        Verdict::Done(_) | Verdict::RefuseAnd(..) => panic!("{found:?} after {later} s"),
    };
    assert_eq!(refused("read", Some(&grant), 1000), Refusal::RefreshTokenExpired);
    assert_eq!(refused("admin", Some(&grant), 0), Refusal::ScopeNotGranted);
    assert_eq!(refused("read", None, 0), Refusal::RefreshTokenUnknown);
    let revoked = Grant { stage: Stage::Revoked, ..grant.clone() };
    assert_eq!(refused("read", Some(&revoked), 0), Refusal::GrantRevoked);
    let of_another = Grant { client_id: ClientId::parse("other").unwrap(), ..grant };
    assert_eq!(refused("read", Some(&of_another), 0), Refusal::RefreshTokenOfAnotherClient);
}

#[test]
fn c202_a_token_that_was_rotated_before_the_client_had_the_profile_is_reused_as_before() {
    let (policy, client) = (Policy::default(), fixtures::authenticated(client(Profile::Fapi2)));
    let (old, newer) = (refresh(2, None, "read"), fixtures::active(5));
    let verdict = stay(&old, &client, Some(&newer), &policy, moment(0));
    assert_eq!(verdict, explain(&old, &client, Some(&newer), &policy, moment(0)));
    assert!(matches!(verdict, Verdict::RefuseAnd(Refusal::RefreshTokenReused, _)));
}

#[test]
fn c202_the_end_of_one_access_token_ends_a_grant_that_is_not_rotated() {
    let grant = fixtures::active(1);
    let after = |profile| revoke_access(grant.id, Generation::FIRST, &client(profile)).after(Some(&grant)).unwrap();
    assert_eq!(FAPI.map(|profile| after(profile).stage), [Stage::Revoked, Stage::Revoked]);
    assert_eq!(after(Profile::Baseline).revoked_access, [Generation::FIRST].into());
}

#[test]
fn a_profile_is_set_and_changed_with_the_settings_that_it_demands() {
    let uri = ServerUri::parse("https://app.example/keys").unwrap();
    let before = Client { grant_types: [GrantType::AuthorizationCode].into(), ..fixtures::client() };
    let of = |client: Client| Client {
        auth_method: AuthMethod::PrivateKeyJwt,
        keys: Some(ClientKeys::At(uri.clone())),
        ..client
    };
    let changed = |wanted: Client, client: &Client| {
        ClientChange::of_settings(client, wanted).map(|change| change.after(Some(client)).unwrap())
    };
    let new = || of(before.clone()).under(Profile::Fapi2);
    let after = changed(new(), &before).unwrap();
    assert_eq!(after, Client { secrets: Vec::new(), revision: 1, ..new() });
    let refused = |wanted| changed(wanted, &before);
    assert_eq!(refused(Client { pkce: PkceRule::Optional, ..new() }), Err(ProfileFault::Rules.into()));
    assert_eq!(refused(Client { dpop: DpopRule::Optional, ..new() }), Err(ProfileFault::Rules.into()));
    assert_eq!(refused(before.clone().under(Profile::Fapi2)), Err(ProfileFault::AuthMethod.into()));
    // What is changed later must fit the profile as well.
    let later = Client { dpop: DpopRule::Optional, ..after.clone() };
    assert_eq!(changed(later.clone(), &after), Err(ProfileFault::Rules.into()));
    let back = changed(later.under(Profile::Baseline), &after).unwrap();
    assert_eq!((back.profile, back.dpop, back.strict_audience), (Profile::Baseline, DpopRule::Optional, true));
    let signed = after.clone().under(Profile::Fapi2Signed);
    assert_eq!(changed(signed, &after).unwrap().profile, Profile::Fapi2Signed);
}

#[test]
fn c202_a_refresh_without_a_write_is_allowed_exactly_when_the_write_would_be() {
    let (policy, client) = (Policy::default(), fixtures::authenticated(client(Profile::Fapi2)));
    let items = [
        None,
        Some(fixtures::active(3)),
        Some(fixtures::active(4)),
        Some(fixtures::grant()),
        Some(Grant { stage: Stage::Revoked, ..fixtures::active(3) }),
        Some(Grant { ends_at: NOW, ..fixtures::active(3) }),
        Some(Grant { client_id: ClientId::parse("other").unwrap(), ..fixtures::active(3) }),
        Some(Grant { refresh_key: Some(Thumbprint::from_bytes([1; 32])), ..fixtures::active(3) }),
    ];
    let mut allowed = 0;
    for (item, later, scope) in items.iter().flat_map(|item| {
        [0, 99, 100].into_iter().flat_map(move |later| ["read", "admin"].map(|scope| (item, later, scope)))
    }) {
        let request = refresh(3, None, scope);
        let admitted = rotate(&request, &client, &policy, moment(later)).admits(item.as_ref());
        let stays = match stay(&request, &client, item.as_ref(), &policy, moment(later)) {
            // The answer to a refresh of an earlier time was lost: its successor is told again.
            Verdict::Done(found) => found.stage == fixtures::active(3).stage,
            Verdict::Refuse(_) | Verdict::RefuseAnd(..) => false,
        };
        assert_eq!(stays, admitted, "{item:?} after {later} s");
        allowed += u8::from(admitted);
    }
    // The idle time, 100 s here, does not end a token that is not rotated.
    assert_eq!(allowed, 3);
}

#[test]
fn c094_a_token_for_the_issuer_alone_is_signed_like_the_id_tokens_of_a_profile() {
    let own = |client: &Client| {
        let client = Client { apis: Vec::new(), ..client.clone() };
        let apis = Api::of_client(&client, &[], &fixtures::issuer(), &Policy::default());
        apis.iter().map(|api| api.algorithm).collect::<Vec<_>>()
    };
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa, SigningAlgorithm::Ps256] {
        let party = RelyingParty { id_token_algorithm: algorithm, ..RelyingParty::default() };
        for profile in FAPI {
            assert_eq!(own(&Client { relying_party: party.clone(), ..client(profile) }), [algorithm]);
        }
        assert_eq!(own(&Client { relying_party: party, ..client(Profile::Baseline) }), [SigningAlgorithm::Rs256]);
    }
}
