//! The claims with a meaning of their own: the standard ones (OpenID Connect Core §5.1), roles and groups (RFC 9068
//! §2.2.3.1), and the scopes that request them (§5.4).

use serde::Serialize;

/// A claim about a person, with a name that has one meaning everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The full name, as displayed.
    Name,
    /// The given name or names.
    GivenName,
    /// The family name or names.
    FamilyName,
    /// The middle name or names.
    MiddleName,
    /// A casual name, such as a nickname.
    Nickname,
    /// The name that the person prefers in an app; not unique.
    PreferredUsername,
    /// The URL of a page about the person.
    Profile,
    /// The URL of a picture.
    Picture,
    /// The URL of the person's own page.
    Website,
    /// An e-mail address of the person.
    Email,
    /// `true` when the e-mail address is known to belong to the person.
    EmailVerified,
    /// The person's gender, as free text.
    Gender,
    /// The birthday as `YYYY-MM-DD`, with year `0000` when the year is omitted, or `YYYY` alone.
    Birthdate,
    /// A name from the time zone database, such as `Europe/Paris`.
    Zoneinfo,
    /// A language tag, such as `en-US`.
    Locale,
    /// A telephone number, preferably in E.164 format.
    PhoneNumber,
    /// `true` when the telephone number is known to belong to the person.
    PhoneNumberVerified,
    /// A postal address (§5.1.1).
    Address,
    /// The time of the last change to any of these claims, in seconds since 1970.
    UpdatedAt,
    /// The roles of the person (RFC 9068 §2.2.3.1).
    Roles,
    /// The groups that the person belongs to (RFC 9068 §2.2.3.1).
    Groups,
}

/// The scopes that request a person's identity (OpenID Connect Core §3.1.2.1, §5.4, §11). The issuer defines them,
/// not an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityScope {
    /// `openid`: required for a request to be an OpenID Connect request.
    OpenId,
    /// `profile`: the claims of a person's profile.
    Profile,
    /// `email`: the e-mail address and its verification.
    Email,
    /// `address`: the person's postal address.
    Address,
    /// `phone`: the telephone number and its verification.
    Phone,
    /// `roles`: the roles of the person.
    Roles,
    /// `groups`: the groups that the person belongs to.
    Groups,
    /// `offline_access`: the grant outlives the sign-in.
    OfflineAccess,
}

impl Claim {
    /// Every claim with a meaning of its own.
    pub const ALL: [Self; 21] = [
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
        Self::Roles,
        Self::Groups,
    ];

    /// The claim's name in JSON.
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
            Self::Roles => "roles",
            Self::Groups => "groups",
        }
    }

    /// Returns the claim named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// The scope that requests this claim (§5.4).
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
            Self::Roles => IdentityScope::Roles,
            Self::Groups => IdentityScope::Groups,
        }
    }

    /// Returns whether it says what somebody may do rather than who they are. Access tokens can contain it, and a
    /// service can have it as well as a person.
    pub const fn fits_access_tokens(self) -> bool {
        matches!(self, Self::Roles | Self::Groups)
    }
}

impl IdentityScope {
    /// Every scope that the issuer defines.
    pub const ALL: [Self; 8] = [
        Self::OpenId,
        Self::Profile,
        Self::Email,
        Self::Address,
        Self::Phone,
        Self::Roles,
        Self::Groups,
        Self::OfflineAccess,
    ];

    /// Returns whether every client may have it, if nothing else was said. Roles and groups say what a person may do
    /// elsewhere, so they are for clients that are given these scopes by name.
    pub const fn is_for_every_client(self) -> bool {
        !matches!(self, Self::Roles | Self::Groups)
    }

    /// The scope token, as used in `scope`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Roles => "roles",
            Self::Groups => "groups",
            Self::OfflineAccess => "offline_access",
        }
    }

    /// Returns the scope whose token is `text`.
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
        assert_eq!([IdentityScope::Roles, IdentityScope::Groups].map(of), [1, 1]);
        let in_tokens: Vec<Claim> = Claim::ALL.into_iter().filter(|claim| claim.fits_access_tokens()).collect();
        assert_eq!(in_tokens, [Claim::Roles, Claim::Groups]);
    }
}
