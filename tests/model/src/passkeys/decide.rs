//! The decision of a process that has read what it needs, by the shipped rules.

use std::collections::BTreeSet;

use sessions::{PasskeyFault, PasskeyUse, ShownPasskey, UserChange};

use crate::passkeys::world::{HANDLE, passkey, shown};
use crate::passkeys::{Answer, Ask, Read};
use crate::people::world::START;

/// The next step of a process.
pub(super) enum Decided {
    Answer(Answer),
    /// Writes that happen together or not at all.
    Write(Box<Writes>),
}

/// The writes of a transaction, besides those of the items of keys.
pub(super) struct Writes {
    pub(super) change: UserChange,
    /// The use of the key that signs in.
    pub(super) usage: Option<PasskeyUse>,
}

/// Follows the functions of the account and the sign-in.
pub(super) fn decide(ask: Ask, read: &Read) -> Decided {
    let user = &*read.user;
    let found = match ask {
        Ask::SignIn { key, form, counter } => return sign_in(key, &shown(key, form, counter), read),
        Ask::Add(key) if user.has_factors() => Ok(UserChange::add_passkey(user, passkey(key).id(), HANDLE)),
        Ask::Add(key) => Ok(UserChange::add_first_passkey(user, passkey(key).id(), HANDLE, codes("of the first key"))),
        Ask::Remove(key, _) if !user.factors.passkeys.contains(passkey(key).id().as_str()) => Err(Answer::Unknown),
        Ask::Remove(key, false) if user.is_last_factor(&passkey(key).id()) => Err(Answer::Last),
        Ask::Remove(key, _) => Ok(UserChange::remove_passkey(user, &passkey(key).id())),
        Ask::AddApp if user.has_second_factor() => Err(Answer::Over),
        Ask::AddApp => Ok(UserChange::add_totp(user, vec![2; 60], 7, START).with_recovery_codes(codes("of the app"))),
        Ask::RemoveApp if user.has_second_factor() => Ok(UserChange::remove_own_factors(user)),
        Ask::RemoveApp => Err(Answer::Over),
        Ask::Renew(set) => UserChange::replace_recovery_codes(user, new_codes(set)).ok_or(Answer::Over),
    };
    let write = |change| Decided::Write(Box::new(Writes { change, usage: None }));
    found.map_or_else(Decided::Answer, write)
}

fn sign_in(key: usize, shown: &ShownPasskey, read: &Read) -> Decided {
    // The alias of a key that was removed leads nowhere.
    let user = read.keys[key].as_ref().map(|_| (*read.user).clone());
    match shown.prove(user, read.keys[key].as_deref(), START, |_, _, _| true) {
        Ok(proof) => {
            let (change, usage) = (UserChange::count_session(proof.user()), Some(proof.change().clone()));
            Decided::Write(Box::new(Writes { change, usage }))
        }
        Err(PasskeyFault::Counter) => Decided::Answer(Answer::Counter),
        Err(PasskeyFault::Used) => Decided::Answer(Answer::Used),
        Err(PasskeyFault::Unknown) => Decided::Answer(Answer::Unknown),
        Err(fault) => panic!("{}", fault.name()),
    }
}

/// The codes of a renewal, each time others.
fn new_codes(set: u8) -> BTreeSet<String> {
    codes(&format!("new {set}"))
}

fn codes(hash: &str) -> BTreeSet<String> {
    BTreeSet::from([hash.to_owned()])
}
