use protocol::{LegacyGrants, ReceivedRequestError, RedirectUri};

use super::*;
use crate::client::audience_rule::AudienceRule;
use crate::client::record::AuthMethod;
use crate::client::request_rules::{PushRule, RequestRules};
use crate::fixtures;
use crate::request::redirect::StrangeRedirectUri;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const PKCE: &str = "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

/// A request with the registration of its client; valid until something is spoiled.
struct Case {
    query: Vec<(&'static str, String)>,
    client: Client,
    known: bool,
}

/// The reason of a rejection, or nothing for an admission.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Admitted,
    Shown(Untrusted),
    Returned(Fault),
}

impl Case {
    fn valid() -> Self {
        let query = [
            ("client_id", "app"),
            ("redirect_uri", "https://app.example/cb"),
            ("response_type", "code"),
            ("scope", "openid read"),
            ("nonce", "n"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let query = query.map(|(name, value)| (name, value.to_owned())).into();
        Self { query, client: fixtures::client(), known: true }
    }

    /// Gives a parameter these values, and no others.
    fn set(&mut self, name: &'static str, values: &[&str]) {
        self.query.retain(|(known, _)| *known != name);
        self.query.extend(values.iter().map(|value| (name, (*value).to_owned())));
    }

    fn outcome(&self) -> Outcome {
        let pairs = self.query.iter().map(|(name, value)| format!("{name}={}", value.replace('&', "%26")));
        let query = pairs.collect::<Vec<_>>().join("&");
        match admission(&query, self.known.then(|| self.client.clone())) {
            Ok(_) => Outcome::Admitted,
            // The registered URIs are those of the case, which another fault may have changed.
            Err(Rejection::Shown(Untrusted::RedirectUri(strange))) => {
                Outcome::Shown(Untrusted::RedirectUri(Box::new(StrangeRedirectUri {
                    registered: Vec::new(),
                    ..*strange
                })))
            }
            Err(Rejection::Shown(why)) => Outcome::Shown(why),
            Err(Rejection::Returned(returned)) => Outcome::Returned(returned.fault),
        }
    }
}

fn offering() -> Policy {
    Policy { legacy: LegacyGrants { implicit: true, password: false }, ..Policy::default() }
}

/// Takes all steps of an admission, for a client of the APIs of the fixtures.
fn admission(query: &str, registered: Option<Client>) -> Result<Admission, Rejection> {
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let trusted = receive(&parameters)?.trust(registered.map(Arc::new), Arrival::Browser, &offering())?;
    let apis = Api::of_client(trusted.client(), &fixtures::apis(), &fixtures::issuer(), &Policy::default());
    trusted.admit(&apis)
}

fn refusal(query: &str, client: Client) -> Option<Refusal> {
    match admission(query, Some(client)) {
        Ok(_) => None,
        Err(Rejection::Shown(why)) => panic!("{query}: {why:?}"),
        Err(Rejection::Returned(returned)) => match returned.fault {
            Fault::Access(refusal) => Some(refusal),
            Fault::Form(error) => panic!("{query}: {error}"),
        },
    }
}

type Spoil = fn(&mut Case);

/// All checks in their order: a spoiled request, and the outcome of the check that it fails.
fn checks() -> Vec<(Spoil, Outcome)> {
    let shown = checks_of_trust().map(|(spoil, why)| (spoil, Outcome::Shown(why)));
    let form = checks_of_form().map(|(spoil, error)| (spoil, Outcome::Returned(Fault::Form(error))));
    let access = checks_of_access().map(|(spoil, refusal)| (spoil, Outcome::Returned(Fault::Access(refusal))));
    let not_pushed = Outcome::Returned(Fault::Access(Refusal::PushedRequestRequired));
    let pushed: (Spoil, Outcome) = (|case| case.client.requests.pushed = PushRule::Required, not_pushed);
    shown.into_iter().chain([pushed]).chain(form).chain(access).collect()
}

fn strange(asked: &str) -> Untrusted {
    let asked = RedirectUri::parse(asked).unwrap();
    Untrusted::RedirectUri(Box::new(StrangeRedirectUri { asked, registered: Vec::new() }))
}

fn checks_of_trust() -> [(Spoil, Untrusted); 7] {
    use ReceivedRequestError as R;
    [
        (|case| case.set("redirect_uri", &["/cb"]), Untrusted::Unreadable(R::RedirectUri)),
        (|case| case.set("client_id", &[]), Untrusted::Unreadable(R::ClientId)),
        (|case| case.set("state", &[&"s".repeat(9000)]), Untrusted::Unreadable(R::State)),
        (|case| case.known = false, Untrusted::Client),
        (|case| case.client.disabled = true, Untrusted::Client),
        (|case| case.set("redirect_uri", &["https://app.example/other"]), strange("https://app.example/other")),
        (without_redirect_uri, Untrusted::RedirectUriMissing),
    ]
}

fn checks_of_form() -> [(Spoil, AuthorizationRequestError); 18] {
    use AuthorizationRequestError as E;
    [
        (|case| case.set("unknown", &["a", "b"]), E::Repeated),
        (|case| case.set("request", &["e30"]), E::RequestObject),
        (|case| case.set("request_uri", &["urn:a"]), E::RequestUri),
        (|case| case.set("registration", &["{}"]), E::Registration),
        (|case| case.set("response_type", &[]), E::ResponseTypeMissing),
        (|case| case.set("response_type", &["none"]), E::ResponseTypeUnsupported),
        (|case| case.set("response_mode", &["web_message"]), E::ResponseModeUnsupported),
        (|case| case.set("scope", &["\\"]), E::Scope),
        (|case| case.set("nonce", &[&"n".repeat(5000)]), E::Nonce),
        (|case| asks_for_id_token(case, "read"), E::OpenIdMissing),
        (|case| asks_for_id_token(case, "openid"), E::NonceMissing),
        (|case| case.set("resource", &["orders"]), E::Resource),
        (|case| challenges(case, None, Some("S256")), E::CodeChallengeMissing),
        (|case| challenges(case, Some(CHALLENGE), Some("plain")), E::CodeChallengeMethod),
        (|case| challenges(case, Some("short"), Some("S256")), E::CodeChallenge),
        (|case| case.set("prompt", &["none login"]), E::Prompt),
        (|case| case.set("max_age", &["-1"]), E::MaxAge),
        (|case| case.set("claims", &["[]"]), E::Claims),
    ]
}

fn checks_of_access() -> [(Spoil, Refusal); 8] {
    [
        (|case| case.client.grant_types = [GrantType::Password].into(), Refusal::GrantTypeNotAllowed),
        (|case| omits_challenge_and_nonce(case, PkceRule::Required), Refusal::CodeChallengeRegistered),
        (|case| omits_challenge_and_nonce(case, PkceRule::Nonce), Refusal::CodeChallengeOrNonceRequired),
        (|case| case.set("resource", &["https://other.example"]), Refusal::ResourceNotAllowed),
        (|case| case.set("scope", &["admin"]), Refusal::ScopeNotAllowed),
        (|case| asks_for(case, &["https://parcels.example"], "read"), Refusal::ScopeNotOffered),
        (|case| one_audience_of(case, "code", &[]), Refusal::AudienceNotOne),
        (
            |case| one_audience_of(case, "token", &["https://orders.example", "https://parcels.example"]),
            Refusal::AudienceNotOne,
        ),
    ]
}

fn without_redirect_uri(case: &mut Case) {
    case.set("redirect_uri", &[]);
    case.client.redirect_uris.push(RedirectUri::parse("https://app.example/2").unwrap());
}

fn asks_for_id_token(case: &mut Case, scope: &str) {
    case.set("response_type", &["id_token"]);
    case.set("scope", &[scope]);
    case.set("nonce", &[]);
}

fn challenges(case: &mut Case, challenge: Option<&str>, method: Option<&str>) {
    case.set("response_type", &["code"]);
    case.set("code_challenge", &challenge.into_iter().collect::<Vec<_>>());
    case.set("code_challenge_method", &method.into_iter().collect::<Vec<_>>());
}

fn omits_challenge_and_nonce(case: &mut Case, pkce: PkceRule) {
    challenges(case, None, None);
    case.client.pkce = pkce;
    case.set("nonce", &[]);
}

fn asks_for(case: &mut Case, resources: &[&str], scope: &str) {
    case.set("resource", resources);
    case.set("scope", &[scope]);
}

fn one_audience_of(case: &mut Case, response_type: &str, resources: &[&str]) {
    case.client.audience = AudienceRule::One;
    case.set("response_type", &[response_type]);
    asks_for(case, resources, "read ship");
}

#[test]
fn each_check_is_failed_alone_and_the_first_of_two_decides() {
    assert_eq!(Case::valid().outcome(), Outcome::Admitted);
    let checks = checks();
    for (first, (spoil, outcome)) in checks.iter().enumerate() {
        for (later, (spoil_more, _)) in checks.iter().enumerate().skip(first) {
            let mut case = Case::valid();
            // Some checks read the same parameter, which the first check must find as it spoiled it.
            spoil_more(&mut case);
            spoil(&mut case);
            assert_eq!(case.outcome(), *outcome, "check {first} before check {later}: {:?}", case.query);
        }
    }
}

#[test]
fn a_fault_is_returned_with_the_state_of_its_request_and_in_its_mode() {
    let query = format!("response_type=code&client_id=app&state=s&response_mode=fragment&scope=admin{PKCE}");
    let narrow = Client { scope: Scope::parse("read").ok(), ..fixtures::client() };
    let Err(Rejection::Returned(returned)) = admission(&query, Some(narrow)) else { panic!("an error to return") };
    assert_eq!(returned.fault.code(), AuthorizationErrorCode::InvalidScope);
    assert_eq!(returned.fault.to_string(), Refusal::ScopeNotAllowed.description());
    assert_eq!(returned.response.state().map(protocol::State::as_str), Some("s"));
    assert_eq!(returned.response.location(&[("a", "b")]).as_deref(), Some("https://app.example/cb#a=b"));
    let Err(Rejection::Returned(returned)) = admission("client_id=app", Some(fixtures::client())) else {
        panic!("an error to return")
    };
    assert_eq!(returned.fault.to_string(), "response_type is missing");
}

#[test]
fn c009_c010_pkce_is_required_but_of_a_confidential_client_that_is_excused() {
    let rows = [
        (AuthMethod::SecretBasic, PkceRule::Required, Some(Refusal::CodeChallengeRegistered)),
        (AuthMethod::SecretBasic, PkceRule::Optional, None),
        (AuthMethod::None, PkceRule::Required, Some(Refusal::CodeChallengeRequired)),
        (AuthMethod::None, PkceRule::Optional, Some(Refusal::CodeChallengeRequired)),
        (AuthMethod::None, PkceRule::Nonce, Some(Refusal::CodeChallengeRequired)),
    ];
    for (auth_method, pkce, expected) in rows {
        for more in ["", "&scope=openid&nonce=n"] {
            let client = Client { auth_method, pkce, ..fixtures::client() };
            let answer = refusal(&format!("response_type=code&client_id=app{more}"), client);
            assert_eq!(answer, expected, "{auth_method:?} {pkce:?} {more}");
        }
    }
}

#[test]
fn c142_a_nonce_stands_in_for_pkce_where_a_confidential_client_asks_for_openid() {
    use Refusal::{CodeChallengeOrNonceRequired as NonceToo, CodeChallengeRequired as Pkce};
    let rows = [
        ("&scope=openid&nonce=n", None, Some(Pkce)),
        ("&scope=openid", Some(NonceToo), Some(Pkce)),
        ("&scope=profile&nonce=n", Some(NonceToo), Some(Pkce)),
        ("&nonce=n", Some(NonceToo), Some(Pkce)),
        (PKCE, None, None),
    ];
    for (more, confidential, public) in rows {
        for (auth_method, expected) in [(AuthMethod::SecretBasic, confidential), (AuthMethod::None, public)] {
            let client = Client { auth_method, pkce: PkceRule::Nonce, ..fixtures::client() };
            let query = format!("response_type=code&client_id=app{more}");
            assert_eq!(refusal(&query, client), expected, "{more} {auth_method:?}");
        }
    }
}

#[test]
fn c177_the_refusal_of_a_confidential_client_names_the_option_that_an_operator_has() {
    for refusal in [Refusal::CodeChallengeRegistered, Refusal::CodeChallengeOrNonceRequired] {
        assert!(refusal.description().contains("--pkce optional"), "{}", refusal.description());
    }
    assert!(!Refusal::CodeChallengeRequired.description().contains("--pkce"));
}

#[test]
fn c014_a_token_straight_away_is_for_clients_registered_for_it() {
    let without = Client { grant_types: [GrantType::AuthorizationCode].into(), ..fixtures::client() };
    for (client, expected) in [(fixtures::client(), None), (without, Some(Refusal::GrantTypeNotAllowed))] {
        assert_eq!(refusal("response_type=token&client_id=app", client), expected);
    }
}

#[test]
fn c149_a_code_may_be_for_several_apis_that_are_named_and_a_token_straight_away_for_one() {
    let code = format!("code{PKCE}");
    let (one, two) = ("&resource=https://orders.example", "&resource=https://parcels.example");
    let both = format!("{one}{two}");
    for (kind, audience, resources, expected) in [
        (&*code, AudienceRule::One, "", Some(Refusal::AudienceNotOne)),
        (&*code, AudienceRule::One, &*both, None),
        (&*code, AudienceRule::All, "", None),
        ("token", AudienceRule::One, "", Some(Refusal::AudienceNotOne)),
        ("token", AudienceRule::One, &*both, Some(Refusal::AudienceNotOne)),
        ("token", AudienceRule::One, one, None),
        ("token", AudienceRule::All, &*both, None),
    ] {
        let query = format!("response_type={kind}&client_id=app{resources}");
        let client = Client { audience, ..fixtures::client() };
        assert_eq!(refusal(&query, client), expected, "{kind} {audience:?} {resources}");
    }
}

#[test]
fn offline_access_is_left_out_where_it_would_bring_nothing() {
    let granted = |client: Client, kind: &str| {
        let query = format!("response_type={kind}&client_id=app&scope=offline_access{PKCE}");
        admission(&query, Some(client)).unwrap().target().scope.to_string()
    };
    let without = GrantType::ALL.into_iter().filter(|grant_type| *grant_type != GrantType::RefreshToken);
    let scope = Some(Scope::parse("openid").unwrap());
    assert_eq!(granted(fixtures::client(), "code"), "offline_access");
    assert_eq!(granted(fixtures::client(), "token"), "");
    assert_eq!(granted(Client { grant_types: without.collect(), ..fixtures::client() }, "code"), "");
    assert_eq!(granted(Client { scope, ..fixtures::client() }, "code"), "");
}

#[test]
fn o16_single_claims_are_for_who_may_have_their_scopes_and_are_agreed_to() {
    let asked = ClaimsRequest {
        userinfo: [Claim::Email, Claim::Name].into(),
        id_token: [Claim::PhoneNumber].into(),
        ..ClaimsRequest::default()
    };
    let target = |scope| Target { resources: Vec::new(), scope: Scope::parse(scope).unwrap() };
    let admitted = |client: Client, scope| admitted_claims(&client, asked.clone(), &target(scope));
    assert_eq!(admitted(fixtures::client(), "openid"), asked);
    assert_eq!(admitted(fixtures::client(), "read"), ClaimsRequest::default());
    let narrow = Client { scope: Scope::parse("openid email").ok(), ..fixtures::client() };
    let only = ClaimsRequest { userinfo: [Claim::Email].into(), ..ClaimsRequest::default() };
    assert_eq!(admitted(narrow, "openid"), only);
    assert_eq!(to_agree_to(&target("openid read"), &asked).scope.to_string(), "email openid phone profile read");
}

#[test]
fn an_admission_shows_single_claims_as_scopes_and_grants_the_scopes_alone() {
    let claims = "%7B%22userinfo%22%3A%7B%22email%22%3Anull%7D%7D";
    let query = format!("response_type=code&client_id=app&scope=openid&claims={claims}{PKCE}");
    let admission = admission(&query, Some(fixtures::client())).unwrap();
    assert_eq!(admission.target().scope.to_string(), "openid");
    assert_eq!(admission.to_agree_to().scope.to_string(), "email openid");
    assert_eq!(admission.request().claims.userinfo, [Claim::Email].into());
}

#[test]
fn c173_words_that_nobody_understands_are_left_out_of_a_sign_in_and_of_nothing_else() {
    let client = |scope: &str| Client { scope: Scope::parse(scope).ok(), ..fixtures::client() };
    let granted = |scope: &str, client: Client| {
        let query = format!("response_type=code&client_id=app&scope={}{PKCE}", scope.replace(' ', "+"));
        match admission(&query, Some(client)) {
            Ok(admission) => Ok(admission.target().scope.to_string()),
            Err(Rejection::Returned(returned)) => Err(returned.fault),
            Err(Rejection::Shown(why)) => panic!("{why:?}"),
        }
    };
    let refused = |why| Err(Fault::Access(why));
    assert_eq!(granted("openid read claudeai", fixtures::client()), Ok("openid read".to_owned()));
    assert_eq!(granted("openid claudeai", fixtures::client()), Ok("openid".to_owned()));
    assert_eq!(granted("read claudeai", fixtures::client()), refused(Refusal::ScopeNotAllowed));
    assert_eq!(granted("openid read write", client("openid read")), refused(Refusal::ScopeNotAllowed));
    assert_eq!(granted("openid read profile", client("openid read")), refused(Refusal::ScopeNotAllowed));
    assert_eq!(granted("openid read claudeai", client("read")), refused(Refusal::ScopeNotAllowed));
    assert_eq!(granted("openid later", client("openid later")), refused(Refusal::ScopeNotOffered));
}

#[test]
fn c175_a_rejection_that_rests_on_the_registration_may_be_outdated_and_no_other_one() {
    let outdated = |query: &str, client: Option<Client>| {
        let Err(rejection) = admission(query, client) else { panic!("{query} is admitted") };
        rejection.may_be_outdated()
    };
    let elsewhere = "response_type=code&client_id=app&redirect_uri=https://app.example/other";
    assert!(outdated(elsewhere, Some(fixtures::client())));
    assert!(outdated("response_type=code&client_id=app", None));
    let mut two = fixtures::client();
    two.redirect_uris.push(RedirectUri::parse("https://app.example/2").unwrap());
    assert!(outdated("response_type=code&client_id=app", Some(two)));
    assert!(outdated("response_type=code&client_id=app", Some(Client { disabled: true, ..fixtures::client() })));
    let wide = format!("response_type=code&client_id=app&scope=admin{PKCE}");
    assert!(outdated(&wide, Some(fixtures::client())));
    assert!(outdated("response_type=code&client_id=app", Some(fixtures::client())), "another rule on PKCE");
    assert!(!outdated("response_type=code", Some(fixtures::client())));
    assert!(!outdated("response_type=nothing&client_id=app", Some(fixtures::client())));
}

#[test]
fn c029_a_request_is_pushed_where_the_client_or_the_deployment_demands_it() {
    let query = format!("client_id=app&response_type=code{PKCE}");
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let optional = fixtures::client();
    let required = Client {
        requests: RequestRules { pushed: PushRule::Required, ..RequestRules::default() },
        ..fixtures::client()
    };
    let strict = Policy { requires_pushed_requests: true, ..offering() };
    let rows = [
        (&optional, offering(), None),
        (&optional, strict, Some(Refusal::PushedRequestRequired)),
        (&required, offering(), Some(Refusal::PushedRequestRequired)),
    ];
    for (client, policy, refused) in rows {
        let outcome = |arrival| {
            let trusted = receive(&parameters).unwrap().trust(Some(Arc::new(client.clone())), arrival, &policy);
            trusted.map(drop).map_err(|rejection| match rejection {
                Rejection::Returned(returned) => Some(returned.fault),
                Rejection::Shown(_) => None,
            })
        };
        assert_eq!(outcome(Arrival::Browser), refused.map_or(Ok(()), |why| Err(Some(Fault::Access(why)))));
        assert_eq!(outcome(Arrival::Pushed), Ok(()));
    }
}
