//! The decision whether a sign-out request needs a confirmation (OpenID Connect RP-Initiated Logout §2).

use protocol::Subject;

use crate::{SessionId, SignedIn};

/// The content of an ID token that was sent as a hint.
#[derive(Clone, Copy, Debug)]
pub struct Hinted<'a> {
    /// `sid`: the session the ID token was issued in.
    pub session: Option<SessionId>,
    /// `sub`: the person, by the name the client knows.
    pub subject: &'a str,
    /// The name by which the token's client knows the person who is signed in.
    pub known_as: Option<&'a Subject>,
}

/// The next step of a sign-out request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOut {
    /// End the session without asking.
    End,
    /// Ask the person for confirmation, because any site can send a browser here.
    Ask,
}

/// Decides whether to ask. An ID token of this session or person is trusted as a hint, because only clients that the
/// person signed in to have one.
pub fn sign_out(signed_in: &SignedIn, hint: Option<Hinted<'_>>) -> SignOut {
    let is_meant = |hint: Hinted<'_>| {
        let this_session = hint.session == Some(signed_in.session().id);
        this_session || hint.known_as.is_some_and(|known_as| known_as.as_str() == hint.subject)
    };
    if hint.is_some_and(is_meant) { SignOut::End } else { SignOut::Ask }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::tests::session;

    #[test]
    fn c128_only_a_hint_about_this_session_or_person_spares_the_question() {
        let (person, _) = session();
        let (own, other) = (person.user().subject.clone(), Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").unwrap());
        let hint = |session, subject, known_as| Some(Hinted { session, subject, known_as });
        let (id, another) = (Some(person.session().id), SessionId::parse("AAAAAAAAAAAAAAAAAAAAAA").ok());
        let rows = [
            (None, SignOut::Ask),
            (hint(id, own.as_str(), Some(&own)), SignOut::End),
            // A later sign-in of the same person.
            (hint(another, own.as_str(), Some(&own)), SignOut::End),
            (hint(None, own.as_str(), Some(&own)), SignOut::End),
            // The name is for another sector, but the session is this one.
            (hint(id, "somebody", Some(&own)), SignOut::End),
            (hint(another, other.as_str(), Some(&own)), SignOut::Ask),
            (hint(None, other.as_str(), None), SignOut::Ask),
        ];
        for (hint, expected) in rows {
            assert_eq!(sign_out(&person, hint), expected, "{hint:?}");
        }
    }
}
