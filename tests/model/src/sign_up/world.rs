//! The address, the links of it, and the people whom an operator registers.

use grants::Timestamp;
use protocol::{Claims, EmailAddress, Username};
use sessions::{NewIdentity, User, claims_of_new};

use crate::people::world::{START, password_hash};
use crate::sign_up::Right;

/// The address that everybody wants.
pub(super) fn address() -> EmailAddress {
    EmailAddress::parse("new@example.org").unwrap()
}

/// The claims of a person who has another address.
pub(super) fn another_address() -> Claims {
    claims_of_new(&EmailAddress::parse("other@example.org").unwrap(), START)
}

/// The time when a link was made.
pub(super) fn issued_at(link: u8) -> Timestamp {
    START.plus(100 * u32::from(link))
}

/// The time when an account is made with it: before the next link.
pub(super) fn made_at(right: Right) -> Timestamp {
    match right {
        Right::Link(link) => issued_at(link).plus(50),
        Right::Invitation => START.plus(60),
    }
}

/// A person whom an operator registers, with the address as the confirmed one or without.
pub(super) fn operators(name: &str, with_address: bool) -> User {
    let identity = NewIdentity { key: [name.len().try_into().unwrap(); 16], subject: [9; 16] };
    let user = User::unregistered(Username::parse(name).unwrap(), password_hash(1), identity, START.plus(70)).unwrap();
    if with_address { User { claims: claims_of_new(&address(), START), ..user } } else { user }
}
