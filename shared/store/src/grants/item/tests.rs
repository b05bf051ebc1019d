use std::collections::BTreeSet;

use grants::{Authentication, Context, GrantSecret, Method, Methods, Timestamp};
use proptest::prelude::*;
use proptest::{option, sample};

use super::*;

const START: u64 = 1_800_000_000;

fn any_time() -> impl Strategy<Value = Timestamp> {
    (START..START + 10_000).prop_map(Timestamp::from_seconds)
}

fn any_subject() -> impl Strategy<Value = Subject> {
    sample::select(vec!["usr_AAAAAAAAAAAAAAAAAAAAAA", "usr_BBBBBBBBBBBBBBBBBBBBBA"])
        .prop_map(|text| Subject::parse(text).unwrap())
}

fn any_footing() -> impl Strategy<Value = Footing> {
    let session = option::of(any::<[u8; 16]>().prop_map(SessionId::from_bytes));
    (any::<[u8; 16]>(), option::of(any::<u32>()), session, any::<u32>()).prop_map(
        |(person, credential_version, session, number)| {
            let person = PersonKey::from_bytes(person);
            Footing { person, credential_version, session, number }
        },
    )
}

fn any_sign_in() -> impl Strategy<Value = SignIn> {
    let claims = sample::select(vec!["{}", r#"{"name":"Ada"}"#, r#"{"address":{"country":"FR"},"updated_at":7}"#]);
    (sample::subsequence(Claim::ALL.to_vec(), 0..4), claims).prop_map(|(userinfo, claims)| SignIn {
        userinfo_claims: userinfo.into_iter().collect(),
        id_token_claims: Claims::parse(claims).unwrap(),
    })
}

/// Generates a second factor and a context to report.
fn any_methods() -> impl Strategy<Value = (Option<Method>, Context)> {
    (option::of(sample::select(&Method::ALL[1..4])), sample::select(&Context::ALL[..]))
}

/// Generates a person. There is a sign-in exactly where a session of the person is behind a grant of `openid`.
fn any_person(openid: bool) -> impl Strategy<Value = Person> {
    (any_subject(), option::of(any_subject()), any_time(), option::of(any_footing()), any_sign_in(), any_methods())
        .prop_map(move |(subject, pairwise_subject, auth_time, footing, sign_in, (factor, context))| {
            let signs_in = openid && footing.is_some_and(|footing| footing.session.is_some());
            let methods = Methods::password(auth_time);
            let methods = factor.map_or(methods, |factor| methods.with(factor, auth_time.plus(9)));
            let authentication = Authentication { methods, context: context.min(methods.context()) };
            Person {
                subject,
                pairwise_subject,
                auth_time,
                authentication,
                footing,
                sign_in: signs_in.then_some(sign_in),
            }
        })
}

fn any_key() -> impl Strategy<Value = Option<Thumbprint>> {
    option::of(any::<[u8; 32]>().prop_map(Thumbprint::from_bytes))
}

fn any_nonce() -> impl Strategy<Value = Option<Nonce>> {
    option::of(sample::select(vec!["n", "n-0S6 é"]).prop_map(|text| Nonce::parse(text).unwrap()))
}

fn any_asked_from() -> impl Strategy<Value = Option<String>> {
    option::of(sample::select(vec!["192.0.2.1", "2001:db8::1"]).prop_map(str::to_owned))
}

fn any_binding() -> impl Strategy<Value = Binding> {
    let uris = sample::select(vec!["https://app.example/cb?x=1", "http://127.0.0.1:7/cb", "com.example.app:/cb"]);
    let challenge = option::of(sample::select(vec!["A".repeat(43), "b".repeat(43)]));
    (uris, any::<bool>(), challenge, any_key(), any_nonce()).prop_map(
        |(uri, redirect_uri_sent, challenge, code_key, nonce)| Binding {
            redirect_uri: RedirectUri::parse(uri).unwrap(),
            redirect_uri_sent,
            code_challenge: challenge.map(|text| CodeChallenge::parse(&text).unwrap()),
            code_key,
            nonce,
        },
    )
}

fn any_origin(openid: bool) -> impl Strategy<Value = Origin> {
    prop_oneof![
        (any_person(openid), any_binding()).prop_map(|(person, binding)| Origin::Request(person, binding)),
        any_person(openid).prop_map(Origin::Password),
        Just(Origin::Service),
        Just(Origin::Pushed("client_id=app&state=%C3%A9".to_owned())),
        (any_asked_from(), any_nonce()).prop_map(|(asked_from, nonce)| Origin::DeviceRequest(DeviceRequest {
            user_code: UserCode::parse("WDJB-MJHT").unwrap(),
            asked_from,
            nonce
        })),
        (any_person(openid), any_nonce()).prop_map(|(person, nonce)| Origin::Device(person, nonce)),
        any_person(openid)
            .prop_map(|person| Origin::Asserted(person, IssuerUrl::parse("https://idp.example").unwrap())),
    ]
}

fn any_stage() -> impl Strategy<Value = Stage> {
    let attempt = || any::<[u8; 16]>().prop_map(Attempt::from_bytes);
    prop_oneof![
        (any_time(), attempt()).prop_map(|(shown_before, attempt)| Stage::Pushed { shown_before, attempt }),
        (any::<u32>(), any_time(), attempt()).prop_map(|(interval, next_poll_at, attempt)| Stage::Pending {
            interval,
            next_poll_at,
            attempt
        }),
        (any_time(), attempt()).prop_map(|(code_expires_at, attempt)| Stage::Approved { code_expires_at, attempt }),
        Just(Stage::Denied),
        (any_time(), attempt()).prop_map(|(code_expires_at, attempt)| Stage::Issued { code_expires_at, attempt }),
        (1_u32.., any_time(), any_time(), attempt()).prop_map(|(number, rotated_at, refresh_expires_at, attempt)| {
            Stage::Active { generation: Generation::from_number(number), rotated_at, refresh_expires_at, attempt }
        }),
        Just(Stage::Revoked),
    ]
}

fn any_grant() -> impl Strategy<Value = Grant> {
    let scope = sample::select(vec!["", "read", "openid read write", "offline_access openid"]);
    let revoked = proptest::collection::btree_set((1_u32..9).prop_map(Generation::from_number), 0..3);
    let rights = scope.prop_flat_map(|scope| (Just(scope), any_origin(scope.contains("openid"))));
    (rights, any::<[u8; 16]>(), any_time(), any_time(), any_key(), revoked, any_stage()).prop_map(
        |((scope, origin), secret, created_at, ends_at, refresh_key, revoked_access, stage)| Grant {
            id: GrantSecret::from_bytes(secret).id(),
            client_id: ClientId::parse("app").unwrap(),
            scope: if scope.is_empty() { Scope::default() } else { Scope::parse(scope).unwrap() },
            resources: vec![Resource::parse("https://orders.example").unwrap()],
            origin,
            created_at,
            ends_at,
            refresh_key,
            revoked_access,
            stage,
        },
    )
}

proptest! {
    #[test]
    fn a_grant_of_any_origin_is_read_as_it_was_written(grant in any_grant()) {
        let item = to_item(&grant);
        let read = from_item("grants", &item).unwrap();
        prop_assert_eq!(&read, &grant);
        prop_assert_eq!(to_item(&read), item);
    }
}

/// The item of a redeemed code that version 0.1 wrote without `openid`.
fn old_item() -> Item {
    Item::from([
        ("id".to_owned(), text(&GrantSecret::from_bytes([7; 16]).id())),
        ("client_id".to_owned(), text("app")),
        ("subject".to_owned(), text("usr_AAAAAAAAAAAAAAAAAAAAAA")),
        ("scope".to_owned(), AttributeValue::Ss(vec!["read".to_owned()])),
        ("resources".to_owned(), list(&["https://orders.example"])),
        ("redirect_uri".to_owned(), text("https://app.example/cb")),
        ("redirect_uri_sent".to_owned(), flag(true)),
        ("code_challenge".to_owned(), text(&"A".repeat(43))),
        ("code_expires_at".to_owned(), number(&START)),
        ("auth_time".to_owned(), number(&START)),
        ("created_at".to_owned(), number(&START)),
        ("ends_at".to_owned(), number(&(START + 1000))),
        ("expires_at".to_owned(), number(&(START + 2000))),
        ("state".to_owned(), text("active")),
        ("generation".to_owned(), number(&1)),
        ("rotated_at".to_owned(), number(&START)),
        ("refresh_expires_at".to_owned(), number(&(START + 100))),
        ("attempt".to_owned(), text(&Attempt::from_bytes([0; 16]))),
    ])
}

#[test]
fn an_item_of_version_0_1_is_of_its_person_even_where_it_rests_on_nothing() {
    let plain = from_item("grants", &old_item()).unwrap();
    let person = plain.person().unwrap();
    assert_eq!((person.auth_time, person.footing, &person.sign_in), (Timestamp::from_seconds(START), None, &None));
    assert_eq!(person.authentication, Authentication::password(person.auth_time));
    assert!(plain.binding().unwrap().redirect_uri_sent);
    let mut item = old_item();
    item.insert("scope".to_owned(), AttributeValue::Ss(vec!["openid".to_owned()]));
    item.insert("person".to_owned(), text(&PersonKey::from_bytes([4; 16])));
    item.insert("session".to_owned(), text(&SessionId::from_bytes([5; 16])));
    let footing = Footing {
        person: PersonKey::from_bytes([4; 16]),
        credential_version: None,
        session: Some(SessionId::from_bytes([5; 16])),
        number: 0,
    };
    let openid = from_item("grants", &item).unwrap();
    assert_eq!(openid.footing(), Some(footing));
    assert!(openid.sign_in().is_some_and(|sign_in| sign_in.userinfo_claims.is_empty()));
}

#[test]
fn the_attributes_of_each_origin_are_those_that_the_table_has_always_had() {
    let whole = from_item("grants", &old_item()).unwrap();
    let Origin::Request(person, binding) = whole.origin.clone() else { panic!("a code") };
    let names = |origin: Origin| {
        let item = to_item(&Grant { origin, stage: Stage::Revoked, ..whole.clone() });
        item.into_keys().collect::<BTreeSet<String>>()
    };
    let with = |more: &[&str]| {
        let all = "id client_id scope resources redirect_uri_sent created_at ends_at expires_at state";
        all.split(' ').chain(more.iter().copied()).map(str::to_owned).collect::<BTreeSet<String>>()
    };
    assert_eq!(names(Origin::Service), with(&[]));
    assert_eq!(names(Origin::Pushed("state=x".to_owned())), with(&["request"]));
    let request = DeviceRequest { user_code: UserCode::parse("WDJB-MJHT").unwrap(), asked_from: None, nonce: None };
    assert_eq!(names(Origin::DeviceRequest(request)), with(&["user_code"]));
    assert_eq!(names(Origin::Device(person.clone(), None)), with(&["subject", "auth_time", "device"]));
    assert_eq!(names(Origin::Password(person.clone())), with(&["subject", "auth_time"]));
    let asked = ["subject", "auth_time", "redirect_uri", "code_challenge"];
    assert_eq!(names(Origin::Request(person, binding)), with(&asked));
}

#[test]
fn a_grant_of_a_person_without_a_subject_is_damaged_and_not_a_services() {
    let mut item = old_item();
    item.insert("person".to_owned(), text(&PersonKey::from_bytes([4; 16])));
    item.remove("subject");
    assert!(from_item("grants", &item).is_err());
}
