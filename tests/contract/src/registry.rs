//! The registry: what is written is read back, once a minute at most.

use grants::{
    Api, AudienceRule, AuthMethod, Client, ClientKey, ClientKeys, PublicKey, SecretSalt, SigningAlgorithm,
    StoredSecret, TokenFormat,
};
use protocol::{ClientId, Scope, ServerUri};
use store::Changed;

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
    assert_eq!(registry.create_client(&written).await.unwrap(), Changed::Done);
    assert_eq!(registry.create_client(&written).await.unwrap(), Changed::Refused);
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
        assert_eq!(registry.create_client(&client).await.unwrap(), Changed::Done);
        assert_eq!(*registry.client(&client.id, NOW).await.unwrap().unwrap(), client);
    }
}

async fn a_change_counts_after_a_minute(place: Place) {
    let registry = place.stores.registry().unwrap();
    let mut written = client();
    registry.create_client(&written).await.unwrap();
    registry.client(&written.id, NOW).await.unwrap();
    written.disabled = true;
    assert_eq!(registry.replace_client(&written).await.unwrap(), Changed::Done);
    let disabled = async |later| registry.client(&written.id, NOW.plus(later)).await.unwrap().unwrap().disabled;
    assert!(!disabled(59).await);
    assert!(disabled(60).await);
    assert_eq!(registry.delete_client(&written.id).await.unwrap(), Changed::Done);
    assert_eq!(registry.delete_client(&written.id).await.unwrap(), Changed::Refused);
    assert_eq!(registry.replace_client(&written).await.unwrap(), Changed::Refused);
    assert!(registry.client(&written.id, NOW.plus(120)).await.unwrap().is_none());
}

async fn apis_are_read_several_at_a_time_in_the_order_asked_for(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (one, two) = (api("https://one.example"), api("https://two.example"));
    for api in [&one, &two] {
        assert_eq!(registry.create_api(api).await.unwrap(), Changed::Done);
        assert_eq!(registry.create_api(api).await.unwrap(), Changed::Refused);
    }
    let asked = [two.identifier.clone(), resource("https://missing.example"), one.identifier.clone()];
    assert_eq!(registry.apis(&asked, NOW).await.unwrap(), [two.clone(), one.clone()]);
    assert_eq!(registry.apis(&asked, NOW).await.unwrap(), [two.clone(), one.clone()]);
    let (twice, anew) = ([asked.clone(), asked].concat(), place.stores.registry().unwrap());
    assert_eq!(anew.apis(&twice, NOW).await.unwrap(), [&two, &one, &two, &one].map(Clone::clone));
    assert_eq!(registry.all_apis().await.unwrap().len(), 2);
    assert_eq!(registry.delete_api(&two.identifier).await.unwrap(), Changed::Done);
    assert_eq!(registry.delete_api(&two.identifier).await.unwrap(), Changed::Refused);
    assert!(registry.all_clients().await.unwrap().is_empty());
}

async fn two_things_of_one_name_are_two(place: Place) {
    let registry = place.stores.registry().unwrap();
    registry.create_api(&api("urn:app")).await.unwrap();
    assert!(registry.client(&ClientId::parse("urn:app").unwrap(), NOW).await.unwrap().is_none());
}

crate::on_both! {
    a_client_is_written_once_and_read_back_whole,
    a_client_that_signs_is_read_back_whole,
    a_change_counts_after_a_minute,
    apis_are_read_several_at_a_time_in_the_order_asked_for,
    two_things_of_one_name_are_two,
}
