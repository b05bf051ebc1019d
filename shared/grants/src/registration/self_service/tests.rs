//! Registrations that are accepted or refused, with one fault per row.

use protocol::{ClientId, IdentityScope, LegacyGrants, RegistrationErrorCode, ServerUri};

use super::*;
use crate::client::public_keys::{ClientKey, ClientKeys, PublicKey};
use crate::fixtures::{NOW, apis as registered};
use crate::request::access::identity;
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
    assert_eq!((client.name.as_str(), client.auth_method), ("dyn_1", AuthMethod::SecretBasic));
    assert_eq!(client.grant_types, [GrantType::AuthorizationCode].into());
    let usual = identity().without(IdentityScope::Roles).without(IdentityScope::Groups);
    assert_eq!(client.scope, Some(usual));
    assert_eq!((client.apis.len(), client.pkce), (0, PkceRule::Nonce));
    assert_eq!(client.relying_party, RelyingParty::default());
    let own = client.registered_by.unwrap();
    assert_eq!((own.response_types, own.ends_at), ([ResponseType::Code].into(), None));
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
    assert_eq!(settle(asked(r#","scope":"openid""#), policy.clone()).unwrap().apis, []);
    let narrow = RegistrationPolicy { scope: Scope::parse("openid").ok(), ..policy };
    for refused in [settle(with_api.clone(), narrow.clone()), settle(with_api, RegistrationPolicy::default())] {
        assert!(refused.unwrap_err().to_string().starts_with("scope: "));
    }
    assert_eq!(settle(asked(""), narrow).unwrap().scope, Scope::parse("openid").ok());
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
        ("https://app.example/cb", "native", false),
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
        (r#","grant_types":["implicit"],"response_types":["token"]"#, "grant_types: "),
        (r#","grant_types":[]"#, "response_types: "),
        (r#","grant_types":[],"response_types":[]"#, "grant_types: "),
        (r#","grant_types":["refresh_token"],"response_types":[]"#, "grant_types: "),
        (r#","grant_types":["refresh_token"]"#, "response_types: "),
        (r#","response_types":[]"#, "response_types: "),
        (r#","response_types":["token"]"#, "response_types: "),
        (r#","client_name":" ""#, "client_name: "),
        (r#","client_name":"a\u200bb""#, "client_name: it has"),
        (r#","client_name":"ACME  Bank""#, "client_name: it is"),
        (r#","scope":"openid admin""#, "scope: "),
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
        (r#","default_acr_values":["gold"]"#, "default_acr_values: "),
    ];
    assert_named(&rows);
}

#[test]
fn o31_assertions_of_a_secret_are_signed_with_hs256_which_may_be_said() {
    let members = r#","token_endpoint_auth_method":"client_secret_jwt","token_endpoint_auth_signing_alg":"HS256","client_uri":"https://app.example/""#;
    let settled = settle(asked(members), RegistrationPolicy::default()).unwrap();
    assert_eq!((settled.auth_method, settled.assertion_algorithm), (AuthMethod::ClientSecretJwt, None));
    let told = settled.registered_by.unwrap().about;
    assert_eq!(told, asked(members).about, "what only describes a client is kept to be told again");
    assert_ne!(told, asked("").about);
}

#[test]
fn o31_the_algorithm_of_an_ed25519_key_goes_by_both_of_its_names() {
    for name in ["EdDSA", "Ed25519"] {
        let members = format!(
            r#","token_endpoint_auth_method":"private_key_jwt","token_endpoint_auth_signing_alg":"{name}","jwks":{{}}"#
        );
        let settled = settle(asked(&members), RegistrationPolicy::default()).unwrap();
        assert_eq!(settled.assertion_algorithm, Some(SigningAlgorithm::EdDsa), "{name}");
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
fn c119_a_sector_identifier_lists_every_redirect_uri() {
    let uris = ["https://a.example/cb", "https://b.example/cb"].map(|uri| RedirectUri::parse(uri).unwrap());
    let listed = |list: &[&str]| list.iter().map(|uri| (*uri).to_owned()).collect::<Vec<_>>();
    let both = listed(&["https://x.example/", "https://b.example/cb", "https://a.example/cb"]);
    assert_eq!(sector_lists(Some(&both), &uris), Ok(()));
    for bad in [
        Some(listed(&["https://a.example/cb"])),
        Some(listed(&["https://a.example/cb", "https://b.example/cb/"])),
        None,
    ] {
        assert!(sector_lists(bad.as_deref(), &uris).is_err(), "{bad:?}");
    }
}
