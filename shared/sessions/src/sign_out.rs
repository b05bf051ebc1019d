//! The decisions of a sign-out request: whether to ask, what ends, and where the person goes afterwards (OpenID Connect
//! RP-Initiated Logout §2, §3).

use grants::{Client, Registrant};
use protocol::{RedirectUri, Subject};

use crate::{Rules, Session, SessionId, SignedIn, User, is_alive};

/// The content of an ID token that was sent as a hint.
#[derive(Clone, Copy, Debug)]
pub struct Hinted<'a> {
    /// `sid`: the session the ID token was issued in.
    pub session: Option<SessionId>,
    /// `sub`: the person, by the name the client knows.
    pub subject: &'a str,
    /// The name by which the token's client knows the person who is signed in, or whose session the token names.
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

/// The app that a sign-out request names, by an ID token or by `client_id` alone.
#[derive(Clone, Copy, Debug)]
pub enum NamedApp<'a> {
    /// The request names no app.
    Nobody,
    /// No app with this name is registered and enabled.
    Unknown,
    /// The app is registered.
    Registered(&'a Client),
}

/// The error for an address that the app of the request did not register for people who signed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("post_logout_redirect_uri is not registered for the app")]
pub struct AddressNotRegistered;

/// Decides whether to ask. An ID token of this session or person is trusted as a hint, because only clients that the
/// person signed in to have one.
pub fn sign_out(signed_in: &SignedIn, hint: Option<Hinted<'_>>) -> SignOut {
    let is_meant = |hint: Hinted<'_>| hint.names(signed_in.session().id) || hint.is_of_person();
    if hint.is_some_and(is_meant) { SignOut::End } else { SignOut::Ask }
}

/// Returns the session that a hint ends by itself, at a request from nobody's browser: an app's server sends one without
/// a cookie. It is the living session of the sign-in that the ID token is about, with the same person. Other sessions of
/// that person are not meant.
pub fn ended_by_hint(
    hint: Hinted<'_>,
    session: Option<Session>,
    user: Option<&User>,
    rules: Rules<'_>,
) -> Option<Session> {
    let lives = |session: &Session| user.is_some_and(|user| is_alive(session, user, rules));
    session.filter(|session| hint.names(session.id) && hint.is_of_person() && lives(session))
}

/// Decides where the person goes afterwards: to an address that the named app registered, to the letter. An address
/// without an app is ignored.
///
/// # Errors
/// [`AddressNotRegistered`] when the named app has not registered it.
pub fn way_back(uri: Option<RedirectUri>, app: NamedApp<'_>) -> Result<Option<RedirectUri>, AddressNotRegistered> {
    let Some(uri) = uri else { return Ok(None) };
    match app {
        NamedApp::Nobody => Ok(None),
        NamedApp::Registered(client) if client.relying_party.post_logout_redirect_uris.contains(&uri) => Ok(Some(uri)),
        NamedApp::Registered(_) | NamedApp::Unknown => Err(AddressNotRegistered),
    }
}

/// Decides whether a browser where nobody is signed in is sent back to the app. Nobody could be asked there, so an app
/// that registered itself could send everybody on from this server's address.
pub fn leads_back_unasked(client: &Client) -> bool {
    match client.registrant() {
        Registrant::Operator => true,
        Registrant::Itself { .. } | Registrant::Document => false,
    }
}

impl Hinted<'_> {
    fn names(&self, session: SessionId) -> bool {
        self.session == Some(session)
    }

    fn is_of_person(&self) -> bool {
        self.known_as.is_some_and(|known_as| known_as.as_str() == self.subject)
    }
}

#[cfg(test)]
mod tests {
    use grants::{DocumentCopy, RegistrationPolicy, RelyingParty, SecretDigest, SelfRegistration};
    use protocol::ClientId;

    use super::*;
    use crate::people::tests::NOW;
    use crate::session::tests::{policy, session};

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

    #[test]
    fn c180_a_hint_ends_by_itself_the_living_session_that_it_names_of_the_person_that_it_names() {
        let (person, _) = session();
        let (own, other) = (person.user().subject.clone(), Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").unwrap());
        let (good, user) = (person.session().clone(), person.user());
        let over = Session { expires_at: NOW, ..good.clone() };
        let of_former_password = Session { credential_version: 9, ..good.clone() };
        let another = SessionId::parse("AAAAAAAAAAAAAAAAAAAAAA").ok();
        let disabled = User { disabled: true, ..user.clone() };
        let known = |session| Hinted { session, subject: own.as_str(), known_as: Some(&own) };
        let right = known(Some(good.id));
        let rows: [(Hinted<'_>, Option<&Session>, Option<&User>, bool); 9] = [
            (right, Some(&good), Some(user), true),
            (known(None), Some(&good), Some(user), false),
            (known(another), Some(&good), Some(user), false),
            (Hinted { subject: other.as_str(), ..right }, Some(&good), Some(user), false),
            (Hinted { known_as: None, ..right }, Some(&good), Some(user), false),
            (right, None, Some(user), false),
            (right, Some(&good), None, false),
            (right, Some(&over), Some(user), false),
            (right, Some(&of_former_password), Some(user), false),
        ];
        let ends = |hint, session: Option<&Session>, user| {
            ended_by_hint(hint, session.cloned(), user, Rules::at(&policy(), NOW)).is_some()
        };
        for (hint, session, user, expected) in rows {
            assert_eq!(ends(hint, session, user), expected, "{hint:?} {session:?}");
        }
        assert!(!ends(right, Some(&good), Some(&disabled)));
    }

    #[test]
    fn c174_nobody_is_sent_on_unasked_to_an_app_that_registered_itself() {
        let policy = RegistrationPolicy::default;
        let itself = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), policy(), None, NOW);
        let document = SelfRegistration::of_document(DocumentCopy::fetched(NOW, None), policy());
        let leads = [None, Some(itself), Some(document)].map(|registered_by| {
            let id = ClientId::parse("app").unwrap();
            leads_back_unasked(&Client { registered_by, ..Client::new(id, NOW) })
        });
        assert_eq!(leads, [true, false, false]);
    }

    #[test]
    fn c174_an_address_is_registered_for_the_app_that_is_named_or_nobody_goes_there() {
        let uri = |text: &str| RedirectUri::read(text).unwrap();
        let out = uri("https://app.example/out");
        let registered = RelyingParty { post_logout_redirect_uris: vec![out.clone()], ..RelyingParty::default() };
        let client = Client { relying_party: registered, ..Client::new(ClientId::parse("app").unwrap(), NOW) };
        let app = NamedApp::Registered(&client);
        assert_eq!(way_back(Some(out.clone()), app), Ok(Some(out.clone())));
        assert_eq!(way_back(Some(uri("https://app.example/out/")), app), Err(AddressNotRegistered));
        assert_eq!(way_back(Some(out.clone()), NamedApp::Unknown), Err(AddressNotRegistered));
        assert_eq!(way_back(Some(out), NamedApp::Nobody), Ok(None));
        for app in [app, NamedApp::Unknown, NamedApp::Nobody] {
            assert_eq!(way_back(None, app), Ok(None));
        }
    }

    #[test]
    fn c174_c225_an_app_that_nobody_vouches_for_has_nobody_sent_on_unasked() {
        let (limits, token) = (RegistrationPolicy::default(), SecretDigest::from_bytes([1; 32]));
        let itself = SelfRegistration::new(token, limits.clone(), None, NOW);
        let described = SelfRegistration::of_document(DocumentCopy::fetched(NOW, None), limits);
        for (registered_by, expected) in [(None, true), (Some(itself), false), (Some(described), false)] {
            let client = Client { registered_by, ..Client::new(ClientId::parse("app").unwrap(), NOW) };
            assert_eq!(leads_back_unasked(&client), expected, "{client:?}");
        }
    }
}
