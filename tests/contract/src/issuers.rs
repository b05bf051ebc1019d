//! Issuers that others run, and the clients that rest on them.

use grants::{AuthMethod, Client, ClientChange, ClientKeys, Federation, Issuer, IssuerName, Preset, Purpose};
use protocol::{ClientId, FederatedAssertion, IssuerUrl, Parameters, PresentedClient, ServerUri};
use store::{Changed, ClientChanged};

use crate::fixtures::{NOW, client};
use crate::place::Place;

const URL: &str = "https://a.tokens.sts.global.api.aws";

fn issuer() -> Issuer {
    Issuer {
        name: IssuerName::parse("aws").unwrap(),
        url: IssuerUrl::parse(URL).unwrap(),
        preset: Some(Preset::Aws),
        keys: ClientKeys::At(ServerUri::parse("https://a.tokens.sts.global.api.aws/.well-known/jwks.json").unwrap()),
        purposes: [Purpose::ClientAuth, Purpose::Login].into(),
        created_at: NOW,
        revision: 0,
    }
}

fn workload(id: &str, subject: &str) -> Client {
    let claims = [("/https:~1~1sts.amazonaws.com~1/org_id".to_owned(), "o-1".to_owned())].into();
    Client {
        id: ClientId::parse(id).unwrap(),
        auth_method: AuthMethod::PrivateKeyJwt,
        secrets: Vec::new(),
        federation: Some(Federation { issuer: issuer().url, subject: subject.to_owned(), claims }),
        ..client()
    }
}

/// Returns a token of the issuer for `alice` or `other`, without a signature.
fn token(subject: &str) -> FederatedAssertion {
    // The payloads {"iss":"https://a.tokens.sts.global.api.aws","sub":"alice"} and the same with "other".
    let payload = match subject {
        "alice" => "eyJpc3MiOiJodHRwczovL2EudG9rZW5zLnN0cy5nbG9iYWwuYXBpLmF3cyIsInN1YiI6ImFsaWNlIn0",
        _ => "eyJpc3MiOiJodHRwczovL2EudG9rZW5zLnN0cy5nbG9iYWwuYXBpLmF3cyIsInN1YiI6Im90aGVyIn0",
    };
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    let form = format!("client_assertion_type={kind}&client_assertion=e30.{payload}.c2ln");
    match PresentedClient::parse(None, &Parameters::parse(form.as_bytes()).unwrap()) {
        Ok(PresentedClient::Federated(assertion)) => assertion,
        other => panic!("{other:?}"),
    }
}

async fn ids(place: &Place, subject: &str) -> Vec<String> {
    let registry = place.stores.registry().unwrap();
    let clients = registry.clients_of(&token(subject), NOW).await.unwrap();
    let mut ids: Vec<String> = clients.iter().map(|client| client.id.to_string()).collect();
    ids.sort();
    ids
}

async fn c222_an_issuer_is_written_once_by_name_and_by_url_and_read_back_whole(place: Place) {
    let registry = place.stores.registry().unwrap();
    assert_eq!(registry.issuer(&issuer().url, NOW).await.unwrap(), None);
    assert_eq!(registry.create_issuer(&issuer(), None).await.unwrap(), Changed::Done);
    let renamed = Issuer { name: IssuerName::parse("other").unwrap(), ..issuer() };
    let moved = Issuer { url: IssuerUrl::parse("https://b.example").unwrap(), ..issuer() };
    for other in [issuer(), renamed.clone(), moved] {
        assert_eq!(registry.create_issuer(&other, None).await.unwrap(), Changed::Refused, "{other:?}");
    }
    assert_eq!(registry.issuer_named(&renamed.name).await.unwrap(), None);
    assert_eq!(registry.issuer_named(&issuer().name).await.unwrap(), Some(issuer()));
    assert_eq!(registry.issuer(&issuer().url, NOW).await.unwrap().as_deref(), Some(&issuer()));
    assert_eq!(registry.all_issuers().await.unwrap(), [issuer()]);
    assert_eq!(registry.delete_issuer(&issuer(), None).await.unwrap(), Changed::Done);
    assert_eq!(registry.delete_issuer(&issuer(), None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.issuer_named(&issuer().name).await.unwrap(), None);
    assert_eq!(registry.create_issuer(&renamed, None).await.unwrap(), Changed::Done);
}

async fn c133_a_deletion_that_was_asked_for_an_issuer_leaves_the_next_one_of_its_url_or_its_name(place: Place) {
    let registry = place.stores.registry().unwrap();
    let next = Issuer { created_at: NOW.plus(1), ..issuer() };
    let renamed = Issuer { name: IssuerName::parse("other").unwrap(), ..next.clone() };
    let moved = Issuer { url: IssuerUrl::parse("https://b.example").unwrap(), ..next.clone() };
    for others in [vec![next], vec![renamed, moved]] {
        registry.create_issuer(&issuer(), None).await.unwrap();
        assert_eq!(registry.delete_issuer(&issuer(), None).await.unwrap(), Changed::Done);
        for other in &others {
            assert_eq!(registry.create_issuer(other, None).await.unwrap(), Changed::Done, "{other:?}");
        }
        assert_eq!(registry.delete_issuer(&issuer(), None).await.unwrap(), Changed::Refused);
        for other in &others {
            assert_eq!(registry.issuer_named(&other.name).await.unwrap().as_ref(), Some(other));
            assert_eq!(registry.delete_issuer(other, None).await.unwrap(), Changed::Done);
        }
    }
}

async fn c133_of_two_changes_of_an_issuer_that_rest_on_the_same_state_one_is_made(place: Place) {
    let registry = place.stores.registry().unwrap();
    registry.create_issuer(&issuer(), None).await.unwrap();
    let one = Issuer { purposes: [Purpose::Login].into(), revision: 1, ..issuer() };
    let keys = ClientKeys::At(ServerUri::parse("https://keys.example").unwrap());
    let other = Issuer { keys, revision: 1, ..issuer() };
    assert_eq!(registry.change_issuer(&issuer(), &one, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.change_issuer(&issuer(), &one, None).await.unwrap(), Changed::Done, "a retry");
    assert_eq!(registry.change_issuer(&issuer(), &other, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.issuer_now(&issuer().url).await.unwrap(), Some(one));
}

async fn c221_a_client_is_found_by_the_issuer_and_the_subject_of_its_tokens(place: Place) {
    let registry = place.stores.registry().unwrap();
    let alice = workload("one", "alice");
    assert_eq!(registry.create_client(&alice, None).await.unwrap(), Changed::Refused, "its issuer is not registered");
    registry.create_issuer(&issuer(), None).await.unwrap();
    assert_eq!(registry.create_client(&alice, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.client_now(&alice.id).await.unwrap().as_ref(), Some(&alice));
    assert_eq!((ids(&place, "alice").await, ids(&place, "other").await), (vec!["one".to_owned()], Vec::new()));
    registry.create_client(&workload("two", "alice"), None).await.unwrap();
    assert_eq!(ids(&place, "alice").await, ["one", "two"]);
    // A change of the subject by a command, and back by a file.
    let federation = workload("one", "other").federation;
    let change = ClientChange::of_settings(&alice, Client { federation, ..alice.clone() }).unwrap();
    let moved = change.after(Some(&alice)).unwrap();
    let beside = registry.federation_writes(Some(&alice), Some(&moved));
    assert_eq!(registry.change_client(&change, beside).await.unwrap(), ClientChanged::Done);
    assert_eq!(registry.client_now(&alice.id).await.unwrap().as_ref(), Some(&moved));
    assert_eq!(
        (ids(&place, "alice").await, ids(&place, "other").await),
        (vec!["two".to_owned()], vec!["one".to_owned()])
    );
    let back = Client { revision: 2, ..alice.clone() };
    assert_eq!(registry.edit_client(&moved, &back, None).await.unwrap(), Changed::Done);
    assert_eq!((ids(&place, "alice").await.len(), ids(&place, "other").await.len()), (2, 0));
    let gone = registry.federation_writes(Some(&back), None);
    assert_eq!(registry.delete_client(&back, gone).await.unwrap(), Changed::Done);
    assert_eq!(ids(&place, "alice").await, ["two"]);
}

async fn c221_a_new_client_is_found_at_the_second_look(place: Place) {
    let registry = place.stores.registry().unwrap();
    registry.create_issuer(&issuer(), None).await.unwrap();
    registry.create_client(&workload("one", "alice"), None).await.unwrap();
    let known = async || registry.clients_of(&token("alice"), NOW).await.unwrap().len();
    assert!(registry.issuer(&issuer().url, NOW).await.unwrap().is_some());
    assert_eq!(known().await, 1);
    place.stores.registry().unwrap().create_client(&workload("two", "alice"), None).await.unwrap();
    assert_eq!(known().await, 1, "it is cached");
    assert!(!registry.federation_again(&token("alice"), false, NOW).await.unwrap(), "its signature is not verified");
    assert!(registry.federation_again(&token("alice"), true, NOW).await.unwrap());
    assert_eq!(known().await, 2);
    assert!(!registry.federation_again(&token("alice"), true, NOW).await.unwrap());
}

crate::on_both! {
    c222_an_issuer_is_written_once_by_name_and_by_url_and_read_back_whole,
    c133_a_deletion_that_was_asked_for_an_issuer_leaves_the_next_one_of_its_url_or_its_name,
    c133_of_two_changes_of_an_issuer_that_rest_on_the_same_state_one_is_made,
    c221_a_client_is_found_by_the_issuer_and_the_subject_of_its_tokens,
    c221_a_new_client_is_found_at_the_second_look,
}
