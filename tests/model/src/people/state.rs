//! A moment of the model: the items, the browsers, the processes, and what is remembered so that properties can be told.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use grants::{Grant, PersonKey, Refusal, SessionId, Stage, Timestamp};
use sessions::{Session, SessionHandle, User};

use crate::people::bounds::Request;
use crate::people::store::Op;
use crate::people::world::{LATER, START};

/// A person's item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person(pub(crate) Arc<User>);

/// A session's item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sitting(pub(crate) Arc<Session>);

/// A grant's item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item(pub(crate) Arc<Grant>);

/// A sign-in from which something comes, as the watch knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    /// Who gave the password: the first owner of the name, or the next.
    pub(crate) who: u8,
    /// How often everything of that person had ended when the person was read.
    pub(crate) epoch: u8,
    pub(crate) browser: u8,
    /// How often that browser had signed out.
    pub(crate) sign_outs: u8,
    /// Its number among the sign-ins of that browser.
    pub(crate) number: u8,
}

/// A session cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cookie {
    pub(crate) person: PersonKey,
    pub(crate) session: SessionId,
    pub(crate) secret: [u8; 16],
    pub(crate) origin: Origin,
}

/// A consent page that lies open.
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

/// A browser, and what the app got through it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Browser {
    pub(crate) cookie: Option<Cookie>,
    pub(crate) page: Option<Page>,
    pub(crate) code: Option<Handed>,
    pub(crate) refresh: Option<Handed>,
}

/// What a process has found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Seen {
    /// Where the name leads.
    pub(crate) key: Option<PersonKey>,
    /// The first look: person, session, registration of the app.
    pub(crate) person: Option<Person>,
    pub(crate) session: Option<Sitting>,
    pub(crate) registration: u8,
    /// The look side by side with the write.
    pub(crate) ground: Option<Person>,
    pub(crate) ground_session: Option<Sitting>,
    /// What stands after the write, whether it was applied or not, and the refusal that is said in the end.
    pub(crate) grant: Option<Item>,
    pub(crate) written: bool,
    pub(crate) counted: bool,
    pub(crate) refusal: Option<Refusal>,
    /// The watch: how often everything of the person had ended at the first look and at the one that decides.
    pub(crate) epoch: u8,
    pub(crate) looked_at: u8,
    /// The watch: how often the person had been switched off at the first look.
    pub(crate) switched_off: u8,
}

/// What had happened for certain before a request came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Certain {
    /// How often everything of each person had ended by commands that had returned.
    pub(crate) epochs: [u8; 2],
    /// How often each browser had signed out.
    pub(crate) sign_outs: [u8; 3],
    /// How many sign-ins of each browser were answered.
    pub(crate) sign_ins: [u8; 3],
}

/// One request in one process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    pub(crate) agent: u8,
    pub(crate) request: Request,
    /// No two requests have the same: what is random is made of it.
    pub(crate) number: u8,
    pub(crate) phase: u8,
    /// The steps that it makes side by side and that are yet to be made.
    pub(crate) left: Vec<Op>,
    /// The cookie, page and token that came with it.
    pub(crate) with: Browser,
    pub(crate) seen: Seen,
    pub(crate) certain: Certain,
}

/// What a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    SignedIn,
    /// The same session has another secret.
    SignedInAgain,
    WrongPassword,
    /// The person changed while the password was checked.
    SignInOver,
    Page,
    /// The page is shown again: the app changed its registration.
    PageAgain,
    /// Nobody is signed in, or nobody any more.
    NobodySignedIn,
    /// What the code's grant rests on fell while it was written.
    BeginAgain,
    Code,
    FormUsed,
    Tokens,
    Refused(Refusal),
    SignedOut,
    Done,
    /// A command found no such person, or a change of somebody else.
    NothingDone,
}

/// What went before, as far as properties need it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct History {
    pub(crate) certain: Certain,
    /// How often everything of each person ended: disabled, another password, deleted.
    pub(crate) epochs: [u8; 2],
    pub(crate) switched_off: [u8; 2],
    /// What each person's item must say.
    pub(crate) off: [bool; 2],
    pub(crate) password: [u8; 2],
    pub(crate) claims: [u8; 2],
    pub(crate) name: [u8; 2],
    pub(crate) ended: Vec<SessionId>,
    pub(crate) faults: u16,
}

/// What must not happen in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub(crate) enum Fault {
    /// Given though the look came after the end.
    GivenAfterLook = 1,
    /// Given to a request that came after the command had returned.
    GivenAfterCommand = 2,
    /// Somebody is somebody else.
    SomebodyElse = 4,
    /// More or elsewhere than the page showed.
    NotAsShown = 8,
    /// Given though the browser had signed out.
    OutlivedSignOut = 16,
    /// An old cookie opened something.
    OldCookie = 32,
}

/// A moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) people: Vec<Person>,
    /// The aliases: where each name leads.
    pub(crate) names: [Option<PersonKey>; 2],
    pub(crate) sessions: Vec<Sitting>,
    pub(crate) grants: Vec<Item>,
    pub(crate) registration: u8,
    pub(crate) browsers: [Browser; 3],
    /// How many requests each agent has sent.
    pub(crate) sent: Vec<u8>,
    pub(crate) processes: Vec<Process>,
    pub(crate) deaths: u8,
    pub(crate) repeats: u8,
    pub(crate) later: bool,
    /// What was said last, and by which request.
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
        let footing = grant.footing.unwrap();
        (footing.person, footing.credential_version, footing.session, footing.number).hash(state);
        match grant.stage {
            Stage::Issued { attempt, .. } => (1, attempt).hash(state),
            Stage::Active { generation, rotated_at, attempt, .. } => (2, generation, rotated_at, attempt).hash(state),
            Stage::Revoked => state.write_u8(3),
        }
    }
}
