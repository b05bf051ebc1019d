//! The registry: written data is read back, at most once a minute.

use std::collections::BTreeMap;

use grants::{
    Api, ApiChange, AssertionAlgorithm, AudienceRule, AuthMethod, Client, ClientChange, ClientKey, ClientKeys,
    DpopRule, IdTokenClaims, NewApiSettings, PkceRule, Profile, PublicKey, PushRule, RelyingParty, RequestRules,
    SecretDigest, SecretSalt, SigningAlgorithm, StoredSecret, TokenFormat, TokenType,
};
use protocol::{
    ClaimNames, Claims, ClientId, ClientLink, GrantType, LanguageTag, LinkUrl, Localized, LogoFacts, LogoType,
    RedirectUri, Scope, ServerUri,
};
use store::{ApiChanged, AuditRecord, Changed, ClientChanged};

use crate::fixtures::{NOW, client, resource};
use crate::logos::logo;
use crate::place::Place;

fn redirect_uri(text: &str) -> RedirectUri {
    RedirectUri::parse(text).unwrap()
}

/// Returns a description with variants.
fn described(text: &str, variants: &[(&str, &str)]) -> Localized {
    let variants = variants.iter().map(|&(tag, text)| (LanguageTag::parse(tag).unwrap(), text.to_owned()));
    Localized::with_variants(text, variants.collect()).unwrap()
}

fn api(identifier: &str) -> Api {
    Api {
        identifier: resource(identifier),
        scope: Scope::parse("read write").unwrap(),
        scope_descriptions: [("read".to_owned(), described("Read your orders", &[("de", "Lesen"), ("fr", "Lire")]))]
            .into(),
        algorithm: SigningAlgorithm::EdDsa,
        format: TokenFormat::Opaque,
        token_type: TokenType::AtJwt,
        claims: ClaimNames::default(),
        lifetime: 60,
        is_issuer: false,
    }
}

async fn a_client_is_written_once_and_read_back_whole(place: Place) {
    let registry = place.stores.registry().unwrap();
    let written = client();
    assert!(registry.client(&written.id, NOW).await.unwrap().is_none());
    assert_eq!(registry.create_client(&written, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.create_client(&written, None).await.unwrap(), Changed::Refused);
    assert_eq!(*registry.client(&written.id, NOW).await.unwrap().unwrap(), written);
    assert_eq!(registry.all_clients().await.unwrap(), [written]);
}

fn named(name: &str, auth_method: AuthMethod) -> Client {
    Client { id: ClientId::parse(name).unwrap(), auth_method, ..client() }
}

fn with_salts(name: &str, salts: &[SecretSalt]) -> Client {
    let secrets = salts.iter().map(|salt| StoredSecret::derived(*salt, NOW)).collect();
    Client { secrets, ..named(name, AuthMethod::ClientSecretJwt) }
}

async fn a_client_that_signs_is_read_back_whole(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (rsa, served) = (
        PublicKey::Rsa([&[0x80][..], &[1; 255]].concat(), vec![1, 0, 1]),
        ClientKeys::At(ServerUri::parse("https://app.example/keys?x=1").unwrap()),
    );
    let key = ClientKey { kid: Some("é \"".to_owned()), algorithm: Some(AssertionAlgorithm::Ps256), public: rsa };
    let written = [
        Client { keys: Some(ClientKeys::Inline(vec![key])), ..named("inline", AuthMethod::PrivateKeyJwt) },
        Client { keys: Some(served.clone()), ..named("bank", AuthMethod::PrivateKeyJwt) }.under(Profile::Fapi2),
        Client { keys: Some(served.clone()), ..named("signs", AuthMethod::PrivateKeyJwt) }.under(Profile::Fapi2Signed),
        Client {
            keys: Some(served),
            assertion_algorithm: Some(AssertionAlgorithm::Es384),
            strict_audience: true,
            dpop: DpopRule::Required,
            introspection_algorithm: SigningAlgorithm::Es256,
            audience: AudienceRule::One,
            ..named("served", AuthMethod::PrivateKeyJwt)
        },
        with_salts("shared", &[SecretSalt::Short([3; 16]), SecretSalt::Long([3; 32])]),
        with_salts("shared-own", &[SecretSalt::Own([4; 32])]),
        Client { trusted: true, ..named("trusted", AuthMethod::None) },
        named("basic", AuthMethod::SecretBasic),
        named("post", AuthMethod::SecretPost),
        named("unnamed", AuthMethod::Secret),
        Client {
            claims: Claims::parse(r#"{"roles":["admin"],"tenant":"acme","plan":{"seats":7}}"#).unwrap(),
            pkce: PkceRule::Nonce,
            relying_party: RelyingParty { id_token_claims: IdTokenClaims::Scope, ..client().relying_party },
            ..named("told", AuthMethod::SecretBasic)
        },
    ];
    for client in written {
        assert_eq!(registry.create_client(&client, None).await.unwrap(), Changed::Done);
        assert_eq!(*registry.client(&client.id, NOW).await.unwrap().unwrap(), client);
    }
}

async fn a_client_with_links_and_a_logo_is_read_back_whole(place: Place) {
    let registry = place.stores.registry().unwrap();
    let written = Client {
        links: ClientLink::ALL.map(|link| (link, LinkUrl::parse("https://app.example/x").unwrap())).into(),
        logo: Some(LogoFacts { kind: LogoType::WebP, size: 65536, digest: [7; 32] }),
        ..client()
    };
    assert_eq!(registry.create_client(&written, None).await.unwrap(), Changed::Done);
    assert_eq!(*registry.client(&written.id, NOW).await.unwrap().unwrap(), written);
}

async fn the_names_of_operators_clients_are_read_in_all_languages(place: Place) {
    let registry = place.stores.registry().unwrap();
    let name_in = ["de", "fr"].map(|tag| (LanguageTag::parse(tag).unwrap(), format!("App {tag}")));
    registry.create_client(&Client { name_in: name_in.into(), ..client() }, None).await.unwrap();
    registry.create_client(&named("plain", AuthMethod::Secret), None).await.unwrap();
    let mut names = registry.names_of_operators_clients().await.unwrap();
    names.sort();
    assert_eq!(names, ["App", "App", "App de", "App fr"]);
}

async fn a_change_counts_after_a_minute(place: Place) {
    let registry = place.stores.registry().unwrap();
    let written = client();
    registry.create_client(&written, None).await.unwrap();
    registry.client(&written.id, NOW).await.unwrap();
    let off = ClientChange::disabled(&written, true);
    assert_eq!(registry.change_client(&off, None).await.unwrap(), ClientChanged::Done);
    let disabled = async |later| registry.client(&written.id, NOW.plus(later)).await.unwrap().unwrap().disabled;
    assert!(!disabled(59).await);
    assert!(disabled(60).await);
    assert_eq!(registry.delete_client(&written, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.delete_client(&written, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.change_client(&off, None).await.unwrap(), ClientChanged::Refused(None));
    assert!(registry.all_clients().await.unwrap().is_empty());
    assert!(registry.client(&written.id, NOW.plus(120)).await.unwrap().is_none());
}

async fn c133_a_deletion_that_was_asked_for_a_client_leaves_the_next_one_of_its_id(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (read, next) = (client(), Client { created_at: NOW.plus(1), ..client() });
    registry.create_client(&read, None).await.unwrap();
    assert_eq!(registry.delete_client(&read, None).await.unwrap(), Changed::Done);
    registry.create_client(&next, None).await.unwrap();
    assert_eq!(registry.delete_client(&read, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.client_now(&read.id).await.unwrap().as_ref(), Some(&next));
    assert_eq!(registry.delete_client(&next, None).await.unwrap(), Changed::Done);
}

async fn c175_a_second_look_finds_what_changed_and_is_taken_a_few_times(place: Place) {
    let registry = place.stores.registry().unwrap();
    let written = client();
    registry.create_client(&written, None).await.unwrap();
    let cached = registry.client(&written.id, NOW).await.unwrap().unwrap();
    assert_eq!(registry.client_again(&cached, NOW).await.unwrap(), None, "nothing changed");
    let new = StoredSecret::hashed(SecretDigest::from_bytes([7; 32]), NOW.plus(1));
    let rotate = ClientChange::rotate_secret(&written, new);
    assert_eq!(registry.change_client(&rotate, None).await.unwrap(), ClientChanged::Done);
    let rotated = rotate.after(Some(&written)).unwrap();
    assert_eq!(registry.client(&written.id, NOW).await.unwrap(), Some(cached.clone()));
    assert_eq!(registry.client_again(&cached, NOW).await.unwrap().as_deref(), Some(&rotated));
    assert_eq!(registry.client(&written.id, NOW).await.unwrap().as_deref(), Some(&rotated));
    registry.delete_client(&written, None).await.unwrap();
    assert_eq!(registry.client_again(&rotated, NOW).await.unwrap(), None, "it is gone");
    assert_eq!(registry.client(&written.id, NOW).await.unwrap(), None);
    registry.create_client(&written, None).await.unwrap();
    assert!(registry.client(&written.id, NOW).await.unwrap().is_some());
    assert_eq!(registry.client_again(&written, NOW).await.unwrap(), None, "nothing changed");
    assert_eq!(registry.change_client(&rotate, None).await.unwrap(), ClientChanged::Done);
    assert_eq!(registry.client_again(&written, NOW).await.unwrap(), None, "it was looked at too often");
    assert_eq!(registry.client_again(&written, NOW.plus(5)).await.unwrap().as_deref(), Some(&rotated));
}

async fn c175_a_second_look_that_began_later_is_shared_by_all_who_asked(place: Place) {
    let registry = place.stores.registry().unwrap();
    let written = client();
    registry.create_client(&written, None).await.unwrap();
    let cached = registry.client(&written.id, NOW).await.unwrap().unwrap();
    let new = StoredSecret::hashed(SecretDigest::from_bytes([7; 32]), NOW.plus(1));
    let rotate = ClientChange::rotate_secret(&written, new);
    assert_eq!(registry.change_client(&rotate, None).await.unwrap(), ClientChanged::Done);
    let looks = (0..20).map(|_| registry.client_again(&cached, NOW));
    for found in futures::future::join_all(looks).await {
        assert_eq!(found.unwrap().as_deref(), rotate.after(Some(&written)).as_ref());
    }
}

async fn c175_apis_that_are_cached_are_looked_at_again(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (one, two) = (api("https://one.example"), api("https://two.example"));
    let client = Client { apis: vec![one.identifier.clone(), two.identifier.clone()], ..client() };
    for api in [&one, &two] {
        registry.create_api(api, None).await.unwrap();
    }
    assert_eq!(registry.apis(&client.apis, NOW).await.unwrap(), [one.clone(), two.clone()]);
    let wider = Api { scope: Scope::parse("read write admin").unwrap(), ..one.clone() };
    registry.delete_api(&one.identifier, None).await.unwrap();
    registry.delete_api(&two.identifier, None).await.unwrap();
    registry.create_api(&wider, None).await.unwrap();
    assert_eq!(registry.apis(&client.apis, NOW).await.unwrap(), [one, two]);
    let used = registry.apis(&client.apis, NOW).await.unwrap();
    assert!(registry.apis_again(&client, &used, NOW).await.unwrap());
    assert_eq!(registry.apis(&client.apis, NOW).await.unwrap(), std::slice::from_ref(&wider));
    assert!(registry.apis_again(&client, &used, NOW).await.unwrap(), "another request used the former state");
    assert!(!registry.apis_again(&client, &[wider], NOW).await.unwrap());
}

async fn c138_a_decision_counts_for_what_is_registered_at_that_moment(place: Place) {
    let registry = place.stores.registry().unwrap();
    let api = api("https://one.example");
    let written = Client { apis: vec![api.identifier.clone()], ..client() };
    registry.create_api(&api, None).await.unwrap();
    registry.create_client(&written, None).await.unwrap();
    let cached = registry.client(&written.id, NOW).await.unwrap().unwrap();
    let used = registry.apis(&written.apis, NOW).await.unwrap();
    assert!(registry.is_current(&cached, &used, NOW).await.unwrap());
    let wider = Api { scope: Scope::parse("read write admin").unwrap(), ..api.clone() };
    registry.delete_api(&api.identifier, None).await.unwrap();
    registry.create_api(&wider, None).await.unwrap();
    assert_eq!(registry.apis(&written.apis, NOW).await.unwrap(), used);
    assert!(!registry.is_current(&cached, &used, NOW).await.unwrap());
    let used = registry.apis(&written.apis, NOW).await.unwrap();
    assert_eq!(used, [wider]);
    assert!(registry.is_current(&cached, &used, NOW).await.unwrap());
    // It is read each time, so that no number of changes is too many.
    for number in 0..10 {
        let id = SecretDigest::from_bytes([number; 32]);
        let before = registry.client(&written.id, NOW).await.unwrap().unwrap();
        let rotate = ClientChange::rotate_secret(&before, StoredSecret::hashed(id, NOW));
        assert_eq!(registry.change_client(&rotate, None).await.unwrap(), ClientChanged::Done);
        assert!(!registry.is_current(&before, &used, NOW).await.unwrap(), "{number}");
        assert_eq!(*registry.client(&written.id, NOW).await.unwrap().unwrap(), rotate.after(Some(&before)).unwrap());
    }
    registry.delete_client(&written, None).await.unwrap();
    assert!(!registry.is_current(&cached, &used, NOW).await.unwrap());
    assert_eq!(registry.client(&written.id, NOW).await.unwrap(), None);
    registry.delete_api(&api.identifier, None).await.unwrap();
    assert!(!registry.is_current(&cached, &used, NOW).await.unwrap());
    assert!(registry.apis(&written.apis, NOW).await.unwrap().is_empty());
}

/// Returns the client `read` with other settings of how it authenticates, and how its requests and responses are
/// protected.
fn protections(read: &Client) -> [Client; 3] {
    [
        Client {
            dpop: DpopRule::Required,
            auth_method: AuthMethod::SecretPost,
            grant_types: [GrantType::ClientCredentials].into(),
            ..read.clone()
        },
        Client {
            requests: RequestRules {
                pushed: PushRule::Required,
                object_algorithm: Some(AssertionAlgorithm::Es384),
                uris: vec![protocol::RequestUri::parse("https://app.example/request#v1").unwrap()],
                response_algorithm: Some(SigningAlgorithm::Ps256),
            },
            introspection_algorithm: SigningAlgorithm::EdDsa,
            assertion_targets: vec![protocol::AssertionTarget::parse("https://as.example=agent").unwrap()],
            ..read.clone()
        },
        Client {
            auth_method: AuthMethod::PrivateKeyJwt,
            keys: Some(ClientKeys::At(ServerUri::parse("https://app.example/keys").unwrap())),
            grant_types: [GrantType::ClientCredentials].into(),
            ..read.clone()
        }
        .under(Profile::Fapi2),
    ]
}

/// Returns changes of each kind, all of them built from the same state.
fn changes(read: &Client) -> Vec<ClientChange> {
    let secret = |byte| StoredSecret::hashed(SecretDigest::from_bytes([byte; 32]), NOW.plus(1));
    let claims = |text: &str| Claims::parse(text).unwrap();
    let new = || read.clone();
    let policy = LinkUrl::parse("https://app.example/policy").unwrap();
    let party = |id_token_claims| RelyingParty { id_token_claims, ..read.relying_party.clone() };
    let names_in = || [(LanguageTag::parse("de").unwrap(), "Laden".to_owned())].into();
    let settings = [
        Client { pkce: PkceRule::Nonce, ..new() },
        Client { relying_party: party(IdTokenClaims::Scope), ..new() },
        Client { claims: claims(r#"{"tenant":"acme"}"#), ..new() },
        Client { claims: claims("{}"), ..new() },
        Client { links: [(ClientLink::Policy, policy)].into(), ..new() },
        Client { links: BTreeMap::new(), ..new() },
        Client { logo: Some(logo(1).facts()), ..new() },
        Client { logo: None, ..new() },
        Client { name: "Other".to_owned(), trusted: true, name_in: names_in(), ..new() },
        Client { redirect_uris: vec![redirect_uri("https://app.example/other")], ..new() },
        Client { apis: vec![resource("urn:other")], introspects: Vec::new(), ..new() },
        Client { scope: None, audience: AudienceRule::All, strict_audience: true, ..new() },
        Client { scope: Some(Scope::parse("read").unwrap()), trusted: false, ..new() },
        Client { grant_types: [GrantType::ClientCredentials].into(), ..new() },
        Client { relying_party: RelyingParty { default_max_age: Some(7), ..read.relying_party.clone() }, ..new() },
    ];
    let settings = settings.into_iter().chain(protections(read));
    let settings = settings.map(|wanted| ClientChange::of_settings(read, wanted).unwrap());
    let others = [
        ClientChange::disabled(read, true),
        ClientChange::rotate_secret(read, secret(8)),
        ClientChange::rotate_secret(read, secret(9)),
        ClientChange::retire_old_secrets(read),
        ClientChange::disabled(read, false),
    ];
    settings.chain(others).collect()
}

/// Checks that each change does in the store what it means, even when it was built from an older state.
async fn c133_no_change_of_a_client_undoes_a_newer_one(place: Place) {
    let registry = place.stores.registry().unwrap();
    let read = client();
    let changes = changes(&read);
    for first in &changes {
        for second in &changes {
            registry.create_client(&read, None).await.unwrap();
            let mut stands = read.clone();
            for change in [first, second] {
                let made = registry.change_client(change, None).await.unwrap();
                match change.after(Some(&stands)) {
                    Some(after) => {
                        assert_eq!(made, ClientChanged::Done, "{change:?}");
                        stands = after;
                    }
                    None => assert_eq!(made, ClientChanged::Refused(Some(Box::new(stands.clone()))), "{change:?}"),
                }
                assert_eq!(registry.client_now(&read.id).await.unwrap().as_ref(), Some(&stands));
            }
            registry.delete_client(&read, None).await.unwrap();
        }
    }
}

/// Checks that each change of an API does in the store what it means, even when it was built from an older state.
async fn c133_c244_no_change_of_an_api_undoes_a_newer_one(place: Place) {
    let registry = place.stores.registry().unwrap();
    let read = api("https://API.example");
    let new = NewApiSettings::default;
    let scope = |text: &str| NewApiSettings { scope: Some(Scope::parse(text).unwrap()), ..new() };
    let again = [("read".to_owned(), described("Read all", &[("ja", "読む")]))].into();
    let changes: Vec<ApiChange> = [
        scope("read admin"),
        NewApiSettings { scope_descriptions: Some(again), lifetime: Some(900), ..new() },
        NewApiSettings { scope_descriptions: Some(BTreeMap::new()), ..scope("write") },
        NewApiSettings { claims: Some(ClaimNames::parse("roles").unwrap()), token_type: Some(TokenType::Jwt), ..new() },
        NewApiSettings { claims: Some(ClaimNames::default()), format: Some(TokenFormat::Jwt), ..new() },
        NewApiSettings { algorithm: Some(SigningAlgorithm::Ps256), token_type: Some(TokenType::AtJwt), ..new() },
    ]
    .map(|new| new.change(&read).unwrap())
    .into();
    for first in &changes {
        for second in &changes {
            registry.create_api(&read, None).await.unwrap();
            let mut stands = read.clone();
            for change in [first, second] {
                let made = registry.change_api(change, None).await.unwrap();
                match change.after(Some(&stands)) {
                    Some(after) => {
                        assert_eq!(made, ApiChanged::Done, "{change:?}");
                        stands = after;
                    }
                    None => assert_eq!(made, ApiChanged::Refused(Some(Box::new(stands.clone()))), "{change:?}"),
                }
                assert_eq!(registry.api_now(&read.identifier).await.unwrap().as_ref(), Some(&stands));
            }
            registry.delete_api(&read.identifier, None).await.unwrap();
            assert_eq!(registry.change_api(first, None).await.unwrap(), ApiChanged::Refused(None));
            assert_eq!(registry.api_now(&read.identifier).await.unwrap(), None);
        }
    }
}

/// Tests that the audit record that a command writes with its change is not mistaken for a client.
async fn a_change_whose_record_is_refused_finds_no_client(place: Place) {
    let (registry, audit) = (place.stores.registry().unwrap(), place.audit());
    let written = client();
    let record = AuditRecord {
        at: NOW.seconds() * 1000,
        nonce: [1; 8],
        who: "local:ana@host".to_owned(),
        action: "client disable".to_owned(),
        about: format!("client:{}", written.id),
        attributes: vec!["disabled".to_owned()],
    };
    registry.create_client(&written, Some(audit.record(&record))).await.unwrap();
    let off = ClientChange::disabled(&written, true);
    let refused = registry.change_client(&off, Some(audit.record(&record))).await.unwrap();
    assert_eq!(refused, ClientChanged::Refused(None));
    assert_eq!(registry.client_now(&written.id).await.unwrap(), Some(written));
}

async fn apis_are_read_several_at_a_time_in_the_order_asked_for(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (one, two) = (api("https://one.example"), api("https://two.example"));
    for api in [&one, &two] {
        assert_eq!(registry.create_api(api, None).await.unwrap(), Changed::Done);
        assert_eq!(registry.create_api(api, None).await.unwrap(), Changed::Refused);
    }
    let asked = [two.identifier.clone(), resource("https://missing.example"), one.identifier.clone()];
    assert_eq!(registry.apis(&asked, NOW).await.unwrap(), [two.clone(), one.clone()]);
    assert_eq!(registry.apis(&asked, NOW).await.unwrap(), [two.clone(), one.clone()]);
    let (twice, anew) = ([asked.clone(), asked].concat(), place.stores.registry().unwrap());
    assert_eq!(anew.apis(&twice, NOW).await.unwrap(), [&two, &one, &two, &one].map(Clone::clone));
    assert_eq!(registry.all_apis().await.unwrap().len(), 2);
    assert_eq!(registry.delete_api(&two.identifier, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.delete_api(&two.identifier, None).await.unwrap(), Changed::Refused);
    assert!(registry.all_clients().await.unwrap().is_empty());
}

async fn c166_an_api_is_found_by_each_spelling_and_exists_once(place: Place) {
    let registry = place.stores.registry().unwrap();
    let created = api("https://API.example/");
    assert_eq!(registry.create_api(&created, None).await.unwrap(), Changed::Done);
    let spellings = ["https://api.example", "https://api.example:443/", "HTTPS://API.example", "https://API.example/"];
    for spelt in spellings.map(resource) {
        assert_eq!(
            registry.create_api(&Api { identifier: spelt.clone(), ..created.clone() }, None).await.unwrap(),
            Changed::Refused
        );
        let fresh = place.stores.registry().unwrap();
        let found = fresh.apis(&[spelt.clone(), resource("https://api.example/v1"), spelt], NOW).await.unwrap();
        let names: Vec<&str> = found.iter().map(|api| api.identifier.as_str()).collect();
        assert_eq!(names, ["https://API.example/"; 2]);
    }
    assert_eq!(registry.delete_api(&resource("https://api.example:443"), None).await.unwrap(), Changed::Done);
    assert_eq!(place.stores.registry().unwrap().apis(&spellings.map(resource), NOW).await.unwrap(), []);
}

async fn c177_what_an_api_says_of_its_tokens_is_read_back(place: Place) {
    let registry = place.stores.registry().unwrap();
    let claims = ClaimNames::parse("roles groups tenant").unwrap();
    let told = Api { token_type: TokenType::Jwt, claims, ..api("https://told.example") };
    registry.create_api(&told, None).await.unwrap();
    assert_eq!(registry.apis(std::slice::from_ref(&told.identifier), NOW).await.unwrap(), [told]);
}

async fn two_things_of_one_name_are_two(place: Place) {
    let registry = place.stores.registry().unwrap();
    registry.create_api(&api("urn:app"), None).await.unwrap();
    assert!(registry.client(&ClientId::parse("urn:app").unwrap(), NOW).await.unwrap().is_none());
}

crate::on_both! {
    a_client_is_written_once_and_read_back_whole,
    a_client_that_signs_is_read_back_whole,
    a_client_with_links_and_a_logo_is_read_back_whole,
    the_names_of_operators_clients_are_read_in_all_languages,
    a_change_counts_after_a_minute,
    c133_a_deletion_that_was_asked_for_a_client_leaves_the_next_one_of_its_id,
    c175_a_second_look_finds_what_changed_and_is_taken_a_few_times,
    c175_a_second_look_that_began_later_is_shared_by_all_who_asked,
    c175_apis_that_are_cached_are_looked_at_again,
    c138_a_decision_counts_for_what_is_registered_at_that_moment,
    c133_no_change_of_a_client_undoes_a_newer_one,
    c133_c244_no_change_of_an_api_undoes_a_newer_one,
    a_change_whose_record_is_refused_finds_no_client,
    apis_are_read_several_at_a_time_in_the_order_asked_for,
    c166_an_api_is_found_by_each_spelling_and_exists_once,
    c177_what_an_api_says_of_its_tokens_is_read_back,
    two_things_of_one_name_are_two,
}
