//! The steps from an authorization request, or the form of its page, to a code, as in `authorize`.

use grants::code::{self, Agreement, was_issued};
use grants::{Grant, GrantSecret, Person, Timestamp};
use protocol::IdentityScope;
use sessions::{Expected, FormTicket, Session, SignedIn, Situation, User};

use crate::people::bounds::Request;
use crate::people::flow::{Next, attempt};
use crate::people::run::Everybody;
use crate::people::state::{Answer, Page, Process};
use crate::people::store::Op;
use crate::people::twin::Twin;

/// The authorization request checks for a signed-in person, and shows a page or continues; the form does the same
/// with its ticket.
pub(crate) fn next_of_issue(everybody: &Everybody, process: &mut Process, now: Timestamp) -> Next {
    match process.phase {
        0 => Next::Do(1, vec![Op::ReadSession, Op::ReadPerson]),
        1 => {
            let Some(person) = signed_in(everybody, process, now) else {
                return Next::Answer(Answer::NobodySignedIn);
            };
            let is_form = matches!(process.request, Request::Allow(_));
            if is_form { allow(everybody, process, &person, now) } else { begin(everybody, process, &person, now) }
        }
        2 => {
            let issued = process.seen.grant.as_ref().map(|grant| &*grant.0);
            if !process.seen.written && !was_issued(issued, attempt(process)) {
                return Next::Answer(Answer::FormUsed);
            }
            let stands = still_stands(everybody, process, now);
            if stands { Next::Answer(Answer::Code) } else { Next::Do(3, vec![Op::Revoke]) }
        }
        _ => Next::Answer(Answer::BeginAgain),
    }
}

fn begin(everybody: &Everybody, process: &Process, person: &SignedIn, now: Timestamp) -> Next {
    let (world, offer) = (&everybody.world, everybody.world.offer(process.seen.registration));
    let situation = Situation {
        client: offer.admission.client(),
        redirect_uri: offer.admission.redirect_uri(),
        target: offer.admission.to_agree_to(),
        agreed: None,
        signed_in: Some(person),
        known_as: Some(&person.user().subject),
        expected: &Expected::Anyone,
        digest: world.digest,
        just_signed_in: false,
        policy: &world.policy,
    };
    match sessions::next(offer.admission.request(), &situation, now) {
        sessions::Next::Issue => issue(everybody),
        sessions::Next::Consent => Next::Answer(Answer::Page),
        sessions::Next::SignIn | sessions::Next::Factor | sessions::Next::SetUp | sessions::Next::Refuse(_) => {
            Next::Answer(Answer::NobodySignedIn)
        }
    }
}

fn allow(everybody: &Everybody, process: &Process, person: &SignedIn, now: Timestamp) -> Next {
    let (world, page) = (&everybody.world, process.with.page.unwrap());
    let ticket = ticket(everybody, page, now);
    if ticket.check_consent(person.session().id, world.digest, now).is_err() {
        return Next::Answer(Answer::FormUsed);
    }
    let showed = ticket.showed(world.offer(process.seen.registration).shown);
    let binds = everybody.twin != Twin::TicketBindsRequestOnly;
    if showed || !binds { issue(everybody) } else { Next::Answer(Answer::PageAgain) }
}

fn ticket(everybody: &Everybody, page: Page, now: Timestamp) -> FormTicket {
    let (world, shown) = (&everybody.world, everybody.world.offer(page.registration).shown);
    FormTicket::for_consent(page.session, world.digest, shown, [page.nonce; 16], now)
}

fn issue(everybody: &Everybody) -> Next {
    let person = if everybody.bounds.offline { Op::CountGrant } else { Op::ReadGround };
    Next::Do(2, vec![Op::Issue, person, Op::CountGrantOfSession])
}

fn still_stands(everybody: &Everybody, process: &Process, now: Timestamp) -> bool {
    let seen = &process.seen;
    let counted = seen.counted.then_some(seen.person.as_ref()).flatten();
    let person = if everybody.bounds.offline { counted } else { seen.ground.as_ref() };
    let (user, session) = (person.map(|person| &*person.0), seen.ground_session.as_ref().map(|session| &*session.0));
    let grant = grant(everybody, process, now);
    let stands = everybody.twin.stands(&everybody.world, &grant, (user, session), now);
    (session.is_some() || everybody.twin == Twin::LooksAtSignInOnly) && stands.is_ok()
}

/// The person who is signed in, if any, according to the cookie and the items that were read.
pub(crate) fn signed_in(everybody: &Everybody, process: &Process, now: Timestamp) -> Option<SignedIn> {
    let (cookie, seen) = (process.with.cookie.as_ref()?, &process.seen);
    let session: Option<Session> = seen.session.as_ref().map(|session| (*session.0).clone());
    let user = seen.person.as_ref().map(|person| (*person.0).clone());
    let believed = session.as_ref().filter(|_| everybody.twin == Twin::LooksAtSignInOnly);
    let user = user.map(|user| match believed {
        Some(session) => User { disabled: false, credential_version: session.credential_version, ..user },
        None => user,
    });
    sessions::signed_in(&cookie.handle(), session, user, sessions::Rules::at(&everybody.world.policy, now))
}

/// The secret of the grant that a process creates: the form determines it.
pub(crate) fn secret(process: &Process) -> u8 {
    let form = matches!(process.request, Request::Allow(_));
    process.with.page.filter(|_| form).map_or(process.number, |page| page.nonce)
}

/// The grant that a process creates.
pub(crate) fn grant(everybody: &Everybody, process: &Process, now: Timestamp) -> Grant {
    let offer = everybody.world.offer(process.seen.registration);
    let person = signed_in(everybody, process, now).unwrap();
    let (user, session) = (person.user(), person.session());
    let agreement = Agreement {
        person: Person {
            subject: user.subject.clone(),
            pairwise_subject: None,
            auth_time: session.auth_time,
            authentication: grants::Authentication::of(session.methods),
            footing: Some(person.footing(offer.admission.target().scope.has(IdentityScope::OfflineAccess))),
            sign_in: None,
        },
        target: offer.admission.target().clone(),
        code_challenge: offer.admission.request().code_challenge.clone(),
        code_key: None,
        nonce: None,
        session_ends_at: session.expires_at,
    };
    let id = GrantSecret::from_bytes([secret(process); 16]).id();
    code::grant_of(
        id,
        offer.admission.response().trusted(),
        agreement,
        &everybody.world.policy,
        grants::Moment { now, attempt: attempt(process) },
    )
}
