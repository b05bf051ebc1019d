//! The decision of a process that has read what it needs, by the shipped rules.

use sessions::{NewIdentity, SignUpLink, User, chosen_name, claims_of_new};

use crate::people::world::password_hash;
use crate::sign_up::world::{address, issued_at, made_at};
use crate::sign_up::{Answer, Ask, Process, Right, Stage, Twin};

/// The next step of a process.
pub(super) enum Decided {
    Answer(Answer),
    /// This new person with this name.
    Write(Box<User>, &'static str),
    /// The address is to lead to the person whom an operator registered.
    Lead(usize),
}

/// Follows the sign-up, and the command of an operator.
pub(super) fn decide(process: &Process, twin: Twin) -> Decided {
    let Stage::Ready(person, holder) = &process.stage else { panic!("nothing is read: {process:?}") };
    let is_taken = holder.as_ref().is_some_and(|(_, user)| user.has_confirmed(&address()));
    match process.ask {
        Ask::SignUp(right, name) => {
            let is_old = match (right, holder) {
                (Right::Link(link), Some((alias, _))) => {
                    alias.taken_at >= issued_at(link) && twin != Twin::AgeForgotten
                }
                (Right::Link(_), None) | (Right::Invitation, _) => false,
            };
            if is_old || is_taken || !is_open(right) {
                return Decided::Answer(Answer::Over);
            }
            Decided::Write(Box::new(new_person(right, name)), name)
        }
        Ask::Create(..) if is_taken => Decided::Answer(Answer::Created),
        Ask::Create(..) => Decided::Lead(person.unwrap()),
        Ask::Withdraw | Ask::GiveUp => panic!("it is one step: {process:?}"),
    }
}

fn is_open(right: Right) -> bool {
    match right {
        Right::Link(link) => SignUpLink::new(address(), issued_at(link)).is_in_time(made_at(right)),
        Right::Invitation => true,
    }
}

fn new_person(right: Right, name: &str) -> User {
    let (username, now) = (chosen_name(name, &address()).unwrap(), made_at(right));
    let identity = NewIdentity { key: [right.number(); 16], subject: [right.number(); 16] };
    let user = User::unregistered(username, password_hash(0), identity, now).unwrap();
    User { claims: claims_of_new(&address(), now), ..user }
}
