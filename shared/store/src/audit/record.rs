//! Records of changes made by operators.

use grants::Timestamp;

/// A command of an operator that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditedAction {
    /// The command `jeton user create`.
    UserCreate,
    /// The command `jeton user import`, one record for each person.
    UserImport,
    /// The command `jeton user update`.
    UserUpdate,
    /// The command `jeton user rename`.
    UserRename,
    /// The command `jeton user disable`.
    UserDisable,
    /// The command `jeton user enable`.
    UserEnable,
    /// The command `jeton user factors --remove`.
    UserFactors,
    /// The command `jeton user set-password`.
    UserSetPassword,
    /// The command `jeton user link`.
    UserLink,
    /// The command `jeton user unlink`.
    UserUnlink,
    /// The command `jeton user delete`.
    UserDelete,
    /// The command `jeton user invite`.
    UserInvite,
    /// The command `jeton user uninvite`.
    UserUninvite,
    /// The command `jeton client create`.
    ClientCreate,
    /// The command `jeton client import`, one record for each client.
    ClientImport,
    /// The command `jeton client update`.
    ClientUpdate,
    /// The command `jeton client disable`.
    ClientDisable,
    /// The command `jeton client enable`.
    ClientEnable,
    /// The command `jeton client rotate-secret`.
    ClientRotateSecret,
    /// The command `jeton client rotate-secret --retire-old`.
    ClientRetireSecrets,
    /// The command `jeton client delete`.
    ClientDelete,
    /// The command `jeton api create`.
    ApiCreate,
    /// The command `jeton api update`, and a change of an API by `jeton apply`.
    ApiUpdate,
    /// The command `jeton api delete`.
    ApiDelete,
    /// The command `jeton issuer create`, and a new issuer of `jeton apply`.
    IssuerCreate,
    /// The command `jeton issuer update`, and a change of an issuer by `jeton apply`.
    IssuerUpdate,
    /// The command `jeton issuer delete`.
    IssuerDelete,
    /// The command `jeton registration-token create`.
    RegistrationTokenCreate,
    /// The command `jeton registration-token delete`.
    RegistrationTokenDelete,
    /// The command `jeton keys rotate`, one record for each key.
    KeysRotate,
    /// The command `jeton keys retire`, one record for the key and one for each new key.
    KeysRetire,
    /// The command `jeton session end`.
    SessionEnd,
    /// The command `jeton grant revoke`.
    GrantRevoke,
    /// The command `jeton consent withdraw`.
    ConsentWithdraw,
}

impl AuditedAction {
    /// Returns the words of the command.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCreate => "user create",
            Self::UserImport => "user import",
            Self::UserUpdate => "user update",
            Self::UserRename => "user rename",
            Self::UserDisable => "user disable",
            Self::UserEnable => "user enable",
            Self::UserFactors => "user factors --remove",
            Self::UserSetPassword => "user set-password",
            Self::UserLink => "user link",
            Self::UserUnlink => "user unlink",
            Self::UserDelete => "user delete",
            Self::UserInvite => "user invite",
            Self::UserUninvite => "user uninvite",
            Self::ClientCreate => "client create",
            Self::ClientImport => "client import",
            Self::ClientUpdate => "client update",
            Self::ClientDisable => "client disable",
            Self::ClientEnable => "client enable",
            Self::ClientRotateSecret => "client rotate-secret",
            Self::ClientRetireSecrets => "client rotate-secret --retire-old",
            Self::ClientDelete => "client delete",
            Self::ApiCreate => "api create",
            Self::ApiUpdate => "api update",
            Self::ApiDelete => "api delete",
            Self::IssuerCreate => "issuer create",
            Self::IssuerUpdate => "issuer update",
            Self::IssuerDelete => "issuer delete",
            Self::RegistrationTokenCreate => "registration-token create",
            Self::RegistrationTokenDelete => "registration-token delete",
            Self::KeysRotate => "keys rotate",
            Self::KeysRetire => "keys retire",
            Self::SessionEnd => "session end",
            Self::GrantRevoke => "grant revoke",
            Self::ConsentWithdraw => "consent withdraw",
        }
    }
}

/// One change made by an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// The time of the change, in milliseconds since 1970.
    pub at: u64,
    /// Random bits that distinguish records of the same millisecond.
    pub nonce: [u8; 8],
    /// The operator: the ARN of an IAM identity, or `local:USER@HOST` on a machine.
    pub who: String,
    /// The command, as [`AuditedAction::as_str`] writes it. Other versions of Jeton may write other commands.
    pub action: String,
    /// The thing that changed: `user:usr_...`, `client:ID`, `api:IDENTIFIER`.
    pub about: String,
    /// The names of the attributes that changed, never their values.
    pub attributes: Vec<String>,
}

impl AuditRecord {
    /// Returns the time of the change, in whole seconds.
    pub const fn time(&self) -> Timestamp {
        Timestamp::from_seconds(self.at / 1000)
    }
}
