//! The decision of a process that has read what it needs, by the shipped rules.

use sessions::{
    ChosenPassword, CredentialsChange, MinLengths, NewPassword, PasswordContext, Rules, UnfitPassword, User,
    UserChange, change_password, check_password_beside, prove, signed_in,
};

use crate::credentials::world::{
    Password, address, address_link, cookie, policy, reset_link, session, stored, terms, text,
};
use crate::credentials::{Answer, Ask, Process, spent};
use crate::people::world::{START, password};

/// The next step of a process.
pub(super) enum Decided {
    Answer(Answer),
    /// This write, and the answer once it was made.
    Write(Box<UserChange>, Answer),
}

/// Follows the functions of the account and the sign-in.
pub(super) fn decide(process: &Process) -> Decided {
    let read = process.read.as_ref().unwrap();
    let found = match &process.ask {
        Ask::Reset(link, new) => reset(read, *link, *new),
        Ask::Change(new) => change(read, *new),
        Ask::Set(new) => Ok((UserChange::set_password(read, stored(*new)), Answer::Set)),
        Ask::Confirm(who) => {
            let is_taken = process.holder.other_than(*who).is_some_and(|(_, user)| user.has_confirmed(&address()));
            match address_link(*who).confirm(read, START) {
                None => Err(Answer::LinkOver),
                Some(_) if is_taken => Err(Answer::Taken),
                Some(change) => Ok((change, Answer::Confirmed)),
            }
        }
        Ask::SignIn(code) => sign_in(read, *code),
        Ask::Remove if !read.has_second_factor() => Err(Answer::Over),
        Ask::Remove if read.factors.needed => Err(Answer::Needed),
        Ask::Remove => Ok((UserChange::remove_own_factors(read), Answer::Removed)),
    };
    found.map_or_else(Decided::Answer, |(change, right)| Decided::Write(Box::new(change), right))
}

type Found = Result<(UserChange, Answer), Answer>;

fn chosen(user: &User, new: Password) -> Result<ChosenPassword, Answer> {
    let lengths = MinLengths { alone: 15, with_factor: 8 };
    let context = PasswordContext { username: &user.username, claims: &user.claims, host: "issuer.example" };
    match check_password_beside(user.has_second_factor(), &text(new), lengths, context) {
        Ok(needs_factor) => Ok(ChosenPassword { hash: stored(new), needs_factor }),
        Err(UnfitPassword::TooShort(_)) => Err(Answer::TooShort),
        Err(unfit) => panic!("{unfit}"),
    }
}

fn reset(user: &User, link: u8, new: Password) -> Found {
    let link = reset_link(link);
    if !link.works_for(user, START) {
        return Err(Answer::LinkOver);
    }
    let change = link.reset(user, chosen(user, new)?, START).expect("a link that works");
    Ok((change, Answer::Set))
}

/// The person knows the first password, and is signed in since it was the current one.
fn change(user: &User, new: Password) -> Found {
    let policy = policy();
    let person = signed_in(&cookie(), Some(session()), Some(user.clone()), Rules::at(&policy, START));
    let person = person.ok_or(Answer::Over)?;
    let chosen = chosen(user, new)?;
    let proven = prove(Some(user.clone()), &password(0), &terms(), START).proven().ok_or(Answer::Over)?;
    let new = NewPassword { chosen, secret: [9; 16] };
    let CredentialsChange { user, .. } =
        change_password(&person, &proven, new, Vec::new(), START).ok_or(Answer::Over)?.0;
    Ok((user, Answer::Set))
}

/// A code that was used is known as such before it is spent.
fn sign_in(user: &User, code: u8) -> Found {
    let totp = user.factors.totp.as_ref().ok_or(Answer::WrongCode)?;
    let is_left = if code == 0 { totp.step < 9 } else { user.factors.recovery.contains("a") };
    let change = UserChange::count_session_and_spend(user, &spent(code));
    if is_left { Ok((change, Answer::SignedIn)) } else { Err(Answer::WrongCode) }
}
