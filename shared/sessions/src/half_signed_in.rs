//! The sign-in between the password and the second factor.
//!
//! # Decisions
//! - A person who has a second factor is half signed in after the password. What is sealed into the next form says so, by a
//!   key for this purpose; it is no session, and nothing accepts it but the check of the factor.

use grants::{Context, Method, PersonKey, Timestamp};

use crate::factors::{Factors, SpentFactor};
use crate::{
    FormFault, FormTicket, PasskeyChallenge, ProvenPerson, RequestDigest, SessionId, SignedIn, TotpSecret, User,
    VisitId,
};

/// The bits of the first byte of a sealed state.
const IN_SESSION: u8 = 1;
const WITHOUT_APP: u8 = 1 << 1;
const WITH_PASSKEY: u8 = 1 << 2;
const WITH_CODES: u8 = 1 << 3;

/// The second factor that a person typed.
#[derive(Clone, Debug)]
pub enum ShownFactor<'a> {
    /// The code of an authenticator app, with the secret that the deployment's key opened.
    Code(TotpSecret, &'a str),
    /// A recovery code, by its keyed hash.
    RecoveryCode(String),
}

/// A person who gave the password, and has yet to show a second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct HalfSignedIn {
    person: PersonKey,
    credential_version: u32,
    /// The time when the password was given.
    password_at: Timestamp,
    /// The session in which a factor is asked for, and which has to be alive still; `None` after a password.
    session: Option<SessionId>,
    /// The factors that the person can show, for the form.
    choices: FactorChoices,
    ticket: FormTicket,
}

/// The factors that a person who gave the password can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorChoices {
    /// `true` if there is an authenticator app.
    pub app: bool,
    /// `true` if there is a passkey.
    pub passkey: bool,
    /// `true` if there are recovery codes.
    pub codes: bool,
}

impl ShownFactor<'_> {
    /// Returns whether it is a code that is right, and was used or passed over.
    pub fn was_used_by(&self, user: &User, now: Timestamp) -> bool {
        match (self, &user.factors.totp) {
            (Self::Code(secret, typed), Some(totp)) => {
                secret.step_of(typed, None, now).is_some_and(|step| step <= totp.step)
            }
            (Self::Code(..), None) | (Self::RecoveryCode(_), _) => false,
        }
    }
}

impl HalfSignedIn {
    /// The state after a password, for the form that is shown in this visit for this request.
    pub fn after_password(
        proven: &ProvenPerson,
        visit: VisitId,
        request: RequestDigest,
        nonce: [u8; 16],
        now: Timestamp,
    ) -> Self {
        let password_at = proven.methods().used_at(Method::Password).unwrap_or(now);
        Self::of(proven.user(), password_at, FormTicket::for_factor(visit, request, nonce, now))
    }

    /// The state of a person who is signed in without a second factor, and is asked for one in this visit for this request.
    pub fn of_session(
        person: &SignedIn,
        visit: VisitId,
        request: RequestDigest,
        nonce: [u8; 16],
        now: Timestamp,
    ) -> Self {
        let session = person.session();
        let half = Self::of(person.user(), session.auth_time, FormTicket::for_factor(visit, request, nonce, now));
        // A code was shown before, and did not suffice.
        let is_missing = session.methods.context() < Context::TwoFactors;
        let FactorChoices { app, passkey, codes } = half.choices;
        let choices = FactorChoices { app: app && is_missing, passkey, codes: codes && is_missing };
        Self { session: Some(session.id), choices, ..half }
    }

    fn of(user: &User, password_at: Timestamp, ticket: FormTicket) -> Self {
        let Factors { totp, recovery, .. } = &user.factors;
        let passkey = user.factors.has_passkey_here();
        let choices = FactorChoices { app: totp.is_some(), passkey, codes: !recovery.is_empty() };
        let version = user.credential_version;
        Self { person: user.key, credential_version: version, password_at, session: None, choices, ticket }
    }

    /// The factors that the person can show.
    pub const fn choices(&self) -> FactorChoices {
        self.choices
    }

    /// The challenge for a passkey on this form.
    pub fn passkey_challenge(&self) -> PasskeyChallenge {
        self.ticket.passkey_challenge()
    }

    /// The time when the password was given.
    pub(crate) const fn password_at(&self) -> Timestamp {
        self.password_at
    }

    /// Returns whether this is the person who gave the password, with the credentials of that time.
    pub(crate) fn is_of(&self, user: &User) -> bool {
        user.key == self.person && user.stands_behind(self.credential_version)
    }

    /// The person who gave the password.
    pub const fn person(&self) -> PersonKey {
        self.person
    }

    /// The session in which the factor is asked for, if it is not part of a sign-in.
    pub const fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// Checks whether the state is that of this visit and request, and whether the form was sent in time.
    ///
    /// # Errors
    /// The [`FormFault`] of one that is not.
    pub fn check(&self, visit: VisitId, request: RequestDigest, now: Timestamp) -> Result<(), FormFault> {
        self.ticket.check_factor(visit, request, now)
    }

    /// Returns the person whose factor was right; `None` if it was not, or if the person is not as at the password any
    /// more.
    pub fn prove(&self, user: Option<User>, shown: &ShownFactor<'_>, now: Timestamp) -> Option<ProvenPerson> {
        let user = user.filter(|user| self.is_of(user))?;
        let spent = match shown {
            ShownFactor::Code(secret, typed) => {
                SpentFactor::Step(secret.step_of(typed, Some(user.factors.totp.as_ref()?.step), now)?)
            }
            ShownFactor::RecoveryCode(hash) => SpentFactor::RecoveryCode(user.factors.recovery.get(hash)?.clone()),
        };
        Some(ProvenPerson::with_factor(user, self.password_at, self.session, spent, now))
    }

    /// The bytes that are sealed into the form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let at = self.password_at.seconds().to_be_bytes();
        let (version, session) =
            (self.credential_version.to_be_bytes(), self.session.as_ref().map(|session| *session.as_bytes()));
        let (kind, session) = session.as_ref().map_or((0, &[][..]), |session| (IN_SESSION, &session[..]));
        let no_app = if self.choices.app { 0 } else { WITHOUT_APP };
        let kind = kind | no_app | if self.choices.passkey { WITH_PASSKEY } else { 0 };
        let kind = kind | if self.choices.codes { WITH_CODES } else { 0 };
        [&[kind], &self.person.as_bytes()[..], &version, &at, session, &self.ticket.to_bytes()].concat()
    }

    /// Reads the bytes that were sealed into the form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (person, rest) = rest.split_first_chunk::<16>()?;
        let (version, rest) = rest.split_first_chunk::<4>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        if *kind > (IN_SESSION | WITHOUT_APP | WITH_PASSKEY | WITH_CODES) {
            return None;
        }
        let (session, ticket) = if kind & IN_SESSION == 0 {
            (None, rest)
        } else {
            rest.split_first_chunk::<16>().map(|(id, ticket)| (Some(SessionId::from_bytes(*id)), ticket))?
        };
        let choices = FactorChoices {
            app: kind & WITHOUT_APP == 0,
            passkey: kind & WITH_PASSKEY != 0,
            codes: kind & WITH_CODES != 0,
        };
        Some(Self {
            person: PersonKey::from_bytes(*person),
            credential_version: u32::from_be_bytes(*version),
            password_at: Timestamp::from_seconds(u64::from_be_bytes(*at)),
            session,
            choices,
            ticket: FormTicket::from_bytes(ticket)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use grants::Methods;

    use super::*;
    use crate::people::tests::{NOW, user};
    use crate::session::tests::{policy, session};
    use crate::{Rules, Session, Totp, sign_in};

    const VISIT: VisitId = VisitId::from_bytes([2; 16]);

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes([7; 20])
    }

    fn with_factors() -> User {
        let totp = Some(Totp { sealed: vec![1; 60], step: 5, since: NOW });
        User { factors: Factors { totp, recovery: ["a".to_owned()].into(), ..Factors::default() }, ..user() }
    }

    fn half() -> HalfSignedIn {
        let proven = ProvenPerson::of_password(with_factors(), NOW);
        HalfSignedIn::after_password(&proven, VISIT, RequestDigest::of("one"), [1; 16], NOW)
    }

    #[test]
    fn c233_a_password_alone_signs_nobody_in_who_has_a_second_factor() {
        assert!(ProvenPerson::of_password(with_factors(), NOW).complete().is_none());
        assert!(ProvenPerson::of_password(user(), NOW).complete().is_some());
        let shown = ShownFactor::RecoveryCode("a".to_owned());
        let proven = half().prove(Some(with_factors()), &shown, NOW.plus(60)).unwrap();
        assert_eq!(proven.spent(), Some(&SpentFactor::RecoveryCode("a".to_owned())));
        let policy = policy();
        let rules = Rules::at(&policy, NOW.plus(60));
        let (person, ..) =
            sign_in(proven.complete().unwrap(), None, [[5; 16], [6; 16]], RequestDigest::of("one"), rules);
        // The sign-in is as old as its password.
        assert_eq!(person.session().auth_time, NOW);
        assert_eq!(person.authentication().methods.amr(), ["pwd", "otp", "mfa"]);
        assert!(person.is_recent(NOW.plus(599)) && !person.is_recent(NOW.plus(600)));
    }

    #[test]
    fn c236_a_newer_password_makes_an_old_code_no_newer() {
        let later = NOW.plus(900);
        let session_of = |methods: Methods| {
            let (person, _) = crate::session::tests::session();
            let session = Session { auth_time: later, methods, ..person.session().clone() };
            person.with_session(session).with_user(with_factors())
        };
        let renewed = Methods::password(NOW).with(Method::OneTimeCode, NOW).with(Method::Password, later);
        let person = session_of(renewed);
        assert!(person.showed_factors() && !person.is_recent(later));
        assert!(session_of(renewed.with(Method::OneTimeCode, later)).is_recent(later));
        let alone = session_of(Methods::password(later));
        assert!(!alone.showed_factors() && !alone.is_recent(later));
    }

    #[test]
    fn c233_a_half_sign_in_is_good_for_its_browser_request_time_and_credentials_only() {
        let half = HalfSignedIn::from_bytes(&half().to_bytes()).unwrap();
        let (one, other) = (RequestDigest::of("one"), RequestDigest::of("other"));
        assert_eq!(half.check(VISIT, one, NOW.plus(599)), Ok(()));
        assert_eq!(half.check(VISIT, one, NOW.plus(600)), Err(FormFault::Expired));
        assert_eq!(half.check(VISIT, other, NOW), Err(FormFault::OtherRequest));
        assert_eq!(half.check(VisitId::from_bytes([3; 16]), one, NOW), Err(FormFault::OtherBrowser));
        let shown = ShownFactor::RecoveryCode("a".to_owned());
        let proves = |user: Option<User>| half.prove(user, &shown, NOW).is_some();
        assert!(proves(Some(with_factors())) && !proves(None) && !proves(Some(user())));
        assert!(!proves(Some(User { credential_version: 2, ..with_factors() })));
        assert!(!proves(Some(User { disabled: true, ..with_factors() })));
        assert!(!proves(Some(User { key: PersonKey::from_bytes([0; 16]), ..with_factors() })));
        for damaged in [&[][..], &[0], &[16; 90], &half.to_bytes()[..80]] {
            assert!(HalfSignedIn::from_bytes(damaged).is_none());
        }
    }

    #[test]
    fn c233_a_factor_that_is_asked_for_in_a_session_belongs_to_it() {
        let (person, _) = session();
        let half = HalfSignedIn::of_session(&person, VISIT, RequestDigest::of("one"), [1; 16], NOW.plus(9));
        let half = HalfSignedIn::from_bytes(&half.to_bytes()).unwrap();
        assert_eq!(half.session(), Some(person.session().id));
        let shown = ShownFactor::RecoveryCode("a".to_owned());
        let proven = half.prove(Some(with_factors()), &shown, NOW.plus(9)).unwrap();
        assert_eq!(proven.within(), Some(person.session().id));
        assert_eq!(proven.methods().used_at(Method::Password), Some(person.session().auth_time));
    }

    #[test]
    fn c232_a_recovery_code_stands_for_a_passkey_and_for_nothing_that_was_removed() {
        let factors = Factors { totp: None, passkeys: ["p".to_owned()].into(), ..with_factors().factors };
        let owner = User { factors, ..user() };
        let (person, _) = session();
        let person = person.with_user(owner.clone());
        let half = HalfSignedIn::of_session(&person, VISIT, RequestDigest::of("one"), [1; 16], NOW);
        let half = HalfSignedIn::from_bytes(&half.to_bytes()).unwrap();
        assert_eq!(half.choices(), FactorChoices { app: false, passkey: true, codes: true });
        let shown = ShownFactor::RecoveryCode("a".to_owned());
        let proven = half.prove(Some(owner.clone()), &shown, NOW).unwrap();
        assert_eq!(proven.spent(), Some(&SpentFactor::RecoveryCode("a".to_owned())));
        assert_eq!(proven.methods().context(), Context::TwoFactors);
        assert!(half.prove(Some(owner.clone()), &ShownFactor::Code(secret(), "123456"), NOW).is_none());
        assert!(half.prove(Some(owner), &ShownFactor::RecoveryCode("b".to_owned()), NOW).is_none());
        assert!(half.prove(Some(user()), &shown, NOW).is_none());
        // A code was shown, and what is asked for is more.
        let stronger =
            Session { methods: Methods::password(NOW).with(Method::OneTimeCode, NOW), ..person.session().clone() };
        let half =
            HalfSignedIn::of_session(&person.with_session(stronger), VISIT, RequestDigest::of("one"), [1; 16], NOW);
        assert_eq!(half.choices(), FactorChoices { app: false, passkey: true, codes: false });
    }

    #[test]
    fn c233_an_app_is_asked_for_until_its_code_was_shown() {
        let (person, _) = session();
        let person = person.with_user(with_factors());
        let coded = person.session().methods.with(Method::OneTimeCode, NOW);
        let stronger = person.clone().with_session(Session { methods: coded, ..person.session().clone() });
        let [all, none] = [true, false].map(|is_left| FactorChoices { app: is_left, passkey: false, codes: is_left });
        assert_eq!(half().choices(), all);
        for (person, choices) in [(person, all), (stronger, none)] {
            let half = HalfSignedIn::of_session(&person, VISIT, RequestDigest::of("one"), [1; 16], NOW);
            assert_eq!(HalfSignedIn::from_bytes(&half.to_bytes()).map(|half| half.choices()), Some(choices));
        }
    }

    #[test]
    fn c231_passkeys_of_another_host_count_for_nothing_at_this_one() {
        let here = |passkeys: &[&str], host: &str| {
            let passkeys = passkeys.iter().map(|id| (*id).to_owned()).collect();
            let passkey_sites = [("old".to_owned(), "old.example".to_owned())].into();
            let factors = Factors { passkeys, passkey_sites, ..Factors::default() };
            User { factors: factors.at_site(host), ..user() }
        };
        let moved = here(&["old"], "new.example");
        assert_eq!((moved.reach(), moved.has_factors()), (Context::Password, true));
        assert_eq!(here(&["old"], "old.example").reach(), Context::PhishingResistant);
        // Of an earlier version the host is unknown, and another passkey may be of use.
        assert_eq!(here(&["unknown"], "new.example").reach(), Context::PhishingResistant);
        assert_eq!(here(&["old", "unknown"], "new.example").reach(), Context::PhishingResistant);
        let (person, _) = session();
        let person = person.with_user(moved);
        assert!(person.is_recent(NOW) && person.showed_factors() && !person.lacks_factor_only(NOW));
        let half = HalfSignedIn::of_session(&person, VISIT, RequestDigest::of("one"), [1; 16], NOW);
        assert!(!half.choices().passkey);
    }

    #[test]
    fn c232_a_code_that_was_used_is_known_as_such_and_is_wrong() {
        let step = u32::try_from(NOW.seconds() / 30).unwrap();
        let mut person = with_factors();
        let code = secret().code_for_tests(step);
        let shown = ShownFactor::Code(secret(), &code);
        assert!(!shown.was_used_by(&person, NOW));
        let proven = half().prove(Some(person.clone()), &shown, NOW).unwrap();
        assert_eq!(proven.spent(), Some(&SpentFactor::Step(step)));
        person.factors.totp.as_mut().unwrap().step = step;
        assert!(shown.was_used_by(&person, NOW) && half().prove(Some(person.clone()), &shown, NOW).is_none());
        assert!(!ShownFactor::Code(secret(), "x").was_used_by(&person, NOW));
        assert!(!shown.was_used_by(&user(), NOW));
    }
}
