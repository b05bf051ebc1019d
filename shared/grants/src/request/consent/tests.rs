use proptest::prelude::*;
use proptest::sample::subsequence;
use protocol::{ClientId, LanguageTag, Resource, Scope};

use super::*;
use crate::client::document_copy::DocumentCopy;
use crate::client::record::AuthMethod;
use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
use crate::fixtures::{self, NOW};
use crate::terms::secret::SecretDigest;

fn target(apis: &[&str], scope: &str) -> Target {
    let resources = apis.iter().map(|api| Resource::parse(api).unwrap()).collect();
    Target { resources, scope: Scope::parse(scope).unwrap() }
}

fn uri(text: &str) -> RedirectUri {
    RedirectUri::parse(text).unwrap()
}

fn itself() -> Client {
    let by = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), RegistrationPolicy::default(), None, NOW);
    Client { id: ClientId::parse("dyn_1").unwrap(), registered_by: Some(by), ..fixtures::client() }
}

fn of_document() -> Client {
    let by = SelfRegistration::of_document(DocumentCopy::fetched(NOW, None), RegistrationPolicy::default());
    Client { registered_by: Some(by), ..fixtures::client() }
}

fn public() -> Client {
    Client { auth_method: AuthMethod::None, ..fixtures::client() }
}

#[test]
fn c034_c139_consent_counts_for_the_operators_clients_that_alone_get_the_answer() {
    let read = target(&["urn:a"], "read");
    let rows = [
        (fixtures::client(), "https://app.example/cb", true),
        (fixtures::client(), "com.example.app:/cb", true),
        (public(), "https://app.example/cb", true),
        (public(), "com.example.app:/cb", false),
        (public(), "http://127.0.0.1/cb", false),
        (itself(), "https://app.example/cb", false),
        (of_document(), "https://app.example/cb", false),
        (Client { auth_method: AuthMethod::None, ..itself() }, "https://app.example/cb", false),
    ];
    for (client, redirect_uri, counts) in rows {
        let given = Consent::given(&client, &read, None, NOW);
        assert_eq!(is_agreed(&client, &uri(redirect_uri), Some(&given), &read), counts, "{redirect_uri}");
        assert!(!is_agreed(&client, &uri(redirect_uri), None, &read));
        let trusted = Client { trusted: true, ..client };
        assert_eq!(is_agreed(&trusted, &uri(redirect_uri), None, &read), counts, "trusted {redirect_uri}");
    }
}

#[test]
fn c139_a_change_of_name_redirect_hosts_or_owner_forgets_consent() {
    type Change = fn(&mut Client);
    let rows: &[(Change, bool)] = &[
        (|_| {}, true),
        (|c| c.scope = Scope::parse("read").ok(), true),
        (|c| c.redirect_uris = vec![uri("https://app.example/other")], true),
        (|c| c.name = "Other".to_owned(), false),
        (|c| drop(c.name_in.insert(LanguageTag::parse("de").unwrap(), "Laden".to_owned())), false),
        (|c| c.redirect_uris.push(uri("https://other.example/cb")), false),
        (|c| c.redirect_uris = vec![uri("https://other.example/cb")], false),
        (|c| c.redirect_uris.clear(), false),
        (|c| c.may_act = vec![protocol::ClientId::parse("agent").unwrap()], false),
        (|c| c.registered_by = itself().registered_by, false),
    ];
    let read = target(&["urn:a"], "read");
    let given = Consent::given(&fixtures::client(), &read, None, NOW);
    for &(change, counts) in rows {
        let mut client = fixtures::client();
        change(&mut client);
        assert_eq!(given.counts_for(&client), counts, "{client:?}");
    }
    let renamed = Client { name: "Other".to_owned(), ..fixtures::client() };
    let agreed = |client: &Client| is_agreed(client, &uri("https://app.example/cb"), Some(&given), &read);
    assert!(agreed(&fixtures::client()) && !agreed(&renamed));
}

#[test]
fn c139_no_two_registrations_that_people_tell_apart_have_the_same_mark() {
    let named = |names: &[(&str, &str)]| {
        let name_in = names.iter().map(|(tag, name)| (LanguageTag::parse(tag).unwrap(), (*name).to_owned()));
        Client { name_in: name_in.collect(), ..fixtures::client() }
    };
    let acting = |ids: &[&str]| {
        let may_act = ids.iter().map(|id| ClientId::parse(id).unwrap()).collect();
        Client { may_act, ..fixtures::client() }
    };
    let clients = [
        fixtures::client(),
        Client { registered_by: itself().registered_by, ..fixtures::client() },
        of_document(),
        named(&[("de", "Laden")]),
        named(&[("de", "Markt")]),
        named(&[("fr", "Laden")]),
        named(&[("de", "Laden"), ("fr", "Laden")]),
        acting(&["agent"]),
        acting(&["other"]),
        acting(&["agent", "other"]),
    ];
    for (place, client) in clients.iter().enumerate() {
        let mark = client.registration_mark();
        assert_eq!(clients.iter().position(|other| other.registration_mark() == mark), Some(place), "{client:?}");
    }
}

#[test]
fn c139_consent_of_an_earlier_version_counts_where_that_version_remembered_it() {
    let earlier = |agreed_at| Consent { targets: vec![target(&["urn:a"], "read")], mark: None, agreed_at };
    let client = Client { created_at: NOW, ..fixtures::client() };
    assert!(earlier(NOW).counts_for(&client));
    assert!(!earlier(NOW.minus(1)).counts_for(&client), "a client that was registered anew is another");
    assert!(!earlier(NOW).counts_for(&public()));
}

#[test]
fn c139_what_was_allowed_before_stays_allowed_while_the_registration_is_the_same() {
    let client = fixtures::client();
    let [read, write] = ["read", "write"].map(|scope| target(&["urn:a"], scope));
    let first = Consent::given(&client, &read, None, NOW);
    let both = Consent::given(&client, &write, Some(&first), NOW.plus(1));
    assert_eq!((both.targets.clone(), both.agreed_at), (vec![write.clone(), read.clone()], NOW.plus(1)));
    assert!(both.covers(&read) && both.covers(&write) && both.covers(&target(&["urn:a"], "read write")));
    let wider = Consent::given(&client, &target(&["urn:a", "urn:b"], "read write"), Some(&both), NOW);
    assert_eq!(wider.targets.len(), 1, "a page that shows all of another takes its place");
    let unmarked = Consent { mark: None, ..first.clone() };
    assert!(Consent::given(&client, &write, Some(&unmarked), NOW).covers(&read));
    let renamed = Client { name: "Other".to_owned(), ..client };
    assert!(!Consent::given(&renamed, &write, Some(&first), NOW).covers(&read));
}

#[test]
fn c138_two_pages_do_not_add_up_to_what_neither_showed() {
    let client = fixtures::client();
    let first = Consent::given(&client, &target(&["urn:a"], "read"), None, NOW);
    let both = Consent::given(&client, &target(&["urn:b"], "write"), Some(&first), NOW);
    assert!(both.covers(&target(&["urn:a"], "read")) && both.covers(&target(&["urn:b"], "write")));
    assert!(!both.covers(&target(&["urn:a", "urn:b"], "read write")));
    assert!(!both.covers(&target(&["urn:a"], "write")) && !both.covers(&target(&["urn:c"], "")));
    assert!(!both.covers(&target(&[], "")), "nothing is never asked");
}

#[test]
fn c139_a_bounded_number_of_pages_is_remembered() {
    let client = fixtures::client();
    let page = |number: usize| target(&[&format!("urn:{number}")], "read");
    let mut given = Consent::given(&client, &page(0), None, NOW);
    for number in 1..=MAX_TARGETS {
        given = Consent::given(&client, &page(number), Some(&given), NOW);
    }
    assert_eq!(given.targets.len(), MAX_TARGETS);
    assert!(given.covers(&page(MAX_TARGETS)) && !given.covers(&page(0)));
}

fn any_target() -> impl Strategy<Value = Target> {
    let apis = subsequence(vec!["urn:a", "urn:b", "urn:c"], 1..=3);
    let scope = subsequence(vec!["x", "y", "z"], 0..=3);
    (apis, scope).prop_map(|(apis, scope)| target(&apis, &scope.join(" ")))
}

proptest! {
    #[test]
    fn c138_consent_covers_exactly_the_pairs_of_api_and_scope_that_were_shown(
        pages in prop::collection::vec(any_target(), 1..5),
        asked in any_target(),
    ) {
        let client = fixtures::client();
        let mut given: Option<Consent> = None;
        for page in &pages {
            given = Some(Consent::given(&client, page, given.as_ref(), NOW));
        }
        let shown = |api: &Resource, token: Option<&str>| {
            pages.iter().any(|page| page.resources.contains(api) && token.is_none_or(|token| page.scope.contains(token)))
        };
        let expected = asked.resources.iter().all(|api| {
            shown(api, None) && asked.scope.tokens().all(|token| shown(api, Some(token)))
        });
        prop_assert_eq!(given.unwrap().covers(&asked), expected);
    }
}
