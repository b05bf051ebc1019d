//! The standard claims (OpenID Connect Core §5.1), and the scopes that bring them (§5.4).

use serde::Serialize;

/// A standard claim about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The full name as it is shown.
    Name,
    /// Given name or names.
    GivenName,
    /// Family name or names.
    FamilyName,
    /// Middle name or names.
    MiddleName,
    /// A casual name.
    Nickname,
    /// The name by which the person wishes to be called in an app; unique for nobody.
    PreferredUsername,
    /// The URL of a page about the person.
    Profile,
    /// The URL of a picture.
    Picture,
    /// The URL of the person's own page.
    Website,
    /// An address for mail.
    Email,
    /// Whether that address is known to be the person's.
    EmailVerified,
    /// Gender.
    Gender,
    /// `YYYY-MM-DD`, the year `0000` where it is left out, or `YYYY`.
    Birthdate,
    /// A name of the time zone database: `Europe/Paris`.
    Zoneinfo,
    /// A language tag: `en-US`.
    Locale,
    /// A telephone number, in E.164 at best.
    PhoneNumber,
    /// Whether that number is known to be the person's.
    PhoneNumberVerified,
    /// A postal address (§5.1.1).
    Address,
    /// When any of it was last changed, in seconds since 1970.
    UpdatedAt,
}

/// The scopes that ask for a person's identity (OpenID Connect Core §3.1.2.1, §5.4, §11). They are the issuer's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityScope {
    /// Without it a request is none of OpenID Connect.
    OpenId,
    /// The profile.
    Profile,
    /// The address for mail.
    Email,
    /// The postal address.
    Address,
    /// The telephone number.
    Phone,
    /// The grant outlives the sign-in.
    OfflineAccess,
}

impl Claim {
    /// Every claim there is.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::MiddleName,
        Self::Nickname,
        Self::PreferredUsername,
        Self::Profile,
        Self::Picture,
        Self::Website,
        Self::Email,
        Self::EmailVerified,
        Self::Gender,
        Self::Birthdate,
        Self::Zoneinfo,
        Self::Locale,
        Self::PhoneNumber,
        Self::PhoneNumberVerified,
        Self::Address,
        Self::UpdatedAt,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::MiddleName => "middle_name",
            Self::Nickname => "nickname",
            Self::PreferredUsername => "preferred_username",
            Self::Profile => "profile",
            Self::Picture => "picture",
            Self::Website => "website",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
            Self::Gender => "gender",
            Self::Birthdate => "birthdate",
            Self::Zoneinfo => "zoneinfo",
            Self::Locale => "locale",
            Self::PhoneNumber => "phone_number",
            Self::PhoneNumberVerified => "phone_number_verified",
            Self::Address => "address",
            Self::UpdatedAt => "updated_at",
        }
    }

    /// The claim named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// The scope that brings it (§5.4).
    pub const fn scope(self) -> IdentityScope {
        match self {
            Self::Name
            | Self::GivenName
            | Self::FamilyName
            | Self::MiddleName
            | Self::Nickname
            | Self::PreferredUsername
            | Self::Profile
            | Self::Picture
            | Self::Website
            | Self::Gender
            | Self::Birthdate
            | Self::Zoneinfo
            | Self::Locale
            | Self::UpdatedAt => IdentityScope::Profile,
            Self::Email | Self::EmailVerified => IdentityScope::Email,
            Self::PhoneNumber | Self::PhoneNumberVerified => IdentityScope::Phone,
            Self::Address => IdentityScope::Address,
        }
    }
}

impl IdentityScope {
    /// Every scope of the issuer.
    pub const ALL: [Self; 6] =
        [Self::OpenId, Self::Profile, Self::Email, Self::Address, Self::Phone, Self::OfflineAccess];

    /// Its scope token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::OfflineAccess => "offline_access",
        }
    }

    /// The scope whose token is `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_has_its_name_and_a_scope_that_brings_it() {
        for claim in Claim::ALL {
            assert_eq!(Claim::parse(claim.as_str()), Some(claim));
            assert_eq!(serde_json::to_value(claim).unwrap(), claim.as_str());
            assert!(!matches!(claim.scope(), IdentityScope::OpenId | IdentityScope::OfflineAccess));
        }
        assert_eq!(Claim::parse("sub"), None);
        let of = |scope| Claim::ALL.iter().filter(|claim| claim.scope() == scope).count();
        let counts = [IdentityScope::Profile, IdentityScope::Email, IdentityScope::Address, IdentityScope::Phone];
        assert_eq!(counts.map(of), [14, 2, 1, 2]);
    }
}
