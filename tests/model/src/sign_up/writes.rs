//! The transactions, with the conditions that `store` puts on them, and the commands of an operator.

use std::sync::Arc;

use sessions::{User, UserChange};

use crate::sign_up::world::{another_address, issued_at, operators};
use crate::sign_up::{Alias, Answer, Ask, Process, Right, SignUps, Stage, State, Twin};

impl SignUps {
    /// Makes the transaction of a sign-up.
    pub(super) fn make(&self, state: &mut State, process: &mut Process, (user, name): (&User, &'static str)) -> Answer {
        let Ask::SignUp(right, _) = process.ask else { panic!("no sign-up: {process:?}") };
        if process.made {
            return Answer::Made;
        }
        let is_invited = right != Right::Invitation || state.invited || self.twin == Twin::InvitationAsRead;
        if !(is_invited && self.may_take(state, process)) {
            return Answer::Over;
        }
        if state.names.contains_key(name) && self.twin != Twin::NameForgotten {
            return Answer::NameTaken;
        }
        state.watch(right);
        state.newcomers.push(state.people.len());
        state.names.insert(name, state.people.len());
        state.alias = Some(Alias { holder: state.people.len(), taken_at: user.created_at });
        state.people.push(Arc::new(user.clone()));
        state.invited &= right != Right::Invitation;
        process.made = true;
        Answer::Made
    }

    /// Returns whether the alias of the address is as it was read, older than the link, and its holder has no right to it still.
    pub(super) fn may_take(&self, state: &State, process: &Process) -> bool {
        let Stage::Ready(_, read) = &process.stage else { panic!("nothing is read: {process:?}") };
        let as_read = state.alias.map(|alias| alias.holder) == read.as_ref().map(|(alias, _)| alias.holder);
        let is_older = match process.ask {
            Ask::SignUp(Right::Link(link), _) => state.alias.is_none_or(|alias| alias.taken_at < issued_at(link)),
            Ask::SignUp(Right::Invitation, _) | Ask::Create(..) | Ask::Withdraw | Ask::GiveUp => true,
        };
        let unchanged = read.as_ref().is_none_or(|(alias, user)| state.people[alias.holder].claims == user.claims);
        match self.twin {
            Twin::AddressForgotten => true,
            Twin::AgeForgotten => as_read && unchanged,
            Twin::Real | Twin::NameForgotten | Twin::InvitationAsRead => as_read && is_older && unchanged,
        }
    }
}

impl State {
    /// Registers a person as an operator does. Returns the number of a person whose address has yet to lead there.
    pub(super) fn create(&mut self, name: &'static str, with_address: bool) -> Option<usize> {
        if self.names.contains_key(name) {
            self.said = Some(Answer::NameTaken);
            return None;
        }
        let person = self.people.len();
        self.names.insert(name, person);
        self.people.push(Arc::new(operators(name, with_address)));
        if !with_address {
            self.said = Some(Answer::Created);
        }
        with_address.then_some(person)
    }

    /// Performs a request of one step.
    pub(super) fn answer_at_once(&mut self, ask: Ask) {
        self.said = Some(match (ask, self.alias) {
            (Ask::Withdraw, _) if self.invited => {
                (self.invited, self.seen.withdrawn) = (false, true);
                Answer::Withdrawn
            }
            (Ask::GiveUp, Some(alias)) => {
                let user = &mut self.people[alias.holder];
                let change = UserChange::set_claims(user, another_address());
                *user = Arc::new(change.after(Some(user)).unwrap());
                Answer::GivenUp
            }
            (Ask::Withdraw | Ask::GiveUp | Ask::SignUp(..) | Ask::Create(..), _) => Answer::Over,
        });
    }

    /// Notes the account that a right makes.
    fn watch(&mut self, right: Right) {
        *self.seen.made.entry(right.number()).or_default() += 1;
        match right {
            Right::Invitation => self.seen.made_after_withdrawal |= self.seen.withdrawn,
            Right::Link(link) => {
                let newer = self.newcomers.iter().any(|person| self.people[*person].created_at >= issued_at(link));
                self.seen.made_by_old_link |= newer;
            }
        }
    }
}
