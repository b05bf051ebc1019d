//! Registrations that are accepted or refused, with one fault per row.

use protocol::{ClientId, GrantType, IdentityScope, LegacyGrants, RegistrationErrorCode, Resource, ResponseType};

use super::*;
use crate::client::public_keys::{ClientKey, PublicKey};
use crate::client::record::PkceRule;
use crate::client::request_rules::PushRule;
use crate::fixtures::{NOW, apis as registered};
use crate::request::access::identity;
use crate::terms::api::Api;
use crate::terms::policy::{Policy, RequestUris};
use crate::terms::secret::SecretDigest;

const BASIC: &str = r#"{"redirect_uris":["https://app.example/cb"]"#;

fn asked(members: &str) -> ClientMetadata {
    ClientMetadata::parse(format!("{BASIC}{members}}}").as_bytes()).unwrap()
}

fn blank() -> Client {
    Client::new(ClientId::parse("dyn_1").unwrap(), NOW)
}

fn settle(asked: ClientMetadata, policy: RegistrationPolicy) -> Result<Client, MetadataError> {
    settle_in(asked, policy, &Policy::default())
}

fn settle_in(asked: ClientMetadata, policy: RegistrationPolicy, deployment: &Policy) -> Result<Client, MetadataError> {
    let known: Vec<Api> = registered().into_iter().filter(|api| policy.apis.contains(&api.identifier)).collect();
    let standing = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), policy, None, NOW);
    let algorithms = [SigningAlgorithm::Rs256, SigningAlgorithm::Es256].into();
    let keys = asked.keys.is_some().then(|| {
        let public = PublicKey::Ed25519([1; 32]);
        ClientKeys::Inline(vec![ClientKey { kid: None, algorithm: None, public }])
    });
    let taken_names = [NameSkeleton::of("Acme Bank")].into();
    let pkce = PkceRule::Required;
    let offer = Offer { apis: &known, deployment, algorithms: &algorithms, pkce, taken_names: &taken_names };
    new_client(asked, Client { keys, ..blank() }, standing, &offer)
}

fn implicit() -> Policy {
    Policy { legacy: LegacyGrants { implicit: true, password: false }, ..Policy::default() }
}

#[test]
fn o30_what_is_left_out_has_the_defaults_of_the_standards() {
    let client = settle(asked(""), RegistrationPolicy::default()).unwrap();
    assert_eq!((client.name.as_str(), client.auth_method), ("dyn_1", AuthMethod::Secret));
    assert_eq!(client.grant_types, [GrantType::AuthorizationCode].into());
    let usual = identity().without(IdentityScope::Roles).without(IdentityScope::Groups);
    assert_eq!(client.scope, Some(usual));
    assert_eq!((client.apis.len(), client.pkce), (0, PkceRule::Nonce));
    assert_eq!(client.relying_party, RelyingParty::default());
    let own = client.registered_by.unwrap();
    assert_eq!((own.scope, own.response_types, own.ends_at), (None, [ResponseType::Code].into(), None));
}

#[test]
fn c142_pkce_is_for_everybody_but_confidential_clients_may_send_a_nonce_or_be_excused() {
    use PkceRule::{Nonce, Optional, Required};

    let rule = |members: &str, policy: PkceRule, deployment: PkceRule| {
        let policy = RegistrationPolicy { pkce: policy, ..RegistrationPolicy::default() };
        let standing = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), policy, None, NOW);
        let (algorithms, taken_names) = ([SigningAlgorithm::Rs256].into(), BTreeSet::new());
        let offered = Policy::default();
        let offer = Offer {
            apis: &[],
            deployment: &offered,
            algorithms: &algorithms,
            pkce: deployment,
            taken_names: &taken_names,
        };
        new_client(asked(members), blank(), standing, &offer).unwrap().pkce
    };
    let public = r#","token_endpoint_auth_method":"none""#;
    for members in ["", r#","scope":"profile""#, r#","token_endpoint_auth_method":"client_secret_post""#] {
        let rules = [(Required, Required), (Optional, Required), (Required, Optional), (Optional, Optional)];
        let rules = rules.map(|(policy, deployment)| rule(members, policy, deployment));
        assert_eq!(rules, [Nonce, Optional, Optional, Optional], "{members}");
    }
    assert_eq!([rule(public, Required, Required), rule(public, Optional, Optional)], [Required; 2]);
}

#[test]
fn c117_nobody_gets_more_than_the_policy_has() {
    let api = registered()[0].clone();
    let word = api.scope.tokens().next().unwrap().to_owned();
    let policy = RegistrationPolicy { apis: vec![api.identifier.clone()], ..RegistrationPolicy::default() };
    let with_api = asked(&format!(r#","scope":"openid {word}""#));
    assert_eq!(settle(with_api.clone(), policy.clone()).unwrap().apis, [api.identifier]);
    let narrow = RegistrationPolicy { scope: Scope::parse("openid").ok(), ..policy };
    for policy in [narrow.clone(), RegistrationPolicy::default()] {
        let client = settle(with_api.clone(), policy.clone()).unwrap();
        assert_eq!((client.apis.len(), client.scope), (0, Some(policy.most(&[]))));
        assert_eq!(client.registered_by.unwrap().scope, Scope::parse("openid").ok());
    }
    assert_eq!(settle(asked(""), narrow).unwrap().scope, Scope::parse("openid").ok());
}

#[test]
fn c164_c165_a_client_registers_a_scope_and_may_have_what_its_policy_opens() {
    let named: Vec<Resource> = registered().into_iter().map(|api| api.identifier).collect();
    let open = RegistrationPolicy { apis: named.clone(), ..RegistrationPolicy::default() };
    let everything = "address email offline_access openid phone profile read ship write";
    let limited = RegistrationPolicy { scope: Scope::parse("openid ship").ok(), ..open.clone() };
    for (policy, most, apis) in [(open, everything, &named[..]), (limited, "openid ship", &named[1..])] {
        for (members, own) in [
            ("", None),
            (r#","scope":"""#, None),
            (r#","scope":"claudeai""#, None),
            (r#","scope":"openid ship claudeai a\"b""#, Some("openid ship")),
            (r#","scope":"ship""#, Some("ship")),
        ] {
            let client = settle(asked(members), policy.clone()).unwrap();
            assert_eq!(client.scope.map(|scope| scope.to_string()).as_deref(), Some(most), "{members}");
            let scope = client.registered_by.unwrap().scope.map(|scope| scope.to_string());
            assert_eq!(scope.as_deref(), own, "{members}");
            let mut got = client.apis;
            got.sort();
            assert_eq!(got, apis, "{members}");
        }
    }
}

#[test]
fn c165_of_more_apis_than_a_client_can_have_it_gets_those_that_it_registered_a_scope_of() {
    let apis: Vec<Api> = (0..20)
        .map(|number| Api {
            identifier: Resource::parse(&format!("urn:api:{number}")).unwrap(),
            scope: Scope::parse(&format!("s{number}")).unwrap(),
            ..registered()[0].clone()
        })
        .collect();
    let policy = RegistrationPolicy {
        apis: apis.iter().map(|api| api.identifier.clone()).collect(),
        ..RegistrationPolicy::default()
    };
    let standing = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), policy, None, NOW);
    let (deployment, taken_names) = (Policy::default(), BTreeSet::new());
    let algorithms = [SigningAlgorithm::Rs256].into();
    let pkce = PkceRule::Required;
    let offer =
        Offer { apis: &apis, deployment: &deployment, algorithms: &algorithms, pkce, taken_names: &taken_names };
    let client = new_client(asked(r#","scope":"s19 s18""#), blank(), standing, &offer).unwrap();
    assert_eq!((client.apis.len(), client.apis[0].as_str(), client.apis[1].as_str()), (15, "urn:api:18", "urn:api:19"));
}

#[test]
fn c164_grant_types_and_response_types_that_are_not_given_are_left_out() {
    use GrantType::{AuthorizationCode, Implicit, RefreshToken};

    let code = [ResponseType::Code];
    for (members, deployment, grant_types, response_types) in [
        (
            r#","grant_types":["authorization_code","refresh_token","client_credentials","password","implicit"]"#,
            Policy::default(),
            &[AuthorizationCode, RefreshToken][..],
            &code[..],
        ),
        (
            concat!(
                r#","grant_types":["authorization_code","urn:ietf:params:oauth:grant-type:device_code","#,
                r#""urn:ietf:params:oauth:grant-type:token-exchange","magic"]"#
            ),
            Policy::default(),
            &[AuthorizationCode],
            &code,
        ),
        (
            r#","response_types":["code","code id_token","token","id_token token","none"]"#,
            Policy::default(),
            &[AuthorizationCode],
            &code,
        ),
        (r#","grant_types":[],"response_types":[]"#, Policy::default(), &[AuthorizationCode], &code),
        (r#","grant_types":["authorization_code","implicit"]"#, implicit(), &[AuthorizationCode], &code),
        (r#","response_types":["code","token"]"#, implicit(), &[AuthorizationCode], &code),
        (
            r#","grant_types":["implicit","refresh_token"],"response_types":["token","code"]"#,
            implicit(),
            &[Implicit],
            &[ResponseType::Token],
        ),
    ] {
        let client = settle_in(asked(members), RegistrationPolicy::default(), &deployment).unwrap();
        assert_eq!(client.grant_types, grant_types.iter().copied().collect(), "{members}");
        let own = client.registered_by.unwrap();
        assert_eq!(own.response_types, response_types.iter().copied().collect(), "{members}");
    }
}

#[test]
fn c164_a_long_name_is_shortened_and_what_only_describes_the_client_stops_nothing() {
    let long = "n".repeat(120);
    let members = format!(
        r#","client_name":"{long}","client_uri":"","logo_uri":"x","contacts":"a@b","default_acr_values":["gold","pwd"]"#
    );
    let client = settle(asked(&members), RegistrationPolicy::default()).unwrap();
    assert_eq!(client.name, format!("{}…", &long[..99]));
    let about = client.registered_by.unwrap().about.to_string();
    assert_eq!(about, r#"{"application_type":"web","default_acr_values":["pwd"]}"#);
    let none = settle(asked(r#","default_acr_values":["gold"]"#), RegistrationPolicy::default()).unwrap();
    assert_eq!(none.registered_by.unwrap().about.default_acr_values, None);
}

#[test]
fn a_client_has_the_names_by_language_that_it_registers_and_is_told_them() {
    let long = "n".repeat(120);
    let members = format!(r#","client_name":"Shop","client_name#de":"Laden","client_name#fr":"{long}""#);
    let client = settle(asked(&members), RegistrationPolicy::default()).unwrap();
    let told = super::registered(&client);
    let shortened = format!("{}…", &long[..99]);
    let expected = [("client_name#de", "Laden"), ("client_name#fr", shortened.as_str())];
    assert_eq!(told.client_name, "Shop");
    assert!(told.client_name_in.iter().map(|(member, name)| (member.as_str(), *name)).eq(expected));
    assert_eq!(client.name_in.len(), 2);
    let without = settle(asked(""), RegistrationPolicy::default()).unwrap();
    assert!(super::registered(&without).client_name_in.is_empty());
}

/// Parses a request with these redirect URIs and further members.
fn redirected(uris: &[&str], more: &str) -> ClientMetadata {
    ClientMetadata::parse(format!(r#"{{"redirect_uris":{uris:?}{more}}}"#).as_bytes()).unwrap()
}

#[test]
fn c163_without_a_type_each_redirect_uri_is_judged_by_itself() {
    use ApplicationType::{Native, Web};

    let native = r#","application_type":"native""#;
    for (uris, more, told) in [
        (&["http://localhost:3118/callback"][..], "", Native),
        (&["http://127.0.0.1/callback"], r#","token_endpoint_auth_method":"none""#, Native),
        (&["http://[::1]:7/callback"], "", Native),
        (&["https://app.example/cb", "http://localhost/cb", "com.example.app:/cb"], "", Native),
        (&["https://localhost:5173/cb"], "", Native),
        (&["https://app.example/cb", "https://other.example/cb"], "", Web),
        (&["https://app.example/cb"], r#","application_type":"""#, Web),
        (&["https://vscode.dev/redirect", "http://127.0.0.1:33418/"], native, Native),
        (&["https://app.example/cb"], native, Native),
    ] {
        let client = settle(redirected(uris, more), RegistrationPolicy::default()).unwrap();
        assert_eq!(client.redirect_uris.len(), uris.len());
        assert_eq!(client.registered_by.unwrap().about.application_type, Some(told), "{uris:?}");
    }
    let web = r#","application_type":"web""#;
    for uris in [&["https://app.example/cb", "http://localhost/cb"][..], &["com.example.app:/cb"]] {
        let fault = settle(redirected(uris, web), RegistrationPolicy::default()).unwrap_err();
        assert_eq!(fault.code(), RegistrationErrorCode::InvalidRedirectUri, "{uris:?}");
    }
}

#[test]
fn c163_a_mixed_set_is_held_by_the_hosts_of_its_policy_and_has_no_sector_of_its_own() {
    let mixed = ["https://app.example/cb", "http://localhost:3118/cb"];
    let hosts = |hosts: &[&str]| RegistrationPolicy {
        redirect_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        ..RegistrationPolicy::default()
    };
    for (policy, good) in [
        (hosts(&[]), true),
        (hosts(&["app.example", "localhost"]), true),
        (hosts(&["app.example"]), false),
        (hosts(&["localhost"]), false),
        (hosts(&["app.example", "127.0.0.1"]), false),
    ] {
        assert_eq!(settle(redirected(&mixed, ""), policy.clone()).is_ok(), good, "{policy:?}");
    }
    let pairwise = r#","subject_type":"pairwise""#;
    let fault = settle(redirected(&mixed, pairwise), RegistrationPolicy::default()).unwrap_err();
    assert!(fault.to_string().starts_with("subject_type: "), "{fault}");
    let out = r#","post_logout_redirect_uris":["https://evil.example/out"]"#;
    let fault = settle(redirected(&mixed[..1], out), hosts(&["app.example"])).unwrap_err();
    assert!(fault.to_string().starts_with("post_logout_redirect_uris: "), "{fault}");
}

#[test]
fn c179_a_scheme_without_a_period_has_to_be_allowed_by_name() {
    let named = RegistrationPolicy { bare_schemes: ["vscode".to_owned()].into(), ..RegistrationPolicy::default() };
    let ask = |uri: &str| redirected(&["https://app.example/cb", uri], "");
    for (uri, good) in [
        ("vscode://publisher.extension/cb", true),
        ("vscode:/cb", true),
        ("vscode-insiders://publisher.extension/cb", false),
        ("cursor://anysphere.cursor-mcp/oauth/callback", false),
        ("myapp:/cb", false),
    ] {
        assert_eq!(settle(ask(uri), named.clone()).is_ok(), good, "{uri}");
        let fault = settle(ask(uri), RegistrationPolicy::default()).unwrap_err();
        assert_eq!(fault.code(), RegistrationErrorCode::InvalidRedirectUri, "{uri}");
        let out = redirected(&["https://app.example/cb"], &format!(r#","post_logout_redirect_uris":["{uri}"]"#));
        assert_eq!(settle(out, named.clone()).is_ok(), good, "{uri}");
    }
}

proptest::proptest! {
    #[test]
    fn c163_c164_whatever_is_registered_goes_together_and_stays_within_the_policy(
        uris in proptest::sample::subsequence(
            vec!["https://app.example/cb", "https://b.example/", "http://localhost/cb", "com.example.app:/cb", "myapp:/x"],
            1..=3,
        ),
        kind in proptest::sample::select(vec!["", r#","application_type":"web""#, r#","application_type":"native""#]),
        grant_types in proptest::sample::subsequence(
            vec!["authorization_code", "refresh_token", "implicit", "password", "client_credentials", "magic"],
            0..=6,
        ),
        response_types in proptest::sample::subsequence(vec!["code", "token", "id_token", "code token"], 0..=4),
        scope in "(openid |read |ship |write |x ){0,4}",
        hosts in proptest::sample::subsequence(vec!["app.example", "localhost"], 0..=2),
        with_implicit in proptest::bool::ANY,
    ) {
        let list = |texts: &[&str]| format!("{texts:?}");
        let more = format!(
            r#"{kind},"grant_types":{},"response_types":{},"scope":"{scope}""#, list(&grant_types), list(&response_types)
        );
        let policy = RegistrationPolicy {
            scope: Scope::parse("openid read ship").ok(),
            apis: vec![registered()[0].identifier.clone()],
            redirect_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..RegistrationPolicy::default()
        };
        let deployment = if with_implicit { implicit() } else { Policy::default() };
        if let Ok(client) = settle_in(redirected(&uris, &more), policy.clone(), &deployment) {
            let own = client.registered_by.clone().unwrap();
            let answered: BTreeSet<GrantType> = own.response_types.iter().map(|kind| kind.grant_type()).collect();
            let asking: BTreeSet<GrantType> =
                client.grant_types.iter().copied().filter(|kind| *kind != GrantType::RefreshToken).collect();
            proptest::prop_assert_eq!(answered, asking);
            proptest::prop_assert!(own.response_types.iter().all(|kind| deployment.offers(*kind)));
            proptest::prop_assert!(own.scope.iter().all(|scope| scope.is_within(client.scope.as_ref().unwrap())));
            proptest::prop_assert_eq!(&client.scope, &policy.scope);
            proptest::prop_assert!(client.apis.iter().all(|api| policy.apis.contains(api)));
            proptest::prop_assert!(client.redirect_uris.iter().all(|uri| policy.admits(uri).is_ok()));
            let on_a_device = client.redirect_uris.iter().any(RedirectUri::is_native);
            proptest::prop_assert!(!on_a_device || own.about.application_type == Some(ApplicationType::Native));
        }
    }
}

#[test]
fn c117_redirect_uris_are_those_of_the_kind_of_app_and_of_the_hosts_of_the_policy() {
    let with = |uri: &str, kind: &str| {
        let document = format!(r#"{{"redirect_uris":["{uri}"],"application_type":"{kind}"}}"#);
        ClientMetadata::parse(document.as_bytes()).unwrap()
    };
    for (uri, kind, good) in [
        ("https://app.example/cb", "web", true),
        ("https://localhost/cb", "web", false),
        ("https://127.0.0.1/cb", "web", false),
        ("https://[::1]/cb", "web", false),
        ("http://127.0.0.1/cb", "web", false),
        ("com.example.app:/cb", "web", false),
        ("com.example.app:/cb", "native", true),
        ("http://127.0.0.1:7/cb", "native", true),
        ("http://localhost/cb", "native", true),
        ("https://app.example/cb", "native", true),
    ] {
        let settled = settle(with(uri, kind), RegistrationPolicy::default()).map(drop);
        let code = settled.map_err(|fault| fault.code());
        assert_eq!(code, if good { Ok(()) } else { Err(RegistrationErrorCode::InvalidRedirectUri) }, "{uri} {kind}");
    }
    let hosts = RegistrationPolicy {
        redirect_hosts: ["app.example".to_owned(), "com.example.app:".to_owned()].into(),
        ..RegistrationPolicy::default()
    };
    for (uri, kind, good) in [
        ("https://app.example/cb", "web", true),
        ("https://app.example:8443/cb", "web", true),
        ("https://a.app.example/cb", "web", false),
        ("https://other.example/cb", "web", false),
        ("com.example.app:/cb", "native", true),
        ("app.example:/cb", "native", false),
        ("APP.EXAMPLE:/cb", "native", false),
        ("com.example.other:/cb", "native", false),
        ("com.example.APP:/cb", "native", true),
    ] {
        assert_eq!(settle(with(uri, kind), hosts.clone()).is_ok(), good, "{uri}");
    }
}

#[test]
fn c143_a_native_pairwise_client_names_its_sector() {
    let with = |uri: &str, more: &str| {
        let document =
            format!(r#"{{"redirect_uris":["{uri}"],"application_type":"native","subject_type":"pairwise"{more}}}"#);
        settle(ClientMetadata::parse(document.as_bytes()).unwrap(), RegistrationPolicy::default())
    };
    for uri in ["com.example.app:/cb", "http://localhost/cb"] {
        assert!(with(uri, "").map(drop).unwrap_err().to_string().starts_with("subject_type: "), "{uri}");
        let named = with(uri, r#","sector_identifier_uri":"https://app.example/s""#).unwrap();
        assert_eq!(named.relying_party.sector, Sector::parse("app.example").ok(), "{uri}");
    }
}

#[test]
fn c143_a_scheme_is_not_let_in_as_the_host_that_follows_it() {
    let document = br#"{"redirect_uris":["com.evil.stealer://app.example/cb"],"application_type":"native"}"#;
    assert_eq!(ClientMetadata::parse(document).unwrap_err().code(), RegistrationErrorCode::InvalidRedirectUri);
}

/// Asserts that each of these additions is refused with a sentence that starts with the name of the member.
fn assert_named(rows: &[(&str, &str)]) {
    let legal = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    for (members, told) in rows {
        let fault = settle(asked(members), RegistrationPolicy::default()).map(drop).unwrap_err();
        assert!(fault.to_string().starts_with(told), "{members}: {fault}");
        assert_eq!(fault.code(), RegistrationErrorCode::InvalidClientMetadata, "{members}");
        assert!(fault.to_string().bytes().all(legal), "{fault}");
    }
}

#[test]
fn o30_o31_what_a_client_may_not_use_is_refused_and_named() {
    let rows = [
        (r#","token_endpoint_auth_method":"tls_client_auth""#, "token_endpoint_auth_method: "),
        (r#","grant_types":["client_credentials"]"#, "grant_types: "),
        (r#","grant_types":["password"]"#, "grant_types: "),
        (r#","grant_types":["urn:ietf:params:oauth:grant-type:token-exchange"]"#, "grant_types: "),
        (r#","grant_types":["implicit"],"response_types":["token"]"#, "grant_types: "),
        (r#","grant_types":["refresh_token"]"#, "grant_types: "),
        (r#","grant_types":["magic"]"#, "grant_types: "),
        (r#","response_types":["code id_token"]"#, "response_types: "),
        (r#","response_types":["token"]"#, "response_types: "),
        (r#","client_name":"a\u200bb""#, "client_name: it has"),
        (r#","client_name":"ACME  Bank""#, "client_name: it is"),
        (r#","client_name#de":"a\u200bb""#, "client_name: it has"),
        (r#","client_name":"Acme","client_name#de":"ACME  Bank""#, "client_name: it is"),
    ];
    assert_named(&rows);
    let none = ClientMetadata::parse(b"{}").unwrap();
    let fault = settle(none, RegistrationPolicy::default()).map(drop).unwrap_err();
    assert_eq!(fault.code(), RegistrationErrorCode::InvalidRedirectUri);
}

#[test]
fn o30_o31_what_cannot_be_signed_or_verified_is_refused_and_named() {
    let rows = [
        (r#","token_endpoint_auth_method":"private_key_jwt""#, "jwks: "),
        (r#","token_endpoint_auth_signing_alg":"RS256""#, "token_endpoint_auth_signing_alg: "),
        (
            r#","token_endpoint_auth_method":"client_secret_jwt","token_endpoint_auth_signing_alg":"RS256""#,
            "token_endpoint_auth_signing_alg: ",
        ),
        (
            r#","token_endpoint_auth_method":"private_key_jwt","token_endpoint_auth_signing_alg":"none","jwks":{}"#,
            "token_endpoint_auth_signing_alg: ",
        ),
        (
            r#","token_endpoint_auth_method":"private_key_jwt","token_endpoint_auth_signing_alg":"ES256","jwks":{}"#,
            "token_endpoint_auth_signing_alg: ",
        ),
        (r#","id_token_signed_response_alg":"none""#, "id_token_signed_response_alg: "),
        (r#","id_token_signed_response_alg":"HS256""#, "id_token_signed_response_alg: "),
        (r#","id_token_signed_response_alg":"EdDSA""#, "id_token_signed_response_alg: "),
        (r#","userinfo_signed_response_alg":"none""#, "userinfo_signed_response_alg: "),
        (r#","userinfo_signed_response_alg":"EdDSA""#, "userinfo_signed_response_alg: "),
        (r#","authorization_signed_response_alg":"EdDSA""#, "authorization_signed_response_alg: "),
        (r#","request_object_signing_alg":"HS256""#, "request_object_signing_alg: "),
        (r#","request_object_signing_alg":"ES512""#, "request_object_signing_alg: "),
    ];
    assert_named(&rows);
}

#[test]
fn o31_c176_the_algorithm_of_a_secret_may_be_said() {
    let members = r#","token_endpoint_auth_method":"client_secret_jwt","token_endpoint_auth_signing_alg":"HS256","client_uri":"https://app.example/""#;
    let settled = settle(asked(members), RegistrationPolicy::default()).unwrap();
    assert_eq!(
        (settled.auth_method, settled.assertion_algorithm),
        (AuthMethod::ClientSecretJwt, Some(AssertionAlgorithm::Hs256))
    );
    let told = settled.registered_by.unwrap().about.to_string();
    assert_eq!(told, r#"{"application_type":"web","client_uri":"https://app.example/"}"#, "kept to be told again");
}

#[test]
fn o31_the_algorithm_of_an_ed25519_key_goes_by_both_of_its_names() {
    for name in ["EdDSA", "Ed25519"] {
        let members = format!(
            r#","token_endpoint_auth_method":"private_key_jwt","token_endpoint_auth_signing_alg":"{name}","jwks":{{}}"#
        );
        let settled = settle(asked(&members), RegistrationPolicy::default()).unwrap();
        assert_eq!(settled.assertion_algorithm, Some(AssertionAlgorithm::EdDsa), "{name}");
    }
}

#[test]
fn the_implicit_grant_is_registered_where_the_deployment_has_it() {
    let members = r#","grant_types":["implicit"],"response_types":["token"]"#;
    let client = settle_in(asked(members), RegistrationPolicy::default(), &implicit()).unwrap();
    assert_eq!(client.registered_by.unwrap().response_types, [ResponseType::Token].into());
    let members = r#","grant_types":["implicit"],"response_types":["id_token","token id_token"]"#;
    let client = settle_in(asked(members), RegistrationPolicy::default(), &implicit()).unwrap();
    let both = [ResponseType::IdToken, ResponseType::IdTokenToken].into();
    assert_eq!(client.registered_by.unwrap().response_types, both);
    let without = Policy { openid: false, ..implicit() };
    assert!(settle_in(asked(members), RegistrationPolicy::default(), &without).is_err());
    for inconsistent in [r#","grant_types":["implicit"]"#, r#","response_types":["token"]"#] {
        let fault = settle_in(asked(inconsistent), RegistrationPolicy::default(), &implicit()).map(drop).unwrap_err();
        assert!(fault.to_string().starts_with("response_types: "), "{inconsistent}: {fault}");
    }
}

#[test]
fn what_a_relying_party_asks_for_is_registered() {
    let members = r#","subject_type":"pairwise","id_token_signed_response_alg":"ES256","userinfo_signed_response_alg":"RS256","default_max_age":60,"post_logout_redirect_uris":["https://app.example/out"],"backchannel_logout_uri":"https://app.example/told","backchannel_logout_session_required":true,"default_acr_values":["pwd"]"#;
    assert_eq!(algorithms(&asked(members)), [SigningAlgorithm::Es256, SigningAlgorithm::Rs256].into());
    let registered = settle(asked(members), RegistrationPolicy::default()).unwrap().relying_party;
    let expected = RelyingParty {
        id_token_algorithm: SigningAlgorithm::Es256,
        userinfo_algorithm: Some(SigningAlgorithm::Rs256),
        sector: Sector::parse("app.example").ok(),
        id_token_claims: IdTokenClaims::Requested,
        default_max_age: Some(60),
        requires_factor: false,
        post_logout_redirect_uris: vec![RedirectUri::parse("https://app.example/out").unwrap()],
        backchannel: Some(Backchannel {
            uri: ServerUri::parse("https://app.example/told").unwrap(),
            session_required: true,
        }),
    };
    assert_eq!(registered, expected);
    let two = r#"{"redirect_uris":["https://a.example/","https://b.example/"],"subject_type":"pairwise""#;
    let parse = |more: &str| ClientMetadata::parse(format!("{two}{more}}}").as_bytes()).unwrap();
    assert!(
        settle(parse(""), RegistrationPolicy::default())
            .map(drop)
            .unwrap_err()
            .to_string()
            .starts_with("subject_type: ")
    );
    let with_sector = settle(parse(r#","sector_identifier_uri":"https://s.example/s""#), RegistrationPolicy::default());
    assert_eq!(with_sector.unwrap().relying_party.sector, Sector::parse("s.example").ok());
}

#[test]
fn c196_c198_what_a_client_says_of_its_requests_and_tokens_is_registered_and_told() {
    let members = r#","authorization_signed_response_alg":"ES256","request_object_signing_alg":"PS384","require_pushed_authorization_requests":true,"dpop_bound_access_tokens":true,"request_uris":["https://app.example/request"]"#;
    assert_eq!(algorithms(&asked(members)), [SigningAlgorithm::Es256].into());
    let followed = Policy { request_uris: RequestUris::Registered, ..Policy::default() };
    for (deployment, uris) in [(followed, vec!["https://app.example/request"]), (Policy::default(), Vec::new())] {
        let client = settle_in(asked(members), RegistrationPolicy::default(), &deployment).unwrap();
        let requests = RequestRules {
            pushed: PushRule::Required,
            object_algorithm: Some(AssertionAlgorithm::Ps384),
            response_algorithm: Some(SigningAlgorithm::Es256),
            uris: uris.iter().map(|uri| RequestUri::parse(uri).unwrap()).collect(),
        };
        assert_eq!((&client.requests, client.dpop), (&requests, DpopRule::Required));
        let told = super::registered(&client);
        assert_eq!(
            (told.authorization_signed_response_alg, told.request_object_signing_alg),
            (Some("ES256"), Some("PS384"))
        );
        assert_eq!((told.require_pushed_authorization_requests, told.dpop_bound_access_tokens), (true, Some(true)));
        assert_eq!(told.request_uris, uris);
    }
    let plain = settle(asked(""), RegistrationPolicy::default()).unwrap();
    assert_eq!((&plain.requests, plain.dpop), (&RequestRules::default(), DpopRule::Optional));
    let told = super::registered(&plain);
    assert_eq!((told.authorization_signed_response_alg, told.request_object_signing_alg), (None, None));
    assert_eq!((told.require_pushed_authorization_requests, told.dpop_bound_access_tokens), (false, None));
}

#[test]
fn c176_a_client_is_told_the_algorithm_of_its_assertions_where_it_makes_any() {
    let told = |auth_method, assertion_algorithm| {
        let client = Client { auth_method, assertion_algorithm, ..blank() };
        super::registered(&client).token_endpoint_auth_signing_alg
    };
    let (es256, hs512) = (Some(AssertionAlgorithm::Es256), Some(AssertionAlgorithm::Hs512));
    for (method, algorithm, expected) in [
        (AuthMethod::ClientSecretJwt, None, Some("HS256")),
        (AuthMethod::ClientSecretJwt, hs512, Some("HS512")),
        (AuthMethod::PrivateKeyJwt, None, None),
        (AuthMethod::PrivateKeyJwt, es256, Some("ES256")),
        (AuthMethod::Secret, es256, None),
        (AuthMethod::None, es256, None),
    ] {
        assert_eq!(told(method, algorithm), expected, "{method:?} {algorithm:?}");
    }
}

#[test]
fn c119_a_sector_identifier_lists_every_redirect_uri() {
    let uris = ["https://a.example/cb", "https://b.example/cb"].map(|uri| RedirectUri::parse(uri).unwrap());
    let listed = |list: &[&str]| list.iter().map(|uri| (*uri).to_owned()).collect::<Vec<_>>();
    let both = listed(&["https://x.example/", "https://b.example/cb", "https://a.example/cb"]);
    assert_eq!(sector_lists(Some(&both), &uris), Ok(()));
    let local = [RedirectUri::parse("http://localhost:3118/cb").unwrap()];
    assert_eq!(sector_lists(Some(&listed(&["http://localhost/cb"])), &local), Ok(()), "the port of a loopback URI");
    assert!(sector_lists(Some(&listed(&["http://127.0.0.1/cb"])), &local).is_err());
    for bad in [
        Some(listed(&["https://a.example/cb"])),
        Some(listed(&["https://a.example/cb", "https://b.example/cb/"])),
        None,
    ] {
        assert!(sector_lists(bad.as_deref(), &uris).is_err(), "{bad:?}");
    }
}
