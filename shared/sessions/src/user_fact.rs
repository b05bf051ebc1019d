//! The facts of a person that guards test.

use grants::{Attribute, Fact, Guard, Held, Value, WhenAbsent};

use crate::User;

/// A fact of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserFact {
    /// The `sub` claim of the person.
    Subject,
    /// `true` if the person is disabled.
    Disabled,
    /// The version of the credentials.
    CredentialVersion,
    /// The hash of the password.
    Password,
    /// The claims about the person, if there are any.
    Claims,
    /// The sealed secret of the authenticator app, if there is one.
    Totp,
    /// The step of the last code of the authenticator app that was used.
    TotpStep,
    /// The keyed hashes of the recovery codes that are left.
    RecoveryCodes,
    /// The names of the passkeys.
    Passkeys,
    /// The user handle of the passkeys.
    PasskeyHandle,
    /// `true` if the password is too short to be the only factor.
    FactorNeeded,
    /// The username to sign in with.
    Username,
    /// `true` if an alias leads to the person.
    Aliased,
}

impl UserFact {
    /// The person has exactly the claims of `user`.
    pub fn same_claims(user: &User) -> Guard<Self> {
        if user.claims.is_empty() { Self::Claims.is_absent() } else { Self::Claims.is(&*user.claims.to_string()) }
    }

    /// The number of the fact is less than this one.
    pub(crate) const fn is_below(self, number: u32) -> Guard<Self> {
        Guard::Below(self, Value::Number(number))
    }

    /// The person has the second factor of `user`, or none as `user` has.
    pub(crate) fn same_factors(user: &User) -> Guard<Self> {
        let totp = user.factors.totp.as_ref();
        totp.map_or_else(|| Self::Totp.is_absent(), |totp| Guard::Same(Self::Totp, Value::Bytes(totp.sealed.clone())))
    }

    /// The person still has the name, and the alias of it, that were read. A write that deletes an alias needs this
    /// guard, so that it deletes the current one.
    pub(crate) fn same_name(user: &User) -> [Guard<Self>; 2] {
        [Self::Username.is(user.username.as_str()), Self::Aliased.is(user.aliased)]
    }

    /// The guards of everything that a signed-in person does: the person is enabled, and has the credentials of the sign-in.
    pub(crate) fn acting(user: &User) -> Vec<Guard<Self>> {
        vec![
            Self::Subject.is(user.subject.as_str()),
            Self::Disabled.is(false),
            Self::CredentialVersion.is(user.credential_version),
        ]
    }

    /// The guards of a deletion: it is the person who was read, under the name that was read.
    pub fn of_deletion(user: &User) -> Vec<Guard<Self>> {
        std::iter::once(Self::Subject.is(user.subject.as_str())).chain(Self::same_name(user)).collect()
    }
}

impl Fact for UserFact {
    type Record = User;

    const KEY: &'static str = "person";

    fn attribute(self) -> Attribute<Self> {
        match self {
            Self::Subject => Attribute::named("subject"),
            Self::Disabled => Attribute::named("disabled"),
            Self::CredentialVersion => Attribute::named("credential_version"),
            Self::Password => Attribute::named("password"),
            Self::Claims => Attribute::named("claims"),
            Self::Totp => Attribute::named("totp_secret"),
            Self::TotpStep => Attribute::named("totp_step"),
            Self::RecoveryCodes => Attribute::named("recovery_codes"),
            Self::Passkeys => Attribute::named("passkeys"),
            Self::PasskeyHandle => Attribute::named("passkey_handle"),
            Self::FactorNeeded => Attribute::named("factor_needed").or_when_absent(WhenAbsent::Flag(false)),
            Self::Username => Attribute::named("username"),
            // Version 0.1 did not write this attribute, and its people had no aliases.
            Self::Aliased => Attribute::named("aliased").or_when_absent(WhenAbsent::Flag(false)),
        }
    }

    fn of(self, user: &User) -> Option<Held<'_>> {
        Some(match self {
            Self::Subject => Held::Text(user.subject.as_str().into()),
            Self::Disabled => Held::Flag(user.disabled),
            Self::CredentialVersion => Held::Number(user.credential_version),
            Self::Password => Held::Text(user.password.as_stored().into()),
            Self::Claims if user.claims.is_empty() => return None,
            Self::Claims => Held::Text(user.claims.to_string().into()),
            Self::Totp => Held::Bytes(&user.factors.totp.as_ref()?.sealed),
            Self::TotpStep => Held::Number(user.factors.totp.as_ref()?.step),
            Self::RecoveryCodes if user.factors.recovery.is_empty() => return None,
            Self::RecoveryCodes => Held::Texts(&user.factors.recovery),
            Self::Passkeys => Held::Texts(&user.factors.passkeys),
            Self::PasskeyHandle => Held::Bytes(user.factors.passkey_handle.as_ref()?),
            Self::FactorNeeded => Held::Flag(user.factors.needed),
            Self::Username => Held::Text(user.username.as_str().into()),
            Self::Aliased => Held::Flag(user.aliased),
        })
    }
}
