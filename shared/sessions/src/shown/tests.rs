use grants::{AuthMethod, DocumentCopy, RegistrationPolicy, SecretDigest, SelfRegistration};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use protocol::{ClientId, LanguageTag, LogoType, Resource, Scope, ServerUri};

use super::*;
use crate::flow::tests::client;
use crate::people::tests::NOW;

const SCOPES: [&str; 4] = ["a", "b", "ab", "openid"];
const APIS: [&str; 3] = ["urn:a", "urn:ab", "urn:b"];

/// The facts of a page, as plain data.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Page {
    id: &'static str,
    name: &'static str,
    itself: Option<u64>,
    redirect_uri: &'static str,
    scope: Vec<&'static str>,
    apis: Vec<&'static str>,
    userinfo: Vec<Claim>,
    id_token: Vec<Claim>,
}

fn digest(page: &Page) -> ShownDigest {
    let registered = |at: u64| {
        let now = grants::Timestamp::from_seconds(at);
        SelfRegistration::new(SecretDigest::from_bytes([1; 32]), RegistrationPolicy::default(), None, now)
    };
    let client = Client {
        id: ClientId::parse(page.id).unwrap(),
        name: page.name.to_owned(),
        registered_by: page.itself.map(registered),
        created_at: page.itself.map_or(NOW, grants::Timestamp::from_seconds),
        ..client(AuthMethod::SecretBasic)
    };
    let target = Target {
        resources: page.apis.iter().map(|api| Resource::parse(api).unwrap()).collect(),
        scope: Scope::of(page.scope.iter().copied()),
    };
    let claims = ClaimsRequest {
        userinfo: page.userinfo.iter().copied().collect(),
        id_token: page.id_token.iter().copied().collect(),
        ..ClaimsRequest::default()
    };
    let redirect_uri = RedirectUri::read(page.redirect_uri).unwrap();
    Shown {
        client: &client,
        redirect_uri: Some(&redirect_uri),
        target: &target,
        claims: &claims,
        apis: &[],
        logo: None,
    }
    .digest()
}

/// Facts that differ little, so that some collide if their lengths are left out of the hash.
fn page() -> impl Strategy<Value = Page> {
    let claims = || subsequence(vec![Claim::Name, Claim::Email, Claim::EmailVerified], 0..=3);
    let client = (select(vec!["a", "ab"]), select(vec!["b", "", "bc"]), select(vec![None, Some(1), Some(11)]));
    let uris = vec!["https://a.example/", "https://a.example/b", "https://b.example/"];
    let access = (subsequence(SCOPES.to_vec(), 0..=4), subsequence(APIS.to_vec(), 0..=3), claims(), claims());
    (client, select(uris), access).prop_map(|((id, name, itself), redirect_uri, (scope, apis, userinfo, id_token))| {
        Page { id, name, itself, redirect_uri, scope, apis, userinfo, id_token }
    })
}

/// The first page, with one fact replaced by that of the second.
fn with_one_of(page: &Page, other: &Page, which: Index) -> Page {
    let (page, other) = (page.clone(), other.clone());
    match which.index(8) {
        0 => Page { id: other.id, ..page },
        1 => Page { name: other.name, ..page },
        2 => Page { itself: other.itself, ..page },
        3 => Page { redirect_uri: other.redirect_uri, ..page },
        4 => Page { scope: other.scope, ..page },
        5 => Page { apis: other.apis, ..page },
        6 => Page { userinfo: other.userinfo, ..page },
        _ => Page { id_token: other.id_token, ..page },
    }
}

proptest! {
    #[test]
    fn c138_two_pages_have_one_digest_exactly_if_they_show_the_same(one in page(), other in page()) {
        prop_assert_eq!(digest(&one) == digest(&other), one == other);
    }

    #[test]
    fn c138_a_change_of_any_one_fact_changes_the_digest(one in page(), other in page(), which: Index) {
        let changed = with_one_of(&one, &other, which);
        prop_assert_eq!(digest(&one) == digest(&changed), one == changed);
    }
}

/// An API that offers `read`, and perhaps says what it means.
fn described(identifier: &str, meaning: Option<&str>) -> grants::Api {
    grants::Api {
        identifier: Resource::parse(identifier).unwrap(),
        scope: Scope::parse("read").unwrap(),
        scope_descriptions: meaning
            .map(|text| ("read".to_owned(), protocol::Localized::new(text)))
            .into_iter()
            .collect(),
        algorithm: grants::SigningAlgorithm::Rs256,
        format: grants::TokenFormat::Jwt,
        token_type: grants::TokenType::default(),
        claims: protocol::ClaimNames::default(),
        lifetime: 900,
        is_issuer: false,
    }
}

#[test]
fn c138_what_apis_and_the_app_say_is_part_of_the_page_and_what_nobody_says_is_not() {
    let by = |about: &str| {
        let digest = SecretDigest::from_bytes([1; 32]);
        let by = SelfRegistration::new(digest, RegistrationPolicy::default(), None, NOW);
        SelfRegistration { about: protocol::AboutClient::parse(about).unwrap(), ..by }
    };
    let digest = |api: &str, meaning: Option<&str>, more: &str| {
        let api = described(api, meaning);
        let about = format!("{{\"application_type\":\"web\"{more}}}");
        let client = Client { registered_by: Some(by(&about)), ..client(AuthMethod::None) };
        let target =
            Target { resources: vec![Resource::parse("urn:a").unwrap()], scope: Scope::parse("read").unwrap() };
        let (claims, uri) = (ClaimsRequest::default(), RedirectUri::read("https://a.example/").unwrap());
        let apis = [api.clone(), api];
        let (redirect_uri, apis) = (Some(&uri), &apis[..]);
        let shown = Shown { client: &client, redirect_uri, target: &target, claims: &claims, apis, logo: None };
        let described = meaning.is_some() && apis[0].identifier.as_str() == "urn:a";
        assert_eq!(shown.descriptions("read").len(), usize::from(described));
        let without = Shown { apis: &[], ..shown };
        (shown.digest(), shown.digest() == without.digest())
    };
    let (policy, terms) = (r#","policy_uri":"https://a.example/p""#, r#","tos_uri":"https://a.example/p""#);
    let plain = digest("urn:a", None, "");
    assert!(plain.1 && digest("urn:b", Some("Read"), "") == plain);
    let pages = [
        plain.0,
        digest("urn:a", Some("Read"), "").0,
        digest("urn:a", Some("Read all"), "").0,
        digest("urn:a", None, policy).0,
        digest("urn:a", None, terms).0,
        digest("urn:a", Some("Read"), policy).0,
        digest("urn:a", None, r#","client_uri":"https://a.example/p""#).0,
    ];
    for (place, page) in pages.iter().enumerate() {
        assert!(pages.iter().skip(place + 1).all(|other| other != page), "{place}");
    }
}

#[test]
fn c138_c223_who_may_act_is_part_of_the_page() {
    let target = Target { resources: Vec::new(), scope: Scope::of(["a"]) };
    let redirect_uri = RedirectUri::read("https://app.example/cb").unwrap();
    let claims = ClaimsRequest::default();
    let digest = |actors: &[&str]| {
        let may_act = actors.iter().map(|id| ClientId::parse(id).unwrap()).collect();
        let client = Client { may_act, ..client(AuthMethod::None) };
        Shown {
            client: &client,
            redirect_uri: Some(&redirect_uri),
            target: &target,
            claims: &claims,
            apis: &[],
            logo: None,
        }
        .digest()
    };
    let pages = [digest(&[]), digest(&["one"]), digest(&["two"]), digest(&["one", "two"])];
    for (place, page) in pages.iter().enumerate() {
        assert!(pages.iter().skip(place + 1).all(|other| other != page), "{place}");
    }
}

#[test]
fn the_names_by_language_are_part_of_the_page() {
    let target = Target { resources: Vec::new(), scope: Scope::of(["a"]) };
    let claims = ClaimsRequest::default();
    let digest = |names: &[(&str, &str)]| {
        let names = names.iter().map(|(tag, name)| (LanguageTag::parse(tag).unwrap(), (*name).to_owned()));
        let client = Client { name_in: names.collect(), ..client(AuthMethod::None) };
        Shown { client: &client, redirect_uri: None, target: &target, claims: &claims, apis: &[], logo: None }.digest()
    };
    let pages = [
        digest(&[]),
        digest(&[("de", "a")]),
        digest(&[("fr", "a")]),
        digest(&[("de", "b")]),
        digest(&[("de", "a"), ("fr", "a")]),
    ];
    for (place, page) in pages.iter().enumerate() {
        assert!(pages.iter().skip(place + 1).all(|other| other != page), "{place}");
    }
}

#[test]
fn c138_c225_a_page_is_about_one_version_of_a_document_and_not_about_the_time_of_its_fetch() {
    let described = |later: u32| {
        let copy = DocumentCopy::fetched(NOW.plus(later), None);
        let registered_by = Some(SelfRegistration::of_document(copy, RegistrationPolicy::default()));
        let id = ClientId::parse("https://app.example/client").unwrap();
        Client { id, registered_by, created_at: NOW, ..client(AuthMethod::PrivateKeyJwt) }
    };
    let target = Target { resources: Vec::new(), scope: Scope::of(["a"]) };
    let redirect_uri = RedirectUri::read("https://app.example/cb").unwrap();
    let claims = ClaimsRequest::default();
    let digest = |client: &Client| {
        Shown { client, redirect_uri: Some(&redirect_uri), target: &target, claims: &claims, apis: &[], logo: None }
            .digest()
    };
    let key = |byte, kid: Option<&str>| {
        let public = PublicKey::Ed25519([byte; 32]);
        Some(ClientKeys::Inline(vec![ClientKey { kid: kid.map(str::to_owned), algorithm: None, public }]))
    };
    let first = described(0);
    assert!(digest(&first) == digest(&described(60)));
    let at = |uri| Some(ClientKeys::At(ServerUri::parse(uri).unwrap()));
    let changed = [
        Client { name: "Another".to_owned(), ..first.clone() },
        Client { redirect_uris: vec![redirect_uri.clone(); 2], ..first.clone() },
        Client { auth_method: AuthMethod::None, ..first.clone() },
        Client { keys: key(1, None), ..first.clone() },
        Client { keys: key(2, None), ..first.clone() },
        Client { keys: key(1, Some("a")), ..first.clone() },
        Client { keys: at("https://app.example/keys"), ..first.clone() },
        Client { keys: at("https://app.example/other"), ..first.clone() },
        Client { registered_by: None, ..first.clone() },
    ];
    let all: Vec<&Client> = std::iter::once(&first).chain(&changed).collect();
    for (place, one) in all.iter().enumerate() {
        assert!(all.iter().skip(place + 1).all(|other| digest(one) != digest(other)), "{one:?}");
    }
}

#[test]
fn c138_a_page_is_about_the_logo_that_it_shows() {
    let logo = |kind, byte| protocol::LogoFacts { kind, size: 9, digest: [byte; 32] };
    let [one, other, third] =
        [(LogoType::Png, 1), (LogoType::Png, 2), (LogoType::Gif, 1)].map(|(kind, byte)| logo(kind, byte));
    let client = Client { logo: Some(one), ..client(AuthMethod::None) };
    let target = Target { resources: Vec::new(), scope: Scope::of(["a"]) };
    let (claims, uri) = (ClaimsRequest::default(), RedirectUri::read("https://a.example/").unwrap());
    let digest = |client, logo| {
        Shown { client, redirect_uri: Some(&uri), target: &target, claims: &claims, apis: &[], logo }.digest()
    };
    let pages = [None, Some(&one), Some(&other), Some(&third)].map(|logo| digest(&client, logo));
    for (place, page) in pages.iter().enumerate() {
        assert!(pages.iter().skip(place + 1).all(|other| other != page), "{place}");
    }
    assert!(pages[0] == digest(&Client { logo: None, ..client.clone() }, None), "a logo that is not shown is no fact");
}

#[test]
fn c138_a_description_in_any_language_is_part_of_the_page_whatever_language_it_is_in() {
    let digest = |variants: &[(&str, &str)]| {
        let variants =
            variants.iter().map(|&(tag, text)| (protocol::LanguageTag::parse(tag).unwrap(), text.to_owned()));
        let read = protocol::Localized::with_variants("Read", variants.collect()).unwrap();
        let api = grants::Api { scope_descriptions: [("read".to_owned(), read)].into(), ..described("urn:a", None) };
        let client = client(AuthMethod::None);
        let target =
            Target { resources: vec![Resource::parse("urn:a").unwrap()], scope: Scope::parse("read").unwrap() };
        let claims = ClaimsRequest::default();
        let apis = &[api][..];
        Shown { client: &client, redirect_uri: None, target: &target, claims: &claims, apis, logo: None }.digest()
    };
    let pages: [&[(&str, &str)]; 5] =
        [&[], &[("de", "Lesen")], &[("de", "Alles lesen")], &[("fr", "Lesen")], &[("de", "Lesen"), ("fr", "Lire")]];
    for (place, one) in pages.iter().enumerate() {
        for (other_place, other) in pages.iter().enumerate() {
            assert_eq!(digest(one) == digest(other), place == other_place, "{one:?} {other:?}");
        }
    }
}
