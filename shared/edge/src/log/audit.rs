//! The names of audit events: a closed list, from which the table in `functions/README.md` and the template's metric
//! filters derive.

use grants::{Actors, Grant, PersonKey, Refusal, TokenName};
use protocol::{ClientId, GrantType, Subject};

/// Declares the events in one list, so that none can be missing from [`AuditEvent::ALL`].
macro_rules! audit_events {
    ($($(#[$doc:meta])+ $event:ident => $name:expr,)+) => {
        /// An event that matters to auditors.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum AuditEvent {
            $($(#[$doc])+ $event,)+
        }

        impl AuditEvent {
            /// The list of all events.
            pub const ALL: &'static [Self] = &[$(Self::$event),+];

            /// Returns the value of `event` in the log.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$event => $name,)+
                }
            }
        }
    };
}

audit_events! {
    /// A person signed in.
    SignedIn => "signed_in",
    /// The password was wrong, or the person is unknown or disabled.
    SignInFailed => "sign_in_failed",
    /// A password was not checked: too many were wrong before it.
    SignInThrottled => "sign_in_throttled",
    /// A person refused consent to an app.
    ConsentDenied => "consent_denied",
    /// A session ended at `/logout`.
    SignedOut => "signed_out",
    /// A person ended a session of theirs on the account page.
    SessionEnded => "session_ended",
    /// A person withdrew the access of an app.
    AccessWithdrawn => "access_withdrawn",
    /// A person changed the profile.
    ProfileChanged => "profile_changed",
    /// A person changed the password.
    PasswordChanged => "password_changed",
    /// A person added a second factor.
    FactorAdded => "factor_added",
    /// A person removed the second factor.
    FactorRemoved => "factor_removed",
    /// A person gave a passkey another name.
    FactorRenamed => "factor_renamed",
    /// A person made new recovery codes.
    RecoveryCodesReplaced => "recovery_codes_replaced",
    /// Somebody asked for a mail with which a forgotten password is replaced.
    ResetAsked => "reset_asked",
    /// A person set a new password with a link from a mail.
    PasswordReset => "password_reset",
    /// A person asked for a mail that confirms an address.
    AddressAsked => "address_asked",
    /// A person confirmed an address.
    AddressConfirmed => "address_confirmed",
    /// Somebody asked for a mail with which an account is made.
    SignUpAsked => "sign_up_asked",
    /// A person made an account with a link from a mail.
    AccountCreated => "account_created",
    /// A person downloaded everything that is kept about them.
    DataDownloaded => "data_downloaded",
    /// A person deleted the account.
    AccountDeleted => "account_deleted",
    /// A mail was sent.
    MailSent => "mail_sent",
    /// A mail was not sent, because nobody may get it or because the mail service refused it.
    MailNotSent => "mail_not_sent",
    /// A client pushed an authorization request.
    RequestPushed => "request_pushed",
    /// A device asked for access.
    DeviceRequested => "device_requested",
    /// A person approved the request of a device.
    DeviceApproved => "device_approved",
    /// A device got its tokens.
    DeviceCodeRedeemed => "device_code_redeemed",
    /// User codes were not checked: too many were wrong before.
    UserCodesThrottled => "user_codes_throttled",
    /// An authorization code was issued.
    CodeIssued => "code_issued",
    /// A code was redeemed.
    CodeRedeemed => "code_redeemed",
    /// A refresh token was used.
    GrantRefreshed => "grant_refreshed",
    /// A client got a token for itself.
    ServiceTokenIssued => "service_token_issued",
    /// A client exchanged a token for one with which it acts for the same subject.
    TokenExchanged => "token_exchanged",
    /// A client got an identity assertion for another authorization server.
    IdentityAssertionIssued => "identity_assertion_issued",
    /// An identity assertion of another issuer was used for a token.
    IdentityAssertionRedeemed => "identity_assertion_redeemed",
    /// An API introspected a token.
    TokenIntrospected => "token_introspected",
    /// A client revoked a token.
    TokenRevoked => "token_revoked",
    /// An app read claims of the person who signed in.
    UserinfoTold => "userinfo_told",
    /// A code was used a second time, and the grant is revoked.
    CodeReplayed => Refusal::CodeReplayed.name(),
    /// A refresh token was used a second time, and the grant is revoked.
    RefreshTokenReused => Refusal::RefreshTokenReused.name(),
    /// A code or refresh token was used whose person was deleted or disabled, or changed the password.
    PersonOver => Refusal::PersonOver.name(),
    /// A code or refresh token was used whose session is over.
    SessionOver => Refusal::SessionOver.name(),
    /// A code or refresh token was used whose grant was superseded by newer ones.
    GrantSuperseded => Refusal::GrantSuperseded.name(),
    /// A client was notified that a session ended.
    ClientToldOfLogout => "client_told_of_logout",
    /// A client could not be notified that a session ended.
    ClientNotToldOfLogout => "client_not_told_of_logout",
    /// A client registered itself.
    ClientRegistered => "client_registered",
    /// A client read its registration.
    RegistrationRead => "registration_read",
    /// A client replaced its registration.
    RegistrationChanged => "registration_changed",
    /// A client deleted its registration.
    ClientDeleted => "client_deleted",
    /// The authentication of a client failed.
    ClientAuthenticationFailed => "client_authentication_failed",
    /// A client's secret was not checked: too many were wrong before it.
    ClientAuthenticationThrottled => "client_authentication_throttled",
    /// A request was refused because it did not come through the firewall.
    FirewallBypassed => "firewall_bypassed",
    /// Signing keys were created or deleted.
    KeysRotated => "keys_rotated",
    /// The schedule checked the signing keys and changed none.
    KeysKept => "keys_kept",
    /// Tokens of the implicit grant were issued.
    ImplicitTokenIssued => "implicit_token_issued",
    /// A token of the password grant was issued.
    PasswordTokenIssued => "password_token_issued",
    /// A deprecated grant type was used.
    LegacyGrantUsed => "legacy_grant_used",
}

impl AuditEvent {
    /// Returns the event of a refusal that ended a grant: a reused code or refresh token, or one whose person or
    /// session is over. The event has the refusal's name; other refusals are no events.
    pub fn of_refusal(refusal: Refusal) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.as_str() == refusal.name())
    }
}

/// The exchange of a token, in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedExchange {
    /// The name of the token that was exchanged.
    pub subject_jti: String,
    /// The clients that act for the subject, the last one first.
    pub act: String,
}

/// An audit event with its details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The name of the event.
    pub name: AuditEvent,
    /// The person's `sub`, if the event is about a person.
    pub subject: Option<String>,
    /// The key of the person for a wrong password, or a stand-in if the name is unknown.
    pub person: Option<String>,
    /// The key of the grant's item, from which no handle can be made.
    pub grant: Option<String>,
    /// The name of the token that was issued, used or revoked.
    pub jti: Option<String>,
    /// The exchange by which the token was issued.
    pub exchange: Option<LoggedExchange>,
    /// A deprecated grant type, and the replacement to use.
    pub legacy: Option<(GrantType, &'static str)>,
}

impl AuditEntry {
    /// Creates an event without details.
    pub const fn new(name: AuditEvent) -> Self {
        Self { name, subject: None, person: None, grant: None, jti: None, exchange: None, legacy: None }
    }

    /// Creates an event about a grant.
    pub fn of_grant(name: AuditEvent, grant: &Grant) -> Self {
        let subject = grant.person().map(|person| person.subject.to_string());
        Self { subject, grant: Some(grant.id.to_string()), ..Self::new(name) }
    }

    /// Creates an event about an action of a person.
    pub fn of_person(name: AuditEvent, subject: &Subject) -> Self {
        Self { subject: Some(subject.to_string()), ..Self::new(name) }
    }

    /// Creates an event about a failed sign-in.
    pub fn of_attempt(name: AuditEvent, person: PersonKey) -> Self {
        Self { person: Some(person.to_string()), ..Self::new(name) }
    }

    /// Adds the token, if its name is known, with the grant that it names.
    #[must_use]
    pub fn with_token(self, token: impl Into<Option<TokenName>>) -> Self {
        let token = token.into();
        let grant = self.grant.or_else(|| token?.grant().map(|id| id.to_string()));
        Self { grant, jti: token.map(|token| token.to_string()), ..self }
    }

    /// Adds the token that was exchanged, and the clients that act now.
    #[must_use]
    pub fn with_exchange(self, subject: TokenName, actors: &Actors) -> Self {
        let act: Vec<&str> = actors.clients().iter().map(ClientId::as_str).collect();
        Self { exchange: Some(LoggedExchange { subject_jti: subject.to_string(), act: act.join(" ") }), ..self }
    }

    /// Creates the event for the use of a deprecated grant type.
    pub fn legacy(grant_type: GrantType, advice: &'static str) -> Self {
        Self { legacy: Some((grant_type, advice)), ..Self::new(AuditEvent::LegacyGrantUsed) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const README: &str = include_str!("../../../../functions/README.md");

    fn all() -> BTreeSet<&'static str> {
        AuditEvent::ALL.iter().map(|event| event.as_str()).collect()
    }

    /// Returns the names in backticks in the first column of the table of events.
    fn told(readme: &str) -> Vec<&str> {
        let table = readme.split("| event | |\n|---|---|\n").nth(1).unwrap();
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).collect()
    }

    #[test]
    fn c147_the_readme_tells_of_every_event_and_of_no_other() {
        let told = told(README);
        assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), all());
        assert_eq!(told.len(), AuditEvent::ALL.len(), "an event stands twice in the table, or has another's name");
    }

    #[test]
    fn c147_an_event_from_a_refusal_has_its_name() {
        let rows = [
            (Refusal::CodeReplayed, AuditEvent::CodeReplayed),
            (Refusal::RefreshTokenReused, AuditEvent::RefreshTokenReused),
            (Refusal::PersonOver, AuditEvent::PersonOver),
            (Refusal::SessionOver, AuditEvent::SessionOver),
            (Refusal::GrantSuperseded, AuditEvent::GrantSuperseded),
        ];
        for (refusal, event) in rows {
            assert_eq!(AuditEvent::of_refusal(refusal), Some(event));
        }
        assert_eq!(AuditEvent::of_refusal(Refusal::CodeExpired), None);
        assert_eq!(AuditEvent::CodeReplayed.as_str(), "code_replayed");
        assert_eq!(AuditEvent::RefreshTokenReused.as_str(), "refresh_token_reused");
    }
}
