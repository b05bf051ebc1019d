//! Clients that register themselves: each use of an initial access token creates one client, and a change applies
//! only to the version that was read.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use grants::{
    AssertionAlgorithm, AudienceRule, AuthMethod, Client, ClientChange, ClientKeys, DpopRule, InitialToken,
    InitialTokenName, PushRule, RegistrationPolicy, RequestRules, SecretDigest, SelfRegistration, SigningAlgorithm,
    StoredSecret,
};
use protocol::{AboutClient, ClientId, LanguageTag, ResponseType, Scope, ServerUri};
use store::{Changed, ClientChanged};

use crate::fixtures::{NOW, client, resource};
use crate::logos::logo;
use crate::place::Place;

pub(crate) fn token(uses_left: u32) -> InitialToken {
    InitialToken {
        name: InitialTokenName::of(&SecretDigest::from_bytes([9; 32])),
        policy: RegistrationPolicy {
            scope: Scope::parse("openid read").ok(),
            apis: vec![resource("https://orders.example")],
            redirect_hosts: ["app.example".to_owned()].into(),
            bare_schemes: ["cursor".to_owned(), "vscode".to_owned()].into(),
            client_lifetime: Some(60),
            ..RegistrationPolicy::default()
        },
        uses_left,
        created_at: NOW,
        expires_at: NOW.plus(10),
    }
}

pub(crate) fn registered(number: usize) -> Client {
    let token = token(1);
    let standing = SelfRegistration::new(SecretDigest::from_bytes([5; 32]), token.policy, Some(token.name), NOW);
    let about = r#"{"application_type":"native","client_uri":"https://app.example/","contacts":["é"],"require_auth_time":true}"#;
    Client {
        id: ClientId::parse(&format!("dyn_{number}")).unwrap(),
        registered_by: Some(SelfRegistration {
            scope: Scope::parse("read").ok(),
            response_types: BTreeSet::from(ResponseType::ALL),
            about: AboutClient::parse(about).unwrap(),
            ..standing
        }),
        ..client()
    }
}

async fn a_token_is_written_once_and_read_back_whole(place: Place) {
    let registry = place.stores.registry().unwrap();
    let written = token(3);
    let plain = InitialToken {
        name: InitialTokenName::of(&SecretDigest::from_bytes([8; 32])),
        policy: RegistrationPolicy::default(),
        ..written.clone()
    };
    for token in [&written, &plain] {
        assert_eq!(registry.initial_token(&token.name).await.unwrap(), None);
        assert_eq!(registry.create_initial_token(token, None).await.unwrap(), Changed::Done);
        assert_eq!(registry.create_initial_token(token, None).await.unwrap(), Changed::Refused);
        assert_eq!(registry.initial_token(&token.name).await.unwrap().as_ref(), Some(token));
    }
    assert_eq!(registry.all_initial_tokens().await.unwrap().len(), 2);
    assert!(registry.all_clients().await.unwrap().is_empty());
    assert_eq!(registry.delete_initial_token(&written.name, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.delete_initial_token(&written.name, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.all_initial_tokens().await.unwrap(), [plain]);
}

async fn a_client_and_a_use_are_written_both_or_neither(place: Place) {
    let registry = place.stores.registry().unwrap();
    let token = token(1);
    let uses_left = async || registry.initial_token(&token.name).await.unwrap().map(|token| token.uses_left);
    let (one, two) = (registered(1), registered(2));
    assert_eq!(registry.register_client(&one, None, &token.name, NOW).await.unwrap(), Changed::Refused);
    registry.create_initial_token(&token, None).await.unwrap();
    assert_eq!(registry.register_client(&one, None, &token.name, token.expires_at).await.unwrap(), Changed::Refused);
    assert_eq!(registry.client_now(&one.id).await.unwrap(), None);
    registry.create_client(&two, None).await.unwrap();
    assert_eq!(registry.register_client(&two, None, &token.name, NOW).await.unwrap(), Changed::Refused);
    assert_eq!(uses_left().await, Some(1));
    assert_eq!(registry.register_client(&one, None, &token.name, NOW).await.unwrap(), Changed::Done);
    assert_eq!(uses_left().await, Some(0));
    assert_eq!(registry.client_now(&one.id).await.unwrap(), Some(one));
    assert_eq!(registry.register_client(&registered(3), None, &token.name, NOW).await.unwrap(), Changed::Refused);
    assert_eq!(uses_left().await, Some(0));
}

async fn of_many_at_the_same_time_no_more_are_registered_than_a_token_has_uses(place: Place) {
    let registry = place.stores.registry().unwrap();
    let token = token(3);
    registry.create_initial_token(&token, None).await.unwrap();
    let clients: Vec<Client> = (0..16).map(registered).collect();
    let all = join_all(clients.iter().map(|client| registry.register_client(client, None, &token.name, NOW))).await;
    let done = all.iter().filter(|one| matches!(one, Ok(Changed::Done))).count();
    let left = registry.initial_token(&token.name).await.unwrap().unwrap().uses_left;
    // A conflicting write whose result is unknown was not made.
    assert_eq!(registry.all_clients().await.unwrap().len(), done);
    assert_eq!(usize::try_from(left).unwrap() + done, 3);
}

async fn c133_a_registration_that_was_changed_meanwhile_is_left_as_it_is(place: Place) {
    let registry = place.stores.registry().unwrap();
    let found = registered(1);
    let renamed = Client { name: "Renamed".to_owned(), scope: None, ..found.clone() };
    assert_eq!(registry.replace_registration(&renamed, &found, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.client_now(&found.id).await.unwrap(), None);
    registry.create_client(&found, None).await.unwrap();
    assert_eq!(registry.replace_registration(&renamed, &found, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.client_now(&found.id).await.unwrap(), Some(renamed.clone()));
    let off = ClientChange::disabled(&renamed, true);
    assert_eq!(registry.change_client(&off, None).await.unwrap(), ClientChanged::Done);
    assert_eq!(registry.replace_registration(&renamed, &renamed, None).await.unwrap(), Changed::Refused);
    let on = ClientChange::disabled(&renamed, false);
    assert_eq!(registry.change_client(&on, None).await.unwrap(), ClientChanged::Done);
    let new = StoredSecret::hashed(SecretDigest::from_bytes([7; 32]), NOW.plus(1));
    let rotate = ClientChange::rotate_secret(&renamed, new);
    assert_eq!(registry.change_client(&rotate, None).await.unwrap(), ClientChanged::Done);
    assert_eq!(registry.replace_registration(&renamed, &renamed, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.client_now(&found.id).await.unwrap(), rotate.after(Some(&renamed)));
}

/// Returns a registration with all optional attributes, and with each of them left out in turn.
fn variants(found: &Client) -> Vec<Client> {
    let keys = || Some(ClientKeys::At(ServerUri::parse("https://app.example/keys").unwrap()));
    let whole = Client {
        scope: Scope::parse("read").ok(),
        audience: AudienceRule::All,
        keys: keys(),
        assertion_algorithm: Some(AssertionAlgorithm::Hs512),
        strict_audience: true,
        dpop: DpopRule::Required,
        requests: RequestRules {
            pushed: PushRule::Required,
            object_algorithm: Some(AssertionAlgorithm::Es256),
            uris: vec![protocol::RequestUri::parse("https://app.example/request#v1").unwrap()],
            response_algorithm: Some(SigningAlgorithm::Es256),
        },
        auth_method: AuthMethod::Secret,
        logo: Some(logo(1).facts()),
        name_in: [(LanguageTag::parse("de").unwrap(), "Laden".to_owned())].into(),
        ..found.clone()
    };
    vec![
        Client { name_in: BTreeMap::new(), ..whole.clone() },
        Client { logo: None, ..whole.clone() },
        Client { auth_method: AuthMethod::SecretBasic, ..whole.clone() },
        Client { scope: None, ..whole.clone() },
        Client { audience: AudienceRule::One, ..whole.clone() },
        Client { keys: None, ..whole.clone() },
        Client { assertion_algorithm: None, ..whole.clone() },
        Client { strict_audience: false, ..whole.clone() },
        Client { dpop: DpopRule::Optional, ..whole.clone() },
        Client { requests: RequestRules::default(), ..whole.clone() },
        Client { name: "Plain".to_owned(), scope: None, keys: None, ..found.clone() },
        whole,
    ]
}

async fn c133_of_two_registrations_that_replace_the_same_one_the_later_counts_as_a_whole(place: Place) {
    let registry = place.stores.registry().unwrap();
    let found = registered(1);
    for first in variants(&found) {
        for second in variants(&found) {
            registry.create_client(&found, None).await.unwrap();
            for replaced in [&first, &second] {
                assert_eq!(registry.replace_registration(replaced, &found, None).await.unwrap(), Changed::Done);
                assert_eq!(registry.client_now(&found.id).await.unwrap().as_ref(), Some(replaced));
            }
            registry.delete_client(&found, None).await.unwrap();
        }
    }
}

async fn a_replacement_that_is_sent_again_finds_its_own_work(place: Place) {
    let registry = place.stores.registry().unwrap();
    let found = registered(1);
    let by = found.registered_by.clone().unwrap();
    let about =
        r#"{"application_type":"web","client_uri":"https://new.example/","contacts":[],"require_auth_time":false}"#;
    let about = AboutClient::parse(about).unwrap();
    let replaced = Client { registered_by: Some(SelfRegistration { about, ..by }), ..found.clone() };
    registry.create_client(&found, None).await.unwrap();
    for _ in 0..2 {
        assert_eq!(registry.replace_registration(&replaced, &found, None).await.unwrap(), Changed::Done);
    }
    let other = Client { name: "Other".to_owned(), ..replaced.clone() };
    assert_eq!(registry.replace_registration(&other, &found, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.client_now(&found.id).await.unwrap(), Some(replaced));
}

/// Returns a client that registered itself where anybody can, for a minute of disuse.
pub(crate) fn open() -> Client {
    let policy = RegistrationPolicy { client_lifetime: Some(60), ..RegistrationPolicy::default() };
    let own = SelfRegistration::new(SecretDigest::from_bytes([5; 32]), policy, None, NOW);
    Client { registered_by: Some(own), ..registered(1) }
}

async fn c178_an_extension_is_made_once_and_undone_by_no_other_change(place: Place) {
    let registry = place.stores.registry().unwrap();
    let read = open();
    let [extend, later] = [100, 200].map(|until| ClientChange::extend(&read, NOW.plus(until), NOW).unwrap());
    assert_eq!(registry.change_client(&extend, None).await.unwrap(), ClientChanged::Refused(None), "nobody is there");
    assert_eq!(registry.client_now(&read.id).await.unwrap(), None);
    registry.create_client(&read, None).await.unwrap();
    assert_eq!(registry.change_client(&extend, None).await.unwrap(), ClientChanged::Done);
    let extended = extend.after(Some(&read)).unwrap();
    assert_eq!(registry.client_now(&read.id).await.unwrap().as_ref(), Some(&extended));
    let refused = registry.change_client(&later, None).await.unwrap();
    assert_eq!(refused, ClientChanged::Refused(Some(Box::new(extended.clone()))));
    // A replacement and a command that read the client before the extension keep it.
    let renamed = Client { name: "Renamed".to_owned(), ..read.clone() };
    assert_eq!(registry.replace_registration(&renamed, &read, None).await.unwrap(), Changed::Done);
    let off = ClientChange::disabled(&read, true);
    assert_eq!(registry.change_client(&off, None).await.unwrap(), ClientChanged::Done);
    let expected = Client { name: "Renamed".to_owned(), disabled: true, ..extended };
    assert_eq!(registry.client_now(&read.id).await.unwrap(), Some(expected));
    let there = registry.client(&read.id, NOW.plus(100)).await.unwrap();
    assert!(there.is_some(), "its first end is over");
}

async fn a_client_whose_time_is_over_is_not_there(place: Place) {
    let registry = place.stores.registry().unwrap();
    let client = registered(1);
    registry.create_client(&client, None).await.unwrap();
    let there = async |later| registry.client(&client.id, NOW.plus(later)).await.unwrap().is_some();
    assert!(there(0).await && there(59).await);
    assert!(!there(60).await && !there(200).await);
}

crate::on_both! {
    a_token_is_written_once_and_read_back_whole,
    a_client_and_a_use_are_written_both_or_neither,
    of_many_at_the_same_time_no_more_are_registered_than_a_token_has_uses,
    c133_a_registration_that_was_changed_meanwhile_is_left_as_it_is,
    c133_of_two_registrations_that_replace_the_same_one_the_later_counts_as_a_whole,
    a_replacement_that_is_sent_again_finds_its_own_work,
    c178_an_extension_is_made_once_and_undone_by_no_other_change,
    a_client_whose_time_is_over_is_not_there,
}
