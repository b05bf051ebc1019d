//! Edits of registered clients and APIs: what differs is set, and only if everything is as it was read.

use grants::{Api, AuthMethod, Client, ClientChange, PkceRule, SigningAlgorithm, TokenFormat};
use protocol::{RedirectUri, Scope};
use store::{Changed, ClientChanged};

use crate::fixtures::{NOW, client, resource};
use crate::logos::logo;
use crate::place::Place;

fn api(identifier: &str) -> Api {
    Api {
        identifier: resource(identifier),
        scope: Scope::parse("read").unwrap(),
        scope_descriptions: [("read".to_owned(), protocol::Localized::new("Read"))].into(),
        algorithm: SigningAlgorithm::Rs256,
        format: TokenFormat::Jwt,
        token_type: grants::TokenType::AtJwt,
        claims: protocol::ClaimNames::default(),
        lifetime: 60,
        is_issuer: false,
    }
}

fn uris(texts: &[&str]) -> Vec<RedirectUri> {
    texts.iter().map(|text| RedirectUri::parse(text).unwrap()).collect()
}

async fn c133_an_edit_of_a_client_is_whole_and_undoes_nothing_that_came_between(place: Place) {
    let registry = place.stores.registry().unwrap();
    let read = client();
    registry.create_client(&read, None).await.unwrap();
    let edited = Client {
        redirect_uris: uris(&["https://app.example/new", "http://localhost/cb"]),
        scope: None,
        auth_method: AuthMethod::SecretPost,
        pkce: PkceRule::Optional,
        trusted: true,
        ..read.clone()
    };
    assert_eq!(registry.edit_client(&read, &edited, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.client_now(&read.id).await.unwrap(), Some(edited.clone()));
    assert_eq!(registry.edit_client(&read, &edited, None).await.unwrap(), Changed::Refused, "it was read before");
    let off = ClientChange::disabled(&edited, true);
    assert_eq!(registry.change_client(&off, None).await.unwrap(), ClientChanged::Done);
    let renamed = Client { name: "Renamed".to_owned(), ..edited.clone() };
    assert_eq!(registry.edit_client(&edited, &renamed, None).await.unwrap(), Changed::Refused);
    let off = Client { disabled: true, ..edited };
    assert_eq!(registry.client_now(&read.id).await.unwrap(), Some(off.clone()));
    let next = Client { created_at: NOW.plus(1), ..off.clone() };
    registry.delete_client(&off, None).await.unwrap();
    registry.create_client(&next, None).await.unwrap();
    assert_eq!(registry.edit_client(&off, &renamed, None).await.unwrap(), Changed::Refused, "the id is of another");
    registry.delete_client(&next, None).await.unwrap();
    assert_eq!(registry.edit_client(&next, &renamed, None).await.unwrap(), Changed::Refused);
}

async fn c133_settings_that_were_planned_before_an_edit_are_refused_after_it(place: Place) {
    let registry = place.stores.registry().unwrap();
    let read = client();
    registry.create_client(&read, None).await.unwrap();
    let renamed = Client { name: "Renamed".to_owned(), ..read.clone() };
    let planned = ClientChange::of_settings(&read, renamed).unwrap();
    let edited = Client { scope: None, revision: read.revision + 1, ..read.clone() };
    assert_eq!(registry.edit_client(&read, &edited, None).await.unwrap(), Changed::Done);
    let refused = ClientChanged::Refused(Some(Box::new(edited)));
    assert_eq!(registry.change_client(&planned, None).await.unwrap(), refused);
}

async fn an_edit_brings_its_logo_or_takes_it(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (read, logo) = (client(), logo(1));
    registry.create_client(&read, None).await.unwrap();
    let with_logo = Client { logo: Some(logo.facts()), ..read.clone() };
    let beside = [registry.with_logo(&with_logo, &logo)];
    assert_eq!(registry.edit_client(&read, &with_logo, beside).await.unwrap(), Changed::Done);
    assert_eq!(registry.logo(&with_logo).await.unwrap(), Some(logo));
    let beside = [registry.without_logo(&read.id)];
    assert_eq!(registry.edit_client(&with_logo, &read, beside).await.unwrap(), Changed::Done);
    assert_eq!(registry.client_now(&read.id).await.unwrap(), Some(read.clone()));
    let removed = ClientChange::of_settings(&with_logo, Client { logo: None, ..with_logo.clone() }).unwrap();
    assert!(matches!(registry.change_client(&removed, None).await.unwrap(), ClientChanged::Refused(_)));
}

async fn c133_an_edit_of_an_api_is_whole_and_refused_if_it_was_read_before(place: Place) {
    let registry = place.stores.registry().unwrap();
    // The identifier is not in its normal form, and stays as it was written.
    let read = api("https://Orders.example");
    registry.create_api(&read, None).await.unwrap();
    let edited = Api {
        scope: Scope::parse("read write").unwrap(),
        scope_descriptions: [].into(),
        algorithm: SigningAlgorithm::Es256,
        token_type: grants::TokenType::Jwt,
        lifetime: 120,
        ..read.clone()
    };
    assert_eq!(registry.edit_api(&read, &edited, None).await.unwrap(), Changed::Done);
    let found = registry.all_apis().await.unwrap();
    assert_eq!((found.as_slice(), found[0].identifier.as_str()), (&[edited.clone()][..], "https://Orders.example"));
    assert_eq!(registry.edit_api(&read, &edited, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.edit_api(&edited, &read, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.all_apis().await.unwrap(), std::slice::from_ref(&read));
    let none = api("https://none.example");
    assert_eq!(registry.edit_api(&none, &edited, None).await.unwrap(), Changed::Refused);
}

crate::on_both! {
    c133_an_edit_of_a_client_is_whole_and_undoes_nothing_that_came_between,
    c133_settings_that_were_planned_before_an_edit_are_refused_after_it,
    an_edit_brings_its_logo_or_takes_it,
    c133_an_edit_of_an_api_is_whole_and_refused_if_it_was_read_before,
}
