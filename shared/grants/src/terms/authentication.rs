//! Authentication: the methods by which a person signed in, when, and what they amount to (`amr`, `acr`).
//!
//! A session keeps its methods, and a grant keeps those of its session at the moment of the agreement. `acr` and `amr`
//! of every token follow from them and from nothing else.

use crate::terms::time::{Seconds, Timestamp};

/// A method by which a person proves who they are (RFC 8176 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The password was given.
    Password,
    /// A one-time code was given: of an authenticator app, or a recovery code.
    OneTimeCode,
    /// A key that hardware protects signed a challenge.
    HardwareKey,
    /// A key that software protects signed a challenge.
    SoftwareKey,
    /// The authenticator that has the key verified its user, by a PIN or a biometric.
    UserVerification,
}

/// An authentication context, the weakest first: each demands all that the one before it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    /// One factor, such as a password.
    Password,
    /// Two factors of different kinds.
    TwoFactors,
    /// Two factors that cannot be phished: a key bound to this site, whose authenticator verified its user.
    PhishingResistant,
}

/// The methods of a sign-in, each with the time when it was last used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Methods {
    password: Option<Timestamp>,
    one_time_code: Option<Timestamp>,
    hardware_key: Option<Timestamp>,
    software_key: Option<Timestamp>,
    user_verification: Option<Timestamp>,
}

/// The authentication that a grant and its tokens report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// The methods of the sign-in.
    pub methods: Methods,
    /// The context that the request is answered with, which the methods reach or exceed.
    pub context: Context,
}

impl Method {
    /// Every method, in the order of `amr`.
    pub const ALL: [Self; 5] =
        [Self::Password, Self::OneTimeCode, Self::HardwareKey, Self::SoftwareKey, Self::UserVerification];

    /// The value of `amr`, which is also the name in items.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::OneTimeCode => "otp",
            Self::HardwareKey => "hwk",
            Self::SoftwareKey => "swk",
            Self::UserVerification => "user",
        }
    }

    /// Parses the value of `amr`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

impl Context {
    /// Every context, the weakest first.
    pub const ALL: [Self; 3] = [Self::Password, Self::TwoFactors, Self::PhishingResistant];

    /// The contexts that sign-ins here can have, the weakest first (`acr_values_supported`).
    pub const OFFERED: &'static [Self] = &[Self::Password, Self::TwoFactors, Self::PhishingResistant];

    /// The value of `acr`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::TwoFactors => "mfa",
            Self::PhishingResistant => "phr",
        }
    }

    /// Parses the value of `acr` that names one of the offered contexts.
    pub fn offered(text: &str) -> Option<Self> {
        Self::OFFERED.iter().copied().find(|context| context.as_str() == text)
    }

    /// Parses the value of `acr`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.as_str() == text)
    }
}

impl Methods {
    /// The value of `amr` for two factors, besides those of the methods (RFC 8176 §2).
    const MULTIPLE: &'static str = "mfa";

    /// A sign-in with a password at a time.
    pub const fn password(at: Timestamp) -> Self {
        Self {
            password: Some(at),
            one_time_code: None,
            hardware_key: None,
            software_key: None,
            user_verification: None,
        }
    }

    /// Returns the methods with one that was used at a time.
    #[must_use]
    pub const fn with(mut self, method: Method, at: Timestamp) -> Self {
        let used = Some(at);
        match method {
            Method::Password => self.password = used,
            Method::OneTimeCode => self.one_time_code = used,
            Method::HardwareKey => self.hardware_key = used,
            Method::SoftwareKey => self.software_key = used,
            Method::UserVerification => self.user_verification = used,
        }
        self
    }

    /// The time when a method was last used; `None` if it was not.
    pub const fn used_at(&self, method: Method) -> Option<Timestamp> {
        match method {
            Method::Password => self.password,
            Method::OneTimeCode => self.one_time_code,
            Method::HardwareKey => self.hardware_key,
            Method::SoftwareKey => self.software_key,
            Method::UserVerification => self.user_verification,
        }
    }

    /// The methods that were used, with the times.
    pub fn used(&self) -> impl Iterator<Item = (Method, Timestamp)> {
        let methods = *self;
        Method::ALL.into_iter().filter_map(move |method| Some((method, methods.used_at(method)?)))
    }

    /// Returns the methods of a sign-in at `auth_time`, as they were stored. An earlier version stored none, and changes
    /// the time without them; what it signs in is a password. Methods that were used since the sign-in are never those that such a
    /// change left behind.
    #[must_use]
    pub fn of_sign_in_at(self, auth_time: Timestamp) -> Self {
        if self.used().any(|(_, at)| at >= auth_time) { self } else { Self::password(auth_time) }
    }

    /// The earliest time at which one of the methods was used, so that no sign-in counts for newer than it is.
    pub fn since(&self) -> Option<Timestamp> {
        self.used().map(|(_, at)| at).min()
    }

    /// Returns the methods that were used in the last `seconds`.
    #[must_use]
    pub fn recent(&self, seconds: Seconds, now: Timestamp) -> Self {
        let recent = self.used().filter(|(_, at)| at.plus(seconds) > now);
        recent.fold(Self::default(), |methods, (method, at)| methods.with(method, at))
    }

    /// The strongest context that the methods reach.
    pub const fn context(&self) -> Context {
        let has_key = self.hardware_key.is_some() || self.software_key.is_some();
        let verified = has_key && self.user_verification.is_some();
        let kinds = [self.password.is_some(), self.one_time_code.is_some(), has_key];
        match (verified, kinds) {
            (true, _) => Context::PhishingResistant,
            (false, [true, true, _] | [true, _, true] | [_, true, true]) => Context::TwoFactors,
            (false, _) => Context::Password,
        }
    }

    /// The values of `amr`.
    pub fn amr(&self) -> Vec<&'static str> {
        let several = (self.context() >= Context::TwoFactors).then_some(Self::MULTIPLE);
        self.used().map(|(method, _)| method.as_str()).chain(several).collect()
    }
}

impl Authentication {
    /// A sign-in with a password at a time.
    pub const fn password(at: Timestamp) -> Self {
        Self { methods: Methods::password(at), context: Context::Password }
    }

    /// A sign-in by these methods, with the strongest context that they reach.
    pub const fn of(methods: Methods) -> Self {
        Self { methods, context: methods.context() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn by(methods: &[Method]) -> Methods {
        methods.iter().fold(Methods::default(), |all, method| all.with(*method, NOW))
    }

    #[test]
    fn c234_the_context_and_the_values_of_amr_follow_from_the_methods() {
        use Method::{HardwareKey, OneTimeCode, Password, SoftwareKey, UserVerification};
        let rows: [(&[Method], Context, &[&str]); 10] = [
            (&[Password], Context::Password, &["pwd"]),
            (&[Password, OneTimeCode], Context::TwoFactors, &["pwd", "otp", "mfa"]),
            (&[Password, SoftwareKey], Context::TwoFactors, &["pwd", "swk", "mfa"]),
            (&[Password, HardwareKey], Context::TwoFactors, &["pwd", "hwk", "mfa"]),
            (&[OneTimeCode, SoftwareKey], Context::TwoFactors, &["otp", "swk", "mfa"]),
            (&[OneTimeCode, UserVerification], Context::Password, &["otp", "user"]),
            (&[HardwareKey], Context::Password, &["hwk"]),
            (&[HardwareKey, UserVerification], Context::PhishingResistant, &["hwk", "user", "mfa"]),
            (&[SoftwareKey, UserVerification], Context::PhishingResistant, &["swk", "user", "mfa"]),
            (&[Password, UserVerification], Context::Password, &["pwd", "user"]),
        ];
        for (methods, context, amr) in rows {
            let used = by(methods);
            assert_eq!((used.context(), used.amr()), (context, amr.to_vec()), "{methods:?}");
            assert_eq!(used.used().map(|(method, _)| method).collect::<Vec<_>>(), methods);
        }
        for method in Method::ALL {
            assert_eq!(Method::parse(method.as_str()), Some(method));
        }
        for context in Context::ALL {
            assert_eq!(Context::parse(context.as_str()), Some(context));
        }
        assert_eq!((Method::parse("mfa"), Context::parse("0")), (None, None));
    }

    #[test]
    fn methods_are_recent_for_a_time_and_as_old_as_the_earliest() {
        let methods = Methods::password(NOW).with(Method::OneTimeCode, NOW.plus(60));
        assert_eq!((methods.since(), Methods::default().since()), (Some(NOW), None));
        assert_eq!(methods.with(Method::HardwareKey, NOW.minus(1)).since(), Some(NOW.minus(1)));
        let code = Methods::default().with(Method::OneTimeCode, NOW.plus(60));
        for (later, recent) in [(99, methods), (100, code), (159, code), (160, Methods::default())] {
            assert_eq!(methods.recent(100, NOW.plus(later)), recent, "{later}");
        }
    }

    #[test]
    fn methods_that_an_earlier_version_left_behind_are_those_of_a_password() {
        let two = by(&[Method::Password, Method::OneTimeCode]);
        assert_eq!(two.of_sign_in_at(NOW), two);
        let stepped_up = Methods::password(NOW).with(Method::OneTimeCode, NOW.plus(60));
        assert_eq!(stepped_up.of_sign_in_at(NOW), stepped_up);
        // Each of them was used once more since then: a second passkey was added where the first one signed in.
        assert_eq!(two.of_sign_in_at(NOW.minus(9)), two);
        assert_eq!(two.of_sign_in_at(NOW.plus(9)), Methods::password(NOW.plus(9)));
        assert_eq!(Methods::default().of_sign_in_at(NOW), Methods::password(NOW));
    }
}
