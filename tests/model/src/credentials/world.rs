//! The people, the links and the passwords.

use grants::{Method, Methods, Policy, SessionId};
use protocol::{Claims, EmailAddress, Secret};
use sessions::{
    AddressLink, CheckTerms, Factors, HashCost, PasswordHash, PasswordWork, RequestDigest, ResetLink, Session,
    SessionHandle, SessionSecretHash, Totp, User,
};

use crate::people::twin::Twin;
use crate::people::world::{START, person};

/// A password that somebody sets. That of the beginning is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Password {
    Second,
    Third,
    /// Long enough beside a second factor only.
    Short,
}

pub(super) fn text(password: Password) -> Secret {
    Secret::new(
        match password {
            Password::Second => "a second long password",
            Password::Third => "a third long password",
            Password::Short => "quince-8",
        }
        .to_owned(),
    )
}

pub(super) fn stored(password: Password) -> PasswordHash {
    PasswordHash::from_stored(format!("the hash of {}", text(password).expose()))
}

/// The address that both people want to confirm.
pub(super) fn address() -> EmailAddress {
    EmailAddress::parse("new@example.org").unwrap()
}

pub(super) fn without_factor() -> User {
    let claims = Claims::parse(r#"{"email":"ada@example.org","email_verified":true}"#).unwrap();
    User { claims, ..(*person(0, 0, Twin::Real).0).clone() }
}

pub(super) fn with_factor() -> User {
    let totp = Some(Totp { sealed: vec![1; 60], step: 5, since: START });
    User { factors: Factors { totp, recovery: ["a".to_owned()].into(), ..Factors::default() }, ..without_factor() }
}

/// The person, and another one.
pub(super) fn twice(first: &User) -> [User; 2] {
    [first.clone(), (*person(1, 1, Twin::Real).0).clone()]
}

/// The links of two mails of one moment.
pub(super) fn reset_link(number: u8) -> ResetLink {
    let user = without_factor();
    ResetLink::new(&user, &user.confirmed_address().unwrap(), START.plus(number.into()))
}

pub(super) fn address_link(who: usize) -> AddressLink {
    AddressLink::new(&twice(&without_factor())[who], address(), START)
}

pub(super) fn policy() -> Policy {
    Policy::default()
}

/// The session in which the person changes the password.
pub(super) fn session() -> Session {
    Session {
        id: SessionId::from_bytes([7; 16]),
        person: without_factor().key,
        secret: Some(SessionSecretHash::of(&[8; 16])),
        auth_time: START,
        methods: Methods::password(START).with(Method::OneTimeCode, START),
        expires_at: START.plus(3600),
        last_seen_at: START,
        credential_version: 1,
        for_request: RequestDigest::of("account"),
        number: Some(0),
        grants: 0,
    }
}

pub(super) fn cookie() -> SessionHandle {
    let person = without_factor().key;
    let bytes = [person.as_bytes().as_slice(), &[7; 16], &[8; 16]].concat();
    SessionHandle::from_bytes(&bytes).unwrap()
}

/// The terms of a check where all hashes are as cheap as can be.
pub(super) fn terms() -> CheckTerms {
    CheckTerms { work: PasswordWork::default(), salt: [0; 16], cost: HashCost { memory: 8, passes: 1 } }
}
