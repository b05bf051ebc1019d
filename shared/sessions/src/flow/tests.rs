use std::collections::BTreeSet;

use grants::{AuthMethod, PkceRule};
use protocol::{ClientId, GrantType, LegacyGrants, Parameters, Scope};

use super::*;
use crate::people::tests::{NOW, session};

fn client(auth_method: AuthMethod) -> Client {
    Client {
        id: ClientId::parse("app").unwrap(),
        name: "App".to_owned(),
        auth_method,
        secrets: Vec::new(),
        grant_types: BTreeSet::from([GrantType::AuthorizationCode]),
        redirect_uris: Vec::new(),
        scope: None,
        apis: Vec::new(),
        pkce: PkceRule::Required,
        introspects: Vec::new(),
        keys: None,
        assertion_algorithm: None,
        strict_audience: false,
        disabled: false,
        created_at: NOW,
    }
}

struct Case {
    query: &'static str,
    signed_in: bool,
    agreed: bool,
    age: u32,
    request: &'static str,
    just: bool,
}

const CASE: Case = Case { query: "", signed_in: true, agreed: true, age: 20, request: "another", just: false };

fn decide(case: &Case, auth_method: AuthMethod) -> Next {
    let query = format!("response_type=code&{}", case.query);
    let request =
        AuthorizationRequest::parse(&Parameters::parse(query.as_bytes()).unwrap(), LegacyGrants::default()).unwrap();
    let target = Target { resources: Vec::new(), scope: Scope::parse("read").unwrap() };
    let (signed_in, _) = session();
    let situation = Situation {
        client: &client(auth_method),
        target: &target,
        agreed: case.agreed.then_some(&target),
        signed_in: case.signed_in.then_some(&signed_in),
        digest: RequestDigest::of(case.request),
        just_signed_in: case.just,
    };
    next(&request, &situation, NOW.plus(case.age))
}

#[test]
fn c037_prompt_and_max_age_are_honoured() {
    use AuthorizationErrorCode::{ConsentRequired, LoginRequired};
    let rows = [
        (Case { ..CASE }, Next::Issue),
        (Case { signed_in: false, ..CASE }, Next::SignIn),
        (Case { agreed: false, ..CASE }, Next::Consent),
        (Case { query: "prompt=none", ..CASE }, Next::Issue),
        (Case { query: "prompt=none", signed_in: false, ..CASE }, Next::Refuse(LoginRequired)),
        (Case { query: "prompt=none", agreed: false, ..CASE }, Next::Refuse(ConsentRequired)),
        (Case { query: "prompt=none&max_age=19", ..CASE }, Next::Refuse(LoginRequired)),
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

#[test]
fn c034_a_public_client_is_always_asked_about() {
    assert_eq!(decide(&CASE, AuthMethod::None), Next::Consent);
}
