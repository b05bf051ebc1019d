//! Whether a request to sign out is followed at once (OpenID Connect RP-Initiated Logout §2).

use protocol::Subject;

use crate::{SessionId, SignedIn};

/// Whom an ID token that came as a hint is about.
#[derive(Clone, Copy, Debug)]
pub struct Hinted<'a> {
    /// `sid`.
    pub session: Option<SessionId>,
    /// `sub`.
    pub subject: &'a str,
    /// The name by which the client of the token knows whoever is signed in.
    pub known_as: Option<&'a Subject>,
}

/// What to do about a request to sign out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOut {
    /// End the session.
    End,
    /// Ask the person: anybody can make a browser come here.
    Ask,
}

/// Decides. Only somebody who was told about this sign-in has its ID token, so who has one is believed.
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
            // The name is another sector's, the session is this one.
            (hint(id, "somebody", Some(&own)), SignOut::End),
            (hint(another, other.as_str(), Some(&own)), SignOut::Ask),
            (hint(None, other.as_str(), None), SignOut::Ask),
        ];
        for (hint, expected) in rows {
            assert_eq!(sign_out(&person, hint), expected, "{hint:?}");
        }
    }
}
