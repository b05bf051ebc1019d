//! The registry: written data is read back, at most once a minute.

use grants::{
    Api, AudienceRule, AuthMethod, Client, ClientChange, ClientKey, ClientKeys, PublicKey, SecretDigest, SecretSalt,
    SigningAlgorithm, StoredSecret, TokenFormat,
};
use protocol::{ClientId, Scope, ServerUri};
use store::{AuditRecord, Changed, ClientChanged};

use crate::fixtures::{NOW, client, resource};
use crate::place::Place;

fn api(identifier: &str) -> Api {
    Api {
        identifier: resource(identifier),
        scope: Scope::parse("read write").unwrap(),
        algorithm: SigningAlgorithm::EdDsa,
        format: TokenFormat::Opaque,
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

async fn a_client_that_signs_is_read_back_whole(place: Place) {
    let registry = place.stores.registry().unwrap();
    let salt = SecretSalt::from_bytes([3; 16]);
    let (rsa, served) = (
        PublicKey::Rsa([&[0x80][..], &[1; 255]].concat(), vec![1, 0, 1]),
        ClientKeys::At(ServerUri::parse("https://app.example/keys?x=1").unwrap()),
    );
    let key = ClientKey { kid: Some("é \"".to_owned()), algorithm: Some(SigningAlgorithm::Ps256), public: rsa };
    let named = |name: &str, auth_method| Client { id: ClientId::parse(name).unwrap(), auth_method, ..client() };
    let written = [
        Client { keys: Some(ClientKeys::Inline(vec![key])), ..named("inline", AuthMethod::PrivateKeyJwt) },
        Client {
            keys: Some(served),
            assertion_algorithm: Some(SigningAlgorithm::Es256),
            strict_audience: true,
            audience: AudienceRule::One,
            ..named("served", AuthMethod::PrivateKeyJwt)
        },
        Client {
            secrets: vec![StoredSecret::derived(salt, NOW), StoredSecret::derived(salt, NOW.plus(1))],
            ..named("shared", AuthMethod::ClientSecretJwt)
        },
        Client { trusted: true, ..named("trusted", AuthMethod::None) },
    ];
    for client in written {
        assert_eq!(registry.create_client(&client, None).await.unwrap(), Changed::Done);
        assert_eq!(*registry.client(&client.id, NOW).await.unwrap().unwrap(), client);
    }
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
    assert_eq!(registry.delete_client(&written.id, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.delete_client(&written.id, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.change_client(&off, None).await.unwrap(), ClientChanged::Refused(None));
    assert!(registry.all_clients().await.unwrap().is_empty());
    assert!(registry.client(&written.id, NOW.plus(120)).await.unwrap().is_none());
}

/// Checks that each change does in the store what it means, even when it was built from an older state.
async fn c133_no_change_of_a_client_undoes_a_newer_one(place: Place) {
    let registry = place.stores.registry().unwrap();
    let read = client();
    let secret = |byte| StoredSecret::hashed(SecretDigest::from_bytes([byte; 32]), NOW.plus(1));
    let changes = [
        ClientChange::disabled(&read, true),
        ClientChange::rotate_secret(&read, secret(8)),
        ClientChange::rotate_secret(&read, secret(9)),
        ClientChange::retire_old_secrets(&read),
        ClientChange::disabled(&read, false),
    ];
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
            registry.delete_client(&read.id, None).await.unwrap();
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

async fn two_things_of_one_name_are_two(place: Place) {
    let registry = place.stores.registry().unwrap();
    registry.create_api(&api("urn:app"), None).await.unwrap();
    assert!(registry.client(&ClientId::parse("urn:app").unwrap(), NOW).await.unwrap().is_none());
}

crate::on_both! {
    a_client_is_written_once_and_read_back_whole,
    a_client_that_signs_is_read_back_whole,
    a_change_counts_after_a_minute,
    c133_no_change_of_a_client_undoes_a_newer_one,
    a_change_whose_record_is_refused_finds_no_client,
    apis_are_read_several_at_a_time_in_the_order_asked_for,
    c166_an_api_is_found_by_each_spelling_and_exists_once,
    two_things_of_one_name_are_two,
}
