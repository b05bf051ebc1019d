//! A condition is true for an item exactly when its guards hold for the record that is read from the item.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{
    Attempt, ClientFact, GrantFact, GrantSecret, InitialToken, InitialTokenName, PersonKey, RegistrationPolicy,
    SecretDigest, SecretSalt, SelfRegistration, SessionId, StoredSecret, Timestamp,
};
use protocol::Thumbprint;
use sessions::{SessionFact, UserFact};

use super::*;
use crate::dynamodb::items::{Item, bytes, list};
use crate::dynamodb::unknown::Unknown;
use crate::grants::item::from_item;
use crate::people::item::{PROFILE, key, session_record, to_session, to_user};
use crate::registry::item::to_client;
use crate::registry::self_registration_item::{from_initial_token, from_self_registration, to_initial_token};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// A condition in words, with the item it is evaluated for. It covers the shapes that guards are built of.
struct Condition<'c> {
    words: std::iter::Peekable<std::vec::IntoIter<String>>,
    item: &'c Item,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

/// Evaluates the condition of an expression, as the documentation of DynamoDB defines it.
fn is_true(mut expression: Expression, item: &Item) -> bool {
    let Some(text) = expression.take_condition() else { return true };
    let spaced = ["(", ")", ","].iter().fold(text, |text, sign| text.replace(sign, &format!(" {sign} ")));
    let words: Vec<String> = spaced.split_whitespace().map(str::to_owned).collect();
    let (names, values) = (expression.take_names().unwrap_or_default(), expression.take_values().unwrap_or_default());
    let mut condition = Condition { words: words.into_iter().peekable(), item, names, values };
    let answer = condition.any();
    assert_eq!(condition.words.next(), None);
    answer
}

impl Condition<'_> {
    fn word(&mut self) -> String {
        self.words.next().unwrap()
    }

    fn expect(&mut self, expected: &str) {
        assert_eq!(self.word(), expected);
    }

    fn skip(&mut self, word: &str) -> bool {
        self.words.next_if(|next| next == word).is_some()
    }

    fn any(&mut self) -> bool {
        let mut answer = self.all();
        while self.skip("OR") {
            answer |= self.all();
        }
        answer
    }

    fn all(&mut self) -> bool {
        let mut answer = self.one();
        while self.skip("AND") {
            answer &= self.one();
        }
        answer
    }

    fn one(&mut self) -> bool {
        let word = self.word();
        match word.as_str() {
            "(" => {
                let answer = self.any();
                self.expect(")");
                answer
            }
            "attribute_exists" => self.in_parentheses().is_some(),
            "attribute_not_exists" => self.in_parentheses().is_none(),
            "contains" => {
                self.expect("(");
                let held = self.attribute();
                self.expect(",");
                let member = self.value();
                self.expect(")");
                match held {
                    Some(AttributeValue::L(held)) => held.contains(&member),
                    Some(AttributeValue::Ss(held)) => held.contains(member.as_s().unwrap()),
                    _ => false,
                }
            }
            "size" => {
                let size = self.in_parentheses().map(|held| number(&size_of(&held)));
                self.compared(size.as_ref())
            }
            name => {
                let held = self.named(name);
                self.compared(held.as_ref())
            }
        }
    }

    fn in_parentheses(&mut self) -> Option<AttributeValue> {
        self.expect("(");
        let held = self.attribute();
        self.expect(")");
        held
    }

    fn attribute(&mut self) -> Option<AttributeValue> {
        let name = self.word();
        self.named(&name)
    }

    fn named(&self, name: &str) -> Option<AttributeValue> {
        let attribute = if name.starts_with('#') { self.names[name].as_str() } else { name };
        self.item.get(attribute).cloned()
    }

    fn value(&mut self) -> AttributeValue {
        let name = self.word();
        self.values[&name].clone()
    }

    fn compared(&mut self, held: Option<&AttributeValue>) -> bool {
        let operator = self.word();
        if operator == "IN" {
            self.expect("(");
            let mut answer = held == Some(&self.value());
            while self.skip(",") {
                answer |= held == Some(&self.value());
            }
            self.expect(")");
            return answer;
        }
        let value = self.value();
        let of = |value: &AttributeValue| value.as_n().ok().and_then(|text| text.parse::<u64>().ok());
        let numbers = held.and_then(of).zip(of(&value));
        match operator.as_str() {
            "=" => held == Some(&value),
            "<" => numbers.is_some_and(|(held, value)| held < value),
            ">" => numbers.is_some_and(|(held, value)| held > value),
            other => panic!("{other}"),
        }
    }
}

fn size_of(held: &AttributeValue) -> usize {
    let set = held.as_ss().or_else(|_| held.as_ns());
    held.as_l().map_or_else(|_| set.unwrap().len(), Vec::len)
}

/// Asserts for each item and for none, and for each guard and each two of them, that the condition is true exactly
/// when the guards hold.
fn agree<F: Fact>(items: &[Item], guards: &[Guard<F>], read: fn(&str, &Item) -> Result<F::Record, Unknown>) {
    let (mut held, mut refused) = (vec![0; guards.len()], vec![0; guards.len()]);
    for item in items.iter().map(Some).chain([None]) {
        let record = item.map(|item| read("table", item).unwrap());
        let (none, record) = (Item::default(), record.as_ref());
        for (number, one) in guards.iter().enumerate() {
            for both in guards.iter().map(|other| [one.clone(), other.clone()]) {
                let holds = both.iter().all(|guard| guard.holds(record));
                assert_eq!(is_true(of_guards(&both), item.unwrap_or(&none)), holds, "{both:?} {item:?}");
            }
            let holds = one.holds(record);
            assert_eq!(is_true(of_guards(std::slice::from_ref(one)), item.unwrap_or(&none)), holds, "{one:?} {item:?}");
            if holds { held[number] += 1 } else { refused[number] += 1 }
        }
    }
    for (guard, (held, refused)) in guards.iter().zip(held.iter().zip(refused)) {
        assert!(*held > 0 && refused > 0, "{guard:?} is met by {held} items and not by {refused}");
    }
}

fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The items that differ from `item` in one attribute; `None` removes it.
fn with(item: &Item, differing: Vec<(&str, Option<AttributeValue>)>) -> Vec<Item> {
    let spoiled = differing.into_iter().map(|(name, value)| {
        let mut item = item.clone();
        item.remove(name);
        item.extend(value.map(|value| (name.to_owned(), value)));
        item
    });
    std::iter::once(item.clone()).chain(spoiled).collect()
}

#[test]
fn guards_on_people_are_the_conditions_on_their_items_also_of_version_0_1() {
    let mut user = key(PersonKey::from_bytes([1; 16]), PROFILE);
    user.extend(item([
        ("username", text("ada")),
        ("aliased", flag(true)),
        ("subject", text("usr_AAAAAAAAAAAAAAAAAAAAAA")),
        ("claims", text(r#"{"name":"Ada"}"#)),
        ("password", text("hash")),
        ("credential_version", number(&3)),
        ("disabled", flag(false)),
        ("created_at", time(NOW)),
    ]));
    let items = with(
        &user,
        vec![
            ("username", Some(text("Ada"))),
            ("aliased", Some(flag(false))),
            ("aliased", None),
            ("subject", Some(text("usr_BBBBBBBBBBBBBBBBBBBBBA"))),
            ("claims", Some(text(r#"{"name":"Grace"}"#))),
            ("claims", None),
            ("credential_version", Some(number(&4))),
            ("disabled", Some(flag(true))),
        ],
    );
    let guards = [
        Guard::Absent,
        UserFact::Username.is("ada"),
        UserFact::Aliased.is(true),
        UserFact::Aliased.is(false),
        UserFact::Subject.is("usr_AAAAAAAAAAAAAAAAAAAAAA"),
        UserFact::Claims.is(r#"{"name":"Ada"}"#),
        UserFact::Claims.is_absent(),
        UserFact::CredentialVersion.is(3),
        UserFact::Disabled.is(false),
        UserFact::Disabled.is(true),
    ];
    agree(&items, &guards, to_user);
}

#[test]
fn guards_on_sessions_are_the_conditions_on_their_items_also_of_version_0_1() {
    let id = SessionId::from_bytes([2; 16]);
    let mut session = key(PersonKey::from_bytes([1; 16]), &session_record(id));
    session.extend(item([
        ("auth_time", time(NOW)),
        ("expires_at", time(NOW.plus(5))),
        ("last_seen_at", time(NOW.plus(2))),
        ("credential_version", number(&3)),
        ("for_request", bytes(&[3; 32])),
    ]));
    let differing = vec![
        ("auth_time", Some(time(NOW.plus(1)))),
        ("expires_at", Some(time(NOW.plus(4)))),
        ("last_seen_at", Some(time(NOW.plus(1)))),
        ("last_seen_at", None),
        ("credential_version", Some(number(&4))),
    ];
    let items: Vec<Item> =
        with(&session, differing.clone()).iter().flat_map(|item| with(item, differing.clone())).collect();
    let guards = [
        Guard::Absent,
        SessionFact::AuthTime.is(NOW),
        SessionFact::LastSeenAt.is_before(NOW.plus(1)),
        SessionFact::LastSeenAt.is_before(NOW.plus(2)),
        SessionFact::LastSeenAt.is_after(NOW),
        SessionFact::LastSeenAt.is(NOW),
        SessionFact::ExpiresAt.is_after(NOW.plus(4)),
        SessionFact::CredentialVersion.is(3),
    ];
    agree(&items, &guards, to_session);
}

#[test]
fn guards_on_clients_are_the_conditions_on_their_items() {
    let secret = |byte| StoredSecret::hashed(SecretDigest::from_bytes([byte; 32]), NOW);
    let salted = StoredSecret::derived(SecretSalt::Own([1; 32]), NOW);
    let client = item([
        ("id", text("client#app")),
        ("client_id", text("app")),
        ("name", text("App")),
        ("auth_method", text("client_secret_basic")),
        ("secrets", secrets(&[secret(1), secret(2)])),
        ("grant_types", list(&["client_credentials"])),
        ("pkce", text("required")),
        ("disabled", flag(false)),
        ("created_at", time(NOW)),
    ]);
    let items = with(
        &client,
        vec![
            ("secrets", Some(secrets(&[secret(2), secret(1)]))),
            ("secrets", Some(secrets(&[secret(1)]))),
            ("secrets", Some(secrets(&[salted]))),
            ("secrets", Some(secrets(&[]))),
            ("disabled", Some(flag(true))),
            ("created_at", Some(time(NOW.plus(1)))),
            ("auth_method", Some(text("none"))),
            ("claims", Some(text(r#"{"tenant":"acme"}"#))),
            ("claims", Some(text(r#"{"tenant":"other"}"#))),
        ],
    );
    let items: Vec<Item> = items.into_iter().chain(self_registered(client)).collect();
    let of_secrets = [&[secret(1), secret(2)][..], &[secret(1)], &[salted], &[]].map(|all| ClientFact::Secrets.is(all));
    let guards = [
        Guard::Absent,
        ClientFact::EndsAt.is(NOW),
        ClientFact::EndsAt.is(NOW.plus(1)),
        ClientFact::AuthMethod.is("client_secret_basic"),
        ClientFact::Claims.is(r#"{"tenant":"acme"}"#),
        ClientFact::Claims.is_absent(),
        ClientFact::Disabled.is(false),
        ClientFact::CreatedAt.is(NOW),
    ];
    agree(&items, &[&guards[..], &of_secrets].concat(), to_client);
}

/// Returns the item as that of a client that registered itself, with differing ends.
fn self_registered(mut client: Item) -> Vec<Item> {
    let own = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), RegistrationPolicy::default(), None, NOW);
    client.insert("registered_by".to_owned(), from_self_registration(&own));
    client.insert("expires_at".to_owned(), time(NOW));
    with(&client, vec![("expires_at", None), ("expires_at", Some(time(NOW.plus(1))))])
}

#[test]
fn guards_on_initial_tokens_are_the_conditions_on_their_items() {
    let token = from_initial_token(&InitialToken {
        name: InitialTokenName::of(&SecretDigest::from_bytes([1; 32])),
        policy: RegistrationPolicy::default(),
        uses_left: 1,
        created_at: NOW,
        expires_at: NOW.plus(1),
    });
    let items = with(&token, vec![("uses_left", Some(number(&0))), ("expires_at", Some(time(NOW)))]);
    let [some, in_time] = InitialToken::guards(NOW);
    agree(&items, &[Guard::Absent, some, in_time], to_initial_token);
}

/// The item of a code with the attributes that later states have, which have no meaning yet.
fn code() -> Item {
    item([
        ("id", text(&GrantSecret::from_bytes([7; 16]).id())),
        ("client_id", text("app")),
        ("subject", text("usr_AAAAAAAAAAAAAAAAAAAAAA")),
        ("scope", AttributeValue::Ss(vec!["read".to_owned(), "write".to_owned()])),
        ("resources", list(&["urn:a", "urn:b"])),
        ("redirect_uri", text("https://app.example/cb")),
        ("redirect_uri_sent", flag(true)),
        ("code_challenge", text(&"A".repeat(43))),
        ("code_expires_at", time(NOW.plus(1))),
        ("auth_time", time(NOW)),
        ("created_at", time(NOW)),
        ("ends_at", time(NOW.plus(9))),
        ("state", text("issued")),
        ("attempt", text(&Attempt::from_bytes([0; 16]))),
        ("generation", number(&1)),
        ("rotated_at", time(NOW)),
        ("refresh_expires_at", time(NOW.plus(1))),
    ])
}

#[test]
#[expect(clippy::too_many_lines, reason = "a row for each fact")]
fn guards_on_grants_are_the_conditions_on_their_items() {
    let revoked = |numbers: &[u32]| Some(AttributeValue::Ns(numbers.iter().map(u32::to_string).collect()));
    let differing = vec![
        ("client_id", Some(text("other"))),
        ("created_at", Some(time(NOW.minus(9)))),
        ("code_challenge", None),
        ("code_jkt", Some(text(&Thumbprint::from_bytes([1; 32])))),
        ("code_jkt", Some(text(&Thumbprint::from_bytes([2; 32])))),
        ("refresh_jkt", Some(text(&Thumbprint::from_bytes([1; 32])))),
        ("refresh_jkt", Some(text(&Thumbprint::from_bytes([2; 32])))),
        ("code_expires_at", Some(time(NOW))),
        ("redirect_uri_sent", Some(flag(false))),
        ("resources", Some(list(&["urn:a", "urn:c"]))),
        ("resources", Some(list(&["urn:a"]))),
        ("scope", Some(AttributeValue::Ss(vec!["write".to_owned()]))),
        ("refresh_expires_at", Some(time(NOW))),
        ("generation", Some(number(&2))),
        ("revoked_access", revoked(&[1])),
        ("revoked_access", revoked(&[1, 2])),
    ];
    let states = with(&code(), vec![("state", Some(text("active"))), ("state", Some(text("revoked")))]);
    let items: Vec<Item> = states.iter().flat_map(|item| with(item, differing.clone())).collect();
    let key = Thumbprint::from_bytes([1; 32]).to_string();
    let guards = [
        Guard::Absent,
        Guard::ISSUED,
        Guard::ACTIVE,
        Guard::NOT_REVOKED,
        GrantFact::Client.is("app"),
        GrantFact::CreatedAt.is_after(NOW.minus(9)),
        GrantFact::CodeChallenge.is(&*"A".repeat(43)),
        GrantFact::CodeChallenge.is_absent(),
        GrantFact::CodeKey.is_absent(),
        GrantFact::CodeKey.is_or_lacks(&*key),
        GrantFact::RefreshKey.is_absent(),
        GrantFact::RefreshKey.is_or_lacks(&*key),
        GrantFact::CodeExpiresAt.is_after(NOW),
        GrantFact::RedirectUriSent.is(false),
        GrantFact::Resources.contains("urn:b"),
        GrantFact::Resources.has_one_beside("urn:b"),
        GrantFact::Scope.contains("read"),
        GrantFact::Generation.is(1),
        GrantFact::RefreshExpiresAt.is_after(NOW),
        GrantFact::RevokedAccess.has_fewer_than(NonZeroUsize::MIN),
        GrantFact::RevokedAccess.has_fewer_than(NonZeroUsize::MIN.saturating_add(1)),
    ];
    agree(&items, &guards, from_item);
}
