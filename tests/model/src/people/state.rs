//! A state of the model: the items, the browsers, the processes, and the history that the properties need.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use grants::{Grant, PersonKey, Refusal, SessionId, Stage, Timestamp};
use sessions::{Session, SessionHandle, User};

use crate::people::bounds::Request;
use crate::people::store::Op;
use crate::people::world::{LATER, START};

/// The stored item of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person(pub(crate) Arc<User>);

/// The stored item of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sitting(pub(crate) Arc<Session>);

/// The stored item of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item(pub(crate) Arc<Grant>);

/// The sign-in that something originates from, as `watch` knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    /// The person who entered the password: the first owner of the name, or the next.
    pub(crate) who: u8,
    /// The number of times that everything of that person had been ended when the person was read.
    pub(crate) epoch: u8,
    pub(crate) browser: u8,
    /// The number of times that browser had signed out.
    pub(crate) sign_outs: u8,
    /// The number of this sign-in among those of that browser.
    pub(crate) number: u8,
}

/// A session cookie of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cookie {
    pub(crate) person: PersonKey,
    pub(crate) session: SessionId,
    pub(crate) secret: [u8; 16],
    pub(crate) origin: Origin,
}

/// A consent page that is open in a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Page {
    pub(crate) session: SessionId,
    /// The registration of the app that it shows.
    pub(crate) registration: u8,
    pub(crate) nonce: u8,
}

/// A code, or a refresh token of that generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Handed {
    pub(crate) secret: u8,
    pub(crate) generation: u32,
    pub(crate) person: PersonKey,
    pub(crate) session: SessionId,
    pub(crate) origin: Origin,
}

/// A browser, and the code and token that the app got through it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Browser {
    pub(crate) cookie: Option<Cookie>,
    pub(crate) page: Option<Page>,
    pub(crate) code: Option<Handed>,
    pub(crate) refresh: Option<Handed>,
}

/// The data that a process has found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Seen {
    /// The key of the person that the name refers to.
    pub(crate) key: Option<PersonKey>,
    /// The first read: person, session, registration of the app.
    pub(crate) person: Option<Person>,
    pub(crate) session: Option<Sitting>,
    pub(crate) registration: u8,
    /// The read that is concurrent with the write.
    pub(crate) ground: Option<Person>,
    pub(crate) ground_session: Option<Sitting>,
    /// The item after the write, whether or not it was applied, and the refusal to answer with at the end.
    pub(crate) grant: Option<Item>,
    pub(crate) written: bool,
    pub(crate) counted: bool,
    pub(crate) refusal: Option<Refusal>,
    /// For `watch`: the number of times that everything of the person had been ended, at the first read and at the
    /// deciding one.
    pub(crate) epoch: u8,
    pub(crate) looked_at: u8,
    /// For `watch`: the number of times that the person had been switched off at the first read.
    pub(crate) switched_off: u8,
}

/// The events that had certainly happened before a request was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Certain {
    /// The number of times that everything of each person had been ended by commands that had returned.
    pub(crate) epochs: [u8; 2],
    /// The number of times that each browser had signed out.
    pub(crate) sign_outs: [u8; 3],
    /// The number of answered sign-ins of each browser.
    pub(crate) sign_ins: [u8; 3],
}

/// One request in one process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    pub(crate) agent: u8,
    pub(crate) request: Request,
    /// A number that is unique to the request: its random values are derived from it.
    pub(crate) number: u8,
    pub(crate) phase: u8,
    /// The concurrent steps that are still to be performed.
    pub(crate) left: Vec<Op>,
    /// The cookie, page and token that accompanied the request.
    pub(crate) with: Browser,
    pub(crate) seen: Seen,
    pub(crate) certain: Certain,
}

/// The answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    SignedIn,
    /// The same session now has another secret.
    SignedInAgain,
    WrongPassword,
    /// The person changed while the password was checked.
    SignInOver,
    Page,
    /// The page is shown again, because the app changed its registration.
    PageAgain,
    /// No person is signed in, or not any more.
    NobodySignedIn,
    /// The person or session of the code's grant ended while the grant was written.
    BeginAgain,
    Code,
    FormUsed,
    Tokens,
    Refused(Refusal),
    SignedOut,
    Done,
    /// A command found no such person, or a change by another command.
    NothingDone,
}

/// The past events that the properties need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct History {
    pub(crate) certain: Certain,
    /// The number of times that everything of each person was ended: by switching off, a new password, or deletion.
    pub(crate) epochs: [u8; 2],
    pub(crate) switched_off: [u8; 2],
    /// The values that each person's item must have.
    pub(crate) off: [bool; 2],
    pub(crate) password: [u8; 2],
    pub(crate) claims: [u8; 2],
    pub(crate) name: [u8; 2],
    pub(crate) ended: Vec<SessionId>,
    pub(crate) faults: u16,
}

/// A fault: something that must not happen in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub(crate) enum Fault {
    /// A code or tokens were issued although the deciding read came after the end.
    GivenAfterLook = 1,
    /// Something was issued or shown to a request that came after the ending command had returned.
    GivenAfterCommand = 2,
    /// A request was answered for another person than the one who signed in.
    SomebodyElse = 4,
    /// The grant covers more than the page showed, or goes to another place.
    NotAsShown = 8,
    /// Something was issued or shown although the browser had signed out.
    OutlivedSignOut = 16,
    /// An old cookie was accepted for a page or a code.
    OldCookie = 32,
    /// A sign-in that was refused ended a session that it did not make.
    EndedByRefusal = 64,
}

/// A state of the model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) people: Vec<Person>,
    /// The aliases: the key of the person for each name.
    pub(crate) names: [Option<PersonKey>; 2],
    pub(crate) sessions: Vec<Sitting>,
    pub(crate) grants: Vec<Item>,
    pub(crate) registration: u8,
    pub(crate) browsers: [Browser; 3],
    /// The number of requests that each agent has sent.
    pub(crate) sent: Vec<u8>,
    pub(crate) processes: Vec<Process>,
    pub(crate) deaths: u8,
    pub(crate) repeats: u8,
    pub(crate) later: bool,
    /// The last answer, and the request that it belongs to.
    pub(crate) said: Option<(Request, Answer)>,
    pub(crate) history: History,
}

impl Cookie {
    pub(crate) fn handle(&self) -> SessionHandle {
        let parts = [*self.person.as_bytes(), *self.session.as_bytes(), self.secret];
        SessionHandle::from_bytes(&parts.concat()).unwrap()
    }
}

impl State {
    pub(crate) const fn now(&self) -> Timestamp {
        if self.later { START.plus(LATER) } else { START }
    }

    pub(crate) fn person(&self, key: PersonKey) -> Option<&Person> {
        self.people.iter().find(|person| person.0.key == key)
    }

    pub(crate) fn session(&self, id: SessionId) -> Option<&Sitting> {
        self.sessions.iter().find(|session| session.0.id == id)
    }

    pub(crate) fn browser(&mut self, browser: u8) -> &mut Browser {
        &mut self.browsers[usize::from(browser)]
    }

    pub(crate) const fn has(&self, fault: Fault) -> bool {
        self.history.faults & fault as u16 != 0
    }

    pub(crate) fn told(&self, answer: Answer) -> bool {
        self.said.is_some_and(|(_, said)| said == answer)
    }
}

impl History {
    pub(crate) const fn fault_if(&mut self, happened: bool, fault: Fault) {
        if happened {
            self.faults |= fault as u16;
        }
    }
}

impl Hash for Person {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let user = &self.0;
        (user.key, user.subject.as_str(), user.username.as_str(), user.password.as_stored()).hash(state);
        (user.credential_version, user.disabled, user.sessions, user.grants).hash(state);
        format!("{:?}", user.claims).hash(state);
    }
}

impl Hash for Sitting {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let session = &self.0;
        (session.id, session.person, session.secret.map(|secret| *secret.as_bytes())).hash(state);
        (session.credential_version, session.number, session.grants, session.last_seen_at).hash(state);
    }
}

impl Hash for Item {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let grant = &self.0;
        (grant.id, grant.subject_text(), grant.resources.len(), grant.created_at).hash(state);
        let footing = grant.footing().unwrap();
        (footing.person, footing.credential_version, footing.session, footing.number).hash(state);
        match grant.stage {
            Stage::Pushed { attempt, .. } => (4, attempt).hash(state),
            Stage::Issued { attempt, .. } => (1, attempt).hash(state),
            Stage::Active { generation, rotated_at, attempt, .. } => (2, generation, rotated_at, attempt).hash(state),
            Stage::Pending { attempt, .. } => (5, attempt).hash(state),
            Stage::Approved { attempt, .. } => (6, attempt).hash(state),
            Stage::Denied => state.write_u8(7),
            Stage::Revoked => state.write_u8(3),
        }
    }
}
