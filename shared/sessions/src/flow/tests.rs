use std::collections::BTreeSet;

use grants::AuthMethod;
use protocol::{ClientId, GrantType, LegacyGrants, Parameters, Resource, Scope};

use super::*;
use crate::people::tests::NOW;
use crate::session::tests::session;
use crate::{Factors, Session, User};

pub(crate) fn client(auth_method: AuthMethod) -> Client {
    Client {
        name: "App".to_owned(),
        auth_method,
        grant_types: BTreeSet::from([GrantType::AuthorizationCode]),
        ..Client::new(ClientId::parse("app").unwrap(), NOW)
    }
}

struct Case {
    query: &'static str,
    signed_in: bool,
    agreed: bool,
    age: u32,
    request: &'static str,
    just: bool,
    redirect_uri: &'static str,
    hint: Option<Result<&'static str, ()>>,
}

const CASE: Case = Case {
    query: "",
    signed_in: true,
    agreed: true,
    age: 20,
    request: "another",
    just: false,
    redirect_uri: "https://app.example/cb",
    hint: None,
};

fn decide(case: &Case, auth_method: AuthMethod) -> Next {
    decide_for(case, &client(auth_method))
}

fn decide_for(case: &Case, client: &Client) -> Next {
    let query = format!("response_type=code&{}", case.query);
    let request =
        AuthorizationRequest::parse(&Parameters::parse(query.as_bytes()).unwrap(), LegacyGrants::default()).unwrap();
    let target = Target { resources: vec![Resource::parse("urn:a").unwrap()], scope: Scope::parse("read").unwrap() };
    let (signed_in, _) = session();
    let agreed = Consent::given(client, &target, None, NOW);
    let situation = Situation {
        client,
        redirect_uri: &RedirectUri::parse(case.redirect_uri).unwrap(),
        target: &target,
        agreed: case.agreed.then_some(&agreed),
        signed_in: case.signed_in.then_some(&signed_in),
        known_as: case.signed_in.then_some(&signed_in.user().subject),
        expected: &Expected::of(case.hint.map(|hint| hint.map(str::to_owned)), request.claims.subjects.as_ref()),
        digest: RequestDigest::of(case.request),
        just_signed_in: case.just,
        policy: &Policy::default(),
    };
    next(&request, &situation, NOW.plus(case.age))
}

#[test]
fn c037_prompt_and_max_age_are_honoured() {
    let rows = [
        (Case { ..CASE }, Next::Issue),
        (Case { signed_in: false, ..CASE }, Next::SignIn),
        (Case { agreed: false, ..CASE }, Next::Consent),
        (Case { query: "prompt=none", ..CASE }, Next::Issue),
        (Case { query: "prompt=none", signed_in: false, ..CASE }, Next::Refuse(Unmet::SignIn)),
        (Case { query: "prompt=none", agreed: false, ..CASE }, Next::Refuse(Unmet::Consent)),
        (Case { query: "prompt=none&max_age=19", ..CASE }, Next::Refuse(Unmet::SignIn)),
        (Case { query: "max_age=20", ..CASE }, Next::Issue),
        (Case { query: "max_age=19", ..CASE }, Next::SignIn),
        (Case { query: "max_age=0", age: 0, ..CASE }, Next::SignIn),
        (Case { query: "max_age=0", age: 0, just: true, ..CASE }, Next::Issue),
        (Case { query: "prompt=login", ..CASE }, Next::SignIn),
        (Case { query: "prompt=select_account", ..CASE }, Next::SignIn),
        (Case { query: "prompt=login", just: true, ..CASE }, Next::Issue),
        (Case { query: "prompt=login", request: "request", ..CASE }, Next::SignIn),
        (Case { query: "prompt=login", request: "request", agreed: false, ..CASE }, Next::Consent),
        (Case { query: "prompt=login", request: "request", agreed: false, age: 600, ..CASE }, Next::SignIn),
        (Case { query: "prompt=consent", ..CASE }, Next::Consent),
        (Case { query: "prompt=login%20consent", just: true, ..CASE }, Next::Consent),
    ];
    for (case, expected) in rows {
        assert_eq!(decide(&case, AuthMethod::SecretBasic), expected, "{} age {}", case.query, case.age);
    }
}

const ADA: &str = "usr_AAAAAAAAAAAAAAAAAAAAAA";
const BOB: &str = "usr_BBBBBBBBBBBBBBBBBBBBBA";

#[test]
fn o14_nobody_is_let_through_in_the_place_of_whom_the_client_expects() {
    let (ada, bob, untold) = (Some(Ok(ADA)), Some(Ok(BOB)), Some(Err(())));
    let of_ada = "claims=%7B%22id_token%22%3A%7B%22sub%22%3A%7B%22value%22%3A%22usr_AAAAAAAAAAAAAAAAAAAAAA%22%7D%7D%7D";
    let of_bob = "claims=%7B%22id_token%22%3A%7B%22sub%22%3A%7B%22value%22%3A%22usr_BBBBBBBBBBBBBBBBBBBBBA%22%7D%7D%7D";
    let rows = [
        (Case { hint: ada, ..CASE }, Next::Issue),
        (Case { hint: ada, query: "prompt=none", ..CASE }, Next::Issue),
        (Case { hint: bob, ..CASE }, Next::SignIn),
        (Case { hint: bob, query: "prompt=none", ..CASE }, Next::Refuse(Unmet::OtherPerson)),
        (Case { hint: bob, just: true, ..CASE }, Next::Refuse(Unmet::OtherPerson)),
        (Case { hint: ada, just: true, ..CASE }, Next::Issue),
        (Case { hint: untold, ..CASE }, Next::Issue),
        (Case { hint: untold, query: "prompt=none", ..CASE }, Next::Refuse(Unmet::OtherPerson)),
        (Case { query: of_ada, ..CASE }, Next::Issue),
        (Case { query: of_ada, hint: ada, ..CASE }, Next::Issue),
        (Case { query: of_ada, hint: untold, ..CASE }, Next::Issue),
        (Case { query: of_bob, ..CASE }, Next::SignIn),
        (Case { query: of_bob, hint: untold, just: true, ..CASE }, Next::Refuse(Unmet::OtherPerson)),
        (Case { hint: bob, signed_in: false, ..CASE }, Next::SignIn),
    ];
    for (case, expected) in rows {
        assert_eq!(decide(&case, AuthMethod::SecretBasic), expected, "{:?} {} {}", case.hint, case.query, case.just);
    }
}

/// OpenID Connect Core §3.1.2.2: an answer for another person than that of the hint is not to be given, whoever the demand
/// is for. No sign-in helps, so nobody is asked for one.
#[test]
fn o14_a_hint_and_a_demand_for_different_people_are_refused_before_anyone_signs_in() {
    let people = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let expected = |hint: &str, demand: &[&str]| Expected::of(Some(Ok(hint.to_owned())), Some(&people(demand)));
    assert_eq!(expected(ADA, &[ADA, BOB]), Expected::OneOf(people(&[ADA])));
    assert_eq!(expected(ADA, &[BOB]), Expected::OneOf(people(&[])));
    assert_eq!(Expected::of(None, Some(&people(&[ADA, BOB]))), Expected::OneOf(people(&[ADA, BOB])));
    assert_eq!(Expected::of(Some(Err(())), Some(&people(&[BOB]))), Expected::OneOf(people(&[BOB])));
    let demand = "claims=%7B%22id_token%22%3A%7B%22sub%22%3A%7B%22value%22%3A%22usr_AAAAAAAAAAAAAAAAAAAAAA%22%7D%7D%7D";
    let none: &'static str = Box::leak(format!("prompt=none&{demand}").into_boxed_str());
    for query in [demand, none] {
        for (signed_in, just) in [(false, false), (true, false), (true, true)] {
            let case = Case { query, hint: Some(Ok(BOB)), signed_in, just, ..CASE };
            assert_eq!(
                decide(&case, AuthMethod::SecretBasic),
                Next::Refuse(Unmet::Nobody),
                "{query} {signed_in} {just}"
            );
        }
    }
}

#[test]
fn o11_a_demand_that_nobody_can_meet_is_refused_before_anyone_signs_in() {
    let demand = |acr: &str| {
        format!(
            "claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22{acr}%22%7D%7D%7D"
        )
    };
    let query = |acr: &str| -> &'static str { Box::leak(demand(acr).into_boxed_str()) };
    let decided = |acr, signed_in| decide(&Case { query: query(acr), signed_in, ..CASE }, AuthMethod::SecretBasic);
    assert_eq!([decided("pwd", true), decided("pwd", false)], [Next::Issue, Next::SignIn]);
    // Whoever signs in may have a second factor. This person has none.
    assert_eq!([decided("mfa", true), decided("mfa", false)], [Next::Refuse(Unmet::Reach), Next::SignIn]);
    assert_eq!([decided("gold", true), decided("gold", false)], [Next::Refuse(Unmet::Context); 2]);
}

#[test]
fn c172_each_reason_for_an_error_has_its_code_and_its_own_words() {
    use AuthorizationErrorCode::{ConsentRequired, LoginRequired, UnmetAuthenticationRequirements};
    let all = [Unmet::SignIn, Unmet::Consent, Unmet::OtherPerson, Unmet::Nobody, Unmet::Context, Unmet::Reach];
    let unmet = UnmetAuthenticationRequirements;
    let codes = [LoginRequired, ConsentRequired, LoginRequired, LoginRequired, unmet, unmet];
    assert_eq!(all.map(Unmet::code), codes);
    assert_eq!(BTreeSet::from(all.map(Unmet::description)).len(), 6);
    for unmet in all {
        let silent = unmet.description().contains("prompt=none");
        assert_eq!(silent, matches!(unmet, Unmet::SignIn | Unmet::Consent), "{unmet:?}");
    }
}

#[test]
fn a_client_can_register_the_oldest_sign_in_that_will_do() {
    let decided = |query, default_max_age| {
        let mut case = Case { query, ..CASE };
        case.age = 20;
        let client = Client {
            relying_party: grants::RelyingParty { default_max_age, ..grants::RelyingParty::default() },
            ..client(AuthMethod::SecretBasic)
        };
        decide_for(&case, &client)
    };
    assert_eq!(decided("", Some(20)), Next::Issue);
    assert_eq!(decided("", Some(19)), Next::SignIn);
    assert_eq!(decided("max_age=20", Some(19)), Next::Issue);
}

#[test]
fn c037_a_second_factor_makes_no_password_newer_than_max_age_allows() {
    let decided = |query: &str, took, agreed: bool, just_signed_in: bool| {
        let person = signed_in_within(took);
        let client = client(AuthMethod::SecretBasic);
        let query = format!("response_type=code&{query}");
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let target =
            Target { resources: vec![Resource::parse("urn:a").unwrap()], scope: Scope::parse("read").unwrap() };
        let consent = Consent::given(&client, &target, None, NOW);
        let situation = Situation {
            client: &client,
            redirect_uri: &RedirectUri::parse("https://app.example/cb").unwrap(),
            target: &target,
            agreed: agreed.then_some(&consent),
            signed_in: Some(&person),
            known_as: Some(&person.user().subject),
            expected: &Expected::Anyone,
            digest: person.session().for_request,
            just_signed_in,
            policy: &Policy::default(),
        };
        let request = AuthorizationRequest::parse(&parameters, LegacyGrants::default()).unwrap();
        next(&request, &situation, NOW.plus(took))
    };
    assert_eq!(decided("max_age=60", 60, true, true), Next::Issue);
    assert_eq!(decided("max_age=60", 61, true, true), Next::SignIn);
    assert_eq!(decided("max_age=60", 60, false, false), Next::Consent);
    assert_eq!(decided("max_age=60", 61, false, false), Next::SignIn);
    // A new sign-in is all that these ask for, however long it takes, or nobody with a second factor would ever be done.
    for query in ["max_age=0", "prompt=login", "max_age=3600", ""] {
        assert_eq!(decided(query, 61, true, true), Next::Issue, "{query}");
        assert_eq!(decided(query, 61, false, false), Next::Consent, "{query}");
    }
}

/// A person who gave a code so many seconds after the password.
fn signed_in_within(seconds: u32) -> SignedIn {
    let (person, _) = session();
    let methods = person.session().methods.with(grants::Method::OneTimeCode, NOW.plus(seconds));
    let session = Session { methods, ..person.session().clone() };
    person.with_session(session)
}

/// A step of a request, so many seconds after the sign-in of the person.
#[derive(Clone, Copy)]
struct Later<'a> {
    query: &'a str,
    request: &'a str,
    agreed: bool,
    just: bool,
    after: u32,
}

const LATER: Later<'_> = Later { query: "", request: "request", agreed: true, just: false, after: 0 };

fn decide_later<T>(
    later: Later<'_>,
    client: &Client,
    person: &SignedIn,
    decide: impl FnOnce(&AuthorizationRequest, &Situation<'_>, Timestamp) -> T,
) -> T {
    let query = format!("response_type=code&{}", later.query);
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let target = Target { resources: vec![Resource::parse("urn:a").unwrap()], scope: Scope::parse("read").unwrap() };
    let consent = Consent::given(client, &target, None, NOW);
    let situation = Situation {
        client,
        redirect_uri: &RedirectUri::parse("https://app.example/cb").unwrap(),
        target: &target,
        agreed: later.agreed.then_some(&consent),
        signed_in: Some(person),
        known_as: Some(&person.user().subject),
        expected: &Expected::Anyone,
        digest: RequestDigest::of(later.request),
        just_signed_in: later.just,
        policy: &Policy::default(),
    };
    let request = AuthorizationRequest::parse(&parameters, LegacyGrants::default()).unwrap();
    decide(&request, &situation, NOW.plus(later.after))
}

#[test]
fn c037_c234_the_form_for_a_factor_follows_the_password_that_was_given_for_the_request() {
    let factors =
        Factors { passkeys: ["p".to_owned()].into(), recovery: ["a".to_owned()].into(), ..Factors::default() };
    let (person, _) = session();
    let user = User { factors, ..person.user().clone() };
    let person = person.with_user(user);
    let mut strict = client(AuthMethod::SecretBasic);
    strict.relying_party.requires_factor = true;
    let decided = |later: Later<'_>| decide_later(later, &strict, &person, next);
    for query in ["prompt=login", "prompt=select_account", "max_age=0", "max_age=60"] {
        assert_eq!(decided(Later { query, just: true, ..LATER }), Next::Factor, "{query}");
        assert_eq!(decided(Later { query, after: 61, ..LATER }), Next::Factor, "{query}");
        assert_eq!(decided(Later { query, after: 600, ..LATER }), Next::SignIn, "{query}");
        assert_eq!(decided(Later { query, request: "another", after: 61, ..LATER }), Next::SignIn, "{query}");
    }
    // Only the step that showed the factor is the sign-in that was asked for.
    let methods = person.session().methods.with(grants::Method::OneTimeCode, NOW.plus(61));
    let stronger = person.clone().with_session(Session { methods, ..person.session().clone() });
    for query in ["prompt=login", "max_age=0"] {
        let after_factor = |just| decide_later(Later { query, just, after: 61, ..LATER }, &strict, &stronger, next);
        assert_eq!([after_factor(true), after_factor(false)], [Next::Issue, Next::SignIn], "{query}");
    }
    // A wish leads to the form too, and to nothing in silence.
    let wished = |query| decide_later(Later { query, ..LATER }, &client(AuthMethod::SecretBasic), &person, next);
    assert_eq!(wished("acr_values=mfa&prompt=login"), Next::Factor);
    assert_eq!(wished("acr_values=mfa&max_age=0&prompt=none"), Next::Refuse(Unmet::SignIn));
}

#[test]
fn c037_what_is_allowed_on_a_page_that_was_open_for_too_long_needs_a_new_sign_in() {
    let ((person, _), client) = (session(), client(AuthMethod::SecretBasic));
    let must = |later: Later<'_>| decide_later(later, &client, &person, must_sign_in_to_agree);
    for (query, agreed) in ["prompt=login", "prompt=select_account", "max_age=0", "max_age=60"]
        .into_iter()
        .flat_map(|query| [false, true].map(|agreed| (query, agreed)))
    {
        let open_for = |after| must(Later { query, agreed, after, ..LATER });
        assert!(!open_for(599) && open_for(600), "{query} {agreed}");
    }
    // The person had signed in before the request.
    let before = |query, after| must(Later { query, request: "another", agreed: false, after, ..LATER });
    assert!(!before("max_age=60", 60) && before("max_age=60", 61));
    assert!(!before("", 1700) && !before("prompt=consent", 1700) && before("prompt=login", 1));
}

#[test]
fn c037_a_second_factor_makes_no_password_newer_for_a_device_either() {
    let person = signed_in_within(61);
    let must = |most| {
        let mut client = client(AuthMethod::None);
        client.relying_party.default_max_age = Some(most);
        must_sign_in_for_device(&client, &person, person.session().for_request, false, NOW.plus(61))
    };
    assert!(must(60) && !must(61) && !must(0));
}

#[test]
fn c034_c139_a_public_client_is_asked_about_each_time_unless_its_redirect_uri_is_https() {
    for (redirect_uri, next) in [
        ("https://app.example/cb", Next::Issue),
        ("http://127.0.0.1/cb", Next::Consent),
        ("com.example.app:/cb", Next::Consent),
    ] {
        assert_eq!(decide(&Case { redirect_uri, ..CASE }, AuthMethod::None), next, "{redirect_uri}");
    }
    assert_eq!(decide(&Case { query: "prompt=none", ..CASE }, AuthMethod::None), Next::Issue);
}

#[test]
fn c177_a_trusted_client_is_asked_about_only_if_it_asks_for_that() {
    let trusted = Client { trusted: true, ..client(AuthMethod::SecretBasic) };
    for (query, next) in [("", Next::Issue), ("prompt=none", Next::Issue), ("prompt=consent", Next::Consent)] {
        assert_eq!(decide_for(&Case { query, agreed: false, ..CASE }, &trusted), next, "{query}");
    }
    let strange = Case { signed_in: false, agreed: false, ..CASE };
    assert_eq!(decide_for(&strange, &trusted), Next::SignIn);
}

#[test]
fn c213_a_person_signs_in_again_for_a_device_if_another_account_is_asked_for_or_the_sign_in_is_too_old() {
    let (person, _) = session();
    let this = person.session().for_request;
    let with = |most| {
        let mut client = client(AuthMethod::None);
        client.relying_party.default_max_age = most;
        client
    };
    let must = |most, request, another, age| {
        must_sign_in_for_device(&with(most), &person, request, another, person.session().auth_time.plus(age))
    };
    let other = RequestDigest::of("device BBBBBBBB");
    assert!(!must(None, other, false, 100_000));
    assert!(must(None, other, true, 0));
    assert!(!must(Some(60), other, false, 60) && must(Some(60), other, false, 61));
    assert!(must(Some(0), other, false, 1) && !must(Some(0), this, false, 1));
    // The password was given for this very request, and that is not too long ago.
    assert!(!must(Some(60), this, false, 599) && must(Some(60), this, false, 600));
    assert!(must(Some(60), this, true, 1));
}
